"""Markdown: kept as written, blanks at the end of a line too, since two of them break it."""

from __future__ import annotations

import re

from ingest.normalise.format import Format

_LOOK_AT = 65_536
_LONGEST_TITLE = 1000

_FENCE = re.compile(r" {0,3}(`{3,}+|~{3,}+)(.*)")
_ATX = re.compile(r" {0,3}#{1,6}(?:[ \t]+(.*))?\Z")
_ATX_END = re.compile(r"(?:\A|(?<=[ \t]))#+\Z")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*\Z")
_RULE = re.compile(r" {0,3}([-*_])(?:[ \t]*+\1){2,}+[ \t]*+\Z")
_OTHER_BLOCK = re.compile(r" {0,3}(?:[-+*](?:[ \t]|\Z)|[0-9]{1,9}[.)][ \t]|[><])")
_INDENTED = re.compile(r" {4}| {0,3}\t")
_FRONT_MATTER_END = frozenset(("---", "..."))
_BLOCK_SCALARS = frozenset("|>")


def title(text: str) -> str | None:
    """The `title:` of the front matter, else the first heading that says something; else None.

    Only the first 65,536 characters are looked at. Front matter stands between a first line
    `---` and a line `---` or `...`. Its lines are read as plain text, never as YAML: a value is
    what follows the colon, less a pair of quotes around it; one that goes on over further
    lines is passed over. A heading is ATX or Setext, outside fenced code. A title longer than
    1,000 characters is none.
    """
    lines = text[:_LOOK_AT].split("\n")
    if len(text) > _LOOK_AT:
        lines[-1] = ""
    found, start = _front_matter(lines)
    found = found or _first_heading(lines[start:])
    return found if found and len(found) <= _LONGEST_TITLE else None


def _front_matter(lines: list[str]) -> tuple[str | None, int]:
    if lines[0].rstrip() != "---":
        return None, 0
    found = None
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() in _FRONT_MATTER_END:
            return found, number + 1
        if found is None and line[:6].lower() == "title:":
            found = _unquoted(line[6:].strip())
    return None, 0


def _unquoted(value: str) -> str | None:
    if value[:1] in _BLOCK_SCALARS:
        return None
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1].strip()
    return value or None


def _first_heading(lines: list[str]) -> str | None:
    fence = ""
    paragraph: list[str] = []
    in_other_block = False
    for line in lines:
        if fence:
            if _closes(line, fence):
                fence = ""
            continue
        opened = _FENCE.match(line)
        if opened and not (opened.group(1)[0] == "`" and "`" in opened.group(2)):
            fence, paragraph, in_other_block = opened.group(1), [], False
        elif heading := _ATX.match(line):
            paragraph, in_other_block = [], False
            if found := _ATX_END.sub("", (heading.group(1) or "").strip()).strip():
                return found
        elif paragraph and _UNDERLINE.match(line):
            return " ".join(paragraph)
        elif not line.strip() or _RULE.match(line):
            paragraph, in_other_block = [], False
        elif _OTHER_BLOCK.match(line):
            # Lines that follow belong to the list, the quotation or the HTML until a blank one.
            paragraph, in_other_block = [], True
        elif not in_other_block and (paragraph or not _INDENTED.match(line)):
            paragraph.append(line.strip())
    return None


def _closes(line: str, fence: str) -> bool:
    closing = _FENCE.match(line)
    return closing is not None and closing.group(1).startswith(fence) and not closing.group(2).strip()


def _as_written(text: str) -> str:
    return text


FORMAT = Format(
    normaliser="markdown/3",
    media_type="text/markdown",
    extensions=(b"md", b"markdown", b"mdown", b"mkd"),
    body=_as_written,
    title=title,
)
