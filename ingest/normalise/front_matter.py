"""What the lines before a Markdown text say of it: its title, its date, its language.

They are YAML between `---` and `---` or `...`, or TOML between `+++` and `+++`, and are read as plain lines,
never as YAML or TOML: a key at the start of a line, and what follows its colon or its sign of equality, less
a pair of quotes around it. A value that goes on over further lines is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.normalise import date, language
from ingest.normalise.date import Date
from ingest.normalise.format import Metadata

_YAML_ENDS = frozenset(("---", "..."))
_TOML_ENDS = frozenset(("+++",))
_YAML_KEY = re.compile(r"(title|date|lang|language):(.*)", re.IGNORECASE)
_TOML_KEY = re.compile(r"(title|date|lang|language)[ \t]*=(.*)", re.IGNORECASE)

_OVER_LINES = ("|", ">", '"""', "'''")
_QUOTED = re.compile(r"([\"'])(.*?)\1[ \t]*(?:#.*)?")
_COMMENT = re.compile(r"[ \t]#.*")
_TIME = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-6][0-9](?:\.[0-9]+)?)?"
_OFFSET = r"(?:[Zz]|[+-][0-9]{1,2}(?::?[0-9]{2})?)?"
_DAY_AND_TIME = re.compile(rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})(?:[Tt]|[ \t]+){_TIME}[ \t]*{_OFFSET}")
_LANGUAGE_TAG = re.compile(r"([A-Za-z]{2})(?:[-_][A-Za-z0-9]+)*")


def read(lines: Sequence[str]) -> tuple[Metadata, int]:
    """Return what is said, and how many lines it takes: none where no front matter begins, or it never ends.

    Of several values for one thing the first that can be read counts. A time of day after a date is left out,
    and so are region and script of a language: `nl-NL` is `nl`.
    """
    opening = lines[0].rstrip()
    if opening not in {"---", "+++"}:
        return Metadata(), 0
    toml = opening == "+++"
    key, ends = (_TOML_KEY, _TOML_ENDS) if toml else (_YAML_KEY, _YAML_ENDS)
    title: str | None = None
    dated: Date | None = None
    spoken: str | None = None
    in_table = False
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() in ends:
            return Metadata(title=title, date=dated, language=spoken), number + 1
        in_table = in_table or (toml and line.startswith("["))
        match = None if in_table else key.match(line)
        if match is None:
            continue
        name, value = match[1].lower(), match[2].strip()
        if name == "title":
            title = title or _unquoted(value)
        elif name == "date":
            dated = dated or _date(_bare(value))
        else:
            spoken = spoken or _language(_bare(value))
    return Metadata(), 0


def _unquoted(value: str) -> str | None:
    if value.startswith(_OVER_LINES):
        return None
    quoted = _QUOTED.fullmatch(value)
    return (quoted[2].strip() if quoted else value) or None


def _bare(value: str) -> str:
    """Return a value in which no blank before a `#` can be meant."""
    return _COMMENT.sub("", _unquoted(value) or "").strip()


def _date(value: str) -> Date | None:
    timed = _DAY_AND_TIME.fullmatch(value)
    return date.read(timed[1] if timed else value)


def _language(value: str) -> str | None:
    tag = _LANGUAGE_TAG.fullmatch(value)
    code = tag[1].lower() if tag else ""
    return code if code in language.CODES else None
