"""Alembic's entry: it works on the connection and in the transaction that `DatabaseManager.migrate()` hands over."""

from __future__ import annotations

from alembic import context

from modelforge.database.models import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
