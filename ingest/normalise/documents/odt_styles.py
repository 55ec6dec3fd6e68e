"""The styles of OpenDocument: which of them hide their text, and which are headings and captions."""

from __future__ import annotations

import re

import msgspec

from ingest.expressions import expression
from ingest.normalise.documents.sax import Attributes, Events
from ingest.normalise.extraction import Limits

_NS = "urn:oasis:names:tc:opendocument:xmlns:"
PREFIXES = {
    _NS + "text:1.0": "text",
    _NS + "office:1.0": "office",
    _NS + "table:1.0": "table",
    _NS + "drawing:1.0": "draw",
    _NS + "style:1.0": "style",
    _NS + "svg-compatible:1.0": "svg",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://www.w3.org/1998/Math/MathML": "math",
}
TEXT = _NS + "text:1.0 "
STYLE = _NS + "style:1.0 "
_CAPTIONS = frozenset(("Caption", "Illustration", "Table", "Drawing", "Figure", "Text"))
_HEADING = expression(r"(?:heading(?: (?:[1-9]|10))?|title|subtitle)\Z", re.IGNORECASE)
_LEVELS = frozenset(str(level) for level in range(1, 11))


class _Style(msgspec.Struct, kw_only=True):
    parent: str | None = None
    shown: str = ""
    level: str | None = None
    hides: bool | None = None


_NOTHING = _Style()


class Styles(Events):
    """Reads the styles of one part after another."""

    prefixes = PREFIXES

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self._styles: dict[str, _Style] = {}
        self._style = _Style()
        self.starts = {
            "style:style": self._begin,
            "style:text-properties": self._text_properties,
            "office:body": self._leave_out,
        }

    def hides(self, style: str) -> bool:
        """Tell whether text in the style is hidden."""
        return any(self._styles[name].hides for name in self._family(style))

    def is_heading(self, style: str) -> bool:
        """Tell whether paragraphs in the style are headings, by its level or name, or its parents'.

        The nearest that says something decides; a level that is empty says that it is none.
        """
        for name in self._family(style) or [style]:
            found = self._styles.get(name, _NOTHING)
            if found.level is not None:
                return found.level in _LEVELS
            if _HEADING.match(found.shown or name.replace("_20_", " ")) is not None:
                return True
            if found.parent not in self._styles and found.parent is not None:
                return _HEADING.match(found.parent.replace("_20_", " ")) is not None
        return False

    def is_caption(self, style: str) -> bool:
        """Tell whether paragraphs in the style are captions."""
        return style in _CAPTIONS or any(
            self._styles[name].parent in _CAPTIONS - {"Table", "Text"} for name in self._family(style)
        )

    def _family(self, style: str | None) -> list[str]:
        found: list[str] = []
        while style is not None and style in self._styles and len(found) < 20:
            found.append(style)
            style = self._styles[style].parent
        return found

    def _leave_out(self, _: Attributes) -> None:
        self.leave_out()

    def _begin(self, attributes: Attributes) -> None:
        self._style = _Style(
            parent=attributes.get(STYLE + "parent-style-name"),
            shown=attributes.get(STYLE + "display-name", ""),
            level=attributes.get(STYLE + "default-outline-level"),
        )
        self._styles[attributes.get(STYLE + "name", "")] = self._style

    def _text_properties(self, attributes: Attributes) -> None:
        if attributes.get(TEXT + "display") == "none":
            self._style.hides = True
