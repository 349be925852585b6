"""Links that sign a browser in to the server that runs on a home, made by whoever may read the home."""

from __future__ import annotations

import urllib.error
import urllib.request

from modelforge.exceptions import ConflictError
from modelforge.schemas.system import RunningServer
from modelforge.security.authenticator import launch_ticket
from modelforge.storage.launch_files import LaunchFiles

ANSWER_SECONDS = 5


def launch_link(server: RunningServer) -> str:
    """A link that signs one browser in, once, within a quarter of an hour."""
    return f"{server.address}/#launch={launch_ticket(server.launch_secret)}"


def fresh_link(files: LaunchFiles) -> str:
    """A launch link for the server that runs on a home; of several, for the one started last that answers.

    Nothing secret is sent: the link is signed here, and only the server that left its secret in the home knows it.

    Raises:
        ConflictError: no server runs there, or none answers.
    """
    servers = files.read_servers()
    if not servers:
        raise ConflictError(
            "No server runs on this home.",
            hint="Start one with `modelforge serve`; MODELFORGE_HOME says on which home.",
        )
    for server in servers:
        if _answers(server.address):
            return launch_link(server)
    raise ConflictError(
        f"The server of this home does not answer at {servers[0].address}.",
        hint="It may have been killed: start it again with `modelforge serve`.",
    )


def _answers(address: str) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{address}/api/health", timeout=ANSWER_SECONDS):
            return True
    except urllib.error.HTTPError:
        return True  # busy, or not well: the browser is told more
    except OSError:
        return False
