"""A hub on loopback that speaks what the real client asks of one: search, look, fetch, and push by commit and LFS.

Used by tests in their own process (`small_hub`), and by itself (`python small_hub.py`): it then writes its address as
one line, and serves the starter models until its input ends. Xet storage is not spoken: set `HF_HUB_DISABLE_XET=1`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote

TOKEN = "hf_reader"
WRITER = "hf_writer_of_own"
ACCOUNTS = {TOKEN: "reader", "hf_stranger": "stranger", WRITER: "own"}
"""Whose token it is; an account may write to its own repositories alone."""
LARGE = ".safetensors"
WRONG_TOKEN = "Invalid credentials in Authorization header"


@dataclass(frozen=True)
class Snapshot:
    """What one commit holds: files by name."""

    files: dict[str, bytes]

    @property
    def commit(self) -> str:
        """Another one whenever a file is another one."""
        return hashlib.sha1(
            b"".join(f"{name} {oid(name, body)}".encode() for name, body in self.files.items())
        ).hexdigest()


@dataclass
class Repository:
    """Files by name; a gated one is read, and a private one seen, by whoever has a token that is in `readers`."""

    files: dict[str, bytes]
    """Those of the newest commit, which `main` is at."""
    gated: bool = False
    private: bool = False
    readers: tuple[str, ...] = ()
    downloads: int = 0
    tags: dict[str, str] = field(default_factory=dict)
    """Tag → commit."""
    earlier: list[Snapshot] = field(default_factory=list)
    """What `main` was at before it was moved."""

    @property
    def commit(self) -> str:
        """The commit that `main` is at."""
        return Snapshot(self.files).commit

    def move(self, files: dict[str, bytes]) -> None:
        """Commit other files on `main`; what it was at stays there by its commit."""
        self.earlier.append(Snapshot(self.files))
        self.files = {**self.files, **files}

    def at(self, revision: str) -> Snapshot | None:
        """What a branch, tag or commit holds; nothing where there is none of this name."""
        newest = Snapshot(self.files)
        if revision in ("", "main"):
            return newest
        commit = self.tags.get(revision, revision)
        return next((one for one in (newest, *self.earlier) if one.commit == commit), None)


class SmallHub(ThreadingHTTPServer):
    """Repositories by `OWNER/NAME`."""

    def __init__(self, repositories: dict[str, Repository]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repositories = repositories
        self.large: dict[str, bytes] = {}
        """What was sent by LFS, by SHA-256."""
        self.is_full = False
        """Whether it has no room for large objects."""

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def small_hub(repositories: dict[str, Repository]) -> Iterator[SmallHub]:
    """Serve repositories for as long as the block runs."""
    with SmallHub(repositories) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def oid(name: str, body: bytes) -> str:
    """As the hub says it: the SHA-256 of a large file, the id of git's blob of a small one."""
    if name.endswith(LARGE):
        return hashlib.sha256(body).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()


@dataclass
class Answer:
    """What is sent back: JSON unless it is bytes already."""

    content: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Refused(Exception):
    def __init__(self, status: int, code: str = "", message: str = "") -> None:
        said = {"X-Error-Code": code, "X-Error-Message": message}
        self.answer = Answer({"error": message}, status, {key: value for key, value in said.items() if value})


