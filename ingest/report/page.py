"""The report as one page: no script, nothing from elsewhere, fit for print. Pure.

All that was written by others goes through `_text` or `_name` and becomes a text node or a quoted
attribute; controls and bidi controls are shown as escapes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape as quote

from ingest import escape
from ingest.change_line import shown_place
from ingest.history import observation
from ingest.records.report import ReportSentence
from ingest.report import chart
from ingest.report.model import (
    CATEGORIES,
    Category,
    Document,
    Entry,
    Report,
    Stretch,
    by_subject,
    of_no_significance,
)
from ingest.report.style import STYLE

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_FEW = 2  # entries of a document that are told without a line of time
LISTED = 1_000  # documents that were only added, removed or the like, of each kind; the rest is counted

_PLAIN = (
    ("added", "document.created", "Added"),
    ("removed", "document.deleted", "Removed"),
    ("moved", "document.moved", "Moved"),
    ("restored", "document.restored", "Restored"),
    ("rejected", "document.rejected", "Rejected"),
)


Complete = Callable[[Document, Entry], Entry]  # gives an entry of an outline its sentences
Remarks = Callable[[Entry], Sequence[str]]  # gives what else is to be said of an entry, a line each


def page(report: Report) -> str:
    """Return the whole page."""
    return "".join(f"{line}\n" for line in lines(report, complete=lambda _, entry: entry))


def lines(report: Report, *, complete: Complete, remarks: Remarks = lambda _entry: ()) -> Iterator[str]:
    """Yield the page line by line; `complete` is called for an entry when its turn comes."""
    yield from (
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>What changed, {report.period}</title>",
        f"<style>{STYLE}</style>",
        "</head>",
        "<body>",
        "<header>",
        "<h1>What changed</h1>",
        f"<p>{report.period}{quote(report.scope)}, {_places(report)}.</p>",
        "</header>",
        "<main>",
    )
    yield from _summary(report)
    yield from _edits(report, complete, remarks)
    yield from _lists(report)
    yield from _coverage(report)
    yield from ("</main>", "</body>", "</html>")


def _text(value: str) -> str:
    return quote(escape.text(value))


def _name(value: str) -> str:
    return quote(escape.name(value))


def _path(value: bytes) -> str:
    return _name(escape.path(value))


def _places(report: Report) -> str:
    if report.last_seq < report.first_seq:
        return "no changes"
    return f"changes {report.first_seq:,} to {report.last_seq:,} of the log"


def _summary(report: Report) -> Iterator[str]:
    counts = report.counts
    rows = [
        ("Changed silently", counts.silent, "substantive, and no notice of that version says so"),
        ("Changed in the open", counts.open, "substantive, and a notice of that version says so"),
        ("Reworded", counts.reworded, "words were put for others; whether it says the same is not judged"),
        ("Cosmetic", counts.cosmetic, "says the same: spelling, typography, white space, date"),
        ("Not compared", counts.unread, "the bytes changed; there is no text to compare"),
        ("Of no significance", counts.none, "other bytes of the same text, or boilerplate"),
        ("To and fro", counts.flips, "of the above: between two texts, told once"),
        ("Added", counts.added, "documents"),
        ("Removed", counts.removed, ""),
        ("Moved", counts.moved, ""),
        ("Restored", counts.restored, "back after they were removed"),
        ("Rejected", counts.rejected, "could not or may not be read"),
    ]
    yield '<section><h2>Summary</h2><table class="summary"><caption>Entries of the period</caption>'
    yield '<thead><tr><th scope="col">What</th><th scope="col">Entries</th><th scope="col">Meaning</th></tr>'
    yield "</thead><tbody>"
    for words, number, meaning in rows:
        dim = "" if number else ' class="zero"'
        yield f'<tr{dim}><th scope="row">{words}</th><td class="n">{number:,}</td><td>{meaning}</td></tr>'
    yield "</tbody></table>"
    watched = f"Watched: {observation.MEANS['watched']}; see"
    verdict = "There are stretches in which a state may have no version: see" if report.gaps else watched
    if report.coverage:
        yield f'<p>{verdict} <a href="#coverage">how the roots were observed</a>.</p>'
    drawn = chart.activity(report)
    if drawn:
        yield "<h3>Activity</h3>"
        yield chart.legend(_used(report))
        yield drawn
        yield from _bars(report)
    yield "</section>"


def _used(report: Report) -> list[Category]:
    return [category for category in CATEGORIES if getattr(report.counts, category)]


def _bars(report: Report) -> Iterator[str]:
    micros, name, made = chart.bars(report)
    used = _used(report)
    yield f"<details><summary>The same as a table, by {name}</summary>"
    yield f"<table><caption>Edits by {name}</caption>"
    heads = "".join(f'<th scope="col">{chart.LABELS[each]}</th>' for each in used)
    yield f'<thead><tr><th scope="col">from</th>{heads}</tr></thead><tbody>'
    for start, counts in made:
        if any(counts.values()):
            cells = "".join(f'<td class="n">{counts[each]:,}</td>' for each in used)
            yield f'<tr><th scope="row">{chart.label(report, start, micros)}</th>{cells}</tr>'
    yield "</tbody></table></details>"


# -- documents that were edited --------------------------------------------------------------


def _edits(report: Report, complete: Complete, remarks: Remarks) -> Iterator[str]:
    drawn: dict[tuple[str, str | None, bytes], int] = {}  # the number of each document whose line was drawn
    for category in CATEGORIES:
        groups = list(by_subject(report, category))
        if category == "reworded":
            yield from _brief(report, category, None)
        if not groups or category in ("reworded", "cosmetic", "none"):
            continue
        yield f'<section id="{category}"><h2>{chart.LABELS[category].capitalize()}</h2>'
        for subject, found in groups:
            if subject is not None:
                yield f"<h3>{chart.SUBJECTS[subject].capitalize()}</h3>"
            for document, entry in found:
                yield _head(report, document, entry)
                key = (document.root, document.document, document.path)
                is_told = len(document.entries) <= _FEW and not any(
                    each.versions for each in document.entries
                )
                if key not in drawn and not is_told:
                    drawn[key] = len(drawn)
                    yield chart.timeline(report, document, drawn[key])
                yield from _entry(report, document, complete(document, entry))
                yield from (f'<p class="why">{_text(words)}</p>' for words in remarks(entry))
                yield "</article>"
        yield "</section>"
    yield from _brief(report, "cosmetic", LISTED)
    if without := of_no_significance(report):
        yield f'<section id="none"><h2>Of no significance</h2><p>{without}</p></section>'


def _brief(report: Report, category: Category, most: int | None) -> Iterator[str]:
    """Yield a section with a line for each entry, and how many there are beyond `most`."""
    found = [each for _, entries in by_subject(report, category) for each in entries]
    if not found:
        return
    yield f'<section id="{category}"><h2>{chart.LABELS[category].capitalize()}</h2><ul>'
    for document, entry in found[:most]:
        reason = "" if entry.edit is None else _text(entry.edit.reason)
        where = _where(document, entry, several=report.several)
        yield f"<li>{where} {report.shown(entry.since)} {reason}</li>"
    yield f"</ul>{'' if most is None else _beyond(len(found))}</section>"


def _where(document: Document, entry: Entry, *, several: bool) -> str:
    root = f"{_name(document.root)}/" if several else ""
    return f"<code>{root}{_path(entry.path)}</code>"


def _head(report: Report, document: Document, entry: Entry) -> str:
    """Return the head of an entry's article: what was edited, when, between which versions."""
    versions = f"version {entry.previous_version} to {entry.version}"
    if entry.versions:
        versions = f"versions {', '.join(map(str, entry.versions))}"
    badge = f'<span class="badge b-{entry.category}">{chart.words_of(entry)}</span>'
    where = _where(document, entry, several=report.several)
    head = f"<article><h4>{where} {badge} <time>{report.shown(entry.since)}</time>, {versions}</h4>"
    if not document.title:
        return head
    return f'{head}<p class="title"{_language(document)}>{_name(document.title)}</p>'


