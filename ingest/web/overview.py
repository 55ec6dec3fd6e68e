"""The view of the whole: what changed since somebody looked, the gravest first, and what could be missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta, tzinfo
from functools import partial
from itertools import pairwise

import msgspec

from ingest import moments, records
from ingest.corpus import Corpus
from ingest.diff.sentences import compare
from ingest.edits import boilerplate
from ingest.errors import IntegrityError
from ingest.history import observation
from ingest.index import activity, state
from ingest.index import edits as made
from ingest.index.activity import Counts
from ingest.index.tally import Tally
from ingest.model import RootKey, Seq
from ingest.records import Change
from ingest.store import coverage, reader, roots, totals
from ingest.store.engine import Connection, Row
from ingest.web import page_reviews
from ingest.web.answer_cache import AnswerCache
from ingest.web.comparison import Bit
from ingest.web.gravity import GravityMark, mark_of
from ingest.web.page_reviews import Unreviewed
from ingest.web.timeline import Band, TimeStretch, bands

DAYS = 28
SHOWN = 12
_HEADING = 100  # characters of the beginning of a text that has no title
_ELLIPSIS = 240  # characters of the sentence that a card shows
_DAY = 86_400_000_000
_WHILE = 600_000_000  # microseconds that the sentence of a card is kept
_SOON = 5_000_000  # the same of a card that has none
_DAILY = "Edits a day by gravity, four weeks"
_STEPS = (
    (_DAY // 288, 36, "Edits in five minutes by gravity, three hours"),
    (_DAY // 24, 48, "Edits an hour by gravity, two days"),
    (_DAY, DAYS, _DAILY),
)


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """An edit, with one sentence of it."""

    change: Change
    mark: GravityMark
    title: str
    heading: str
    sentence: list[Bit]
    language: str | None
    facts: int
    at: int


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """The edits of a local day, or of a shorter stretch; `end` is its last microsecond."""

    begin: int
    end: int
    counts: Counts


class RootCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """How a root was observed since its record began."""

    name: str
    begins_at: int | None
    now: str
    stretches: list[TimeStretch]
    bands: list[Band]
    since: int


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows; `since` is the seq after which is told, 0 for all, `since_at` when that was."""

    head: int
    since: int
    since_at: int | None
    documents: int
    counts: Counts
    types: dict[str, int]
    days: list[Day]
    caption: str
    step_is_day: bool
    cards: list[Card]
    unreviewed: Counts
    gravest_unreviewed: list[Unreviewed]
    places: list[RootCoverage]
    reached: int
    begins_at: int | None
    totals: totals.Counts


def view(corpus: Corpus, cache: AnswerCache, tally: Tally, *, since: int, since_at: int | None) -> View:
    """Return what happened after a place in the log.

    `tally` has what was counted before; `cache` the sentences that cards show, which do not change.
    """
    now = corpus.now()
    with corpus.reading() as (connection, is_indexed):
        head = Seq(reader.head(connection).seq)
        place = Seq(min(since, head))
        every = [root for root in roots.every(connection) if root.retired_at is None]
        counts, documents = tally.edits(connection, place) if is_indexed else (Counts(), 0)
        places = [_place(connection, root, now) for root in every]
        begins = [each.begins_at for each in places if each.begins_at is not None]
        oldest = min(begins, default=now)
        unreviewed, gravest = (
            page_reviews.missing(connection, corpus, tally) if is_indexed else (Counts(), [])
        )
        days, caption = _days(connection, tally, corpus.zone, now, oldest, is_indexed=is_indexed)
        return View(
            head=head,
            since=place,
            since_at=since_at,
            documents=documents,
            counts=counts,
            types=tally.types(connection, [RootKey(root.id) for root in every], place),
            days=days,
            caption=caption,
            step_is_day=caption == _DAILY,
            cards=_cards(connection, corpus, cache, place) if is_indexed else [],
            unreviewed=unreviewed,
            gravest_unreviewed=gravest,
            places=places,
            reached=state.edits_seq(connection) if is_indexed else 0,
            begins_at=min(begins, default=None),
            totals=tally.record(connection),
        )


def _days(
    connection: Connection, tally: Tally, zone: tzinfo, now: int, begins: int, *, is_indexed: bool
) -> tuple[list[Day], str]:
    """Return the last four weeks by day, of a younger record by shorter stretches; and the caption."""
    fitting = (each for each in _STEPS if now - begins < each[0] * each[1])
    step, steps, caption = next(fitting, _STEPS[-1])
    bounds = stretches(now, zone, step, steps)
    counts = tally.stretches(connection, bounds) if is_indexed else [Counts() for _ in range(steps)]
    return [
        Day(begin=begin, end=end - 1, counts=each)
        for (begin, end), each in zip(pairwise(bounds), counts, strict=True)
    ], caption


def stretches(now: int, zone: tzinfo, step: int, steps: int) -> list[int]:
    """Return where so many stretches begin, of which the last holds `now`, and where that one ends.

    Days are those of the zone: one on which the clock is changed is longer or shorter than the others.
    """
    offset = moments.offset_at(now, zone) // timedelta(microseconds=1)
    if step < _DAY:
        last = (now + offset) // step * step - offset
        return [last - step * (steps - 1) + step * at for at in range(steps + 1)]
    today = moments.local_day(now, zone)
    return [moments.day_begins(today + timedelta(days=at), zone) for at in range(1 - steps, 2)]


