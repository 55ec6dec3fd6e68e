"""What a format module gives: its names, and what it does that other formats do not."""

from __future__ import annotations

from collections.abc import Callable

import msgspec


class Format(msgspec.Struct, frozen=True, kw_only=True):
    r"""One format of text.

    `normaliser` is its name and version; the version goes up whenever the same bytes may give
    another rendition. `extensions` are lower-case, without the dot. `body` takes a text with
    `\n` line ends to its canonical lines, and is idempotent. `title` takes the canonical text.
    """

    normaliser: str
    media_type: str
    extensions: tuple[bytes, ...]
    body: Callable[[str], str]
    title: Callable[[str], str | None]
