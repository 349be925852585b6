"""Every SQL statement of the product."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Unpack

import orjson
from sqlalchemy import Text, cast, delete, func, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from modelforge.database.engine import READ_ONLY, sqlite_file
from modelforge.database.migrations import HEAD
from modelforge.database.models import DatasetRow, EventRow, ModelRow, RunRow, Table
from modelforge.database.queue_statements import QueueStatements
from modelforge.database.sessions import (
    Listed,
    RunChanges,
    add_unless_known,
    apply,
    database_errors,
    found,
    readable,
)
from modelforge.exceptions import DatabaseError
from modelforge.schemas.dataset import DatasetView
from modelforge.schemas.events import Event, EventKind
from modelforge.schemas.model import ModelView
from modelforge.schemas.run import RunStatus, RunView

__all__ = ["DatabaseManager", "Listed", "RunChanges"]

MIGRATION_LOCK = 0x4D464D49
"""The number of PostgreSQL's advisory lock on the tables themselves."""


class DatabaseManager(QueueStatements):
    """The index of runs, models, datasets and events.

    Every method is one transaction, on the disk when it returns, and safe to call from any thread. Views go in and come
    out; no row leaves this room. Any fault of the database is a `DatabaseError`. A list leaves out the rows that cannot
    be read, and names them.
    """

    # The tables

    def migrate(self) -> None:
        """Bring the tables up to date. Two processes may call it at once: the second one waits.

        SQLite lets it wait by itself; PostgreSQL, for a lock that ends with the transaction.
        """
        with database_errors():
            if self._revision() == HEAD:
                return
            from alembic import command
            from alembic.config import Config

            with self.engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
                config = Config(attributes={"connection": connection})
                config.set_main_option("script_location", "modelforge.database:migrations")
                command.upgrade(config, "head")

    def reset(self) -> Path | None:
        """Start over with empty tables, to be filled from the folders.

        A broken SQLite file is set aside, never deleted; its new name is returned.
        """
        broken = self._set_aside() if self.is_damaged() else None
        self.migrate()
        with self._write() as session:
            for table in reversed(Table.metadata.sorted_tables):
                session.execute(delete(table))
        return broken

    # Runs

    def add_run(self, run: RunView) -> None:
        """Add a run; one that is known already stays as it is."""
        with self._write() as session:
            add_unless_known(session, run)

    def update_run(self, run_id: str, **changes: Unpack[RunChanges]) -> RunView:
        """Change a run and return it. Raises NotFoundError."""
        with self._write() as session:
            row = found(session, RunRow, run_id, lock=True)
            apply(row, changes)
            return row.to_view()

    def get_run(self, run_id: str) -> RunView:
        """One run. Raises NotFoundError."""
        with self._read() as session:
            return found(session, RunRow, run_id).to_view()

    def list_runs(self, *statuses: RunStatus, limit: int | None = None) -> Listed[RunView]:
        """Runs with one of `statuses` (all when none is given), the newest first."""
        query = select(RunRow).order_by(RunRow.created_at.desc(), RunRow.id.desc()).limit(limit)
        if statuses:
            query = query.where(RunRow.status.in_(statuses))
        with self._read() as session:
            return readable(session, RunRow, RunRow.to_view, query)

    def delete_run(self, run_id: str) -> None:
        """Forget a run and its events. Raises NotFoundError."""
        with self._write() as session:
            session.delete(found(session, RunRow, run_id))

    # Events

    def store_events(self, run_id: str, events: Sequence[Event], offset: int, changes: RunChanges | None = None) -> int:
        """Store events, how far `events.jsonl` has been read, and what follows for the run, in one transaction.

        Events that are there already are left out, so each is stored exactly once however often, and by however many
        readers, this is called.

        Args:
            run_id: the run.
            events: in order, as read from the file.
            offset: bytes of the file up to the end of the last event.
            changes: what the events say about the run; left out when none of them is new.

        Returns:
            How many events were new.

        Raises:
            NotFoundError: the run is not in the database.
            DatabaseError: events between the stored ones and these, or among these, are missing.
        """
        with self._write() as session:
            run = found(session, RunRow, run_id, lock=True)
            fresh = [event for event in events if event.seq > run.last_seq]
            if not fresh:
                return 0
            for due, event in enumerate(fresh, run.last_seq + 1):
                if event.seq != due:
                    raise DatabaseError(
                        f"Event {due} of run {run_id} is missing; the next one read is {event.seq}.",
                        hint="Rebuild the database from the run folders.",
                    )
            session.add_all(EventRow(run_id=run_id, **dict(event)) for event in fresh)
            run.last_seq = fresh[-1].seq
            run.event_offset = max(run.event_offset, offset)
            apply(run, changes or {})
            return len(fresh)

    def list_events(self, run_id: str, *kinds: EventKind, after: int = 0, limit: int | None = None) -> list[Event]:
        """Stored events with a `seq` above `after`, in order; of all kinds when none is given."""
        query = select(EventRow).where(EventRow.run_id == run_id, EventRow.seq > after).order_by(EventRow.seq)
        if kinds:
            query = query.where(EventRow.kind.in_(kinds))
        with self._read() as session:
            return [row.to_event() for row in session.scalars(query.limit(limit))]

    def list_measures(self, run_id: str, after: int = 0) -> list[tuple[int, str, dict[str, Any]]]:
        """(seq, kind, data) of the stored `progress` and `evaluation` events with a `seq` above `after`, in order.

        A long run has a hundred thousand of them, so no `Event` is made of each.
        """
        query = (
            select(EventRow.seq, EventRow.kind, cast(EventRow.data, Text))
            .where(EventRow.run_id == run_id, EventRow.seq > after, EventRow.kind.in_(("progress", "evaluation")))
            .order_by(EventRow.seq)
        )
        with self._read() as session:
            return [(seq, kind, orjson.loads(data)) for seq, kind, data in session.execute(query)]

    def event_position(self, run_id: str) -> tuple[int, int]:
        """(bytes of `events.jsonl` read, seq of the last stored event). Raises NotFoundError."""
        with self._read() as session:
            row = found(session, RunRow, run_id)
            return row.event_offset, row.last_seq

    def forget_events(self, run_id: str) -> None:
        """Forget the events of a run and what they said, so that they can be read anew. Raises NotFoundError."""
        with self._write() as session:
            run = found(session, RunRow, run_id, lock=True)
            session.execute(delete(EventRow).where(EventRow.run_id == run_id))
            run.event_offset = run.last_seq = 0
            nothing: RunChanges = {"progress": None, "report": None, "model_id": None, "error": None}
            apply(run, {"status": "queued", "finished_at": None, **nothing})

    # Models and datasets

    def save_model(self, model: ModelView) -> None:
        """Add a model, or replace what is known of it."""
        with self._write() as session:
            session.merge(ModelRow(**dict(model)))

    def get_model(self, model_id: str) -> ModelView:
        """One model. Raises NotFoundError."""
        with self._read() as session:
            return found(session, ModelRow, model_id).to_view()

    def list_models(self, limit: int | None = None) -> Listed[ModelView]:
        """All models, the newest first."""
        with self._read() as session:
            query = select(ModelRow).order_by(ModelRow.created_at.desc(), ModelRow.id.desc()).limit(limit)
            return readable(session, ModelRow, ModelRow.to_view, query)

    def delete_model(self, model_id: str) -> None:
        """Forget a model. Raises NotFoundError."""
        with self._write() as session:
            session.delete(found(session, ModelRow, model_id))

    def save_dataset(self, dataset: DatasetView) -> None:
        """Add a dataset, or replace what is known of it."""
        with self._write() as session:
            session.merge(DatasetRow(**dict(dataset)))

    def get_dataset(self, dataset_id: str) -> DatasetView:
        """One dataset. Raises NotFoundError."""
        with self._read() as session:
            return found(session, DatasetRow, dataset_id).to_view()

    def list_datasets(self, limit: int | None = None) -> Listed[DatasetView]:
        """All datasets, the newest first."""
        with self._read() as session:
            query = select(DatasetRow).order_by(DatasetRow.created_at.desc(), DatasetRow.id.desc()).limit(limit)
            return readable(session, DatasetRow, DatasetRow.to_view, query)

    def delete_dataset(self, dataset_id: str) -> None:
        """Forget a dataset. Raises NotFoundError."""
        with self._write() as session:
            session.delete(found(session, DatasetRow, dataset_id))

    # Inside

    def _revision(self) -> str | None:
        with self.engine.execution_options(**{READ_ONLY: True}).connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return revision

    def is_damaged(self) -> bool:
        """Whether SQLite finds its file broken; a busy file is not."""
        if self.engine.dialect.name != "sqlite":
            return False
        with database_errors():
            try:
                with self.engine.execution_options(**{READ_ONLY: True}).connect() as connection:
                    return bool(connection.scalar(text("PRAGMA integrity_check(1)")) != "ok")
            except UnicodeDecodeError:  # SQLite quotes what it found, and that is no text
                return True
            except (SQLAlchemyError, sqlite3.Error) as error:
                cause = getattr(error, "orig", error)
                code = getattr(cause, "sqlite_errorcode", 0) & 0xFF  # the low byte is the primary code
                if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                    return True
                raise

    def _set_aside(self) -> Path | None:
        self.engine.dispose()
        path = sqlite_file(self.engine)
        if path is None:
            return None
        stamp = f".broken-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
        for suffix in ("", "-wal", "-shm"):
            file = path.with_name(path.name + suffix)
            if file.exists():
                file.rename(path.with_name(path.name + stamp + suffix))
        return path.with_name(path.name + stamp)
