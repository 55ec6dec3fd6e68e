"""Reviews as rows: added one after the other, never changed, none of the record; on both databases."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec import structs

from ingest.corpus import Corpus
from ingest.edits.settings import Rules
from ingest.errors import Conflict, NotFound, StoreReadOnly, UsageError
from ingest.history import reviewing
from ingest.history.reviewing import Statement, statement
from ingest.model import Seq
from ingest.records import Review
from ingest.store import reader, reviews, tables
from ingest.store.engine import Store
from ingest.store.reviews import ReviewFilters
from tests.migration.schema import move, rows, store_at
from tests.recording import add_root, entry, findings, opened, record, rows_of

ANNA = Statement(name="Anna", named_by="reviewer", note="seen")
BEN = Statement(name="Ben", named_by="proxy", note=None)


def fill(store: Store) -> None:
    """A document of three versions, so two edits, #2 and #3; #4 is a delete."""
    root = add_root(store)
    record(store, root, [entry("created", b"a.txt", raw=b"The price is 13 euro.\n")])
    key = rows_of(store, tables.document)[0]["id"]
    for no, price in enumerate((31, 14), 1):
        raw = b"The price is %d euro.\n" % price
        record(store, root, [entry("changed", b"a.txt", raw=raw, document=key, previous=no)])
    record(store, root, [entry("deleted", b"a.txt", document=key, previous=3, reason="removed")])


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with opened(database_url) as made:
        fill(made)
        yield made


class Clock:
    """A second later each time."""

    def __init__(self) -> None:
        self.at = 1_795_976_000_000_000
        self.drawn = 0

    def now(self) -> int:
        self.at += 1_000_000
        return self.at

    def entropy(self, size: int) -> bytes:
        self.drawn += 1
        return self.drawn.to_bytes(size, "big")


CLOCK = Clock()


def review(store: Store, seq: int, words: Statement) -> tuple[Review, bool]:
    return reviewing.review(store, Seq(seq), words, rules=Rules(), now=CLOCK.now, entropy=CLOCK.entropy)


def withdraw(store: Store, uid: str, words: Statement) -> tuple[Review, bool]:
    return reviewing.withdraw(store, uid, words, now=CLOCK.now, entropy=CLOCK.entropy)


def told(store: Store, **wanted: object) -> list[tuple[str, int, str]]:
    with store.read() as connection:
        found = reviews.page(connection, ReviewFilters(**wanted))  # type: ignore[arg-type]  # as a test says it
    return [(row.action, row.seq, row.name) for row in found]


def unreviewed(store: Store) -> list[int]:
    corpus = Corpus(store, rules=Rules())
    return [change.seq for change in corpus.changes(reviewed=False)]


