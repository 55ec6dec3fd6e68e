"""Two texts side by side or in one, as paragraphs of bits: what stayed, came, went and moved. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import msgspec

from ingest.diff.sentences import Comparison, Piece
from ingest.edits.edit import ChangedFact, Edit
from ingest.standoff import NOWHERE, Place
from ingest.web.gravity import GravityMark, gravity_of, mark

_CONTEXT = 1  # paragraphs as they were that are shown before and after a change
_LEAST_FOLDED = 2
_LEAST_WORDS = 3  # of a sentence that came or went, to be more than cosmetic
_ALSO = 60  # items of the list
SHOWN = 220  # characters of a sentence in the list

Judge = Callable[[str, str], str]  # the significance of a sentence that became another


class Bit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Text with one mark: `ins`, `del`, `moved` or none. `anchor` is the change that begins here."""

    text: str
    mark: str = ""
    fact: bool = False
    anchor: str | None = None


class Paragraph(msgspec.Struct, frozen=True, kw_only=True):
    """A paragraph; `age` is how new its newest sentence is, from 1 to 5, 0 where nobody knows.

    `page` is the one that it begins on, where that is not the one of the paragraph before.
    """

    bits: list[Bit]
    age: int = 0
    moved: bool = False
    page: int | None = None

    @property
    def is_changed(self) -> bool:
        """Tell whether something in it is marked."""
        return any(bit.mark for bit in self.bits)


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """Paragraphs that are shown, or folded since nothing in them changed."""

    paragraphs: list[Paragraph]
    folded: bool


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of two texts side by side; either side may be empty."""

    old: list[Bit]
    new: list[Bit]
    kind: str
    anchor: str | None = None
    folded: bool = False


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that changed, in the list beside the text."""

    mark: GravityMark
    what: str
    before: str
    after: str
    anchor: str
    why: str = ""
    page: int | None = None
    heading: str | None = None


class ComparisonView(msgspec.Struct, frozen=True, kw_only=True):
    """Two versions compared, in every way that a page shows it. `cosmetic` counts what is not listed."""

    inline: list[Stretch]
    rows: list[Row]
    items: list[Item]
    cosmetic: int
    moved: int
    more: int


def comparison_view(
    comparison: Comparison,
    old: str,
    new: str,
    edit: Edit | None,
    *,
    age_at: Callable[[int], int],
    judge: Judge,
    place_at: Callable[[int], Place] = lambda _offset: NOWHERE,
) -> ComparisonView:
    """Return two texts as they are shown.

    `age_at` gives the age of what stands at a place of the new text, `judge` how much one sentence matters,
    `place_at` page and heading.
    """
    facts = edit.facts if edit is not None else ()
    bits: list[tuple[Bit, int]] = []
    rows: list[Row] = []
    items: list[Item] = []
    cosmetic = moved = 0
    for number, piece in enumerate(comparison.pieces):
        anchor = f"c{number}"
        before, after = old[piece.a_start : piece.a_end], new[piece.b_start : piece.b_end]
        if piece.kind == "kept":
            cosmetic += len(piece.changes)
            bits.append((Bit(text=after), piece.b_start))
            rows += _kept(before, after)
            continue
        inline, left, right = _pieces(piece, old, new, facts, anchor)
        bits += [(bit, piece.b_start) for bit in inline]
        rows.append(Row(old=left, new=right, kind=piece.kind, anchor=anchor))
        if piece.kind == "moved":
            moved += 1
        place = place_at(piece.b_start)
        found = [
            msgspec.structs.replace(each, page=place.page, heading=place.heading)
            for each in _items(piece, before, after, edit, anchor, judge)
        ]
        cosmetic += not found and piece.kind != "moved"
        items += found
    items.sort(key=lambda each: _ORDER.index(each.mark.gravity))
    return ComparisonView(
        inline=list(_folded(_paragraphs(bits, age_at, place_at))),
        rows=rows,
        items=items[:_ALSO],
        cosmetic=cosmetic,
        moved=moved,
        more=max(0, len(items) - _ALSO),
    )


