"""The report as a value: what happened in a period, by document, and how the roots were observed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, timedelta, tzinfo
from typing import Literal, TypeVar, get_args

import msgspec

from ingest import escape, moments
from ingest.edits.edit import CLASSES, SUBJECTS, Edit, Subject
from ingest.model import DocumentKey
from ingest.records.coverage import stretch
from ingest.records.fields import of_row, shown_path, shown_path_or_none
from ingest.records.report import ReportCounts, ReportDocument, ReportEntry, ReportRecord, ReportSentence
from ingest.store.coverage import Interval

# What became of a text, the gravest first. `silent` and `open` divide what is substantive: a notice of that
# version says so, or none does. `reworded`, `cosmetic` and `none` are the other values of significance;
# `unread`: there are no two texts to compare.
Category = Literal["silent", "open", "reworded", "cosmetic", "unread", "none"]
CATEGORIES: tuple[Category, ...] = get_args(Category)
T = TypeVar("T")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One change, or several that went to and fro between two texts.

    Of several, `versions` are all that they made, the one before included; `edit` and `sentences` are those
    of the first. `category` is None where no version was made that has one before it. `more` counts the
    sentences that were left out.
    """

    type: str
    since: int
    until: int
    seqs: tuple[int, ...]
    path: bytes
    from_path: bytes | None = None
    version: int | None = None
    previous_version: int | None = None
    reason: str | None = None
    category: Category | None = None
    edit: Edit | None = None
    sentences: tuple[ReportSentence, ...] = ()
    more: int = 0
    versions: tuple[int, ...] = ()


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A document, or a path that was rejected and never was one, and its entries, oldest first.

    `key` is its key in the store, which no record shows.
    """

    document: str | None
    root: str
    path: bytes
    language: str | None
    title: str | None
    entries: tuple[Entry, ...]
    key: DocumentKey | None = None


class Stretch(Interval, frozen=True, kw_only=True):
    """How a root was observed for a part of the period."""

    root: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A period: the changes from `first_seq` to `last_seq` (one less where there are none).

    Of one document or of paths that begin with `prefix` alone, where one is given. `zone` is for its readers:
    times are shown to people as they are there. `several` says that it is of a store with several roots and
    not limited to one: then each path is told with its root.
    """

    since: int
    until: int
    first_seq: int
    last_seq: int
    root: str | None
    document: str | None = None
    prefix: bytes = b""
    counts: ReportCounts
    documents: tuple[Document, ...]
    coverage: tuple[Stretch, ...]
    zone: tzinfo = UTC
    several: bool = False

    @property
    def scope(self) -> str:
        """Return what it is limited to, escaped: `, root news, paths that begin with a/`; or nothing."""
        parts = [] if self.root is None else [f"root {escape.name(self.root)}"]
        parts += [] if self.document is None else [f"document {self.document}"]
        parts += [f"paths that begin with {escape.name(escape.path(self.prefix))}"] if self.prefix else []
        return "".join(f", {part}" for part in parts)

    @property
    def gaps(self) -> tuple[Stretch, ...]:
        """Return the stretches in which a state may have no version."""
        return tuple(each for each in self.coverage if each.state != "watched")

    @property
    def offset(self) -> timedelta:
        """Return the offset of the report's local times, named once: that of its end."""
        return moments.offset_at(self.until, self.zone)

    def shown(self, micros: int) -> str:
        """Return a time for people, local; with an offset where that is not `offset`, or it occurs twice."""
        return moments.show_local(micros, self.zone, named=self.offset)

    @property
    def period(self) -> str:
        """Tell from when to when, with the offset of all times."""
        return f"{self.shown(self.since)} to {self.shown(self.until)} {moments.offset_name(self.offset)}"


def by_subject(
    report: Report, category: Category
) -> Iterator[tuple[Subject | None, list[tuple[Document, Entry]]]]:
    """Yield the entries of a category by subject, the gravest subject first, and in it the newest entry."""
    found: defaultdict[Subject | None, list[tuple[Document, Entry]]] = defaultdict(list)
    for document in report.documents:
        for entry in document.entries:
            if entry.category == category:
                found[entry.edit.subject if entry.edit is not None else None].append((document, entry))
    for subject in (*SUBJECTS, None):
        if subject in found:
            yield subject, sorted(found[subject], key=lambda each: each[1].seqs[-1], reverse=True)


def pick(items: Sequence[T], most: int, moved: Callable[[T], bool]) -> list[T]:
    """Return at most so many of some sentences, in their order; those that only moved are left out first."""
    if len(items) <= most:
        return list(items)
    first = sorted(range(len(items)), key=lambda at: (moved(items[at]), at))[:most]
    return [items[at] for at in sorted(first)]


def shown(sentences: Sequence[ReportSentence], most: int) -> list[ReportSentence]:
    """Return at most so many of an entry's sentences, chosen as `pick` does."""
    return pick(sentences, most, only_moved)


def only_moved(sentence: ReportSentence) -> bool:
    """Tell whether a sentence stands elsewhere than before, unaltered."""
    return sentence.kind == "moved" and not sentence.removed and not sentence.added


def of_no_significance(report: Report) -> str:
    """Tell how many edits without significance there are by class: `6 boilerplate`; or nothing."""
    kinds = Counter(
        entry.edit.kind
        for document in report.documents
        for entry in document.entries
        if entry.category == "none" and entry.edit is not None
    )
    return ", ".join(f"{kinds[kind]:,} {kind}" for kind in CLASSES if kinds[kind])


def record(report: Report) -> ReportRecord:
    """Return the report for programs: times, paths and edits as the contract writes them."""
    prefix, prefix_base64 = shown_path_or_none(report.prefix or None)
    return ReportRecord(
        since=moments.show(report.since),
        until=moments.show(report.until),
        first_seq=report.first_seq,
        last_seq=report.last_seq,
        root=report.root,
        document=report.document,
        prefix=prefix,
        prefix_base64=prefix_base64,
        counts=report.counts,
        documents=[_document(each) for each in report.documents],
        coverage=[stretch(each.root, each) for each in report.coverage],
        watched=bool(report.coverage) and not report.gaps,
    )


def _document(document: Document) -> ReportDocument:
    path, path_base64 = shown_path(document.path)
    entries = [_entry(each) for each in document.entries]
    return of_row(ReportDocument, document, path=path, path_base64=path_base64, entries=entries)


def _entry(entry: Entry) -> ReportEntry:
    path, path_base64 = shown_path(entry.path)
    from_path, from_path_base64 = shown_path_or_none(entry.from_path)
    return of_row(
        ReportEntry,
        entry,
        since=moments.show(entry.since),
        until=moments.show(entry.until),
        path=path,
        path_base64=path_base64,
        from_path=from_path,
        from_path_base64=from_path_base64,
    )
