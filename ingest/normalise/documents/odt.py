"""Texts of OpenDocument (ODT): the text with every tracked change accepted.

Deletions, insertions, comments, hidden text, running heads and feet, volatile fields and embedded files stand
beside the text; notes stand after the body, a text box after the paragraph that holds it. Tables of contents
and indices are volatile. Automatic numbers are no text.
"""

from __future__ import annotations

import msgspec

from ingest.normalise.documents.draft import canonical, plain
from ingest.normalise.documents.odt_story import Story
from ingest.normalise.documents.odt_styles import Styles
from ingest.normalise.documents.ooxml import attachment
from ingest.normalise.documents.package import Package
from ingest.normalise.documents.sax import Attributes, Events
from ingest.normalise.extraction import Annotation, Extracted, Limits, Refused

WAY = "odt/3"
MEDIA_TYPE = "application/vnd.oasis.opendocument.text"
_KINDS = {MEDIA_TYPE, MEDIA_TYPE + "-template", MEDIA_TYPE + "-master", MEDIA_TYPE + "-web"}
_ENCRYPTED = b"encryption-data"
_META = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "urn:oasis:names:tc:opendocument:xmlns:meta:1.0": "meta",
}
_CLAIMS = (
    *("dc:title", "dc:creator", "dc:date", "dc:subject", "dc:description", "dc:language"),
    *("meta:initial-creator", "meta:creation-date", "meta:keyword", "meta:printed-by", "meta:user-defined"),
)
_OBJECTS = "Object"


def read(data: bytes, limits: Limits) -> Extracted:
    """Return the text of a document of OpenDocument and what stands beside it."""
    package = Package(data, limits)
    kind = (
        package.read("mimetype").decode("ascii", "replace").strip() if "mimetype" in package else MEDIA_TYPE
    )
    if kind not in _KINDS:
        raise Refused("unsupported", f"a document of the kind {kind[:100]!r}")
    if "META-INF/manifest.xml" in package and _ENCRYPTED in package.read("META-INF/manifest.xml"):
        raise Refused("password", "the document is encrypted")
    if "content.xml" not in package:
        raise Refused("refused", "a package without its document")

    styles = Styles(limits)
    heads: list[Annotation] = []
    if "styles.xml" in package:
        source = package.read("styles.xml")
        styles.run(source)
        master = Story(limits, styles)
        master.run(source)
        for kind_of_head, blocks in master.running:
            head = Annotation(kind=kind_of_head, text=plain(blocks))
            if head not in heads:
                heads.append(head)
    content = package.read("content.xml")
    styles.run(content)
    body = Story(limits, styles)
    body.run(content)

    claims = _Claims(limits)
    if "meta.xml" in package:
        claims.run(package.read("meta.xml"))
    embedded = [
        attachment(name, package.read(name), None)
        for name in package.names()
        if name.startswith(_OBJECTS) and "/" not in name and package.size(name)
    ]
    return body.draft.extracted(
        way=WAY,
        media_type=MEDIA_TYPE,
        notes=[msgspec.structs.replace(block, kind="note") for block in body.notes],
        beside={"running_heads": heads, "attachments": embedded, "properties": claims.found},
    )


class _Claims(Events):
    """What the file says of itself."""

    prefixes = _META

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.found: list[Annotation] = []
        self._said: list[str] = []
        self._name = ""
        for element in _CLAIMS:
            self.starts[element] = self._begin
            self.ends[element] = self._take

    def characters(self, text: str) -> None:
        self._said.append(text)

    def _begin(self, attributes: Attributes) -> None:
        self._said.clear()
        own = "urn:oasis:names:tc:opendocument:xmlns:meta:1.0 name"
        self._name = attributes.get(own) or self.element.partition(":")[2]

    def _take(self) -> None:
        if value := canonical("".join(self._said)):
            self.found.append(Annotation(name=self._name, text=value))
        self._said.clear()
