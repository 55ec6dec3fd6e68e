"""Which document a path names, of several that stood there."""

from __future__ import annotations

from ingest.history import naming
from ingest.model import DocumentKey
from ingest.store import tables
from tests.recording import add_root, entry, opened, record, rows_of


def test_a_path_names_who_left_it_last_though_another_was_deleted_there(database_url: str) -> None:
    with opened(database_url) as store:
        root = add_root(store)
        record(store, root, [entry("created", b"p", raw=b"one"), entry("created", b"q", raw=b"two")])
        one, two = (DocumentKey(row["id"]) for row in rows_of(store, tables.document))
        record(store, root, [entry("deleted", b"p", document=one, previous=1, reason="removed")])

        def named() -> tuple[int, str | None]:
            with store.read() as connection:
                target = naming.resolve(connection, "p")
            return target.id, target.note

        deleted = (one, "p: the document that last stood here was deleted")
        assert named() == deleted
        record(store, root, [entry("moved", b"p", from_path=b"q", document=two, previous=1)])
        assert named() == (two, None)
        record(store, root, [entry("moved", b"r", from_path=b"p", document=two, previous=1)])
        assert named() == (two, "p: the document that last stood here is now at r")
        record(store, root, [entry("restored", b"p", document=one, previous=1)])
        record(store, root, [entry("deleted", b"p", document=one, previous=1, reason="removed")])
        assert named() == deleted
