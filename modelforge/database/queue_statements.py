"""The queue: which run is next, and which submit made which run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from sqlalchemy import ColumnElement, Text, case, cast, func, or_, select, type_coerce
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from modelforge.database.columns import json_type
from modelforge.database.models import RunRow, SubmissionRow
from modelforge.database.sessions import Listed, Sessions, add_unless_known, database_errors, not_found, readable
from modelforge.database.supervisor_lock import AdvisoryLock, HomeLock, SupervisorLock
from modelforge.exceptions import DatabaseError, NotFoundError
from modelforge.schemas.run import RunStatus, RunTicket, RunView
from modelforge.schemas.run_requests import RunOrder, RunPage
from modelforge.storage.file_lock import FileLock

BY_TURN = (RunRow.priority.desc(), RunRow.position, RunRow.created_at, RunRow.id)
WAITING = select(RunRow).where(RunRow.status == "queued").order_by(*BY_TURN)

VERDICTS = ("better", "no evidence", "worse")


def _rank(order: RunOrder) -> ColumnElement[Any] | None:
    """What runs are sorted by before their age."""
    if order == "name":
        return func.lower(RunRow.name)
    if order == "status":
        return case({status: place for place, status in enumerate(get_args(RunStatus))}, value=RunRow.status)
    if order == "result":
        verdict = type_coerce(RunRow.report, json_type())["verdict"].as_string()
        return case({word: place for place, word in enumerate(VERDICTS)}, value=verdict, else_=len(VERDICTS))
    return None


def _behind(session: Session, last: str, rank: ColumnElement[Any] | None) -> ColumnElement[bool]:
    """Which runs follow after the run `last`, of which no more is read than its place. Raises NotFoundError."""
    created_at = session.scalar(select(RunRow.created_at).where(RunRow.id == last))
    if created_at is None:
        raise not_found(RunRow, last)
    older = (RunRow.created_at < created_at) | ((RunRow.created_at == created_at) & (RunRow.id < last))
    if rank is None:
        return older
    place = session.scalar(select(rank).where(RunRow.id == last))
    return (rank > place) | ((rank == place) & older)


class QueueStatements(Sessions):
    """What the queue asks of the database."""

    def queued_runs(self) -> Listed[RunView]:
        """The waiting runs, the next one first."""
        with self._read() as session:
            return readable(session, RunRow, RunRow.to_view, WAITING)

    def page_runs(
        self,
        *statuses: RunStatus,
        limit: int,
        before: str | None = None,
        owner: str | None = None,
        text: str = "",
        order: RunOrder = "newest",
    ) -> RunPage:
        """One page of runs.

        Args:
            statuses: only these; all when none is given.
            limit: runs on a page.
            before: the last run of the page before, in the same order.
            owner: only runs of this account; all when not given.
            text: part of the id, the name, the model or the dataset, in whatever case.

        Raises:
            NotFoundError: the run `before` is not there any more.
        """
        rank, chosen = _rank(order), select(RunRow)
        if statuses:
            chosen = chosen.where(RunRow.status.in_(statuses))
        if owner is not None:
            chosen = chosen.where(RunRow.owner == owner)
        if text:
            config = type_coerce(RunRow.config, json_type())
            places = (RunRow.id, RunRow.name, config["model"].as_string(), config["dataset"].as_string())
            chosen = chosen.where(or_(*(place.icontains(text, autoescape=True) for place in places)))
        with self._read() as session:
            total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
            if before is not None:
                chosen = chosen.where(_behind(session, before, rank))
            query = chosen.order_by(
                *([] if rank is None else [rank]), RunRow.created_at.desc(), RunRow.id.desc()
            ).limit(limit)
            runs = readable(session, RunRow, RunRow.to_view, query)
            ids = (
                list(session.scalars(query.with_only_columns(RunRow.id)))
                if runs.unreadable
                else [run.id for run in runs]
            )
        last = ids[-1] if len(ids) == limit else None
        return RunPage(items=tuple(runs), total=total, next=last, unreadable=runs.unreadable)

    def runs_that_name(self, text: str, among: Sequence[str]) -> list[str]:
        """Those of the runs `among` whose config or stage holds a text, whether or not it can be understood."""
        places = (cast(type_coerce(column, json_type()), Text) for column in (RunRow.config, RunRow.stage))
        named = or_(*(place.contains(text, autoescape=True) for place in places))
        with self._read() as session:
            return list(session.scalars(select(RunRow.id).where(RunRow.id.in_(among), named)))

    def submit_run(self, run: RunView, ticket: RunTicket, later: Sequence[RunView] = ()) -> str:
        """Add a run together with the key of its submit; returns the id of the run that holds the key.

        That is another run's when the same owner has used the key before: then nothing is added. A run that is known
        stays as it is: the supervisor may have found its folder first and started it.

        Args:
            run: the one that answers the submit.
            ticket: its place in the queue, and the key.
            later: the runs of the stages behind it, added with it or not at all.
        """
        try:
            return self._submit(run, ticket, later)
        except DatabaseError as error:
            if not isinstance(error.__cause__, IntegrityError):
                raise
            return self._submit(run, ticket, later)  # another process added the same between the look and the write

    def _submit(self, run: RunView, ticket: RunTicket, later: Sequence[RunView]) -> str:
        with self._write() as session:
            if (earlier := _submission(session, run.owner, ticket.idempotency_key)) is not None:
                return earlier.run_id
            for one in (run, *later):
                add_unless_known(session, one)
            if ticket.idempotency_key is not None:
                session.add(
                    SubmissionRow(
                        owner=run.owner or "",
                        key=ticket.idempotency_key,
                        fingerprint=ticket.fingerprint,
                        run_id=run.id,
                    )
                )
            return run.id

    def find_submission(self, owner: str | None, key: str) -> tuple[str, str] | None:
        """(run, fingerprint) of the earlier submit with this owner and key."""
        with self._read() as session:
            row = _submission(session, owner, key)
            return None if row is None else (row.run_id, row.fingerprint)

    def move_run(self, run_id: str, *, priority: int | None, before: str | None) -> list[RunView]:
        """Give a waiting run another priority, or the place right before another waiting run, whose priority it takes.

        The waiting stages of one recipe move as one. Returns all that were moved, `run_id` first.

        Raises:
            NotFoundError: one of them does not wait.
        """
        with self._write() as session:
            unreadable = [one.id for one in readable(session, RunRow, RunRow.to_view, WAITING).unreadable]
            rows = list(session.scalars(WAITING.where(RunRow.id.not_in(unreadable))))
            mover = _waiting(rows, run_id)
            together = [row for row in rows if row is mover or _of_one_recipe(row, mover)]
            if priority is not None:
                for row in together:
                    row.priority = priority
            if before is not None and (follower := _waiting(rows, before)) not in together:
                _put_before(follower, together, [row for row in rows if row not in together])
            return [row.to_view() for row in sorted(together, key=lambda row: row is not mover)]

    def take_supervisor_lock(self, lock_file: Path) -> SupervisorLock | None:
        """Become the one supervisor: by PostgreSQL's advisory lock, else by a lock on a file. Nothing: another is it.

        Raises:
            StorageError: the file cannot be opened.
        """
        if self.engine.dialect.name == "postgresql":
            with database_errors():
                return AdvisoryLock.try_take(self.engine)
        lock = FileLock.try_take(lock_file)
        return None if lock is None else HomeLock(lock)


def _submission(session: Session, owner: str | None, key: str | None) -> SubmissionRow | None:
    return None if key is None else session.get(SubmissionRow, (owner or "", key))


def _of_one_recipe(row: RunRow, other: RunRow) -> bool:
    return row.stage is not None and other.stage is not None and row.stage.runs == other.stage.runs


def _put_before(follower: RunRow, together: list[RunRow], rows: list[RunRow]) -> None:
    """Give `together`, in their order, positions between `follower` and the run that is in front of it in `rows`."""
    place = rows.index(follower)
    leader = rows[place - 1] if place and rows[place - 1].priority == follower.priority else None
    start = follower.position - 1 if leader is None else leader.position
    step = (follower.position - start) / (len(together) + 1)
    for number, row in enumerate(together, 1):
        row.priority, row.position = follower.priority, start + number * step


def _waiting(rows: list[RunRow], run_id: str) -> RunRow:
    for row in rows:
        if row.id == run_id:
            return row
    raise NotFoundError(
        f"Run {run_id[:80]!r} does not wait in the queue.",
        hint="Only waiting runs can be moved.",
        code="run-not-waiting",
        params={"run": run_id[:80]},
    )
