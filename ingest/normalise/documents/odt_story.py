"""A part of a text of OpenDocument that holds paragraphs: the body, notes, comments, running heads."""

from __future__ import annotations

import re

from ingest.expressions import expression
from ingest.normalise.documents.draft import Closed, Draft, PlacedAnnotation, canonical, plain
from ingest.normalise.documents.odt_styles import PREFIXES, STYLE, TEXT, Styles
from ingest.normalise.documents.sax import Attributes, Events
from ingest.normalise.extraction import Annotation, BlockKind, Limits

_BLANKS = expression(r"[ \t\r\n]+")
# Their results change without an edit.
_VOLATILE = {
    **{f"text:{name}": name.upper() for name in ("page-number", "page-count", "date", "time", "file-name")},
    **{f"text:{name}": name.upper() for name in ("modification-date", "modification-time", "print-date")},
    **{
        f"text:{name}": name.upper()
        for name in ("print-time", "editing-cycles", "editing-duration", "chapter")
    },
    **{f"text:{name}-count": name.upper() for name in ("word", "character", "paragraph", "table", "image")},
}
_INDICES = (
    *("text:table-of-content", "text:alphabetical-index", "text:illustration-index", "text:table-index"),
    *("text:object-index", "text:user-index"),
)
_HEADS = {
    **{f"style:header{which}": "head" for which in ("", "-left", "-first")},
    **{f"style:footer{which}": "foot" for which in ("", "-left", "-first")},
}
_BOXES = (
    *("draw:text-box", "draw:custom-shape", "draw:rect", "draw:ellipse", "draw:line", "draw:polygon"),
    *("draw:polyline", "draw:path", "draw:caption", "draw:connector", "draw:circle"),
)
_LEFT_OUT = (
    *("svg:title", "svg:desc", "text:note-citation", "office:settings", "office:scripts", "office:forms"),
    *("math:annotation", "text:number"),  # the number that a heading or an item got by itself
)


