"""Markdown: kept as written, blanks at the end of a line too, since two of them break it.

A heading is ATX or Setext, outside fenced code; in a list or a quotation it is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from ingest.expressions import expression, possessive
from ingest.normalise import front_matter
from ingest.normalise.format import Format, Metadata
from ingest.standoff import Heading

_LOOK_AT = 65_536
_LONGEST_TITLE = 1000

_FENCE = expression(r" {0,3}(`{3,}+|~{3,}+)(.*)")
_ATX = expression(r" {0,3}#{1,6}(?:[ \t]+(.*))?\Z")
_ATX_END = expression(r"(?:\A|(?<=[ \t]))#+\Z")
_UNDERLINE = expression(r" {0,3}(?:=+|-+)[ \t]*\Z")
_RULE = expression(r" {0,3}([-*_])" + possessive(r"[ \t]*+\1", "{2,}") + r"[ \t]*+\Z")
_OTHER_BLOCK = expression(r" {0,3}(?:[-+*](?:[ \t]|\Z)|[0-9]{1,9}[.)][ \t]|[><])")
_INDENTED = expression(r" {4}| {0,3}\t")


def metadata(text: str) -> Metadata:
    """Return what the front matter says; for a title else the first heading that says something.

    Only the first 65,536 characters are looked at. A title longer than 1,000 characters is none.
    """
    said, start = front_matter.read(text)
    lines = text[start:_LOOK_AT].split("\n")
    if len(text) > _LOOK_AT:
        lines[-1] = ""
    title = said.title or next((heading.words for heading in _headings(lines)), None)
    if title and len(title) > _LONGEST_TITLE:
        title = None
    return msgspec.structs.replace(said, title=title, body=start)


def headings(text: str) -> Iterator[Heading]:
    """Yield the headings behind the front matter that say something, in order."""
    _, start = front_matter.read(text)
    return _headings(text[start:].split("\n"), start)


def _headings(lines: Iterable[str], at: int = 0) -> Iterator[Heading]:
    """Yield the headings of these lines, of which the first begins at this place."""
    fence = ""
    begun = at
    paragraph: list[str] = []
    in_other_block = False
    for line in lines:
        here, at = at, at + len(line) + 1
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
                yield Heading(here, at - 1, found)
        elif paragraph and _UNDERLINE.match(line):
            yield Heading(begun, at - 1, " ".join(paragraph))
            paragraph = []
        elif not line.strip() or _RULE.match(line):
            paragraph, in_other_block = [], False
        elif _OTHER_BLOCK.match(line):
            # Lines that follow belong to the list, the quotation or the HTML until a blank one.
            paragraph, in_other_block = [], True
        elif not in_other_block and (paragraph or not _INDENTED.match(line)):
            if not paragraph:
                begun = here
            paragraph.append(line.strip())


def _closes(line: str, fence: str) -> bool:
    closing = _FENCE.match(line)
    return closing is not None and closing.group(1).startswith(fence) and not closing.group(2).strip()


def _as_written(text: str) -> str:
    return text


FORMAT = Format(
    normaliser="markdown/6",
    media_type="text/markdown",
    extensions=(b"md", b"markdown", b"mdown", b"mkd"),
    body=_as_written,
    metadata=metadata,
    headings=headings,
)
