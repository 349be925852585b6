"""Column types that hold our own shapes, checked on the way in and on the way out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy import JSON, DateTime, Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

Shape = TypeVar("Shape", bound=BaseModel)


def json_type() -> TypeEngine[Any]:
    """JSON in SQLite, JSONB in PostgreSQL; nothing is stored as SQL NULL."""
    return JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class SchemaColumn(TypeDecorator[Shape], Generic[Shape]):
    """A schema stored as JSON: `TrainingConfig` goes in, a validated `TrainingConfig` comes out."""

    impl = JSON
    cache_ok = True

    def __init__(self, schema: type[Shape]) -> None:
        super().__init__(none_as_null=True)
        self.schema = schema

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The JSON type of the database in use."""
        return dialect.type_descriptor(json_type())

    def process_bind_param(self, value: Shape | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Schema → JSON."""
        return None if value is None else value.model_dump(mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> Shape | None:  # noqa: ARG002
        """JSON → schema. Raises pydantic's ValidationError when another version of ModelForge wrote it."""
        return None if value is None else self.schema.model_validate(value)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment with its time zone; SQLite, which knows none, keeps it in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Any zone → UTC; a moment without a zone is taken as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """UTC, with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
