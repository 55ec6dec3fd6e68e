"""The report in lines of text. Pure; each line is a style's name and escaped words."""

from __future__ import annotations

from collections.abc import Iterator

from ingest import escape
from ingest.change_line import shown_place
from ingest.history import observation
from ingest.records.report import ReportSentence
from ingest.report import model
from ingest.report.chart import LABELS, SUBJECTS
from ingest.report.model import (
    CATEGORIES,
    Category,
    Document,
    Entry,
    Report,
    by_subject,
    of_no_significance,
)

LISTED = 20  # of a kind that is only listed
_SENTENCES = 8  # of an entry
_PLAIN = (
    ("added", "document.created"),
    ("removed", "document.deleted"),
    ("moved", "document.moved"),
    ("restored", "document.restored"),
    ("rejected", "document.rejected"),
)

Line = tuple[str, str]


def lines(report: Report) -> Iterator[Line]:
    """Yield the summary, then the edits that matter with their sentences, then what else happened."""
    yield "head", f"{report.period}{report.scope}"
    counts = report.counts
    edited = any(getattr(counts, name) for name in CATEGORIES)
    named = [
        (number, LABELS[name])
        for name in CATEGORIES
        if (number := getattr(counts, name)) or (edited and name != "unread")
    ]
    named += [(number, name) for name, _ in _PLAIN if (number := getattr(counts, name))]
    named += [(counts.flips, "of these to and fro")] if counts.flips else []
    yield "", ", ".join(f"{number:,} {words}" for number, words in named) or "nothing changed"
    for category in CATEGORIES:
        if category == "reworded":
            yield from _reworded(report)
        elif category not in ("cosmetic", "none"):
            yield from _category(report, category)
    for name, kind in (*_PLAIN, ("cosmetic", "")):
        yield from _listed(report, name, kind)
    if without := of_no_significance(report):
        yield "", ""
        yield "head", LABELS["none"]
        yield "", f"  {without}"
    yield from _coverage(report)


def _where(document: Document, path: bytes, *, several: bool) -> str:
    return f"{f'{escape.name(document.root)}/' if several else ''}{escape.name(escape.path(path))}"


def _category(report: Report, category: Category) -> Iterator[Line]:
    for subject, found in by_subject(report, category):
        yield "", ""
        yield category, LABELS[category] if subject is None else f"{LABELS[category]}: {SUBJECTS[subject]}"
        for document, entry in found:
            yield "", f"  {_where(document, entry.path, several=report.several)} {_versions(report, entry)}"
            yield from _edit(entry)


def _reworded(report: Report) -> Iterator[Line]:
    """Yield a line for each, with its words; none is left out."""
    for _, found in by_subject(report, "reworded"):
        yield "", ""
        yield "reworded", LABELS["reworded"]
        for document, entry in found:
            where = _where(document, entry.path, several=report.several)
            reason = f": {escape.name(entry.edit.reason)}" if entry.edit is not None else ""
            yield "", f"  {where} {_versions(report, entry)}{reason}"


def _edit(entry: Entry) -> Iterator[Line]:
    if entry.edit is not None:
        yield "", f"    {entry.edit.kind}: {escape.name(entry.edit.reason)}"
        for flag in entry.edit.flags:
            if flag.name != "silent":  # the head says it
                yield "", f"    {flag.name}: {escape.name(flag.reason)}"
    shown = model.shown(entry.sentences, _SENTENCES)
    for sentence in shown:
        yield from _sentence(sentence)
    more = entry.more + len(entry.sentences) - len(shown)
    if more:
        yield "", f"    and {more:,} more sentences"


def _versions(report: Report, entry: Entry) -> str:
    when = report.shown(entry.since)
    if entry.versions:
        back = "as it was" if len(entry.versions) % 2 else "another text"
        return f"@{' @'.join(map(str, entry.versions))}, to and fro, now {back}, {when}"
    return f"@{entry.previous_version} -> @{entry.version}, {when}"


def _sentence(sentence: ReportSentence) -> Iterator[Line]:
    """Yield a sentence before and after, a line each; the last line names its page and heading."""
    if model.only_moved(sentence):
        told = [("", f"    ~ {_flat(sentence.after)}")]
    else:
        sides = (("before", "-", sentence.before), ("after", "+", sentence.after))
        told = [(style, f"    {sign} {_flat(text)}") for style, sign, text in sides if text]
    where = _flat(shown_place(sentence.page, sentence.heading))
    *first, (style, last) = told or [("", "")]
    yield from first
    if last:
        yield style, f"{last}  ({where})" if where else last


def _flat(text: str) -> str:
    return escape.name(" ".join(text.split()))


def _listed(report: Report, name: str, kind: str) -> Iterator[Line]:
    found = [
        (document, entry)
        for document in report.documents
        for entry in document.entries
        if (entry.type == kind if kind else entry.category == "cosmetic")
    ]
    if found:
        yield "", ""
        yield "head", name
    for document, entry in found[:LISTED]:
        came = _where(document, entry.from_path, several=report.several) + " -> " if entry.from_path else ""
        reason = entry.edit.reason if entry.edit is not None and not kind else entry.reason
        more = f" ({escape.name(reason)})" if reason else ""
        yield "", f"  {came}{_where(document, entry.path, several=report.several)}{more}"
    if len(found) > LISTED:
        yield "", f"  and {len(found) - LISTED:,} more"


def _coverage(report: Report) -> Iterator[Line]:
    yield "", ""
    if not report.coverage:
        yield "head", "no root was observed in this period"
        return
    if not report.gaps:
        yield "head", f"watched: {observation.MEANS['watched']}"
        yield "", f"  {observation.RESTED}"
        return
    yield "head", "not watched: there a state may have no version"
    for each in report.gaps[:LISTED]:
        end = "now" if each.until is None else report.shown(each.until)
        reason = f" ({escape.name(each.reason)})" if each.reason else ""
        name = escape.name(each.root)
        yield "", f"  {name}  {each.state}  {report.shown(each.since)}  to  {end}{reason}"
    if len(report.gaps) > LISTED:
        yield "", f"  and {len(report.gaps) - LISTED:,} more stretches"
