"""Text as the full-text index holds it, the same on both databases and for queries.

A text is plain first (`text/plain.py`). Its words are small and without marks. Where a script puts no blank
between its words (Han, Kana, Thai, Lao, Khmer, Myanmar), a run of it is kept in parts of `GRAM` characters,
one from each character on, the last ones shorter: `北京市` as `北京 京市 市`. Asked for, a run is such
parts in a row, and one that is shorter is the beginning of a part. So whatever stands in a run is found, a
word or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import unicodedata2

from ingest.expressions import expression
from ingest.text.plain import plain

_PIECE = 4096
_MOST_GROWTH = 4  # parts of a run are three times as long as it, and one sign may stand for four words
GRAM = 2
_NO_WORD = expression(r"[\W_]+")
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3031-\u3035\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uaa60-\uaa7f\U0001b000-\U0001b16f\U00020000-\U000323af"
)
_RUN = expression(f"[{_UNSPACED}]+")
_WRAPPED = expression(f"(?<=[{_UNSPACED}])[ \\t]*\\n[ \\t]*(?=[{_UNSPACED}])")


def fold(text: str) -> str:
    """Return the words of a text, small and without marks, and the parts of its runs; all else is a blank."""
    if text.isascii() and text.isalnum():  # a word of such letters is itself
        return text.lower()
    words = _words(text)
    return words if words.isascii() else _RUN.sub(_parts, words)


def words(text: str) -> list[str]:
    """Return the words that `fold` has, in their order; equal ones may be one string.

    Of a text of more than one piece, once they are `_MOST_GROWTH` times as long as it, as where each sign
    stands for four words, those that were there before are left out.
    """
    if text.isascii() or len(text) <= _PIECE:
        return fold(text).split()
    found: list[str] = []
    known: dict[str, str] = {}
    left = _MOST_GROWTH * len(text)
    for part in _whole_words(text):
        for word in _parted(part):
            if left > 0 or word not in known:
                found.append(known.setdefault(word, word))
                left -= len(word) + 1
    return found


def query_words(text: str) -> tuple[tuple[str, ...], bool]:
    """Return the words of what is asked for, and whether the last one is the beginning of a part of a run."""
    words: list[str] = []
    begins = False
    for word in _words(text).split():
        at = 0
        for run in [] if word.isascii() else _RUN.finditer(word):
            words += [word[at : run.start()]] if at < run.start() else []
            at = run.end()
            last = max(1, len(run[0]) - GRAM + 1)
            words += (run[0][start : start + GRAM] for start in range(last))
        words += [word[at:]] if at < len(word) else []
        begins = at == len(word) and len(words[-1]) < GRAM
    return tuple(words), begins


def is_unspaced(text: str) -> bool:
    """Tell whether a word is, or holds, a run of a script that puts no blank between its words."""
    return not text.isascii() and _RUN.search(text) is not None


def _parts(run: re.Match[str]) -> str:
    return f" {' '.join(_grams(run[0]))} "


def _grams(run: str) -> Iterator[str]:
    return (run[at : at + GRAM] for at in range(len(run)))


def _parted(words: str) -> Iterator[str]:
    """Yield words, and for each run in them its parts."""
    at = 0
    for run in _RUN.finditer(words):
        yield from words[at : run.start()].split()
        yield from _grams(run[0])
        at = run.end()
    yield from words[at:].split()


def _words(text: str) -> str:
    folded: list[str] = []
    for piece in _folded(text):
        begins_twice = folded and piece[0] == " " and folded[-1][-1] == " "
        if words := piece[1:] if begins_twice else piece:
            folded.append(words)
    return "".join(folded)


def _folded(text: str) -> Iterator[str]:
    """Yield the words of a text and single blanks, in pieces that end anywhere; none is empty."""
    text = plain(text)
    if "\n" in text and not text.isascii():
        text = _WRAPPED.sub("", text)  # a line end is no blank there
    for piece in _pieces(text):
        if folded := _NO_WORD.sub(" ", _without_marks(_small(piece))):
            yield folded


def _whole_words(text: str) -> Iterator[str]:
    """Yield what `_folded` does in pieces that end between two words."""
    begun: list[str] = []
    for piece in _folded(text):
        before, blank, rest = piece.rpartition(" ")
        if blank:
            yield "".join((*begun, before))
            begun.clear()
        begun.append(rest)
    yield "".join(begun)


def small(text: str) -> str:
    """Return a text in small letters without marks on them, whatever else is in it kept."""
    text = plain(text)
    return text.lower() if text.isascii() else "".join(map(_small, _pieces(text)))


def _pieces(text: str) -> Iterator[str]:
    """Return a text in parts: decomposed, one character may become eighteen, and a long text much memory.

    Each character is folded the same whatever stands beside it. The one that is not, a sigma that ends a
    word, is written as any other sigma.
    """
    return (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))


def _without_marks(text: str) -> str:
    """Return a text without the marks that are vowels or tones: left in, they would part a word."""
    if text.isascii() or _HAS_MARKS.search(text) is None:
        return text
    return "".join(char for char in text if unicodedata2.category(char)[0] != "M")


def _small(text: str) -> str:
    low = text.lower()
    if not low.isascii():
        # Some letters are capitals only once they are taken apart, and some small ones have marks only then.
        apart = unicodedata2.normalize("NFKD", unicodedata2.normalize("NFKD", low).lower())
        low = "".join(char for char in apart if not unicodedata2.combining(char))
    return low.replace("ς", "σ")  # one letter, as SQLite has it too


def literal(text: str) -> str:
    """Return a text as `small` has it, with one blank for any white space.

    Where a query has a symbol, a sentence is a hit only if its `literal` holds that of the term.
    """
    return " ".join(small(text).split())


def has_symbol(text: str) -> bool:
    """Tell whether a text has a sign that its words lack: `100%`, `C++`, a vowel sign; not `weeks.`."""
    if any(char in _SYMBOLS or unicodedata2.category(char)[0] == "S" for char in text):
        return True
    return not text.isascii() and any(unicodedata2.category(char)[0] == "M" for char in small(text))


# Scripts of which vowels are marks; those of Latin, Greek and Cyrillic letters are gone by then.
_HAS_MARKS = expression("[\u0610-\u1cff\ua67c-\uabff\U00010a00-\U00011fff]")
_SYMBOLS = frozenset("%&@#_/\\§¶*‰")
