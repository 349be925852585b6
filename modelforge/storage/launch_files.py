"""How a browser is let in to the servers of a home: files that only the owner of the home may read."""

from __future__ import annotations

import html
from contextlib import suppress
from operator import itemgetter
from pathlib import Path

from modelforge.exceptions import StorageError
from modelforge.schemas.system import RunningServer
from modelforge.storage.atomic import storage_errors
from modelforge.storage.folders import read_schema
from modelforge.storage.secret_file import write_secret

PAGE = """<!doctype html>
<meta charset="utf-8">
<meta http-equiv="refresh" content="0;url={link}">
<title>ModelForge</title>
<a href="{link}">ModelForge</a>
"""


class LaunchFiles:
    """`server-PORT.json`, where each server of a home is, and `launch.html`, which leads a browser to one of them."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._page = home / "launch.html"

    def write_server(self, server: RunningServer) -> None:
        """Say where a server is; what was left of an earlier one on this port goes. Raises StorageError."""
        write_secret(self._place(server), server.model_dump_json().encode())

    def read_servers(self) -> list[RunningServer]:
        """The servers that have not ended in good order, the one started last first; what cannot be read is none."""
        found: list[tuple[int, RunningServer]] = []
        for path in self._home.glob("server-*.json"):
            with suppress(StorageError, OSError):  # one that ends at this moment takes its file along
                found.append((path.stat().st_mtime_ns, read_schema(path, RunningServer)))
        return [server for _, server in sorted(found, key=itemgetter(0), reverse=True)]

    def forget_server(self, server: RunningServer) -> None:
        """It has ended; another one stays. Raises StorageError."""
        if server in self.read_servers():
            with storage_errors("deleted", self._place(server)):
                self._place(server).unlink(missing_ok=True)

    def write_page(self, link: str) -> Path:
        """A page that leads to `link`, which is thus in no list of processes. Raises StorageError."""
        write_secret(self._page, PAGE.format(link=html.escape(link)).encode())
        return self._page

    def _place(self, server: RunningServer) -> Path:
        return self._home / f"server-{server.address.rpartition(':')[2]}.json"
