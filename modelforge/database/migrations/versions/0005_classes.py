"""The classes of a model that classifies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from modelforge.database.columns import json_type

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("models", sa.Column("classes", json_type(), server_default="[]", nullable=False))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("models") as models:
        models.drop_column("classes")
