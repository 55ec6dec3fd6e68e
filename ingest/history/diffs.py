"""What differs between two versions, of one document or of two, as a record."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
from msgspec import UNSET, UnsetType

from ingest.diff import sequences
from ingest.diff.sequences import Hunk, Line
from ingest.edits.edit import Edit
from ingest.edits.settings import Rules
from ingest.history import version_annotations, version_contents
from ingest.history.naming import Target
from ingest.index import edits
from ingest.records import shown_path
from ingest.standoff import Place
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
    place_of: Callable[[int], Place] | None  # of a character of the new text

    def each_hunk(self) -> Iterator[tuple[Hunk, Iterator[Line]]]:
        """Yield each hunk without its lines, and its lines; with page and heading where these are known."""
        if self.old is None or self.new is None:
            return
        starts = None if self.place_of is None else sequences.lines_of(self.new)
        for hunk, lines, leading in sequences.each_hunk(self.old, self.new):
            if self.place_of is not None and starts is not None:
                line = min(max(hunk.to_start - 1 + leading, 0), len(starts))
                place = self.place_of(starts.place(line))
                hunk = msgspec.structs.replace(hunk, page=place.page, heading=place.heading)  # noqa: PLW2901
            yield hunk, lines


def between(
    connection: Connection,
    old: tuple[Target, int],
    new: tuple[Target, int],
    *,
    rules: Rules,
    word: bool = False,
    stat: bool = False,
    lines: bool = True,
) -> Sides:
    """Compare two versions. Raises NotFound, IntegrityError.

    Without `lines` the record has no hunks: they can be asked for one by one.
    """
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
            hunks=[],
            words=sequences.edits(before, after) if word else UNSET,
            stat=sequences.counts(before, after) if stat else UNSET,
        )
    both = before is not None and after is not None and before != after
    known = version_annotations.places(connection, *new) if both else None
    reasons = zip((a, b), (before, after), rows, strict=True)
    sides = Sides(
        record=record,
        old=before,
        new=after,
        language=rows[1].language,
        same_bytes=same,
        without_text={no: row.text_reason for no, text, row in reasons if text is None},
        place_of=None if known is None or known[0] != after else known[1].at,
    )
    if not lines or before is None or after is None:
        return sides
    whole = msgspec.structs.replace(record, hunks=sequences.whole_hunks(sides.each_hunk()))
    return msgspec.structs.replace(sides, record=whole)
