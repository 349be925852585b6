"""Whether a hub model can be used, found out before anything is queued."""

from __future__ import annotations

from pathlib import Path

from modelforge.exceptions import ProviderError
from modelforge.hardware.hub_refusals import gated, unknown_token
from modelforge.providers.provider import ModelSource
from modelforge.providers.weight_files import PICKLES, SUFFIX


def check_hub_access(source: ModelSource) -> None:
    """Find the model's config in the cache or on the hub, and see that safetensors weights are there as well.

    Nothing but the config is downloaded. `HF_HUB_OFFLINE` and a hub that does not answer leave the cache.

    Raises:
        ProviderError: no such model or revision, gated, no weights that are loaded here, or neither on this machine nor
            to be reached; with the way out.
    """
    config = _config(source)
    on_hub = _files_on_hub(source)
    if on_hub is None:
        if not any(config.parent.glob(f"*{SUFFIX}")):
            raise ProviderError(
                f"The weights of {source.location} are not on this machine, and the hub cannot be reached.",
                hint="Connect and try again, name a local folder, or begin with starter:chat.",
            )
    elif not any(name.endswith(SUFFIX) for name in on_hub):
        raise ProviderError(f"{source.location} holds no safetensors weights.", hint=PICKLES)


def _config(source: ModelSource) -> Path:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    name = source.location
    try:
        return Path(hf_hub_download(name, "config.json", revision=source.revision))
    except HFValidationError as error:
        raise ProviderError(f"{name!r} is no hub id.", hint="Write OWNER/NAME, starter:NAME or a folder.") from error
    except GatedRepoError as error:
        raise gated(name) from error
    except RevisionNotFoundError as error:
        raise ProviderError(f"{name} has no revision {source.revision!r}.", hint="Check model_revision.") from error
    except RepositoryNotFoundError as error:
        raise ProviderError(
            f"The hub knows no model {name}.", hint="Check the spelling; a private model needs HF_TOKEN."
        ) from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled) as error:
        raise ProviderError(
            f"{name} is not on this machine, and the hub cannot be reached.",
            hint="Connect and try again, name a local folder, or begin with starter:chat.",
        ) from error
    except EntryNotFoundError as error:
        raise ProviderError(
            f"{name} holds no config.json.", hint="Name a transformers model; of an adapter, name its base."
        ) from error
    except HfHubHTTPError as error:  # of which the client lets one through: 401
        raise unknown_token() from error


def _files_on_hub(source: ModelSource) -> list[str] | None:
    """The names of the repository's files; nothing where the hub is not asked or does not answer."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HTTPError, OfflineModeIsEnabled  # type: ignore[attr-defined]

    try:
        return HfApi().list_repo_files(source.location, revision=source.revision)
    except (OfflineModeIsEnabled, HTTPError, OSError):
        return None
