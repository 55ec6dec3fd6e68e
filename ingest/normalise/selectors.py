"""CSS selectors, as far as a page's mark-up alone answers them.

Names, `*`, `#id`, `.class` and attributes (`[a]`, `=`, `~=`, `|=`, `^=`, `$=`, `*=`), below each other (a
blank) or directly below (`>`), several parted by commas. Names of elements and attributes have no
capitals. What depends on the elements beside or on a state (`+`, `~`, `:hover`, `:nth-child`) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from ingest.expressions import expression

_NAME = r"[A-Za-z_\u0080-\U0010ffff-][\w\u0080-\U0010ffff-]*"
_PART = expression(
    rf"""(?P<star>\*)|\#(?P<id>{_NAME})|\.(?P<class>{_NAME})"""
    rf"""|\[\s*(?P<attribute>{_NAME})\s*(?:(?P<how>[~|^$*]?=)\s*(?P<value>"[^"]*"|'[^']*'|{_NAME}|\d+)\s*)?\]"""
    rf"""|(?P<element>{_NAME})"""
)
_BETWEEN = expression(r"\s*(>)\s*|\s+")


class Test(msgspec.Struct, frozen=True):
    """What one part asks of an element: a name, or an attribute and how its value compares."""

    attribute: str | None
    how: str
    value: str


class Step(msgspec.Struct, frozen=True):
    """All that is asked of one element, and whether it stands directly below the one before."""

    tests: tuple[Test, ...]
    is_child: bool = False


Selector = tuple[Step, ...]


def parse(words: str) -> tuple[Selector, ...]:
    """Return the selectors, which commas part. Raises ValueError, naming what is not understood."""
    found = [_one(part.strip()) for part in _parted(words)]
    return tuple(found)


def _parted(words: str) -> list[str]:
    parts, quote, bracket, start = [], "", False, 0
    for at, char in enumerate(words):
        if quote:
            quote = "" if char == quote else quote
        elif bracket and char in "\"'":
            quote = char
        elif char in "[]":
            bracket = char == "["
        elif char == "," and not bracket:
            parts.append(words[start:at])
            start = at + 1
    return [*parts, words[start:]]


def _one(words: str) -> Selector:
    if not words:
        raise ValueError("a selector is empty")
    steps: list[Step] = []
    at, is_child = 0, False
    while at < len(words):
        tests: list[Test] = []
        while part := _PART.match(words, at):
            if part["element"] is not None and tests:
                break
            tests.append(_test(part))
            at = part.end()
        if not tests:
            raise ValueError(f"'{words[at:]}' is not understood")
        steps.append(Step(tuple(tests), is_child))
        if at == len(words):
            break
        between = _BETWEEN.match(words, at)
        if between is None or between.end() == len(words):
            raise ValueError(f"'{words[at:]}' is not understood")
        at, is_child = between.end(), between[1] is not None
    return tuple(steps)


def _test(part: re.Match[str]) -> Test:
    if part["star"]:
        return Test(None, "*", "")
    if part["element"] is not None:
        return Test(None, "=", part["element"].lower())
    if part["id"] is not None:
        return Test("id", "=", part["id"])
    if part["class"] is not None:
        return Test("class", "~=", part["class"])
    value = part["value"] or ""
    if value[:1] in {'"', "'"}:
        value = value[1:-1]
    return Test(part["attribute"].lower(), part["how"] or "", value)


def _holds(test: Test, name: str, attributes: Mapping[str, str]) -> bool:
    if test.attribute is None:
        return test.how == "*" or name == test.value
    if test.attribute not in attributes:
        return False
    has, value = attributes[test.attribute], test.value
    if test.how == "":
        return True
    if test.how == "=":
        return has == value
    if test.how == "~=":
        return value in has.split() and bool(value)
    if test.how == "|=":
        return has == value or has.startswith(value + "-")
    if not value:
        return False
    if test.how == "^=":
        return has.startswith(value)
    return has.endswith(value) if test.how == "$=" else value in has


class MatchState(msgspec.Struct, frozen=True):
    """How far each selector is met at an element: `here` by itself, `above` by it or one it stands in."""

    here: tuple[int, ...]
    above: tuple[int, ...]


class Matcher:
    """Asks elements, each with what was found of the one that it stands in."""

    def __init__(self, selectors: Sequence[Selector]) -> None:
        self._selectors = tuple(selectors)
        self.root = MatchState((0,) * len(self._selectors), (0,) * len(self._selectors))

    def at(self, parent: MatchState, name: str, attributes: Mapping[str, str]) -> tuple[MatchState, bool]:
        """Return what is met at an element, and whether a selector is met whole."""
        here, above, whole = [], [], False
        for number, selector in enumerate(self._selectors):
            met = 0  # a bit for each step that this element is
            for at, step in enumerate(selector):
                before = parent.here[number] if step.is_child else parent.above[number]
                if (at == 0 or before >> (at - 1) & 1) and all(
                    _holds(test, name, attributes) for test in step.tests
                ):
                    met |= 1 << at
            whole = whole or bool(met >> (len(selector) - 1) & 1)
            here.append(met)
            above.append(parent.above[number] | met)
        return MatchState(tuple(here), tuple(above)), whole