def test_a_copy_of_a_store_has_its_reviews(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/store.db") as first:
        fill(first)
        added, _ = review(first, 2, ANNA)
        withdraw(first, added.id, BEN)
        review(first, 3, BEN)
        held = rows_of(first, tables.review)
        with (
            closing(sqlite3.connect(f"{tmp_path}/store.db")) as source,
            closing(sqlite3.connect(f"{tmp_path}/copy.db")) as copy,
        ):
            source.backup(copy)
    with opened(f"sqlite:///{tmp_path}/copy.db") as second:
        assert rows_of(second, tables.review) == held
        assert told(second, standing=True) == [("reviewed", 3, "Ben")]
        assert findings(second) == []


def test_a_review_is_added_once_and_stands_until_it_is_taken_back(store: Store) -> None:
    assert unreviewed(store) == [2, 3]
    first, is_new = review(store, 2, ANNA)
    again, is_new_again = review(store, 2, ANNA)
    other, _ = review(store, 2, structs.replace(ANNA, note="seen twice"))
    by_ben, _ = review(store, 2, BEN)

    assert (is_new, is_new_again, again) == (True, False, first)
    assert (first.action, first.change, first.version, first.previous_version) == ("reviewed", 2, 2, 1)
    assert (first.name, first.named_by, first.note, first.path) == ("Anna", "reviewer", "seen", "a.txt")
    assert unreviewed(store) == [3]
    taken, is_new = withdraw(store, first.id, BEN)
    assert (taken.action, taken.of, taken.change, is_new) == ("withdrawn", first.id, 2, True)
    assert withdraw(store, first.id, BEN) == (taken, False)
    assert unreviewed(store) == [3]
    for each in (other, by_ben):
        withdraw(store, each.id, ANNA)
    assert unreviewed(store) == [2, 3]
    anew, is_new = review(store, 2, ANNA)
    assert (is_new, anew.id != first.id) == (True, True)
    assert told(store) == [
        ("reviewed", 2, "Anna"), ("reviewed", 2, "Anna"), ("reviewed", 2, "Ben"),
        ("withdrawn", 2, "Ben"), ("withdrawn", 2, "Anna"), ("withdrawn", 2, "Anna"), ("reviewed", 2, "Anna"),
    ]  # fmt: skip
    assert told(store, standing=True) == [("reviewed", 2, "Anna")]
    assert told(store, action="withdrawn", name="Ben") == [("withdrawn", 2, "Ben")]
    assert told(store, seq=3) == []
    assert told(store, prefix=b"b") == []


def test_what_cannot_be_reviewed_or_taken_back_is_refused(store: Store) -> None:
    for seq, wrong in ((1, UsageError), (4, UsageError), (5, NotFound), (0, NotFound)):
        with pytest.raises(wrong):
            review(store, seq, ANNA)
    first, _ = review(store, 3, ANNA)
    taken, _ = withdraw(store, first.id, ANNA)
    with pytest.raises(Conflict, match="taken back before, by Anna"):
        withdraw(store, first.id, BEN)
    with pytest.raises(UsageError, match="takes a review back itself"):
        withdraw(store, taken.id, ANNA)
    for unknown in ("0" * 32, "x", ""):
        with pytest.raises(NotFound):
            withdraw(store, unknown, ANNA)
    assert len(told(store)) == 2


def test_reviews_are_no_part_of_the_log(store: Store) -> None:
    with store.read() as connection:
        before = reader.head(connection)
    first, _ = review(store, 2, ANNA)
    withdraw(store, first.id, ANNA)
    with store.read() as connection:
        assert reader.head(connection) == before
    assert findings(store) == []


def test_verify_tells_a_review_that_was_changed_and_one_of_nothing(store: Store, database_url: str) -> None:
    first, _ = review(store, 2, ANNA)
    withdraw(store, first.id, BEN)
    with store.write() as connection:
        connection.exec_driver_sql("UPDATE review SET note = 'never seen' WHERE name = 'Anna'")
    assert [(each.what, each.thing.split()[0]) for each in findings(store)] == [("sum", "review")]
    if not store.is_sqlite:
        return
    bare = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    bare.execute("UPDATE review SET seq = 9 WHERE name = 'Anna'")
    bare.close()
    details = {each.detail for each in findings(store) if each.what == "review"}
    assert details == {"its change is missing", "what it takes back is missing"}


def test_a_store_of_the_revision_before_gets_the_table_and_down_and_up_keeps_the_rows(
    database_url: str,
) -> None:
    with opened(database_url) as store:
        fill(store)
    move(database_url, "0006")
    move(database_url, tables.REVISION)
    with opened(database_url) as store:
        first, _ = review(store, 2, ANNA)
        withdraw(store, first.id, BEN)
        before = rows_of(store, tables.review)
    move(database_url, "0006")
    assert len(rows(database_url, "kept_review_0007", ("id", "change_id"))) == 2
    move(database_url, tables.REVISION)

    with opened(database_url) as store:
        assert rows_of(store, tables.review) == before
        assert findings(store) == []
        with store.read() as connection:
            assert "kept_review_0007" not in sa.inspect(connection).get_table_names()


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_who_may_read_the_changes_may_read_the_reviews_after_an_upgrade(database_url: str) -> None:
    with opened(database_url) as store:
        fill(store)
    move(database_url, "0006")
    store = store_at(database_url)
    with store.write() as connection:
        for role, right in (("rev reader", "SELECT"), ("rev_writer", "SELECT, INSERT, UPDATE")):
            connection.exec_driver_sql(f'DROP ROLE IF EXISTS "{role}"')
            connection.exec_driver_sql(f'CREATE ROLE "{role}"')
            connection.exec_driver_sql(f'GRANT {right} ON change TO "{role}"')
    store.dispose()
    move(database_url, tables.REVISION)

    granted = (
        "SELECT grantee, privilege_type FROM information_schema.role_table_grants"
        " WHERE table_name = 'review' AND grantee LIKE 'rev%' ORDER BY 1, 2"
    )
    with opened(database_url) as store, store.write() as connection:
        found = [tuple(row) for row in connection.exec_driver_sql(granted.replace("%", "%%"))]
        for role in ("rev reader", "rev_writer"):
            connection.exec_driver_sql(f'DROP OWNED BY "{role}"')
            connection.exec_driver_sql(f'DROP ROLE "{role}"')
    assert found == [("rev reader", "SELECT"), ("rev_writer", "INSERT"), ("rev_writer", "SELECT")]


def test_who_may_only_read_is_told_so_and_nothing_is_added(tmp_path: Path) -> None:
    file = tmp_path / "ingest.db"
    with opened(f"sqlite:///{file}") as store:
        fill(store)
        sa.event.listen(store.engine, "begin", forbid)
        with pytest.raises(StoreReadOnly):
            review(store, 2, ANNA)
        assert told(store) == []


def forbid(connection: sa.Connection) -> None:
    """No connection writes from now on, as on a medium that is only read."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("PRAGMA query_only=ON")


@pytest.mark.parametrize(
    ("name", "note", "kept"),
    [
        ("Anna", None, ("Anna", None)),
        ("  Anna \t de  Vries\n", " a\r\nb\rc ", ("Anna de Vries", "a\nb\nc")),
        ("Zoë \u202e", "", ("Zoë \u202e", None)),
        ("x" * 200, "y" * 4_000, ("x" * 200, "y" * 4_000)),
        ("", None, None),
        (" \n", None, None),
        ("x" * 201, None, None),
        ("a\0b", None, None),
        ("a\x1bb", None, None),
        ("\ud800", None, None),
        ("Anna", "y" * 4_001, None),
        ("Anna", "a\0", None),
        ("Anna", "\udfff", None),
    ],
)
def test_a_name_is_one_line_and_a_note_is_bounded(
    name: str, note: str | None, kept: tuple[str, str | None] | None
) -> None:
    if kept is None:
        with pytest.raises(UsageError) as refused:
            statement(name, note, named_by="reviewer")
        assert refused.value.hint
    else:
        found = statement(name, note, named_by="reviewer")
        assert (found.name, found.note) == kept
