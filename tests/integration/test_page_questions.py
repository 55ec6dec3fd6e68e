"""What the pages and the API ask of the store and the index, on both databases."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from ingest.corpus import Corpus
from ingest.daemon import log_growth
from ingest.edits.settings import Rules
from ingest.forking import die_with
from ingest.history import changes, naming
from ingest.history.changes import ANY, Filters
from ingest.http import serving
from ingest.http.api import cursor_of, place_of
from ingest.http.feed import Feed, FeedEvent
from ingest.index import activity, fill, fill_process, state, stored_edits
from ingest.index.database import Index, has_all
from ingest.index.fill_process import FAILED, FillProcess
from ingest.index.tally import Tally
from ingest.model import BEGINNING, DocumentKey, RootKey, Seq
from ingest.store import listing, roots, tables, totals, versions
from ingest.store.engine import Connection, Store
from ingest.web import course, document, lists, overview, whereabouts
from ingest.web.answer_cache import AnswerCache
from tests.command import PATIENCE
from tests.daemon import until
from tests.recording import add_root, entry, opened, record, rows_of

NONE = Rules({}, {})
HOUR = 3_600_000_000
TEXTS = [f"The bridge costs {price} euro. It is old.\n".encode() for price in (13, 31, 13)]


def made(store: Store) -> Corpus:
    """Two roots; in one a document of three versions and one that was deleted; five more in the other."""
    main, other = add_root(store), add_root(store, "other")
    record(
        store,
        main,
        [entry("created", b"bridge.txt", raw=TEXTS[0]), entry("created", b"\xff.txt", raw=b"x\n")],
    )
    key, gone = (int(row["id"]) for row in rows_of(store, tables.document))
    for number, raw in enumerate(TEXTS[1:], 1):
        record(store, main, [entry("changed", b"bridge.txt", raw=raw, document=key, previous=number)])
    record(store, main, [entry("deleted", b"\xff.txt", document=gone, previous=1, reason="removed")])
    record(store, other, [entry("created", b"%d.txt" % number, raw=b"%d\n" % number) for number in range(5)])
    return Corpus(store, rules=NONE)


def test_the_list_page_by_page_is_the_list(database_url: str) -> None:
    with opened(database_url) as store:
        corpus = made(store)
        for deleted in (False, True):
            for at in (None, Seq(4)):
                with store.read() as connection:
                    every = [(root.name, root.id) for root in roots.every(connection)]
                    whole = list(listing.documents(connection, until=at, deleted=deleted))
                    found: list[listing.DocumentRow] = []
                    after = None
                    for _ in range(len(whole)):
                        page = listing.page(
                            connection, every, after=after, limit=2, until=at, prefix=b"", language=None,
                            deleted=deleted,
                        )  # fmt: skip
                        found += page
                        after = place_of(cursor_of(page[-1])) if page else after
                assert found == whole
        assert len(list(corpus.documents())) == 6
        corpus.close()


class Standing(FillProcess):
    """One that was told of what is lacking, and takes in none of it."""

    def bring_up(self, _seq: int) -> bool:
        """Say that it fills the index."""
        return True

    def ask(self, _seq: int = 0) -> bool:
        """The same."""
        return True


def test_an_index_that_is_filled_beside_is_asked_as_far_as_it_goes(database_url: str) -> None:
    with opened(database_url) as store:
        made(store).close()
        index = Index(store)
        index.prepare()
        fill.catch_up(index, rules=NONE, batch=3, most=3)
        index.dispose()
        corpus = Corpus(store, rules=NONE, filler=Standing(store, NONE))
        notes: list[str] = []
        found = list(corpus.search("bridge", every=True, note=notes.append))
        assert [(each.document, each.versions[0].last) for each in found] == [(found[0].document, 2)]
        assert notes == ["the index goes to change 3 of 10: later texts not searched"]
        page = lists.search_view(
            corpus, AnswerCache(corpus.now), "bridge", every=True, language=None, root=None
        )
        assert (page.reached, page.head) == (3, 10)
        assert [(each.is_known, each.gone_in, each.gone_at) for each in page.hits] == [(False, None, None)]
        assert (page.now, page.before) == (1, 0)
        told = [each.edit.rule for each in corpus.changes() if each.edit is not None]
        assert len(told) == 2  # the second one is made of the texts
        assert [each.from_version for each in corpus.blame("bridge.txt")] == [1, 1]
        corpus.close()


def test_who_asks_waits_for_the_index_while_the_log_rests(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/store.db") as store:
        filler = FillProcess(store, NONE)
        assert not filler.bring_up(1)  # nobody fills it: whoever asks does
        filler.note(4, 6)
        with ThreadPoolExecutor() as pool:
            resting = pool.submit(filler.bring_up, 6)
            until(lambda: filler.waiting == 1, what="who waits")
            filler.note(6, 6)
            assert resting.result(PATIENCE)
            growing = pool.submit(filler.bring_up, 8)
            until(lambda: filler.waiting == 1, what="who waits")
            filler.note(7, 9)  # the log grows meanwhile
            assert growing.result(PATIENCE)
            assert filler.bring_up(9)  # nobody waits now, until
            filler.note(9, 9)
            failing = pool.submit(filler.bring_up, 10)
            until(lambda: filler.waiting == 1, what="who waits")
            filler.note(FAILED, FAILED)
            assert not failing.result(PATIENCE)


def test_the_service_ends_in_order_from_the_moment_its_address_is_printed(tmp_path: Path) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    with opened(f"sqlite:///{tmp_path}/store.db") as store, serving.listening("127.0.0.1", 0) as listener:
        told: list[object] = []

        def ready() -> None:
            told.append(signal.getsignal(signal.SIGTERM))
            signal.raise_signal(signal.SIGTERM)

        try:
            serving.run(
                Corpus(store, rules=NONE), listener, names=["127.0.0.1"], named=[], port=1, token=None,
                guarded=False, trusted_header=None, ready=ready,
            )  # fmt: skip
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
    assert len(told) == 1
    assert told[0] is not before[signal.SIGTERM]


def test_the_edits_are_counted_by_gravity_and_time(database_url: str) -> None:
    with opened(database_url) as store:
        corpus = made(store)
        index = Index(store)
        index.prepare()
        fill.catch_up(index, rules=NONE)
        with index.reading() as connection:
            counts, documents = activity.between(connection, BEGINNING, BEGINNING, Seq(9))
            later, again = activity.between(connection, BEGINNING, Seq(3), Seq(9))
            rows = rows_of(store, tables.change)
            begin = int(min(row["recorded_at"] for row in rows))
            last = int(rows[3]["recorded_at"])
            uneven = [begin, last, last + 1, last + 25 * HOUR]
            steps = activity.by_stretch(connection, uneven, after=BEGINNING, until=Seq(9))
            bodies = activity.of_document(connection, DocumentKey(rows_of(store, tables.document)[0]["id"]))
        index.dispose()

        assert (counts.silent, counts.total, documents) == (2, 2, 1)
        assert (later.silent, again) == (1, 0)  # its document had an edit before
        assert [each.silent for each in steps] == [1, 1, 0]
        assert sorted(bodies) == [3, 4]
        corpus.close()


def test_what_was_counted_and_what_came_is_what_is_counted_now(database_url: str) -> None:
    with opened(database_url) as store:
        made(store).close()
        main, other = (row["id"] for row in rows_of(store, tables.root))
        bridge, gone = (int(row["id"]) for row in rows_of(store, tables.document)[:2])
        index = Index(store)
        index.prepare()
        kept = Tally()

        def counted(tally: Tally) -> list[object]:
            fill.catch_up(index, rules=NONE)
            with index.reading() as connection:
                begin = int(min(row["recorded_at"] for row in rows_of(store, tables.change)))
                both = [RootKey(main), RootKey(other)]
                return [
                    [(each, *tally.edits(connection, Seq(each))) for each in (0, 3, 4)],
                    tally.stretches(connection, [begin, begin + HOUR, begin + 2 * HOUR]),
                    tally.types(connection, both, Seq(2)),
                    tally.types(connection, both[1:], BEGINNING),
                    tally.record(connection),
                ]

        first = counted(kept)
        assert first[4] == totals.Counts(6, 9, 0)
        later = [
            entry("changed", b"bridge.txt", raw=b"The bridge is new.\n", document=bridge, previous=3),
            entry("restored", b"\xff.txt", raw=b"y\n", document=gone, previous=1),
            entry("moved", b"b.txt", document=bridge, previous=4, from_path=b"bridge.txt"),
            entry("rejected", b"b.txt", document=bridge, previous=4, reason="busy"),
            entry("created", b"new.txt", raw=b"new\n"),
            entry("deleted", b"b.txt", document=bridge, previous=4, reason="removed"),
        ]
        for each in later:
            record(store, RootKey(main), [each])
            assert counted(kept) == counted(Tally()) != first
        with store.read() as connection:
            assert kept.record(connection) == totals.counts(connection)
        with index.reading() as connection:
            before = kept.edits(connection, BEGINNING)
        # another process tells all edits anew, and by these one is announced
        fill.catch_up(index, rules=Rules({"en": ("bridge is new",)}, {}))
        with index.reading() as connection:
            assert kept.edits(connection, BEGINNING) == Tally().edits(connection, BEGINNING) != before
            types = kept.types(connection, [RootKey(main)], BEGINNING)
        # another log stands in its place that is as long
        last = len(rows_of(store, tables.change))
        with store.write() as connection:
            of_last = sa.update(tables.change).where(tables.change.c.seq == last)
            connection.execute(of_last.values(type="moved", leaf=b"another"))
        with store.read() as connection:
            found = kept.types(connection, [RootKey(main)], BEGINNING)
        assert found == types | {"deleted": types["deleted"] - 1, "moved": types["moved"] + 1}
        index.dispose()


def test_a_document_is_told_with_its_facts_its_versions_and_its_time(database_url: str) -> None:
    with opened(database_url) as store:
        corpus = made(store)
        (uid,) = [each.document for each in corpus.documents() if each.path == "bridge.txt"]

        cache = AnswerCache(corpus.now)

        def target_of(connection: Connection) -> naming.Target:
            return naming.resolve(connection, uid)

        view = document.view(
            corpus, cache, target_of, first=None, last=None, mode="inline", before=None, with_lost=False
        )
        old = document.view(
            corpus, cache, target_of, first=None, last="1", mode="inline", before=3, with_lost=True
        )

        assert (view.first, view.last, view.versions, view.mark.gravity) == (2, 3, 3, "silent")
        assert [value.text for value in view.strands[0].values] == ["13 euro", "31 euro", "13 euro"]
        named = document.view(
            corpus, cache, target_of, first=None, last=str(view.strands[0].version), mode="age", before=None,
            with_lost=False, at=str(view.strands[0].offset),
        )  # fmt: skip
        assert named.here is not None
        assert (view.strands[0].version, view.strands[0].offset) == (3, 17)
        assert named.here.text == "The bridge costs 13 euro."
        assert [each.version for each in view.entries] == [3, 2, 1]
        assert [(each.version, each.sentences) for each in view.held] == [(1, 2)]
        assert (old.mode, old.last, [each.version for each in old.entries]) == ("age", 1, [2, 1])
        assert msgspec.json.encode(view)
        with store.read() as connection:
            target = target_of(connection)
            numbers = [row.version for row in versions.between(connection, target.id, 2, 3)]
            assert numbers == [2, 3]
            assert versions.made_by(connection, target.id) == {1: 1, 2: 3, 3: 4}
            assert [(each.version, each.seq) for each in versions.course(connection, target.id)] == [
                (1, 1),
                (2, 3),
                (3, 4),
            ]
        corpus.close()


def test_facts_are_told_from_where_every_later_edit_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(f"sqlite:///{tmp_path}/store.db") as store:
        corpus = made(store)
        cache = AnswerCache(corpus.now)

        def told(
            made_at_most: int, *, is_indexed: bool
        ) -> tuple[int, list[tuple[str, int | None, int | None]]]:
            monkeypatch.setattr(course, "_MADE", made_at_most)
            with corpus.reading() as (connection, _):
                target = naming.resolve(connection, "bridge.txt")
                known = course.course_of(connection, corpus, cache, target, is_indexed=is_indexed)
            values = [each for strand in known.strands for each in strand.values]
            return known.facts_after, [(each.text, each.first, each.last) for each in values]

        assert told(0, is_indexed=False) == (3, [])
        assert told(1, is_indexed=False) == (2, [("31 euro", None, 2), ("13 euro", 3, None)])
        whole = [("13 euro", 1, 1), ("31 euro", 2, 2), ("13 euro", 3, None)]
        assert told(2, is_indexed=False) == (0, whole)
        assert told(0, is_indexed=True) == (0, whole)
        stored = activity.of_document
        monkeypatch.setattr(activity, "of_document", lambda *asked: dict([*stored(*asked).items()][:1]))
        monkeypatch.setattr(state, "edits_seq", lambda _: 3)
        cache = AnswerCache(corpus.now)
        assert told(0, is_indexed=True) == (3, [])  # though the edit before is known
        corpus.close()


def test_what_befell_a_document_besides_edits_is_told_the_newest_first(database_url: str) -> None:
    with opened(database_url) as store:
        corpus = made(store)
        main = RootKey(rows_of(store, tables.root)[0]["id"])
        bridge, gone = (int(row["id"]) for row in rows_of(store, tables.document)[:2])
        for each in (
            entry("moved", b"b\xff.txt", document=bridge, previous=3, from_path=b"bridge.txt"),
            entry("deleted", b"b\xff.txt", document=bridge, previous=3, reason="removed"),
            entry("restored", b"b\xff.txt", raw=TEXTS[1], document=bridge, previous=3),
            entry("rejected", b"b\xff.txt", document=bridge, previous=4, reason="busy"),
        ):
            record(store, main, [each])
        with store.read() as connection:
            found = [whereabouts.events(connection, DocumentKey(each)) for each in (bridge, gone)]

        assert [(each.type, each.reason, each.version) for each in found[0]] == [
            ("rejected", "busy", None), ("restored", None, 4), ("deleted", "removed", 3), ("moved", None, 3),
        ]  # fmt: skip
        assert [(each.path, each.from_path) for each in found[0][-2:]] == [
            ("b\\xff.txt", None), ("b\\xff.txt", "bridge.txt"),
        ]  # fmt: skip
        assert [each.type for each in found[1]] == ["deleted"]
        corpus.close()


def test_the_table_of_versions_is_gone_through_in_both_directions(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "LISTED", 1)
    with opened(database_url) as store:
        corpus = made(store)
        cache = AnswerCache(corpus.now)

        def listed(before: int | None) -> tuple[list[int], int | None, int | None]:
            view = document.view(
                corpus, cache, lambda connection: naming.resolve(connection, "bridge.txt"), first=None,
                last=None, mode="inline", before=before, with_lost=False,
            )  # fmt: skip
            return [each.version for each in view.entries], view.older, view.newer

        assert [listed(each) for each in (None, 3, 2, 4)] == [
            ([3], 3, None), ([2], 2, 4), ([1], None, 3), ([3], 3, None),
        ]  # fmt: skip
        corpus.close()


def test_the_overview_and_the_lists_say_what_is_there(database_url: str) -> None:
    with opened(database_url) as store:
        corpus = made(store)
        cache = AnswerCache(corpus.now)
        tally = Tally()
        view = overview.view(corpus, cache, tally, since=0, since_at=None)
        since = overview.view(corpus, cache, tally, since=3, since_at=1)
        then = lists.documents(
            corpus,
            cache,
            prefix="",
            at="seq:2",
            root=None,
            language=None,
            deleted=False,
            after=None,
            differs_after=0,
        )
        found = lists.search_view(corpus, cache, "bridge", every=True, language=None, root=None)

        assert (view.documents, view.counts.silent, view.head, view.reached) == (1, 2, 10, 10)
        assert [card.change.seq for card in view.cards] == [4, 3]
        assert [bit.text for bit in view.cards[0].sentence if bit.mark] == ["31", "13"]
        assert view.types == {"created": 7, "changed": 2, "deleted": 1}
        assert (since.counts.silent, since.types) == (1, {"changed": 1, "deleted": 1, "created": 5})
        assert [(each.path, each.version) for each in then.items] == [("bridge.txt", 1), ("\\xff.txt", 1)]
        assert [each.change for each in then.differs if each.root == "main"] == ["deleted"]
        assert [(hit.match.path, found.now, found.before) for hit in found.hits] == [("bridge.txt", 1, 0)]
        assert [word for word, is_found in found.hits[0].pieces if is_found] == ["bridge"]
        beyond = lists.search_view(corpus, cache, "bridge", every=True, language=None, root=None, after=1)
        assert (beyond.hits, beyond.first, beyond.more) == ([], 2, False)
        corpus.close()


def test_a_moment_is_told_as_it_was_asked_for_and_one_to_come_is_now(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/store.db") as store:
        made(store).close()
        now = 4_000_000_000 * 1_000_000
        corpus = Corpus(store, rules=NONE, now=lambda: now)
        cache = AnswerCache(corpus.now)

        def told(at: str) -> tuple[int | None, int | None]:
            listed = lists.documents(
                corpus, cache, prefix="", at=at, root=None, language=None, deleted=False, after=None,
                differs_after=0,
            )  # fmt: skip
            searched = lists.search_view(
                corpus, cache, "bridge", every=False, language=None, root=None, at=at
            )
            return listed.at_time, searched.at_time

        asked = 3_976_214_400_999_999  # the end of that second
        recorded = int(rows_of(store, tables.change)[1]["recorded_at"])
        assert told("2096-01-01T00:00:00Z") == (asked, asked)
        assert told("2200-01-01") == (now, now)
        assert told("seq:2") == (recorded, recorded)
        corpus.close()


def test_a_card_whose_texts_could_not_be_read_is_asked_again_soon(database_url: str) -> None:
    with opened(database_url) as store:
        corpus, now, tally = made(store), 0, Tally()
        cache = AnswerCache(lambda: now)

        def sentences() -> list[str]:
            view = overview.view(corpus, cache, tally, since=0, since_at=None)
            return ["".join(bit.text for bit in card.sentence) for card in view.cards]

        with corpus.reading():  # the index is filled while the texts can be read
            pass
        bodies = {row["id"]: row["data"] for row in rows_of(store, tables.blob)}
        damaged = dict.fromkeys(bodies, b"x")
        for there, seen in ((damaged, ["", ""]), (bodies, ["", ""])):
            with store.write() as connection:
                for key, data in there.items():
                    connection.execute(
                        sa.update(tables.blob).where(tables.blob.c.id == key).values(data=data)
                    )
            assert sentences() == seen
        now += 5_000_000
        assert sentences() == ["The bridge costs 3113 euro.", "The bridge costs 1331 euro."]
        with store.write() as connection:
            connection.execute(sa.update(tables.blob).values(data=b"x"))
        now += 500_000_000  # what was read is kept for long, since it does not change
        assert sentences()[0] == "The bridge costs 3113 euro."
        with store.write() as connection:  # another log stands in the place of this one
            for seq in (3, 4):
                of_change = sa.update(tables.change).where(tables.change.c.seq == seq)
                connection.execute(of_change.values(leaf=b"another %d" % seq))
        assert sentences() == ["", ""]
        corpus.close()


def test_what_differs_from_a_moment_is_counted_whole_and_compared_in_parts(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "DIFFERING", 2)
    with opened(database_url) as store:
        corpus = made(store)
        index = Index(store)
        index.prepare()
        fill.catch_up(index, rules=NONE)
        with index.writing() as (connection, _):
            connection.execute(sa.text("UPDATE edit SET body = replace(body, 'revert', 'wording')"))
        index.dispose()

        def shown(at: str, after: int) -> tuple[int, list[tuple[str, str, str | None]]]:
            view = lists.documents(
                corpus, AnswerCache(corpus.now), prefix="", at=at, root=None, language=None, deleted=False,
                after=None, differs_after=after,
            )  # fmt: skip
            return view.differing, [(each.path, each.change, each.class_) for each in view.differs]

        gone = ("\\xff.txt", "deleted", None)
        assert shown("seq:2", 0) == (1, [gone])
        assert shown("seq:3", 0) == (2, [gone, ("bridge.txt", "changed", "wording")])
        assert shown("seq:3", 1) == (2, [("bridge.txt", "changed", "wording")])
        assert shown("seq:3", 2) == (2, [])
        corpus.close()


def test_the_feed_gives_the_changes_behind_a_place_and_says_how_far_it_looked(database_url: str) -> None:
    with opened(database_url) as store:
        corpus = made(store)
        feed = Feed(corpus)
        silent = msgspec.structs.replace(ANY, flag="silent")

        assert [each.seq for each in feed.records(7, ANY, 2)[0]] == [8, 9]
        assert feed.records(7, ANY, 2)[1] == 9
        assert ([each.seq for each in feed.records(0, silent, 5)[0]], feed.records(0, silent, 5)[1]) == (
            [3, 4],
            10,
        )
        assert feed.records(99, ANY, 5) == ([], 99)
        corpus.close()


def test_of_one_document_no_more_edits_are_looked_at_than_it_has(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[int]] = []
    those = stored_edits.selected_among

    def noted(connection: Connection, among: stored_edits.Seqs, seqs: list[int]) -> set[int]:
        asked.append(seqs)
        return those(connection, among, seqs)

    monkeypatch.setattr(stored_edits, "selected_among", noted)
    with opened(database_url) as store:
        corpus = made(store)
        bridge, gone = (DocumentKey(row["id"]) for row in rows_of(store, tables.document)[:2])

        def seqs(document: DocumentKey, *, newest_first: bool = False, **wanted: str) -> list[int]:
            filters = msgspec.structs.replace(ANY, **wanted)
            with corpus.reading() as (connection, is_indexed):
                assert is_indexed
                found = changes.changes_of(
                    connection, changes.look_up(connection, filters), rules=NONE, indexed=True,
                    document=document, newest_first=newest_first,
                )  # fmt: skip
                return [row.seq for row in found]

        assert seqs(bridge, flag="silent") == [3, 4]
        assert seqs(bridge, flag="silent", newest_first=True) == [4, 3]
        assert seqs(bridge, fact="date") == seqs(gone, significance="substantive") == []
        assert asked == [[1, 3, 4], [4, 3, 1], [1, 3, 4], [2, 5]]
        corpus.close()


def test_a_log_that_grows_while_nobody_listens_is_read_by_who_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(f"sqlite:///{tmp_path}/store.db") as store:
        corpus = made(store)
        feed, third = Feed(corpus), add_root(store, "third")
        pages: list[int] = []
        page = feed.page

        def noted(after: int, wanted: Filters, limit: int) -> tuple[list[FeedEvent], int]:
            pages.append(after)
            return page(after, wanted, limit)

        monkeypatch.setattr(feed, "page", noted)
        monkeypatch.setattr(log_growth, "POLL", 0.01)

        async def heard() -> list[bytes]:
            feed.start()
            for name in (b"11.txt", b"12.txt"):
                record(store, third, [entry("created", name, raw=name)])
                assert await feed.wait(feed.last, PATIENCE)
            assert (feed.last, pages) == (12, [])
            events = feed.events(9, ANY)
            found = b"".join([await anext(events), await anext(events)])
            record(store, third, [entry("created", b"13.txt", raw=b"13")])
            found += await anext(events)
            await events.aclose()
            feed.stop()
            return [line for line in found.splitlines() if line.startswith(b"id:")]

        assert asyncio.run(heard()) == [b"id: 10", b"id: 11", b"id: 12", b"id: 13"]
        assert pages == [9, 12]
        corpus.close()


def test_who_is_asked_again_and_again_finds_an_index_that_was_made_anew(database_url: str) -> None:
    with opened(database_url) as store:
        corpus = made(store)

        def found() -> list[str]:
            return [each.path for each in corpus.search("bridge")]

        assert found() == ["bridge.txt"]
        other = Index(store)
        if other.path is not None:
            for end in ("", "-wal", "-shm"):
                Path(other.path + end).unlink(missing_ok=True)
        other.rebuild()
        assert found() == ["bridge.txt"]
        with other.reading() as connection:
            assert (found_ := other.look(connection)) is not None
            assert has_all(found_)
        record(store, add_root(store, "third"), [entry("created", b"late.txt", raw=b"A bridge.\n")])
        with other.reading() as connection:
            assert (found_ := other.look(connection)) is not None
            assert not has_all(found_)
        assert sorted(found()) == ["bridge.txt", "late.txt"]
        corpus.close()


def test_who_asks_never_waits_for_a_process_that_does_not_listen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be busy for hours, or wait for a lock: what asks for its attention fills its pipe meanwhile."""

    def never_listen(parent: int, *_: object) -> None:
        die_with(parent)
        time.sleep(PATIENCE)

    monkeypatch.setattr(fill_process, "_fill", never_listen)
    monkeypatch.setattr(fill_process, "is_alone", lambda: True)
    with opened(f"sqlite:///{tmp_path}/store.db") as store:
        filler = FillProcess(store, NONE).begin()
        asking = threading.Thread(target=lambda: [filler.ask() for _ in range(10_000)], daemon=True)
        asking.start()
        asking.join(5.0)
        filler.close()
        assert not asking.is_alive()
