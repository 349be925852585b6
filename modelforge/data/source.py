"""A dataset by the name that users give it: `sample:NAME`, a file, a dataset of the library, `hub:OWNER/NAME`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from modelforge.data.columnar import arrow_files
from modelforge.data.file_format import ENDINGS, detect_format
from modelforge.data.hub import hub_rows
from modelforge.data.problem_log import ProblemLog
from modelforge.data.readers import read_rows
from modelforge.data.source_row import SourceRow
from modelforge.exceptions import ConfigurationError, NotFoundError
from modelforge.schemas.config.data import DataConfig
from modelforge.schemas.dataset import FileFormat, Shape
from modelforge.starter import sample_path
from modelforge.storage.file_manager import FileManager

SAMPLE_PREFIX = "sample:"
HUB_PREFIX = "hub:"


@dataclass(frozen=True)
class DatasetSource:
    """Where the rows of one dataset come from.

    `path` is a file or a folder written by `save_to_disk`; None for the hub, where `name` is OWNER/NAME. `format` is
    None where the file cannot be read; reading it then says why. `shape` and `columns` are how a dataset of the library
    was read when it came in, or as a person said since; None and nothing for all others.
    """

    name: str
    kind: Literal["sample", "file", "library", "hub"]
    path: Path | None
    format: FileFormat | None
    revision: str | None = None
    shape: Shape | None = None
    columns: Mapping[str, str] = field(default_factory=dict)

    def read_as(self, config: DataConfig, accepted: Sequence[Shape]) -> DataConfig:
        """`config`, and where it leaves open how the columns are read, what the library knows of that.

        A shape that is not among the `accepted` ones is left out: the columns then say what does not fit.
        """
        if self.shape is None or config.columns or config.shape not in ("auto", self.shape):
            return config
        known: dict[str, object] = {"columns": dict(self.columns)}
        if self.shape in accepted:
            known["shape"] = self.shape
        return config.model_copy(update=known)

    def rows(self, log: ProblemLog) -> Iterator[SourceRow]:
        """The rows as a stream; problems are noted in `log`. Raises NotFoundError, StorageError."""
        if self.path is None:
            return hub_rows(self.name, self.revision)
        return read_rows(self.path, self.format if self.kind == "library" else None, log)

    def sha256(self) -> str | None:
        """The hash of the file, or of a saved dataset's files one behind the other; None for the hub."""
        if self.path is None or self.format is None:
            return None
        digest = hashlib.sha256()
        for part in arrow_files(self.path):
            with part.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
        return digest.hexdigest()


def resolve_dataset(dataset: str, files: FileManager, revision: str | None = None) -> DatasetSource:
    """Find a dataset by the name in a recipe.

    Args:
        dataset: `sample:NAME`, `hub:OWNER/NAME`, the path of a file or saved folder, or an id of the library.
        revision: the branch, tag or commit of a hub dataset.

    Raises:
        ConfigurationError: an unknown sample, or a hub name that is none.
        NotFoundError: no file and no dataset of the library has this name.
        StorageError: the file cannot be opened.
    """
    if dataset.startswith(SAMPLE_PREFIX):
        return _local(sample_path(dataset.removeprefix(SAMPLE_PREFIX)), "sample")
    if dataset.startswith(HUB_PREFIX):
        return _hub(dataset.removeprefix(HUB_PREFIX), revision)
    path = Path(dataset).expanduser()
    if _exists(path):
        return _local(path, "file")
    return _from_library(dataset, files)


def _local(path: Path, kind: Literal["sample", "file"]) -> DatasetSource:
    return DatasetSource(path.name or str(path), kind, path, detect_format(path).format)


def _hub(name: str, revision: str | None) -> DatasetSource:
    owner, _, rest = name.partition("/")
    if not owner or not rest or "/" in rest:
        raise ConfigurationError(
            f"hub:{name} does not name a dataset of the hub.",
            hint="Write it as hub:OWNER/NAME, e.g. hub:tatsu-lab/alpaca.",
            code="hub-name-wrong",
            params={"name": name},
        )
    return DatasetSource(name, "hub", None, None, revision)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that is too long, or holds a NUL
        return False


def _from_library(dataset: str, files: FileManager) -> DatasetSource:
    try:
        folder = files.dataset(dataset)
    except NotFoundError as error:
        raise NotFoundError(
            f"There is no file and no dataset of the library named {dataset[:200]!r}.",
            hint=_hint(dataset, files),
            code="nothing-of-this-name",
            params={"name": dataset[:200]},
        ) from error
    manifest = folder.read_manifest()
    parts = sorted(path for path in folder.source.iterdir() if not path.name.startswith("."))
    if len(parts) != 1:
        raise NotFoundError(
            f"The dataset {dataset} has no source file.",
            hint="Delete it and add it again.",
            code="dataset-without-file",
            params={"dataset": dataset},
        )
    return DatasetSource(
        manifest.name,
        "library",
        parts[0],
        manifest.file_format,
        shape=manifest.shape,
        columns=manifest.columns,
    )


def _hint(dataset: str, files: FileManager) -> str:
    path = Path(dataset)
    near: list[str] = []
    if "\0" not in dataset and path.parent.is_dir():
        there = [str(path.parent / file.name) for file in path.parent.iterdir() if file.suffix.lower() in ENDINGS]
        near = get_close_matches(str(path), [*there, *(folder.id for folder in files.datasets())], n=1)
    if near:
        return f"Did you mean {near[0]}?"
    if dataset.count("/") == 1 and not path.suffix:
        return f"For a dataset of the Hugging Face hub, write hub:{dataset[:200]}."
    return "Check the path. Bundled data is called sample:support and sample:docstrings."
