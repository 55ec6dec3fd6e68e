"""Text as the full-text index holds it, the same on both databases and for queries."""

from __future__ import annotations

import re
from collections.abc import Iterator

import unicodedata2

from ingest.text.plain import plain

_PIECE = 4096
_NO_WORD = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Return the words of a text, small and without marks on their letters; all else is a blank."""
    folded: list[str] = []
    for piece in _pieces(plain(text)):
        words = _NO_WORD.sub(" ", _small(piece))
        if folded and words.startswith(" ") and folded[-1].endswith(" "):
            words = words[1:]
        if words:
            folded.append(words)
    return "".join(folded)


def small(text: str) -> str:
    """Return a text in small letters without marks on them, whatever else is in it kept."""
    text = plain(text)
    return text.lower() if text.isascii() else "".join(map(_small, _pieces(text)))


def _pieces(text: str) -> Iterator[str]:
    """Return a text in parts: taken apart, a character may be eighteen, each of them an object for a moment.

    What becomes of a character hangs on no other, the last letter of a Greek word aside, which is made one
    with the others of its name.
    """
    return (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))


def _small(text: str) -> str:
    low = text.lower()
    if not low.isascii():
        # Some letters are capitals only once they are taken apart, and some small ones have marks only then.
        apart = unicodedata2.normalize("NFKD", unicodedata2.normalize("NFKD", low).lower())
        low = "".join(char for char in apart if not unicodedata2.combining(char))
    return low.replace("ς", "σ")  # one letter, as SQLite has it too


def literal(text: str) -> str:
    """Return the same with one blank for any: what a sentence must hold that a symbol was asked for in."""
    return " ".join(small(text).split())


def has_symbol(text: str) -> bool:
    """Whether something in it means more than that a word ends: `100%`, `C++`, `a_c`; not `weeks.`."""
    return any(char in _SYMBOLS or unicodedata2.category(char)[0] == "S" for char in text)


_SYMBOLS = frozenset("%&@#_/\\§¶*‰")
