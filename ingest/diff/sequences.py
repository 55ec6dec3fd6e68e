r"""Differences by line and by word.

The longest common subsequence of the parts between a common head and tail (bit-parallel, after
Hyyrö 2004, by rapidfuzz). Past a bound on its size the middle counts as replaced whole: the answer
is then coarse, and still right. Lines end at `\n` alone.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise
from typing import Literal, overload

import msgspec
from rapidfuzz.distance import Indel

from ingest.expressions import expression

_MOST_SHARED = 300_000  # lines
_MOST_EDGES = 4_000  # places among which one is looked for at which words part
LARGEST = 400_000_000  # cells of the alignment's table; an eighth of it is bytes of memory
_TOKEN = expression(r"\n|[^\S\n]+|\w+|[^\w\s]")


class Span(msgspec.Struct, frozen=True):
    """Parts `a_start:a_end` of A became parts `b_start:b_end` of B, or stayed when `same`."""

    same: bool
    a_start: int
    a_end: int
    b_start: int
    b_end: int


class Line(msgspec.Struct, frozen=True):
    """One line of a hunk, with its line end if it has one."""

    op: Literal[" ", "-", "+"]
    text: str


class Hunk(msgspec.Struct, frozen=True):
    """A stretch of changed lines with what surrounds it. Starts count from 1, as in a unified diff.

    `page` and `heading` say where its first changed line is in B; null where that is not known.
    """

    from_start: int
    from_lines: int
    to_start: int
    to_lines: int
    lines: list[Line]
    page: int | None = None
    heading: str | None = None


class Edit(msgspec.Struct, frozen=True):
    """Words of A that became words of B; offsets are in characters."""

    from_offset: int
    from_text: str
    to_offset: int
    to_text: str


class Parts(Sequence[str]):
    """The parts of a text, in order: of each is held where it begins. Joined they are the text."""

    def __init__(self, text: str, places: Iterable[int]) -> None:
        """Take a text, and where in it each part begins and the last one ends."""
        self._text = text
        self._places = array("I", places)

    def __len__(self) -> int:
        """Tell how many there are."""
        return len(self._places) - 1

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Parts: ...
    def __getitem__(self, at: int | slice) -> str | Parts:
        """Return one part, or some in a row."""
        if isinstance(at, slice):
            first, end, _ = at.indices(len(self))
            return Parts(self._text, self._places[first : max(first, end) + 1])
        at += len(self) if at < 0 else 0
        if not 0 <= at < len(self):
            raise IndexError(at)
        return self._text[self._places[at] : self._places[at + 1]]

    def __iter__(self) -> Iterator[str]:
        """Yield each."""
        text = self._text
        return (text[first:end] for first, end in pairwise(self._places))

    def __eq__(self, other: object) -> bool:
        """Tell whether others are the same parts."""
        return (
            isinstance(other, Sequence)
            and len(self) == len(other)
            and all(one == another for one, another in zip(self, other, strict=True))
        )

    __hash__ = None  # type: ignore[assignment]

    def place(self, number: int) -> int:
        """Tell where one begins; the one behind the last is the end of the text."""
        return self._places[number]

    def joined(self, first: int, end: int) -> str:
        """Return the text of some in a row."""
        return self._text[self._places[first] : self._places[end]]


def align(a: Sequence[str], b: Sequence[str]) -> list[Span]:
    """Return spans that cover both sequences in order, same and changed in turn."""
    head = _in_common(zip(a, b, strict=False))
    tail = _in_common(islice(zip(reversed(a), reversed(b), strict=False), min(len(a), len(b)) - head))
    a_end, b_end = len(a) - tail, len(b) - tail
    spans: list[Span] = []
    _add(spans, Span(True, 0, head, 0, head))
    olds, news = a_end - head, b_end - head
    is_whole = not olds or not news or olds * news > LARGEST
    changed = [Span(False, 0, olds, 0, news)] if is_whole else _middle(a[head:a_end], b[head:b_end])
    for span in changed:
        _add(
            spans,
            Span(span.same, span.a_start + head, span.a_end + head, span.b_start + head, span.b_end + head),
        )
    _add(spans, Span(True, a_end, len(a), b_end, len(b)))
    return spans


def _in_common(pairs: Iterable[tuple[str, str]]) -> int:
    """Count the pairs of equal strings that stand before the first pair of different ones."""
    count = 0
    for old, new in pairs:
        if old != new:
            break
        count += 1
    return count


def _middle(a: Sequence[str], b: Sequence[str]) -> list[Span]:
    numbers: dict[str, int] = {}
    coded = [[numbers.setdefault(part, len(numbers)) for part in side] for side in (a, b)]
    return [
        Span(code.tag == "equal", code.src_start, code.src_end, code.dest_start, code.dest_end)
        for code in Indel.opcodes(coded[0], coded[1])
    ]


def _add(spans: list[Span], span: Span) -> None:
    """Append, joined to the last span where both are changed or both the same."""
    if span.a_start == span.a_end and span.b_start == span.b_end:
        return
    if spans and spans[-1].same == span.same:
        last = spans.pop()
        span = Span(span.same, last.a_start, span.a_end, last.b_start, span.b_end)
    spans.append(span)


def lines_of(text: str) -> Parts:
    r"""Return the lines of a text, each with its `\\n`; the last may have none."""
    return Parts(text, _line_places(text))


def _line_places(text: str) -> Iterator[int]:
    at = 0
    while at < len(text):
        yield at
        at = text.find("\n", at) + 1 or len(text)
    yield len(text)


def hunks(a: str, b: str, *, context: int = 3) -> list[Hunk]:
    """Return the changed lines from A to B with `context` lines around them; empty for equal texts."""
    return whole_hunks((hunk, lines) for hunk, lines, _ in each_hunk(a, b, context=context))


def whole_hunks(hunks: Iterable[tuple[Hunk, Iterable[Line]]]) -> list[Hunk]:
    """Return the hunks with their lines. Equal ones are one object: they can be many and short."""
    shared: dict[tuple[str, str], Line] = {}
    found: list[Hunk] = []
    for hunk, lines in hunks:
        for line in lines:
            known = shared.get((line.op, line.text))
            if known is None and len(shared) < _MOST_SHARED:
                shared[line.op, line.text] = line
            hunk.lines.append(known or line)
        found.append(hunk)
    return found


def each_hunk(a: str, b: str, *, context: int = 3) -> Iterator[tuple[Hunk, Iterator[Line], int]]:
    """Yield three things of each hunk: the hunk without lines, its lines, how many precede the first change.

    Only the stretch from the first to the last difference, with its context, is cut into lines.
    """
    if a == b:
        return
    head, tail = _whole_lines_in_common(a, b, _leading(a, b), overlap=True)
    for _ in range(context):
        head = a.rfind("\n", 0, max(head - 1, 0)) + 1
        tail -= (a.find("\n", len(a) - tail) + 1 or len(a)) - (len(a) - tail)
    before = a.count("\n", 0, head)
    old, new = lines_of(a[head : len(a) - tail]), lines_of(b[head : len(b) - tail])
    for group in _groups(align(old, new), context):
        yield _hunk(old, new, group, context, before)


def _leading(a: str, b: str) -> int:
    """Tell how many characters the texts have in common at their beginning."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if a[low:middle] == b[low:middle] else (low, middle - 1)
    return low


