"""One sentence of a version, as an address names it: where it came from, and where it is now."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from ingest.errors import NotFound, UsageError
from ingest.expressions import expression
from ingest.history.naming import Target
from ingest.index import sentence_history
from ingest.index.blame import Origin
from ingest.store.engine import Connection

_AT = expression(r"(\d{1,9})(?:\.([0-9a-f]{8}))?", re.ASCII)


class Here(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence and what became of it.

    `became` is `newest` (its version is the newest), `stands`, `moved`, `edited`, `gone` or `lost` (edited
    too often to be followed). `at` names it in an address, `now_at` the one that stands in its place in the
    newest version, `before` and `after` its neighbours. `edited_in` are the versions that put another wording
    in its place; it was followed up to the version `reached`.
    """

    text: str
    at: str
    offset: int
    since: int
    since_at: int
    became: str
    edited_in: tuple[int, ...]
    reached: int
    now: str | None
    now_at: str | None
    newest: int
    gone_in: int | None
    gone_at: int | None
    before: str | None
    after: str | None


def find(
    connection: Connection, target: Target, no: int, words: str, origins: Sequence[Origin],
    times: dict[int, int], *, is_indexed: bool,
) -> Here:  # fmt: skip
    """Return the sentence that `at` names. Raises UsageError, NotFound, IntegrityError."""
    match = _AT.fullmatch(words)
    if match is None:
        raise UsageError("'at' names no sentence", hint="take it from the link of a sentence")
    known = sentence_history.follow(
        connection, target.id, no, offset=int(match[1]), key=match[2] or "", last=target.last,
        indexed=is_indexed,
    )  # fmt: skip
    number = next(
        (at for at, each in enumerate(origins) if known is not None and each.offset == known.said.offset),
        None,
    )
    if known is None or number is None:
        raise NotFound(
            f"version {no} has no such sentence", hint="the page of the version has a link for each"
        )
    if no == target.last:
        became = "newest"
    elif known.now is not None:
        became = "edited" if known.edited_in else "moved" if known.moved else "stands"
    else:
        became = "lost" if known.gone_in is None else "gone"
    now = known.now
    return Here(
        text=known.said.text,
        at=_named(known.said.offset, known.said.text),
        offset=known.said.offset,
        since=origins[number].version,
        since_at=times[origins[number].version],
        became=became,
        edited_in=known.edited_in,
        reached=known.reached,
        now=None if now is None else now.text,
        now_at=None if now is None else _named(now.offset, now.text),
        newest=target.last,
        gone_in=known.gone_in,
        gone_at=None if known.gone_in is None else times.get(known.gone_in),
        before=_neighbour(origins, number - 1),
        after=_neighbour(origins, number + 1),
    )


def _named(offset: int, text: str) -> str:
    return f"{offset}.{sentence_history.short(text)}"


def _neighbour(origins: Sequence[Origin], number: int) -> str | None:
    if not 0 <= number < len(origins):
        return None
    return _named(origins[number].offset, origins[number].text)