class Story(Events):
    """Reads one part: `draft` has the body, `notes` its notes, `running` the running heads and feet."""

    prefixes = PREFIXES

    def __init__(self, limits: Limits, styles: Styles) -> None:
        super().__init__(limits)
        self.draft = Draft(limits)
        self.notes: list[Closed] = []
        self.running: list[tuple[str, list[Closed]]] = []
        self._styles = styles
        self._paragraphs: list[tuple[BlockKind, bool]] = []
        self._spans: list[bool] = []
        self._hides = 0
        self._items = 0
        self._rows: list[list[list[Closed]]] = []
        self._hidden: tuple[PlacedAnnotation, tuple[int, int]] | None = None
        self._regions: dict[str, Annotation] = {}
        self._region: str | None = None
        self._region_kind = ""
        self._said: list[str] | None = None
        self._head = ""
        self._author: str | None = None
        self._date: str | None = None
        self._inserted: dict[str, PlacedAnnotation] = {}
        self._ends_blank: list[bool] = [True]
        self._handle_all()

    def characters(self, text: str) -> None:
        if self._said is not None:
            self._said.append(text)
        elif self._paragraphs:
            text = _BLANKS.sub(" ", text)
            if self._ends_blank[-1]:
                text = text.lstrip(" ")
            if text:
                self._ends_blank[-1] = text.endswith(" ")
                self._say(text)

    def _handle_all(self) -> None:
        self.starts = {
            "text:p": self._begin_paragraph,
            "text:h": self._begin_paragraph,
            "text:span": self._begin_span,
            "text:s": self._spaces,
            "text:tab": self._tab,
            "text:line-break": self._line_break,
            "text:list-item": self._begin_item,
            "text:section": self._begin_span,
            "text:hidden-text": self._hidden_text,
            "text:hidden-paragraph": self._hidden_text,
            "text:note": self._begin_note,
            "text:ruby-text": self._open_bracket,
            "text:changed-region": self._begin_region,
            "text:insertion": self._begin_region_kind,
            "text:deletion": self._begin_region_kind,
            "text:format-change": self._begin_region_kind,
            "text:change-start": self._begin_insertion,
            "text:change-end": self._end_insertion,
            "text:change": self._deleted_here,
            "office:annotation": self._begin_comment,
            "dc:creator": self._begin_said,
            "dc:date": self._begin_said,
            "text:a": self._link,
            "text:bookmark-ref": self._reference,
            "text:reference-ref": self._reference,
            "table:table-row": self._begin_row,
            "table:table-cell": self._begin_cell,
            "table:covered-table-cell": self._begin_cell,
        }
        self.ends = {
            "text:p": self._end_paragraph,
            "text:h": self._end_paragraph,
            "text:span": self._end_span,
            "text:list-item": self._end_item,
            "text:section": self._end_span,
            "text:note": self._end_note,
            "text:ruby-text": self._close_bracket,
            "text:changed-region": self._end_region,
            "office:annotation": self._end_comment,
            "dc:creator": self._end_creator,
            "dc:date": self._end_date,
            "table:table-row": self._end_row,
            "table:table-cell": self._end_cell,
            "table:covered-table-cell": self._end_cell,
        }
        for element in _BOXES:
            self.starts[element] = self._begin_box
            self.ends[element] = self._end_box
        for element in _VOLATILE:
            self.starts[element] = self._volatile
        for element in _INDICES:
            self.starts[element] = self._index
        for element in _HEADS:
            self.starts[element] = self._begin_head
            self.ends[element] = self._end_head
        for element in _LEFT_OUT:
            self.starts[element] = self._leave_out

    def _leave_out(self, _: Attributes) -> None:
        self.leave_out()

    # Text.

    def _say(self, text: str) -> None:
        if self._hides:
            self._hide(text)
            return
        for mark in self._inserted.values():
            mark.said.append(text)
        self.draft.write(text)

    def _hide(self, text: str) -> None:
        if self._hidden is None or self._hidden[1] != self.draft.here:
            self._hidden = (self.draft.mark("hidden", Annotation()), self.draft.here)
        self._hidden[0].said.append(text)

    def _spaces(self, attributes: Attributes) -> None:
        count = attributes.get(TEXT + "c", "1")
        self._say(" " * (min(int(count), 1000) if re.fullmatch("[0-9]{1,9}", count) else 1))
        self._ends_blank[-1] = False

    def _tab(self, _: Attributes) -> None:
        self._say("\t")
        self._ends_blank[-1] = True

    def _line_break(self, _: Attributes) -> None:
        self._say("\n")
        self._ends_blank[-1] = True

    def _open_bracket(self, _: Attributes) -> None:
        self._say("(")

    def _close_bracket(self) -> None:
        self._say(")")

    # Paragraphs, items, spans.

    def _begin_paragraph(self, attributes: Attributes) -> None:
        style = attributes.get(TEXT + "style-name", "")
        kind: BlockKind = "item" if self._items else "paragraph"
        if self.element == "text:h" or self._styles.is_heading(style):
            kind = "heading"
        elif self._styles.is_caption(style):
            kind = "caption"
        hides = self._styles.hides(style)
        self._hides += hides
        self._paragraphs.append((kind, hides))
        self._ends_blank[-1] = True

    def _end_paragraph(self) -> None:
        kind, hides = self._paragraphs.pop()
        self._hides -= hides
        self.draft.close(kind)

    def _begin_item(self, _: Attributes) -> None:
        self._items += 1

    def _end_item(self) -> None:
        self._items -= 1

    def _begin_span(self, attributes: Attributes) -> None:
        hides = attributes.get(TEXT + "display") == "none" or self._styles.hides(
            attributes.get(TEXT + "style-name", "")
        )
        self._spans.append(hides)
        self._hides += hides

    def _end_span(self) -> None:
        self._hides -= self._spans.pop()

    def _hidden_text(self, attributes: Attributes) -> None:
        text = attributes.get(TEXT + "string-value")
        if text:
            self._hide(text)
        self.leave_out()

    # Fields.

    def _volatile(self, _: Attributes) -> None:
        kind = _VOLATILE[self.element]
        self.draft.mark("fields", Annotation(kind=kind, text=kind))
        self.leave_out()

    def _index(self, _: Attributes) -> None:
        kind = self.element.partition(":")[2].upper()
        self.draft.mark("fields", Annotation(kind=kind, text=kind))
        self.leave_out()

    def _reference(self, attributes: Attributes) -> None:
        if attributes.get(TEXT + "reference-format") == "page":
            self.draft.mark("fields", Annotation(kind="PAGEREF", text=attributes.get(TEXT + "ref-name")))
            self.leave_out()

    def _link(self, attributes: Attributes) -> None:
        target = attributes.get("http://www.w3.org/1999/xlink href", "")
        if target and not target.startswith("#"):
            self.draft.mark("fields", Annotation(kind="HYPERLINK", text=canonical(target)))

    # Notes, comments, boxes, running heads.

    def _push(self) -> None:
        self.draft.push()
        self._ends_blank.append(True)

    def _pop(self) -> list[Closed]:
        self._ends_blank.pop()
        return self.draft.pop()

    def _begin_note(self, _: Attributes) -> None:
        self._push()

    def _end_note(self) -> None:
        note = self._pop()
        if self._region is None:
            self.notes += note

    def _begin_comment(self, _: Attributes) -> None:
        self._author = self._date = None
        self._push()

    def _end_comment(self) -> None:
        text = plain(self._pop())
        self.draft.mark("comments", Annotation(text=text, author=self._author, date=self._date))

    def _begin_said(self, _: Attributes) -> None:
        self._said = []

    def _end_creator(self) -> None:
        self._author, self._said = canonical("".join(self._said or ())), None

    def _end_date(self) -> None:
        self._date, self._said = canonical("".join(self._said or ())), None

    def _begin_box(self, _: Attributes) -> None:
        self._push()

    def _end_box(self) -> None:
        self.draft.put_aside(self._pop())

    def _begin_head(self, attributes: Attributes) -> None:
        if attributes.get(STYLE + "display") == "false":
            self.leave_out()
        else:
            self._head = _HEADS[self.element]
            self._push()

    def _end_head(self) -> None:
        blocks = self._pop()
        if blocks:
            self.running.append((self._head, blocks))

    # Tables.

    def _begin_row(self, _: Attributes) -> None:
        self._rows.append([])

    def _end_row(self) -> None:
        self.draft.put_row(self._rows.pop())

    def _begin_cell(self, _: Attributes) -> None:
        self._push()

    def _end_cell(self) -> None:
        cell = self._pop()
        if self._rows:
            self._rows[-1].append(cell)
        else:
            self.draft.put(cell)

    # Tracked changes: what was deleted stands before the text, what was inserted between two marks in it.

    def _begin_region(self, attributes: Attributes) -> None:
        xml = "http://www.w3.org/XML/1998/namespace id"
        self._region = attributes.get(TEXT + "id") or attributes.get(xml) or ""
        self._author = self._date = None
        self._push()

    def _begin_region_kind(self, _: Attributes) -> None:
        names = {"text:insertion": "insertion", "text:deletion": "deletion"}
        self._region_kind = names.get(self.element, "formatting")

    def _end_region(self) -> None:
        text = plain(self._pop())
        self._regions[self._region or ""] = Annotation(
            kind=self._region_kind, text=text or None, author=self._author, date=self._date
        )
        self._region = None

    def _begin_insertion(self, attributes: Attributes) -> None:
        key = attributes.get(TEXT + "change-id", "")
        if key not in self._regions:
            return
        mark = self.draft.mark("tracked_changes", self._regions[key])
        if mark.annotation.kind == "insertion":
            self._inserted[key] = mark

    def _end_insertion(self, attributes: Attributes) -> None:
        self._inserted.pop(attributes.get(TEXT + "change-id", ""), None)

    def _deleted_here(self, attributes: Attributes) -> None:
        key = attributes.get(TEXT + "change-id", "")
        if key in self._regions:
            self.draft.mark("tracked_changes", self._regions[key])
