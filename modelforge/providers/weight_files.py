"""Weights are safetensors, judged by their first bytes: a pickle is refused under whatever name it comes."""

from __future__ import annotations

from pathlib import Path

from modelforge.exceptions import ProviderError
from modelforge.hardware.model_files import header_length
from modelforge.providers.provider import ModelSource
from modelforge.storage.adapter_config import ADAPTER_WEIGHTS, is_adapter
from modelforge.storage.atomic import storage_errors

SUFFIX = ".safetensors"
PICKLES = "Pickled weights are never loaded. `save_pretrained` writes the model as safetensors."


def check_weight_files(folder: Path, *, adapter: bool) -> None:
    """Refuse a model folder whose weights are not safetensors, or are damaged.

    Raises:
        ProviderError: there are none, a file of that name is something else, or is damaged.
    """
    found = [folder / ADAPTER_WEIGHTS] if adapter else sorted(folder.glob(f"*{SUFFIX}"))
    if not any(path.is_file() for path in found):
        raise ProviderError(
            f"The folder {folder} holds no safetensors weights.",
            hint=PICKLES,
            code="no-safetensors",
            params={"model": str(folder)},
        )
    for path in found:
        if not is_safetensors(path):
            raise ProviderError(
                f"{path} is not a safetensors file, whatever its name says.",
                hint=PICKLES,
                code="not-safetensors",
                params={"file": str(path)},
            )
        check_whole(path)


def check_loadable(source: ModelSource) -> None:
    """The same of whatever is about to be loaded, a hub model in the cache too: it costs as little as reading headers.

    Raises:
        ProviderError: see `check_weight_files`. What is not here at all is left to the loading.
    """
    from huggingface_hub import try_to_load_from_cache

    if source.folder is not None:
        check_weight_files(source.folder, adapter=is_adapter(source.folder))
        return
    config = try_to_load_from_cache(source.location, "config.json", revision=source.revision)
    for path in sorted(Path(config).parent.glob("model*.safetensors")) if isinstance(config, str) else ():
        check_whole(path)


def check_whole(path: Path) -> None:
    """Refuse a safetensors file that was cut or whose header was changed; a changed weight cannot be told.

    Raises:
        ProviderError: with the file.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "np"):
            return
    except SafetensorError as error:
        raise ProviderError(
            f"{path} is damaged: {error}.",
            hint="Copy or download it again; one in the hub's cache is fetched anew once it has been deleted there.",
            code="weights-damaged",
            params={"file": path.name, "folder": path.parent.name},
        ) from error


def is_safetensors(path: Path) -> bool:
    """Whether a file begins as the format has it: the length of a JSON header, and its `{`.

    One that was cut does so too, or is empty: that is for `check_whole` to say.
    """
    with storage_errors("read", path), path.open("rb") as file:
        length, first = header_length(file), file.read(1)
    return not first or (first == b"{" and length is not None)
