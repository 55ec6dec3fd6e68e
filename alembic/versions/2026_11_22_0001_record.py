"""The record and its working state.

Revision: 0001
After: nothing
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    if postgres:
        op.execute("CREATE SEQUENCE key_seq")
    op.create_table(
        "blob",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("dictionary_id", KEY, nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("uri", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_blob"),
        sa.UniqueConstraint("hash", name="uq_blob_hash"),
    )
    op.create_table(
        "cursor",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_cursor"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_head",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_log_head"),
    )
    op.create_table(
        "normaliser",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("libraries", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_normaliser"),
        sa.UniqueConstraint("name", "libraries", name="uq_normaliser_name_libraries"),
    )
    op.create_table(
        "root",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("uid", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("device", sa.BigInteger(), nullable=False),
        sa.Column("inode", sa.BigInteger(), nullable=False),
        sa.Column("mounts", sa.Text(), nullable=False),
        sa.Column("last_scan_at", sa.BigInteger(), nullable=True),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_root"),
        sa.UniqueConstraint("name", name="uq_root_name"),
        sa.UniqueConstraint("uid", name="uq_root_uid"),
    )
    op.create_table(
        "document",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("uid", sa.LargeBinary(), nullable=False),
        sa.Column("root_id", KEY, nullable=False),
        sa.Column("path_bytes", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("last_no", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.LargeBinary(), nullable=False),
        sa.Column("chain_base", sa.Integer(), nullable=True),
        sa.Column("chain_bytes", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["root_id"], ["root.id"], name="fk_document_root_id_root"),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
        sa.UniqueConstraint("uid", name="uq_document_uid"),
    )
    op.create_index("ix_document_root_id_path_bytes", "document", ["root_id", "path_bytes"])
    op.create_index(
        "uq_document_live_path",
        "document",
        ["root_id", "path_bytes"],
        unique=True,
        sqlite_where=sa.text("state = 'live'"),
        postgresql_where=sa.text("state = 'live'"),
    )
    op.create_table(
        "change",
        sa.Column("seq", KEY, autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("root_id", KEY, nullable=False),
        sa.Column("document_id", KEY, nullable=True),
        sa.Column("no", sa.Integer(), nullable=True),
        sa.Column("previous_no", sa.Integer(), nullable=True),
        sa.Column("path_bytes", sa.LargeBinary(), nullable=False),
        sa.Column("from_path_bytes", sa.LargeBinary(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_change_document_id_document"),
        sa.ForeignKeyConstraint(["root_id"], ["root.id"], name="fk_change_root_id_root"),
        sa.PrimaryKeyConstraint("seq", name="pk_change"),
        sa.UniqueConstraint("id", name="uq_change_id"),
    )
    op.create_index("ix_change_document_id_seq", "change", ["document_id", "seq"])
    op.create_index(
        "ix_change_rejected",
        "change",
        ["root_id", "seq"],
        sqlite_where=sa.text("type = 'rejected'"),
        postgresql_where=sa.text("type = 'rejected'"),
    )
    op.create_index(
        "ix_change_root_id_from_path_bytes",
        "change",
        ["root_id", "from_path_bytes"],
        sqlite_where=sa.text("from_path_bytes IS NOT NULL"),
        postgresql_where=sa.text("from_path_bytes IS NOT NULL"),
    )
    op.create_table(
        "seen",
        sa.Column("root_id", KEY, autoincrement=False, nullable=False),
        sa.Column("path_bytes", sa.LargeBinary(), nullable=False),
        sa.Column("long_path", sa.LargeBinary(), nullable=True),
        sa.Column("document_id", KEY, nullable=True),
        sa.Column("device", sa.BigInteger(), nullable=True),
        sa.Column("inode", sa.BigInteger(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=True),
        sa.Column("ctime_ns", sa.BigInteger(), nullable=True),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_seen_document_id_document"),
        sa.ForeignKeyConstraint(["root_id"], ["root.id"], name="fk_seen_root_id_root"),
        sa.PrimaryKeyConstraint("root_id", "path_bytes", name="pk_seen"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_seen_root_id_device_inode", "seen", ["root_id", "device", "inode"])
    op.create_index(
        "ix_seen_rejected",
        "seen",
        ["root_id", "path_bytes"],
        sqlite_where=sa.text("reason IS NOT NULL"),
        postgresql_where=sa.text("reason IS NOT NULL"),
    )
    op.create_table(
        "version",
        sa.Column("document_id", KEY, autoincrement=False, nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("base_no", sa.Integer(), nullable=True),
        sa.Column("blob_id", KEY, nullable=True),
        sa.Column("delta", sa.LargeBinary(), nullable=True),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["blob_id"], ["blob.id"], name="fk_version_blob_id_blob"),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_version_document_id_document"),
        sa.PrimaryKeyConstraint("document_id", "no", name="pk_version"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rendition",
        sa.Column("document_id", KEY, autoincrement=False, nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("normaliser_id", KEY, autoincrement=False, nullable=False),
        sa.Column("text_hash", sa.LargeBinary(), nullable=True),
        sa.Column("text_reason", sa.Text(), nullable=True),
        sa.Column("text_offset", sa.BigInteger(), nullable=True),
        sa.Column("text_length", sa.BigInteger(), nullable=True),
        sa.Column("text_blob_id", KEY, nullable=True),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("encoding", sa.Text(), nullable=True),
        sa.Column("bom", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Integer(), nullable=True),
        sa.Column("lossy", sa.Boolean(), nullable=False),
        sa.Column("newline", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("date", sa.Text(), nullable=True),
        sa.Column("date_earliest", sa.Text(), nullable=True),
        sa.Column("date_latest", sa.Text(), nullable=True),
        sa.Column("words", sa.BigInteger(), nullable=True),
        sa.Column("sentences", sa.BigInteger(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id", "no"],
            ["version.document_id", "version.no"],
            name="fk_rendition_document_id_no_version",
        ),
        sa.ForeignKeyConstraint(
            ["normaliser_id"], ["normaliser.id"], name="fk_rendition_normaliser_id_normaliser"
        ),
        sa.ForeignKeyConstraint(["text_blob_id"], ["blob.id"], name="fk_rendition_text_blob_id_blob"),
        sa.PrimaryKeyConstraint("document_id", "no", "normaliser_id", name="pk_rendition"),
        sqlite_with_rowid=False,
    )
    if postgres:
        # What is stored here is compressed already: the server need not try again.
        op.execute("ALTER TABLE blob ALTER COLUMN data SET STORAGE EXTERNAL")
        op.execute("ALTER TABLE version ALTER COLUMN delta SET STORAGE EXTERNAL")
    op.execute(
        "INSERT INTO log_head (id, seq, recorded_at, frontier) VALUES (1, 0, 0, "
        + ("''::bytea" if postgres else "x''")
        + ")"
    )


def downgrade() -> None:
    for table in (
        "rendition",
        "version",
        "seen",
        "change",
        "document",
        "root",
        "normaliser",
        "log_head",
        "cursor",
        "blob",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SEQUENCE key_seq")
