"""The report of a store with and without the derived index: the same, and of the index where it has come."""

from __future__ import annotations

from datetime import UTC

import sqlalchemy as sa

from ingest.edits.settings import NONE
from ingest.index import fill
from ingest.index.database import Index
from ingest.moments import Calendar
from ingest.report.build import build, with_sentences
from ingest.report.model import Entry, Report
from ingest.store import tables
from ingest.store.engine import Connection, Store
from tests.recording import add_root, entry, opened, record, rows_of

NOTED = b"The mayor  spoke on Monday. Twelve people were hurt. Correction: an earlier version said ten.\n"
BODIES = (
    b"The mayor spoke on Monday. Ten people were hurt.\n",
    b"The mayor spoke on Monday. Twelve people were hurt.\n",
    NOTED.replace(b"  ", b" "),
    NOTED,
    NOTED + b"More follows from the council tonight.\n",
    NOTED,
)


def history(store: Store) -> int:
    """A document with these versions; its key."""
    root = add_root(store)
    record(store, root, [entry("created", b"a.txt", raw=BODIES[0])])
    (row,) = rows_of(store, tables.document)
    for no, raw in enumerate(BODIES[1:], 1):
        record(store, root, [entry("changed", b"a.txt", raw=raw, document=row["id"], previous=no)])
    return int(row["id"])


def of(
    connection: Connection,
    *,
    indexed: bool,
    told: list[tuple[int, int]] | None = None,
    outline: bool = False,
) -> Report:
    def progress(done: int, total: int) -> None:
        if told is not None:
            told.append((done, total))

    return build(
        connection,
        since=None,
        until=None,
        root=None,
        rules=NONE,
        indexed=indexed,
        calendar=Calendar(0, UTC),
        progress=progress,
        outline=outline,
    )


def entries(report: Report) -> tuple[Entry, ...]:
    (document,) = report.documents
    return document.entries


def test_the_report_is_the_same_with_and_without_the_index(database_url: str) -> None:
    with opened(database_url) as store:
        history(store)
        index = Index(store)
        index.prepare()
        told: list[tuple[int, int]] = []
        with store.read() as connection:
            plain = of(connection, indexed=False, told=told)
        for reached in (2, 4, 6):
            assert fill.catch_up(index, batch=2, most=2) == reached
            with index.reading() as connection:
                assert of(connection, indexed=True) == plain, reached
        index.dispose()

    assert [each.category for each in entries(plain)] == [None, "silent", "open", "cosmetic", "silent"]
    assert entries(plain)[-1].versions == (4, 5, 6)
    assert told == [(number, 6) for number in range(1, 7)]


def test_an_outline_whose_entries_are_given_their_sentences_is_the_report(database_url: str) -> None:
    with opened(database_url) as store:
        history(store)
        index = Index(store)
        index.prepare()
        assert fill.catch_up(index) == 6
        with index.reading() as connection:
            whole = of(connection, indexed=True)
            outline = of(connection, indexed=True, outline=True)
            told = [
                with_sentences(connection, outline.documents[0], each, rules=NONE)
                for each in entries(outline)
            ]
        index.dispose()

    assert tuple(told) == entries(whole)
    assert outline.counts == whole.counts
    assert [each.sentences for each in entries(outline)] == [()] * 5
    assert [bool(each.sentences) for each in entries(whole)] == [False, True, True, False, True]


def test_an_edit_that_the_index_has_is_not_made_again(database_url: str) -> None:
    """Told by what stands in the index, up to where it has come; beyond that it is made from the texts."""
    with opened(database_url) as store:
        key = history(store)
        index = Index(store)
        index.prepare()
        assert fill.catch_up(index, batch=2, most=2) == 2
        with index.writing() as (connection, _):
            connection.execute(sa.text("UPDATE edit SET body = replace(body, '“Ten”', '“Zehn”')"))
        with index.reading() as connection:
            found = entries(of(connection, indexed=True))
            without = entries(of(connection, indexed=False))
        index.dispose()

    assert key
    reasons = [each.edit and each.edit.reason for each in found[1:3]]
    assert reasons[0] == "number “Zehn” to “Twelve”"
    assert found[1].sentences == without[1].sentences != ()
    assert found[2:] == without[2:]
    assert without[1].edit is not None
    assert "“Ten”" in without[1].edit.reason
