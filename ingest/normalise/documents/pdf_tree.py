"""The tree of the tags of a PDF: by their places, the elements or the stretches of a page that each holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.normalise.documents.pdf_file import Page
from ingest.normalise.documents.pdfium import Pdfium, wide
from ingest.normalise.extraction import Refused

if TYPE_CHECKING:
    from ingest.normalise.documents.pdfium import Handle

NOTES = frozenset(("Note", "FENote"))
# They say of what they hold that it is text, and no more.
_PLAIN = frozenset(("Document", "Part", "Art", "Sect", "Div", "P", "Span", "NonStruct", "Private", "Link"))
_DEEPEST = 400
_MOST_ELEMENTS = 1_000_000


class Node:
    """An element, and by their places what it holds: elements, or stretches of a page by their numbers."""

    __slots__ = ("kids", "kind")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.kids: dict[int, Node | tuple[int, int]] = {}


class Tree:
    """The tree of the whole document, put together from what each page has of it."""

    def __init__(self, raw: Pdfium) -> None:
        self.root = Node("")
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

    def _element(self, element: Handle, outer: Node, place: int, page: int, depth: int) -> None:
        raw = self._raw
        self._elements += 1
        if depth > _DEEPEST or self._elements > _MOST_ELEMENTS:
            raise Refused("refused", "a tree of tags that is too deep or too large")
        node = outer.kids.get(place)
        if not isinstance(node, Node):
            node = outer.kids[place] = Node(wide(raw.FPDF_StructElement_GetType, element))
        for index in range(max(raw.FPDF_StructElement_CountChildren(element), 0)):
            inner = raw.FPDF_StructElement_GetChildAtIndex(element, index)
            if inner:
                self._element(inner, node, index, page, depth + 1)
                continue
            mark = raw.FPDF_StructElement_GetChildMarkedContentID(element, index)
            if mark >= 0:
                node.kids.setdefault(index, (page, mark))


def named(root: Node) -> dict[tuple[int, int], None]:
    """Return the stretches that an element and those within it hold."""
    found: dict[tuple[int, int], None] = {}
    waiting = [root]
    while waiting:
        for kid in waiting.pop().kids.values():
            if isinstance(kid, Node):
                waiting.append(kid)
            else:
                found[kid] = None
    return found


def has_notes(root: Node) -> bool:
    """Tell whether an element within this one is a note."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.kind in NOTES:
            return True
        waiting += [kid for kid in node.kids.values() if isinstance(kid, Node)]
    return False


def unnamed(root: Node) -> set[tuple[int, int]]:
    """Return the stretches of which the tags say no more than that they are text."""
    found: set[tuple[int, int]] = set()
    waiting = [root]
    while waiting:
        for kid in waiting.pop().kids.values():
            if not isinstance(kid, Node):
                found.add(kid)
            elif kid.kind in _PLAIN:
                waiting.append(kid)
    return found
