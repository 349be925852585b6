"""The queue: priority, position, attempt, slot and reason of a run; submits by key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = ("priority", "position", "attempt", "slot", "reason")


def upgrade() -> None:
    """Add the columns and the table."""
    op.add_column("runs", sa.Column("priority", sa.Integer(), server_default="0", nullable=False))
    op.add_column("runs", sa.Column("position", sa.Float(53), server_default="0", nullable=False))
    op.add_column("runs", sa.Column("attempt", sa.Integer(), server_default="0", nullable=False))
    op.add_column("runs", sa.Column("slot", sa.String(32)))
    op.add_column("runs", sa.Column("reason", sa.String(64)))
    op.create_table(
        "submissions",
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", name="pk_submissions"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("submissions")
    with op.batch_alter_table("runs") as runs:
        for name in COLUMNS:
            runs.drop_column(name)
