"""A PDF read by its tags: the tree of its structure says what is a paragraph, an item, a row, a note.

An element that goes on over a page is one, since it stands at the same place of the tree on both. What the
tags leave out is kept where it stands, unless the file says that it is no content. Where the tags name less
than four fifths of the characters they are not trusted.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ingest.normalise.documents import pdf_beside, pdf_lines
from ingest.normalise.documents.draft import Closed, Draft
from ingest.normalise.documents.pdf_file import HYPHEN, File, Found, Page, Run, wide
from ingest.normalise.documents.pdf_hyphens import Hyphens
from ingest.normalise.documents.pdf_running import RunningHeads
from ingest.normalise.extracted import Annotation, BlockKind, Limits, Refused

WAY = "pdf-tags/1"
_LEAST_TAGGED = 0.8
_DEEPEST = 400
_MOST_ELEMENTS = 1_000_000
# They hold text in a line, and end no block.
_INLINE = frozenset(
    {
        *(
            "Span",
            "Link",
            "Em",
            "Strong",
            "Quote",
            "Code",
            "Reference",
            "Annot",
            "Form",
            "Ruby",
            "RB",
            "RT",
            "RP",
        ),
        *("Warichu", "WT", "WP", "BibEntry", "Sub", "NonStruct", "Private", "Lbl"),
    }
)
_KINDS: dict[str, BlockKind] = {
    **dict.fromkeys(("H", "H1", "H2", "H3", "H4", "H5", "H6", "H7", "H8", "H9", "Title"), "heading"),
    **dict.fromkeys(("LI", "LBody", "TOCI"), "item"),
    "Caption": "caption",
}
_NOTES = frozenset(("Note", "FENote"))
_CELLS = frozenset(("TD", "TH"))


class _Node:
    """An element, and by their places what it holds: elements, or stretches of a page by their numbers."""

    __slots__ = ("kids", "kind")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.kids: dict[int, _Node | tuple[int, int]] = {}


class _Tree:
    """The tree of the whole document, put together from what each page has of it."""

    def __init__(self, raw: Any) -> None:
        self.root = _Node("")
        self._raw = raw
        self._elements = 0

    def add(self, page: Page) -> None:
        """Add what a page has of the tree."""
        raw = self._raw
        tree = raw.FPDF_StructTree_GetForPage(page.handle)
        if not tree:
            return
        try:
            for index in range(max(raw.FPDF_StructTree_CountChildren(tree), 0)):
                element = raw.FPDF_StructTree_GetChildAtIndex(tree, index)
                if element:
                    self._element(element, self.root, index, page.number, 0)
        finally:
            raw.FPDF_StructTree_Close(tree)

    def _element(self, element: Any, outer: _Node, place: int, page: int, depth: int) -> None:
        raw = self._raw
        self._elements += 1
        if depth > _DEEPEST or self._elements > _MOST_ELEMENTS:
            raise Refused("refused", "a tree of tags that is too deep or too large")
        node = outer.kids.get(place)
        if not isinstance(node, _Node):
            node = outer.kids[place] = _Node(wide(raw.FPDF_StructElement_GetType, element))
        for index in range(max(raw.FPDF_StructElement_CountChildren(element), 0)):
            inner = raw.FPDF_StructElement_GetChildAtIndex(element, index)
            if inner:
                self._element(inner, node, index, page, depth + 1)
                continue
            mark = raw.FPDF_StructElement_GetChildMarkedContentID(element, index)
            if mark >= 0:
                node.kids.setdefault(index, (page, mark))


class _Stretch(msgspec.Struct):
    """What one number names on one page; `after` is what no tag names behind it."""

    text: str = ""
    order: int = 0


def read(file: File, limits: Limits) -> Found | None:
    """Return the document by its tags; None where they name too little of it."""
    tree = _Tree(file.raw)
    stretches: dict[tuple[int, int], _Stretch] = {}
    loose: dict[tuple[int, int] | None, list[tuple[int, list[pdf_lines.Line]]]] = {}
    heads = RunningHeads()
    beside: dict[str, list[Annotation]] = {"comments": [], "fields": [], "pages_without_text": []}
    empty: set[int] = set()
    total = 0
    for page in file.each_page():
        tree.add(page)
        runs = page.runs()
        if not page.text.strip() and page.shows:
            empty.add(page.number)
            beside["pages_without_text"].append(Annotation(page=page.number))
        comments, values = pdf_beside.on_page(file, page.handle, page.number)
        beside["comments"] += comments
        beside["fields"] += values
        last: tuple[int, int] | None = None
        strays: list[Run] = []
        for run in runs:
            if run.is_artifact and run.mark < 0:
                heads.add(run, page)
                continue
            total += _letters(run.text)
            if run.mark < 0:
                strays.append(run)
                continue
            if strays:
                loose.setdefault(last, []).append((page.number, pdf_lines.lines(page, strays)))
                strays = []
            last = (page.number, run.mark)
            stretch = stretches.setdefault(last, _Stretch())
            stretch.text += run.text
        if strays:
            loose.setdefault(last, []).append((page.number, pdf_lines.lines(page, strays)))
    if not total:
        return None
    named = _named(tree.root)
    tagged = sum(_letters(stretches[mark].text) for mark in named if mark in stretches)
    if tagged < total * _LEAST_TAGGED:
        return None
    writer = _Writer(limits, stretches, loose)
    for mark in stretches:
        if mark not in named:
            writer.orphans.append(mark)
    writer.write(tree.root)
    beside["running_heads"] = heads.found()
    return Found(way=WAY, draft=writer.draft, notes=writer.notes, beside=beside, empty=empty)


def _named(root: _Node) -> dict[tuple[int, int], None]:
    found: dict[tuple[int, int], None] = {}
    waiting = [root]
    while waiting:
        for kid in waiting.pop().kids.values():
            if isinstance(kid, _Node):
                waiting.append(kid)
            else:
                found[kid] = None
    return found


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


class _Writer:
    """Walks the tree and writes its blocks."""

    def __init__(
        self,
        limits: Limits,
        stretches: dict[tuple[int, int], _Stretch],
        loose: dict[tuple[int, int] | None, list[tuple[int, list[pdf_lines.Line]]]],
    ) -> None:
        self.draft = Draft(limits)
        self.notes: list[Closed] = []
        self.orphans: list[tuple[int, int]] = []
        self._limits = limits
        self._stretches = stretches
        self._loose = loose
        self._page: int | None = None
        self._text: list[str] = []
        self._behind: list[tuple[int, list[pdf_lines.Line]]] = []
        self._hyphens = Hyphens(stretch.text for stretch in stretches.values())

    def write(self, root: _Node) -> None:
        """Write all blocks: those of the tree, and behind each what no tag names there."""
        self._behind += self._loose.pop(None, [])
        self._end("paragraph")
        self._element(root, None, is_note=False)
        self._end("paragraph")
        for page, mark in self.orphans:
            self._say(page, mark)
            self._end("paragraph")

    def _element(self, node: _Node, kind: BlockKind | None, *, is_note: bool) -> None:
        """Write what an element holds; `kind` is that of the blocks around it."""
        is_row = node.kind == "TR"
        cells: list[list[Closed]] = []
        for index in sorted(node.kids):
            kid = node.kids[index]
            if not isinstance(kid, _Node):
                self._say(*kid)
            elif is_row and kid.kind in _CELLS:
                self._end(kind or "paragraph")
                self.draft.push()
                self._element(kid, None, is_note=is_note)
                self._end("paragraph")
                cells.append(self.draft.pop())
            elif kid.kind in _INLINE:
                self._inline(kid, kind, is_note=is_note)
            elif kid.kind in _NOTES:
                self._note(kid)
            else:
                self._end(kind or "paragraph")
                inner = _KINDS.get(kid.kind, kind)
                self._element(kid, inner, is_note=is_note)
                self._end(inner or "paragraph")
        if is_row:
            self._end("paragraph")
            self.draft.put_row(cells, self._page)

    def _inline(self, node: _Node, kind: BlockKind | None, *, is_note: bool) -> None:
        # The label of an item or a note is a number or a dot; so is a link that repeats it.
        if node.kind == "Lbl":
            self._keep_behind(node)
        else:
            self._element(node, kind, is_note=is_note)

    def _note(self, node: _Node) -> None:
        text, page = self._text, self._page
        self._text = []
        self.draft.push()
        self._element(node, "note", is_note=True)
        self._end("note")
        self.notes += [msgspec.structs.replace(block, kind="note") for block in self.draft.pop()]
        self._text, self._page = text, page

    def _keep_behind(self, node: _Node) -> None:
        """Leave a label out, but not what stands behind it and has no tag."""
        for mark in _named(node):
            self._behind += self._loose.pop(mark, [])
            self._stretches.pop(mark, None)

    def _say(self, page: int, mark: int) -> None:
        stretch = self._stretches.pop((page, mark), None)
        if stretch is not None:
            if self._page is None or not self._text:
                self._page = page
            elif self._text and page != self._page and not self._text[-1][-1:].isspace():
                # A line ends with its page.
                self._text.append("" if self._text[-1].endswith((HYPHEN, "\u00ad")) else "\n")
            self._text.append(stretch.text)
        self._behind += self._loose.pop((page, mark), [])

    def _end(self, kind: BlockKind) -> None:
        """End the block that is open, and write what stands behind it."""
        if self._text:
            text = self._hyphens.joined("".join(self._text))
            self._text = []
            self.draft.write(text)
            self.draft.close(kind, self._page)
        if self._behind:
            behind, self._behind = self._behind, []
            for page, lines in behind:
                for paragraph in pdf_lines.paragraphs(lines):
                    self.draft.write(self._hyphens.joined(paragraph.text))
                    self.draft.close(paragraph.kind, page)