def apart(a: str, b: str) -> tuple[str, str]:
    """Return the stretches of two texts that differ; before and behind them the texts are equal.

    They are cut at blanks between letters or digits of ASCII that both texts have. No word and no way to
    write one goes on across such a blank, so two texts fold to the same where their stretches do.
    """
    leading = _leading(a, b)
    head = _edge(a, range(leading - 2, 0, -1))
    low, high = 0, min(len(a), len(b)) - head
    while low < high:
        middle = (low + high + 1) // 2
        same = a[len(a) - middle : len(a) - low] == b[len(b) - middle : len(b) - low]
        low, high = (middle, high) if same else (low, middle - 1)
    end = _edge(a, range(len(a) - low + 1, len(a) - 1)) or len(a)
    return a[head:end], b[head : len(b) - (len(a) - end)]


def _edge(text: str, places: range) -> int:
    """Return the first of these places, of so many, with a blank between two letters or digits; else 0."""
    for at in places[:_MOST_EDGES]:
        if text[at] == " ":
            around = text[at - 1] + text[at + 1]
            if around.isascii() and around.isalnum():
                return at
    return 0


def _whole_lines_in_common(a: str, b: str, leading: int, *, overlap: bool) -> tuple[int, int]:
    """Tell how many characters at the beginning and at the end are whole lines that both have.

    With `overlap` the end may reach into the line of the first difference, else only behind it.
    """
    head = a.rfind("\n", 0, leading) + 1
    most = min(len(a), len(b)) - (head if overlap else leading)
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        same = a[len(a) - middle : len(a) - low] == b[len(b) - middle : len(b) - low]
        low, high = (middle, high) if same else (low, middle - 1)
    starts = (len(a) - low, len(b) - low)
    if all(at == 0 or text[at - 1] == "\n" for text, at in zip((a, b), starts, strict=True)):
        return head, low
    end = a.find("\n", starts[0]) + 1
    return head, len(a) - end if end else 0


