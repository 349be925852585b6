"""`config.json` of a hub model: from the table of recommended models, the cache or the hub."""

from __future__ import annotations

import json
from typing import Any

from modelforge.exceptions import ProviderError
from modelforge.hardware.hub_refusals import gated, unknown_token
from modelforge.hardware.profiles import known_config


def hub_config(model: str, revision: str | None = None) -> dict[str, Any]:
    """Fetch `config.json` alone, some kilobytes. Recommended models are planned for without a network.

    Raises:
        ProviderError: the hub does not know the model, does not show it, or cannot be reached.
    """
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    if revision is None and (carried := known_config(model)):
        return carried
    try:
        path = hf_hub_download(model, "config.json", revision=revision)
    except GatedRepoError as error:
        raise gated(model) from error
    except LocalEntryNotFoundError as error:
        raise ProviderError(
            f"config.json of {model} is not in the cache, and the Hugging Face hub cannot be reached.",
            hint="Connect to the network, unset HF_HUB_OFFLINE, or give a local folder or starter:chat.",
        ) from error
    except (RepositoryNotFoundError, EntryNotFoundError, HFValidationError) as error:
        raise ProviderError(
            f"There is no model {model!r} with a config.json on the Hugging Face hub.",
            hint="Check the spelling, or give a local folder or starter:chat.",
        ) from error
    except HfHubHTTPError as error:  # of which the client lets one through: 401
        raise unknown_token() from error
    with open(path, encoding="utf-8") as file:
        config: dict[str, Any] = json.load(file)
    return config
