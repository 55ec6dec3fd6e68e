"""Dictionaries, texts as deltas, sums of rows that no leaf covers.

The columns of a chain go: a chain is read from its rows.

Revision: 0003
After: 0002
"""

from __future__ import annotations

from hashlib import sha256

import sqlalchemy as sa
from alembic import op

from ingest.store import compression

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SUMMED = ("root", "coverage", "cursor", "seen")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "dictionary",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dictionary"),
    )
    op.add_column("rendition", sa.Column("text_delta", sa.LargeBinary(), nullable=True))
    op.execute(
        "UPDATE rendition SET text_length = (SELECT size FROM blob WHERE blob.id = rendition.text_blob_id) "
        "WHERE text_blob_id IS NOT NULL"
    )
    op.drop_column("document", "chain_base")
    op.drop_column("document", "chain_bytes")
    for table in SUMMED:
        op.add_column(table, sa.Column("sum", sa.LargeBinary(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE dictionary ALTER COLUMN data SET STORAGE EXTERNAL")
        op.execute("ALTER TABLE rendition ALTER COLUMN text_delta SET STORAGE EXTERNAL")


def downgrade() -> None:
    """Every body is unpacked and stored whole again."""
    run = op.get_bind().execute
    dictionaries = {
        row.id: compression.Dictionary(
            row.id, row.hash, compression.unpack(row.data, None, size=row.size, digest=row.hash)
        )
        for row in run(sa.text("SELECT id, hash, size, data FROM dictionary"))
    }
    last = run(sa.text("SELECT coalesce(max(id), 0) FROM blob")).scalar()

    def keep(raw: bytes) -> int:
        nonlocal last
        digest = sha256(raw).digest()
        known = run(sa.text("SELECT id FROM blob WHERE hash = :hash"), {"hash": digest}).scalar()
        if known is not None:
            return known
        if op.get_bind().dialect.name == "postgresql":
            last = run(sa.text("SELECT nextval('key_seq')")).scalar()
        else:
            last += 1
        values = {"id": last, "hash": digest, "size": len(raw), "data": compression.whole(raw, None)}
        run(sa.text("INSERT INTO blob (id, hash, size, data) VALUES (:id, :hash, :size, :data)"), values)
        return last

    raw = b""
    for key in run(sa.text("SELECT document_id, no FROM version ORDER BY document_id, no")).mappings().all():
        row = run(_VERSION, key).one()
        if row.delta is None:
            raw = compression.unpack(
                row.data, dictionaries.get(row.dictionary_id), size=row.size, digest=row.hash
            )
        else:
            raw = compression.apply(raw, row.delta, size=row.size, digest=row.hash)
            run(_WHOLE, {**key, "blob": keep(raw)})
        for text in run(_TEXTS, key).all():
            made = compression.apply(raw, text.text_delta, size=text.text_length, digest=text.text_hash)
            run(_TEXT, {**key, "normaliser": text.normaliser_id, "blob": keep(made)})
    for row in run(sa.text("SELECT * FROM blob WHERE dictionary_id IS NOT NULL")).all():
        raw = compression.unpack(row.data, dictionaries[row.dictionary_id], size=row.size, digest=row.hash)
        run(_ALONE, {"id": row.id, "data": compression.whole(raw, None)})
    op.add_column("document", sa.Column("chain_base", sa.Integer(), nullable=True))
    op.add_column("document", sa.Column("chain_bytes", sa.BigInteger(), nullable=True))
    op.drop_column("rendition", "text_delta")
    for table in SUMMED:
        op.drop_column(table, "sum")
    op.drop_table("dictionary")


_VERSION = sa.text(
    "SELECT version.size, version.hash, version.delta, blob.data, blob.dictionary_id FROM version "
    "LEFT JOIN blob ON blob.id = version.blob_id WHERE document_id = :document_id AND no = :no"
)
_WHOLE = sa.text(
    "UPDATE version SET base_no = NULL, delta = NULL, blob_id = :blob "
    "WHERE document_id = :document_id AND no = :no"
)
_TEXTS = sa.text(
    "SELECT * FROM rendition WHERE document_id = :document_id AND no = :no AND text_delta IS NOT NULL"
)
_TEXT = sa.text(
    "UPDATE rendition SET text_delta = NULL, text_blob_id = :blob "
    "WHERE document_id = :document_id AND no = :no AND normaliser_id = :normaliser"
)
_ALONE = sa.text("UPDATE blob SET dictionary_id = NULL, data = :data WHERE id = :id")
