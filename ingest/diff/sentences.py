"""Tell what became of each sentence between two texts A and B, and of each word inside the edited ones.

Sentences that are equal but for white space and stand in the same order are `kept`; equal ones out
of order are `moved`. Of the others, those that stand between the same kept ones and are alike
(see `similarity`) are `edited`; an edited sentence takes a free neighbour in when the two together are
more like it: `split` or `merged`. What is left and nearly the same as a sentence elsewhere is `moved`
with edits. The rest is `removed` and `added`.

Law: `apply(compare(a, b), a) == b`, and comparing a text with itself has no change.

Bounds: past `anchors.ANCHORED` cells of the table of sentences, those that each text has once are aligned
first, and then what lies between them. Past `MOST_UNMATCHED` unmatched sentences on one side, or
`MOST_UNMATCHED_CHARACTERS` of them, none is taken for an edited one. Past `sequences.LARGEST` cells of words
an edited sentence is replaced whole.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from ingest.diff import sequences, similarity
from ingest.diff.anchors import aligned
from ingest.diff.queues import Queues
from ingest.text.sentences import Sentence, split, split_again
from ingest.text.words import tokens, without_blanks

MOST_UNMATCHED = 20_000
MOST_UNMATCHED_CHARACTERS = 400_000

_LEAST_MOVED = 4.0  # the weight of words below which likeness elsewhere is chance
_GAIN = 0.04
_MOST_PARTS = 4

Kind = Literal["kept", "edited", "added", "removed", "moved", "split", "merged"]


class Change(msgspec.Struct, frozen=True):
    """`before` at `a_start:a_end` of A became `after` at `b_start:b_end` of B; either may be empty."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int
    before: str
    after: str


class Piece(msgspec.Struct, frozen=True):
    """A range of A that became a range of B, in characters and in sentences counted from 0.

    One sentence on each side, but for `kept`, `added` and `removed`, which may be runs of them,
    and for `split` and `merged`, which are several on one side. The range of B is empty where it
    was removed, the range of A where it was added. A kept sentence has changes of white space alone.
    """

    kind: Kind
    a_start: int
    a_end: int
    b_start: int
    b_end: int
    a_sentences: tuple[int, int]
    b_sentences: tuple[int, int]
    changes: tuple[Change, ...] = ()


class Comparison(msgspec.Struct, frozen=True):
    """The pieces, in the order of B, what was removed before what came there. They tile both texts.

    `a_cut` and `b_cut` are the sentences that the pieces count.
    """

    pieces: tuple[Piece, ...]
    a_length: int
    a_cut: tuple[Sentence, ...]
    b_cut: tuple[Sentence, ...]

    @property
    def a_sentences(self) -> int:
        """Tell how many sentences A has."""
        return len(self.a_cut)

    @property
    def b_sentences(self) -> int:
        """Tell how many sentences B has."""
        return len(self.b_cut)

    @property
    def changed(self) -> bool:
        """Tell whether the texts differ at all."""
        return any(piece.kind != "kept" or piece.changes for piece in self.pieces)


def compare(a: str, b: str, *, language: str | None) -> Comparison:
    """Return the comparison of two texts, cut into sentences by the rules of one language."""
    a_cut = split(a, language)
    if a == b:
        count = (0, len(a_cut))
        whole = Piece("kept", 0, len(a), 0, len(b), count, count)
        return Comparison((whole,) if a else (), len(a), tuple(a_cut), tuple(a_cut))
    b_cut = split_again(b, language, a, a_cut)
    work = _Work(a, b, a_cut, b_cut)
    work.keep()
    work.move()
    if not work.is_much():
        work.edit()
        work.move_edited()
    return Comparison(tuple(work.pieces()), len(a), tuple(a_cut), tuple(b_cut))


