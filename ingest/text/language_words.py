"""List the words that one language's file holds, and the numbers that the language writes in one word."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import msgspec

from ingest.text.languages import Language

_PARTS = frozenset((
    "code", "spelling", "forms", "plurals", "ordinal_endings", "ordinal_forms", "contracted_endings",
))  # fmt: skip
# Lists of words that only say how the language's own are written.
_OF_WRITING = frozenset((
    "accented", "slips", "paused", "leading", "clauses", "capitalised", "styled", "also_names",
    "noun_endings", "before_noun",
))  # fmt: skip


def all_words(language: Language) -> Iterator[str]:
    """Yield each word that stands in any list of a language; parts of words are none."""
    yield from (word for word, _ in spelt_numbers(language))
    waiting: list[object] = [language]
    while waiting:
        part = waiting.pop()
        if isinstance(part, msgspec.Struct):
            waiting += (
                value
                for name, value in msgspec.structs.asdict(part).items()
                if name not in _PARTS | _OF_WRITING
            )
        elif isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, str):
            yield from part.replace("/", " ").split()


def spelt_numbers(language: Language) -> Iterator[tuple[str, Fraction]]:
    """Yield every number that a language writes in one word."""
    numbers = language.numbers
    below = dict(enumerate(numbers.under_twenty.split()))
    joined = {**below, 1: numbers.one_joined or below[1]}
    units_first = numbers.joined == "units-tens"
    for ten, name in enumerate(numbers.tens.split(), 2):
        below[ten * 10] = name
        for unit in range(1, 10):
            below[ten * 10 + unit] = (
                f"{joined[unit]}{numbers.joiner}{name}" if units_first else f"{name}-{joined[unit]}"
            )
    yield from ((name, Fraction(number)) for number, name in below.items())
    if numbers.hundred:
        for hundred in range(1, 10):
            prefixes = [("" if hundred == 1 else joined[hundred]) + numbers.hundred]
            if hundred == 1 and numbers.one_joined:
                prefixes.append(numbers.one_joined + numbers.hundred)
            for prefix in prefixes:
                yield prefix, Fraction(hundred * 100)
                for number in range(1, 100):
                    for joiner in ("", numbers.joiner):
                        yield f"{prefix}{joiner}{below[number]}", Fraction(hundred * 100 + number)
    for half in numbers.half.split():
        for number in range(2, 20):
            yield f"{below[number]}{numbers.joiner}{half}", number + Fraction(1, 2)
    for value, forms in numbers.more.items():
        yield from ((form, Fraction(value)) for form in forms.split())
