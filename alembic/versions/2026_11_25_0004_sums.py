"""A sum in every row that is to have one, and a live document's path in one index, not in two.

There was an index of the live ones' paths and one of all: the second is of the deleted ones now.

Revision: 0004
After: 0003
"""

from __future__ import annotations

from hashlib import sha256

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# As revision 0003's program took the sums: the table, its key, the columns.
SUMMED = {
    "root": (
        ("id",),
        ("id", "uid", "name", "host", "path", "device", "inode", "mounts", "last_scan_at", "retired_at",
         "report", "heartbeat_at"),
    ),
    "coverage": (("id",), ("id", "root_id", "state", "from_at", "to_at", "reason")),
    "cursor": (("name",), ("name", "seq")),
    "seen": (
        ("root_id", "path_bytes"),
        ("root_id", "path_bytes", "long_path", "document_id", "read_at", "reason", "detail", "since"),
    ),
}  # fmt: skip


def upgrade() -> None:
    op.drop_index("ix_document_root_id_path_bytes", "document")
    where = sa.text("state = 'deleted'")
    op.create_index(
        "ix_document_deleted_path",
        "document",
        ["root_id", "path_bytes"],
        sqlite_where=where,
        postgresql_where=where,
    )
    run = op.get_bind().execute
    # Of roots that were scanned before there was a ledger, it says so: a scan ends that.
    without = (
        "SELECT id, last_scan_at FROM root WHERE last_scan_at IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM coverage WHERE root_id = root.id)"
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    key = "(SELECT coalesce(max(id), 0) + 1 FROM coverage)" if sqlite else "nextval('key_seq')"
    for row in run(sa.text(without)).all():
        run(
            sa.text(
                "INSERT INTO coverage (id, root_id, state, from_at, to_at, reason) "
                f"VALUES ({key}, :root, 'blind', :since, NULL, 'not recorded')"
            ),
            {"root": row.id, "since": row.last_scan_at},
        )
    for table, (key, columns) in SUMMED.items():
        missing = "sum IS NULL" + (" AND reason IS NOT NULL" if table == "seen" else "")
        there = " AND ".join(f"{name} = :{name}" for name in key)
        for row in run(sa.text(f"SELECT {', '.join(columns)} FROM {table} WHERE {missing}")).mappings().all():
            taken = sha256(msgspec.json.encode([table, *(row[name] for name in columns)])).digest()[:8]
            values = {"taken": taken, **{name: row[name] for name in key}}
            run(sa.text(f"UPDATE {table} SET sum = :taken WHERE {there}"), values)


def downgrade() -> None:
    op.drop_index("ix_document_deleted_path", "document")
    op.create_index("ix_document_root_id_path_bytes", "document", ["root_id", "path_bytes"])
