"""What is said when the hub does not let this account in. Never a word of a token."""

from __future__ import annotations

from modelforge.exceptions import ProviderError

SIGN_IN = "Enter a Hugging Face token in the app's settings, or set HF_TOKEN."


def gated(name: str) -> ProviderError:
    """The licence of `name` was not accepted by the account whose token is used here, if there is one."""
    from huggingface_hub import constants, get_token

    page = f"{constants.ENDPOINT}/{name}"
    if get_token() is None:
        return ProviderError(
            f"{name} is gated, and no token is set.",
            hint=f"Accept its licence at {page}, then enter a token of that account in the app's settings, or set "
            "HF_TOKEN to it.",
            code="gated-without-token",
            params={"name": name, "page": page},
        )
    return ProviderError(
        f"{name} is gated, and the account of this token may not read it.",
        hint=f"Accept its licence at {page} with that account, and give the token the right to read gated models.",
        code="gated-for-account",
        params={"name": name, "page": page},
    )


def unknown_token() -> ProviderError:
    """The hub refuses the token itself, so that even what is open to all cannot be had with it."""
    from huggingface_hub import constants

    return ProviderError(
        "The hub does not know the token that is used here; it may have been mistyped or revoked.",
        hint=f"Enter another in the app's settings, made at {constants.ENDPOINT}/settings/tokens, or remove it: open "
        "models need none.",
        code="unknown-token",
        params={"hub": constants.ENDPOINT},
    )
