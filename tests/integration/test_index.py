"""The derived index on both databases: what it says of a history, and that losing it loses nothing."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from ingest.edits import classifier
from ingest.edits.edit import Summary
from ingest.edits.settings import NONE, Rules
from ingest.errors import LogShortened
from ingest.index import blame, fill, state, stored_edits
from ingest.index.database import Index
from ingest.index.fulltext import fts5, lookup, search, tsvector
from ingest.index.fulltext.query import parse
from ingest.index.schema import SPAN_BITS, VERSION
from ingest.model import DocumentKey, RootKey
from ingest.store import tables
from ingest.store.engine import Store
from tests.postgres import OwnServer
from tests.recording import add_root, entry, opened, record, rendition_of, rows_of

A = "Alpha stays here all day."
TEN = "The mayor spoke on Monday about ten bridges."
TWELVE = "The mayor spoke on Monday about twelve bridges."
GONE = "Gamma was removed later by someone."
CAFE = "The café on the corner is closed."


def history(store: Store, root: RootKey, path: bytes, *texts: str | None) -> DocumentKey:
    """A document with these texts as its versions; None is a version without text. Returns its key."""
    key = None
    for no, text in enumerate(texts):
        raw = b"\0" if text is None else text.encode()
        made = entry("changed" if no else "created", path, raw=raw, document=key, previous=no or None)
        if text is None:
            assert made.version is not None
        record(store, root, [made])
        if key is None:
            key = DocumentKey(max(row["id"] for row in rows_of(store, tables.document)))
    assert key is not None
    return key


def text(*sentences: str) -> str:
    return " ".join(sentences) + "\n"


def brought_up(store: Store) -> Index:
    index = Index(store)
    index.prepare()
    fill.catch_up(index)
    return index


def found(index: Index, query: str, *, every: bool = False, **wanted: Any) -> list[tuple[str, Any]]:
    with index.reading() as connection:
        hits = search.find(connection, parse(query), search.SearchFilters(**wanted), every=every)
        return [(hit.row.path.decode(), hit.stretches) for hit in hits]


def rows(index: Index, table: str) -> list[tuple[Any, ...]]:
    key = {"edit": "seq", "mark": "name, seq", "span": "id", "indexed": "document_id"}[table]
    with index.reading() as connection:
        return [tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {table} ORDER BY {key}"))]


def test_the_spans_of_a_history(database_url: str) -> None:
    with opened(database_url) as store:
        root = add_root(store)
        key = history(store, root, b"a.txt", text(A, TEN, GONE), text(A, TWELVE), text(A, TWELVE, GONE))
        index = brought_up(store)
        with index.reading() as connection:
            select = sa.text("SELECT from_no, to_no, origin_no, edited, runs FROM span ORDER BY id")
            spans = [tuple(row) for row in connection.execute(select)]
        index.dispose()

    last = 2**31 - 1
    assert key
    assert spans == [
        (1, last, 1, 0, None),
        (1, 1, 1, 1, None),
        (1, 1, 1, 0, None),
        (2, last, 2, 0, "[[1,26],[2,6],[1,8]]"),
        (3, last, 1, 0, None),
    ]


@pytest.mark.parametrize("batch", [1, 2, 1000])
def test_however_it_was_filled_the_index_holds_the_same(database_url: str, batch: int) -> None:
    texts = [text(A, TEN, GONE), text(A, TWELVE), text(GONE, A, TWELVE), text(CAFE), text(A, TEN, GONE, A)]
    with opened(database_url) as store:
        root = add_root(store)
        history(store, root, b"a.txt", *texts)
        history(store, root, b"b.txt", *texts[::-1])
        whole = brought_up(store)
        expected = [rows(whole, table) for table in ("edit", "indexed")]
        blames = [_blame(whole, row[0], no) for row in rows(whole, "indexed") for no in range(1, 6)]
        whole.rebuild()
        fill.catch_up(whole, batch=batch)
        assert [rows(whole, table) for table in ("edit", "indexed")] == expected
        again = [_blame(whole, row[0], no) for row in rows(whole, "indexed") for no in range(1, 6)]
        unindexed = [
            _blame(whole, row[0], no, indexed=False) for row in rows(whole, "indexed") for no in range(1, 6)
        ]
        whole.dispose()

    assert again == blames
    assert unindexed == blames


def _blame(index: Index, key: DocumentKey, no: int, *, indexed: bool = True) -> blame.Blame:
    with index.reading() as connection:
        found = blame.blame_of(connection, key, no, indexed=indexed, deleted=True)
    assert found is not None
    return found


def test_blame_names_the_version_of_each_sentence_and_of_its_words(database_url: str) -> None:
    with opened(database_url) as store:
        root = add_root(store)
        key = history(
            store, root, b"a.txt", text(A, TEN, GONE), text(A, TWELVE), text(GONE, A, TWELVE), text(CAFE, A)
        )
        index = brought_up(store)
        third, fourth = (_blame(index, key, no) for no in (3, 4))
        index.dispose()

    told = [(each.text, each.version, each.away) for each in third.sentences]
    assert told == [(GONE, 1, ((2, 2),)), (A, 1, ()), (TWELVE, 2, ())]
    assert [(run.text, run.version) for run in third.sentences[2].words] == [
        ("The mayor spoke on Monday about ", 1),
        ("twelve ", 2),
        ("bridges.", 1),
    ]
    assert [(lost.text, lost.version, lost.removed_in, lost.edited) for lost in third.lost] == [
        (TEN, 1, 2, True)
    ]
    assert [(each.text, each.version) for each in fourth.sentences] == [(CAFE, 4), (A, 1)]
    assert {(lost.text, lost.removed_in, lost.edited) for lost in fourth.lost} == {
        (TEN, 2, True),
        (GONE, 4, False),
        (TWELVE, 4, False),
    }


def test_of_a_sentence_that_stood_twice_the_last_stay_is_told(database_url: str) -> None:
    with opened(database_url) as store:
        texts = (text(TEN, A), text(TEN, A, TEN), text(TEN, A), text(TWELVE, A))
        key = history(store, add_root(store), b"a.txt", *texts)
        index = brought_up(store)
        told = [_blame(index, key, 4, indexed=indexed).lost for indexed in (True, False)]
        index.dispose()

    assert told[0] == told[1]
    assert [
        (lost.text, lost.version, lost.last_version, lost.removed_in, lost.edited) for lost in told[0]
    ] == [(TEN, 1, 3, 4, True)]


def test_words_keep_their_origin_where_the_sentence_came_back_as_an_edit_of_another(
    database_url: str,
) -> None:
    fewer, more = "It has 300 homes in the plan.", "It has 310 homes in the plan."
    with opened(database_url) as store:
        texts = (text(fewer, A), text(A), text(A, more), text(fewer, A), text(more, A))
        key = history(store, add_root(store), b"a.txt", *texts)
        index = brought_up(store)
        sentence = _blame(index, key, 5).sentences[0]
        index.dispose()

    assert [(run.text, run.version) for run in sentence.words] == [
        ("It has ", 1),
        ("310 ", 3),
        ("homes in the plan.", 1),
    ]


def test_search_finds_current_versions_and_every_version(database_url: str) -> None:
    with opened(database_url) as store:
        root = add_root(store)
        history(store, root, b"a.txt", text(A, TEN, GONE), text(A, TWELVE), text(A, TWELVE, GONE))
        history(store, root, b"b.txt", text(CAFE, A), text(CAFE))
        index = brought_up(store)

        assert found(index, "bridges") == [("a.txt", [(1, 3)])]  # in one sentence, then in another
        assert found(index, "gamma") == [("a.txt", [(3, 3)])]
        assert found(index, "gamma", every=True) == [("a.txt", [(1, 1), (3, 3)])]
        assert found(index, "cafe") == [("b.txt", [(1, 2)])]
        assert found(index, "CAFÉ") == [("b.txt", [(1, 2)])]
        assert found(index, "alpha") == [("a.txt", [(1, 3)])]
        assert found(index, "alpha", every=True) == [("a.txt", [(1, 3)]), ("b.txt", [(1, 1)])]
        assert found(index, "ten", every=True) == [("a.txt", [(1, 1)])]
        assert found(index, '"ten bridges"', every=True) == [("a.txt", [(1, 1)])]
        assert found(index, '"bridges ten"', every=True) == []
        assert found(index, "twel*") == [("a.txt", [(2, 3)])]
        assert found(index, "alpha AND gamma", every=True) == [("a.txt", [(1, 1), (3, 3)])]
        assert found(index, "alpha NOT gamma", every=True) == [("a.txt", [(2, 2)]), ("b.txt", [(1, 1)])]
        assert found(index, "ten OR cafe", every=True) == [("a.txt", [(1, 1)]), ("b.txt", [(1, 2)])]
        assert found(index, "NOT alpha") == [("b.txt", [(2, 2)])]
        assert found(index, "alpha", prefix=b"b") == []
        assert found(index, "cafe", root=root + 99) == []
        index.dispose()


QUERIES_WITHOUT_ANSWER = (
    *("", " ", '"', '""', "*", "'", "'; DROP TABLE span; --", "a:b", "said:x", "-x", "(a", "a)", "^a"),
    *("NEAR(a b)", "a + b", "{a b}", "\0", "%", "\\", "a' | 'b", "a & b", "!a", "<->", ":*", "AND", "NOT"),
    *("OR OR", "x AND", "🙂", "\ud800", '"a', 'a"b"c', "a" * 5000, "a " * 500, '"NOT" AND NOT "', "$$"),
    *("%(match)s", ":match", "?"),
)


def test_no_query_is_an_error_or_a_statement(database_url: str) -> None:
    with opened(database_url) as store:
        history(store, add_root(store), b"a.txt", text("Nothing of it", "is said."))
        index = brought_up(store)
        for query in QUERIES_WITHOUT_ANSWER:
            assert (query, found(index, query), found(index, query, every=True)) == (query, [], [])
            assert found(index, "nothing") == [("a.txt", [(1, 1)])], query
        index.dispose()


def test_those_that_said_it_most_come_first_and_none_that_says_it_no_more(database_url: str) -> None:
    twice = text(TEN, "Two bridges are closed.")
    with opened(database_url) as store:
        root = add_root(store)
        history(store, root, b"once", text(A, TEN))
        history(store, root, b"once-more", twice, text(TEN, CAFE))
        history(store, root, b"lost", twice, text(A))
        history(store, root, b"twice", twice)
        history(store, root, b"never", text(A))
        index = brought_up(store)
        current = found(index, "bridges")
        ever = found(index, "bridges", every=True)
        without = found(index, "bridges NOT cafe")
        index.dispose()

    assert [path for path, _ in current] == ["once-more", "twice", "once"]
    assert [path for path, _ in ever] == ["once-more", "lost", "twice", "once"]
    assert [path for path, _ in without] == ["twice", "once"]


def test_conditions_hold_of_every_document_however_many_there_are(database_url: str) -> None:
    """More than are looked at together. The last but one came in February and was edited in March."""
    february, march = ("2021-02", "2021-02-01", "2021-02-28"), ("2021-03", "2021-03-01", "2021-03-31")
    with opened(database_url) as store:
        root = add_root(store)
        for number in range(40):
            dates = [march if number % 2 else february] + [march] * (number == 38)
            _dated(store, root, b"%02d.txt" % number, dates)
        index = brought_up(store)
        current = found(index, "bridges", days=february[1:])
        ever = found(index, "bridges", every=True, days=february[1:])
        dutch = found(index, "bridges", language="nl")
        index.dispose()

    assert [path for path, _ in current] == [f"{number:02}.txt" for number in range(0, 38, 2)]
    assert [path for path, _ in ever] == [f"{number:02}.txt" for number in range(0, 40, 2)]
    assert dutch == []


def _dated(store: Store, root: RootKey, path: bytes, dates: list[tuple[str, str, str]]) -> None:
    """A document with a version of each of these dates, written, earliest and latest."""
    key = None
    for no, (date, earliest, latest) in enumerate(dates):
        made = entry(
            "changed" if no else "created",
            path,
            raw=text(TEN, date).encode(),
            document=key,
            previous=no or None,
        )
        assert made.version is not None
        rendition = msgspec.structs.replace(
            made.version.rendition, date=date, date_earliest=earliest, date_latest=latest
        )
        version = msgspec.structs.replace(made.version, rendition=rendition)
        record(store, root, [msgspec.structs.replace(made, version=version)])
        key = DocumentKey(max(row["id"] for row in rows_of(store, tables.document)))


def test_sentences_that_differ_in_blanks_alone_are_each_found_by_their_words(database_url: str) -> None:
    with opened(database_url) as store:
        history(store, add_root(store), b"a.txt", text("The to day bridge.", "The today bridge."))
        index = brought_up(store)
        assert found(index, "day") == found(index, "today") == [("a.txt", [(1, 1)])]
        index.dispose()


# What one row holds too much of, with queries of which each finds it or does not.
TOO_MUCH = {
    # As many different words as there is room for in no tsvector.
    "many-words": (
        "\n".join(chr(0x4E00 + number) * 120 for number in range(3900)),
        [(chr(0x4E00 + 3000) * 120, True)],
    ),
    "a-long-sentence": (
        " ".join(f"w{number}" for number in range(9000)),
        [("w0 w4500 w8999", True), ('"w2215 w2216"', True), ('"w2215 w2217"', False)],
    ),
    "one-word-often": ("again " * 2000 + "end", [('"again end"', True), ('"end again"', False)]),
    "a-long-word": (
        "a" * 300 + "b",
        [("a" * 300 + "b", True), ("a" * 300 + "c", False), ("a" * 150 + "*", True)],
    ),
    "a-long-query": (
        "ΔΡΟΜΟΣΚΟΠΙΟ one two",
        [
            ("ΔΡΟΜΟΣ*", True),
            (" ".join(["one"] * 30_000), True),
            ('"' + " ".join(["one two"] * 30_000) + '"', False),
        ],
    ),
}


@pytest.mark.parametrize(("said", "asked"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_what_is_too_much_for_a_row_is_found(
    database_url: str, said: str, asked: list[tuple[str, bool]]
) -> None:
    with opened(database_url) as store:
        root = add_root(store)
        history(store, root, b"a.txt", text(said))
        history(store, root, b"b.txt", text(A))
        index = brought_up(store)
        for query, holds in asked:
            expected = [("a.txt", [(1, 1)])] if holds else []
            assert (query[:20], found(index, query)) == (query[:20], expected)
        assert found(index, "alpha") == [("b.txt", [(1, 1)])]
        index.dispose()


def test_the_order_is_by_all_sentences_however_they_came_in(database_url: str) -> None:
    """Nine in one document, each with a version of its own; ten in another, all at once."""
    several = [f"Bridge {name} is closed." for name in "abcdefghij"]
    with opened(database_url) as store:
        root = add_root(store)
        history(store, root, b"nine", *(text(*several[: number + 1]) for number in range(9)))
        history(store, root, b"ten", text(*several))
        index = brought_up(store)
        assert [path for path, _ in found(index, "bridge")] == ["ten", "nine"]
        assert [path for path, _ in found(index, "closed b OR bridge")] == ["ten", "nine"]
        index.dispose()


def test_who_does_not_own_the_words_searches_without_their_index(own_postgres: OwnServer) -> None:
    """Made by the owner once the words are all in; nobody else may, and nobody else needs it."""
    url = own_postgres.create_database()
    rights = (
        "CREATE ROLE other LOGIN",
        "GRANT USAGE ON SCHEMA public, ingest_index TO other",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public, ingest_index TO other",
    )
    valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('ingest_index.ix_words_said')"

    def answered(address: str) -> tuple[Any, Any]:
        with opened(address) as store:
            index = brought_up(store)
            hits = found(index, "bridges")
            with store.read() as connection:
                is_valid = connection.exec_driver_sql(valid).scalar()
            index.dispose()
        return hits, is_valid

    with opened(url) as store:
        history(store, add_root(store), b"a.txt", text(A, TEN))
        index = Index(store)
        index.prepare()
        fill.catch_up(index, most=1)
        with store.engine.begin() as connection:
            for each in rights:
                connection.exec_driver_sql(each)
        index.dispose()
    other = sa.make_url(url).set(username="other").render_as_string(hide_password=False)

    assert answered(other) == ([("a.txt", [(1, 1)])], None)
    assert answered(url) == ([("a.txt", [(1, 1)])], True)
    # What a process left that was killed over it is made anew.
    with opened(url) as store, store.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ingest_index.ix_words_said'::regclass"
        )
    assert answered(url) == ([("a.txt", [(1, 1)])], True)


def test_what_another_normaliser_reads_is_numbered_on(database_url: str) -> None:
    """The words of spans that were thrown away cannot be taken out; they lead nowhere."""
    raw = text(A, TEN).encode()
    with opened(database_url) as store:
        root = add_root(store)
        key = history(store, root, b"a.txt", text(A, TEN))
        index = brought_up(store)
        other = rendition_of(raw, normaliser="plain/next")
        change = entry("renormalised", b"a.txt", document=key, previous=1, renditions=(other,))
        record(store, root, [change])
        fill.catch_up(index)
        ids = [row[0] for row in rows(index, "span")]
        hits = found(index, "bridges")
        index.dispose()

    assert ids == [(key << SPAN_BITS) + number for number in (2, 3)]
    assert hits == [("a.txt", [(1, 1)])]


@pytest.mark.parametrize("every", [False, True])
def test_many_documents_are_answered_as_few_are(
    database_url: str, monkeypatch: pytest.MonkeyPatch, every: bool
) -> None:
    """Past five hundred, what is left is read at once."""
    queries = (
        *("bridges", "bridges OR NOT gamma", "NOT gamma", "alpha NOT bridges"),
        *('"ten bridges" OR café', "100%"),
    )
    with opened(database_url) as store:
        root = add_root(store)
        history(store, root, b"a.txt", text(A, TEN, GONE), text(A, TWELVE), text(A, "It is 100% sure."))
        history(store, root, b"b.txt", text(CAFE, GONE), text(CAFE, TEN))
        history(store, root, b"c.txt", text(A))
        index = brought_up(store)
        one_by_one = {query: found(index, query, every=every) for query in queries}
        monkeypatch.setattr(fts5, "_MANY", 0)
        at_once = {query: found(index, query, every=every) for query in queries}
        index.dispose()

    assert all(one_by_one.values())
    assert at_once == one_by_one


# The limits that decide how a query is answered, step by step; the answers after each stay the same.
_BY_WORDS = ((fts5, "_MOST_IDS", 0),)
_BY_AGE = ((fts5, "COMMON", 1), (tsvector, "COMMON", 0), (tsvector, "FEW", 0))
_BY_IDS = ((fts5, "_MOST_IDS", 500),)
_BY_PAGE = ((fts5, "PAGE", 1), (tsvector, "PAGE", 1), (lookup, "PAGE", 1))
_FORGOTTEN = ((fts5, "_MOST_KEPT", 1),)
_AT_ONCE = ((fts5, "_MANY", 2),)


@pytest.mark.parametrize("every", [False, True])
def test_words_that_are_nearly_everywhere_put_no_document_before_an_older_one(
    database_url: str, monkeypatch: pytest.MonkeyPatch, every: bool
) -> None:
    queries = (
        *("bridges", "bridges alpha", "bridges NOT gamma", "brid* alpha OR gamma", "bridges OR NOT alpha"),
        *("alpha NOT brid*", "gamma", '"ten bridges" OR café'),
    )
    with opened(database_url) as store:
        root = add_root(store)
        history(store, root, b"a.txt", text(A, TEN, GONE), text(A, TWELVE))
        history(store, root, b"b.txt", text(A, TEN, "Two bridges are closed.", "More bridges are open."))
        history(store, root, b"c.txt", text(CAFE, GONE), text(CAFE, TEN), text(A, TEN))
        history(store, root, b"d.txt", text(CAFE, GONE, "Gamma is where bridges are."))
        history(store, root, b"e.txt", text(A), text(A, CAFE))
        index = brought_up(store)
        monkeypatch.setattr(search, "_FIRST_SLICE", 2)
        usual = {query: found(index, query, every=every) for query in queries}
        assert all(usual.values())
        for step in (_BY_WORDS, _BY_AGE, _BY_IDS, _BY_PAGE, _FORGOTTEN, _AT_ONCE):
            for module, name, value in step:
                monkeypatch.setattr(module, name, value)
            again = {query: found(index, query, every=every) for query in queries}
            assert again == (
                usual if step is _BY_WORDS else {query: sorted(hits) for query, hits in usual.items()}
            ), step
        index.dispose()


def test_no_stream_is_read_on_once_another_has_ended() -> None:
    read: list[int] = []

    def noted(numbers: list[int]) -> Iterator[int]:
        for number in numbers:
            read.append(number)
            yield number

    assert list(fts5.in_all([iter([2, 5, 7]), iter([1, 2, 3, 7, 9]), iter([2, 7])])) == [2, 7]
    assert list(fts5.in_all([iter([1, 2]), noted([3, 4, 5, 6])])) == []
    assert read == [3]


def test_a_word_that_was_unwanted_first_has_its_sentence_where_it_is_wanted(database_url: str) -> None:
    with opened(database_url) as store:
        history(store, add_root(store), b"a.txt", text(A, TEN))
        index = brought_up(store)
        with index.reading() as connection:
            asked = parse("NOT bridges OR bridges OR gamma")
            (hit,) = search.find(connection, asked, search.SearchFilters(), every=True)
            said = None if hit.sentence is None else lookup.snippet(connection, hit.sentence)
        index.dispose()

    assert said is not None
    assert said.text == TEN


def test_an_index_that_is_gone_or_damaged_or_of_another_version_is_made_again(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/store.db") as store:
        root = add_root(store)
        history(store, root, b"a.txt", text(A, TEN), text(A, TWELVE))
        index = brought_up(store)
        assert index.path is not None
        assert stat.S_IMODE(os.stat(index.path).st_mode) == 0o600
        spans = rows(index, "span")
        assert len(spans) == 3
        for harm in ("unlink", "garbage", "truncate", "version"):
            if harm == "unlink":
                os.unlink(index.path)
            elif harm == "garbage":
                Path(index.path).write_bytes(b"no database at all" * 1000)
            elif harm == "truncate":
                os.truncate(index.path, 0)
            else:
                with index.writing() as (connection, _):
                    connection.execute(sa.text("UPDATE state SET version = 99"))
            index.prepare()
            assert state.behind(index) == 2, harm
            fill.catch_up(index)
            assert rows(index, "span") == spans, harm
            assert stat.S_IMODE(os.stat(index.path).st_mode) == 0o600
        index.dispose()


@pytest.mark.parametrize("version", [VERSION, 99])
def test_an_index_that_has_come_further_than_the_log_is_left_as_it_is(
    database_url: str, version: int
) -> None:
    """It is a witness that the log was longer."""
    with opened(database_url) as store:
        root = add_root(store)
        history(store, root, b"a.txt", text(A, TEN), text(A, TWELVE))
        index = brought_up(store)
        with index.writing() as (connection, _):
            connection.execute(sa.text(f"UPDATE state SET seq = 99, version = {version}"))
        before = rows(index, "span")
        for ask in (index.prepare, index.usable):
            with pytest.raises(LogShortened, match=r"99.* ends at 2"):
                ask()
        assert rows(index, "span") == before
        place = index.place()
        assert place is not None
        assert place[0] == 99
        index.dispose()


def test_an_index_of_another_store_is_made_again(database_url: str, tmp_path: Path) -> None:
    with opened(database_url) as store:
        root = add_root(store)
        history(store, root, b"a.txt", text(A), text(TEN))
        index = brought_up(store)
        with index.writing() as (connection, _):
            connection.execute(sa.text("UPDATE state SET leaf = :leaf"), {"leaf": b"x" * 32})
        index.prepare()
        assert state.behind(index) == 2
        index.dispose()
    assert tmp_path.is_dir()


def test_filling_takes_no_right_to_write_the_record(database_url: str) -> None:
    with opened(database_url, busy_seconds=0.2) as store:
        root = add_root(store)
        history(store, root, b"a.txt", text(A), text(TEN))
        index = Index(store)
        index.prepare()
        with store.write() as connection:
            connection.execute(sa.text("UPDATE log_head SET seq = seq"))
            assert fill.catch_up(index) == 2
        with index.writing() as (_, seq):
            assert seq == 2
            record(store, root, [entry("created", b"b.txt", raw=b"While it is filled.\n")])
        assert fill.catch_up(index) == 3
        index.dispose()


def test_other_phrases_make_the_edits_anew_and_leave_the_spans(database_url: str) -> None:
    owned = Rules({"en": ("we erred",)})
    with opened(database_url) as store:
        root = add_root(store)
        for name in (b"a.txt", b"b.txt"):
            history(store, root, name, text(A, TEN), text(A, TWELVE, "We erred."), text(A, TEN, GONE))
        index = brought_up(store)
        spans, plain = rows(index, "span"), rows(index, "edit")
        assert fill.catch_up(index, rules=Rules({"en": ()})) == 6
        assert rows(index, "edit") == plain
        # a step and no more: what the others were is not told
        assert fill.catch_up(index, rules=owned, batch=2, most=2) == 2
        assert (state.behind(index, owned), state.behind(index, NONE)) == (4, 6)
        assert [row[0] for row in rows(index, "edit")] == [2]
        history(store, root, b"c.txt", text(A, TEN), text(A, TWELVE, "We erred."))
        assert fill.catch_up(index, batch=1) == 8
        told, marks = rows(index, "edit"), rows(index, "mark")
        index.rebuild()
        assert fill.catch_up(index, rules=owned) == 8
        assert rows(index, "edit") == told
        assert fill.catch_up(index, rules=NONE) == 8
        again, marks_again = rows(index, "edit"), rows(index, "mark")
        assert rows(index, "span")[: len(spans)] == spans
        index.dispose()

    assert [(row[0], row[4]) for row in told] == [
        *((2, ",notice,"), (3, ",silent,"), (5, ",notice,"), (6, ",silent,"), (8, ",notice,")),
    ]
    assert [row[4] for row in plain] == [",silent,"] * 4
    assert again[:4] == plain
    assert [name for name, seq in marks if seq == 2] == ["fact:number", "flag:notice"]
    assert [seq for name, seq in marks if name == "flag:silent"] == [3, 6]
    assert [seq for name, seq in marks_again if name == "flag:silent"] == [2, 3, 5, 6, 8]


def test_another_classifier_makes_the_edits_anew_and_leaves_the_spans(database_url: str) -> None:
    with opened(database_url) as store:
        root = add_root(store)
        history(store, root, b"a.txt", text(A, TEN), text(A, TWELVE), text(A, TWELVE, GONE))
        index = brought_up(store)
        spans, told = rows(index, "span"), rows(index, "edit")
        with index.writing() as (connection, _):
            connection.execute(sa.text("UPDATE state SET classifier = 'ingest 0 of before'"))
            connection.execute(sa.text("UPDATE edit SET body = '{}', reason = 'as it was'"))
        assert (state.behind(index), state.behind(index, NONE)) == (0, 3)
        # who does not speak of edits does not wait for them
        assert fill.catch_up(index) == 3
        assert [row[5] for row in rows(index, "edit")] == ["as it was"] * 2
        assert fill.catch_up(index, rules=NONE) == 3
        again = rows(index, "edit"), rows(index, "span")
        assert state.behind(index, NONE) == 0
        bodies = [msgspec.json.decode(row[-1]) for row in again[0]]
        index.dispose()

    assert again == (told, spans)
    assert [body["rule"] for body in bodies] == ["changed-fact", "whole-sentence"]
    assert {body["classifier"]["version"] for body in bodies} == {classifier.VERSION}


def test_what_edits_were_is_told_of_changes_that_lie_together_or_far_apart(database_url: str) -> None:
    with opened(database_url) as store:
        root = add_root(store)
        for number in range(4):
            history(store, root, b"%d.txt" % number, text(A, TEN), text(A, TWELVE), text(A, TWELVE, GONE))
        index = Index(store)
        index.prepare()
        assert fill.catch_up(index, most=11) == 11
        with index.reading() as connection:
            near = stored_edits.summaries(connection, [12, 11, 10, 8])
            far = stored_edits.summaries(connection, [11, 2])
        index.dispose()

    wrong = Summary("substantive", "factual", ("silent",), "number “ten” to “twelve”")
    added = Summary("substantive", "update", ("silent",), "1 sentence added, 0 removed")
    assert {seq: near[seq] for seq in (11, 10, 8)} == {11: wrong, 10: None, 8: wrong}
    assert 12 not in near
    assert far == {2: wrong, 11: wrong}
    assert near[9] == added


def test_two_may_fill_at_once_and_one_may_throw_it_away_meanwhile(database_url: str) -> None:
    with opened(database_url) as store:
        root = add_root(store)
        for number in range(12):
            history(store, root, b"%d.txt" % number, text(A, TEN, GONE), text(A, TWELVE), text(CAFE, A))
        alone = brought_up(store)
        expected = rows(alone, "edit")
        alone.rebuild()
        troubles: list[BaseException] = []

        def fill_up() -> None:
            index = Index(store)
            try:
                index.prepare()
                fill.catch_up(index, batch=2)
            except BaseException as error:  # noqa: BLE001  # the test tells of it
                troubles.append(error)
            finally:
                index.dispose()

        threads = [threading.Thread(target=fill_up) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert troubles == []
        assert rows(alone, "edit") == expected
        assert state.behind(alone) == 0
        with alone.reading() as connection:
            (count,) = connection.execute(sa.text("SELECT count(*) FROM span")).one()
        assert count == 12 * 5
        alone.dispose()


def test_a_document_with_a_damaged_body_is_left_out_and_the_others_are_found(database_url: str) -> None:
    with opened(database_url) as store:
        root = add_root(store)
        history(store, root, b"a.txt", text(A))
        history(store, root, b"b.txt", text(CAFE))
        with store.write() as connection:
            connection.execute(
                sa.update(tables.blob).where(tables.blob.c.size == len(text(A))).values(data=b"damage")
            )
        index = brought_up(store)
        assert found(index, "alpha") == []
        assert found(index, "corner") == [("b.txt", [(1, 1)])]
        index.dispose()


def test_both_know_the_stems_of_a_language_and_the_words_as_they_stand(
    database_url: str,
) -> None:
    with opened(database_url) as store:
        root = add_root(store)
        history(store, root, b"a.txt", text("The councils were voting on 1.000 well-known ideas."))
        index = brought_up(store)
        whole = [("a.txt", [(1, 1)])]

        assert found(index, "council") == whole
        assert found(index, '"vote on"') == []
        for query in (
            "councils",
            '"were voting on"',
            "the",
            "1.000",
            '"1 000 well known"',
            "well-known",
            "counc*",
        ):
            assert found(index, query) == whole, query
        assert found(index, "wel") == []
        # What is no word to a language's index is one in a phrase.
        assert found(index, '"not voting"') == []
        index.dispose()


def test_a_stop_keeps_what_was_taken_in(database_url: str) -> None:
    """Somebody presses Ctrl-C in the second batch: the first stays, and the next call goes on there."""
    with opened(database_url) as store:
        root = add_root(store)
        for number in range(6):
            history(store, root, b"%d.txt" % number, text(A))
        index = Index(store)
        index.prepare()
        told: list[tuple[int, int]] = []

        def progress(done: int, total: int) -> None:
            told.append((done, total))
            if done > 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fill.catch_up(index, batch=2, progress=progress)
        assert told == [(0, 6), (1, 6), (2, 6), (2, 6), (3, 6)]
        assert state.behind(index) == 4
        assert len(found(index, "alpha")) == 2
        assert fill.catch_up(index) == 6
        assert len(found(index, "alpha")) == 6
        index.dispose()


def test_a_batch_is_bounded_by_the_bytes_of_its_versions(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fill, "BATCH_BYTES", 3 * len(text(A)))
    with opened(database_url) as store:
        root = add_root(store)
        for number in range(7):
            history(store, root, b"%d.txt" % number, text(A))
        index = Index(store)
        index.prepare()
        places: list[int] = []
        fill.catch_up(index, progress=lambda _done, _total: places.append(7 - state.behind(index)))
        assert sorted(set(places)) == [0, 3, 6, 7]
        assert index.size() > 0
        index.dispose()


def test_an_old_version_that_was_read_again_is_told_right_before_the_index_knows_it(
    database_url: str,
) -> None:
    """The spans of a version are by its newest rendition where their normaliser did not read it."""
    with opened(database_url) as store:
        root = add_root(store)
        key = history(store, root, b"a.txt", text(A, TEN))
        read_anew = entry("changed", b"a.txt", raw=text(A, GONE).encode(), document=key, previous=1)
        assert read_anew.version is not None
        newer = msgspec.structs.replace(read_anew.version.rendition, normaliser="plain/2")
        version = msgspec.structs.replace(read_anew.version, rendition=newer)
        record(store, root, [msgspec.structs.replace(read_anew, version=version)])
        index = brought_up(store)
        before = _blame(index, key, 1)
        other = rendition_of(text(A, TEN).encode(), normaliser="plain/3", text=text(CAFE))
        record(store, root, [entry("renormalised", b"a.txt", document=key, previous=2, renditions=(other,))])
        after, made = _blame(index, key, 1), _blame(index, key, 1, indexed=False)
        with index.reading() as connection:
            (hit,) = search.find(connection, parse("bridges"), search.SearchFilters(), every=True)
            assert hit.sentence is not None
            assert lookup.snippet(connection, hit.sentence) is None  # what stands at its place now is another
        index.dispose()
    assert [each.text for each in before.sentences] == [A, TEN]
    assert [(each.text, each.version) for each in after.sentences] == [(CAFE, 1)]
    assert after == made
