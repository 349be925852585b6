"""What goes wrong with the hub, in words that tell the way out. Never a word of a token."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from modelforge.exceptions import ProviderError
from modelforge.hardware.hub_reach import REACH
from modelforge.hardware.hub_refusals import SIGN_IN, gated, unknown_token


@contextmanager
def hub_errors(name: str) -> Iterator[None]:
    """Turn what the hub's client raises inside the block into a ProviderError about `name`."""
    from huggingface_hub import errors
    from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined] # of whichever client the hub's uses

    try:
        yield
    except errors.GatedRepoError as error:
        raise gated(name) from error
    except errors.RevisionNotFoundError as error:
        raise ProviderError(
            f"{name} has no such revision.",
            hint="Name a branch, a tag or a commit.",
            code="unknown-revision",
            params={"name": name},
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise ProviderError(
            f"The hub knows no {name}, or does not show it.",
            hint=f"Check the spelling. A private one: {SIGN_IN}",
            code="hub-knows-nothing",
            params={"name": name},
        ) from error
    except (errors.OfflineModeIsEnabled, errors.LocalEntryNotFoundError) as error:
        raise _unreachable(error) from error
    except errors.HFValidationError as error:
        raise ProviderError(
            f"{name!r} is no name on the hub.", hint="Write OWNER/NAME.", code="hub-name-wrong", params={"name": name}
        ) from error
    except errors.HfHubHTTPError as error:
        raise _refused(name, error.response.status_code) from error
    except (HTTPError, OSError) as error:
        raise _unreachable(error) from error


def _refused(name: str, status: int) -> ProviderError:
    if status == 401:
        return unknown_token()
    if status == 403:
        return ProviderError(
            f"The hub does not let this token use {name}.",
            hint=f"A push needs the right to write there. {SIGN_IN}",
            code="hub-refuses-token",
            params={"name": name},
        )
    if status == 429:
        return ProviderError(
            "The hub asks for fewer requests.", hint="Wait some minutes, then try again.", code="hub-busy"
        )
    return ProviderError(
        f"The hub answered with status {status} for {name}.",
        hint="Try again later.",
        code="hub-status",
        params={"name": name, "status": status},
    )


def require_hub() -> None:
    """Where a person waits: raises ProviderError at once while the hub does not answer."""
    if not REACH.answers():
        raise _unreachable(ConnectionError())


def _unreachable(error: Exception) -> ProviderError:
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return ProviderError(
            "The hub is switched off on this server: HF_HUB_OFFLINE is set.",
            hint="Unset HF_HUB_OFFLINE and start the server again, or begin with starter:chat.",
            code="hub-offline",
        )
    return ProviderError(
        f"The hub at {constants.ENDPOINT} cannot be reached ({type(error).__name__}).",
        hint="Check the network and try again; what was downloaded so far is kept.",
        code="hub-unreachable",
        params={"hub": constants.ENDPOINT, "reason": type(error).__name__},
    )
