"""The ledger of how each root was observed, and what its daemon last said of it.

Revision: 0002
After: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "coverage",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("root_id", KEY, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("to_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["root_id"], ["root.id"], name="fk_coverage_root_id_root"),
        sa.PrimaryKeyConstraint("id", name="pk_coverage"),
    )
    op.create_index("ix_coverage_root_id_from_at", "coverage", ["root_id", "from_at"])
    op.add_column("root", sa.Column("report", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("root", sa.Column("heartbeat_at", sa.BigInteger()))


def downgrade() -> None:
    op.drop_column("root", "heartbeat_at")
    op.drop_column("root", "report")
    op.drop_table("coverage")
