"""Books as EPUB: the pages of the spine, in its order, each read once, as a page of HTML.

The table of contents repeats the headings and is left out. Notes stand after the body. A book is taken for
encrypted only where a page of its spine is: fonts often are, and hide no text.
"""

from __future__ import annotations

from urllib.parse import unquote

from ingest.expressions import expression
from ingest.normalise.documents.draft import Draft, canonical
from ingest.normalise.documents.html_blocks import Page
from ingest.normalise.documents.html_whole import characters
from ingest.normalise.documents.package import Package, resolved
from ingest.normalise.documents.sax import Attributes, Events
from ingest.normalise.extraction import Annotation, Extracted, Limits, Refused

WAY = "epub/2"
MEDIA_TYPE = "application/epub+zip"
_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_PAGES = frozenset(("application/xhtml+xml", "text/html", "text/x-oeb1-document"))
_PREFIXES = {
    "urn:oasis:names:tc:opendocument:xmlns:container": "container",
    "http://www.idpf.org/2007/opf": "opf",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://www.w3.org/2001/04/xmlenc#": "enc",
}
_CLAIMS = (
    "creator",
    "contributor",
    "date",
    "description",
    "identifier",
    "language",
    "publisher",
    "subject",
    "title",
)
# A declaration without entities of its own changes nothing in the part, and old books have one.
_BARE_DOCTYPE = expression(rb"<!DOCTYPE[^\[\]>]{0,400}>")


def read(data: bytes, limits: Limits) -> Extracted:
    """Return the text of a book and what it says of itself."""
    package = Package(data, limits)
    if _CONTAINER not in package:
        raise Refused("refused", "a book without its container")
    container = _Container(limits)
    container.run(_xml(package.read(_CONTAINER)))
    if container.root is None or container.root not in package:
        raise Refused("refused", "a book that names no package")
    folder = container.root.rpartition("/")[0]
    book = _Book(limits, folder)
    book.run(_xml(package.read(container.root)))

    locked: set[str] = set()
    if _ENCRYPTION in package:
        encryption = _Container(limits)
        encryption.run(_xml(package.read(_ENCRYPTION)))
        locked = encryption.locked

    draft = Draft(limits)
    reader = Page(draft, limits)
    contents: list[Annotation] = []
    read: set[str] = set()
    for key in book.spine:
        item = book.items.get(key)
        if item is None:
            raise Refused("refused", "a spine that names a page that is not there")
        name, media_type, roles = item
        if "nav" in roles:
            contents.append(Annotation(kind="TOC", text=name))
            continue
        if media_type not in _PAGES or name in read:
            continue
        if name in locked:
            raise Refused("password", "a page of the book is encrypted")
        read.add(name)
        reader.read(characters(package.read(name)))
    if not book.spine:
        raise Refused("refused", "a book without a spine")
    return draft.extracted(
        way=WAY,
        media_type=MEDIA_TYPE,
        notes=reader.notes,
        beside={"fields": contents, "properties": book.claims},
    )


def _xml(data: bytes) -> bytes:
    return _BARE_DOCTYPE.sub(b"", data, count=1)


class _Container(Events):
    """Which part is the book's package, and which parts are encrypted."""

    prefixes = _PREFIXES

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.root: str | None = None
        self.locked: set[str] = set()
        self.starts = {"container:rootfile": self._root_file, "enc:CipherReference": self._cipher}

    def _root_file(self, attributes: Attributes) -> None:
        if self.root is None:
            self.root = resolved("", attributes.get("full-path", ""))

    def _cipher(self, attributes: Attributes) -> None:
        self.locked.add(unquote(attributes.get("URI", "")))


class _Book(Events):
    """What the book's package lists: claims, items, and the order of its pages."""

    prefixes = _PREFIXES

    def __init__(self, limits: Limits, folder: str) -> None:
        super().__init__(limits)
        self.claims: list[Annotation] = []
        self.items: dict[str, tuple[str, str, list[str]]] = {}
        self.spine: list[str] = []
        self._folder = folder
        self._said: list[str] = []
        self.starts = {"opf:item": self._item, "opf:itemref": self._page}
        for claim in _CLAIMS:
            self.starts[f"dc:{claim}"] = self._begin
            self.ends[f"dc:{claim}"] = self._take

    def characters(self, text: str) -> None:
        self._said.append(text)

    def _item(self, attributes: Attributes) -> None:
        target = unquote(attributes.get("href", ""))
        if "://" not in target:
            name = resolved(self._folder, target)
            roles = attributes.get("properties", "").split()
            self.items[attributes.get("id", "")] = (name, attributes.get("media-type", ""), roles)

    def _page(self, attributes: Attributes) -> None:
        self.spine.append(attributes.get("idref", ""))

    def _begin(self, _: Attributes) -> None:
        self._said.clear()
        self._name = self.element.partition(":")[2]

    def _take(self) -> None:
        if value := canonical("".join(self._said)):
            self.claims.append(Annotation(name=self._name, text=value))
        self._said.clear()
