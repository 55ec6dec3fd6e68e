"""What is kept of the answers of the service, and what takes it away."""

from __future__ import annotations

import sqlalchemy as sa

from ingest.corpus import Corpus
from ingest.edits.settings import Rules
from ingest.http.response_cache import ResponseCache
from ingest.store import tables
from ingest.store.write_check import Writes
from tests.recording import add_root, entry, opened, record, rows_of


def test_an_edit_takes_away_what_is_kept_of_its_document_alone(database_url: str) -> None:
    with opened(database_url) as store:
        root = add_root(store)
        record(store, root, [entry("created", name, raw=name) for name in (b"a.txt", b"b.txt")])
        corpus = Corpus(store, rules=Rules())
        kept = ResponseCache(corpus)
        first, second = (row["uid"].hex() for row in rows_of(store, tables.document))
        key = int(rows_of(store, tables.document)[0]["id"])

        def keep() -> None:
            seen = kept.look()
            for name, document in (("of a", first), ("of b", second), ("of the log", None)):
                kept.keep(name, name, document=document, size=10, seen=seen)

        def stands() -> list[str]:
            kept.look()
            return [name for name in ("of a", "of b", "of the log") if kept.find(name, str) == name]

        keep()
        assert stands() == ["of a", "of b", "of the log"]
        before = kept.look()
        record(store, root, [entry("changed", b"a.txt", raw=b"other", document=key, previous=1)])
        assert stands() == ["of b", "of the log"]
        kept.keep("of a", "of a", document=first, size=10, seen=before)  # made before the edit
        assert stands() == ["of b", "of the log"]
        keep()
        with store.write() as connection:
            connection.execute(sa.update(tables.root).values(name="other"))
        assert stands() == []
        keep()
        record(store, root, [entry("renormalised", b"b.txt", raw=b"b.txt", document=key + 1, previous=1)])
        assert stands() == []
        kept.close()
        corpus.close()


def test_what_is_kept_has_an_end_and_a_bound(database_url: str) -> None:
    with opened(database_url) as store:
        add_root(store)
        clock = [1_000]
        corpus = Corpus(store, rules=Rules(), now=lambda: clock[0])
        kept = ResponseCache(corpus)
        seen = kept.look()
        kept.keep("soon", 1, document="a", size=1, seen=seen, until=2_000)
        assert kept.find("soon", int) == 1
        clock[0] = 2_000
        assert kept.find("soon", int) is None
        for number in range(40):
            kept.keep(number, number, document="a", size=1 << 20, seen=seen)
        assert [number for number in range(40) if kept.find(number, int) == number] == list(range(8, 40))
        kept.keep("large", 1, document="a", size=(1 << 20) + 1, seen=seen)
        assert kept.find("large", int) is None
        kept.close()
        corpus.close()


def test_a_look_at_a_file_tells_who_wrote(database_url: str) -> None:
    with opened(database_url) as store:
        root = add_root(store)
        writes = Writes(store)
        assert writes.any()
        assert writes.any() is not store.is_sqlite  # a server is asked each time
        record(store, root, [entry("created", b"a.txt", raw=b"a")])
        assert writes.any()
        writes.close()
