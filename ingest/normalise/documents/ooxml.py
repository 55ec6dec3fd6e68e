"""What Word's and PowerPoint's packages have in common: relationships, properties, what is embedded."""

from __future__ import annotations

import hashlib

import msgspec

from ingest.normalise.documents.draft import canonical
from ingest.normalise.documents.package import Package, resolved
from ingest.normalise.documents.sax import Attributes, Events
from ingest.normalise.extraction import Annotation, Limits, Refused

PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://schemas.openxmlformats.org/presentationml/2006/main": "p",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a",
    "http://schemas.openxmlformats.org/drawingml/2006/diagram": "dgm",
    "http://schemas.openxmlformats.org/drawingml/2006/chart": "c",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.openxmlformats.org/package/2006/relationships": "rel",
    "http://schemas.openxmlformats.org/package/2006/metadata/core-properties": "cp",
    "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties": "ep",
    "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties": "op",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "urn:schemas-microsoft-com:vml": "v",
}
# The strict form of the standard has other names for the same.
_STRICT = b"http://purl.oclc.org/ooxml/"
_TRANSITIONAL = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/presentationml/main", b"http://schemas.openxmlformats.org/presentationml/2006/main"),
    (b"http://purl.oclc.org/ooxml/drawingml/main", b"http://schemas.openxmlformats.org/drawingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
    (b"http://purl.oclc.org/ooxml/officeDocument/extendedProperties", b"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"),
    (b"http://purl.oclc.org/ooxml/officeDocument/customProperties", b"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"),
    (b"http://purl.oclc.org/ooxml/officeDocument/", b"http://schemas.openxmlformats.org/officeDocument/2006/"),
)  # fmt: skip
# Before the name of an attribute with the prefix `r`, as the parser of XML gives it: `R + "id"`.
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships "

# Statistics that every save changes say nothing of the document.
_CORE = frozenset(
    {
        *("cp:category", "cp:contentStatus", "cp:keywords", "cp:lastModifiedBy", "cp:version", "dc:creator"),
        *("dc:description", "dc:identifier", "dc:language", "dc:subject", "dc:title"),
        *("dcterms:created", "dcterms:modified"),
    }
)
_EXTENDED = frozenset(("ep:Company", "ep:Manager"))
_EMBEDDED = frozenset(("aFChunk", "package", "oleObject"))
_MEDIA_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


class Relation(msgspec.Struct, frozen=True):
    """Where a part leads. `kind` is the last word of its type; `target` a part, or an address outside."""

    kind: str
    target: str
    is_outside: bool


class Xml(Events):
    """Reads a part. Elements are named by `PREFIXES`, those of the strict form of the standard too."""

    prefixes = PREFIXES

    def run(self, data: bytes) -> None:
        """Tell the events of a part."""
        if _STRICT in data:
            for strict, common in _TRANSITIONAL:
                data = data.replace(strict, common)
        super().run(data)

    def take_first_alternatives(self) -> None:
        """Read of alternative contents the first alone: else a text box would stand twice."""
        self._choices: list[bool] = []  # whether one was told, of each that is open
        self.starts["mc:AlternateContent"] = lambda _: self._choices.append(False)
        self.starts["mc:Choice"] = self.starts["mc:Fallback"] = self._alternative
        self.ends["mc:AlternateContent"] = self._end_alternatives

    def _alternative(self, _: Attributes) -> None:
        if self._choices and self._choices[-1]:
            self.leave_out()
        elif self._choices:
            self._choices[-1] = True

    def _end_alternatives(self) -> None:
        self._choices.pop()


class _Relations(Xml):
    def __init__(self, limits: Limits, folder: str) -> None:
        super().__init__(limits)
        self.found: dict[str, Relation] = {}
        self._folder = folder
        self.starts["rel:Relationship"] = self._relation

    def _relation(self, attributes: Attributes) -> None:
        kind = attributes.get("Type", "").rpartition("/")[2]
        target = attributes.get("Target", "")
        outside = attributes.get("TargetMode") == "External"
        if not outside:
            try:
                target = resolved(self._folder, target)
            except Refused:
                return  # leads out of the package: nothing is there
        self.found[attributes.get("Id", "")] = Relation(kind, target, outside)