def piece_of(
    texts: tuple[str, str],
    cuts: tuple[Sequence[Sentence], Sequence[Sentence]],
    kind: Kind,
    a_sentences: tuple[int, int],
    b_sentences: tuple[int, int],
) -> Piece:
    """Return the piece that these sentences of A and of B are."""
    (a, b), (a_cut, b_cut) = texts, cuts
    a_start, a_end = (_place(a_cut, number, len(a)) for number in a_sentences)
    b_start, b_end = (_place(b_cut, number, len(b)) for number in b_sentences)
    changes = tuple(_changes(a, (a_start, a_end), b, (b_start, b_end)))
    return Piece(kind, a_start, a_end, b_start, b_end, a_sentences, b_sentences, changes)


def apply(comparison: Comparison, a: str) -> str:
    """Return B, made of A. Raises ValueError when the comparison was not made from A."""
    if len(a) != comparison.a_length:
        raise ValueError("the text is not the one that was compared")
    parts: list[str] = []
    for piece in comparison.pieces:
        at = piece.a_start
        for change in piece.changes:
            if a[change.a_start : change.a_end] != change.before:
                raise ValueError(f"the text at {change.a_start} is not the one that was compared")
            parts += (a[at : change.a_start], change.after)
            at = change.a_end
        parts.append(a[at : piece.a_end])
    return "".join(parts)


