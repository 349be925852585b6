"""Datasets of the Hugging Face hub, read as a stream; data files alone, never code from the repository."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from modelforge.data.source_row import SourceRow
from modelforge.exceptions import NotFoundError


def hub_rows(name: str, revision: str | None) -> Iterator[SourceRow]:
    """The rows of the `train` split (or of the only one), numbered from 1.

    Raises:
        NotFoundError: the hub cannot be reached, or has no such dataset or revision, or it is gated.
    """
    for number, values in enumerate(_open(name, revision), start=1):
        yield SourceRow(number, dict(values))


def _open(name: str, revision: str | None) -> Any:
    from datasets import exceptions, load_dataset
    from huggingface_hub.errors import HfHubHTTPError

    try:
        splits = load_dataset(name, revision=revision, streaming=True)
    except (exceptions.DatasetsError, HfHubHTTPError, OSError, ValueError) as error:
        at = f" at revision {revision}" if revision else ""
        raise NotFoundError(
            f"The dataset {name}{at} could not be read from the hub: {_first_line(error)}",
            hint=_remedy(),
            code="hub-dataset-not-read",
            params={"name": f"{name}{at}", "reason": _first_line(error)},
        ) from error
    return splits["train"] if "train" in splits else next(iter(splits.values()))


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return f"{text[0][:200].rstrip('.')}." if text else f"{type(error).__name__}."


def _remedy() -> str:
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return "HF_HUB_OFFLINE is set: unset it, or download the files and name one of them as the dataset."
    return (
        "Check the name, the revision and the network; a gated or private dataset needs HF_TOKEN. "
        "Or download the files and name one of them as the dataset."
    )
