"""Words that a line's end cut apart: which hyphens are the word's own, and which go.

The tags say it of some; else the document's own other uses decide, then a list of words.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable

from ingest.expressions import expression
from ingest.normalise.documents.pdf_file import APART, HYPHEN
from ingest.normalise.documents.pdf_wide import Wide
from ingest.normalise.language import detect, prepare
from ingest.text.wordlist import LANGUAGES, is_word

_SIGN = "\u2010"
_AT_LINE_END = expression(rf"([\w'’]+)(?:({HYPHEN})\s*|([-{_SIGN}])[ \t]*[\r\n]+\s*)([\w'’]+)")
_CUT = expression(rf"{HYPHEN}|[-{_SIGN}][ \t]*[\r\n]")  # nothing else is at a line's end
_MARKED = expression(rf"\u00ad|\w{_SIGN}[ \t]*(?:[\r\n]|\Z)")
_PLAIN = expression(rf"\w(?:-[ \t]*(?:[\r\n]|\Z)|{HYPHEN})")
_IN_WORD = expression(rf"\w{_SIGN}\w")
_SOFT = expression(r"\u00ad\s*")
_WORD = expression(r"[\w'’]+(?:-[\w'’]+)*")
_HYPHENS = expression(rf"[-{_SIGN}{HYPHEN}]")
_CUT = expression(rf"([^\W\d_]+)(?:{HYPHEN}\s*|[-{_SIGN}][ \t]*[\r\n]+\s*)([^\W\d_]+)")
_FIRST_WORD = expression(r"\A\s*[\w'’]+")
_LAST_CUT = expression(rf"[\w'’]+[-{_SIGN}{HYPHEN}\u00ad]\s*\Z")
_LIGATURES = dict(enumerate(("ff", "fi", "fl", "ffi", "ffl", "st", "st"), 0xFB00))
_BLANKS = expression(r"[ \t\r\n\f\v]+")
# An address that a line's end cut where a browser would not.
_ADDRESS_CUT = expression(r"(?<=[a-z]:)[ \t]*[\r\n]\s*(?=//\w)|(?<=/)-[ \t]*[\r\n]\s*(?=\S)")
_COMPOUNDING = frozenset(("nl", "de", "da", "sv", "no", "fi", "hu"))
_LOOK_AT = 20_000
_LOOK_BACK = 20
_SEVERAL = 3


class Hyphens:
    """What a document writes with a hyphen and what without."""

    def __init__(self, texts: Iterable[str], *, apart: bool = False) -> None:
        """Take the texts; `apart` says that the file draws hyphens by themselves wherever they stand.

        Where it does not, one that is drawn by itself at the end of a line was made by the line's end.
        """
        _prepare()
        self._apart = HYPHEN if apart else "\u00ad"
        texts = [text.replace(APART, self._apart) for text in texts]
        whole = "\n".join(texts)
        self._texts = texts
        self._wide = Wide(texts)
        words = set(_WORD.findall(whole))
        self._words = words | set(map(str.lower, words))
        # Where a document marks the hyphens that a line's end made, every other is a word's own.
        marked, plain = len(_MARKED.findall(whole)), len(_PLAIN.findall(whole))
        self._writes_sign = _SIGN in whole and _IN_WORD.search(whole) is not None
        ends = itertools.accumulate(map(len, texts))
        beginning = texts[: sum(end < _LOOK_AT for end in ends) + 1]
        self._marks_cuts = marked > plain
        language = detect(_BLANKS.sub(" ", " ".join(beginning)))
        self._is_compounding = language in _COMPOUNDING
        self._is_listed = language in LANGUAGES
        self._cuts_none = self._is_listed and self._knows_none()

    def joined(self, text: str) -> str:
        """Return the text in one line, its words whole."""
        if not text.isascii():
            text = text.translate(_LIGATURES)
        if APART in text:
            text = text.replace(APART, self._apart)
        if "\u00ad" in text:
            text = _SOFT.sub("", text)
        if "/" in text:
            text = _ADDRESS_CUT.sub(_uncut, text)
        if _CUT.search(text) is not None:
            text = _AT_LINE_END.sub(self._join, text)
            text = text.replace(HYPHEN, "-")
        text = self._wide.joined(text)
        return _BLANKS.sub(" ", text)

    def _join(self, found: re.Match[str]) -> str:
        first, second = found[1], found[4]
        sign = found[3] or "-"
        is_marked = self._marks_cuts and not self._writes_sign
        before = found.string[max(0, found.start() - _LOOK_BACK) : found.start()]
        is_cut = sign == _SIGN if is_marked else self._is_cut(first, second, before)
        return first + second if is_cut else f"{first}{sign}{second}"

    def _is_cut(self, first: str, second: str, before: str) -> bool:
        """Tell whether the two are one word; `before` is what stands before them."""
        if not first[-1].isalpha() or not second[0].isalpha():
            return False
        low, other = first.lower(), second.lower()
        if f"{low}-{other}" in self._words:
            return False
        if first + second in self._words:
            return True
        if (first + second).isupper() and before.isupper():
            is_alone = False  # all is in capitals
        elif not second[0].islower():
            return False
        else:
            # A line's end leaves no letter by itself, and cuts no abbreviation.
            is_alone = len(first) == 1 or first.isupper()
        if low + other in self._words or is_word(low + other):
            return True
        if is_alone or self._cuts_none:
            return False
        return self._is_compounding or not (self._stands_alone(low) and self._stands_alone(other))

    def _knows_none(self) -> bool:
        """Tell whether several lines end with a hyphen, and none leaves the half of a word that is known."""
        halves = 0
        first = ""
        for text in self._texts:
            for one, other in _cuts(f"{first}\n{text}" if first else text):
                if other[0].islower():
                    halves += 1
                    whole = (one + other).lower()
                    if whole in self._words or is_word(whole):
                        return False
            last = _LAST_CUT.search(text)
            first = last[0] if last is not None else ""
        return halves >= _SEVERAL

    def _stands_alone(self, word: str) -> bool:
        """Tell whether a word is one: in a language without a list, where the document has it elsewhere."""
        return is_word(word) if self._is_listed else word in self._whole_words

    @functools.cached_property
    def _whole_words(self) -> set[str]:
        """Return the words of the document, without those at which a line's end cut another in two."""
        found: set[str] = set()
        is_cut = False
        for text in self._texts:
            kept = _AT_LINE_END.sub(" ", _SOFT.sub("", text))
            if is_cut:
                kept = _FIRST_WORD.sub(" ", kept)
            is_cut = _LAST_CUT.search(kept) is not None
            found.update(word.lower() for word in _WORD.findall(_LAST_CUT.sub(" ", kept)))
        return found


def _cuts(text: str) -> list[tuple[str, str]]:
    """Return the two halves of each word that may have been cut by the end of a line."""
    return [(found[1], found[2]) for found in _CUT.finditer(text)] if _HYPHENS.search(text) else []


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
