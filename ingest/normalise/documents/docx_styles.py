"""The styles of a document of Word: which are headings, captions, lists, and which hide."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import msgspec

from ingest.expressions import expression
from ingest.normalise.documents.ooxml import Xml
from ingest.normalise.documents.sax import Attributes
from ingest.normalise.extraction import BlockKind, Limits

T = TypeVar("T")
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main "
_HEADING = expression(r"(?:heading ?[1-9]|title|subtitle)\Z", re.IGNORECASE)
_LEVELS = frozenset("012345678")


class Style(msgspec.Struct, kw_only=True):
    """What one style says; None where it leaves it to the style that it is based on."""

    based_on: str | None = None
    kind: BlockKind | None = None
    is_item: bool | None = None
    hides: bool | None = None


def is_on(attributes: Attributes) -> bool:
    """Tell whether a property without a value, or with this one, is on."""
    return attributes.get(W + "val", "1") not in {"0", "false", "off"}


def is_level(attributes: Attributes) -> bool:
    """Tell whether this level of the outline makes a heading: that of body text makes none."""
    return attributes.get(W + "val", "") in _LEVELS


def is_in_list(attributes: Attributes) -> bool:
    """Tell whether this number of a list is one: zero takes a paragraph out of its style's list."""
    return attributes.get(W + "val", "0") != "0"


class Styles(Xml):
    """Reads the part of styles; then `kind` and `hides` say what a style means."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self._styles: dict[str, Style] = {}
        self._style = Style()
        self.default = ""
        self.starts = {
            "w:latentStyles": self._leave_out,
            "w:docDefaults": self._leave_out,
            "w:tblStylePr": self._leave_out,
            "w:style": self._begin,
            "w:name": self._name,
            "w:basedOn": self._base,
            "w:outlineLvl": self._level,
            "w:numPr": self._list,
            "w:numId": self._number,
            "w:vanish": self._vanish,
        }

    def kind(self, style: str) -> BlockKind | None:
        """Return the kind of block that the style makes, if it says so. One with a number is a heading too.

        A style that the document does not describe is told by its id.
        """
        if style not in self._styles:
            return "heading" if _HEADING.match(style) is not None else None
        kind: BlockKind | None = self._first(style, lambda said: said.kind)
        if kind is None or kind == "paragraph":
            return "item" if self._first(style, lambda said: said.is_item) is True else None
        return kind

    def hides(self, style: str) -> bool:
        """Tell whether text in the style is hidden."""
        return self._first(style, lambda said: said.hides) is True

    def _first(self, style: str, said: Callable[[Style], T | None]) -> T | None:
        for _ in range(20):
            found = self._styles.get(style)
            if found is None:
                return None
            value = said(found)
            if value is not None or found.based_on is None:
                return value
            style = found.based_on
        return None

    def _leave_out(self, _: Attributes) -> None:
        self.leave_out()

    def _begin(self, attributes: Attributes) -> None:
        self._style = Style()
        name = attributes.get(W + "styleId", "")
        self._styles[name] = self._style
        if attributes.get(W + "type") == "paragraph" and attributes.get(W + "default") in {"1", "true"}:
            self.default = name

    def _name(self, attributes: Attributes) -> None:
        name = attributes.get(W + "val", "")
        if _HEADING.match(name):
            self._style.kind = "heading"
        elif name.lower() == "caption":
            self._style.kind = "caption"

    def _base(self, attributes: Attributes) -> None:
        self._style.based_on = attributes.get(W + "val")

    def _level(self, attributes: Attributes) -> None:
        if is_level(attributes):
            self._style.kind = "heading"
        elif self._style.kind is None:
            self._style.kind = "paragraph"

    def _list(self, _: Attributes) -> None:
        self._style.is_item = True

    def _number(self, attributes: Attributes) -> None:
        self._style.is_item = is_in_list(attributes)

    def _vanish(self, attributes: Attributes) -> None:
        self._style.hides = is_on(attributes)
