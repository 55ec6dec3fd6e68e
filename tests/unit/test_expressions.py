"""Regular expressions that are compiled when they are first asked."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import ingest
from ingest.expressions import _IS_RIGHT, Expression, _Compiled, compile_all, expression, possessive

PROGRAM = Path(ingest.__file__).parent


def waits(asked: object) -> bool:
    return isinstance(asked, Expression)


def test_it_is_compiled_when_it_is_first_asked() -> None:
    wrong = expression("(")
    assert waits(wrong)
    with pytest.raises(re.error):
        wrong.search("a")


def test_it_answers_what_the_compiled_one_answers() -> None:
    asked = expression(r"(?P<digits>\d+)|x", re.IGNORECASE)
    found = asked.search("ab 12")
    assert found is not None
    assert found.span("digits") == (3, 5)
    assert not waits(asked)
    assert asked.findall("1x2X") == ["1", "", "2", ""]
    assert asked.sub("-", "1a2") == "-a-"
    assert (asked.pattern, asked.groups, dict(asked.groupindex)) == (r"(?P<digits>\d+)|x", 1, {"digits": 1})
    assert asked.flags == re.compile("", re.IGNORECASE).flags
    assert expression(rb"\d+").split(b"a1b") == [b"a", b"b"]


def test_what_no_expression_has_is_not_there() -> None:
    asked = expression("x")
    assert not hasattr(asked, "matches")
    assert waits(asked)
    assert asked.match("x") is not None
    assert not hasattr(asked, "matches")


@pytest.mark.parametrize("is_right", [_IS_RIGHT, False])
def test_a_possessive_group_takes_nothing_of_a_try_that_failed(*, is_right: bool) -> None:
    """On every CPython; before 3.11.5 `(?:[.,:][0-9]+)*+` takes the comma of `3, 2021`."""
    number = "[0-9]+" + possessive("[.,:][0-9]+", is_right=is_right)
    assert re.findall(number, "May 3, 2021, 1,000.5") == ["3", "2021", "1,000.5"]
    begun = possessive("[.,:][0-9]+", begun="[.,:][0-9]", is_right=is_right)
    assert re.findall("[0-9]+" + begun, "May 3, 2021, 1,000.5") == ["3", "2021", "1,000.5"]
    assert re.findall("a" + possessive("b", "?", is_right=is_right) + "b", "ab abb") == ["abb"]
    assert re.findall(possessive("-x", "{2,}", is_right=is_right) + "!", "-x! -x-x-x!") == ["-x-x-x!"]


def test_no_group_is_possessive_but_by_the_function_that_knows_how() -> None:
    group = re.compile(r"\)(?:[*+?]|\{[0-9,]+\})\+")
    found = [path.name for path in sorted(PROGRAM.rglob("*.py")) if group.search(path.read_text())]
    assert found == []


def test_every_expression_of_the_program_can_be_compiled() -> None:
    compiled = 0
    for path in sorted(PROGRAM.rglob("*.py")):
        if "from ingest.expressions import" not in path.read_text():
            continue
        name = ".".join(path.relative_to(PROGRAM.parent).with_suffix("").parts).removesuffix(".__init__")
        for one in _within(*vars(importlib.import_module(name)).values()):
            assert isinstance(one.pattern, str | bytes)
            compiled += 1
    assert compiled > 250


def _within(*values: object) -> Iterator[_Compiled]:
    for one in values:
        if isinstance(one, _Compiled):
            yield one
        elif isinstance(one, tuple):
            yield from _within(*one)
        elif isinstance(one, dict):
            yield from _within(*one.values())


def test_all_that_wait_are_compiled_at_once() -> None:
    asked, other = expression("a"), expression("b")
    assert other.match("b") is not None
    compile_all()
    assert not waits(asked)
    assert asked.match("a") is not None
    later = expression("c")
    assert waits(later)
