"""The values that every room speaks: frozen, without behaviour that touches the world.

Times are whole microseconds since 1970-01-01 UTC unless a name ends in `_ns`. Hashes are the
32 bytes of a SHA-256. Paths are bytes, relative to their root, with `/` between the parts.
"""

from __future__ import annotations

from typing import Literal, NewType

import msgspec

RootKey = NewType("RootKey", int)  # a root's row: neither its id, nor an open descriptor of its folder

ChangeType = Literal[
    "document.created",
    "document.changed",
    "document.moved",
    "document.deleted",
    "document.restored",
    "document.rejected",
    "document.renormalised",
]
Cause = Literal["startup", "watch", "scan"]
RejectReason = Literal["too_large", "unreadable", "busy", "path_too_long"]
GoneReason = Literal["removed", "replaced", "excluded"]
# A withdrawal is a review of its own, which names the one that it takes back.
ReviewAction = Literal["reviewed", "withdrawn"]
# Who said a reviewer's name: the reviewer, or the proxy before the service.
NamedBy = Literal["reviewer", "proxy"]


class Signature(msgspec.Struct, frozen=True, array_like=True):
    """What `stat` says of a file; two equal ones around a read mean the file stood still.

    Numbers are wrapped into 64 signed bits: they are for comparing, not for showing.
    """

    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int


class Rendition(msgspec.Struct, frozen=True, kw_only=True):
    """The text and metadata that one named normaliser made of one version's bytes.

    `text` is None exactly when `text_reason` says why. `confidence` is in thousandths.
    `text_slice` is (offset, length) in bytes when the text, as UTF-8, is that part of the raw
    bytes. `date` is EDTF as written; `date_earliest` and `date_latest` are ISO days. `beside` are the blocks
    and annotations of a document's text, as `normalise.beside` writes them; a plain text has none.
    """

    normaliser: str
    libraries: str
    media_type: str
    text: str | None = None
    text_reason: str | None = None
    text_slice: tuple[int, int] | None = None
    encoding: str | None = None
    bom: bool = False
    confidence: int | None = None
    lossy: bool = False
    newline: str | None = None
    language: str | None = None
    title: str | None = None
    date: str | None = None
    date_earliest: str | None = None
    date_latest: str | None = None
    words: int | None = None
    sentences: int | None = None
    beside: bytes | None = None


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of one stable read, their hash, and what the normaliser made of them."""

    raw: bytes
    sha256: bytes
    rendition: Rendition
