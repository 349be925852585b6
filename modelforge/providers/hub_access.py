"""Whether a hub model can be used, found out before anything is queued."""

from __future__ import annotations

from modelforge.exceptions import ProviderError
from modelforge.providers.provider import ModelSource


def check_hub_access(source: ModelSource) -> None:
    """Find the model's config in the cache or on the hub.

    Raises:
        ProviderError: no such model, gated without a fitting token, or the hub cannot be reached; with the way out.
    """
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        HFValidationError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    name = source.location
    try:
        hf_hub_download(name, "config.json", revision=source.revision)
    except HFValidationError as error:
        raise ProviderError(f"{name!r} is no hub id.", hint="Write OWNER/NAME, starter:NAME or a folder.") from error
    except GatedRepoError as error:
        raise ProviderError(
            f"{name} is gated.",
            hint=f"Accept its licence at https://huggingface.co/{name} and set HF_TOKEN to a token of that account.",
        ) from error
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
        raise ProviderError(f"{name} holds no config.json.", hint="Name a transformers model.") from error
