"""Part what is said in a text from its markup: addresses, attributes, numbers of order, times of cues.

`speech` is the text that a reader is shown, without what tells a program how to show it. `items` are what was
cut out and leads somewhere or says something by itself. What only dresses the words (emphasis, the line under
a heading, a backslash) is cut out and is no item.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from ingest.expressions import expression
from ingest.text.front_matter import Field

Kind = Literal[
    "link", "image", "address", "attribute", "tag", "shortcode", "number", "footnote", "struck", "code",
    "comment", "title", "time", "date", "style", "break",
]  # fmt: skip

ADDRESS = expression(
    r"\b(?:https?|ftp|file|mailto|tel)://?[^\s<>\[\]`\"]{1,2000}|\b(?:mailto|tel):[^\s<>\[\]`\"]{1,400}"
    r"|\bwww\.[^\s<>\[\]`\"]{1,2000}|[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}",
    re.IGNORECASE,
)
# One of these stands in each address; of those with a colon, most texts have none.
_IN_ADDRESS = ("@", "www.", "WWW.")
_WITH_COLON = (":/", "mailto:", "tel:", "MAILTO:", "TEL:")
_MARK = expression(r"[@:]")
_SIGN = expression(r"[@:Ww](?:(?<=[@:])|(?<=[Ww])[Ww]{2}\.)")
# Characters of an address that stand before the first of its signs, at most.
_BEFORE_COLON, _BEFORE_SIGN = len("mailto"), 64
_BLANK = expression(r"\s")
_BEHIND_ADDRESS = ".,;:!?'\"*_~)]}"
_ATTRIBUTE = expression(
    r"([#.]?[A-Za-z_:@][\w:.-]{0,80})(?:\s*=\s*(?:\"([^\"]{0,2000})\"|'([^']{0,2000})'|([^\s\"'>]{1,2000})))?"
)
_DATED = expression(
    r"(?:\A|[._-])(?:date|datetime|last[_-]?mod(?:ified)?|modified|last[_-]?updated|updated|revised|published|pubdate"
    r"|created|timestamp)(?:[_-]?(?:at|on|date|time|gmt))?\Z"
    r"|\A(?:publish|published|modified|update|updated|creation|created|post)[_-]?(?:date|time|at|on)\Z",
    re.IGNORECASE,
)
_IS_DATE = expression(r"[0-9]{4}(?:-[0-9]{1,2}){0,2}(?:\D.*)?\Z|[0-9]{1,2}[./ -].{1,20}\Z", re.DOTALL)


class Item(msgspec.Struct, frozen=True):
    """A piece of markup that says something: its kind, what it is of, and its value."""

    kind: Kind
    value: str
    of: str = ""


class Cut(msgspec.Struct, frozen=True, order=True):
    """A stretch of a text that is no speech, and what stands in its place."""

    start: int
    end: int
    instead: str = ""


class Speech(msgspec.Struct, frozen=True):
    """What is said of a text, where it stands in the whole of it, its items, and the fields of its head.

    `starts` are pairs of places, in `text` and in the whole text, where a stretch begins. `places` are
    those of the items in the whole text, where they are known.
    """

    text: str
    starts: tuple[tuple[int, int], ...] = ((0, 0),)
    items: tuple[Item, ...] = ()
    fields: tuple[Field, ...] = ()
    places: tuple[int, ...] = ()

    def place(self, offset: int) -> int:
        """Tell where a place of `text` is in the whole text."""
        here, there = self.starts[bisect_right(self.starts, offset, key=lambda each: each[0]) - 1]
        return there + offset - here

    def within(self, place: int) -> int:
        """Tell where a place of the whole text is in `text`; of one that was cut out, where it was."""
        at = max(0, bisect_right(self.starts, place, key=lambda each: each[1]) - 1)
        here, there = self.starts[at]
        end = self.starts[at + 1][0] if at + 1 < len(self.starts) else len(self.text)
        return max(0, min(here + place - there, end))


def without(
    text: str,
    cuts: Iterable[Cut],
    items: Iterable[Item] = (),
    fields: Iterable[Field] = (),
    places: Iterable[int] = (),
) -> Speech:
    """Return the text without these stretches; of two that overlap the one that begins first counts."""
    kept: list[str] = []
    starts: list[tuple[int, int]] = [(0, 0)]
    at = length = 0
    for cut in sorted(cuts):
        if cut.start < at:
            continue
        kept += (text[at : cut.start], cut.instead)
        length += cut.start - at + len(cut.instead)
        at = cut.end
        starts.append((length, at))
    if not kept:
        return Speech(text, items=tuple(items), fields=tuple(fields), places=tuple(places))
    kept.append(text[at:])
    return Speech("".join(kept), tuple(starts), tuple(items), tuple(fields), tuple(places))


def plain(text: str) -> Speech:
    """Return the speech of plain text: of it only addresses are markup."""
    found = addresses(text)
    items = (Item("address", text[cut.start : cut.end]) for cut in found)
    return without(text, found, items, places=(cut.start for cut in found))


def addresses(text: str) -> list[Cut]:
    """Return where addresses stand in a text."""
    with_colon = ":" in text and any(sign in text for sign in _WITH_COLON)
    if not with_colon and not any(sign in text for sign in _IN_ADDRESS):
        return []
    return [Cut(found.start(), found.start() + len(_address(found[0]))) for found in _each_address(text)]


def _each_address(text: str) -> Iterator[re.Match[str]]:
    """Yield what `ADDRESS` finds, looked for only around the signs of which each has one, between blanks."""
    at = end = 0  # `end` is where the next blank stands
    for sign in (_SIGN if "www." in text.lower() else _MARK).finditer(text):
        if sign.start() < at:
            continue
        if end < sign.end():
            blank = _BLANK.search(text, sign.end())
            end = blank.start() if blank else len(text)
        before = _BEFORE_COLON if sign[0] == ":" else _BEFORE_SIGN
        start = max(at, sign.start() - before)
        start = max(
            start, text.rfind(" ", start, sign.start()) + 1, text.rfind("\n", start, sign.start()) + 1
        )
        found = ADDRESS.search(text, start, end)
        if found is not None:
            yield found
        at = end if found is None else found.end()


def _address(written: str) -> str:
    """Return an address without the marks of the sentence that it ends."""
    bare = written.rstrip(_BEHIND_ADDRESS)
    if "(" in bare and written[len(bare) :].startswith(")"):
        bare = written[: len(bare) + 1]
    return bare or written


def attributes(inside: str, of: str) -> Iterator[Item]:
    """Yield the attributes of a tag: `class="wide"`, `.wide`, `#top`; a date is an item of its own kind."""
    for found in _ATTRIBUTE.finditer(inside):
        value = next((each for each in found.groups()[1:] if each is not None), "")
        name = found[1].lower() if found[1][0] not in "#." else found[1]
        kind: Kind = "date" if is_dated(name) and is_date(value) else "attribute"
        yield Item(kind, value, f"{of}.{name}" if of else name)


def is_dated(name: str) -> bool:
    """Tell whether under this name it is said when a text was written, brought up to date or published."""
    return _DATED.search(name) is not None


def is_date(value: str) -> bool:
    """Tell whether a value begins as a date does, or says nothing."""
    return not value.strip() or _IS_DATE.match(value.strip()) is not None