def _groups(spans: Iterable[Span], context: int) -> list[list[Span]]:
    """Return the changed spans, those together whose surroundings meet."""
    groups: list[list[Span]] = []
    for span in spans:
        if span.same:
            continue
        if groups and span.a_start - groups[-1][-1].a_end <= 2 * context:
            groups[-1].append(span)
        else:
            groups.append([span])
    return groups


def _hunk(
    old: Parts, new: Parts, group: list[Span], context: int, lines_before: int
) -> tuple[Hunk, Iterator[Line], int]:
    before = min(context, group[0].a_start)
    after = min(context, len(old) - group[-1].a_end)
    a_start, a_end = group[0].a_start - before, group[-1].a_end + after
    b_start, b_end = group[0].b_start - before, group[-1].b_end + after
    hunk = Hunk(
        from_start=lines_before + (a_start + 1 if a_end > a_start else a_start),
        from_lines=a_end - a_start,
        to_start=lines_before + (b_start + 1 if b_end > b_start else b_start),
        to_lines=b_end - b_start,
        lines=[],
    )
    return hunk, _lines(old, new, group, a_start, a_end), before


def _lines(old: Parts, new: Parts, group: Iterable[Span], at: int, end: int) -> Iterator[Line]:
    for span in group:
        yield from (Line(" ", old[number]) for number in range(at, span.a_start))
        yield from (Line("-", old[number]) for number in range(span.a_start, span.a_end))
        yield from (Line("+", new[number]) for number in range(span.b_start, span.b_end))
        at = span.a_end
    yield from (Line(" ", old[number]) for number in range(at, end))


def apply(a: str, changes: Sequence[Hunk]) -> str:
    """Return A with the hunks applied. Raises ValueError when they were not made from A."""
    old = lines_of(a)
    result: list[str] = []
    at = 0
    for hunk in changes:
        start = hunk.from_start - 1 if hunk.from_lines else hunk.from_start
        result += old[at:start]
        at = start
        for line in hunk.lines:
            if line.op != "+":
                if at >= len(old) or old[at] != line.text:
                    raise ValueError(f"line {at + 1} is not the one that the hunk was made from")
                at += 1
            if line.op != "-":
                result.append(line.text)
    return "".join((*result, old.joined(at, len(old))))


def tokens(text: str) -> Parts:
    """Return words, runs of blanks, line ends and single marks; joined they are the text."""
    return Parts(text, chain((found.start() for found in _TOKEN.finditer(text)), (len(text),)))


def words(a: str, b: str) -> list[tuple[bool, str, str]]:
    """Return the texts in stretches: (same, text of A, text of B), in order, same and changed in turn.

    Only what lies between the first and the last line that differs is cut into words.
    """
    head, tail = _whole_lines_in_common(a, b, _leading(a, b), overlap=False)
    old, new = tokens(a[head : len(a) - tail]), tokens(b[head : len(b) - tail])
    found: list[tuple[bool, str, str]] = [(True, a[:head], a[:head])] if head else []
    for span in align(old, new):
        gone, came = old.joined(span.a_start, span.a_end), new.joined(span.b_start, span.b_end)
        _join(found, (span.same, gone, came))
    if tail:
        _join(found, (True, a[len(a) - tail :], a[len(a) - tail :]))
    return found


def _join(stretches: list[tuple[bool, str, str]], last: tuple[bool, str, str]) -> None:
    """Append, joined to the last one where both are the same."""
    if stretches and stretches[-1][0] and last[0]:
        _, old, new = stretches.pop()
        last = (True, old + last[1], new + last[2])
    stretches.append(last)


def edits(a: str, b: str) -> list[Edit]:
    """Return the changed words from A to B."""
    found: list[Edit] = []
    a_at = b_at = 0
    for same, old, new in words(a, b):
        if not same:
            found.append(Edit(a_at, old, b_at, new))
        a_at += len(old)
        b_at += len(new)
    return found


def _count_words(parts: Iterable[str]) -> int:
    return sum(1 for part in parts if part[0].isalnum() or part[0] == "_")


def counts(a: str, b: str) -> dict[str, int]:
    """Count the lines and the words that were added and removed."""
    lines = Counter(line.op for _, lines, _ in each_hunk(a, b, context=0) for line in lines)
    head, tail = _whole_lines_in_common(a, b, _leading(a, b), overlap=False)
    old, new = tokens(a[head : len(a) - tail]), tokens(b[head : len(b) - tail])
    changed = [span for span in align(old, new) if not span.same]
    return {
        "lines_added": lines["+"],
        "lines_removed": lines["-"],
        "words_added": _count_words(new[at] for span in changed for at in range(span.b_start, span.b_end)),
        "words_removed": _count_words(old[at] for span in changed for at in range(span.a_start, span.a_end)),
    }
