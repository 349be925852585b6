"""How a browser is let in to the server of a home: two files that only the owner of the home may read."""

from __future__ import annotations

import html
from pathlib import Path

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
    """`server.json`, where the server of a home is, and `launch.html`, which leads a browser to it."""

    def __init__(self, home: Path) -> None:
        self._server = home / "server.json"
        self._page = home / "launch.html"

    def write_server(self, server: RunningServer) -> None:
        """Say where the server is. Raises StorageError."""
        write_secret(self._server, server.model_dump_json().encode())

    def read_server(self) -> RunningServer | None:
        """The server that was started last on this home, and not ended in good order since. Raises StorageError."""
        return read_schema(self._server, RunningServer) if self._server.exists() else None

    def forget_server(self, server: RunningServer) -> None:
        """It has ended; a later one stays. Raises StorageError."""
        if self.read_server() == server:
            with storage_errors("deleted", self._server):
                self._server.unlink(missing_ok=True)

    def write_page(self, link: str) -> Path:
        """A page that leads to `link`, which is thus in no list of processes. Raises StorageError."""
        write_secret(self._page, PAGE.format(link=html.escape(link)).encode())
        return self._page
