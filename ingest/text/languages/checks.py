"""Tell what is wrong in the file of a language: all of it at once, each thing with its place.

A place is written as TOML has it: `numbers.tens` is the key `tens` of the table `[numbers]`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from operator import attrgetter

import msgspec

from ingest.text.words import unaccented

# How many words a list has, or how many lists of words.
_NUMBERS = {
    "numbers.under_twenty": 20,
    "numbers.tens": 8,
    "numbers.ordinals": 27,
    "dates.months": 12,
    "dates.weekdays": 7,
    "dates.seasons": 4,
}
# What each key of a table is.
_KEYS: dict[str, Callable[[str], object]] = {
    **dict.fromkeys(("numbers.more", "numbers.magnitudes", "numbers.shares", "numbers.folds"), Fraction),
    **dict.fromkeys(("numbers.parts", "numbers.repeated", "dates.times_of_day", "dates.beside_hour"), int),
}
# Of how many parts each entry of a list is, with strokes between them.
_PARTS = {
    **dict.fromkeys(("words.opposed", "words.confused", "words.same", "words.loose"), 2),
    **dict.fromkeys(("words.abbreviated", "words.phrases", "words.accented"), 2),
    "words.slips": 3,
}
_AS_WRITTEN = frozenset(("words.accented", "numbers.ranging", "numbers.joining"))


def misshapen(data: bytes, kind: type[msgspec.Struct]) -> str:
    """Return why a file cannot be read as `kind`: which keys are missing or unknown, or what TOML says."""
    try:
        table = tomllib.loads(data.decode())
        wrong = "; ".join(_keys(table, kind, ""))
        if not wrong:
            msgspec.convert(table, kind)
    except ValueError as fault:
        return str(fault)
    return wrong


def _keys(table: Mapping[str, object], kind: type[msgspec.Struct], path: str) -> Iterator[str]:
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    where = f"[{path}]" if path else "the beginning of the file"
    if missing := [name for name, field in fields.items() if field.required and name not in table]:
        yield f"{where} lacks {', '.join(missing)}"
    if unknown := [name for name in table if name not in fields]:
        yield f"{where} has {', '.join(unknown)}, which no language has"
    for name, field in fields.items():
        inside = table.get(name)
        if (
            isinstance(inside, dict)
            and isinstance(field.type, type)
            and issubclass(field.type, msgspec.Struct)
        ):
            yield from _keys(inside, field.type, f"{path}.{name}" if path else name)


def misplaced(language: msgspec.Struct) -> Iterator[str]:
    """Yield which lists of a language have too many words or too few, and which entries cannot be meant."""
    for place, number in _NUMBERS.items():
        value = attrgetter(place)(language)
        there = len(value.split() if isinstance(value, str) else value)
        if there != number:
            yield f"{place} has {there} and not {number}"
    for place, kind in _KEYS.items():
        yield from (
            f"{place}: {key} is no number" for key in attrgetter(place)(language) if not _is(key, kind)
        )
    for place, number in _PARTS.items():
        for entry in attrgetter(place)(language).split():
            if entry.count("/") != number - 1:
                yield f"{place}: {entry} is not of {number} words with strokes between them"


def _is(key: str, kind: Callable[[str], object]) -> bool:
    try:
        kind(key)
    except (ValueError, ZeroDivisionError):
        return False
    return True


def accented(value: object, place: str = "") -> Iterator[str]:
    """Yield each word of a language that is not small and without accents, with its place."""
    if place in _AS_WRITTEN:
        return
    if isinstance(value, msgspec.Struct):
        value = msgspec.structs.asdict(value)
    if isinstance(value, dict):
        for name, inside in value.items():
            yield from accented(inside, f"{place}.{name}" if place else name)
    elif isinstance(value, list):
        for inside in value:
            yield from accented(inside, place)
    elif isinstance(value, str):
        words = value.replace("/", " ").split()
        yield from (f"{place}: {word}" for word in words if word != unaccented(word))
