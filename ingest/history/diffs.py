"""What differs between two versions, of one document or of two, as a record."""

from __future__ import annotations

import re
from itertools import accumulate

import msgspec
from msgspec import UNSET, UnsetType

from ingest.diff import sequences
from ingest.diff.sequences import Hunk
from ingest.edits.edit import Edit
from ingest.edits.settings import Rules
from ingest.history import version_annotations, version_contents
from ingest.history.naming import Target
from ingest.index import edits
from ingest.records import shown_path
from ingest.store.engine import Connection


class Diff(
    msgspec.Struct, frozen=True, kw_only=True, rename={"first": "from", "last": "to", "words": "edits"}
):
    """What differs by line; by word, and counted, on demand.

    `from_document` and `from_path` are there where the two versions are of two documents; `binary` and `same`
    where one of the two has no text: then `hunks` is null, and `same` says whether the bytes are.
    """

    document: str
    root: str
    path: str
    path_base64: str | UnsetType = UNSET
    first: int
    last: int
    from_document: str | UnsetType = UNSET
    from_path: str | UnsetType = UNSET
    from_path_base64: str | UnsetType = UNSET
    edit: Edit | UnsetType | None = UNSET
    hunks: list[Hunk] | None
    words: list[sequences.Edit] | UnsetType = UNSET
    stat: dict[str, int] | UnsetType = UNSET
    binary: bool | UnsetType = UNSET
    same: bool | UnsetType = UNSET


class Sides(msgspec.Struct, frozen=True, kw_only=True):
    """The record of a difference, both texts, and whether the bytes differ.

    A text may be None; `without_text` then says why, of each version that has none, by number.
    """

    record: Diff
    old: str | None
    new: str | None
    language: str | None
    same_bytes: bool
    without_text: dict[int, str | None]


def between(
    connection: Connection,
    old: tuple[Target, int],
    new: tuple[Target, int],
    *,
    rules: Rules,
    word: bool = False,
    stat: bool = False,
) -> Sides:
    """Compare two versions. Raises NotFound, IntegrityError."""
    (a_target, a), (b_target, b) = old, new
    rows = [version_contents.version_row(connection, target, no) for target, no in (old, new)]
    before = version_contents.text(connection, a_target, a)
    after = version_contents.text(connection, b_target, b)
    path, path_base64 = shown_path(b_target.path)
    record = Diff(
        document=b_target.document,
        root=b_target.root,
        path=path,
        path_base64=path_base64,
        first=a,
        last=b,
        hunks=None,
    )
    if a_target.document != b_target.document:
        came, came_base64 = shown_path(a_target.path)
        record = msgspec.structs.replace(
            record, from_document=a_target.document, from_path=came, from_path_base64=came_base64
        )
    same = bool(rows[0].sha256 == rows[1].sha256)
    if before is None or after is None:
        record = msgspec.structs.replace(record, binary=True, same=same)
    else:
        edit = None
        if a_target.id == b_target.id and a != b:
            edit = edits.between(connection, a_target.id, a, b, rules=rules.of(b_target.root))
        record = msgspec.structs.replace(
            record,
            edit=edit,
            hunks=_located(connection, new, after, sequences.hunks(before, after)),
            words=sequences.edits(before, after) if word else UNSET,
            stat=sequences.counts(before, after) if stat else UNSET,
        )
    reasons = zip((a, b), (before, after), rows, strict=True)
    return Sides(
        record=record,
        old=before,
        new=after,
        language=rows[1].language,
        same_bytes=same,
        without_text={no: row.text_reason for no, text, row in reasons if text is None},
    )


def _located(connection: Connection, side: tuple[Target, int], text: str, hunks: list[Hunk]) -> list[Hunk]:
    """Return the hunks with the page and heading of each, where the version knows them."""
    found = version_annotations.places(connection, *side) if hunks else None
    if found is None or found[0] != text:
        return hunks
    starts = [0, *accumulate(len(line) for line in re.findall(r"[^\n]*\n|[^\n]+", text))]
    placed = []
    for hunk in hunks:
        leading = next((at for at, line in enumerate(hunk.lines) if line.op != " "), 0)
        line = min(max(hunk.to_start - 1 + leading, 0), len(starts) - 1)
        place = found[1].at(starts[line])
        placed.append(msgspec.structs.replace(hunk, page=place.page, heading=place.heading))
    return placed
