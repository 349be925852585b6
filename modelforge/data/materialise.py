"""A dataset → checked canonical rows on disk."""

from __future__ import annotations

from pathlib import Path

from modelforge.data.canonical_file import CanonicalWriter, encode_row
from modelforge.data.digests import DigestCounter
from modelforge.data.row_stream import RowStream, refuse
from modelforge.data.source import DatasetSource
from modelforge.schemas.config.data import DataConfig
from modelforge.schemas.dataset import Shape, ValidationReport
from modelforge.storage.atomic import storage_errors


def materialise(
    source: DatasetSource, config: DataConfig, shapes: tuple[Shape, ...], destination: Path
) -> ValidationReport:
    """Check every row and write the canonical rows to `destination`, a Parquet file, in constant memory.

    Near duplicates are found by the split, which groups by them; the report counts the exact ones.

    Args:
        source: from `resolve_dataset`.
        config: shape and columns as the user chose them.
        shapes: the shapes that the task can learn from.
        destination: the file to write; its folder exists.

    Raises:
        DatasetValidationError: there is an error in the data; nothing is left at `destination`.
        StorageError: the source cannot be read or the destination cannot be written.
        NotFoundError: the hub cannot be reached.
    """
    stream = RowStream(source, config, shapes)
    digests = DigestCounter()
    with storage_errors("written", destination):
        with CanonicalWriter(destination) as writer:
            for line, row in stream:
                data = encode_row(row)
                digests.add(hash(data))
                if not stream.log.total:
                    writer.write(line, data)
        if stream.log.total:
            destination.unlink()
    report = stream.report(exact_duplicates=digests.repeated(), sha256=source.sha256())
    if not report.ok:
        raise refuse(report, source.name)
    return report
