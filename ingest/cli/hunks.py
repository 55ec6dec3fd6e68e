"""Changed text as lines for people: hunks, or words in place. What is boilerplate is dim."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import msgspec

from ingest import escape
from ingest.change_line import shown_place
from ingest.cli.output import Style, line, paint, write
from ingest.diff import sequences
from ingest.diff.sequences import Hunk, Line
from ingest.history.diffs import Diff

KEPT = 160  # characters of unchanged text beside a changed word
_AT_ONCE = 1000  # lines
_NO_HUNKS, _NO_LINES = b'"hunks":[]', b'"lines":[]'  # where they stand in a record without them
_encode = msgspec.json.Encoder().encode


def emit_all(record: Diff, hunks: Iterable[tuple[Hunk, Iterable[Line]]]) -> None:
    """Write a difference as a line of JSON, with these hunks; their lines are written as they are made."""
    before, after = _encoded(record).split(_NO_HUNKS, 1)
    write(before + _NO_HUNKS[:-1])
    for number, (hunk, lines) in enumerate(hunks):
        head, tail = _encoded(hunk).split(_NO_LINES, 1)
        write((b"," if number else b"") + head + _NO_LINES[:-1])
        rest, comma = iter(lines), b""
        while some := list(islice(rest, _AT_ONCE)):
            write(comma + _encoded(some)[1:-1])
            comma = b","
        write(b"]" + tail)
    write(b"]" + after + b"\n")


def _encoded(value: Diff | Hunk | list[Line]) -> bytes:
    return escape.json(_encode(value))


def show(hunk: Hunk, lines: Iterable[Line], muted: Callable[[str], bool], *, is_file: bool = True) -> None:
    """Write a hunk with these lines; those that are boilerplate are dim.

    `is_file` says that the text is a file's own, so that a missing newline at its end is told. The text of a
    document has none: its last line is the same wherever another follows it in one of the two.
    """
    where = escape.text(shown_place(hunk.page, hunk.heading))
    told = f"@@ -{hunk.from_start},{hunk.from_lines} +{hunk.to_start},{hunk.to_lines} @@"
    line(paint(f"{told} {where}" if where else told, fg="cyan"))
    colours: dict[str, Style] = {" ": {}, "-": {"fg": "red"}, "+": {"fg": "green"}}
    for entry in lines if is_file else with_last_line_kept(lines):
        whole = entry.text.endswith("\n")
        style = {"dim": True} if muted(entry.text) else colours[entry.op]
        line(paint(entry.op + escape.text(entry.text.removesuffix("\n")), **style))
        if is_file and not whole:
            line("\\ No newline at end of file")


def with_last_line_kept(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield the lines, where one that is the last of a side, and so without a newline, counts as kept."""
    tail: list[Line] = []
    for line_ in lines:
        tail.append(line_)
        if line_.op == " ":
            yield from tail
            tail.clear()
    gone, came = ([each for each in tail if each.op == op] for op in "-+")
    for side, other in ((gone, came), (came, gone)):
        end = f"{side[-1].text}\n" if side else ""
        at = next((no for no, each in enumerate(other) if each.text == end), None)
        if at is not None:
            yield from sorted((*side[:-1], *other[:at]), key=lambda each: each.op == "+")
            yield Line(" ", end)
            yield from other[at + 1 :]
            return
    yield from tail


def show_words(old: str, new: str, muted: Callable[[str], bool]) -> None:
    """Write changed words in place, with the lines around them; lines of boilerplate are dim."""
    ends_with = ""  # the line ends that may be the last
    for part in _words(old, new, muted):
        said = part.rstrip("\n")
        if said:
            write((ends_with + said).encode("utf-8", "replace"))
            ends_with = ""
        ends_with += part[len(said) :]
    line()


def _words(old: str, new: str, muted: Callable[[str], bool]) -> Iterator[str]:
    is_first = True
    a = b = 0
    for same, gone, came in sequences.words(old, new):
        if same:
            ends = tuple(
                muted(_line_at(old, a + at)) and muted(_line_at(new, b + at)) for at in (0, len(gone))
            )
            yield _dimmed(_shorten(escape.text(gone), first=is_first), muted, *ends)
        if gone and not same:
            dim = muted(_line_at(old, a))
            yield paint(f"[-{escape.text(gone)}-]", fg=None if dim else "red", dim=dim or None)
        if came and not same:
            dim = muted(_line_at(new, b))
            yield paint(f"{{+{escape.text(came)}+}}", fg=None if dim else "green", dim=dim or None)
        is_first = False
        a, b = a + len(gone), b + len(came)


def _dimmed(text: str, muted: Callable[[str], bool], first: bool, last: bool) -> str:
    """Paint unchanged text, boilerplate dim; `first` and `last` say it of the lines that go on beyond it."""
    lines = text.split("\n")
    dim = [first, *map(muted, lines[1:-1]), last] if len(lines) > 1 else [first]
    return "\n".join(
        paint(each, dim=True) if each and is_dim else each for each, is_dim in zip(lines, dim, strict=True)
    )


def _line_at(text: str, offset: int) -> str:
    """Find the line in which a character is."""
    end = text.find("\n", offset)
    return text[text.rfind("\n", 0, offset) + 1 : len(text) if end < 0 else end]


def _shorten(text: str, *, first: bool) -> str:
    """Cut a long unchanged stretch down to its ends, at blanks."""
    if len(text) < 2 * KEPT:
        return text
    head = "" if first else text[:KEPT].rpartition(" ")[0] + " "
    return f"{head}… {text[-KEPT:].partition(' ')[2]}"
