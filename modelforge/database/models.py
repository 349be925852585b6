"""The tables: `runs`, `run_events`, `submissions`, `models`, `datasets`, and how a row becomes a schema."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, Index, MetaData, String, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from modelforge.database.columns import SchemaColumn, UtcDateTime, json_type
from modelforge.schemas.config.training_config import TrainingConfig
from modelforge.schemas.dataset import DatasetView
from modelforge.schemas.events import Event
from modelforge.schemas.model import ModelView
from modelforge.schemas.run import RunError, RunStage, RunView

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraints have names, so that a later migration can change them."""


class Table(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(naming_convention=NAMES)


class RunRow(Table):
    """One run, and how far its events have been read."""

    __tablename__ = "runs"
    __table_args__ = (Index("ix_runs_created_at", "created_at"), Index("ix_runs_status", "status"))

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str]
    status: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    config: Mapped[TrainingConfig] = mapped_column(SchemaColumn(TrainingConfig))
    progress: Mapped[dict[str, Any] | None] = mapped_column(json_type())
    report: Mapped[dict[str, Any] | None] = mapped_column(json_type())
    model_id: Mapped[str | None] = mapped_column(String(64))
    error: Mapped[RunError | None] = mapped_column(SchemaColumn(RunError))
    priority: Mapped[int] = mapped_column(default=0, server_default="0")
    position: Mapped[float] = mapped_column(Float(53), default=0.0, server_default="0")
    attempt: Mapped[int] = mapped_column(default=0, server_default="0")
    slot: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[str | None] = mapped_column(String(64))
    owner: Mapped[str | None] = mapped_column(String(64), index=True)
    stage: Mapped[RunStage | None] = mapped_column(SchemaColumn(RunStage))
    doing: Mapped[str | None] = mapped_column(String(64))
    event_offset: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """Bytes of `events.jsonl` whose events are in `run_events`."""
    last_seq: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")

    def to_view(self) -> RunView:
        """The row as users see it."""
        return RunView.model_validate({name: getattr(self, name) for name in RunView.model_fields})


class SubmissionRow(Table):
    """One submit that named a key: the same key makes no second run."""

    __tablename__ = "submissions"

    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The account that submitted; empty where there are no accounts."""
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    """SHA-256 of what was submitted: the same key with other content is a mistake."""
    run_id: Mapped[str] = mapped_column(String(64))


class EventRow(Table):
    """One event of one run."""

    __tablename__ = "run_events"

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    epoch: Mapped[int]
    time: Mapped[float] = mapped_column(Float(53))
    kind: Mapped[str] = mapped_column(String(32))
    data: Mapped[dict[str, Any]] = mapped_column(json_type())

    def to_event(self) -> Event:
        """The row as it stood in `events.jsonl`."""
        return Event.model_validate({name: getattr(self, name) for name in Event.model_fields})


class ModelRow(Table):
    """One model of the library."""

    __tablename__ = "models"
    __table_args__ = (Index("ix_models_created_at", "created_at"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(String(16))
    task: Mapped[str] = mapped_column(String(64))
    base_model: Mapped[str]
    base_revision: Mapped[str | None]
    run_id: Mapped[str | None] = mapped_column(String(64))
    """The run that made it, which may have been deleted since."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    metrics: Mapped[dict[str, Any]] = mapped_column(json_type())
    system_prompt: Mapped[str | None]
    classes: Mapped[list[str]] = mapped_column(json_type(), server_default="[]")
    source_prefix: Mapped[str] = mapped_column(server_default=text("''"))
    plain_prompts: Mapped[bool]
    mode: Mapped[str | None] = mapped_column(String(16))
    merge_check: Mapped[dict[str, Any] | None] = mapped_column(json_type())
    bytes: Mapped[int] = mapped_column(BigInteger)
    owner: Mapped[str | None] = mapped_column(String(64), index=True)
    path: Mapped[str]

    def to_view(self) -> ModelView:
        """The row as users see it."""
        return ModelView.model_validate({name: getattr(self, name) for name in ModelView.model_fields})


class DatasetRow(Table):
    """One dataset of the library."""

    __tablename__ = "datasets"
    __table_args__ = (Index("ix_datasets_created_at", "created_at"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    file_format: Mapped[str] = mapped_column(String(16))
    shape: Mapped[str | None] = mapped_column(String(32))
    columns: Mapped[dict[str, Any]] = mapped_column(json_type())
    rows: Mapped[int] = mapped_column(BigInteger)
    bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(json_type())
    owner: Mapped[str | None] = mapped_column(String(64), index=True)

    def to_view(self) -> DatasetView:
        """The row as users see it."""
        return DatasetView.model_validate({name: getattr(self, name) for name in DatasetView.model_fields})
