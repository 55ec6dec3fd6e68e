"""A sentence as its tokens are compared: each word and each sign that speaks, under what it is equal to.

Two readings with the same keys say the same in the same order. The text is folded first (`text/plain.py`).
A key folds what is called typography: capitals, kinds of quotation marks and dashes, invisible characters.
Stops and commas have no key: `pauses` compares them. What speaks keeps its own: `?`, `<`, `✓`, a dash at a
figure, the capital of `May`, of `polish` and `Polish` (`capitals`), `mW` and `MW`.
"""

from __future__ import annotations

import re

import msgspec

from ingest.edits import capitals
from ingest.expressions import expression
from ingest.facts.model import Slot
from ingest.text import abbreviations
from ingest.text.lexicon import Lexicon
from ingest.text.plain import plain, plain_with_places
from ingest.text.words import count, folded, is_word, tokens, with_capitals

_PAUSES = frozenset(",.:;…·-‐‑‒–—―−﹘﹣－¸،؛、。，．：；।۔")
_DASHES = frozenset("-‐‑‒–—―−﹘﹣－")
_QUOTES = frozenset("‘’‚‛`´ʼ“”„‟«»‹›\"＂＇'′″")
_DOUBLE = frozenset('“”„‟«»"″＂')
_UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f\u200e\u200f")
_BULLETS = frozenset("-*+•–—·#")
_CLOSING = _QUOTES | frozenset(")]*_")  # behind a word; a sentence goes on behind them
_LONGEST_MARK = 3  # tokens of an item's mark: `(a)`
_LONGEST_ABBREVIATION = 24
# Units that are another one with another capital: milli and mega, bit and byte.
_UNITS = frozenset(["m", "mw", "mb", "mg", "mj", "mhz", "mpa", "ms", "ml", "kb", "gb", "tb", "pb", "mbit"])
_UNIT = expression(r"[0-9][0-9.,]*-?([^\W\d_]{1,4})\Z")
_BEHIND_FIGURE = expression(r"[0-9]\s?-?([^\W\d_]+)\Z")
_STARTS = frozenset((".", "!", "?", ":", "\n", ""))

# Letters and digits with dots, slashes or an @ between them, and no blank: a letter more leads elsewhere.
ADDRESS = expression(
    r"[a-z][a-z0-9+.-]*://[^\s<>\"]+|(?:mailto:|www\.)[^\s<>\"]+"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w.])@\w{2,}"
    r"|(?<![\w.])(?:[a-z0-9-]{2,}\.)+(?-i:[a-z]{2,})(?:/[^\s<>\"]*)?(?![\w])"
    r"|(?<![\w.])(?:[.~]{0,2}/[\w.~-]+){2,}/?|(?<!\w)[A-Za-z]:\\[^\s<>\"]+|(?<![\w.])#[A-Za-z_]\w+",
    re.IGNORECASE,
)
_ADDRESS = "address "  # before the key of one
_MAY_ADDRESS = expression(r"[@/\\#]|\w\.[a-z]{2}", re.IGNORECASE)


class ComparedToken(msgspec.Struct, frozen=True):
    """A token that speaks: its key, how it is written, and where it is."""

    key: str
    text: str
    start: int
    end: int
    slot: Slot | None = None  # where it stands for the tokens of a value
    dotted: bool = False  # whether a stop follows at once

    @property
    def is_word(self) -> bool:
        """Tell whether it is a word, and no sign."""
        return is_word(self.text)

    @property
    def may_be_small(self) -> bool:
        """Tell whether the capital that it begins with says nothing: it equals the word without one."""
        return self.key[:1].islower() and self.text[:1].isupper()

    @property
    def is_address(self) -> bool:
        """Tell whether it is an address, of which each letter counts."""
        return self.key.startswith(_ADDRESS)


def compared_tokens(text: str, lexicon: Lexicon) -> list[ComparedToken]:
    """Return the tokens of a sentence that speak, in order: as they are meant, where they are written."""
    if plain(text) is text:
        return _read(text, lexicon)
    meant, places = plain_with_places(text)
    return [
        msgspec.structs.replace(each, start=places[each.start], end=places[each.end])
        for each in _read(meant, lexicon)
    ]