class _Work:
    """One comparison while it is made."""

    def __init__(self, a: str, b: str, a_cut: list[Sentence], b_cut: list[Sentence]) -> None:
        self.a, self.b = a, b
        self.a_cut, self.b_cut = a_cut, b_cut
        old = [a[each.text_start : each.text_end] for each in a_cut]
        self.a_keys = list(map(without_blanks, old))
        known = dict(zip(old, self.a_keys, strict=True))  # most of B is in A
        new = (b[each.text_start : each.text_end] for each in b_cut)
        self.b_keys = [known.get(each) or without_blanks(each) for each in new]
        # (kind, first and end of A, first and end of B), in order on both sides.
        self.in_order: list[tuple[Kind, int, int, int, int]] = []
        self.gaps: list[tuple[int, int, int, int]] = []
        self.moved: dict[int, int] = {}  # from B to A
        self.a_free: set[int] = set()
        self.b_free: set[int] = set()
        self._a_bags, self._b_bags = (
            similarity.Bags(functools.partial(_said, text, cut), len(cut))
            for text, cut in ((a, a_cut), (b, b_cut))
        )

    def keep(self) -> None:
        """Find what is equal and in order, and the gaps between."""
        for span in aligned(self.a_keys, self.b_keys):
            if span.same:
                self.in_order.append(("kept", span.a_start, span.a_end, span.b_start, span.b_end))
            else:
                self.gaps.append((span.a_start, span.a_end, span.b_start, span.b_end))
                self.a_free.update(range(span.a_start, span.a_end))
                self.b_free.update(range(span.b_start, span.b_end))

    def move(self) -> None:
        """Match what is equal and out of order."""
        waiting = Queues((i, self.a_keys[i]) for i in sorted(self.a_free))
        for j in sorted(self.b_free):
            if any(map(str.isalnum, self.b_keys[j])):
                i = waiting.take(self.b_keys[j])
                if i is not None:
                    self._match_moved(i, j)

    def _match_moved(self, i: int, j: int) -> None:
        self.moved[j] = i
        self.a_free.discard(i)
        self.b_free.discard(j)

    def is_much(self) -> bool:
        """Tell whether too much is unmatched to hold each sentence against others."""
        sides = ((self.a_free, self.a_cut), (self.b_free, self.b_cut))
        return any(
            len(free) > MOST_UNMATCHED
            or sum(cut[number].end - cut[number].start for number in free) > MOST_UNMATCHED_CHARACTERS
            for free, cut in sides
        )

    def edit(self) -> None:
        """Match, gap by gap, what is alike, and what was cut in parts or put together."""
        for a_start, a_end, b_start, b_end in self.gaps:
            old = [i for i in range(a_start, a_end) if i in self.a_free]
            new = [j for j in range(b_start, b_end) if j in self.b_free]
            if not old or not new:
                continue
            least = similarity.least_edited(len(old), len(new))
            pairs = similarity.candidates(
                [self._a_bags[i] for i in old], [self._b_bags[j] for j in new], least=least
            )
            chained = [(old[pair.a], new[pair.b]) for pair in similarity.chain(pairs, len(new))]
            self.a_free.difference_update(i for i, _ in chained)
            self.b_free.difference_update(j for _, j in chained)
            for i, j in chained:
                self._extend(i, j)
        self.in_order.sort(key=lambda match: match[1:])

    def _extend(self, i: int, j: int) -> None:
        """Record the edit of `i` into `j`, with the free neighbours that belong to it."""
        first, end = _grown(self._a_bags[i], self._b_bags, self.b_free, j)
        if end - first > 1:
            self.in_order.append(("split", i, i + 1, first, end))
            self.b_free.difference_update(range(first, end))
            return
        first, end = _grown(self._b_bags[j], self._a_bags, self.a_free, i)
        self.in_order.append(("merged" if end - first > 1 else "edited", first, end, j, j + 1))
        self.a_free.difference_update(range(first, end))

    def move_edited(self) -> None:
        """Match what is nearly the same elsewhere."""
        old = [i for i in sorted(self.a_free) if self._a_bags[i].weight >= _LEAST_MOVED]
        new = [j for j in sorted(self.b_free) if self._b_bags[j].weight >= _LEAST_MOVED]
        if not old or not new:
            return
        pairs = similarity.candidates(
            [self._a_bags[i] for i in old], [self._b_bags[j] for j in new], least=similarity.MOVED
        )
        for pair in sorted(pairs, key=lambda pair: (-pair.score, pair.a, pair.b)):
            i, j = old[pair.a], new[pair.b]
            if i in self.a_free and j in self.b_free:
                self._match_moved(i, j)

    def pieces(self) -> Iterator[Piece]:
        """Yield the pieces in the order of B."""
        a_at = b_at = 0
        a_count, b_count = len(self.a_cut), len(self.b_cut)
        last: tuple[Kind, int, int, int, int] = ("kept", a_count, a_count, b_count, b_count)
        from_elsewhere = set(self.moved.values())
        for kind, a_start, a_end, b_start, b_end in (*self.in_order, last):
            for first, end in _runs(range(a_at, a_start), from_elsewhere):
                yield self._piece("removed", first, end, b_at, b_at)
            came = [(first, end, "added") for first, end in _runs(range(b_at, b_start), self.moved)]
            came += [(j, j + 1, "moved") for j in range(b_at, b_start) if j in self.moved]
            for first, end, how in sorted(came):
                if how == "added":
                    yield self._piece("added", a_start, a_start, first, end)
                else:
                    yield self._piece("moved", self.moved[first], self.moved[first] + 1, first, end)
            if kind == "kept":
                yield from self._kept(a_start, a_end, b_start)
            else:
                yield self._piece(kind, a_start, a_end, b_start, b_end)
            a_at, b_at = a_end, b_end

    def _kept(self, a_start: int, a_end: int, b_start: int) -> Iterator[Piece]:
        """Yield runs of sentences equal to the letter, and one piece for each whose white space differs."""
        run = a_start
        shift = b_start - a_start
        for i in range(a_start, a_end):
            old, new = self.a_cut[i], self.b_cut[i + shift]
            if self.a[old.start : old.end] == self.b[new.start : new.end]:
                continue
            if run < i:
                yield self._piece("kept", run, i, run + shift, i + shift, equal=True)
            yield self._piece("kept", i, i + 1, i + shift, i + shift + 1)
            run = i + 1
        if run < a_end:
            yield self._piece("kept", run, a_end, run + shift, a_end + shift, equal=True)

    def _piece(
        self, kind: Kind, a_first: int, a_end: int, b_first: int, b_end: int, *, equal: bool = False
    ) -> Piece:
        if not equal:
            texts, cuts = (self.a, self.b), (self.a_cut, self.b_cut)
            return piece_of(texts, cuts, kind, (a_first, a_end), (b_first, b_end))
        a_range = _place(self.a_cut, a_first, len(self.a)), _place(self.a_cut, a_end, len(self.a))
        b_range = _place(self.b_cut, b_first, len(self.b)), _place(self.b_cut, b_end, len(self.b))
        return Piece(kind, *a_range, *b_range, (a_first, a_end), (b_first, b_end))


