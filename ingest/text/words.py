"""Words of a text, as they stand and folded: what the alignment, the facts and the classes all ask.

Folded, a text is plain (see `plain`), and has one kind of quote, dash, ellipsis and blank and no capitals.
"""

from __future__ import annotations

import re

import unicodedata2

from ingest.text.plain import plain

_FIGURE = r"[0-9]+(?:[.,:][0-9]+)*+\w*+(?:['’‐‑-](?:[0-9]+(?:[.,:][0-9]+)*+\w*+|\w+))*+"
_LETTERS = r"\w+(?:['’‐‑-]\w+)*+"
_TOKEN = re.compile(rf"\s+|{_FIGURE}|{_LETTERS}|[^\w\s]")
_WORD = re.compile(rf"{_FIGURE}|{_LETTERS}")

_MARKS = str.maketrans(
    {
        **dict.fromkeys('‘’‚‛`´′ʼ“”„‟«»‹›"″＂＇', "'"),
        **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
        "…": "...",
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", None),
        **dict.fromkeys("\u00a0\u202f\u2007\u2009", " "),
    }
)
_DASHES = re.compile(r"-{2,}")
_DOUBLE_QUOTES = re.compile(r"'{2,}")


def tokens(text: str) -> list[str]:
    """Words, blanks and single marks; joined they are the text. `1.000` and `34-jarige` are one each."""
    return _TOKEN.findall(text)


def words(text: str) -> list[str]:
    """Return the words alone, as written."""
    return _WORD.findall(text)


def is_word(token: str) -> bool:
    """Whether a token is a word, and not a blank or a mark."""
    return token[0].isalnum() or token[0] == "_"


def without_blanks(text: str) -> str:
    """Return the text without white space."""
    return "".join(text.split())


def folded(text: str) -> str:
    """Return the text with its typography and capitals folded, and each blank one space."""
    marked = unicodedata2.normalize("NFC", plain(text).lower()).translate(_MARKS)
    if "--" in marked:
        marked = _DASHES.sub("-", marked)
    if "''" in marked:
        marked = _DOUBLE_QUOTES.sub("'", marked)
    return " ".join(marked.split())


def unaccented(word: str) -> str:
    """Return a word in small letters and without the marks on its letters."""
    if word.isascii():
        return word.lower()
    small = plain(word).lower().translate(_MARKS)
    if small.isascii():
        return small
    return "".join(char for char in unicodedata2.normalize("NFD", small) if not unicodedata2.combining(char))
