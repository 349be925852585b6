"""The databases that the index may stand in: a SQLite file, and a PostgreSQL server that is started for the tests."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A file that is not there yet."""
    return f"sqlite:///{tmp_path / 'home' / 'modelforge.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def postgres_url(postgres_port: int) -> str:
    """An empty database of PostgreSQL."""
    return _new_database(postgres_port)


def _new_database(port: int) -> str:
    import psycopg
    from psycopg.sql import SQL, Identifier

    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(host="127.0.0.1", port=port, user="modelforge", dbname="postgres", autocommit=True) as server:
        server.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    return f"postgresql+psycopg://modelforge@127.0.0.1:{port}/{name}"


@pytest.fixture(scope="session")
def postgres_port() -> Iterator[int]:
    """The loopback port of a PostgreSQL server that lives as long as the tests."""
    programs = _postgres_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed here (Debian: postgresql)")
    with _folder_of_its_own() as (folder, user):
        data, port = folder / "data", _free_port()

        def run(program: str, *arguments: str) -> None:
            # Output goes to a file: the server keeps what it is given, and a pipe would never end.
            with (folder / f"{program}.log").open("ab") as log:
                command = [programs / program, "-D", data, *arguments]
                subprocess.run(command, user=user, cwd=folder, stdout=log, stderr=log, check=True)

        run("initdb", "-U", "modelforge", "-A", "trust", "-N")
        run("pg_ctl", "-w", "-o", f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off", "start")
        yield port
        run("pg_ctl", "-w", "-m", "immediate", "stop")


def _postgres_programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`: on the path, or where Debian puts the newest."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    return next((place for place in places if (place / "initdb").exists()), None)


@contextmanager
def _folder_of_its_own() -> Iterator[tuple[Path, str | None]]:
    """A folder, and the user whose it is: the server refuses to run as root."""
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as name:
        if user is not None:
            shutil.chown(name, user)
        yield Path(name), user


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
