"""The state of a group of RTF, and the draft that its text goes to."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ingest.normalise.documents.draft import Closed, Draft, PlacedAnnotation
from ingest.normalise.extraction import Annotation, BlockKind, Limits


class Group:
    """What holds within a pair of braces: `holds` is `text`, or names what is no text of the document."""

    __slots__ = (
        *("author", "closes", "date", "fallback", "field", "holds", "is_deleted", "is_hidden", "is_inserted"),
        *("is_pair", "kind", "level", "page", "raw", "said"),
    )

    def __init__(self) -> None:
        self.holds = "text"
        self.said: list[str] = []
        self.raw: list[bytes] = []
        self.closes: Callable[[Group], None] | None = None
        self.field: list[str] | None = None
        self.is_hidden = self.is_deleted = self.is_inserted = self.is_pair = False
        self.author: int | None = None
        self.date: int | None = None
        self.fallback = 1
        self.page: str | None = None
        self.level = 0
        self.kind: BlockKind | None = None

    @property
    def is_text(self) -> bool:
        """Tell whether what stands here is text of the document."""
        return self.holds == "text"

    def inner(self) -> Group:
        """Return the state of a group within this one."""
        made = Group()
        for name in ("holds", "said", "field", "is_hidden", "is_deleted", "is_inserted", "author", "date"):
            setattr(made, name, getattr(self, name))
        made.fallback, made.page, made.level = self.fallback, self.page, self.level
        made.kind = self.kind
        return made


class Writer:
    """Writes into a draft: cells by the depth of their table, what was deleted or hidden beside."""

    def __init__(self, limits: Limits) -> None:
        self.draft = Draft(limits)
        self.notes: list[Closed] = []
        self.heads: list[Annotation] = []
        self.authors: list[str] = []
        self.comment_date: str | None = None
        self._rows: list[list[list[Closed]]] = []
        self._outer_rows: list[list[list[list[Closed]]]] = []
        self._last: tuple[PlacedAnnotation, tuple[int, int]] | None = None

    def say(self, group: Group, text: str) -> None:
        """Write text in the state of the group."""
        if group.is_deleted:
            self._beside("tracked_changes", self._change("deletion", group), text)
        elif group.is_hidden:
            self._beside("hidden", Annotation(), text)
        else:
            if not text.isspace():
                self._into(group.level)
            if group.is_inserted:
                self._beside("tracked_changes", self._change("insertion", group), text, is_written=True)
            else:
                self.draft.write(text)

    def end_paragraph(self, group: Group) -> None:
        """End the paragraph; one whose end was deleted goes on."""
        if not group.is_deleted:
            self.draft.close(group.kind or "paragraph")

    def end_cell(self, group: Group) -> None:
        """End the cell."""
        self._into(max(group.level, 1))
        self._rows[-1].append(self.draft.pop())
        self.draft.push()

    def end_row(self) -> None:
        """End the row."""
        if self._rows:
            left = self.draft.pop()
            cells = self._rows.pop()
            self.draft.put_row([*cells, left] if left else cells)

    def push(self, group: Group) -> None:
        """Begin a part with a text of its own: a note, a comment, a running head."""
        self.draft.push()
        self._outer_rows.append(self._rows)
        self._rows = []
        group.level = 0
        group.is_hidden = group.is_deleted = group.is_inserted = False

    def pop(self) -> list[Closed]:
        """End the part; return its blocks."""
        self._into(0)
        self._rows = self._outer_rows.pop()
        return self.draft.pop()

    def finish(self) -> None:
        """End the document."""
        self._into(0)
        self.draft.close("paragraph")

    def _into(self, level: int) -> None:
        """Stand in a cell of this depth of tables; a row that was not ended is ended."""
        while len(self._rows) > level:
            self.end_row()
        while len(self._rows) < level:
            self._rows.append([])
            self.draft.push()

    def _change(self, kind: str, group: Group) -> Annotation:
        known = group.author is not None and 0 <= group.author < len(self.authors)
        author = self.authors[group.author or 0] if known else None
        date = None if group.date is None else packed_date(group.date)
        return Annotation(kind=kind, author=author, date=date)

    def _beside(self, key: str, annotation: Annotation, text: str, *, is_written: bool = False) -> None:
        last = self._last
        if (
            last is None
            or last[1] != self.draft.here
            or (last[0].key, last[0].annotation) != (key, annotation)
        ):
            last = (self.draft.mark(key, annotation), self.draft.here)
        last[0].said.append(text)
        if is_written:
            self.draft.write(text)
        self._last = (last[0], self.draft.here)


def packed_date(value: int) -> str | None:
    """Return the date that Word packs into 32 bits; None where it is none."""
    bits = value & 0xFFFFFFFF
    minute, hour, day, month = bits & 63, bits >> 6 & 31, bits >> 11 & 31, bits >> 16 & 15
    year = 1900 + (bits >> 20 & 511)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}"


def written_date(text: str) -> str | None:
    """Return the date that Word wrote as a number; None where it is none."""
    written = text.strip()
    return packed_date(int(written)) if re.fullmatch("-?[0-9]{1,11}", written) else None


def claimed_time(parts: Mapping[int, int]) -> str:
    """Return a moment of year, month, day, hour and minute, by their places; nothing of zeros."""
    numbers = [parts.get(part, 0) for part in range(5)]
    return "{:04}-{:02}-{:02}T{:02}:{:02}".format(*numbers) if any(numbers) else ""
