"""A slide of a presentation, and the comments on slides."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ingest.normalise.documents.draft import Closed, Draft, canonical, plain
from ingest.normalise.documents.ooxml import PREFIXES, R, Relation, Xml
from ingest.normalise.documents.sax import Attributes
from ingest.normalise.extraction import Annotation, BlockKind, Limits

_TITLES = frozenset(("title", "ctrTitle"))
_HEADINGS = _TITLES | {"subTitle"}
_RUNNING = {"dt": "foot", "ftr": "foot", "hdr": "head", "sldNum": "foot"}
_VOLATILE = ("slidenum", "datetime")
_WITH_COMMENTS = {**PREFIXES, "http://schemas.microsoft.com/office/powerpoint/2018/8/main": "p188"}
_OFF = frozenset(("0", "false"))


class Slide(Xml):
    """Reads one slide: `draft` has its blocks, the title first, `heads` its running head and foot."""

    def __init__(
        self, limits: Limits, leads: Mapping[str, Relation], drawn: Callable[[str], list[str]], page: int
    ) -> None:
        super().__init__(limits)
        self.draft = Draft(limits)
        self.heads: list[Annotation] = []
        self.is_hidden = False
        self._leads = leads
        self._drawn = drawn
        self._page = page
        self._titles: list[Closed] = []
        self._placeholder = ""
        self._kind: BlockKind = "paragraph"
        self._is_text = False
        self._rows: list[list[list[Closed]]] = []
        self.starts = {
            "p:sld": self._begin_slide,
            "p:sp": self._begin_shape,
            "p:ph": self._place,
            "a:p": self._begin_paragraph,
            "a:buChar": self._bullet,
            "a:buAutoNum": self._bullet,
            "a:t": self._begin_text,
            "m:t": self._begin_text,
            "a:br": self._line_break,
            "a:fld": self._field,
            "a:tr": self._begin_row,
            "a:tc": self._begin_cell,
            "dgm:relIds": self._diagram,
            "c:chart": self._chart,
        }
        self.ends = {
            "p:sp": self._end_shape,
            "a:p": self._end_paragraph,
            "a:t": self._end_text,
            "m:t": self._end_text,
            "a:tr": self._end_row,
            "a:tc": self._end_cell,
        }
        self.take_first_alternatives()

    def characters(self, text: str) -> None:
        if self._is_text:
            self.draft.write(text)

    def blocks(self) -> list[Closed]:
        """Return the blocks of the slide, the title first."""
        return [*self._titles, *self.draft.take()]

    def _begin_slide(self, attributes: Attributes) -> None:
        self.is_hidden = attributes.get("show") in _OFF

    def _begin_shape(self, _: Attributes) -> None:
        self._placeholder = ""
        self.draft.push()

    def _place(self, attributes: Attributes) -> None:
        self._placeholder = attributes.get("type", "")

    def _end_shape(self) -> None:
        blocks = self.draft.pop()
        running = _RUNNING.get(self._placeholder)
        if running is not None:
            if text := plain(blocks):
                self.heads.append(Annotation(kind=running, text=text))
        elif self._placeholder in _TITLES:
            self._titles += blocks
        else:
            self.draft.put(blocks)
        self._placeholder = ""

    def _begin_paragraph(self, _: Attributes) -> None:
        self._kind = "heading" if self._placeholder in _HEADINGS else "paragraph"

    def _bullet(self, _: Attributes) -> None:
        if self._kind != "heading":
            self._kind = "item"

    def _end_paragraph(self) -> None:
        self.draft.close(self._kind, self._page)

    def _begin_text(self, _: Attributes) -> None:
        self._is_text = True

    def _end_text(self) -> None:
        self._is_text = False

    def _line_break(self, _: Attributes) -> None:
        self.draft.write("\n")

    def _field(self, attributes: Attributes) -> None:
        kind = attributes.get("type", "")
        if kind.startswith(_VOLATILE):
            if self._placeholder not in _RUNNING:
                self.draft.mark("fields", Annotation(kind=kind.upper(), text=kind, page=self._page))
            self.leave_out()

    def _begin_row(self, _: Attributes) -> None:
        self._rows.append([])

    def _end_row(self) -> None:
        self.draft.put_row(self._rows.pop(), self._page)

    def _begin_cell(self, _: Attributes) -> None:
        self.draft.push()

    def _end_cell(self) -> None:
        cell = self.draft.pop()
        if self._rows:
            self._rows[-1].append(cell)
        else:
            self.draft.put(cell)

    def _diagram(self, attributes: Attributes) -> None:
        self._draw(attributes.get(R + "dm", ""))

    def _chart(self, attributes: Attributes) -> None:
        self._draw(attributes.get(R + "id", ""))

    def _draw(self, key: str) -> None:
        lead = self._leads.get(key)
        for text in self._drawn(lead.target) if lead is not None else ():
            self.draft.write(text)
            self.draft.close("paragraph", self._page)


class Comments(Xml):
    """Reads a part of comments, of the old kind or the new, or the part of their authors."""

    prefixes = _WITH_COMMENTS

    def __init__(self, limits: Limits, authors: Mapping[str, str]) -> None:
        super().__init__(limits)
        self.found: list[Annotation] = []
        self.authors: dict[str, str] = {}
        self._known = authors
        self._said: list[str] = []
        self._is_text = False
        self._by: tuple[str | None, str | None] = (None, None)
        for kind in ("p", "p188"):
            self.starts |= {
                f"{kind}:cm": self._begin,
                f"{kind}:cmAuthor": self._author,
                f"{kind}:author": self._author,
            }
            self.ends[f"{kind}:cm"] = self._take
        for element in ("p:text", "a:t"):
            self.starts[element] = self._begin_text
            self.ends[element] = self._end_text

    def characters(self, text: str) -> None:
        if self._is_text:
            self._said.append(text)

    def _author(self, attributes: Attributes) -> None:
        self.authors[attributes.get("id", "")] = attributes.get("name", "")

    def _begin(self, attributes: Attributes) -> None:
        self._said.clear()
        author = self._known.get(attributes.get("authorId", ""))
        self._by = (author, attributes.get("dt") or attributes.get("created"))

    def _begin_text(self, _: Attributes) -> None:
        self._is_text = True

    def _end_text(self) -> None:
        self._is_text = False

    def _take(self) -> None:
        text = canonical("".join(self._said))
        self.found.append(Annotation(text=text or None, author=self._by[0], date=self._by[1]))


class Order(Xml):
    """The slides of a presentation, by the ids of their relations, in order."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.slides: list[str] = []
        self.starts["p:sldId"] = self._slide

    def _slide(self, attributes: Attributes) -> None:
        self.slides.append(attributes.get(R + "id", ""))
