"""How many words and sentences a text has.

Words are counted in the text as it is meant (see `plain`): a broken word is one.

A word begins with a letter or digit and goes on through letters, digits, underscores,
combining marks, soft hyphens and zero-width joiners. One apostrophe (' or U+2019) or hyphen
(-, U+2010 or U+2011) between two of these runs does not end it: `foto's`, `VVD-leider` and
`x-y-z` are one word each, `a--b` and `a/b` are two. In a script that puts no space between its
words, a whole run is one word.

A sentence is what the library cuts off as one, if it has a letter or digit; an empty line
always ends it. Two pieces are joined again where the first ends in an abbreviation that does
not end a sentence (`drs.`, `o.a.`, `e.g.`), or in one that may (`jl.`, `enz.`, `nr.`) when the
next begins with a small letter or a digit. An abbreviation in capitals is none: `ING.`
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

import unicodedata2

from ingest.expressions import expression, possessive
from ingest.text import abbreviations
from ingest.text.plain import plain

_SMALL = 65_536
_MARK_RANGE = range(0x0300, 0x20000)
_JOINERS = "\u00ad\u200c\u200d\u2060"

# One call for a text up to this length, else windows: the library takes quadratic time for
# text full of quotes.
_ONE_CALL = 4096
_WINDOW = 2048
_DENSE = 8

_LETTER = expression(r"[^\W_]")
_PUNCTUATION = expression(r"[^\w\s]")
_WORDS_AND_BLANKS = bytes(code for code in range(128) if re.match(r"[\w\s]", chr(code)))
_QUOTE = expression(r"[\"'`´‘’‚‛“”„‟«»‹›()\[\]{}<>「」『』〈〉《》【】]")
_WIDE_BLANK = expression("[\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")


def prepare() -> None:
    """Load the library and build what words are found by."""
    _word()
    _library()


def words(text: str) -> int:
    """Return the number of words."""
    text = plain(text)
    quick = _western_words(text)
    if quick is not None:
        return quick
    if len(text) <= _SMALL:
        return len(_word().findall(text))
    return sum(1 for _ in _word().finditer(text))


def _western_words(text: str) -> int | None:
    """Return the same number for a text that one byte a character can hold, eight times as fast; else None.

    Every character becomes a letter, a joint or a blank. A word begins where a letter follows a blank,
    or a joint that no letter stands before.
    """
    for encoding in ("latin-1", "cp1252"):  # the first takes no time
        try:
            kinds = text.encode(encoding).translate(_kinds(encoding))
            break
        except UnicodeEncodeError:
            continue
    else:
        return None
    if 0x5F in kinds:  # _
        return None
    found = kinds.count(b" w") + kinds.startswith(b"w")
    joint = kinds.find(b"-")
    while joint >= 0:
        if kinds[joint + 1 : joint + 2] == b"w" and (not joint or kinds[joint - 1 : joint] != b"w"):
            found += 1
        joint = kinds.find(b"-", joint + 1)
    return found


@functools.cache
def _kinds(encoding: str) -> bytes:
    """Return the kind of each byte of a code page: w a letter or digit, - a joint, _ what needs all rules."""
    kinds = []
    for code in range(256):
        char = bytes([code]).decode(encoding, "replace")
        if char in "_" + _JOINERS:
            kinds.append("_")
        elif char in "'-\u2019":
            kinds.append("-")
        else:
            kinds.append("w" if char.isalnum() else " ")
    return "".join(kinds).encode()


def sentences(text: str, language: str) -> int | None:
    """Return the number of sentences, by the rules of the language (ISO 639-1).

    None if the library fails on the text.
    """
    try:
        return _sentences(text, language)
    except BaseException as fault:
        # A panic in the library is not an Exception, and its type cannot be imported. It is a
        # defect there, and no reason to be without the document.
        if type(fault).__name__ == "PanicException":
            return None
        raise


def _sentences(text: str, language: str) -> int:
    tally = _Tally(language)
    segment = _library()
    if len(text) <= _ONE_CALL:
        tally.add(segment(language, _narrow(text)), "")
        return tally.sentences
    start = 0
    while start < len(text):
        window = _narrow(_sparse(text[start : start + _WINDOW]))
        pieces = segment(language, window) or [window]
        start += _WINDOW
        if start >= len(text):
            tally.add(pieces, "")
        elif len(pieces[-1]) * 2 > _WINDOW:
            tally.add(pieces, None)
        else:
            # The last piece may go on after the window, so the next one begins with it again.
            tally.add(pieces[:-1], pieces[-1])
            start -= len(pieces[-1])
    return tally.sentences


class _Tally:
    """Counts pieces, and remembers between two calls whether a sentence is still going on."""

    def __init__(self, language: str) -> None:
        self.sentences = 0
        self._language = language
        self._going_on = False

    def add(self, pieces: list[str], following: str | None) -> None:
        """Count the pieces; `following` is what comes after them, None if the last goes on."""
        joins, tails, short = abbreviations.joins, abbreviations.TAILS, abbreviations.SHORT
        language = self._language
        found, going_on = self.sentences, self._going_on
        for piece, next_piece in zip(pieces, [*pieces[1:], following], strict=False):
            if piece[:1].isalnum() or _LETTER.search(piece) is not None:
                if not going_on:
                    found += 1
                if next_piece is None:
                    going_on = True
                    continue
                tail = piece[-24:].rstrip()[-3:]  # what `joins` asks first, and answers no to nearly always
                going_on = (tail in tails or tail[-2:] in short) and joins(piece, next_piece, language)
            elif piece.isspace():
                going_on = False
        self.sentences, self._going_on = found, going_on


def _narrow(text: str) -> str:
    # The library fails on a single capital before a blank of more than one byte.
    return text if text.isascii() else _WIDE_BLANK.sub(" ", text)


def _sparse(window: str) -> str:
    # What is beyond ASCII counts as punctuation first: most windows have little of either.
    if len(window.encode("utf-8", "replace").translate(None, _WORDS_AND_BLANKS)) * _DENSE <= len(window):
        return window
    if len(_PUNCTUATION.findall(window)) * _DENSE <= len(window):
        return window
    return _QUOTE.sub(" ", window)


@functools.cache
def _library() -> Callable[[str, str], list[str]]:
    import sentencex  # noqa: PLC0415 - slow to load, and few texts need it

    segment: Callable[[str, str], list[str]] = sentencex.segment
    return segment


@functools.cache
def _word() -> re.Pattern[str]:
    marks = "".join(char for char in map(chr, _MARK_RANGE) if unicodedata2.category(char)[0] == "M")
    # One set of \w and the marks would be seven times slower: the marks beyond the BMP are looked
    # through one by one, so a character goes there only when it is beyond Latin-1's half.
    mark = f"[{_JOINERS}{marks}\U000e0100-\U000e01ef]"
    joined = r"['\u2019\u2010\u2011-][^\W_]"
    more = rf"(?:{joined}|(?=[\xad-\U0010ffff]){mark})\w*+"
    return re.compile(r"[^\W_]\w*+" + possessive(more, begun=f"{joined}|{mark}"))
