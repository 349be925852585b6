"""Weights are safetensors, judged by their first bytes: a pickle is refused under whatever name it comes."""

from __future__ import annotations

from pathlib import Path

from modelforge.exceptions import ProviderError
from modelforge.storage.atomic import storage_errors

LENGTH_BYTES = 8
LONGEST_HEADER = 100_000_000
"""The limit of the format itself."""
SUFFIX = ".safetensors"
ADAPTER = f"adapter_model{SUFFIX}"
PICKLES = "Pickled weights are never loaded. `save_pretrained` writes the model as safetensors."


def check_weight_files(folder: Path, *, adapter: bool) -> None:
    """Refuse a model folder whose weights are not safetensors.

    Raises:
        ProviderError: there are none, or a file of that name is something else.
    """
    found = [folder / ADAPTER] if adapter else sorted(folder.glob(f"*{SUFFIX}"))
    if not any(path.is_file() for path in found):
        raise ProviderError(f"The folder {folder} holds no safetensors weights.", hint=PICKLES)
    for path in found:
        if not is_safetensors(path):
            raise ProviderError(f"{path} is not a safetensors file, whatever its name says.", hint=PICKLES)


def is_safetensors(path: Path) -> bool:
    """Whether a file begins as the format has it: the length of a JSON header that fits into the file, and its `{`."""
    with storage_errors("read", path), path.open("rb") as file:
        length = int.from_bytes(file.read(LENGTH_BYTES), "little")
        first = file.read(1)
        size = path.stat().st_size
    return first == b"{" and length <= min(LONGEST_HEADER, size - LENGTH_BYTES)
