"""Which words of a sentence are those that were asked for, by the folding and stems of the index. Pure."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Sequence

from ingest.expressions import expression
from ingest.index.fulltext.folding import fold, is_unspaced, small
from ingest.index.fulltext.query import Clause, Term
from ingest.index.fulltext.stems import Stems

# A word as it is written: letters and digits, with the marks and the unseen characters that stand in it.
_WORD = expression(
    r"[^\W_](?:[^\W_]|[\u00ad\u0300-\u036f\u0610-\u1cff\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff])*"
)


def pieces(text: str, clauses: Sequence[Clause], language: str | None) -> list[tuple[str, bool]]:
    """Return a sentence in pieces, and of each whether it is what was asked for."""
    words = [(found.start(), found.end(), fold(found[0]).split()) for found in _WORD.finditer(text)]
    marked: set[tuple[int, int]] = set()
    for term in dict.fromkeys(term for clause in clauses for term in clause.wanted):
        for number in _held(term, [each for _, _, each in words], language):
            start, end, _ = words[number]
            marked.add(_part(text, start, end, term))
    found: list[tuple[str, bool]] = []
    at = 0
    for begin, end in sorted(marked):
        start = max(begin, at)  # what is marked already
        if start < end:
            found += [(text[at:start], False), (text[start:end], True)]
            at = end
    return [piece for piece in (*found, (text[at:], False)) if piece[0]]


def _held(term: Term, words: Sequence[Sequence[str]], language: str | None) -> set[int]:
    """Return the numbers of the words that hold a term, or a part of it."""
    if not term.is_phrase:
        (wanted,) = term.words
        forms = {} if term.prefix else _stems().asked(wanted, language)
        return {
            number
            for number, folded in enumerate(words)
            if any(
                each.startswith(wanted) if term.prefix else each == wanted or _is_form(each, forms)
                for each in folded
            )
        }
    flat = [(number, each) for number, folded in enumerate(words) for each in folded]
    found: set[int] = set()
    size = len(term.words)
    for at in range(len(flat) - size + 1):
        stretch = flat[at : at + size]
        said = [each for _, each in stretch]
        last = said[-1].startswith(term.words[-1]) if term.prefix else said[-1] == term.words[-1]
        if last and said[:-1] == list(term.words[:-1]):
            found.update(number for number, _ in stretch)
    return found


def _is_form(word: str, forms: dict[str, str]) -> bool:
    for language, stem in forms.items():
        own = _stems().of(language)
        if own is not None and own[word] == stem:
            return True
    return False


def _part(text: str, start: int, end: int, term: Term) -> tuple[int, int]:
    """Return the part of a word that a term is: in a run without blanks no more than that."""
    said = text[start:end]
    if not is_unspaced(said):
        return start, end
    wanted = "".join(_joined(term.words))
    low = small(said)
    at = low.find(wanted) if len(low) == len(said) else -1
    return (start, end) if at < 0 else (start + at, start + at + len(wanted))


def _joined(parts: Collection[str]) -> Iterator[str]:
    """Yield the characters of a run from its parts, each of which begins with the end of the one before."""
    for number, part in enumerate(parts):
        yield part if number == 0 else part[-1]


@functools.cache
def _stems() -> Stems:
    return Stems()