def _place(connection: Connection, root: roots.Root, now: int) -> RootCoverage:
    begins = coverage.record_begins_at(connection, root.id)
    found = observation.root_coverage(connection, root, now=now)
    stretches = [TimeStretch(each.state, each.since, each.until) for each in found]
    since = now if begins is None else begins
    return RootCoverage(
        name=root.name,
        begins_at=begins,
        now=stretches[-1].state if stretches else "unrecorded",
        stretches=stretches,
        bands=bands(stretches, begin=since, end=max(now, since + 1), now=now),
        since=since,
    )


def _cards(connection: Connection, corpus: Corpus, cache: AnswerCache, since: Seq) -> list[Card]:
    """Return the newest silent edits that the index has, then the announced ones, each with a sentence."""
    seqs = activity.gravest(connection, SHOWN, after=since)
    by_seq = {row.seq: row for row in reader.changes_at(connection, seqs)}
    rows = [by_seq[seq] for seq in seqs if seq in by_seq]
    changes = records.changes(connection, rows, rules=corpus.rules, indexed=True)
    cards = []
    for row, change in zip(rows, changes, strict=True):
        text = _kept(cache, row.leaf, partial(_card_text, connection, corpus, row, change))
        cards.append(
            Card(
                change=change, mark=mark_of(change.edit), title=text.title, heading=text.heading,
                sentence=text.sentence, language=text.language,
                facts=len(change.edit.facts) if change.edit else 0, at=row.recorded_at,
            )
        )  # fmt: skip
    return cards


class _CardText(msgspec.Struct, frozen=True, kw_only=True):
    """What a card takes from the two texts of an edit."""

    title: str = ""
    language: str | None = None
    heading: str = ""
    sentence: list[Bit] = []


def _kept(cache: AnswerCache, leaf: bytes, make: Callable[[], _CardText]) -> _CardText:
    """Return what a card says of a change, kept; one without a sentence is kept for a short time.

    By the leaf, since another store, put in the place of this one, may have another change with its seq.
    """
    known = cache.known(("said", leaf))
    if isinstance(known, _CardText):
        return known
    made_now = make()
    cache.keep(("said", leaf), _WHILE if made_now.sentence else _SOON, made_now)
    return made_now


def _card_text(connection: Connection, corpus: Corpus, row: Row, change: Change) -> _CardText:
    pair = made.pair_between(connection, row.key, row.previous_version, row.version)
    if pair is None:
        return _CardText()
    title, language = pair[1].title or "", pair[1].language
    try:
        before, after = made.read(connection, row.key, pair)
    except IntegrityError:
        return _CardText(title=title, language=language)
    patterns = corpus.rules.of(row.root).boilerplate
    a, b = (boilerplate.strip(each.text, each.language, patterns).text for each in (before, after))
    return _CardText(
        title=title, language=language, heading=heading_of(after.text),
        sentence=_sentence(a, b, language, change),
    )  # fmt: skip


def _sentence(a: str, b: str, language: str | None, change: Change) -> list[Bit]:
    """Return the sentence of an edit that has a fact, else the first that is not only blank, marked."""
    comparison = compare(a, b, language=language)
    pieces = [each for each in comparison.pieces if each.kind not in ("kept", "moved")]
    wanted = [
        each
        for each in pieces
        for fact in (change.edit.facts if change.edit else ())[:1]
        if fact.before and fact.after and fact.before in a[each.a_start : each.a_end]
        and fact.after in b[each.b_start : each.b_end]
    ]  # fmt: skip
    for piece in wanted or pieces:
        if piece.kind == "removed":
            return [Bit(text=_cut(a[piece.a_start : piece.a_end]), mark="del")]
        if piece.kind == "added":
            return [Bit(text=_cut(b[piece.b_start : piece.b_end]), mark="ins")]
        bits: list[Bit] = []
        at = piece.b_start
        for each in piece.changes:
            bits += [
                Bit(text=b[at : each.b_start]),
                Bit(text=each.before, mark="del"),
                Bit(text=each.after, mark="ins"),
            ]
            at = each.b_end
        bits.append(Bit(text=b[at : piece.b_end].rstrip()))
        return _short([bit for bit in bits if bit.text])
    return []


def heading_of(text: str) -> str:
    """Return how a text begins, for one that has no title."""
    line = next((each.strip() for each in text.splitlines() if each.strip()), "")
    return line if len(line) <= _HEADING else line[:_HEADING].rpartition(" ")[0] + " …"


def _cut(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _ELLIPSIS else words[: _ELLIPSIS - 1] + "…"


def _short(bits: list[Bit]) -> list[Bit]:
    """Cut what is not marked where a sentence is long."""
    if sum(len(bit.text) for bit in bits) <= _ELLIPSIS:
        return bits
    room = _ELLIPSIS // 3
    found = []
    for number, bit in enumerate(bits):
        text = bit.text
        if len(text) > room:
            if number == 0:
                text = "…" + text[-room:]
            elif number == len(bits) - 1 or bit.mark:
                text = text[:room] + "…"
            else:
                text = text[: room // 2] + " … " + text[-room // 2 :]
        found.append(msgspec.structs.replace(bit, text=text))
    return found
