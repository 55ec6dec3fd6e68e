"""The view of a report: its counts, one part of what was substantive, then what was reworded, a line each."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec import structs

from ingest.corpus import Corpus
from ingest.edits.edit import Subject
from ingest.records import ReportRecord, Review
from ingest.report import build, model
from ingest.report.model import Category, Document, Entry, Report, by_subject
from ingest.web import page_reviews
from ingest.web.words import micros_of

PAGE = 30  # entries, each with its sentences
LINES = 100  # entries of one line

_GRAVE: tuple[Category, ...] = ("silent", "open")


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """An entry with its sentences; category and subject where it is the first of these on the page."""

    document: Document
    entry: Entry
    category: Category | None
    subject: Subject | None
    reviews: list[Review]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a report: of `total` cards those from `first` on; where the parts around it begin.

    The last part has the first LINES entries that were `reworded`.
    """

    report: Report
    cards: list[Card]
    reworded: list[tuple[Document, Entry]]
    total: int
    first: int
    before: int | None
    after: int | None


def view(corpus: Corpus, report: Report, *, after: int) -> View:
    """Return what a page shows of an outline: the entries after so many."""
    every = [
        (category, subject, document, entry)
        for category in _GRAVE
        for subject, entries in by_subject(report, category)
        for document, entry in entries
    ]
    complete = completion(corpus)
    cards = []
    with corpus.store.read() as connection:
        shown = [seq for *_, entry in every[after : after + PAGE] for seq in entry.seqs]
        said = page_reviews.of_changes(connection, shown)
    known: tuple[Category | None, Subject | None] = (None, None)
    for category, subject, document, entry in every[after : after + PAGE]:
        cards.append(
            Card(
                document=document,
                entry=complete(document, entry),
                category=category if category != known[0] else None,
                subject=subject if (category, subject) != known else None,
                reviews=[each for seq in entry.seqs for each in said.get(seq, ())],
            )
        )
        known = (category, subject)
    last = after + PAGE >= len(every)
    reworded = [each for _, entries in by_subject(report, "reworded") for each in entries] if last else []
    return View(
        report=report,
        cards=cards,
        reworded=reworded[:LINES],
        total=len(every),
        first=after + 1,
        before=max(0, after - PAGE) if after else None,
        after=None if last else after + PAGE,
    )


class Data(ReportRecord, frozen=True, kw_only=True):
    """A report as `report --json` prints it, and the reviews of its edits: the page's data."""

    reviews: list[Review]


def data(corpus: Corpus, report: Report) -> Data:
    """Return a whole report with the reviews of its edits."""
    said = _reviews_of(corpus, report)
    reviews = [each for seq in sorted(said) for each in said[seq]]
    return Data(**structs.asdict(model.record(report)), reviews=reviews)


def review_lines(corpus: Corpus, report: Report) -> Callable[[Entry], list[str]]:
    """Return a function that gives a line for each review of an entry."""
    said = _reviews_of(corpus, report)

    def lines(entry: Entry) -> list[str]:
        stand = [each for seq in entry.seqs for each in said.get(seq, ()) if each.stands]
        return [
            f"reviewed by {each.name}, {report.shown(micros_of(each.at) or 0)}"
            + (f": {each.note}" if each.note else "")
            for each in stand
        ]

    return lines


def _reviews_of(corpus: Corpus, report: Report) -> dict[int, list[Review]]:
    seqs = [seq for document in report.documents for entry in document.entries for seq in entry.seqs]
    with corpus.store.read() as connection:
        return page_reviews.of_changes(connection, seqs)


def completion(corpus: Corpus) -> Callable[[Document, Entry], Entry]:
    """Return a function that gives an entry of a report its sentences.

    Each call reads in a snapshot of its own, so that a slow reader of the page keeps none open. The answers
    agree, since versions never change.
    """

    def complete(document: Document, entry: Entry) -> Entry:
        with corpus.store.read() as connection:
            return build.with_sentences(connection, document, entry, rules=corpus.rules)

    return complete
