"""`config.json` of a hub model: from the table of recommended models, the cache or the hub."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from modelforge.exceptions import ProviderError
from modelforge.hardware.hub_reach import may_be_asked
from modelforge.hardware.hub_refusals import gated, unknown_token
from modelforge.hardware.profiles import known_config


def hub_config(model: str, revision: str | None = None) -> dict[str, Any]:
    """What `config.json` says. Recommended models are planned for without a network.

    Raises:
        ProviderError: see `hub_config_file`.
    """
    if revision is None and (carried := known_config(model)):
        return carried
    config: dict[str, Any] = json.loads(hub_config_file(model, revision).read_text(encoding="utf-8"))
    return config


def hub_commit(model: str, revision: str | None = None) -> str:
    """The commit that a branch, a tag or the main branch of a hub model is at; without the hub, as the cache has it.

    Raises:
        ProviderError: see `hub_config_file`.
    """
    return hub_config_file(model, revision).parent.name  # the cache keeps files by commit


def hub_config_file(model: str, revision: str | None = None) -> Path:
    """Where `config.json` lies in the cache; fetched alone, some kilobytes, where it is not there.

    Raises:
        ProviderError: the hub knows no such model or revision, does not show it, or cannot be reached.
    """
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

    try:
        return Path(hf_hub_download(model, "config.json", revision=revision, local_files_only=not may_be_asked()))
    except HFValidationError as error:
        raise ProviderError(
            f"{model!r} is no hub id.",
            hint="Write OWNER/NAME, starter:NAME or a folder.",
            code="hub-name-wrong",
            params={"name": model},
        ) from error
    except GatedRepoError as error:
        raise gated(model) from error
    except RevisionNotFoundError as error:
        raise ProviderError(
            f"{model} has no revision {revision!r}.",
            hint="Check model_revision.",
            code="unknown-revision",
            params={"name": model},
        ) from error
    except RepositoryNotFoundError as error:
        raise ProviderError(
            f"The hub knows no model {model}.",
            hint="Check the spelling; a private model needs HF_TOKEN.",
            code="hub-knows-nothing",
            params={"name": model},
        ) from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled) as error:
        raise ProviderError(
            f"{model} is not on this machine, and the hub cannot be reached.",
            hint="Connect and try again, name a local folder, or begin with starter:chat.",
            code="model-not-here",
            params={"model": model},
        ) from error
    except EntryNotFoundError as error:
        raise ProviderError(
            f"{model} holds no config.json.",
            hint="Name a transformers model; of an adapter, name its base.",
            code="no-config-json",
            params={"model": model},
        ) from error
    except HfHubHTTPError as error:  # of which the client lets one through: 401
        raise unknown_token() from error
