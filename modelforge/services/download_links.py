"""Addresses that a browser can download from by itself, since a plain link sends no token."""

from __future__ import annotations

from urllib.parse import quote

from modelforge.schemas.account import DownloadLink
from modelforge.security.authenticator import LINK_SECONDS
from modelforge.security.caller import Caller
from modelforge.security.request_checks import LINK_PARAMETER
from modelforge.services.server_services import ServerServices


def download_link(path: str, caller: Caller, services: ServerServices) -> DownloadLink:
    """A link to `path`, which the caller has been found to see."""
    ticket = services.authenticator.link_ticket(path, caller)
    return DownloadLink(address=f"{quote(path)}?{LINK_PARAMETER}={ticket}", expires_in=LINK_SECONDS)
