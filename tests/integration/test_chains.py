"""Versions kept as deltas: each comes back as it was, however long the history is."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from msgspec import structs

from ingest.errors import IntegrityError
from ingest.model import DocumentKey
from ingest.store import bodies, deltas, tables
from ingest.store.engine import Store
from tests.recording import add_root, entry, findings, opened, record, rows_of, version_of

VERSIONS = 150


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with opened(database_url) as store:
        yield store


def history(store: Store) -> tuple[DocumentKey, list[bytes]]:
    """A document edited again and again, rewritten once and emptied once."""
    chance = random.Random(4)
    words = [f"word{number}" for number in range(500)]
    root = add_root(store)
    contents = [" ".join(chance.choices(words, k=300)).encode()]
    record(store, root, [entry("created", b"a.txt", raw=contents[0])])
    key = DocumentKey(rows_of(store, tables.document)[0]["id"])
    for no in range(1, VERSIONS):
        if no == 70:
            raw = " ".join(chance.choices(words, k=300)).encode()
        elif no == 90:
            raw = b""
        else:
            raw = (contents[-1] or contents[0]) + f" edit{no}".encode()
        with store.read() as connection:
            before = bodies.chain(connection, key, no)
        made = entry("changed", b"a.txt", document=key, previous=no)
        record(store, root, [structs.replace(made, version=version_of(raw, before=before))])
        contents.append(raw)
    return key, contents


def test_every_version_comes_back_and_chains_are_bounded(store: Store) -> None:
    key, contents = history(store)
    with store.read() as connection:
        chains = [bodies.chain(connection, key, no) for no in range(1, VERSIONS + 1)]

    assert [chain.raw for chain in chains] == contents
    with store.read() as connection:
        packed = bodies.last_packed(connection, {key: VERSIONS})
        assert {each: deltas.unrolled(lies, None) for each, lies in packed.items()} == {key: chains[-1]}
        assert bodies.last_packed(connection, {key: VERSIONS + 1, DocumentKey(key + 99): 1}) == {}
    assert max(chain.depth for chain in chains) == deltas.DEEPEST
    rows = rows_of(store, tables.version)
    whole = [row["no"] for row in rows if row["delta"] is None]
    assert whole[:3] == [1, 66, 71]
    assert all((row["delta"] is None) == (row["blob_id"] is not None) for row in rows)
    assert all(row["base_no"] == row["no"] - 1 for row in rows if row["delta"] is not None)
    assert findings(store) == []


def test_a_damaged_link_is_named_with_all_that_hang_on_it(store: Store) -> None:
    key, _ = history(store)
    with store.write() as connection:
        connection.execute(
            tables.version.update().where(tables.version.c.no == 10).values(delta=b"\x00" * 12)
        )
    with store.read() as connection:
        assert bodies.get(connection, key, 9)
        with pytest.raises(IntegrityError, match=r"^a\.txt@12: "):
            bodies.get(connection, key, 12)
    named = [finding.thing.split()[1] for finding in findings(store) if finding.what == "body"]

    assert named == [str(no) for no in range(10, 66)]