class _Handler(BaseHTTPRequestHandler):
    server: SmallHub

    def do_HEAD(self) -> None:
        self._answer("GET")

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def do_PUT(self) -> None:
        self._answer("PUT")

    def _answer(self, method: str) -> None:
        path = self.path.partition("?")[0]
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            if self.token and self.token not in ACCOUNTS:
                raise Refused(401, message=WRONG_TOKEN)
            for verb, pattern, tell in ROUTES:
                if verb == method and (found := pattern.fullmatch(path)):
                    self._send(tell(self, **{key: unquote(value or "") for key, value in found.groupdict().items()}))
                    return
            raise Refused(404)
        except Refused as refusal:
            self._send(refusal.answer)

    @property
    def token(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    @property
    def said(self) -> Any:
        return json.loads(self.body)

    def seen(self, name: str) -> Repository:
        """A repository that this token may know of. A gated one is seen by all: only its files are kept back."""
        repository = self.server.repositories.get(name)
        if repository is None or (repository.private and self.token not in repository.readers):
            raise Refused(404 if self.token else 401, "RepoNotFound")
        return repository

    def opened(self, name: str, revision: str) -> Snapshot:
        """The files of a repository that this token may read."""
        repository = self.seen(name)
        if repository.gated and self.token not in repository.readers:
            raise Refused(403 if self.token else 401, "GatedRepo")
        return self.snapshot(repository, revision)

    def snapshot(self, repository: Repository, revision: str) -> Snapshot:
        """What a repository holds at a revision."""
        if (found := repository.at(revision)) is None:
            raise Refused(404, "RevisionNotFound")
        return found

    def own(self, name: str) -> Repository:
        """A repository that this token may write to."""
        repository = self.seen(name)
        self.owner_of(name)
        return repository

    def owner_of(self, name: str) -> None:
        if ACCOUNTS.get(self.token) != name.partition("/")[0]:
            raise Refused(403 if self.token else 401, message="You don't have the rights to write here")

    def _send(self, answer: Answer) -> None:
        body = answer.content if isinstance(answer.content, bytes) else json.dumps(answer.content).encode()
        self.send_response(answer.status)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **answer.headers}
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the test says what was asked."""


def search(asked: _Handler) -> Answer:
    """What this token sees whose name holds the text, the most downloaded first."""
    query = {key: values[0] for key, values in parse_qs(asked.path.partition("?")[2]).items()}
    found = [
        _info(name, repository)
        for name, repository in asked.server.repositories.items()
        if query.get("search", "").lower() in name.lower()
        and (not repository.private or asked.token in repository.readers)
    ]
    found.sort(key=lambda info: -int(info["downloads"]))
    return Answer(found[: int(query.get("limit", 100))])


def look(asked: _Handler, name: str, revision: str) -> Answer:
    repository = asked.seen(name)
    found = asked.snapshot(repository, revision)
    files = [{"rfilename": path, "size": len(body)} for path, body in found.files.items()]
    return Answer({**_info(name, repository), "sha": found.commit, "siblings": files})


def tree(asked: _Handler, name: str, revision: str) -> Answer:
    files = asked.opened(name, revision).files
    return Answer([{"type": "file", "path": path, "size": len(body), "oid": "0"} for path, body in files.items()])


def fetch(asked: _Handler, name: str, revision: str, file: str) -> Answer:
    found = asked.opened(name, revision)
    headers = {"X-Repo-Commit": found.commit}
    if file not in found.files:
        return Answer(b"", 404, {**headers, "X-Error-Code": "EntryNotFound"})
    body = found.files[file]
    return Answer(body, headers={**headers, "ETag": f'"{oid(file, body)}"'})


def create(asked: _Handler) -> Answer:
    name = f"{asked.said['organization']}/{asked.said['name']}"
    asked.owner_of(name)
    address = {"url": f"{asked.server.endpoint}/{name}"}
    if name in asked.server.repositories:
        return Answer({**address, "error": "You already created this model repo"}, 409)
    private = asked.said.get("visibility") == "private"
    asked.server.repositories[name] = Repository({}, private=private, readers=(asked.token,))
    return Answer(address)


def check_card(_asked: _Handler) -> Answer:
    return Answer({"errors": [], "warnings": []})


def preupload(asked: _Handler, name: str) -> Answer:
    """How each file is to be sent, and what is there by that name already."""
    there = asked.own(name).files
    modes = [
        {
            "path": (path := file["path"]),
            "uploadMode": "lfs" if path.endswith(LARGE) else "regular",
            "shouldIgnore": False,
            "oid": oid(path, there[path]) if path in there else None,
        }
        for file in asked.said["files"]
    ]
    return Answer({"files": modes})


def batch(asked: _Handler, name: str) -> Answer:
    """Where to put each large object; nowhere if it is here already."""
    asked.own(name)
    objects = []
    for one in asked.said["objects"]:
        known = one["oid"] in asked.server.large
        upload = {"upload": {"href": f"{asked.server.endpoint}/lfs/{one['oid']}"}}
        objects.append({**one, **({} if known else {"actions": upload})})
    return Answer({"transfer": "basic", "objects": objects})


def put(asked: _Handler, digest: str) -> Answer:
    """Keep a large object. Its address is the permission, as with storage that is signed for."""
    if asked.server.is_full:
        raise Refused(507, message="There is no room")
    if hashlib.sha256(asked.body).hexdigest() != digest:
        raise Refused(400, message="The object is not the one that was announced")
    asked.server.large[digest] = asked.body
    return Answer()


def commit(asked: _Handler, name: str) -> Answer:
    """Take over files that are in the commit itself, and large ones that were put before."""
    repository = asked.own(name)
    files = dict(repository.files)
    for line in asked.body.splitlines():
        item = json.loads(line)
        value = item["value"]
        if item["key"] == "file":
            files[value["path"]] = base64.b64decode(value["content"])
        elif item["key"] == "lfsFile":
            if value["oid"] not in asked.server.large:
                raise Refused(400, message=f"{value['path']} was never sent")
            files[value["path"]] = asked.server.large[value["oid"]]
    repository.move(files)
    address = f"{asked.server.endpoint}/{name}/commit/{repository.commit}"
    return Answer({"commitUrl": address, "commitOid": repository.commit})


def _info(name: str, repository: Repository) -> dict[str, Any]:
    return {
        "id": name,
        "sha": repository.commit,
        "private": repository.private,
        "gated": "auto" if repository.gated else False,
        "downloads": repository.downloads,
        "likes": 1,
        "tags": [],
        "pipeline_tag": "text-generation",
        "library_name": "transformers",
        "cardData": {"license": "apache-2.0"},
        "lastModified": "2026-01-02T03:04:05.000Z",
    }


NAME = r"(?P<name>[^/]+/[^/]+)"
ROUTES: list[tuple[str, re.Pattern[str], Callable[..., Answer]]] = [
    (method, re.compile(pattern.replace("{name}", NAME)), tell)
    for method, pattern, tell in (
        ("GET", r"/api/models/?", search),
        ("GET", r"/api/models/{name}(/revision/(?P<revision>[^/]+))?", look),
        ("GET", r"/api/models/{name}/tree/(?P<revision>[^/]+)", tree),
        ("GET", r"/{name}/resolve/(?P<revision>[^/]+)/(?P<file>.+)", fetch),
        ("POST", r"/api/repos/create", create),
        ("POST", r"/api/validate-yaml", check_card),
        ("POST", r"/api/models/{name}/preupload/main", preupload),
        ("POST", r"/{name}\.git/info/lfs/objects/batch", batch),
        ("PUT", r"/lfs/(?P<digest>[0-9a-f]{64})", put),
        ("POST", r"/api/models/{name}/commit/main", commit),
    )
]


def starter_files(name: str = "chat") -> dict[str, bytes]:
    """The files of a starter model, by name."""
    folder = Path(__file__).parents[2] / "modelforge" / "starter" / "models" / name
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def starters() -> dict[str, Repository]:
    """A starter model to find and fetch, once open, once gated, once private."""
    files = starter_files()
    return {
        "own/tiny-chat": Repository(files, downloads=1200),
        "own/tiny-gated": Repository(files, gated=True, readers=(TOKEN,), downloads=800),
        "own/tiny-secret": Repository(files, private=True, readers=(WRITER,), downloads=1),
    }


if __name__ == "__main__":
    with small_hub(starters()) as hub:
        sys.stdout.write(f"{hub.endpoint}\n")
        sys.stdout.flush()
        sys.stdin.read()
