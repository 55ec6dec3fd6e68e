"""Edits as people make them: words replaced, a number corrected, a sentence put in or taken out, a slip.

Pure: a seed, the round, the document's number and the text before give the text after.
"""

from __future__ import annotations

import random
import re

from benchmarks.prose import Speaker
from benchmarks.words import language

_NUMBER = re.compile(r"\d+")
_SENTENCE = re.compile(r"(?<=[.?])\s+")
_LETTERS = "abcdefghijklmnoprstuvwz"
HEADER = " date 2021-02-20 "


def edited(text: str, *, seed: int, round_: int, number: int) -> str:
    """The text after one to three edits; never the same text, unless it holds no word."""
    draw = random.Random(f"{seed} round {round_} document {number}")
    after = text
    for _ in range(draw.randint(1, 3)):
        kind = draw.choices((_words, _figure, _insert, _remove, _slip), weights=(40, 15, 15, 15, 15))[0]
        after = kind(after, draw, seed)
    return after if after != text else _insert(text, draw, seed)


def _words(text: str, draw: random.Random, seed: int) -> str:
    """One to four words that stand together become others."""
    places = [at for at, letter in enumerate(text) if letter == " " and at >= len(HEADER)]
    if len(places) < 8:
        return _insert(text, draw, seed)
    count = draw.randint(1, 4)
    first = draw.randrange(len(places) - count)
    tongue = language(tongue_of(text), seed)
    # One word for one word: a document that is edited often must not grow by it.
    new = [unit.split()[0] for unit in draw.choices(tongue.units, cum_weights=tongue.weights, k=count)]
    return text[: places[first] + 1] + " ".join(new) + text[places[first + count] :]


def _figure(text: str, draw: random.Random, seed: int) -> str:
    """A number becomes another."""
    found = [one for one in _NUMBER.finditer(text) if one.start() >= len(HEADER)]
    if not found:
        return _words(text, draw, seed)
    one = draw.choice(found)
    return text[: one.start()] + str(draw.randint(1, 10 ** min(6, len(one[0])))) + text[one.end() :]


def _insert(text: str, draw: random.Random, seed: int) -> str:
    """A sentence more, between two or at the end."""
    sentence = Speaker(draw, language(tongue_of(text), seed)).sentence()
    ends = [one.end() for one in _SENTENCE.finditer(text)]
    if not ends:
        return f"{text} {sentence}"
    at = draw.choice(ends)
    return f"{text[:at]}{sentence} {text[at:]}"


def _remove(text: str, draw: random.Random, seed: int) -> str:
    """A sentence less, where there are several."""
    ends = [one.end() for one in _SENTENCE.finditer(text)]
    if len(ends) < 4:
        return _insert(text, draw, seed)
    at = draw.randrange(len(ends) - 1)
    return text[: ends[at]] + text[ends[at + 1] :]


def _slip(text: str, draw: random.Random, _seed: int) -> str:
    """One letter becomes another, goes, or changes places with the next."""
    at = draw.randrange(min(len(HEADER), len(text) - 1), len(text) - 1)
    kind = draw.random()
    if kind < 0.4:
        return text[:at] + draw.choice(_LETTERS) + text[at + 1 :]
    if kind < 0.7:
        return text[:at] + text[at + 1 :]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def tongue_of(text: str) -> str:
    """Which of the two languages a text is written in, by its articles."""
    return (
        "nl" if text.count(" de ") + text.count(" een ") > text.count(" the ") + text.count(" a ") else "en"
    )
