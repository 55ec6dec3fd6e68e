"""Words of a text, as they stand and folded: what the alignment, the facts and the classes all ask.

Folded, a text is plain (see `plain`), and has one kind of quote, dash, ellipsis and blank and no capitals.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from itertools import zip_longest

import unicodedata2

from ingest.expressions import expression, possessive
from ingest.text.plain import plain

_NUMBER = "[0-9]+" + possessive("[.,:][0-9]+", begun="[.,:][0-9]") + r"\w*+"
_FIGURE = _NUMBER + possessive(rf"['’‐‑-](?:{_NUMBER}|\w+)")
_LETTERS = r"\w+" + possessive(r"['’‐‑-]\w+|[`´](?<=[^\W\d_].)(?=[^\W\d_])\w+")
_TOKEN = expression(rf"\s+|{_FIGURE}|{_LETTERS}|[^\w\s]")
_WORD = expression(rf"{_FIGURE}|{_LETTERS}")

_MARKS = str.maketrans(
    {
        **dict.fromkeys('‘’‚‛`´′ʼ“”„‟«»‹›"″＂＇', "'"),
        **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
        "…": "...",
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", None),
        **dict.fromkeys("\u00a0\u202f\u2007\u2009", " "),
    }
)
_PIECE = 65_536
_PHRASE, _SENTENCE = 20, 500  # characters: what is longer than the one, up to the other, is remembered
_LONG = 100_000  # characters of a text of which equal words are kept once

_DASHES = expression(r"-{2,}")
_DOUBLE_QUOTES = expression(r"'{2,}")


def tokens(text: str) -> list[str]:
    """Return words, blanks and single marks; joined they are the text.

    `1.000` and `34-jarige` are one each.
    """
    if _PHRASE < len(text) <= _SENTENCE:
        return list(_tokens_of(text))
    return _TOKEN.findall(text) if len(text) < _LONG else _shared(_TOKEN, text)


@functools.lru_cache(maxsize=64)  # whoever asks about an edited sentence cuts it
def _tokens_of(sentence: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(sentence))


def words(text: str) -> list[str]:
    """Return the words alone, as written."""
    if _PHRASE < len(text) <= _SENTENCE:
        return list(_words_of(text))
    return _WORD.findall(text) if len(text) < _LONG else _shared(_WORD, text)


@functools.lru_cache(maxsize=64)
def _words_of(sentence: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(sentence))


def _shared(pattern: re.Pattern[str], text: str) -> list[str]:
    """Return each match. Equal ones are one object: that takes longer, and less room."""
    known: dict[str, str] = {}
    return [known.setdefault(found[0], found[0]) for found in pattern.finditer(text)]


def each_word(text: str) -> Iterator[str]:
    """Yield the words one by one; those of a long text are never held all at once."""
    if len(text) < _LONG:
        return iter(_WORD.findall(text))
    return (found[0] for found in _WORD.finditer(text))


def same_words(a: str, b: str) -> bool:
    """Tell whether two texts have the same words in the same order."""
    return all(one == other for one, other in zip_longest(each_word(a), each_word(b)))


def same_folded_words(a: str, b: str) -> bool:
    """Tell whether two texts have the same words in the same order, typography and capitals aside."""
    pairs = zip_longest(each_word(a), each_word(b), fillvalue="")
    return all(one == other or folded(one) == folded(other) for one, other in pairs)


def count(text: str) -> int:
    """Tell how many words a text has."""
    return sum(1 for _ in _WORD.finditer(text))


def is_word(token: str) -> bool:
    """Tell whether a token is a word, and not a blank or a mark."""
    return token[0].isalnum() or token[0] == "_"


def is_blank(text: str) -> bool:
    """Tell whether a text is white space alone, or empty."""
    return not text or text.isspace()


def without_blanks(text: str) -> str:
    """Return the text without white space."""
    if len(text) <= _PIECE:
        return "".join(text.split())
    return "".join("".join(piece.split()) for piece in _pieces(text))


def _one_blank(text: str) -> str:
    """Return the text with each blank one space, and none at its ends."""
    made: list[str] = []
    is_apart = False
    for piece in _pieces(text):
        said = " ".join(piece.split())
        if said:
            is_apart = is_apart or piece[0].isspace()
            made += (" ", said) if made and is_apart else (said,)
            is_apart = piece[-1].isspace()
        else:
            is_apart = True
    return "".join(made)


def _pieces(text: str) -> Iterator[str]:
    """Yield a text in parts: cut at its blanks all at once, a long one is millions of objects."""
    return (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))


def folded(text: str) -> str:
    """Return the text with its typography and capitals folded, and each blank one space."""
    marked = unicodedata2.normalize("NFC", plain(text).lower()).translate(_MARKS)
    if "--" in marked:
        marked = _DASHES.sub("-", marked)
    if "''" in marked:
        marked = _DOUBLE_QUOTES.sub("'", marked)
    return _one_blank(marked)


def with_capitals(word: str) -> str:
    """Return a word with its typography folded, its capitals as they are."""
    return word if word.isascii() else unicodedata2.normalize("NFC", plain(word)).translate(_MARKS)


def unaccented(word: str) -> str:
    """Return a word in small letters and without the marks on its letters; never the empty text of a word."""
    if word.isascii() and "`" not in word:
        return word.lower()
    small = plain(word).lower().translate(_MARKS)
    if not small.isascii():
        apart = unicodedata2.normalize("NFD", small)
        small = "".join(char for char in apart if not unicodedata2.combining(char))
    return small or word  # of letters that are not seen nothing is left
