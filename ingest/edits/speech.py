"""What two versions say, and what of their markup differs: fields, targets, attributes, numbers, times."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import msgspec

from ingest.diff.queues import Queues
from ingest.edits import outline
from ingest.edits.edit import ChangedFact, Text
from ingest.expressions import expression
from ingest.text import markdown_markup, markup, subtitle_markup
from ingest.text.front_matter import Field
from ingest.text.markup import Item, Kind, Speech
from ingest.text.words import folded

_READERS: dict[str, Callable[[str], Speech]] = {"markdown": markdown_markup.read}
_TIMES_IN_TEXT = "subtitles/1"  # a way that left the times of cues in the text
_TITLES = frozenset(("title", "headline"))
_FIRST_HEADING = expression(r"\s{0,200}#{1,6}[ \t]+([^\n]{1,1000}?)[ \t]*#*[ \t]*(?:\n|\Z)")
_SWITCHES = frozenset(("true", "false", "yes", "no", "on", "off"))  # `published: false` is no date
_OF_EFFECT = (
    "effective", "expir", "valid", "deadline", "due", "embargo", "commence", "ingang", "geldig", "verval",
)  # fmt: skip
_NAMED: dict[Kind, str] = {
    "link": "where a link leads",
    "image": "an image",
    "address": "an address",
    "attribute": "attribute",
    "tag": "a tag",
    "shortcode": "a shortcode",
    "number": "a number of order",
    "footnote": "the number of a footnote",
    "struck": "what is struck or marked",
    "code": "code",
    "comment": "a comment",
    "title": "a title",
    "time": "the time of a cue",
    "date": "date",
    "style": "a style",
    "break": "a break of a line",
}

# Where these stand says what they are of. A number and code are said in their place.
_PLACED = frozenset(("link", "image", "address", "tag", "footnote", "break"))
_WORD = expression(r"\w+")
_LEVEL, _HEADING = "the level of a heading", "a heading"
_DEPTH = "the depth of an item"
_ITEMS = "how many items the lists have"
_PARAGRAPHS = "how many sentences each paragraph of a quotation has"

Nature = Literal["date", "time", "effect", "title", "other"]


class Difference(msgspec.Struct, frozen=True):
    """One piece of markup that is another: what it is, was and is now; None where it was or is not there.

    Where it is what it was, it stands at another word.
    """

    what: str
    nature: Nature
    before: str | None
    after: str | None


def speech_of(text: Text) -> Speech:
    """Return what is said in a version, and its markup."""
    if text.normaliser == _TIMES_IN_TEXT:
        return subtitle_markup.read(text.text)
    return _READERS.get((text.normaliser or "").partition("/")[0], markup.plain)(text.text)


def headline(text: Text) -> str | None:
    """Return the title of a version without the markup in it."""
    if text.title is None or not (text.normaliser or "").startswith("markdown"):
        return text.title
    return markdown_markup.read(text.title).text.strip()


def whole(text: Text) -> Speech:
    """Return a version as if nothing of it were markup."""
    return Speech(text.text)


def facts(found: Sequence[Difference]) -> tuple[ChangedFact, ...]:
    """Return the dates of effect that fields of a head gave, and give otherwise now."""
    return tuple(
        ChangedFact(
            kind="date",
            before=each.before,
            after=each.after,
            sentence=f"{each.what}: {each.after}",
            from_offset=0,
            to_offset=0,
        )
        for each in found
        if each.nature == "effect" and each.before and each.after
    )


def titled_alike(old: Speech, new: Speech) -> tuple[Speech, Speech]:
    """Return both; what is a heading in one and the title in the head of the other is said in neither."""
    return _untitled(old, new), _untitled(new, old)


def _untitled(said: Speech, other: Speech) -> Speech:
    if not other.fields or any(field.name.casefold() in _TITLES for field in said.fields):
        return said
    titles = {folded(field.value) for field in other.fields if field.name.casefold() in _TITLES}
    heading = _FIRST_HEADING.match(said.text)
    if not titles or heading is None or folded(heading[1]) not in titles:
        return said
    end = heading.end()
    if (again := _FIRST_HEADING.match(other.text)) and folded(again[1]) == folded(heading[1]):
        return said
    later = ((here - end, there) for here, there in said.starts if here > end)
    return msgspec.structs.replace(said, text=said.text[end:], starts=((0, said.place(end)), *later))


def differences(old: Speech, new: Speech) -> list[Difference]:
    """Return what of the markup differs: the fields by their names, then the items in their order."""
    found = list(_fields(old.fields, new.fields)) if old.fields != new.fields else []
    if old.items != new.items:
        found += _items(old.items, new.items)
    elif old.places != new.places and len(old.places) == len(new.places):  # a subtitle's have none
        found += _elsewhere(old, new)
    return found


def _elsewhere(old: Speech, new: Speech) -> Iterator[Difference]:
    """Yield the first item that stands at another word, in texts of as many words."""
    starts = [[word.start() for word in _WORD.finditer(side.text)] for side in (old, new)]
    if len(starts[0]) != len(starts[1]):
        return
    for item, *places in zip(old.items, old.places, new.places, strict=True):
        was, is_ = (
            bisect_left(words, side.within(place))
            for words, side, place in zip(starts, (old, new), places, strict=True)
        )
        if was != is_ and item.kind in _PLACED:
            yield Difference(_name(item), "other", item.value, item.value)
            return


def outlined(texts: tuple[str, str], old: Speech, new: Speech) -> Iterator[Difference]:
    """Yield what of the blocks of two Markdown texts differs; a heading that is a title is none."""
    was, became = (
        outline.read(text, _behind_head(said)) for text, said in zip(texts, (old, new), strict=True)
    )
    titles = {folded(field.value) for field in (*old.fields, *new.fields) if field.name.casefold() in _TITLES}
    for before, after in outline.changed_levels(was, became):
        if isinstance(before, int) or isinstance(after, int):
            yield Difference(_LEVEL, "other", str(before), str(after))
        elif folded(before or after or "") not in titles:
            yield Difference(_HEADING, "other", before, after)
    for one, other in outline.changed_depths(was, became):
        yield Difference(_DEPTH, "other", str(one), str(other))
    if len(was.depths) != len(became.depths):
        yield Difference(_ITEMS, "other", str(len(was.depths)), str(len(became.depths)))
    for before, after in outline.changed_quotations(was, became):
        yield Difference(_PARAGRAPHS, "other", before, after)


def _behind_head(said: Speech) -> int:
    """Tell where a text begins behind its head: the first stretch that is no speech, if it has fields."""
    return said.starts[1][1] if said.fields and len(said.starts) > 1 else 0


def _fields(old: Sequence[Field], new: Sequence[Field]) -> Iterator[Difference]:
    was, became = _by_name(old), _by_name(new)
    for name in dict.fromkeys((*was, *became)):
        before, after = was.get(name), became.get(name)
        if before != after and not (name in _TITLES and before and after and folded(before) == folded(after)):
            yield Difference(f"field {name}", _nature(name, before, after), before, after)


def _by_name(fields: Sequence[Field]) -> dict[str, str]:
    """Return the value of each name; of a list all, in their order."""
    found: dict[str, str] = {}
    for field in fields:
        name = field.name.casefold()
        value = " ".join(field.value.split())
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _nature(name: str, before: str | None, after: str | None) -> Nature:
    last = name.rpartition(".")[2]
    if last in _TITLES:
        return "title"
    if any(last.startswith(sign) for sign in _OF_EFFECT):
        dates = all(value is None or markup.is_date(value) for value in (before, after))
        return "effect" if dates else "other"
    said = [value.casefold() for value in (before, after) if value]
    return "date" if markup.is_dated(last) and _SWITCHES.isdisjoint(said) else "other"


def _items(old: Sequence[Item], new: Sequence[Item]) -> Iterator[Difference]:
    """Yield each item that went, with one that came, of its kind and name or of its kind; then the rest."""
    for kind in ("number", "footnote"):
        were, are = ([each for each in side if each.kind == kind] for side in (old, new))
        if were != are and len(were) == len(are):  # each was counted anew
            yield from _numbered(were, are)
            old, new = ([each for each in side if each.kind != kind] for side in (old, new))
    if old == new:
        return
    gone, came = Counter(old), Counter(new)
    went, arrived = list((gone - came).elements()), list((came - gone).elements())
    if not went and not arrived:
        was, is_ = next(pair for pair in zip(old, new, strict=True) if pair[0] != pair[1])
        yield Difference(f"{_name(was)}, in its place", "other", was.value, is_.value)
        return
    named = Queues((at, (item.kind, item.of)) for at, item in enumerate(arrived))
    others = Queues((at, item.kind) for at, item in enumerate(arrived))
    taken: set[int] = set()
    for item in went:
        at = named.take_but((item.kind, item.of), taken)
        if at is None:
            at = others.take_but(item.kind, taken)
        if at is not None:
            taken.add(at)
        yield Difference(_name(item), _kind(item), item.value, None if at is None else arrived[at].value)
    for at, item in enumerate(arrived):
        if at not in taken:
            yield Difference(_name(item), _kind(item), None, item.value)


def _numbered(old: Sequence[Item], new: Sequence[Item]) -> Iterator[Difference]:
    """Yield each number that is another in its place, once."""
    pairs = ((was, is_) for was, is_ in zip(old, new, strict=True) if was != is_)
    for was, is_ in dict.fromkeys(pairs):
        yield Difference(_name(was), _kind(was), was.value, is_.value)


def _name(item: Item) -> str:
    named = _NAMED[item.kind]
    return f"{named} {item.of}" if item.of and item.kind in ("attribute", "date", "code") else named


def _kind(item: Item) -> Nature:
    if item.kind == "date":
        return "date"
    return "time" if item.kind == "time" else "other"
