"""Sends hostile strings to every string field of the API, in a process whose every opened file is recorded.

`python path_audit.py HOME OUTSIDE NUMBER SHARE` sends NUMBER strings, one SHAREth of them to each field, and prints
what was opened, listed, made, deleted, executed or called outside the home and the installation, as JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doorway import HOST, Answer, Headers, knock_in_loop
from hostile_strings import hostile_strings
from pydantic import SecretStr

import modelforge
from modelforge.app import create_app
from modelforge.security.logs import set_up_logs
from modelforge.services import run_service
from modelforge.services.heavy_process import CallHandle, HeavyProcess
from modelforge.settings import Settings

TOKEN = "token-of-the-tests-0123456789"
PATHS = {
    *("open", "os.listdir", "os.scandir", "os.mkdir", "os.remove", "os.rmdir", "os.rename", "os.link", "os.symlink"),
    *("os.truncate", "os.chdir", "os.chmod", "os.chown", "os.utime", "shutil.rmtree", "shutil.copyfile", "shutil.move"),
    *("glob.glob", "sqlite3.connect", "pathlib.Path.glob"),
}
NEVER = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "socket.connect", "urllib.Request", "pty.spawn"}
SEEN: set[tuple[str, str]] = set()
ENDLESS = {"/api/v1/hardware/events"}
COSTLY = {
    *("/api/v1/plans", "/api/v1/plans/tokens", "/api/v1/runs", "/api/start_training"),
    *("/api/v1/datasets/inspect", "/api/v1/datasets/validate", "/api/v1/datasets/repeats"),
}
"""Here a string that names nothing costs a preparation, or a run: the fields that name something are asked in full."""
NAMING = {"model", "dataset", "validation_dataset", "among", "model_revision", "dataset_revision"}
BODIES: dict[str, dict[str, Any]] = {
    "/api/v1/plans": {"model": "starter:chat", "dataset": "sample:support", "max_samples": 20},
    "/api/v1/datasets/inspect": {"dataset": "sample:support", "rows": 1},
    "/api/v1/datasets/validate": {"dataset": "sample:support", "rows": 1},
    "/api/v1/datasets/repeats": {"dataset": "sample:support"},
    "/api/v1/hub/pushes": {"model_id": "a-model", "repository": "o/m", "visibility": "private", "confirmation": "x"},
    "/api/v1/hub/downloads": {"repository": "o/m"},
}
for path in ("/api/v1/plans/tokens", "/api/v1/runs", "/api/start_training", "/api/v1/recipes/render"):
    BODIES[path] = BODIES["/api/v1/plans"]


def record(event: str, arguments: tuple[Any, ...]) -> None:
    """The audit hook: cheap, and it opens nothing itself."""
    if event in PATHS:
        for one in arguments[:2]:
            if isinstance(one, str | bytes | os.PathLike):
                SEEN.add((event, os.fsdecode(one)))
    elif event in NEVER:
        SEEN.add((event, repr(arguments)[:200]))


class Here(HeavyProcess):
    """Carries everything out in this process, where it is seen."""

    def call_now(self, result: Any, function: Any, *arguments: Any, handle: CallHandle | None = None) -> Any:  # noqa: ARG002
        return function(*arguments, *([handle.hear] if handle and handle.hear else []))


@dataclass(frozen=True)
class Field:
    """One string that an operation takes."""

    method: str
    path: str
    place: str
    names: tuple[str, ...]

    def request(self, value: str) -> tuple[str, str, Headers, bytes]:
        path, query, headers, body = self.path, "", [], b""
        base = BODIES.get(self.path, {})
        if self.place == "path":
            path = path.replace(f"{{{self.names[0]}}}", value.encode("utf-8", "replace").decode())
        elif self.place == "query":
            query = "?" + urllib.parse.urlencode({self.names[0]: value.encode("utf-8", "surrogatepass")})
        elif self.place == "header":
            headers = [(self.names[0], value.encode("utf-8", "surrogatepass").decode("latin-1"))]
        if self.place == "body" or base:
            body = json.dumps(put(base, self.names, value) if self.place == "body" else base).encode()
            headers = [*headers, ("content-type", "application/json")]
        for name in ("run_id", "dataset_id", "model_id", "job_id", "owner", "name", "conversation_id", "export_id"):
            path = path.replace(f"{{{name}}}", "some-id-1234")
        common = [("host", HOST), ("authorization", f"Bearer {TOKEN}"), ("content-length", str(len(body)))]
        return self.method, path + query, [*common, *headers], body


def put(base: dict[str, Any], names: tuple[str, ...], value: str) -> dict[str, Any]:
    first, *rest = names
    inner = base.get(first)
    return {**base, first: put(inner if isinstance(inner, dict) else {}, tuple(rest), value) if rest else value}


def string_fields(described: dict[str, Any]) -> Iterator[Field]:
    """Every string parameter and every string in a body, as the OpenAPI has them; choices among words left aside."""
    for path, operations in described["paths"].items():
        if path in ENDLESS:
            continue
        for method, operation in operations.items():
            for one in operation.get("parameters", []):
                if takes_string(one["schema"], described):
                    yield Field(method.upper(), path, one["in"], (one["name"],))
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            if body:
                for names in body_strings(body, described, ()):
                    yield Field(method.upper(), path, "body", names)


def resolved(schema: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def takes_string(schema: dict[str, Any], described: dict[str, Any]) -> bool:
    schema = resolved(schema, described)
    if "enum" in schema or "const" in schema:
        return False
    kinds = [*schema.get("anyOf", []), *schema.get("oneOf", []), schema.get("items", {})]
    return schema.get("type") == "string" or any(takes_string(kind, described) for kind in kinds if kind)


def body_strings(
    schema: dict[str, Any], described: dict[str, Any], names: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    schema = resolved(schema, described)
    if len(names) > 3:
        return
    for kind in (*schema.get("anyOf", []), *schema.get("oneOf", [])):
        yield from body_strings(kind, described, names)
    for name, inner in schema.get("properties", {}).items():
        if takes_string(inner, described):
            yield (*names, name)
        yield from body_strings(inner, described, (*names, name))


def cases(fields: list[Field], everything: list[str], share: int) -> Iterator[tuple[str, str, Headers, bytes]]:
    for index, field in enumerate(fields):
        strings = everything[index % share :: share]
        costly = field.path in COSTLY and not (field.place == "body" and field.names[-1] in NAMING)
        for value in strings[:: len(strings) // 3] if costly else strings:
            with contextlib.suppress(UnicodeEncodeError):
                yield field.request(value)


async def ask_everything(home: Path, outside: Path, number: int, share: int) -> dict[str, Any]:
    import engines

    set_up_logs("CRITICAL")
    settings = Settings(home=home, token=SecretStr(TOKEN), rate_limit="100000000/second")
    app = create_app(settings)
    services = app.state.services
    services.workshop.heavy = services.workshop.background = services.data_process = Here(services.files)
    services.limits.count_sign_in = lambda *_who: None
    run_service.make_in_child = engines.make_quickly
    async with app.router.lifespan_context(app):
        services.workshop.supervisor.close(stop_runs=False)  # what is submitted waits
        fields = list(dict.fromkeys(string_fields(app.openapi())))
        for field in fields:  # what any request opens: libraries, certificates, the clock's zone
            await knock_in_loop(app, *field.request("harmless"))
        before = set(SEEN)
        SEEN.clear()
        answers: list[Answer] = []
        asked = 0
        for request in cases(fields, hostile_strings(number, outside), share):
            answers.append(await knock_in_loop(app, *request))
            asked += 1
            if answers[-1].status >= 500:
                break
        faults = [answer.body.decode() for answer in answers if answer.status >= 500]
        seen = set(SEEN) - before
    return {"fields": len(fields), "asked": asked, "faults": faults, "outside": sorted(leaks(seen, home, outside))}


def leaks(seen: set[tuple[str, str]], home: Path, outside: Path) -> Iterator[str]:
    """What was touched that is neither of the home nor of the installation."""
    package = Path(modelforge.__file__).parent
    roots = [
        str(Path(root).resolve()) for root in (home, sys.prefix, sys.base_prefix, package, Path(__file__).parents[1])
    ]
    for event, what in seen:
        if event in NEVER:
            yield f"{event} {what}"
            continue
        if os.path.basename(what) == what and what not in (".", ".."):
            continue  # a name within an open folder, as `shutil.rmtree` goes; the current folder is found empty
        real = os.path.realpath(what)
        inside = any(real == root or real.startswith(f"{root}{os.sep}") for root in roots)
        if not inside or real.startswith(str(outside)):
            yield f"{event} {what}"


if __name__ == "__main__":
    sys.addaudithook(record)
    where, numbers = map(Path, sys.argv[1:3]), map(int, sys.argv[3:5])
    print(json.dumps(asyncio.run(ask_everything(*where, *numbers))))  # noqa: T201