def _said(text: str, cut: Sequence[Sentence], number: int) -> str:
    return text[cut[number].text_start : cut[number].text_end]


def _place(cut: Sequence[Sentence], number: int, length: int) -> int:
    return cut[number].start if number < len(cut) else length


def _runs(numbers: range, without: dict[int, int] | set[int]) -> Iterator[tuple[int, int]]:
    """Yield the stretches of the numbers that are left without some of them."""
    first = numbers.start
    for number in numbers:
        if number in without:
            if first < number:
                yield first, number
            first = number + 1
    if first < numbers.stop:
        yield first, numbers.stop


def _grown(whole: similarity.Bag, part: similarity.Bags, free: set[int], at: int) -> tuple[int, int]:
    """Return the run around sentence `at`, of it and free neighbours, that is most like the whole."""
    first, end = run = at, at + 1
    if end not in free and at - 1 not in free:
        return run
    parts = part[at]
    score = similarity.likeness(whole, parts)
    while end - first < _MOST_PARTS:
        grown = []
        for neighbour in (end, first - 1):
            if neighbour in free:
                extra = part[neighbour]
                both = similarity.joined([parts, extra] if neighbour == end else [extra, parts])
                # Most of what the neighbour says is in the whole, and not yet in the parts.
                gained = similarity.shared(whole, both) - similarity.shared(whole, parts)
                if extra.weight and gained >= extra.weight / 2:
                    grown.append((similarity.likeness(whole, both), neighbour, both))
        if not grown:
            break
        best, neighbour, parts = max(grown, key=lambda each: each[:2])
        first, end = min(first, neighbour), max(end, neighbour + 1)
        if best >= score + _GAIN:  # else the next neighbour may still make it so
            run, score = (first, end), best
    return run


def _changes(a: str, a_range: tuple[int, int], b: str, b_range: tuple[int, int]) -> Iterator[Change]:
    """Yield the changed words between two ranges; words with a blank alone between them change together."""
    old_text, new_text = a[slice(*a_range)], b[slice(*b_range)]
    if old_text == new_text:
        return
    if not old_text or not new_text:
        yield Change(*a_range, *b_range, old_text, new_text)
        return
    old, new = tokens(old_text), tokens(new_text)
    a_at, b_at = a_range[0], b_range[0]
    open_change: tuple[int, int] | None = None
    blank = ""
    for span in sequences.align(old, new):
        before = "".join(old[span.a_start : span.a_end])
        after = before if span.same else "".join(new[span.b_start : span.b_end])
        if span.same and not (open_change and before.isspace() and "\n" not in before):
            if open_change:
                yield _change(a, b, open_change, a_at, b_at)
                open_change = None
        elif span.same:
            blank = before
        elif open_change is None:
            open_change = a_at, b_at
        if not span.same:
            blank = ""
        a_at, b_at = a_at + len(before), b_at + len(after)
    if open_change:
        yield _change(a, b, open_change, a_at - len(blank), b_at - len(blank))


def _change(a: str, b: str, start: tuple[int, int], a_end: int, b_end: int) -> Change:
    a_start, b_start = start
    return Change(a_start, a_end, b_start, b_end, a[a_start:a_end], b[b_start:b_end])
