"""A part of a document of Word that holds paragraphs: the body, notes, comments, a running head."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from ingest.normalise.documents.docx_fields import Fields
from ingest.normalise.documents.docx_styles import Styles, W, is_in_list, is_level, is_on
from ingest.normalise.documents.docx_tables import Rows
from ingest.normalise.documents.draft import Closed, Draft, PlacedAnnotation, canonical
from ingest.normalise.documents.ooxml import R, Relation, Xml
from ingest.normalise.documents.sax import Attributes
from ingest.normalise.extraction import Annotation, BlockKind, Limits

_KINDS = {"w:ins": "insertion", "w:del": "deletion", "w:moveFrom": "moved_from", "w:moveTo": "moved_to"}
_GONE = frozenset(("deletion", "moved_from"))
_WRITTEN = {"w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "\u2011", "m:den": "/", "m:sup": "^", "m:sub": "_"}
_LEFT_OUT = ("w:sdtPr", "w:sdtEndPr", "w:tblPr", "w:tblGrid", "w:rt")


class _Paragraph(msgspec.Struct, kw_only=True):
    kind: BlockKind | None = None
    hides: bool = False
    joins: bool = False
    formatted: set[tuple[str | None, str | None]] = msgspec.field(default_factory=set)


class _Change(msgspec.Struct, kw_only=True):
    """A stretch that somebody put in or took out, while it is being read."""

    kind: str
    author: str | None
    date: str | None
    mark: PlacedAnnotation


class Story(Xml):
    """Reads one part: `draft` has the text, `entries` notes or comments by id, attributes and blocks."""

    def __init__(
        self,
        limits: Limits,
        styles: Styles,
        leads: Mapping[str, Relation],
        drawn: Callable[[str], list[str]],
        comments: Mapping[str, Annotation] | None = None,
    ) -> None:
        super().__init__(limits)
        self.draft = Draft(limits)
        self.entries: dict[str, tuple[dict[str, str], list[Closed]]] = {}
        self.note_references: dict[str, list[str]] = {"footnotes": [], "endnotes": []}
        self.anchored: set[str] = set()
        self.running: dict[str, str] = {}
        self._styles = styles
        self._leads = leads
        self._drawn = drawn
        self._comments = comments or {}
        self._fields = Fields()
        self._paragraphs: list[_Paragraph] = []
        self._outer_runs: list[tuple[bool, bool]] = []
        self._table = Rows(self.draft)
        self._changes: list[_Change | None] = []
        self._gone = 0
        self._last_change: tuple[_Change, tuple[int, int]] | None = None
        self._last_hidden: tuple[PlacedAnnotation, tuple[int, int]] | None = None
        self._entry: dict[str, str] = {}
        self._is_text = self._is_instruction = False
        self._hides = False
        self._in_paragraph_properties = self._in_run_properties = False
        self._handle_all()

    def characters(self, text: str) -> None:
        if self._is_text:
            self._say(text)
        elif self._is_instruction and not self._gone:
            self._fields.instruct(text)

    def run(self, data: bytes) -> None:
        """Read the part. A field that is begun and never ended hides nothing."""
        self._fields.is_trusted = data.count(b'"begin"') <= data.count(b'"end"')
        super().run(data)
        self.draft.close("paragraph")

    def _handle_all(self) -> None:
        self.starts = {
            "w:p": self._begin_paragraph,
            "w:pPr": self._begin_paragraph_properties,
            "w:pStyle": self._paragraph_style,
            "w:numPr": self._list,
            "w:numId": self._number,
            "w:outlineLvl": self._level,
            "w:framePr": self._frame,
            "w:pPrChange": self._reformatted,
            "w:rPrChange": self._reformatted,
            "w:sectPrChange": self._leave_out,
            "w:tblPrChange": self._leave_out,
            "w:r": self._begin_run,
            "w:rPr": self._begin_run_properties,
            "w:rStyle": self._run_style,
            "w:vanish": self._vanish,
            "w:t": self._begin_text,
            "w:delText": self._begin_text,
            "m:t": self._begin_text,
            "w:instrText": self._begin_instruction,
            "w:tab": self._tab,
            "w:ptab": self._tab,
            "w:sym": self._symbol,
            "w:fldChar": self._field_character,
            "w:fldSimple": self._begin_simple_field,
            "w:hyperlink": self._link,
            "w:tbl": self._table.begin,
            "w:tr": self._table.begin_row,
            "w:trPr": self._table.begin_properties,
            "w:tc": self._table.begin_cell,
            "w:cellDel": self._table.delete_cell,
            "w:txbxContent": self._begin_box,
            "v:textpath": self._text_path,
            "dgm:relIds": self._diagram,
            "c:chart": self._chart,
            "w:footnoteReference": self._refer,
            "w:endnoteReference": self._refer,
            "w:commentRangeStart": self._anchor,
            "w:commentReference": self._anchor,
            "w:headerReference": self._running_head,
            "w:footerReference": self._running_head,
            "w:footnote": self._begin_entry,
            "w:endnote": self._begin_entry,
            "w:comment": self._begin_entry,
        }
        self.ends = {
            "w:p": self._end_paragraph,
            "w:pPr": self._end_paragraph_properties,
            "w:rPr": self._end_run_properties,
            "w:t": self._end_text,
            "w:delText": self._end_text,
            "m:t": self._end_text,
            "w:instrText": self._end_text,
            "w:fldSimple": self._end_field,
            "w:tr": self._table.end_row,
            "w:trPr": self._table.end_properties,
            "w:tc": self._table.end_cell,
            "w:txbxContent": self._end_box,
            "w:footnote": self._end_entry,
            "w:endnote": self._end_entry,
            "w:comment": self._end_entry,
        }
        self.take_first_alternatives()
        for element in _KINDS:
            self.starts[element] = self._begin_change
            self.ends[element] = self._end_change
        for element in _WRITTEN:
            self.starts[element] = self._write
        for element in _LEFT_OUT:
            self.starts[element] = self._leave_out

    def _leave_out(self, _: Attributes) -> None:
        self.leave_out()

    # Text.

    def _say(self, text: str) -> None:
        if self._fields.is_silent:
            return
        if self._gone:
            for change in reversed(self._changes):
                if change is not None and change.kind in _GONE:
                    change.mark.said.append(text)
                    return
        if self._hides:
            self._hide(text)
            return
        for change in reversed(self._changes):
            if change is not None:
                change.mark.said.append(text)
                break
        self.draft.write(text)

    def _hide(self, text: str) -> None:
        if self._last_hidden is None or self._last_hidden[1] != self.draft.here:
            self._last_hidden = (self.draft.mark("hidden", Annotation()), self.draft.here)
        self._last_hidden[0].said.append(text)

    def _begin_text(self, _: Attributes) -> None:
        self._is_text = True

    def _begin_instruction(self, _: Attributes) -> None:
        self._is_instruction = True

    def _end_text(self) -> None:
        self._is_text = self._is_instruction = False

    def _write(self, _: Attributes) -> None:
        self._say(_WRITTEN[self.element])

    def _tab(self, _: Attributes) -> None:
        if not self._in_paragraph_properties:
            self._say("\t")

    def _symbol(self, attributes: Attributes) -> None:
        try:
            self._say(chr(int(attributes.get(W + "char", ""), 16)))
        except (ValueError, OverflowError):
            return  # names no character

    # Paragraphs and runs.

    def _begin_paragraph(self, _: Attributes) -> None:
        default = self._styles.default
        paragraph = _Paragraph(kind=self._styles.kind(default), hides=self._styles.hides(default))
        self._paragraphs.append(paragraph)

    def _end_paragraph(self) -> None:
        paragraph = self._paragraphs.pop()
        if not paragraph.joins:
            self.draft.close(paragraph.kind or "paragraph")

    def _begin_paragraph_properties(self, _: Attributes) -> None:
        self._in_paragraph_properties = True

    def _end_paragraph_properties(self) -> None:
        self._in_paragraph_properties = False

    def _paragraph_style(self, attributes: Attributes) -> None:
        style = attributes.get(W + "val", "")
        if self._paragraphs:
            self._paragraphs[-1].kind = self._styles.kind(style)
            self._paragraphs[-1].hides = self._styles.hides(style)

    def _list(self, _: Attributes) -> None:
        if self._paragraphs and self._paragraphs[-1].kind is None:
            self._paragraphs[-1].kind = "item"

    def _number(self, attributes: Attributes) -> None:
        if self._paragraphs and self._paragraphs[-1].kind == "item" and not is_in_list(attributes):
            self._paragraphs[-1].kind = None

    def _level(self, attributes: Attributes) -> None:
        if not self._paragraphs:
            return
        if is_level(attributes):
            self._paragraphs[-1].kind = "heading"
        elif self._paragraphs[-1].kind == "heading":
            self._paragraphs[-1].kind = None

    def _frame(self, attributes: Attributes) -> None:
        # A large first letter stands in a paragraph of its own.
        if self._paragraphs and attributes.get(W + "dropCap") in {"drop", "margin"}:
            self._paragraphs[-1].joins = True

    def _begin_run(self, _: Attributes) -> None:
        self._hides = bool(self._paragraphs) and self._paragraphs[-1].hides

    def _begin_run_properties(self, _: Attributes) -> None:
        self._in_run_properties = True

    def _end_run_properties(self) -> None:
        self._in_run_properties = False

    def _run_style(self, attributes: Attributes) -> None:
        if not self._in_paragraph_properties and self._styles.hides(attributes.get(W + "val", "")):
            self._hides = True

    def _vanish(self, attributes: Attributes) -> None:
        if not self._in_paragraph_properties:
            self._hides = is_on(attributes)
        elif self._paragraphs and is_on(attributes):
            self._paragraphs[-1].joins = True

    # What was put in, taken out, moved, formatted.

    def _begin_change(self, attributes: Attributes) -> None:
        kind = _KINDS[self.element]
        author, date = attributes.get(W + "author"), attributes.get(W + "date")
        annotation = Annotation(kind=kind, author=author, date=date)
        if self._table.is_in_properties:
            if kind in _GONE:
                self._table.delete_row()
            self.draft.mark("tracked_changes", msgspec.structs.replace(annotation, text="row"))
            self._changes.append(None)
        elif self._in_paragraph_properties:
            if self._in_run_properties:
                self.draft.mark("tracked_changes", msgspec.structs.replace(annotation, text="¶"))
                if self._paragraphs and kind in _GONE:
                    self._paragraphs[-1].joins = True
            self._changes.append(None)
        elif self._in_run_properties:
            self._changes.append(None)
        else:
            self._changes.append(self._change(annotation))
            self._gone += kind in _GONE

    def _change(self, annotation: Annotation) -> _Change:
        if self._last_change is not None:
            last, end = self._last_change
            before = (last.kind, last.author, last.date)
            if end == self.draft.here and before == (annotation.kind, annotation.author, annotation.date):
                return last
        mark = self.draft.mark("tracked_changes", annotation)
        kind = annotation.kind or ""
        return _Change(kind=kind, author=annotation.author, date=annotation.date, mark=mark)

    def _end_change(self) -> None:
        change = self._changes.pop()
        if change is None:
            return
        self._gone -= change.kind in _GONE
        self._last_change = (change, self.draft.here)

    def _reformatted(self, attributes: Attributes) -> None:
        self.leave_out()
        by = (attributes.get(W + "author"), attributes.get(W + "date"))
        if self._paragraphs and by not in self._paragraphs[-1].formatted:
            self._paragraphs[-1].formatted.add(by)
            self.draft.mark("tracked_changes", Annotation(kind="formatting", author=by[0], date=by[1]))

    # Fields and links.

    def _field_character(self, attributes: Attributes) -> None:
        kind = attributes.get(W + "fldCharType")
        if kind == "begin":
            self._fields.begin()
        elif kind == "separate":
            self._fields.separate()
        elif kind == "end":
            self._end_field()

    def _begin_simple_field(self, attributes: Attributes) -> None:
        self._fields.begin()
        self._fields.instruct(attributes.get(W + "instr", ""))
        self._fields.separate()

    def _end_field(self) -> None:
        field = self._fields.end()
        if field is not None and not self._gone:
            self.draft.mark("fields", field)

    def _link(self, attributes: Attributes) -> None:
        relation = self._leads.get(attributes.get(R + "id", ""))
        if relation is not None and relation.is_outside:
            self.draft.mark("fields", Annotation(kind="HYPERLINK", text=canonical(relation.target)))

    # Boxes and drawings.

    def _begin_box(self, _: Attributes) -> None:
        self._outer_runs.append((self._hides, self._is_text))
        self.draft.push()

    def _end_box(self) -> None:
        self.draft.put_aside(self.draft.pop())
        self._hides, self._is_text = self._outer_runs.pop()

    def _beside(self, texts: list[str]) -> None:
        for text in texts:
            self.draft.push()
            self._say(text)
            self.draft.put_aside(self.draft.pop())

    def _text_path(self, attributes: Attributes) -> None:
        self._beside([attributes.get("string", "")])

    def _diagram(self, attributes: Attributes) -> None:
        relation = self._leads.get(attributes.get(R + "dm", ""))
        if relation is not None:
            self._beside(self._drawn(relation.target))

    def _chart(self, attributes: Attributes) -> None:
        relation = self._leads.get(attributes.get(R + "id", ""))
        if relation is not None:
            self._beside(self._drawn(relation.target))

    # Notes, comments, running heads.

    def _refer(self, attributes: Attributes) -> None:
        kind = "footnotes" if self.element == "w:footnoteReference" else "endnotes"
        if not self._gone and not self._fields.is_silent:
            self.note_references[kind].append(attributes.get(W + "id", ""))

    def _anchor(self, attributes: Attributes) -> None:
        key = attributes.get(W + "id", "")
        if key in self._comments and key not in self.anchored:
            self.anchored.add(key)
            self.draft.mark("comments", self._comments[key])

    def _running_head(self, attributes: Attributes) -> None:
        relation = self._leads.get(attributes.get(R + "id", ""))
        if relation is not None:
            kind = "head" if self.element == "w:headerReference" else "foot"
            self.running.setdefault(relation.target, kind)

    def _begin_entry(self, attributes: Attributes) -> None:
        self._entry = {name.rpartition(" ")[2]: value for name, value in attributes.items()}
        self.draft.push()

    def _end_entry(self) -> None:
        blocks = [msgspec.structs.replace(block, kind="note") for block in self.draft.pop()]
        if self._entry.get("type", "normal") == "normal":
            self.entries[self._entry.get("id", "")] = (self._entry, blocks)
