"""One line for each figure, and the table they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """What was measured for one bar, or beside it where `bar` is empty.

    `met` is None where nothing could be judged: no bar, or no peer to compare with.
    """

    row: str
    work: str
    measured: str
    ratio: str = ""
    bar: str = ""
    met: bool | None = None
    conditions: str = ""

    @property
    def verdict(self) -> str:
        """The last column in words."""
        return "" if self.met is None else "yes" if self.met else "NO"


def against(
    row: str,
    work: str,
    ours: float,
    theirs: float | None,
    whose: str,
    *,
    most: float | None = None,
    ratio: float | None = None,
    show: str = "s",
    conditions: str = "",
) -> Line:
    """A figure beside a peer's; the bar is a ratio that must not be exceeded.

    `ratio` where it was taken in another way than as the one figure by the other.
    """
    bar = "" if most is None else f"at most {most:g} x {whose}"
    if theirs is None:
        return Line(row, work, shown(ours, show), f"{whose}: not installed", bar, None, conditions)
    ratio = ours / theirs if ratio is None else ratio
    measured = f"{shown(ours, show)}; {whose} {shown(theirs, show)}"
    return Line(
        row,
        work,
        measured,
        f"{ratio:.2f} x {whose}",
        bar,
        None if most is None else ratio <= most,
        conditions,
    )


def limited(
    row: str,
    work: str,
    value: float,
    *,
    most: float | None = None,
    least: float | None = None,
    show: str = "s",
    conditions: str = "",
) -> Line:
    """A figure with a bar of its own; the ratio is to that bar."""
    limit = most if most is not None else least
    if limit is None:
        return Line(row, work, shown(value, show), conditions=conditions)
    met = value <= limit if most is not None else value >= limit
    bar = f"at {'most' if most is not None else 'least'} {shown(limit, show)}"
    return Line(row, work, shown(value, show), f"{value / limit:.2f} x the bar", bar, met, conditions)


def noted(row: str, work: str, value: float, *, show: str = "s", conditions: str = "") -> Line:
    """A figure without a bar."""
    return Line(row, work, shown(value, show), conditions=conditions)


def shown(value: float, unit: str) -> str:
    """A figure with its unit: `s`, `ms`, `MiB` (of bytes), `/s`, `us`, or a plain count."""
    if unit == "MiB":
        return f"{value / 2**20:.1f} MiB"
    if unit == "ms":
        return f"{value * 1000:.2f} ms"
    if unit == "us":
        return f"{value * 1e6:.1f} us"
    if unit == "/s":
        return f"{value:,.0f}/s"
    if unit == "s":
        return f"{value:.2f} s" if value >= 1 else f"{value:.3f} s"
    return f"{value:,.0f}{unit}"


HEADINGS = ("row", "work", "measured", "ratio", "bar", "met", "conditions")


def cells(line: Line) -> tuple[str, ...]:
    """A line's columns, in the order of the headings."""
    return (line.row, line.work, line.measured, line.ratio, line.bar, line.verdict, line.conditions)


def plain(lines: Sequence[Line]) -> str:
    """The table for a terminal: columns of equal width, the conditions left to the file."""
    rows = [HEADINGS[:-1], *(cells(line)[:-1] for line in lines)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def markdown(lines: Sequence[Line]) -> str:
    """The table for a file, and below it the conditions that its last column numbers."""
    numbers = {line.conditions: 0 for line in lines if line.conditions}
    numbers = {words: at for at, words in enumerate(numbers, 1)}
    rows = [HEADINGS, tuple("---" for _ in HEADINGS)]
    rows += [(*cells(line)[:-1], str(numbers.get(line.conditions, ""))) for line in lines]
    table = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)
    return table + "\n\nThe conditions:\n\n" + "\n".join(f"{at}. {words}" for words, at in numbers.items())