_ORDER = ["silent", "open", "reworded", "cosmetic", "none", "unread", "first"]


def _pieces(
    piece: Piece, old: str, new: str, facts: Sequence[ChangedFact], anchor: str
) -> tuple[list[Bit], list[Bit], list[Bit]]:
    """Return the bits of a piece: old and new in one, the old ones alone, the new ones alone."""
    before, after = old[piece.a_start : piece.a_end], new[piece.b_start : piece.b_end]
    if piece.kind == "removed":
        gone = [Bit(text=before, mark="del", anchor=anchor)]
        return gone, gone, []
    if piece.kind == "added":
        come = [Bit(text=after, mark="ins", anchor=anchor)]
        return come, [], come
    kept = "moved" if piece.kind == "moved" else ""
    inline: list[Bit] = []
    left: list[Bit] = []
    right: list[Bit] = []
    first: str | None = anchor

    def add(into: list[Bit], words: str, mark_: str, *, fact: bool = False) -> None:
        nonlocal first
        if words:
            named = first if into is inline else None
            into.append(Bit(text=words, mark=mark_, fact=fact, anchor=named))
            if into is inline:
                first = None

    a_at, b_at = piece.a_start, piece.b_start
    for change in piece.changes:
        add(inline, new[b_at : change.b_start], kept)
        add(left, old[a_at : change.a_start], kept)
        add(right, new[b_at : change.b_start], kept)
        gone_fact = any(
            _touches(each.from_offset, each.before, change.a_start, change.a_end) for each in facts
        )
        come_fact = any(_touches(each.to_offset, each.after, change.b_start, change.b_end) for each in facts)
        is_blank = not (change.before + change.after).strip()
        if is_blank:
            add(inline, change.after, kept)
            add(left, change.before, kept)
            add(right, change.after, kept)
        else:
            add(inline, change.before, "del", fact=gone_fact)
            add(inline, change.after, "ins", fact=come_fact)
            add(left, change.before, "del", fact=gone_fact)
            add(right, change.after, "ins", fact=come_fact)
        a_at, b_at = change.a_end, change.b_end
    add(inline, new[b_at : piece.b_end], kept)
    add(left, old[a_at : piece.a_end], kept)
    add(right, new[b_at : piece.b_end], kept)
    return inline, left, right


def _touches(offset: int, value: str | None, start: int, end: int) -> bool:
    return value is not None and offset < end and start < offset + max(len(value), 1)


def _items(
    piece: Piece, before: str, after: str, edit: Edit | None, anchor: str, judge: Judge
) -> Iterator[Item]:
    """Yield the items of the list that a piece gives; none where it is cosmetic."""
    if edit is None or piece.kind == "moved":
        return
    own = mark(gravity_of(edit.significance, silent=edit.silent))
    facts = [
        each for each in edit.facts if piece.b_start <= each.to_offset < max(piece.b_end, piece.b_start + 1)
    ]
    if edit.significance == "substantive" and facts and piece.kind not in ("added", "removed"):
        for fact in facts:
            yield Item(
                mark=own, what=fact.kind, before=fact.before or "", after=fact.after or "", anchor=anchor,
                why="fact",
            )  # fmt: skip
        return
    if piece.kind in ("added", "removed"):
        grave = edit.significance == "substantive" and len((before + after).split()) >= _LEAST_WORDS
        if grave or edit.significance not in ("substantive", "cosmetic", "none"):
            yield Item(
                mark=own, what=piece.kind, before=cut(before), after=cut(after), anchor=anchor, why=piece.kind
            )
        return
    significance = judge(before, after) if edit.significance == "substantive" else edit.significance
    if significance in ("cosmetic", "none"):
        return
    gravity = gravity_of(significance, silent=edit.silent)
    words = [(change.before.strip(), change.after.strip()) for change in piece.changes]
    words = [pair for pair in words if any(pair)]
    gone = " … ".join(each for each, _ in words if each)
    come = " … ".join(each for _, each in words if each)
    yield Item(
        mark=mark(gravity), what="words", before=cut(gone), after=cut(come), anchor=anchor, why="words"
    )


