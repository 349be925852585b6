"""Transactions: opened, committed or rolled back, and any fault of the database told in our own words."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, Generic, TypedDict, TypeVar

from pydantic import ValidationError
from sqlalchemy import Select
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from modelforge.database.engine import READ_ONLY, make_engine
from modelforge.database.models import DatasetRow, ModelRow, RunRow
from modelforge.exceptions import DatabaseError, NotFoundError, UnreadableRowError
from modelforge.schemas.config.training_config import TrainingConfig
from modelforge.schemas.problem import Unreadable
from modelforge.schemas.run import RunError, RunStatus, RunView

Row = TypeVar("Row", RunRow, ModelRow, DatasetRow)
View = TypeVar("View")
REBUILD = "The run folders are the truth: rebuild the database from them."


class RunChanges(TypedDict, total=False):
    """What may change in a run after it was accepted."""

    status: RunStatus
    reason: str | None
    attempt: int
    priority: int
    position: float
    slot: str | None
    config: TrainingConfig
    finished_at: datetime | None
    progress: dict[str, Any] | None
    doing: str | None
    report: dict[str, Any] | None
    model_id: str | None
    error: RunError | None


class Listed(list[View], Generic[View]):
    """Views, in the order that was asked for, and what had to be left out since it cannot be read."""

    def __init__(self, views: Iterable[View] = (), unreadable: Iterable[Unreadable] = ()) -> None:
        super().__init__(views)
        self.unreadable = tuple(unreadable)


class Sessions:
    """One database, and transactions on it."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)

    def close(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()

    @contextmanager
    def _write(self) -> Iterator[Session]:
        with database_errors(), Session(self.engine) as session, session.begin():
            yield session

    @contextmanager
    def _read(self) -> Iterator[Session]:
        reader = self.engine.execution_options(**{READ_ONLY: True})
        with database_errors(), Session(reader) as session:
            yield session


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn a fault of the database inside the block into a `DatabaseError`."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        cause = getattr(error, "orig", None) or error
        if isinstance(error, OperationalError | InterfaceError) and not isinstance(cause, sqlite3.Error):
            raise DatabaseError(
                f"The database server cannot be used: {cause}",
                hint="See that it runs and has room, and that MODELFORGE_DB_URL names it rightly.",
                code="database-unreachable",
                params={"reason": str(cause)},
            ) from error
        raise DatabaseError(
            f"The database did not answer as expected: {cause}",
            hint=REBUILD,
            code="database-failed",
            params={"reason": str(cause)},
        ) from error
    except ValidationError as error:
        raise UnreadableRowError(
            f"The database holds a {error.title} of another version of ModelForge.",
            hint=REBUILD,
            code="database-of-other-version",
            params={"table": error.title},
        ) from error
    except ValueError as error:  # JSON or a time that a fault of the disk has changed
        raise UnreadableRowError(
            f"The database holds a value that cannot be read: {error}",
            hint=REBUILD,
            code="database-failed",
            params={"reason": str(error)},
        ) from error


def found(session: Session, table: type[Row], key: str, *, lock: bool = False) -> Row:
    """One row by its id, locked for this transaction where asked. Raises NotFoundError."""
    row = session.get(table, key, with_for_update=lock)
    if row is None:
        raise not_found(table, key)
    return row


def not_found(table: type[Row], key: str) -> NotFoundError:
    """The answer to who asks for a row that is not there."""
    return NotFoundError(
        f"The database knows no {table.__tablename__[:-1]} {key[:80]!r}.",
        hint=REBUILD,
        code="not-in-database",
        params={"name": key[:80]},
    )


def readable(session: Session, table: type[Row], to_view: Callable[[Row], View], query: Select[Row]) -> Listed[View]:
    """What a query over one table finds. A row that cannot be read is named, and costs the others nothing.

    Args:
        to_view: the row as users see it.
    """
    with suppress(ValueError):
        return Listed(to_view(row) for row in session.scalars(query))
    views, unreadable = [], []
    for key in session.scalars(query.with_only_columns(table.id)).all():
        try:
            with database_errors():
                views.append(to_view(found(session, table, key)))
        except UnreadableRowError as error:
            unreadable.append(Unreadable.of(key, error))
    return Listed(views, unreadable)


def add_unless_known(session: Session, run: RunView) -> None:
    """Add a run. One that is there already stays as it is: it may have been started since `run` was written down."""
    if session.get(RunRow, run.id) is None:
        session.add(RunRow(**dict(run)))


def apply(run: RunRow, changes: RunChanges) -> None:
    """Set the columns that changed."""
    for name, value in changes.items():
        setattr(run, name, value)
