"""Whether a model in a folder is still the one that a run was prepared with: a folder has no commit to stay at."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from modelforge.exceptions import ProviderError
from modelforge.providers.model_source import resolve_base
from modelforge.providers.provider import ModelSource, Provider
from modelforge.storage.adapter_config import is_adapter
from modelforge.storage.atomic import storage_errors

FILES = ("config.json", "*.safetensors", "*.jinja", "*.model", "tokenizer*.json", "vocab.*", "merges.txt")
"""What decides the tokens and the weights. Others may come and go beside them: notes, checkpoints, a manifest."""
PIECES = 64
PIECE = 1 << 16
"""Bytes. Of a file that is longer than all pieces together, so many are read, evenly spread: training changes nearly
every weight, and a model of many gigabytes is not to be read whole before each attempt."""


def digest_of_folder(source: ModelSource, provider: Provider) -> str | None:
    """The SHA-256 of a model in a folder, wherever that lies, and of its base where it is an adapter on another folder.

    None for a hub model, which has a commit.

    Raises:
        ProviderError: the base of an adapter is gone.
        StorageError: a file cannot be read.
    """
    folder = source.folder
    if folder is None:
        return None
    digest = hashlib.sha256()
    for path in sorted({path for pattern in FILES for path in folder.glob(pattern)}):
        with storage_errors("read", path), path.open("rb") as file:
            size = path.stat().st_size
            digest.update(f"{path.name}\0{size}\0".encode())
            for piece in _pieces(file, size):
                digest.update(piece)
    if is_adapter(folder) and (base := digest_of_folder(resolve_base(folder, provider), provider)):
        digest.update(base.encode())
    return digest.hexdigest()


def refuse_changed(source: ModelSource, provider: Provider, model: str, expected: str | None) -> None:
    """Refuse to load another model than that of which `digest_of_folder` made `expected`; None expects none.

    Raises:
        ProviderError: it is another one.
    """
    if expected is not None and digest_of_folder(source, provider) != expected:
        raise ProviderError(
            f"The model {model} is no longer the one that this run was prepared with, to which its tokens, checkpoints "
            "and scores belong.",
            hint="Put its files back and resume the run, or start a new run from its recipe.yaml.",
            code="base-changed",
            params={"model": model},
        )


def _pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    if size <= PIECES * PIECE:
        yield file.read()
        return
    for piece in range(PIECES):
        file.seek((size - PIECE) * piece // (PIECES - 1))
        yield file.read(PIECE)
