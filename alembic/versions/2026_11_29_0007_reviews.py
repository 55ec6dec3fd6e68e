"""What people say of edits that they looked at.

An older program has no place for it: on the way down it is kept in a table of its own, which the way up reads
again, for the changes that are still the same, and drops. Who may read or add changes may then read or add
reviews: a role that was granted rights before the table was there would have none to it.

Revision: 0007
After: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEPT = "kept_review_0007"
COLUMNS = "id, uid, seq, action, of_id, at, name, named_by, note, sum"
# The rights to `change` of everybody but its owner; grantee 0 is everybody.
RIGHTS = """
DO $$
DECLARE granted record;
BEGIN
  FOR granted IN
    SELECT CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(acl.grantee)) END AS role,
           acl.privilege_type AS "right"
    FROM pg_class, aclexplode(pg_class.relacl) AS acl
    WHERE pg_class.oid = 'change'::regclass AND acl.grantee <> pg_class.relowner
      AND acl.privilege_type IN ('SELECT', 'INSERT')
  LOOP
    EXECUTE format('GRANT %s ON review TO %s', granted."right", granted.role);
  END LOOP;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("uid", sa.LargeBinary(), nullable=False),
        sa.Column("seq", KEY, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("of_id", KEY),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("named_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("sum", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["seq"], ["change.seq"], name="fk_review_seq_change"),
        sa.ForeignKeyConstraint(["of_id"], ["review.id"], name="fk_review_of_id_review"),
        sa.PrimaryKeyConstraint("id", name="pk_review"),
        sa.UniqueConstraint("uid", name="uq_review_uid"),
        sa.UniqueConstraint("of_id", name="uq_review_of_id"),
    )
    op.create_index("ix_review_seq", "review", ["seq"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(RIGHTS)
    if KEPT in sa.inspect(op.get_bind()).get_table_names():
        columns = ", ".join(f"k.{name}" for name in COLUMNS.split(", "))
        op.execute(
            f"INSERT INTO review ({COLUMNS}) SELECT {columns} FROM {KEPT} AS k"
            " JOIN change ON change.seq = k.seq AND change.id = k.change_id ORDER BY k.id"
        )
        op.drop_table(KEPT)


def downgrade() -> None:
    """Keep what an older program has no place for."""
    if op.get_bind().execute(sa.text("SELECT 1 FROM review LIMIT 1")).first() is not None:
        columns = ", ".join(f"review.{name}" for name in COLUMNS.split(", "))
        op.execute(
            f"CREATE TABLE {KEPT} AS SELECT {columns}, change.id AS change_id"
            " FROM review JOIN change ON change.seq = review.seq"
        )
    op.drop_table("review")
