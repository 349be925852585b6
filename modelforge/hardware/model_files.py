"""What stands in the files of a model folder: `config.json`, and the headers of the weights, without the weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, BinaryIO

from modelforge.exceptions import ProviderError

LENGTH_BYTES = 8
"""What a safetensors file begins with: the length of its header, little-endian."""
HEADER_LIMIT = 100_000_000
"""The longest header that the format allows, in bytes."""


def header_length(file: BinaryIO) -> int | None:
    """How long the header is that follows in a safetensors file, read from its beginning; None where that cannot be."""
    prefix = file.read(LENGTH_BYTES)
    length = int.from_bytes(prefix, "little")
    return length if len(prefix) == LENGTH_BYTES and length <= HEADER_LIMIT else None


def read_header(file: Path) -> dict[str, dict[str, Any]]:
    """Tensor name → `dtype` and `shape`, from the first bytes of a safetensors file.

    Source: https://github.com/huggingface/safetensors#format (8 bytes of length, then JSON).

    Raises:
        ProviderError: the file is cut or is no safetensors file.
    """
    with file.open("rb") as stream:
        header = stream.read(header_length(stream) or 0)
    try:
        tensors: dict[str, dict[str, Any]] = json.loads(header)
    except ValueError as error:
        raise ProviderError(
            f"{file.name} is cut or is no safetensors file.",
            hint="Download or export the model again.",
            code="weights-damaged",
            params={"file": file.name, "folder": file.parent.name},
        ) from error
    tensors.pop("__metadata__", None)
    return tensors


def read_object(file: Path) -> dict[str, Any]:
    """A JSON file that holds an object. Raises ProviderError where it cannot be read, or holds another thing."""
    try:
        loaded = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ProviderError(
            f"{file} cannot be read: {error}.",
            hint="Name a folder that `save_pretrained` wrote.",
            code="model-file-not-read",
            params={"file": str(file), "reason": str(error)},
        ) from error
    if not isinstance(loaded, dict):
        raise ProviderError(
            f"{file} holds no JSON object.",
            hint="Download or export the model again.",
            code="model-file-no-object",
            params={"file": str(file)},
        )
    return loaded
