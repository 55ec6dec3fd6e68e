r"""The head of a Markdown text: the fields that stand before it, in whichever of five forms.

    yaml      between `---` and `---` or `...`, or with `---` behind it alone
    toml      between `+++` and `+++`
    json      an object, or what is in one between `;;;` and `;;;`
    lines     `Title: …`, a field a line up to an empty one, as Pelican and MultiMarkdown have them;
              or `.. title: …` in lines or in a comment, as Nikola has them
    title     `% title`, `% authors`, `% date`, as pandoc has them

`---` may name its form: `---toml`, `---json`. Blank lines and comments may stand before a head. A head is
read by readers of our own and the standard library's of JSON and of TOML's values: none of them can do more
than say. Where a head is not what its form asks for, what can be read of it is read line by line.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from ingest.expressions import expression, possessive
from ingest.text import yaml_fields

Form = Literal["yaml", "toml", "json", "lines", "title"]

LOOK_AT = 65_536  # characters: a head that does not end there is none

# Blanks and comments, each of which ends where it first may.
_BEFORE = expression(
    possessive(
        r"\s++|(?><!--(?!-?>)[^\0]*?-->)|(?>\{#[^\0]*?#\})|(?>\{/\*[^\0]*?\*/\})|(?>%%[^\0]*?%%)|\[//\]:[^\n]*+"
    )
)
_OPENED = expression(r"(---|\+\+\+|;;;)[ \t]*(yaml|toml|json)?[ \t]*\Z", re.IGNORECASE)
_ENDS = {"---": ("---", "..."), "+++": ("+++",), ";;;": (";;;",)}
_FORMS: dict[str, Form] = {"---": "yaml", "+++": "toml", ";;;": "json"}
_NAMED: dict[str, Form] = {"yaml": "yaml", "toml": "toml", "json": "json"}  # behind the opening

_LINE = expression(r"([A-Za-z][A-Za-z0-9_-]{0,40}):(?:[ \t]+(.*)|)\Z")
_DOTTED = expression(r"\.\.[ \t]+([A-Za-z][A-Za-z0-9_-]{0,40}):(?:[ \t]+(.*)|)\Z")
_DOTTED_COMMENT = expression(r"^<!--\s*\n((?:\.\.[ \t][^\n]*\n\s*+)+)-->[ \t]*(?:\n|\Z)", re.MULTILINE)
_LINE_NAME_LIST = """
    title subtitle date modified updated author authors slug category categories tags keywords lang language
    locale summary description status template translation save_as url layout permalink published draft
    copyright affiliation license version revision id type email web
"""
_LINE_NAMES = frozenset(_LINE_NAME_LIST.split())
_TELLING = frozenset(("title", "date", "slug"))
_TITLE_BLOCK = ("title", "author", "date")
_ASSIGNED = expression(
    r"[ \t]*((?:[A-Za-z0-9_-]+|\"[^\"\n]*\"|'[^'\n]*')(?:\.[A-Za-z0-9_-]+)*)[ \t]*=[ \t]*(.*)"
)
_TABLE = expression(r"[ \t]*\[\[?([^\[\]\n]+)\]\]?[ \t]*(?:#.*)?\Z")
_DEEPEST = 40
_DEEP_KEY = expression(
    r"(?<![A-Za-z0-9_\"'\\-])"
    rf"(?:(?:[A-Za-z0-9_-]+|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*')[ \t]*\.[ \t]*){{{_DEEPEST}}}"
)  # of which the library takes the square


class Field(msgspec.Struct, frozen=True):
    """One value of a head with its name: `title`, `author.name` inside another, `tags[]` for each of a list.

    The value is what is said, without quotes, escapes and comments; a date is as ISO 8601 has it, a truth
    value `true` or `false`, nothing the empty text. It may hold any character.
    """

    name: str
    value: str


class FrontMatter(msgspec.Struct, frozen=True):
    """A head: its form, its fields in order, and where it stands in the text with the line of its end."""

    form: Form
    fields: tuple[Field, ...]
    start: int
    end: int


def find(text: str) -> FrontMatter | None:
    """Return the head of a text; None where none ends within the first `LOOK_AT` characters."""
    text = text if len(text) <= LOOK_AT else text[: text.rfind("\n", 0, LOOK_AT) + 1]
    start = beginning(text)
    dotted = _dotted_comment(text[:start])
    if dotted is not None:
        return dotted
    if text[start : start + 1] == "{":
        return _json_object(text, start)
    lines = text[start:].split("\n")
    opened = _OPENED.match(lines[0].rstrip())
    if opened is not None:
        named = _NAMED.get((opened[2] or "").lower())
        return _fenced(lines, start, opened[1], named or _FORMS[opened[1]])
    if lines[0].startswith("% ") or lines[0].rstrip() == "%":
        return _title_block(lines, start)
    return _bare_lines(lines, start)


def beginning(text: str) -> int:
    """Return where a text begins behind blank lines and comments; its first line keeps its blanks."""
    found = _BEFORE.match(text[:LOOK_AT])
    end = found.end() if found else 0
    line = text.rfind("\n", 0, end) + 1
    return end if text[line:end].strip() else line


def _fenced(lines: Sequence[str], start: int, fence: str, form: Form) -> FrontMatter | None:
    end = next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() in _ENDS[fence]), None)
    if end is None:
        return None
    inside = lines[1:end]
    said: list[tuple[str, str]]
    if form == "toml":
        said = list(_toml(inside))
    elif form == "json":
        said = list(_json("\n".join(inside)))
    else:
        told = list(yaml_fields.fields(inside))
        first = next((line for line in inside if line.strip() and line.lstrip()[0] != "#"), None)
        if first is not None and not yaml_fields.is_key(first):
            return None  # two rules with prose between
        said = [(name, value) for name, value, _ in told]
    return _head(form, said, lines, start, end + 1)


def _head(
    form: Form, said: Sequence[tuple[str, str]], lines: Sequence[str], start: int, count: int
) -> FrontMatter:
    length = sum(map(len, lines[:count])) + count
    fields = tuple(Field(name, value) for name, value in said)
    end = min(start + length, start + sum(map(len, lines)) + len(lines) - 1)
    return FrontMatter(form, fields, start, end)


# -- JSON and TOML ---------------------------------------------------------------------------------


def _json_object(text: str, start: int) -> FrontMatter | None:
    try:
        found, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    rest = text[end : end + 200].split("\n", 1)
    if not found or rest[0].strip():
        return None
    fields = tuple(Field(name, value) for name, value in _flat("", found))
    return FrontMatter("json", fields, start, min(len(text), end + len(rest[0]) + 1))


def _json(inside: str) -> Iterator[tuple[str, str]]:
    for written in (inside, f"{{{inside}}}"):
        try:
            found = json.loads(written)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            yield from _flat("", found)
            return


def _toml(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Read whole what is TOML, else line by line: what people leave out is mostly quotes."""
    try:
        yield from tuple(_flat("", _loaded("\n".join(lines))))
        return
    except (ValueError, RecursionError):
        pass
    table = ""
    for line in lines:
        if headed := _TABLE.match(line):
            table = f"{headed[1].strip()}."
        elif assigned := _ASSIGNED.match(line):
            yield from _toml_value(table + assigned[1].strip("\"'"), assigned[2].strip())


