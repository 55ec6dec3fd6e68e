"""A log that was begun in the first form of leaves goes on in the second, and all of it verifies."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import msgspec
import pytest
import sqlalchemy as sa

from ingest import leaf, merkle
from ingest.audit.findings import Finding
from ingest.audit.log_checks import committed
from ingest.store import raw_rows, tables
from ingest.store.engine import Store
from ingest.store.new_rows import NewRendition, NewVersion
from tests.recording import add_root, entry, findings, opened, record, rendition_of, rows_of, version_of

BESIDE = b'[[[0,5,"paragraph",null]],{}]'


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with opened(database_url) as made:
        yield made


def with_beside(raw: bytes, beside: bytes = BESIDE) -> NewVersion:
    made = version_of(raw)
    return msgspec.structs.replace(made, beside=rendition_with_beside(raw, beside=beside).beside)


def rendition_with_beside(raw: bytes, *, no: int = 1, beside: bytes = BESIDE) -> NewRendition:
    from ingest.store import deltas

    made = rendition_of(raw, no=no)
    return msgspec.structs.replace(made, beside=deltas.keyframe(beside, sha256(beside).digest(), None))


def begun_in_form_1(store: Store) -> None:
    """Three changes as the program of revision 0005 recorded them."""
    root = add_root(store)
    record(store, root, [entry("created", b"%d.txt" % n, raw=b"text %d" % n) for n in range(3)])
    with store.write() as connection:
        frontier: merkle.Frontier = ()
        for told in list(raw_rows.changes(connection)):
            kept = committed(told.change, told.renditions)
            change = msgspec.structs.replace(kept.change, form=1, salt=None)
            found = leaf.hash_of(change, kept.version, kept.renditions)
            frontier, _ = merkle.extend(frontier, change.seq - 1, [found])
            values = {"form": 1, "salt": None, "leaf": found}
            connection.execute(sa.update(tables.rendition).values(sum=None))
            connection.execute(
                sa.update(tables.change).where(tables.change.c.seq == change.seq).values(values)
            )
        connection.execute(sa.update(tables.log_head).values(frontier=merkle.pack(frontier)))
    if store.watermark_path is not None:
        open(store.watermark_path, "wb").close()


def test_a_log_begun_in_form_1_goes_on_in_form_2(store: Store) -> None:
    begun_in_form_1(store)
    assert findings(store) == []
    key = rows_of(store, tables.document)[0]["id"]
    changed = entry("changed", b"0.txt", document=key, previous=1)
    with store.read() as connection:
        root = connection.execute(sa.select(tables.root.c.id)).scalar_one()
    record(store, root, [msgspec.structs.replace(changed, version=with_beside(b"other"))])

    assert [(row["seq"], row["form"]) for row in rows_of(store, tables.change)] == [
        (1, 1),
        (2, 1),
        (3, 1),
        (4, 2),
    ]
    assert findings(store) == []


def test_several_renditions_and_what_stands_beside_them_are_covered(store: Store) -> None:
    root = add_root(store)
    record(store, root, [msgspec.structs.replace(entry("created", b"a.txt"), version=with_beside(b"first"))])
    key = rows_of(store, tables.document)[0]["id"]
    record(store, root, [entry("changed", b"a.txt", document=key, previous=1, raw=b"second")])
    made = (rendition_with_beside(b"first"), rendition_of(b"second", no=2))
    record(store, root, [entry("renormalised", b"a.txt", document=key, previous=2, renditions=made)])

    assert findings(store) == []
    assert [row["beside_hash"] for row in rows_of(store, tables.rendition)].count(
        sha256(BESIDE).digest()
    ) == 2


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE rendition SET beside_hash = NULL, beside = NULL WHERE no = 1", {"leaf", "head"}),
        ("UPDATE rendition SET beside = NULL WHERE no = 1", {"beside"}),
        ("UPDATE rendition SET beside_size = 3 WHERE no = 1", {"beside"}),
        ("UPDATE change SET form = 1 WHERE seq = 1", {"leaf", "head"}),
        ("UPDATE rendition SET sum = NULL WHERE no = 1", {"sum"}),
        ("UPDATE change SET form = 3 WHERE seq = 1", {"leaf", "head"}),
        ("UPDATE change SET salt = NULL WHERE seq = 1", {"leaf", "head"}),
        ("UPDATE change SET salt = path_bytes WHERE seq = 1", {"leaf", "head"}),
    ],
)
def test_what_is_changed_by_hand_is_found(store: Store, statement: str, what: set[str]) -> None:
    root = add_root(store)
    record(store, root, [msgspec.structs.replace(entry("created", b"a.txt"), version=with_beside(b"first"))])
    with store.write() as connection:
        connection.exec_driver_sql(statement)

    assert {found.what for found in findings(store)} == what


@pytest.mark.parametrize("column", ["words", "sentences", "confidence"])
def test_counts_are_in_no_leaf_and_have_a_sum(store: Store, column: str) -> None:
    root = add_root(store)
    record(store, root, [entry("created", b"a.txt", raw=b"first")])
    with store.write() as connection:
        connection.exec_driver_sql(f"UPDATE rendition SET {column} = 7")
        row = connection.exec_driver_sql("SELECT document_id, normaliser_id FROM rendition").one()

    assert findings(store) == [
        Finding(
            "sum",
            f"rendition {row.document_id}/1/{row.normaliser_id}",
            "the row is not what its sum was taken of",
        )
    ]
