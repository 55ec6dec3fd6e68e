"""The values that every room speaks: frozen, without behaviour that touches the world.

Times are whole microseconds since 1970-01-01 UTC unless a name ends in `_ns`. Hashes are the
32 bytes of a SHA-256. Paths are bytes, relative to their root, with `/` between the parts.
"""

from __future__ import annotations

from typing import Literal, NewType

import msgspec

DocumentKey = NewType("DocumentKey", int)  # a document's row: neither its id, nor a number of a version
Descriptor = NewType("Descriptor", int)  # an open file or folder
Seq = NewType("Seq", int)  # a place in the log: neither a number of a version, nor a moment
RootKey = NewType("RootKey", int)  # a root's row: neither its id, nor an open descriptor of its folder

BEGINNING = Seq(0)  # before the first change
LONGEST = Seq(2**63 - 1)  # no log has a change beyond
Cause = Literal["startup", "watch", "scan"]
RejectReason = Literal["too_large", "unreadable", "busy", "path_too_long"]
BlockKind = Literal["paragraph", "heading", "item", "row", "note", "caption"]
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
    and annotations of a document's text, as `standoff` writes them; a plain text has none.
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


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One block of the text: `offset` and `length` in characters, `page` from 1 on, or None."""

    offset: int
    length: int
    kind: BlockKind
    page: int | None = None


class Annotation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that stands beside the text. What its kind does not have is None.

    `kind` is the format-neutral word for it: `insertion`, `deletion`, `moved_from`, `moved_to`,
    `formatting` of tracked changes, `head` or `foot` of running heads, the instruction's first word of a
    field. `place` is an offset in the text. `date` is as the file says it. `name` is of an attachment or a
    property; `media_type`, `size` and `sha256` are an attachment's.
    """

    kind: str | None = None
    name: str | None = None
    text: str | None = None
    place: int | None = None
    page: int | None = None
    author: str | None = None
    date: str | None = None
    media_type: str | None = None
    size: int | None = None
    sha256: str | None = None


class Annotations(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands beside the text, each kind in the order of the document.

    `properties` are claims of the file about itself. `pages` has one entry a page: its number (`page`),
    where its text begins (`place`) and its own label (`name`) if it has one; `pages_without_text` those
    that show something, but no characters.
    """

    tracked_changes: tuple[Annotation, ...] = ()
    comments: tuple[Annotation, ...] = ()
    hidden: tuple[Annotation, ...] = ()
    fields: tuple[Annotation, ...] = ()
    attachments: tuple[Annotation, ...] = ()
    running_heads: tuple[Annotation, ...] = ()
    cue_times: tuple[Annotation, ...] = ()
    properties: tuple[Annotation, ...] = ()
    pages: tuple[Annotation, ...] = ()
    pages_without_text: tuple[Annotation, ...] = ()