def _language(document: Document) -> str:
    return f' lang="{_name(document.language)}"' if document.language else ""


def _entry(report: Report, document: Document, entry: Entry) -> Iterator[str]:
    if entry.from_path is not None:
        yield f"<p>from <code>{_path(entry.from_path)}</code></p>"
    if entry.versions:
        back = len(entry.versions) % 2
        ends = "as it was before" if back else "other than it was before"
        until = report.shown(entry.until)
        yield f"<p>It went to and fro until {until} and is {ends}; this is the first edit.</p>"
    if entry.edit is not None:
        yield f'<p class="why"><strong>{entry.edit.kind}</strong>: {_text(entry.edit.reason)}</p>'
        for flag in entry.edit.flags:
            if flag.name != "silent":  # it stands under that heading
                yield f'<p class="why"><strong>{flag.name}</strong>: {_text(flag.reason)}</p>'
    elif entry.reason:
        yield f'<p class="why">{_text(entry.reason)}</p>'
    facts = () if entry.edit is None else entry.edit.facts
    if facts or entry.sentences:
        yield '<table class="sides"><thead><tr><th scope="col">What</th><th scope="col">Before</th>'
        yield f'<th scope="col">After</th></tr></thead><tbody{_language(document)}>'
        for fact in facts:
            before, after = (_text(value) if value else "none" for value in (fact.before, fact.after))
            yield _row(fact.kind + _place(fact.page, fact.heading), before, after)
        for each in entry.sentences:
            yield _row(each.kind + _place(each.page, each.heading), _side(each, "del"), _side(each, "ins"))
        yield "</tbody></table>"
    if entry.more:
        yield f"<p>and {entry.more:,} more</p>"