def _toml_value(name: str, written: str) -> Iterator[tuple[str, str]]:
    try:
        yield from tuple(_flat(name, _loaded(f"x = {written}")["x"]))
    except (ValueError, RecursionError):
        yield name, re.sub(r"(?:\A|[ \t])#.*", "", written).strip()


def _loaded(written: str) -> dict[str, object]:
    """Return what TOML says. Raises ValueError, also of keys so deep that the library would take minutes."""
    if _DEEP_KEY.search(written):
        raise ValueError("a key is too deep")
    return tomllib.loads(written)


def _flat(name: str, value: object, depth: int = 0) -> Iterator[tuple[str, str]]:
    if depth > _DEEPEST:
        yield name, "…"
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _flat(f"{name}.{key}" if name else key, each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            yield from _flat(f"{name}[]", each, depth + 1)
        if not value:
            yield name, ""
    elif isinstance(value, bool):
        yield name, "true" if value else "false"
    elif isinstance(value, dt.datetime | dt.date | dt.time):
        yield name, value.isoformat()
    else:
        yield name, "" if value is None else str(value)


# -- lines -----------------------------------------------------------------------------------------


def _bare_lines(lines: Sequence[str], start: int) -> FrontMatter | None:
    """Read a head without an opening: fields a line, of which the first has a name that heads have."""
    shape = _DOTTED if lines[0].startswith("..") else _LINE
    first = shape.match(lines[0].rstrip())
    if first is None or first[1].lower() not in _LINE_NAMES:
        return None
    said: list[tuple[str, str]] = []
    count = 0
    for line in lines:
        field = shape.match(line.rstrip())
        if field is not None:
            said.append((field[1], (field[2] or "").strip()))
        elif line[:1] in " \t" and line.strip():
            name, value = said[-1]
            said[-1] = name, f"{value} {line.strip()}".strip()
        elif line.strip():
            return _open_yaml(lines, start)
        else:
            break
        count += 1
    tells = _TELLING.intersection(name.lower() for name, _ in said)
    return _head("lines", said, lines, start, count) if tells else None


def _open_yaml(lines: Sequence[str], start: int) -> FrontMatter | None:
    """Read YAML of which the opening `---` is left out: lists and comments are no fields a line."""
    for number, line in enumerate(lines):
        if not line.strip():
            return None
        if line.rstrip() == "---":
            said = [(name, value) for name, value, _ in yaml_fields.fields(lines[:number])]
            return _head("yaml", said, lines, start, number + 1) if len(said) > 1 else None
    return None


def _dotted_comment(text: str) -> FrontMatter | None:
    found = _DOTTED_COMMENT.search(text)
    if found is None:
        return None
    said = [field for line in found[1].split("\n") if (field := _DOTTED.match(line.strip()))]
    fields = tuple(Field(each[1], (each[2] or "").strip()) for each in said)
    return FrontMatter("lines", fields, found.start(), found.end()) if fields else None


def _title_block(lines: Sequence[str], start: int) -> FrontMatter | None:
    said: list[tuple[str, str]] = []
    count = 0
    for line in lines:
        if line.startswith("%") and len(said) < len(_TITLE_BLOCK):
            said.append((_TITLE_BLOCK[len(said)], line[1:].strip()))
        elif line.startswith(" ") and line.strip() and said:
            name, value = said[-1]
            said[-1] = name, f"{value} {line.strip()}".strip()
        else:
            break
        count += 1
    if count < len(lines) and lines[count].strip():
        return None
    return _head("title", said, lines, start, count)
