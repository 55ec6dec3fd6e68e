r"""The one folding: a text as it is meant, whatever characters it was written with.

What counts words, what compares texts and what indexes them all ask here, so that they take the same things
for the same:

* letters in one character: `ĳ`, `ﬁ`, `ǆ`, Roman numerals, the forms of Arabic and Hebrew, radicals of Han;
* full-width and half-width forms, letters and digits of mathematics, the digits of every script;
* a fraction in one character beside no digit: `½` is `1/2`;
* the figures of a formula and of a unit of length: `CO₂`, `m²`; other small figures say more than that: `x²`;
* what is not seen: soft hyphens, zero-width characters, marks of direction, variation selectors;
* a word broken at a line's end, `gemeente-\nraad`; the hyphen stays behind `ex` and its like, which keep it;
* character references: `&nbsp;`, `&shy;`, `&#8217;`;
* UTF-8 that was read as Windows-1252: `cafÃ©`;
* a grave or acute mark between two letters, put for an apostrophe: "don`t".

What is shown is always the text as it was written. Capitals, accents and marks are folded elsewhere, by who
needs it: `words.folded` and the index.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from html.entities import html5

import unicodedata2

from ingest.expressions import expression

_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2064"
    "\u206a-\u206f\ufe00-\ufe0f\ufeff"
)
_ZEROS = (
    "\u0660\u06f0\u07c0\u0966\u09e6\u0a66\u0ae6\u0b66\u0be6\u0c66\u0ce6\u0d66\u0de6\u0e50\u0ed0\u0f20\u1040"
    "\u1090\u17e0\u1810\u1946\u19d0\u1a80\u1a90\u1b50\u1bb0\u1c40\u1c50\ua620\ua8d0\ua900\ua9d0\ua9f0\uaa50\uabf0"
)
_DIGITS = "".join(f"{zero}-{chr(ord(zero) + 9)}" for zero in _ZEROS)
# Written in one character, or in another form of the same one. No circled figures: those say more.
_COMPATIBLE = (
    "\u0132\u0133\u013f\u0140\u0149\u017f\u01c4-\u01cc\u01f1-\u01f3\u0587\u0675-\u0678\u0e33\u0eb3\u0edc\u0edd"
    "\u2002-\u200a\u2116\u2126\u212a\u212b\u2160-\u217f\u2e9f\u2ef3\u2f00-\u2fd5\u3131-\u318e\uf900-\ufaff"
    "\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufb4f\ufb50-\ufdf2\ufe70-\ufefc\uff01-\uffee\U0001d400-\U0001d7ff"
)
_FRACTIONS = "\u00bc-\u00be\u2150-\u215e"

# What Windows-1252 makes of the bytes with which UTF-8 goes on within a character.
_GOING_ON = bytes(range(0x80, 0xC0)).decode("cp1252", "ignore")
_TAIL = f"[{re.escape(_GOING_ON)}\x80-\x9f]"
_QUOTES = frozenset("‘’‚“”„«»‹›…–—\xa0")
_LETTER = r"[^\W\d_]"

# Characters at which something written otherwise may begin: for most texts they are all that is asked.
_BEGINS = expression(f"[-\u2010&`´ÃÂâðÄÅÐÑÎÏ²³₀-₉{_UNSEEN}{_DIGITS}{_COMPATIBLE}{_FRACTIONS}]")
_MOJIBAKE = expression(rf"[ÃÂ]{_TAIL}|â{_TAIL}{{2}}|ð{_TAIL}{{3}}|[ÄÅÐÑÎÏ]{_TAIL}")
_REFERENCE = expression(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BROKEN = expression(rf"(?<={_LETTER})[-\u00ad\u2010][ \t]*\n[ \t]*(?={_LETTER})")
_UNSEEN_ONE = expression(f"[{_UNSEEN}]")
_BREAKING = frozenset("-\u2010\u00ad")
_MISREAD = frozenset("ÃÂâðÄÅÐÑÎÏ")
_APOSTROPHES = frozenset("`´")
_LOW, _HIGH = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)), {"²": "2", "³": "3"}
_BEHIND_ELEMENT = expression(r"(?:[A-Z][a-z]?[)\]]?|[₀-₉]\.?)\Z")  # the last: `C₁₂H₂₂`, `PM₂.₅`
_BEHIND_LENGTH = expression(r"(?<![^\W\d_])(?:(?:[kcdmhnµμ]|da)?m|ft|yd|mi)\Z")
_LONGEST_UNIT = 4  # with the character before
_KEPT = frozenset("-\u2010&") | _MISREAD | _APOSTROPHES | _LOW.keys() | _HIGH.keys()
_KEEPS_HYPHEN_LIST = """
    ex non anti pro vice oud semi quasi pseudo co all half mid self well niet bijna ultra neo post pre
    über nicht halb
