"""What stands before every text that a model is asked about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("models", sa.Column("source_prefix", sa.String(), server_default=sa.text("''"), nullable=False))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("models") as models:
        models.drop_column("source_prefix")
