"""Whether a hub model can be used, found out before anything is queued."""

from __future__ import annotations

from collections.abc import Sequence

from modelforge.exceptions import ProviderError
from modelforge.hardware.hub_config import hub_config_file
from modelforge.hardware.hub_reach import may_be_asked
from modelforge.providers.hub_fetch import WEIGHTS, is_weights
from modelforge.providers.provider import ModelSource
from modelforge.providers.weight_files import PICKLES, SUFFIX

NAMED = 3
"""Files that a message names at most."""


def check_hub_access(source: ModelSource) -> None:
    """Find the model's config in the cache or on the hub, and see that safetensors weights are there as well.

    Nothing but the config is downloaded. `HF_HUB_OFFLINE` and a hub that does not answer leave the cache.

    Raises:
        ProviderError: no such model or revision, gated, no weights that are loaded here, or neither on this machine nor
            to be reached; with the way out.
    """
    config = hub_config_file(source.location, source.revision)
    on_hub = _files_on_hub(source)
    if on_hub is None:
        if not any(is_weights(path.name) for path in config.parent.iterdir()):
            raise ProviderError(
                f"The weights of {source.location} are not on this machine, and the hub cannot be reached.",
                hint="Connect and try again, name a local folder, or begin with starter:chat.",
                code="model-not-here",
                params={"model": source.location},
            )
    elif not any(is_weights(name) for name in on_hub):
        raise _no_weights(source.location, [name for name in on_hub if name.endswith(SUFFIX)])


def _no_weights(model: str, others: Sequence[str]) -> ProviderError:
    """No file of the repository is one that transformers loads; `others` are safetensors under other names."""
    if not others:
        return ProviderError(
            f"{model} holds no safetensors weights.", hint=PICKLES, code="no-safetensors", params={"model": model}
        )
    found, wanted = ", ".join(others[:NAMED]), " or ".join(WEIGHTS)
    return ProviderError(
        f"{model} holds no weights in the form that transformers loads, {wanted}, but {found}.",
        hint="Name the repository of this model that was saved for transformers.",
        code="weights-in-other-form",
        params={"model": model, "wanted": wanted, "found": found},
    )


def _files_on_hub(source: ModelSource) -> list[str] | None:
    """The names of the repository's files; nothing where the hub is not asked or does not answer."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HTTPError, OfflineModeIsEnabled  # type: ignore[attr-defined]

    if not may_be_asked():
        return None
    try:
        return HfApi().list_repo_files(source.location, revision=source.revision)
    except (OfflineModeIsEnabled, HTTPError, OSError):
        return None
