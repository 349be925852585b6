"""The connection pool, and what each SQLite connection is told first.

SQLite before 3.51.3 has a rare race between writers that reset the write-ahead log at the same time. Every write here
begins with `BEGIN IMMEDIATE`, which lets one writer in at a time, and a damaged index is rebuilt from the folders; for
many writing processes use PostgreSQL.
"""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool

from modelforge.exceptions import ConfigurationError
from modelforge.storage.atomic import make_folder

POOL = {"pool_size": 10, "max_overflow": 20, "pool_recycle": 3600}
BUSY_TIMEOUT_MS = 30_000
NUL_IN_JSON = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""NUL as JSON writes it, and the backslashes before it that are text themselves."""
READ_ONLY = "modelforge_read_only"
"""Execution option of a connection that only reads, and so need not wait for a writer."""


def make_engine(url: str) -> Engine:
    """An engine for `url`; the folder of an SQLite file is made.

    Raises:
        ConfigurationError: the URL cannot be read, or its driver is not installed.
    """
    try:
        parsed = make_url(url)
        sqlite = parsed.get_backend_name() == "sqlite"
        if sqlite and parsed.database in (None, "", ":memory:"):  # one connection, or each would see its own database
            one = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
            engine = create_engine(parsed, json_serializer=_json, **one)
        else:
            engine = create_engine(parsed, json_serializer=_json, **POOL)
    except (ArgumentError, ImportError) as error:
        raise ConfigurationError(
            f"The database URL cannot be used: {type(error).__name__}.",
            hint="Give MODELFORGE_DB_URL as `sqlite:///PATH` or `postgresql+psycopg://…` (extra `postgres`).",
        ) from error
    if sqlite:
        _prepare_sqlite(engine)
    return engine


def sqlite_file(engine: Engine) -> Path | None:
    """The file of an SQLite database; nothing for another database, or one in memory."""
    name = engine.url.database
    return Path(name) if engine.dialect.name == "sqlite" and name and name != ":memory:" else None


def _json(value: Any) -> str:
    """What a JSON column is given. PostgreSQL keeps no NUL, which an error's text may hold: U+FFFD stands for it."""
    return NUL_IN_JSON.sub(r"\1\\ufffd", json.dumps(value))


def _prepare_sqlite(engine: Engine) -> None:
    if (path := sqlite_file(engine)) is not None:
        make_folder(path.parent)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)


def _set_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say so, not where the driver guesses
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