"""
_KEEPS_HYPHEN = frozenset(_KEEPS_HYPHEN_LIST.split())
_LONGEST_KEEPING = max(map(len, _KEEPS_HYPHEN)) + 1
_MOST_PARTS = 100_000  # of a text that are held before they are joined: each may be a character
_LAST_WORD = expression(r"[\w'’-]*\Z")


def plain(text: str) -> str:
    """Return the text as it is meant; the same object where nothing is written otherwise."""
    if text.isascii() and "&" not in text and "-" not in text and "`" not in text:
        return text
    joined: list[str] = []
    made: list[str] = []
    at = 0
    for start, end, meant in _written_otherwise(text):
        made += (text[at:start], meant)
        if len(made) > _MOST_PARTS:
            joined.append("".join(made))
            made.clear()
        at = end
    return "".join((*joined, *made, text[at:])) if at else text


def plain_with_places(text: str) -> tuple[str, list[int]]:
    """Return the text as it is meant, and of each of its characters, and of its end, the place it had."""
    made: list[str] = []
    places: list[int] = []
    at = 0
    for start, end, meant in _written_otherwise(text):
        made += (text[at:start], meant)
        places += (*range(at, start), *[start] * len(meant))
        at = end
    places += range(at, len(text) + 1)
    return "".join((*made, text[at:])), places


def _written_otherwise(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield each place that is written otherwise, and what it means."""
    at = 0
    while begins := _BEGINS.search(text, at):
        start = begins.start()
        char = begins[0]
        at = start + 1
        if char in _BREAKING:
            found = _BROKEN.match(text, start)
            if found is not None and text[found.end()].islower():
                at = found.end()
                yield start, at, _joint(found)
            elif char == "\u00ad":
                yield start, at, ""
        elif char == "&":
            found = _REFERENCE.match(text, start)
            said = _referred(found[0]) if found else None
            if found is not None and said is not None:
                at = found.end()
                yield start, at, "".join(map(_one, said))
        elif char in _MISREAD:
            found = _MOJIBAKE.match(text, start)
            said = _read_again(found) if found else None
            if found is not None and said is not None:
                at = found.end()
                yield start, at, "".join(map(_one, said))
        elif char in _APOSTROPHES:
            if text[start - 1 : start].isalpha() and text[at : at + 1].isalpha():
                yield start, at, "'"
        elif char in _LOW or char in _HIGH:
            behind = _BEHIND_ELEMENT if char in _LOW else _BEHIND_LENGTH
            if behind.search(text[max(0, start - _LONGEST_UNIT) : start]):
                yield start, at, _LOW.get(char) or _HIGH[char]
        elif (said := _one(char)) != char and not (_is_fraction(char) and _beside_digit(text, start)):
            yield start, at, said


def _is_fraction(char: str) -> bool:
    return char in "¼½¾" or "\u2150" <= char <= "\u215e"


def _beside_digit(text: str, at: int) -> bool:
    return text[at - 1 : at].isdecimal() or text[at + 1 : at + 2].isdecimal()


@functools.lru_cache(maxsize=4096)
def _one(char: str) -> str:
    """Return what one character means."""
    if _BEGINS.match(char) is None or char in _KEPT:
        return char
    if _UNSEEN_ONE.match(char):
        return ""
    if unicodedata2.category(char) == "Nd":
        return str(unicodedata2.decimal(char))
    composed: str = unicodedata2.normalize("NFKC", char)
    return composed.replace("\u2044", "/")


def _read_again(found: re.Match[str]) -> str | None:
    """Return what UTF-8 says that was read as Windows-1252; None where it is none."""
    written, before = found[0], found.string[found.start() - 1 : found.start()]
    if before.isupper() and written[1] in _QUOTES:
        return None  # `IRMÃ”`: a word in capitals, and a quotation mark
    within_word = before.islower() or found.string[found.end() : found.end() + 1].isalpha()
    if written[0] in "ÄÅÐÑÎÏ" and not within_word:
        return None
    try:
        return bytes(map(_byte, written)).decode()
    except UnicodeDecodeError:
        return None


@functools.lru_cache(maxsize=256)
def _byte(char: str) -> int:
    return char.encode("cp1252")[0] if char.encode("cp1252", "ignore") else ord(char)


def _referred(reference: str) -> str | None:
    name = reference[1:]
    if name[0] != "#":
        return html5.get(name)
    number = int(name[2:-1], 16) if name[1] in "xX" else int(name[1:-1])
    if not 0x20 <= number < 0x110000 or 0xD800 <= number < 0xE000:
        return None
    return chr(number)


def _joint(found: re.Match[str]) -> str:
    """Return what stands in a broken word in place of its hyphen and line end: nothing, or the hyphen."""
    before = _LAST_WORD.search(found.string[max(0, found.start() - _LONGEST_KEEPING) : found.start()])
    word = before[0].lower() if before else ""
    return "-" if found[0][0] != "\u00ad" and (len(word) == 1 or word in _KEEPS_HYPHEN) else ""
