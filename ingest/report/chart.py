"""The drawings of the page: inline SVG, with words for those who do not see it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from html import escape as quote

from ingest.edits.edit import Subject
from ingest.report.model import CATEGORIES, Category, Document, Entry, Report

WIDTH = 720
_HOUR, _DAY = 3_600_000_000, 86_400_000_000
_MOST_BARS = 72
_STEPS = (
    (_HOUR, "hour"), (6 * _HOUR, "6 hours"), (_DAY, "day"), (7 * _DAY, "week"), (30 * _DAY, "30 days"),
    (365 * _DAY, "365 days"),
)  # fmt: skip
LABELS: dict[Category, str] = {
    "silent": "changed silently",
    "open": "changed in the open",
    "reworded": "reworded",
    "cosmetic": "cosmetic",
    "unread": "not compared",
    "none": "of no significance",
}
SUBJECTS: dict[Subject | None, str] = {
    "damage": "damage",
    "fact": "facts",
    "headline": "headline",
    "negation": "negation and modality",
    "attribution": "attribution and quotation",
    "removed": "removed text",
    "added": "added text",
    "rephrased": "rephrased",
}


def step_of(since: int, until: int) -> tuple[int, str]:
    """Tell how much time a bar stands for, and what that is called."""
    for micros, name in _STEPS:
        if (until - since) // micros < _MOST_BARS:
            return micros, name
    micros = (until - since) // _MOST_BARS + 1
    return micros, f"{micros // _DAY:,} days"


def bars(report: Report) -> tuple[int, str, list[tuple[int, dict[Category, int]]]]:
    """Return the width of a bar in time, its name, and for each its start and its edits by category."""
    micros, name = step_of(report.since, report.until)
    ahead = report.offset // timedelta(microseconds=1)  # a day begins where its reader's does
    first, last = ((time + ahead) // micros for time in (report.since, report.until))
    made: list[tuple[int, dict[Category, int]]] = [
        (number * micros - ahead, dict.fromkeys(CATEGORIES, 0)) for number in range(first, last + 1)
    ]
    for entry in (entry for document in report.documents for entry in document.entries):
        if entry.category is not None:
            at = min(max((entry.since + ahead) // micros - first, 0), len(made) - 1)
            made[at][1][entry.category] += 1
    return micros, name, made


def label(report: Report, start: int, micros: int) -> str:
    """Tell when a bar begins, as exactly as its width asks."""
    return report.shown(start)[: 10 if micros >= _DAY else 16]


def activity(report: Report) -> str:
    """Return the edits of the period as stacked bars; an empty string where there was none."""
    micros, name, made = bars(report)
    highest = max(sum(counts.values()) for _, counts in made)
    if not highest:
        return ""
    left, top, height = 40, 12, 120
    room = WIDTH - left - 8
    width = min(room / len(made), 40.0)
    total = sum(sum(counts.values()) for _, counts in made)
    drawn = [
        f'<svg class="chart" role="img" viewBox="0 0 {WIDTH} {top + height + 26}" aria-labelledby="at ad">',
        f'<title id="at">Edits by {name}</title>',
        f'<desc id="ad">{total:,} edits; the {name} with the most has {highest:,}.</desc>',
    ]
    for part in sorted({0, highest // 2, highest}):
        y = top + height - height * part / highest
        drawn.append(f'<line class="grid" x1="{left}" x2="{WIDTH - 8}" y1="{y:.1f}" y2="{y:.1f}"/>')
        drawn.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{part:,}</text>')
    for number, (start, counts) in enumerate(made):
        y = float(top + height)
        for category in reversed(CATEGORIES):
            if not counts[category]:
                continue
            tall = height * counts[category] / highest
            y -= tall
            words = f"{label(report, start, micros)}: {counts[category]:,} {LABELS[category]}"
            drawn.append(
                f'<rect class="{category}" x="{left + number * width + 0.5:.1f}" y="{y:.1f}"'
                f' width="{max(width - 1, 0.8):.1f}" height="{tall:.1f}"><title>{words}</title></rect>'
            )
    ends = ((left, "start", made[0][0]), (left + width * len(made), "end", made[-1][0]))
    for x, anchor, start in ends[: 1 if len(made) * width < 200 else 2]:
        words = label(report, start, micros)
        drawn.append(f'<text x="{x:.0f}" y="{top + height + 18}" text-anchor="{anchor}">{words}</text>')
    return "".join([*drawn, "</svg>"])


def timeline(report: Report, document: Document, number: int) -> str:
    """Return a line of the period, left to right, with a mark for each entry of a document.

    `number` tells it apart from the other lines of the page.
    """
    span = max(report.until - report.since, 1)
    period = f"{report.shown(report.since)} and {report.shown(report.until)}"
    drawn = [
        f'<svg class="line" role="img" viewBox="0 0 {WIDTH} 28" aria-labelledby="t{number}">',
        f'<title id="t{number}">{len(document.entries):,} entries between {period}</title>',
        f'<line class="grid" x1="10" x2="{WIDTH - 10}" y1="14" y2="14"/>',
    ]
    for entry in document.entries:
        x, end = (10 + (WIDTH - 20) * (at - report.since) / span for at in (entry.since, entry.until))
        words = quote(f"{report.shown(entry.since)}: {words_of(entry)}")
        if entry.versions:
            drawn.append(f'<line class="fold" x1="{x:.1f}" x2="{end:.1f}" y1="14" y2="14"/>')
        drawn.append(_mark(entry, x, words))
    return "".join([*drawn, "</svg>"])


def _mark(entry: Entry, x: float, words: str) -> str:
    if entry.category is not None:
        return f'<circle class="{entry.category}" cx="{x:.1f}" cy="14" r="6"><title>{words}</title></circle>'
    return f'<rect class="other" x="{x - 4:.1f}" y="10" width="8" height="8"><title>{words}</title></rect>'


def words_of(entry: Entry) -> str:
    """Return in a few words what an entry is."""
    kind = entry.type.removeprefix("document.")
    if entry.category is None:
        return kind
    words = LABELS[entry.category]
    if kind != "changed":
        words = f"{kind}, {words}"
    return f"{words}, to and fro in {len(entry.versions) - 1} edits" if entry.versions else words


def legend(used: Sequence[Category]) -> str:
    """Return what the colours mean."""
    marks = (
        f'<span><svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true"><rect class="{each}"'
        f' width="12" height="12"/></svg> {LABELS[each]}</span>'
        for each in used
    )
    return f'<p class="legend">{" ".join(marks)}</p>'