def _row(what: str, before: str, after: str) -> str:
    return f'<tr><th scope="row" lang="en">{what}</th><td>{before}</td><td>{after}</td></tr>'


def _place(page: int | None, heading: str | None) -> str:
    where = shown_place(page, heading)
    return f"<br><small>{_text(where)}</small>" if where else ""


def _side(sentence: ReportSentence, mark: str) -> str:
    """Return one side of a sentence, with the words that went or came marked."""
    text, places = (sentence.before, sentence.removed) if mark == "del" else (sentence.after, sentence.added)
    if sentence.kind == ("removed" if mark == "del" else "added"):
        return f'<{mark} class="all">{_text(text)}</{mark}>'
    parts: list[str] = []
    at = 0
    for first, last in places:
        parts += (_text(text[at:first]), f"<{mark}>{_text(text[first:last])}</{mark}>")
        at = last
    return "".join([*parts, _text(text[at:])])


# -- the rest --------------------------------------------------------------------------------


def _lists(report: Report) -> Iterator[str]:
    for name, kind, heading in _PLAIN:
        found = [
            (document, entry)
            for document in report.documents
            for entry in document.entries
            if entry.type == kind
        ]
        if not found:
            continue
        yield f'<section id="{name}"><h2>{heading}</h2><table><caption>{heading}: {len(found):,}</caption>'
        yield '<thead><tr><th scope="col">When</th><th scope="col">Path</th>'
        yield '<th scope="col">More</th></tr></thead><tbody>'
        for document, entry in found[:LISTED]:
            root = f"{_name(document.root)}/" if report.several else ""
            more = (
                f"from {_path(entry.from_path)}" if entry.from_path is not None else _text(entry.reason or "")
            )
            yield f"<tr><td>{report.shown(entry.since)}</td><td><code>{root}{_path(entry.path)}</code></td>"
            yield f"<td>{more}</td></tr>"
        yield f"</tbody></table>{_beyond(len(found))}</section>"


def _beyond(number: int) -> str:
    return f"<p>and {number - LISTED:,} more</p>" if number > LISTED else ""


def _coverage(report: Report) -> Iterator[str]:
    yield '<section id="coverage"><h2>How the roots were observed</h2>'
    if not report.coverage:
        yield "<p>No root was observed in this period.</p></section>"
        return
    yield "<table><caption>Stretches of the period</caption><thead><tr>"
    for head in ("Root", "State", "From", "To", "Reason", "Meaning"):
        yield f'<th scope="col">{head}</th>'
    yield "</tr></thead><tbody>"
    for each in report.coverage:
        yield _stretch(report, each)
    yield f"</tbody></table><p>{observation.RESTED}</p></section>"


def _stretch(report: Report, each: Stretch) -> str:
    cells: Sequence[str] = (
        f'<span class="badge c-{each.state}">{each.state}</span>',
        report.shown(each.since),
        "goes on" if each.until is None else report.shown(each.until),
        _text(each.reason or ""),
        observation.MEANS.get(each.state, ""),
    )
    row = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row">{_name(each.root)}</th>{row}</tr>'