def _read(text: str, lexicon: Lexicon) -> list[ComparedToken]:
    addresses = (
        [(found.start(), found.end()) for found in ADDRESS.finditer(text)]
        if _MAY_ADDRESS.search(text)
        else []
    )
    found: list[ComparedToken] = []
    cut = tokens(text)
    tone = _Tone(text.isupper() and count(text) > 1, capitals.is_title(cut, lexicon))
    at = quotes = first = 0  # `first` of what was found begins the line
    before, line_begins = "", True
    for number, mark in enumerate(cut):
        start, at = at, at + len(mark)
        if mark.isspace():
            line_begins = line_begins or "\n" in mark
            continue
        if addresses and addresses[0][1] <= start:
            addresses.pop(0)
        if addresses and addresses[0][0] <= start:
            first, end = addresses[0]
            if start == first or (not found or found[-1].end != end):
                written = text[max(first, start) : end].rstrip(".,;:!?)'\"*_")
                found.append(ComparedToken(f"{_ADDRESS}{written}", written, start, end))
            before, line_begins = mark, False
            continue
        following = cut[number + 1] if number + 1 < len(cut) else ""
        first = len(found) if line_begins else first
        if is_word(mark):
            beyond = cut[number + 2] if following.isspace() and number + 2 < len(cut) else following
            key = _word(mark, (before, beyond), found, lexicon, tone)
        elif line_begins and mark in _BULLETS and (following.isspace() or following == mark == "#"):
            key = ""
            if mark == "#":
                before = "\n"
                continue  # so does the next one
        else:
            beyond = cut[number + 2] if following.isspace() and number + 2 < len(cut) else following
            key = _sign(mark, cut[number - 1] if number else "", found, (following, beyond), quotes)
            if mark in _QUOTES:
                quotes += 1
                if key == "'" and found and found[-1].key == "'" and found[-1].end == start:
                    key = ""
        if key:
            found.append(ComparedToken(key, mark, start, at, dotted=following == "."))
        if line_begins and not key:
            before = "\n"
        elif mark == ")" and len(found) - first <= _LONGEST_MARK:
            before = "\n"  # `(a) The costs`
        elif not (mark in _CLOSING and not is_word(following or " ")) and not (
            mark == "." and _goes_on(text, at, lexicon)
        ):
            before = mark
        line_begins = False
    return found


def _goes_on(text: str, end: int, lexicon: Lexicon) -> bool:
    """Tell whether the stop before `end` is one of an abbreviation or a letter: `the U.S. Army`."""
    return (text[end - 2 : end - 1].isalpha() and not text[max(0, end - 3) : end - 2].isalnum()) or (
        abbreviations.joins(text[max(0, end - _LONGEST_ABBREVIATION) : end], "a", lexicon.language or "en")
    )


class _Tone(msgspec.Struct, frozen=True):
    """How a sentence uses capitals: throughout, or at each word as titles do."""

    shouts: bool
    titled: bool


def _word(
    mark: str, beside: tuple[str, str], found: list[ComparedToken], lexicon: Lexicon, tone: _Tone
) -> str:
    """Return the key of a word. `beside` are the marks before and behind it."""
    low = folded(mark)
    if mark == low:
        return low
    mark = with_capitals(mark)  # an apostrophe of another kind is no capital
    if mark == low:
        return low
    before, _ = beside
    if low in lexicon.unsure_months and before not in _STARTS:
        return mark
    unit = _UNIT.match(low)
    letters = unit[1] if unit else low if found and found[-1].text[-1:].isdigit() else ""
    if letters in _UNITS:
        return mark
    if tone.shouts or not lexicon.is_known:
        return low
    if len(mark) > 1 and mark.isupper() and low in lexicon.common:
        return mark  # `WHO`, `US`
    enclosed = len(mark) == 1 and beside in (("(", ")"), ("[", "]"))
    if enclosed or capitals.is_inside(before) or (before == ":" and low in lexicon.also_names):
        return mark if capitals.speaks(mark, low, beside, lexicon, titled=tone.titled) else low
    coded = mark[0].isalpha() and any(map(str.isdigit, mark))  # `Covid-19`, `COVID-19`
    if mark[1:] == low[1:] or coded or not capitals.speaks(mark, low, beside, lexicon, titled=tone.titled):
        return low
    return low[:1] + mark[1:]  # of what begins a sentence the first letter alone may have a capital


def _sign(
    mark: str, previous: str, found: list[ComparedToken], following: tuple[str, str], quotes: int
) -> str:
    """Return the key of a mark, none where it only pauses or is not seen. `quotes` are those before it.

    `following` is the mark behind it, and that behind a blank.
    """
    after_figure = previous[:1].isdigit() or previous[-1:].isdigit()
    if mark in _QUOTES:
        if mark in "′″" or (after_figure and mark in "'\"’”" and quotes % 2 == 0):
            return '"' if mark in _DOUBLE else "′"  # feet and inches
        elided = mark in "'’‘" and len(following[0]) == 2 and following[0].isdigit()
        return "" if elided and not previous[-1:].isalnum() else "'"  # `the '90s`
    if mark in _UNSEEN:
        return ""
    if mark not in _PAUSES:
        return folded(mark) or mark
    behind, beyond = following
    kind = "-" if mark in _DASHES else mark
    if behind[:1].isdigit():
        # a sign before a figure, or a mark between two
        stands_off = not previous[-1:].isalnum()
        return kind if after_figure or (stands_off and kind in "-.") else ""
    if kind == "." and not previous.strip() and behind[:1].islower():
        return kind  # `.net`
    if kind == "-" and (mark == "−" or (_is_operand(found) and len(beyond) == 1 and beyond.isalnum())):
        return kind  # `a − b`
    between = beyond[:1].isdigit() and bool(found) and found[-1].text[-1:].isdigit()
    return kind if between and kind in "-," else ""


def _is_operand(found: list[ComparedToken]) -> bool:
    return bool(found) and len(found[-1].text) == 1 and found[-1].is_word


def unit_of(written: str) -> str:
    """Return the letters behind a figure as they stand, where another capital makes them another unit."""
    letters = _BEHIND_FIGURE.search(written)
    return letters[1] if letters and letters[1].lower() in _UNITS else ""
