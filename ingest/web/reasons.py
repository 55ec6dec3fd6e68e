"""The reasons of edits, and of what cannot be answered, in the language of a page, which says them again.

Records and errors have them in English. A reason is made of parts with `; ` between; each is a sentence of
`reasons.LANGUAGE.toml` or `errors.LANGUAGE.toml` with its values in their places. What is quoted is left as
it is. One that no sentence fits stays English as a whole. Pure.
"""

from __future__ import annotations

import functools
import re
import tomllib
from importlib import resources

import msgspec

from ingest.expressions import expression

_QUOTED = expression("“[^“”]*”")
_HELD = "\x00(\\d+)\x00"
# What stands in the place of a value: something quoted or none, several of them, a number, any words.
_VALUES = {
    "q": "(?:\x00\\d+\x00|none)",
    "quotes": "\x00\\d+\x00(?:, \x00\\d+\x00)*(?:, …)?",
    "n": r"[\d,.]+",
    "words": "[^;]+?",
}
_PLACE = expression(r"{(q|quotes|n|words|name)(\d?)}")


class _Table(msgspec.Struct, frozen=True):
    """The sentences of a language, the names of things in them, and those that may stand in a row."""

    sentences: tuple[tuple[re.Pattern[str], str], ...]
    rows: tuple[tuple[re.Pattern[str], str], ...]
    names: dict[str, str]
    between: re.Pattern[str]


@functools.cache
def _table(language: str, of: str) -> _Table:
    file = resources.files("ingest.web") / f"{of}.{language}.toml"
    read = tomllib.loads(file.read_text("utf-8"))
    names: dict[str, str] = read["names"]
    return _Table(
        tuple((_pattern(english, names), said) for english, said in read["sentences"].items()),
        tuple((_pattern(english, names), said) for english, said in read["rows"].items()),
        names,
        re.compile(rf", (?=\x00|(?:[\d,.]+ )?(?:{_any(names)})\b)" if names else "(?!)"),
    )


def _pattern(sentence: str, names: dict[str, str]) -> re.Pattern[str]:
    """Return what fits an English sentence with any values."""
    values = _VALUES | {"name": _any(names)}
    parts = []
    at = 0
    for place in _PLACE.finditer(sentence):
        parts += [re.escape(sentence[at : place.start()]), f"(?P<{place[1]}{place[2]}>{values[place[1]]})"]
        at = place.end()
    return re.compile("".join([*parts, re.escape(sentence[at:])]))


def _any(names: dict[str, str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def translation(reason: str, language: str, *, of: str = "reasons") -> str | None:
    """Return a reason in a language; None where it is not known how to say it there.

    `of` is what it is a reason of: `reasons` of edits, or `errors`.
    """
    if language == "en":
        return reason
    quoted: list[str] = []

    def hold(found: re.Match[str]) -> str:
        quoted.append(found[0])
        return f"\x00{len(quoted) - 1}\x00"

    if "\x00" in reason:
        return None
    plain = _QUOTED.sub(hold, reason)
    table = _table(language, of)
    said = [_part(part, table) for part in plain.split("; ")]
    if None in said:
        return None
    whole = "; ".join(part for part in said if part is not None)
    return re.sub(_HELD, lambda found: quoted[int(found[1])], whole)


def _part(part: str, table: _Table) -> str | None:
    for pattern, said in table.sentences:
        found = pattern.fullmatch(part)
        if found is not None:
            return _filled(said, found, table)
    row = []
    for each in table.between.split(part):
        for pattern, said in table.rows:
            found = pattern.fullmatch(each)
            if found is not None:
                row.append(_filled(said, found, table))
                break
        else:
            return None
    return ", ".join(row)


def _filled(said: str, found: re.Match[str], table: _Table) -> str:
    values = {}
    for name, value in found.groupdict().items():
        kind = name.rstrip("0123456789")
        shown = table.names.get(value, value) if kind in ("name", "q") else value
        values[name] = shown.replace(",", ".") if kind == "n" else shown
    return said.format(**values)
