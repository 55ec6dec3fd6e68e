"""The blocks of a page of HTML: what stands between two block elements, rows, items, headings, notes."""

from __future__ import annotations

import functools
import re

from ingest.expressions import expression
from ingest.normalise.documents.draft import Closed, Draft, canonical
from ingest.normalise.documents.html_tokens import Token, attributes, tokens
from ingest.normalise.extraction import Annotation, BlockKind, Limits, Refused

_VOID_LIST = """
    area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr
"""
VOID = frozenset(_VOID_LIST.split())
_BLOCK_LIST = """
    address article aside blockquote body caption center datalist dd details dialog dir div dl dt fieldset
    figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup html legend li main menu nav
    noframes ol optgroup option p pre search section select summary table tbody td tfoot th thead tr ul
"""
_BLOCKS = frozenset(_BLOCK_LIST.split())
_KINDS: dict[str, BlockKind] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    **dict.fromkeys(("li", "dt", "dd", "option"), "item"),
    **dict.fromkeys(("figcaption", "caption"), "caption"),
}
# Shown by no browser that runs scripts, plays sounds and draws.
_UNSEEN = frozenset(("template", "noscript", "canvas", "audio", "video"))
# Repeats what stands there in another form.
_LEFT_OUT = frozenset(("rp", "annotation", "annotation-xml"))
# A start tag that ends an open element: which, and what it does not look beyond.
IMPLIED: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset(("li",)), frozenset(("ul", "ol", "menu", "dir"))),
    "dt": (frozenset(("dt", "dd")), frozenset(("dl",))),
    "dd": (frozenset(("dt", "dd")), frozenset(("dl",))),
    "option": (frozenset(("option",)), frozenset(("select", "datalist"))),
    "td": (frozenset(("td", "th")), frozenset(("tr", "table"))),
    "th": (frozenset(("td", "th")), frozenset(("tr", "table"))),
    "tr": (frozenset(("tr",)), frozenset(("table",))),
    "thead": (frozenset(("thead", "tbody", "tfoot", "tr")), frozenset(("table",))),
    "tbody": (frozenset(("thead", "tbody", "tfoot", "tr")), frozenset(("table",))),
    "tfoot": (frozenset(("thead", "tbody", "tfoot", "tr")), frozenset(("table",))),
}
# They stand in a line, and apart from the words beside them.
_APART = frozenset(("button", "textarea"))
_CELLS = frozenset(("td", "th"))
_TABLE_PARTS = frozenset(("table", "thead", "tbody", "tfoot", "tr", "td", "th"))
# An open element that a start tag ends stands near.
_FARTHEST = 50
# A paragraph is a heading where its role says so, or its class by one of the names that makers of pages use.
_HEADING_ROLES = frozenset(
    ("heading", "doc-subtitle", "title", "subtitle", "fulltitle", "halftitle", "covertitle", "bridgehead")
)
_HEADING_CLASS = expression(
    r"(?:mso)?(?:heading|title|subtitle|headline)(?:[-_]?[1-6])?\Z|h[1-6]\Z"
    r"|(?:article|book|chapter|entry|page|part|post|section)[-_]?(?:sub)?(?:title|head|heading)(?:[-_]?[1-6])?\Z",
    re.IGNORECASE,
)
_CLASS = expression(r"""\sclass\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"']+))""", re.IGNORECASE)
_ASKED = expression(r"hidden|style|role|epub:type|\btype", re.IGNORECASE)
_HIDING = expression(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_BLANKS = expression(r"[ \t\n\r\f]+")
_NOTES = frozenset(("footnote", "endnote", "rearnote", "doc-footnote", "doc-endnote"))
_NOTE_MARKS = frozenset(("noteref", "doc-noteref"))
_NAMED = expression(
    r"(?:author|description|keywords|date|dc[.:].*|dcterms[.:].*|article:(?:published_time|modified_time|author))\Z",
    re.IGNORECASE,
)


class _Open:
    """An element that is open: its name, and what it does to what it holds."""

    __slots__ = ("hides", "is_alone", "is_note", "kind", "leaves_out", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.kind: BlockKind | None = _KINDS.get(name)
        self.hides = self.leaves_out = self.is_note = False
        # Its kind is that of its own lines: what blocks it holds are told by themselves.
        self.is_alone = False


class Page:
    """Reads pages into a draft, one after another: `notes` of all, `properties` that they claim."""

    def __init__(self, draft: Draft, limits: Limits) -> None:
        self.notes: list[Closed] = []
        self.properties: dict[str, str] = {}
        self._draft = draft
        self._limits = limits
        self._open: list[_Open] = []
        # By name, how many are open: one table for the page, one more for each cell.
        self._counts: list[dict[str, int]] = [{}]
        self._rows: list[list[list[Closed]]] = []
        self._hidden: list[str] = []
        self._hiding = self._leaving_out = self._kept = 0
        self._ends_blank = True
        self._in_title = False

    def read(self, text: str, page: int | None = None) -> None:
        """Read a page; its blocks get the number of this page."""
        self._page = page
        for token in tokens(text):
            if not token.name:
                self._text(token.text)
            elif token.is_end:
                self._end(token.name)
            else:
                self._start(token)
        while self._open:
            self._pop()
        self._break()

    def _text(self, text: str) -> None:
        if self._in_title:
            if "title" not in self.properties and (title := canonical(_BLANKS.sub(" ", text))):
                self.properties["title"] = title
        elif self._leaving_out:
            return
        elif self._hiding:
            self._hidden.append(text)
        elif self._kept:
            self._draft.write(text)
            self._ends_blank = False
        else:
            text = _BLANKS.sub(" ", text)
            if self._ends_blank:
                text = text.lstrip(" ")
            if text:
                self._draft.write(text)
                self._ends_blank = text.endswith(" ")

    def _start(self, token: Token) -> None:
        name = token.name
        asked = attributes(token.text) if _ASKED.search(token.text) is not None else {}
        if name == "br":
            if not self._hiding and not self._leaving_out:
                self._draft.write("\n")
                self._ends_blank = True
        elif name == "hr":
            self._break()
        elif name == "title":
            self._in_title = True
        elif name in {"meta", "html"}:
            self._claim(name, attributes(token.text))
        if name in VOID or name in {"title", "script", "style", "iframe"}:
            return
        opened = self._opened(name, asked, token.text)
        is_block = name in _BLOCKS
        if is_block:
            self._imply(name)
            self._break()
        elif name == "rt" and not self._hiding:
            self._draft.write("(")
        elif name in _APART:
            self._text(" ")
        if (
            is_block
            or opened.hides
            or opened.leaves_out
            or opened.is_note
            or self._hiding
            or self._leaving_out
        ):
            if token.text.endswith("/") and not is_block:
                return
            self._push(opened)

    def _opened(self, name: str, asked: dict[str, str], text: str) -> _Open:
        opened = _Open(name)
        roles = {*asked.get("epub:type", "").split(), *asked.get("role", "").split()}
        opened.leaves_out = name in _LEFT_OUT or bool(roles & _NOTE_MARKS)
        opened.hides = (
            name in _UNSEEN
            or "hidden" in asked
            or ("style" in asked and _HIDING.search(asked["style"]) is not None)
        )
        opened.is_note = bool(roles & _NOTES)
        # An element that is hidden until its note is asked for is a note all the same.
        opened.hides = opened.hides and not opened.is_note
        if opened.kind is None and roles & _HEADING_ROLES:
            opened.kind = "heading"
        elif opened.kind is None and _is_heading(name, text):
            opened.kind, opened.is_alone = "heading", True
        return opened

    def _claim(self, name: str, asked: dict[str, str]) -> None:
        if name == "html":
            key, value = "language", asked.get("lang") or asked.get("xml:lang") or ""
        else:
            key, value = asked.get("name") or asked.get("property") or "", asked.get("content", "")
            if _NAMED.match(key) is None:
                return
        if value := canonical(_BLANKS.sub(" ", value)):
            self.properties.setdefault(key.lower(), value)

    def _imply(self, name: str) -> None:
        """End what this element's start ends."""
        while self._open and self._open[-1].name == "p" and name != "p":
            self._pop()
        if name == "p" and self._open and self._open[-1].name == "p":
            self._pop()
        rule = IMPLIED.get(name)
        if rule is not None:
            ended, barriers = rule
            least = max(len(self._open) - _FARTHEST, 0)
            for depth in range(len(self._open) - 1, least - 1, -1):
                found = self._open[depth].name
                if found in ended:
                    while len(self._open) > depth:
                        self._pop()
                    break
                if found in barriers:
                    break
        if name in _CELLS and not (self._open and self._open[-1].name == "tr"):
            self._push(_Open("tr"))

    def _push(self, opened: _Open) -> None:
        if len(self._open) >= self._limits.depth:
            raise Refused("refused", f"elements within each other more than {self._limits.depth} deep")
        if opened.is_note:
            opened.kind = "note"
        elif opened.kind is None and opened.name not in _CELLS and self._open:
            outer = self._open[-1]
            opened.kind = None if outer.is_alone else outer.kind
        self._open.append(opened)
        self._counts[-1][opened.name] = self._counts[-1].get(opened.name, 0) + 1
        self._hiding += opened.hides
        self._leaving_out += opened.leaves_out
        self._kept += opened.name == "pre"
        if opened.name == "tr":
            self._rows.append([])
        if opened.name in _CELLS:
            self._counts.append({})
        if opened.name in _CELLS or opened.is_note:
            self._draft.push()

    def _pop(self) -> None:
        opened = self._open[-1]
        if opened.name in _BLOCKS or opened.is_note:
            self._break()
        self._open.pop()
        if opened.name in _CELLS:
            self._counts.pop()
        self._counts[-1][opened.name] -= 1
        self._hiding -= opened.hides
        self._leaving_out -= opened.leaves_out
        self._kept -= opened.name == "pre"
        if opened.hides and not self._hiding:
            text = canonical(_BLANKS.sub(" ", "".join(self._hidden)))
            self._hidden.clear()
            if text:
                self._draft.mark("hidden", Annotation(text=text))
        if opened.is_note:
            self.notes += self._draft.pop()
        if opened.name in _CELLS:
            cell = self._draft.pop()
            if self._rows:
                self._rows[-1].append(cell)
            else:
                self._draft.put(cell)
        elif opened.name == "tr":
            self._draft.put_row(self._rows.pop(), self._page)

    def _end(self, name: str) -> None:
        if name == "title":
            self._in_title = False
        elif name == "rt" and not self._hiding:
            self._draft.write(")")
        elif name in _APART:
            self._text(" ")
        elif name in _BLOCKS and not self._hiding:
            self._break()
        # A cell holds what was opened in it: only the end of a part of the table looks beyond.
        within = self._counts if name in _TABLE_PARTS else self._counts[-1:]
        if any(counts.get(name) for counts in within):
            while self._open[-1].name != name:
                self._pop()
            self._pop()

    def _break(self) -> None:
        """End the block that is open."""
        if self._hiding:
            self._hidden.append(" ")
            return
        if self._leaving_out:
            return
        kind = self._open[-1].kind if self._open else None
        self._draft.close(kind or "paragraph", self._page)
        self._ends_blank = True


def _is_heading(name: str, text: str) -> bool:
    """Tell whether the class of a paragraph, in the text of its start tag, is that of a heading."""
    if name not in {"p", "div"} or "class" not in text.lower():
        return False
    found = _CLASS.search(text)
    return found is not None and _is_heading_class(found[1] or found[2] or found[3] or "")


@functools.lru_cache(1000)
def _is_heading_class(names: str) -> bool:
    return any(_HEADING_CLASS.match(name) is not None for name in names[:1000].split())
