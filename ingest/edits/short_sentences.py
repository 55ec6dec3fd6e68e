"""Short sentences that were put for others: `Guilty.`, `Innocent.`; a stamp and the next one.

Two sentences of a few words are hardly alike where one of the words is another, so that comparing takes the
one for removed and the other for added. Here they are one sentence that was edited.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

from ingest.diff.sentences import Comparison, Piece, piece_of
from ingest.edits import stamps
from ingest.text.sentences import Sentence
from ingest.text.words import folded, words

_SHORT = 3  # words
_FEW = 6
_LONGEST = 120  # characters of a short sentence
_MOST = 200  # sentences of a run

Match = tuple[int, int]


def is_short(sentence: str) -> bool:
    """Tell whether a sentence has three words or fewer."""
    return len(sentence) <= _LONGEST and len(words(sentence)) <= _SHORT


def pair(a: str, b: str, comparison: Comparison, language: str | None) -> Comparison:
    """Return the comparison with what was put for something in its place as an edited sentence.

    A run of sentences went, another came at its place. Where they are equally many, the short ones, those of
    few words that have half in common, and the stamps go together one by one; else the first stamp of each.
    A sentence whose words were joined or parted is edited too.
    """
    beside = pairwise(comparison.pieces)
    if not any(one.kind == "removed" and two.kind == "added" for one, two in beside) and not any(
        piece.kind == "kept" and piece.changes for piece in comparison.pieces
    ):
        return comparison
    pieces: list[Piece] = []
    for piece in comparison.pieces:
        went = pieces[-1] if pieces else None
        if piece.kind == "added" and went is not None and went.kind == "removed":
            matches = _matches(a, b, comparison, went, piece, language)
            if matches:
                pieces[-1:] = _with(a, b, comparison, went, piece, matches)
                continue
        if piece.kind == "kept" and piece.changes:
            old, new = a[piece.a_start : piece.a_end], b[piece.b_start : piece.b_end]
            if words(old) != words(new):
                piece = msgspec.structs.replace(piece, kind="edited")  # noqa: PLW2901 - parted, not kept
        pieces.append(piece)
    return msgspec.structs.replace(comparison, pieces=tuple(pieces))


def _matches(
    a: str, b: str, comparison: Comparison, went: Piece, came: Piece, language: str | None
) -> list[Match]:
    old, new = range(*went.a_sentences), range(*came.b_sentences)
    if max(len(old), len(new)) > _MOST:
        return []
    was = [_said(a, comparison.a_cut[i]) for i in old]
    became = [_said(b, comparison.b_cut[j]) for j in new]
    if len(old) == len(new):
        return [
            (i, j)
            for i, j, one, other in zip(old, new, was, became, strict=True)
            if (is_short(one) and is_short(other))
            or _share_half(one, other)
            or stamps.stand_for(one, other, language)
        ]
    for i, one in zip(old, was, strict=True):
        for j, other in zip(new, became, strict=True):
            if stamps.stand_for(one, other, language):
                return [(i, j)]
    return []


def _share_half(one: str, other: str) -> bool:
    """Tell whether two sentences of few words have half of them in common: `Hij belt hem op`."""
    if max(len(one), len(other)) > _LONGEST:
        return False
    was, became = ({folded(word) for word in words(text)} for text in (one, other))
    return max(len(was), len(became)) <= _FEW and 2 * len(was & became) >= max(len(was), len(became), 1)


def _said(text: str, sentence: Sentence) -> str:
    return text[sentence.text_start : sentence.text_end]


def _with(
    a: str, b: str, comparison: Comparison, went: Piece, came: Piece, matches: Sequence[Match]
) -> Iterator[Piece]:
    """Yield what two runs are with these pairs taken out of them."""
    texts, cuts = (a, b), (comparison.a_cut, comparison.b_cut)
    (i, i_last), (j, j_last) = went.a_sentences, came.b_sentences
    for i_next, j_next in (*matches, (i_last, j_last)):
        if i < i_next:
            yield piece_of(texts, cuts, "removed", (i, i_next), (j, j))
        if j < j_next:
            yield piece_of(texts, cuts, "added", (i_next, i_next), (j, j_next))
        if i_next < i_last and j_next < j_last:
            yield piece_of(texts, cuts, "edited", (i_next, i_next + 1), (j_next, j_next + 1))
        i, j = i_next + 1, j_next + 1
