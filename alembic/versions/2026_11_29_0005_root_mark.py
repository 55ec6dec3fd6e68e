"""A root's mark, its folder's birth time, what is mounted below it, and what each rule leaves out.

The mark of a root of before is its id, which its folder holds. Birth times are learnt at the next good look.

Revision: 0005
After: 0004
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# As the program of each revision takes the sum of a root's row.
BEFORE = (
    "id", "uid", "name", "host", "path", "device", "inode", "mounts", "last_scan_at", "retired_at",
    "report", "heartbeat_at",
)  # fmt: skip
AFTER = (*BEFORE, "mark", "birth_ns", "is_mount", "left_out")
# The driver's own values are not the program's: SQLite has no truth values.
TYPES = {"is_mount": sa.Boolean(create_constraint=False), "uid": sa.LargeBinary(), "path": sa.LargeBinary()}


def upgrade() -> None:
    op.add_column("root", sa.Column("mark", sa.LargeBinary()))
    op.add_column("root", sa.Column("birth_ns", sa.BigInteger()))
    op.add_column("root", sa.Column("is_mount", sa.Boolean(create_constraint=False)))
    op.add_column("root", sa.Column("left_out", sa.Text(), nullable=False, server_default="{}"))
    op.execute("UPDATE root SET mark = uid")
    _convert(_with_facts, BEFORE, AFTER)


def downgrade() -> None:
    """Where a mark is not the id, an older program asks for --adopt."""
    _convert(_names_alone, AFTER, BEFORE)
    for column in ("left_out", "is_mount", "birth_ns", "mark"):
        op.drop_column("root", column)


def _convert(converted: Callable[[str], str], before: Sequence[str], after: Sequence[str]) -> None:
    """Write the mounts of every root in the other form, and its sum.

    A row that is damaged keeps both, so that `verify` tells it.
    """
    root = sa.table("root", *(sa.column(name, TYPES.get(name)) for name in (*AFTER, "sum")))
    bind = op.get_bind()
    for row in bind.execute(sa.select(root)).mappings().all():
        if _sum(before, row) != row["sum"]:
            continue
        values = {**row, "mounts": converted(row["mounts"])}
        changed = {"mounts": values["mounts"], "sum": _sum(after, values)}
        bind.execute(sa.update(root).where(root.c.id == row["id"]).values(changed))


def _sum(columns: Sequence[str], values: Mapping[Any, Any]) -> bytes:
    return sha256(msgspec.json.encode(["root", *(values[name] for name in columns)])).digest()[:8]


def _with_facts(mounts: str) -> str:
    """`["sub", "sub#2"]` as `[["c3Vi", null, null]]`: paths in base64, inode and birth time not known."""
    points = {name.rpartition("#")[0] if _is_numbered(name) else name for name in msgspec.json.decode(mounts)}
    encoded = [(point.encode("utf-8", "surrogateescape"), None, None) for point in sorted(points)]
    return msgspec.json.encode(encoded).decode()


def _is_numbered(name: str) -> bool:
    return name.rpartition("#")[2].isdecimal() and "#" in name


def _names_alone(mounts: str) -> str:
    points = msgspec.json.decode(mounts, type=list[tuple[bytes, int | None, int | None]])
    return msgspec.json.encode([point.decode("utf-8", "replace") for point, _, _ in points]).decode()
