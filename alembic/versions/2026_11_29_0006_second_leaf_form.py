"""What stands beside a text, and the second form of leaves: form and salt of each change.

A change keeps the form it was recorded in. An older program has no place for what the second form needs: on
the way down it is kept in two tables of its own, which the way up reads again and drops. The older program
works on and adds to the log; what it cannot prove are the leaves of form 2.

Revision: 0006
After: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEPT_CHANGE = "kept_change_0006"
KEPT_RENDITION = "kept_rendition_0006"
KEY = "document_id, no, normaliser_id"
BESIDE = "beside, beside_size, beside_hash, sum"


def upgrade() -> None:
    op.add_column("rendition", sa.Column("beside", sa.LargeBinary()))
    op.add_column("rendition", sa.Column("beside_size", sa.BigInteger()))
    op.add_column("rendition", sa.Column("beside_hash", sa.LargeBinary()))
    op.add_column("rendition", sa.Column("sum", sa.LargeBinary()))
    op.add_column("change", sa.Column("form", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("change", sa.Column("salt", sa.LargeBinary()))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE rendition ALTER COLUMN beside SET STORAGE EXTERNAL")
    known = sa.inspect(op.get_bind()).get_table_names()
    if KEPT_CHANGE in known:
        op.execute(
            f"UPDATE change SET form = k.form, salt = k.salt FROM {KEPT_CHANGE} AS k WHERE change.seq = k.seq"
        )
        op.drop_table(KEPT_CHANGE)
    if KEPT_RENDITION in known:
        values = ", ".join(f"{name} = k.{name}" for name in BESIDE.split(", "))
        same = " AND ".join(f"rendition.{name} = k.{name}" for name in KEY.split(", "))
        op.execute(f"UPDATE rendition SET {values} FROM {KEPT_RENDITION} AS k WHERE {same}")
        op.drop_table(KEPT_RENDITION)


def downgrade() -> None:
    """Keep what an older program has no place for."""
    run = op.get_bind().execute
    for table, of, columns, which in (
        (KEPT_CHANGE, "change", "seq, form, salt", "form <> 1"),
        (KEPT_RENDITION, "rendition", f"{KEY}, {BESIDE}", "sum IS NOT NULL"),
    ):
        if run(sa.text(f"SELECT 1 FROM {of} WHERE {which} LIMIT 1")).first() is not None:
            op.execute(f"CREATE TABLE {table} AS SELECT {columns} FROM {of} WHERE {which}")
    for table, column in (
        ("change", "salt"),
        ("change", "form"),
        ("rendition", "sum"),
        ("rendition", "beside_hash"),
        ("rendition", "beside_size"),
        ("rendition", "beside"),
    ):
        op.drop_column(table, column)
