"""What a format module gives: its names, and what it does that other formats do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from ingest.normalise.date import Date
from ingest.standoff import Heading


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What a text says of itself; None where it does not. `language` is ISO 639-1.

    `body` is where the text begins that the language is told from, behind what stands before it.
    """

    title: str | None = None
    date: Date | None = None
    language: str | None = None
    body: int = 0


class Format(msgspec.Struct, frozen=True, kw_only=True):
    r"""One format of text.

    `normaliser` is its name and version; the version goes up whenever the same bytes may give
    another rendition. `extensions` are lower-case, without the dot. `body` takes a text with
    `\n` line ends to its canonical lines, and is idempotent. `metadata` takes the canonical text.
    `apart`, where there is one, takes such lines and how they are put into NFC, and returns the words among
    them with what stands beside those as it is recorded; words alone it leaves as they are.
    `headings`, where there is one, finds the headings of the canonical text, in order.
    """

    normaliser: str
    media_type: str
    extensions: tuple[bytes, ...]
    body: Callable[[str], str]
    metadata: Callable[[str], Metadata]
    apart: Callable[[str, Callable[[str], str]], tuple[str, bytes | None]] | None = None
    headings: Callable[[str], Iterator[Heading]] | None = None
