"""Who supervises: one process, known by a lock that ends with it."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import Engine, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from modelforge.storage.file_lock import FileLock

KEY = 0x4D464F52
"""The number of PostgreSQL's advisory lock."""


class SupervisorLock(Protocol):
    """Held by the one supervisor."""

    def is_held(self) -> bool:
        """Whether it is still ours: a lost connection to the database gives it away."""
        ...

    def release(self) -> None:
        """Let another process supervise."""
        ...


class HomeLock(SupervisorLock):
    """A lock on a file in the home folder, kept by the kernel."""

    def __init__(self, lock: FileLock) -> None:
        self._lock = lock

    def is_held(self) -> bool:
        """The kernel never takes it away."""
        return True

    def release(self) -> None:
        """See `SupervisorLock`."""
        self._lock.release()


class AdvisoryLock(SupervisorLock):
    """PostgreSQL's advisory lock: it belongs to one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    def try_take(cls, engine: Engine) -> AdvisoryLock | None:
        """Take it now, or return nothing because another process holds it."""
        connection = engine.connect()
        try:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            taken = connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": KEY})
        except BaseException:
            connection.invalidate()  # it may hold the lock after all, and must not take that into the pool
            connection.close()
            raise
        if taken:
            return cls(connection)
        connection.close()
        return None

    def is_held(self) -> bool:
        """Ask on the connection that holds it."""
        try:
            self._connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def release(self) -> None:
        """See `SupervisorLock`. Unlocked first: a closed connection keeps it until the server has noticed."""
        try:
            self._connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": KEY})
        except SQLAlchemyError:
            self._connection.invalidate()  # a lost connection holds nothing, and must not go back to the pool
        self._connection.close()
