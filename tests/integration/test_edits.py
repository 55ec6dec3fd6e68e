"""The edit of a change: when there is one, from which texts, and what `revert` is told."""

from __future__ import annotations

from typing import Any

import msgspec

from ingest import records
from ingest.edits import classifier
from ingest.edits.settings import NONE
from ingest.index import edits
from ingest.model import RootKey
from ingest.store import reader, tables
from ingest.store.engine import Store
from tests.recording import add_root, entry, opened, record, rows_of

BODIES = (
    b"The mayor spoke on Monday. Ten people were hurt.\n",
    b"The mayor spoke on Monday. Twelve people were hurt.\n",
    b"The mayor spoke on Monday. Ten people were hurt.\n",
)


def begun(store: Store, root: RootKey) -> int:
    """The key of a document with one version."""
    record(store, root, [entry("created", b"a.txt", raw=BODIES[0])])
    (row,) = rows_of(store, tables.document)
    return int(row["id"])


def edits_of(store: Store) -> list[dict[str, Any] | None]:
    with store.read() as connection:
        rows = reader.changes(connection)
        made = [records.change_with_edit(row, connection, rules=NONE).edit for row in rows]
    return [None if edit is None else msgspec.to_builtins(edit) for edit in made]


def test_a_version_that_followed_another_has_an_edit_and_nothing_else_has(database_url: str) -> None:
    with opened(database_url) as store:
        root = add_root(store)
        key = begun(store, root)
        record(store, root, [entry("changed", b"a.txt", raw=BODIES[1], document=key, previous=1)])
        record(store, root, [entry("changed", b"a.txt", raw=BODIES[2], document=key, previous=2)])
        record(store, root, [entry("moved", b"b.txt", document=key, previous=3, from_path=b"a.txt")])
        record(store, root, [entry("rejected", b"b.txt", document=key, previous=3, reason="busy")])
        record(store, root, [entry("deleted", b"b.txt", document=key, previous=3, reason="removed")])
        found = edits_of(store)

    assert [found[0], *found[3:]] == [None] * 4
    assert found[1] is not None
    assert found[1]["class"] == "factual"
    assert found[1]["revert_of"] is None
    assert found[1]["rule"] == "changed-fact"
    assert found[1]["classifier"] == {
        "name": "ingest",
        "version": classifier.VERSION,
        "lists": classifier.classifier_of(NONE.of("")).lists,
    }
    facts = found[1]["facts"]
    assert isinstance(facts, list | tuple)
    assert [(fact["kind"], fact["before"], fact["after"]) for fact in facts] == [("number", "Ten", "Twelve")]
    assert found[2] is not None
    assert (found[2]["class"], found[2]["revert_of"]) == ("revert", 1)


def test_a_change_asked_for_without_a_connection_has_no_edit(database_url: str) -> None:
    with opened(database_url) as store:
        root = add_root(store)
        key = begun(store, root)
        record(store, root, [entry("changed", b"a.txt", raw=BODIES[1], document=key, previous=1)])
        with store.read() as connection:
            row = list(reader.changes(connection))[1]
            made = edits.edit_of(connection, row, rules=NONE)
            assert records.change(row).edit is None
            assert made is not None
            assert records.change_with_edit(row, connection, rules=NONE).edit == made
