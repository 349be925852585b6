"""A hub on loopback that speaks the few endpoints which the real client needs to look at a model and to fetch it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote

COMMIT = "a" * 40
TOKEN = "hf_reader"


@dataclass
class Repository:
    """Files by name; a gated one is shown to whoever has a token that is in `readers`."""

    files: dict[str, bytes]
    gated: bool = False
    readers: tuple[str, ...] = ()


class SmallHub(ThreadingHTTPServer):
    """Repositories by `OWNER/NAME`, at one commit each."""

    def __init__(self, repositories: dict[str, Repository]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repositories = repositories

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def small_hub(repositories: dict[str, Repository]) -> Iterator[str]:
    """Serve repositories for as long as the block runs; gives the endpoint."""
    with SmallHub(repositories) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.endpoint
        server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    server: SmallHub

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        path = unquote(self.path.partition("?")[0]).strip("/")
        lists = path.startswith("api/models/")
        name, _, rest = path.removeprefix("api/models/").partition("/tree/" if lists else "/resolve/")
        revision, _, file = rest.partition("/")
        if refusal := self._refusal(name, revision):
            self._send(b"", {"X-Error-Code": refusal[1]}, refusal[0], with_body=False)
            return
        files = self.server.repositories[name].files
        if lists:
            entries = [{"type": "file", "path": p, "size": len(b), "oid": "0"} for p, b in files.items()]
            self._send(json.dumps(entries).encode(), {}, with_body=with_body)
        elif file in files:
            etag = f'"{hashlib.sha256(files[file]).hexdigest()}"'
            self._send(files[file], {"ETag": etag}, with_body=with_body)
        else:
            self._send(b"", {"X-Error-Code": "EntryNotFound"}, 404, with_body=False)

    def _refusal(self, name: str, revision: str) -> tuple[int, str] | None:
        repository = self.server.repositories.get(name)
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if repository is None:
            return 401, "RepoNotFound"
        if repository.gated and token not in repository.readers:
            return 403 if token else 401, "GatedRepo"
        return None if revision in ("main", COMMIT) else (404, "RevisionNotFound")

    def _send(self, body: bytes, headers: dict[str, str], status: int = 200, *, with_body: bool) -> None:
        self.send_response(status)
        sent = {"Content-Type": "application/json", "Content-Length": str(len(body)), "X-Repo-Commit": COMMIT}
        for key, value in {**sent, **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the test says what was asked."""
