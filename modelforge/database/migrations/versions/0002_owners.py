"""Whose a run, a model or a dataset is; a dataset may wait for its shape."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OWNED = ("runs", "models", "datasets")


def upgrade() -> None:
    """Add the owners, and allow a dataset without a shape."""
    for table in OWNED:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("owner", sa.String(64)))
            batch.create_index(f"ix_{table}_owner", ["owner"])
    with op.batch_alter_table("datasets") as batch:
        batch.alter_column("shape", existing_type=sa.String(32), nullable=True)


def downgrade() -> None:
    """Take the owners away; datasets without a shape go with them."""
    op.execute("DELETE FROM datasets WHERE shape IS NULL")
    with op.batch_alter_table("datasets") as batch:
        batch.alter_column("shape", existing_type=sa.String(32), nullable=False)
    for table in OWNED:
        with op.batch_alter_table(table) as batch:
            batch.drop_index(f"ix_{table}_owner")
            batch.drop_column("owner")
