"""Text as the full-text index holds it, the same on both databases and for queries."""

from __future__ import annotations

import re
import unicodedata

_NO_WORD = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """The words of a text, small and without marks on their letters; all else is a blank."""
    return _NO_WORD.sub(" ", small(text))


def small(text: str) -> str:
    """A text in small letters without marks on them, whatever else is in it kept."""
    plain = text.lower().replace("ς", "σ")  # one letter, as SQLite has it too
    if not plain.isascii():
        # Some letters are capitals only once they are taken apart, and some small ones have marks only then.
        apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", plain).lower())
        plain = "".join(char for char in apart if not unicodedata.combining(char))
    return plain


def literal(text: str) -> str:
    """The same with one blank for any: what a sentence must hold that a symbol was asked for in."""
    return " ".join(small(text).split())


def has_symbol(text: str) -> bool:
    """Whether something in it means more than that a word ends: `100%`, `C++`, `a_c`; not `weeks.`"""
    return any(char in _SYMBOLS or unicodedata.category(char)[0] == "S" for char in text)


_SYMBOLS = frozenset("%&@#_/\\§¶*‰")
