"""Two texts as one, with what was deleted and inserted: a page of HTML, or a Word file of tracked changes."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from ingest.change_line import shown_place
from ingest.diff import sequences
from ingest.edits.edit import Edit
from ingest.expressions import expression
from ingest.report.style import STYLE

Kind = Literal["same", "gone", "came"]
_PARTED = expression(r"\n{2,}")
_MARK = "\ud800"  # for the end of a paragraph: a surrogate, which no text that was UTF-8 has
_UNFIT = expression("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_WHEN = (1980, 1, 1, 0, 0, 0)  # of the parts of a package: the same texts give the same bytes


class Piece(msgspec.Struct, frozen=True):
    """Text within one paragraph, or with `ends` the end of a paragraph; in both texts, or in one."""

    kind: Kind
    text: str = ""
    ends: bool = False


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """What a redline says of itself: both versions by name, and the edit between them if it is known."""

    old: str
    new: str
    made_at: str
    edit: Edit | None = None


def pieces(old: str, new: str) -> list[Piece]:
    """Return both texts as one row of pieces. One empty line or more ends a paragraph."""
    found: list[Piece] = []
    for same, gone, came in sequences.words(_PARTED.sub(_MARK, old), _PARTED.sub(_MARK, new)):
        if same:
            found += _cut("same", gone)
        else:
            found += _cut("gone", gone)
            found += _cut("came", came)
    return found


def _cut(kind: Kind, text: str) -> Iterator[Piece]:
    for number, part in enumerate(text.split(_MARK)):
        if number:
            yield Piece(kind, ends=True)
        if part:
            yield Piece(kind, part)


# -- HTML ----------------------------------------------------------------------------------------

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_TAGS = {"same": ("", ""), "gone": ("<del>", "</del>"), "came": ("<ins>", "</ins>")}
_OWN = """
main{max-width:46rem}p.text{white-space:pre-wrap;margin:.7rem 0}
.page{color:var(--soft);font-size:.8rem;border:1px solid var(--line);border-radius:3px}
.page{padding:0 .3em;margin:0 .3em}
.mark{color:var(--soft)}
@media print{p.text{orphans:3;widows:3}}
"""


def page(row: Sequence[Piece], heading: Heading, pages: Sequence[tuple[int, int]] = ()) -> str:
    """Return a page of HTML: changed facts first, then the whole text.

    `pages` are the numbers of the new version's pages, with the offset in its text where each begins; an
    end of a paragraph takes two characters there.
    """
    title = html.escape(f"{heading.old} → {heading.new}")
    parts = [
        "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>",
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        "<meta name=viewport content='width=device-width, initial-scale=1'>",
        f"<title>{title}</title><style>{STYLE}{_OWN}</style></head><body><header><h1>{title}</h1>",
        f"<p>{html.escape(heading.made_at)}</p></header><main>",
        _of_edit(heading.edit),
        "<p class=text>",
    ]
    offset = 0
    left = list(pages)
    for piece in row:
        if piece.kind != "gone":
            parts += _begun(left, offset)
        opening, closing = _TAGS[piece.kind]
        if piece.ends:
            sign = "" if piece.kind == "same" else f"{opening}<span class=mark>¶</span>{closing}"
            parts.append(f"{sign}</p>\n<p class=text>")
            offset += 2 if piece.kind != "gone" else 0
            continue
        if piece.kind == "gone" or not left:
            parts.append(f"{opening}{html.escape(piece.text, quote=False)}{closing}")
        else:
            parts.append(opening + "".join(_with_pages(piece.text, offset, left)) + closing)
        offset += len(piece.text) if piece.kind != "gone" else 0
    return "".join((*parts, "</p></main></body></html>\n"))


def _begun(left: list[tuple[int, int]], offset: int) -> Iterator[str]:
    while left and left[0][1] <= offset:
        yield f"<span class=page>p. {left.pop(0)[0]}</span>"


def _with_pages(text: str, offset: int, left: list[tuple[int, int]]) -> Iterator[str]:
    at = 0
    while left and left[0][1] < offset + len(text):
        until = max(left[0][1] - offset, at)
        yield html.escape(text[at:until], quote=False)
        yield f"<span class=page>p. {left.pop(0)[0]}</span>"
        at = until
    yield html.escape(text[at:], quote=False)


def _of_edit(edit: Edit | None) -> str:
    if edit is None:
        return ""
    said = f"<p class=why>{html.escape(edit.summary.words)}: {html.escape(edit.reason)}</p>"
    rows = "".join(
        f"<tr><th>{html.escape(fact.kind)}</th><td>{html.escape(fact.before or '')}</td>"
        f"<td>{html.escape(fact.after or '')}</td>"
        f"<td>{html.escape(shown_place(fact.page, fact.heading))}</td></tr>"
        for fact in edit.facts
    )
    if not rows:
        return said
    head = "<thead><tr><th>fact</th><th>was</th><th>is</th><th>where</th></tr></thead>"
    return f"{said}<table>{head}<tbody>{rows}</tbody></table>"


# -- Word ----------------------------------------------------------------------------------------


def docx(row: Sequence[Piece], *, author: str, date: str) -> bytes:
    """Return a Word file: with all changes accepted it has the new text, with all rejected the old one.

    Within a paragraph a line end is a line break, and what XML cannot hold is U+FFFD.
    """
    by = f'w:author="{html.escape(author)}" w:date="{html.escape(date)}"'
    number = 0
    body: list[str] = []
    runs: list[str] = []

    def end(kind: Kind) -> None:
        nonlocal number
        number += 1
        mark = {"same": None, "gone": "del", "came": "ins"}[kind]
        properties = f'<w:pPr><w:rPr><w:{mark} w:id="{number}" {by}/></w:rPr></w:pPr>' if mark else ""
        body.append(f"<w:p>{properties}{''.join(runs)}</w:p>")
        runs.clear()

    for piece in row:
        if piece.ends:
            end(piece.kind)
            continue
        number += 1
        run = f"<w:r>{_inner(piece.text, deleted=piece.kind == 'gone')}</w:r>"
        tag = {"same": None, "gone": "del", "came": "ins"}[piece.kind]
        runs.append(run if tag is None else f'<w:{tag} w:id="{number}" {by}>{run}</w:{tag}>')
    end("same")
    return _packed(f'<w:document xmlns:w="{_W}"><w:body>{"".join(body)}</w:body></w:document>')


def _inner(text: str, *, deleted: bool) -> str:
    tag = "w:delText" if deleted else "w:t"
    parts = []
    for part in re.split(r"([\t\n])", _UNFIT.sub("\ufffd", text)):
        if part == "\t":
            parts.append("<w:tab/>")
        elif part == "\n":
            parts.append("<w:br/>")
        elif part:
            parts.append(f'<{tag} xml:space="preserve">{html.escape(part, quote=False)}</{tag}>')
    return "".join(parts)


def _packed(document: str) -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    parts = {
        "[Content_Types].xml": f'{head}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>',
        "_rels/.rels": f'{head}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": head + document,
    }
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _WHEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, content)
    return whole.getvalue()
