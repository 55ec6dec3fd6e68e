"""Sentences that were cut in parts, or put together, beyond what comparing takes in by likeness.

`He spun a cord and crawled away, pulling on it` that became `He spun a cord. He crawled away. He was
pulling on it`: each part is less like the whole than the parts before it. A sentence that came is a part of
the one that was edited beside it where its words with a meaning stand in that, all but two, and half of them
are no longer said by the other parts. They stand in the same order, a verb aside, and no more is denied than
was: what says so much otherwise is no part. The rules of facts, words and negations ask of it with the whole.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

import msgspec

from ingest.diff.sentences import Comparison, Kind, Piece, piece_of
from ingest.text.lexicon import Lexicon
from ingest.text.lexicons import lexicon_of
from ingest.text.sentences import Sentence
from ingest.text.thesaurus import Thesaurus, thesaurus_of
from ingest.text.variants import written_out
from ingest.text.words import unaccented, words

_MOST_MOVED = 1  # of its words that stand in another order: a verb; more may be who does what to whom
_MOST_NEW = 2  # words of a part that the whole does not have
_MOST_PARTS = 8
_LONGEST = 2_000  # characters of a sentence
_BEGUN = 3  # letters that two forms of a word have in common

Run = tuple[int, int]
# What beside a piece may be a part of it, what the two are together, and of which kinds the piece may be.
_WAYS: tuple[tuple[Kind, Kind, frozenset[Kind]], ...] = (
    ("added", "split", frozenset(("edited", "split"))),
    ("removed", "merged", frozenset(("edited", "merged"))),
)


def join_parts(a: str, b: str, comparison: Comparison, language: str | None) -> Comparison:
    """Return the comparison with the sentences beside an edited one that are parts of it taken into it."""
    pieces = list(comparison.pieces)
    if not any(piece.kind in ("added", "removed") for piece in pieces):
        return comparison
    for came, cut, kinds in _WAYS:
        work = _Parts(a, b, comparison, cut, language)
        at = 0
        while at < len(pieces):
            whole = pieces[at]
            if whole.kind in kinds:
                for beside in (at + 1, at - 1):
                    if 0 <= beside < len(pieces) and pieces[beside].kind == came:
                        whole, rest = work.grown(whole, pieces[beside], behind=beside > at)
                        pieces[beside : beside + 1] = rest
                        at -= beside < at and not rest
                pieces[at] = whole
            at += 1
    return msgspec.structs.replace(comparison, pieces=tuple(pieces))


class _Parts:
    """What is cut in parts, or put together of them: `whole` is A of a split and B of a merger."""

    def __init__(self, a: str, b: str, comparison: Comparison, kind: Kind, language: str | None) -> None:
        self._texts = a, b
        self._cuts = comparison.a_cut, comparison.b_cut
        self._kind = kind
        self._side = 1 if kind == "split" else 0  # where the parts stand
        self._lexicon = lexicon_of(language)
        self._thesaurus = thesaurus_of(language)

    def grown(self, whole: Piece, beside: Piece, *, behind: bool) -> tuple[Piece, list[Piece]]:
        """Return the piece with the sentences beside it that are its parts, and what is left of those."""
        first, end = run = self._run(whole)
        start, stop = self._run(beside)
        said = self._said(1 - self._side, self._other(whole))
        while start < stop and end - first < _MOST_PARTS:
            part = start if behind else stop - 1
            if not self._is_part(
                said, self._said(self._side, (first, end)), self._said(self._side, (part, part + 1))
            ):
                break
            if behind:
                end = start = part + 1
            else:
                first = stop = part
        if (first, end) == run:
            return whole, [beside]
        left = [] if start == stop else [self._piece(beside.kind, beside, (start, stop))]
        return self._piece(self._kind, whole, (first, end)), left

    def _run(self, piece: Piece) -> Run:
        return piece.b_sentences if self._side else piece.a_sentences

    def _other(self, piece: Piece) -> Run:
        return piece.a_sentences if self._side else piece.b_sentences

    def _piece(self, kind: Kind, of: Piece, run: Run) -> Piece:
        old, new = (self._other(of), run) if self._side else (run, self._other(of))
        return piece_of(self._texts, self._cuts, kind, old, new)

    def _said(self, side: int, run: Run) -> str:
        cut: Sequence[Sentence] = self._cuts[side]
        return self._texts[side][cut[run[0]].text_start : cut[run[1] - 1].text_end]

    def _is_part(self, whole: str, parts: str, part: str) -> bool:
        """Tell whether `part` says what the whole does and the other parts leave out."""
        if max(map(len, (whole, parts, part))) > _LONGEST:
            return False
        lexicon = self._lexicon
        there, others, own = (written_out(words(text), lexicon) for text in (whole, parts, part))
        if _denials(own, lexicon) and _denials([*others, *own], lexicon) > _denials(there, lexicon):
            return False
        said = _Words(there, self._thesaurus)
        also = _Words(others, self._thesaurus)
        meant = list(dict.fromkeys(word for word in map(unaccented, own) if word not in lexicon.common))
        new = [word for word in meant if not said.has(word)]
        old = len(meant) - len(new)
        if len(new) > min(_MOST_NEW, old) or any(any(map(str.isdecimal, word)) for word in new):
            return False
        places = [place for place in map(said.place, meant) if place is not None]
        if old - _in_order(places) > _MOST_MOVED:
            return False
        gone = sum(said.has(word) and not also.has(word) for word in meant)
        return old > 0 and gone * 2 >= old


class _Words:
    """The words of a sentence, of which other forms are found too."""

    def __init__(self, said: Iterable[str], thesaurus: Thesaurus | None) -> None:
        self._places: dict[str, int] = {}
        for place, word in enumerate(map(unaccented, said)):
            self._places.setdefault(word, place)
        self._thesaurus = thesaurus

    def has(self, word: str) -> bool:
        """Tell whether a word, or another form of it, is among these."""
        return self.place(word) is not None

    def place(self, word: str) -> int | None:
        """Return where a word, or another form of it, first stands; None where it does nowhere."""
        place, thesaurus = self._places.get(word), self._thesaurus
        if place is not None or thesaurus is None:
            return place
        alike = (each for each in self._places if each[:_BEGUN] == word[:_BEGUN])
        return next((self._places[each] for each in alike if thesaurus.nearness(word, each) == "same"), None)


def _in_order(places: Sequence[int]) -> int:
    """Return how many of these places stand in order at most."""
    ends: list[int] = []
    for place in places:
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
    return len(ends)


def _denials(said: Iterable[str], lexicon: Lexicon) -> int:
    return sum(unaccented(word) in lexicon.negations for word in said)
