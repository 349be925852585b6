"""Whether a hub model can be used, found out before anything is queued."""

from __future__ import annotations

from modelforge.exceptions import ProviderError
from modelforge.hardware.hub_config import hub_config_file
from modelforge.providers.provider import ModelSource
from modelforge.providers.weight_files import PICKLES, SUFFIX


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
        if not any(config.parent.glob(f"*{SUFFIX}")):
            raise ProviderError(
                f"The weights of {source.location} are not on this machine, and the hub cannot be reached.",
                hint="Connect and try again, name a local folder, or begin with starter:chat.",
                code="model-not-here",
                params={"model": source.location},
            )
    elif not any(name.endswith(SUFFIX) for name in on_hub):
        raise ProviderError(
            f"{source.location} holds no safetensors weights.",
            hint=PICKLES,
            code="no-safetensors",
            params={"model": source.location},
        )


def _files_on_hub(source: ModelSource) -> list[str] | None:
    """The names of the repository's files; nothing where the hub is not asked or does not answer."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HTTPError, OfflineModeIsEnabled  # type: ignore[attr-defined]

    try:
        return HfApi().list_repo_files(source.location, revision=source.revision)
    except (OfflineModeIsEnabled, HTTPError, OSError):
        return None
