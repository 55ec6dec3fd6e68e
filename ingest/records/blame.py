"""The records of sentences: where each came from, and which are not there any more."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType


class Away(msgspec.Struct, frozen=True, kw_only=True, rename={"first": "from", "last": "to"}):
    """The first and the last of the versions in a row that lacked a sentence which came back."""

    first: int
    last: int
    removed_at: str | None
    returned_at: str | None


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """Words of a sentence, and the version that brought them."""

    text: str
    version: int
    observed_at: str | None


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of a version and where it came from."""

    document: str
    root: str
    path: str
    path_base64: str | UnsetType = UNSET
    version: int
    offset: int
    length: int
    text: str
    from_version: int
    from_observed_at: str | None
    away: list[Away]
    words: list[Run]
    page: int | None = None
    heading: str | None = None


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence that earlier versions held and a version does not."""

    document: str
    root: str
    path: str
    path_base64: str | UnsetType = UNSET
    version: int
    text: str
    from_version: int
    from_observed_at: str | None
    last_version: int
    removed_in: int
    removed_at: str | None
    edited: bool