def cut(text: str) -> str:
    """Return a text on one line, cut to what the list shows."""
    words = " ".join(text.split())
    return words if len(words) <= SHOWN else words[: SHOWN - 1] + "…"


def _kept(before: str, after: str) -> Iterator[Row]:
    """Yield the paragraphs of a stretch that stayed; of many the first and the last, the rest folded."""
    olds, news = _lines(before), _lines(after)
    if len(olds) != len(news):
        yield Row(old=[Bit(text=before)], new=[Bit(text=after)], kind="kept")
        return
    for number, (old, new) in enumerate(zip(olds, news, strict=True)):
        folded = len(news) > 2 * _CONTEXT + _LEAST_FOLDED and _CONTEXT <= number < len(news) - _CONTEXT
        yield Row(old=[Bit(text=old)], new=[Bit(text=new)], kind="kept", folded=folded)


def _lines(text: str) -> list[str]:
    return [each for each in re.split(r"\n\s*", text) if each.strip()]


def _paragraphs(
    bits: Sequence[tuple[Bit, int]], age_at: Callable[[int], int], place_at: Callable[[int], Place]
) -> Iterator[Paragraph]:
    """Yield the paragraphs of bits; the first one on a page has its number."""
    page = None
    for line, age, start in _broken(bits, age_at):
        written = [bit for bit in line if bit.text.strip()]
        here = place_at(start).page
        moved = all(bit.mark == "moved" for bit in written)
        yield Paragraph(bits=line, age=age, moved=moved, page=here if here != page else None)
        page = here


def _broken(
    bits: Sequence[tuple[Bit, int]], age_at: Callable[[int], int]
) -> Iterator[tuple[list[Bit], int, int]]:
    """Cut bits at the ends of lines, with age and place of each; a line end that went ends nothing."""
    line: list[Bit] = []
    age, begins = 0, None
    for bit, start in bits:
        at = start
        parts = [bit.text.replace("\n", " ")] if bit.mark == "del" else re.split(r"(\n\s*)", bit.text)
        for part in parts:
            if bit.mark != "del" and part.startswith("\n"):
                if any(each.text.strip() for each in line):
                    yield line, age, at if begins is None else begins
                    line, age, begins = [], 0, None
            elif part:
                anchor = bit.anchor if part is parts[0] or not parts[0] else None
                line.append(msgspec.structs.replace(bit, text=part, anchor=anchor))
                if part.strip():
                    said_at = at if bit.mark == "del" else at + len(part) - len(part.lstrip())
                    begins = said_at if begins is None else begins
                    if bit.mark != "del":
                        age = max(age, age_at(said_at))
            at += 0 if bit.mark == "del" else len(part)
    if any(each.text.strip() for each in line):
        yield line, age, begins or 0


def _folded(paragraphs: Iterator[Paragraph]) -> Iterator[Stretch]:
    """Yield the paragraphs as stretches; those away from every change are folded."""
    every = list(paragraphs)
    changed = [number for number, each in enumerate(every) if each.is_changed]
    if not changed:
        yield Stretch(paragraphs=every, folded=False)
        return
    near = {number + away for number in changed for away in range(-_CONTEXT, _CONTEXT + 1)}
    edges = [0, *(at for at in range(1, len(every)) if (at in near) != (at - 1 in near)), len(every)]
    for first, last in pairwise(edges):
        folded = first not in near and last - first >= _LEAST_FOLDED
        yield Stretch(paragraphs=every[first:last], folded=folded)
