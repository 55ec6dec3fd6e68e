"""Words that a line's end cut apart: which hyphens are the word's own, and which go.

The tags say it of some; else the document's own other uses decide, then a list of words.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from ingest.expressions import expression
from ingest.normalise.documents.pdf_file import HYPHEN
from ingest.normalise.documents.pdf_wide import Wide
from ingest.normalise.language import detect, prepare
from ingest.text.wordlist import is_word

_SIGN = "\u2010"
_AT_LINE_END = expression(rf"([\w'’]+)(?:({HYPHEN})\s*|([-{_SIGN}])[ \t]*[\r\n]+\s*)([\w'’]+)")
_MARKED = expression(rf"\u00ad|\w{_SIGN}[ \t]*(?:[\r\n]|\Z)")
_PLAIN = expression(rf"\w(?:-[ \t]*(?:[\r\n]|\Z)|{HYPHEN})")
_IN_WORD = expression(rf"\w{_SIGN}\w")
_SOFT = expression(r"\u00ad\s*")
_WORD = expression(r"[\w'’]+(?:-[\w'’]+)*")
_LIGATURES = dict(enumerate(("ff", "fi", "fl", "ffi", "ffl", "st", "st"), 0xFB00))
_BLANKS = expression(r"[ \t\r\n\f\v]+")
# An address that a line's end cut where a browser would not.
_ADDRESS_CUT = expression(r"(?<=[a-z]:)[ \t]*[\r\n]\s*(?=//\w)|(?<=/)-[ \t]*[\r\n]\s*(?=\S)")
_COMPOUNDING = frozenset(("nl", "de", "da", "sv", "no", "fi", "hu"))
_LOOK_AT = 20_000


class Hyphens:
    """What a document writes with a hyphen and what without."""

    def __init__(self, texts: Iterable[str]) -> None:
        _prepare()
        self._words: set[str] = set()
        # Where a document marks the hyphens that a line's end made, every other is a word's own.
        marked = plain = 0
        self._writes_sign = False
        beginning: list[str] = []
        seen = 0
        texts = list(texts)
        self._wide = Wide(texts)
        for text in texts:
            self._words.update(word.lower() for word in _WORD.findall(text))
            marked += len(_MARKED.findall(text))
            plain += len(_PLAIN.findall(text))
            self._writes_sign = self._writes_sign or (_SIGN in text and _IN_WORD.search(text) is not None)
            if seen < _LOOK_AT:
                beginning.append(text)
                seen += len(text)
        self._marks_cuts = marked > plain
        self._is_compounding = detect(_BLANKS.sub(" ", " ".join(beginning))) in _COMPOUNDING

    def joined(self, text: str) -> str:
        """Return the text in one line, its words whole."""
        if not text.isascii():
            text = text.translate(_LIGATURES)
        if "\u00ad" in text:
            text = _SOFT.sub("", text)
        if "/" in text:
            text = _ADDRESS_CUT.sub(_uncut, text)
        if "-" in text or HYPHEN in text or _SIGN in text:
            text = _AT_LINE_END.sub(self._join, text)
            text = text.replace(HYPHEN, "-")
        text = self._wide.joined(text)
        return _BLANKS.sub(" ", text)

    def _join(self, found: re.Match[str]) -> str:
        first, second = found[1], found[4]
        sign = found[3] or "-"
        is_marked = self._marks_cuts and not self._writes_sign
        is_cut = sign == _SIGN if is_marked else self._is_cut(first, second)
        return first + second if is_cut else f"{first}{sign}{second}"

    def _is_cut(self, first: str, second: str) -> bool:
        """Tell whether the two are one word."""
        if not second[0].islower() or not first[-1].isalpha():
            return False
        low, other = first.lower(), second.lower()
        if low + other in self._words:
            return True
        if f"{low}-{other}" in self._words:
            return False
        if is_word(low + other):
            return True
        return self._is_compounding or not (is_word(low) and is_word(other))


def _uncut(found: re.Match[str]) -> str:
    """Return what joins two parts that a line's end cut: nothing in an address, else what stands there."""
    text, start = found.string, found.start()
    if text[start] != "-":
        return ""
    word = max(text.rfind(" ", 0, start), text.rfind("\n", 0, start)) + 1
    return "" if "://" in text[word:start] else found[0]


@functools.cache
def _prepare() -> None:
    """Open the lists of words and the model of languages, which a process may not be able to do later."""
    prepare()
    is_word("")