class _Properties(Xml):
    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.found: list[Annotation] = []
        self._said: list[str] = []
        self._name = ""
        for element in _CORE | _EXTENDED:
            self.starts[element] = self._begin
            self.ends[element] = self._take
        self.starts["op:property"] = self._begin_own
        self.ends["op:property"] = self._take

    def characters(self, text: str) -> None:
        self._said.append(text)

    def _begin(self, _: Attributes) -> None:
        self._said.clear()
        self._name = self.element.partition(":")[2]

    def _begin_own(self, attributes: Attributes) -> None:
        self._said.clear()
        self._name = attributes.get("name", "")

    def _take(self) -> None:
        value = canonical("".join(self._said))
        self._said.clear()
        if value:
            self.found.append(Annotation(name=self._name, text=value))


def main_part(package: Package, limits: Limits) -> str:
    """Return the name of the part that the document begins with."""
    for relation in relations(package, "", limits).values():
        if relation.kind == "officeDocument" and not relation.is_outside:
            return relation.target
    raise Refused("refused", "a package that names no document")


def relations(package: Package, part: str, limits: Limits) -> dict[str, Relation]:
    """Return where a part leads, by the relation's id; "" is the package itself."""
    folder, _, name = part.rpartition("/")
    listed = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
    if listed not in package:
        return {}
    reader = _Relations(limits, folder)
    reader.run(package.read(listed))
    return reader.found


def properties(package: Package, limits: Limits) -> list[Annotation]:
    """Return what the file says of itself: title, author, dates, and properties of its own."""
    reader = _Properties(limits)
    for relation in relations(package, "", limits).values():
        is_asked = relation.kind in {"core-properties", "extended-properties", "custom-properties"}
        if is_asked and relation.target in package:
            reader.run(package.read(relation.target))
    return reader.found


def attachments(package: Package, leads: dict[str, Relation]) -> list[Annotation]:
    """Return the files that are embedded in a part."""
    found = []
    for relation in leads.values():
        if relation.kind in _EMBEDDED and relation.target in package and not relation.is_outside:
            name = relation.target.rpartition("/")[2]
            media_type = _MEDIA_TYPES.get(name.rpartition(".")[2].lower())
            found.append(attachment(name, package.read(relation.target), media_type))
    return found


def attachment(name: str, data: bytes, media_type: str | None) -> Annotation:
    """Return what is said of an embedded file."""
    digest = hashlib.sha256(data).hexdigest()
    return Annotation(name=canonical(name) or None, media_type=media_type, size=len(data), sha256=digest)


class _DrawingTexts(Xml):
    """The texts of a diagram or a chart, which are parts of their own. A chart's numbers are not read."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._is_text = False
        self.starts = {
            "a:t": self._begin,
            "c:v": self._begin,
            "c:numCache": self._leave_out,
            "a:p": self._clear,
        }
        self.ends = {"a:t": self._end_text, "c:v": self._take, "a:p": self._take}

    def characters(self, text: str) -> None:
        if self._is_text:
            self._pieces.append(text)

    def _leave_out(self, _: Attributes) -> None:
        self.leave_out()

    def _clear(self, _: Attributes) -> None:
        self._pieces.clear()

    def _begin(self, _: Attributes) -> None:
        self._is_text = True

    def _end_text(self) -> None:
        self._is_text = False

    def _take(self) -> None:
        self._is_text = False
        text = canonical("".join(self._pieces))
        self._pieces.clear()
        if text:
            self.texts.append(text)


def drawing_texts(package: Package, part: str, limits: Limits) -> list[str]:
    """Return the texts of a diagram or a chart, a paragraph or a label each."""
    if part not in package:
        return []
    reader = _DrawingTexts(limits)
    reader.run(package.read(part))
    return reader.texts
