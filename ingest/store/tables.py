"""The schema, the same on SQLite and Postgres. `alembic/` makes it; this module describes it.

Insert-only and covered by the leaves: normaliser, version, rendition, change, blob, dictionary. Working
state: root, document, seen, log_head, cursor, coverage. Insert-only and no part of the record: review.
Times are microseconds since 1970 UTC.
"""

from __future__ import annotations

import sqlalchemy as sa

REVISION = "0007"

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# SQLite gives a rowid alias only to a column declared INTEGER.
Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Big = sa.BigInteger()
Bytes = sa.LargeBinary()


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> sa.Index:
    """Return an index of some rows.

    On Postgres it is partial too, as the migrations make it; to say so here would load that dialect, which
    takes 30 ms of each start, and nothing reads it.
    """
    return sa.Index(name, *columns, unique=unique, sqlite_where=sa.text(where))


root = sa.Table(
    "root",
    metadata,
    sa.Column("id", Key, primary_key=True, autoincrement=False),
    sa.Column("uid", Bytes, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("path", Bytes, nullable=False),
    sa.Column("device", Big, nullable=False),
    sa.Column("inode", Big, nullable=False),
    sa.Column("mounts", sa.Text, nullable=False),
    sa.Column("last_scan_at", Big),
    sa.Column("retired_at", Big),
    sa.Column("report", sa.Text, nullable=False, server_default="{}"),
    sa.Column("heartbeat_at", Big),
    sa.Column("sum", Bytes),
    # The folder's mark, its birth time, whether it is a mount point of its own; null: not recorded.
    sa.Column("mark", Bytes),
    sa.Column("birth_ns", Big),
    sa.Column("is_mount", sa.Boolean(create_constraint=False)),
    # How many names each rule left out at the last scan.
    sa.Column("left_out", sa.Text, nullable=False, server_default="{}"),
)

document = sa.Table(
    "document",
    metadata,
    sa.Column("id", Key, primary_key=True, autoincrement=False),
    sa.Column("uid", Bytes, nullable=False, unique=True),
    sa.Column("root_id", Key, sa.ForeignKey("root.id"), nullable=False),
    sa.Column("path_bytes", Bytes, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("last_no", sa.Integer, nullable=False),
    sa.Column("last_hash", Bytes, nullable=False),
    # Each query of a path says which of the two it asks.
    _partial("uq_document_live_path", "root_id", "path_bytes", where="state = 'live'", unique=True),
    _partial("ix_document_deleted_path", "root_id", "path_bytes", where="state = 'deleted'"),
)

dictionary = sa.Table(
    "dictionary",
    metadata,
    sa.Column("id", Key, primary_key=True, autoincrement=False),
    sa.Column("hash", Bytes, nullable=False),
    sa.Column("size", Big, nullable=False),
    sa.Column("data", Bytes, nullable=False),
)

blob = sa.Table(
    "blob",
    metadata,
    sa.Column("id", Key, primary_key=True, autoincrement=False),
    sa.Column("hash", Bytes, nullable=False, unique=True),
    sa.Column("dictionary_id", Key),
    sa.Column("size", Big, nullable=False),
    sa.Column("data", Bytes),
    sa.Column("uri", sa.Text),
)

normaliser = sa.Table(
    "normaliser",
    metadata,
    sa.Column("id", Key, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("libraries", sa.Text, nullable=False),
    sa.UniqueConstraint("name", "libraries"),
)

version = sa.Table(
    "version",
    metadata,
    sa.Column("document_id", Key, sa.ForeignKey("document.id"), primary_key=True, autoincrement=False),
    sa.Column("no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("hash", Bytes, nullable=False),
    sa.Column("salt", Bytes, nullable=False),
    sa.Column("size", Big, nullable=False),
    sa.Column("base_no", sa.Integer),
    sa.Column("blob_id", Key, sa.ForeignKey("blob.id")),
    sa.Column("delta", Bytes),
    sa.Column("observed_at", Big, nullable=False),
    sa.Column("modified_at", Big, nullable=False),
    sa.Column("seq", Big, nullable=False),
    sqlite_with_rowid=False,
)

rendition = sa.Table(
    "rendition",
    metadata,
    sa.Column("document_id", Key, primary_key=True, autoincrement=False),
    sa.Column("no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("normaliser_id", Key, sa.ForeignKey("normaliser.id"), primary_key=True, autoincrement=False),
    sa.Column("text_hash", Bytes),
    sa.Column("text_reason", sa.Text),
    sa.Column("text_offset", Big),
    sa.Column("text_length", Big),
    sa.Column("text_blob_id", Key, sa.ForeignKey("blob.id")),
    sa.Column("text_delta", Bytes),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("encoding", sa.Text),
    sa.Column("bom", sa.Boolean(create_constraint=False), nullable=False),
    sa.Column("confidence", sa.Integer),
    sa.Column("lossy", sa.Boolean(create_constraint=False), nullable=False),
    sa.Column("newline", sa.Text),
    sa.Column("language", sa.Text),
    sa.Column("title", sa.Text),
    sa.Column("date", sa.Text),
    sa.Column("date_earliest", sa.Text),
    sa.Column("date_latest", sa.Text),
    sa.Column("words", Big),
    sa.Column("sentences", Big),
    sa.Column("seq", Big, nullable=False),
    # Blocks and annotations, packed, with the size and the hash of what is packed.
    sa.Column("beside", Bytes),
    sa.Column("beside_size", Big),
    sa.Column("beside_hash", Bytes),
    # Of what no leaf of form 2 covers: confidence, words, sentences.
    sa.Column("sum", Bytes),
    sa.ForeignKeyConstraint(["document_id", "no"], ["version.document_id", "version.no"]),
    sqlite_with_rowid=False,
)

change = sa.Table(
    "change",
    metadata,
    sa.Column("seq", Key, primary_key=True, autoincrement=False),
    sa.Column("id", Bytes, nullable=False, unique=True),
    sa.Column("recorded_at", Big, nullable=False),
    sa.Column("observed_at", Big, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("root_id", Key, sa.ForeignKey("root.id"), nullable=False),
    sa.Column("document_id", Key, sa.ForeignKey("document.id")),
    sa.Column("no", sa.Integer),
    sa.Column("previous_no", sa.Integer),
    sa.Column("path_bytes", Bytes, nullable=False),
    sa.Column("from_path_bytes", Bytes),
    sa.Column("actor", sa.Text),
    sa.Column("leaf", Bytes, nullable=False),
    # Of the leaf: what a change of form 1 committed to stays as it was.
    sa.Column("form", sa.Integer, nullable=False, server_default="1"),
    sa.Column("salt", Bytes),
    sa.Index("ix_change_document_id_seq", "document_id", "seq"),
    # Whoever stood at a path has it as its last path, or moved away from it.
    _partial(
        "ix_change_root_id_from_path_bytes",
        "root_id",
        "from_path_bytes",
        where="from_path_bytes IS NOT NULL",
    ),
    _partial("ix_change_rejected", "root_id", "seq", where="type = 'rejected'"),
)

log_head = sa.Table(
    "log_head",
    metadata,
    sa.Column("id", Key, primary_key=True, autoincrement=False),
    sa.Column("seq", Big, nullable=False),
    sa.Column("recorded_at", Big, nullable=False),
    sa.Column("frontier", Bytes, nullable=False),
)

cursor = sa.Table(
    "cursor",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("seq", Big, nullable=False),
    sa.Column("sum", Bytes),
    sqlite_with_rowid=False,
)

coverage = sa.Table(
    "coverage",
    metadata,
    sa.Column("id", Key, primary_key=True, autoincrement=False),
    sa.Column("root_id", Key, sa.ForeignKey("root.id"), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("from_at", Big, nullable=False),
    sa.Column("to_at", Big),
    sa.Column("reason", sa.Text),
    sa.Column("sum", Bytes),
    sa.Index("ix_coverage_root_id_from_at", "root_id", "from_at"),
)

seen = sa.Table(
    "seen",
    metadata,
    sa.Column("root_id", Key, sa.ForeignKey("root.id"), primary_key=True, autoincrement=False),
    sa.Column("path_bytes", Bytes, primary_key=True),
    # Where a path is too long to be a key, path_bytes is a stand-in and this is the path.
    sa.Column("long_path", Bytes),
    sa.Column("document_id", Key, sa.ForeignKey("document.id")),
    sa.Column("device", Big),
    sa.Column("inode", Big),
    sa.Column("size", Big),
    sa.Column("mtime_ns", Big),
    sa.Column("ctime_ns", Big),
    sa.Column("read_at", Big, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("detail", sa.Text),
    sa.Column("since", Big),
    # Of rejected paths only: what is known of the others is looked up again on the disk.
    sa.Column("sum", Bytes),
    sa.Index("ix_seen_root_id_device_inode", "root_id", "device", "inode"),
    _partial("ix_seen_rejected", "root_id", "path_bytes", where="reason IS NOT NULL"),
    sqlite_with_rowid=False,
)

review = sa.Table(
    "review",
    metadata,
    # Rising in commit order: whoever adds one waits for the one before.
    sa.Column("id", Key, primary_key=True, autoincrement=False),
    sa.Column("uid", Bytes, nullable=False, unique=True),
    sa.Column("seq", Key, sa.ForeignKey("change.seq"), nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    # What a withdrawal takes back; no review is taken back twice.
    sa.Column("of_id", Key, sa.ForeignKey("review.id"), unique=True),
    sa.Column("at", Big, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("named_by", sa.Text, nullable=False),
    sa.Column("note", sa.Text),
    sa.Column("sum", Bytes),
    sa.Index("ix_review_seq", "seq"),
)
