r"""What a reader makes of a document's bytes: text, blocks, what stands beside them, or why there is no text.

A reader is a pure function `read(data, limits) -> Extracted`: it reads no clock and no file, and the same
bytes give the same value in every process. It raises `Refused` and nothing else on purpose; what else it
raises is a defect, and whoever calls it takes it for `extractor_failed`.

The text is canonical: one block a paragraph, blocks parted by an empty line, the cells of a row by a tab,
notes after the body. It is in NFC, holds no control characters but `\n` and `\t`, and has no blanks at the
ends of its lines.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from ingest.model import Annotation, Annotations, Block, BlockKind

Reason = Literal[
    "no_text_layer", "password", "unsupported", "no_extractor", "too_large", "refused", "extractor_failed"
]


__all__ = (
    "Annotation", "Annotations", "Block", "BlockKind", "Extracted", "Limits", "Reason", "Refused"
)  # fmt: skip


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader takes at most. They do not depend on the machine; a deadline comes after them.

    `bytes` of the file; `markup`, bytes of HTML or of one unpacked part that is parsed; `unpacked`, bytes
    of all parts together; `members` of a package, parts of a message; `ratio`, how many times a part of a
    megabyte or more may grow by unpacking; `depth` of elements, groups and messages within each other;
    `pages`; `characters` of text.
    """

    bytes: int = 100_000_000
    markup: int = 20_000_000
    unpacked: int = 60_000_000
    members: int = 10_000
    ratio: int = 200
    depth: int = 2_000
    pages: int = 10_000
    characters: int = 20_000_000


class Extracted(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader made of one document's bytes. `way` names how, with a version: `docx/1`."""

    text: str
    blocks: tuple[Block, ...]
    annotations: Annotations
    way: str
    media_type: str


class Refused(Exception):
    """The bytes give no text: `reason` is the rendition's `text_reason`, `detail` a sentence."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason: Reason = reason
        self.detail = detail
