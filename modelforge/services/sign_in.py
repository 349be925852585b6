"""From a launch ticket or a password to a token for a page."""

from __future__ import annotations

from modelforge.exceptions import AuthenticationError
from modelforge.schemas.account import Session, SignIn
from modelforge.security.authenticator import SESSION_SECONDS
from modelforge.services.account_service import stamp_of
from modelforge.services.server_services import ServerServices


def sign_in(how: SignIn, services: ServerServices, address: str) -> Session:
    """Begin a session.

    Raises:
        AuthenticationError: the ticket is used, old or not ours; the name or the password is wrong.
        TooManyRequestsError: too many attempts from this address, or on this account.
    """
    services.limits.count_sign_in(address)
    if how.ticket is not None:
        return _session(services.authenticator.redeem(how.ticket))
    if how.name is None or how.password is None:
        raise AuthenticationError(
            "A sign-in needs a ticket, or a name and a password.",
            hint="Open the link that `modelforge open` prints, or sign in with an account.",
            code="sign-in-incomplete",
        )
    services.limits.count_sign_in(f"account {how.name}")
    account = services.accounts.sign_in(how.name, how.password.get_secret_value())
    return _session(services.authenticator.session_for(account.name, stamp_of(account)))


def _session(token: str) -> Session:
    return Session(token=token, expires_in=SESSION_SECONDS)
