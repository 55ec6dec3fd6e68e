"""What a tool answers with: citations, pages of items, and the head of an answer as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from ingest.mcp import material

LARGEST = 60_000  # characters of all items of an answer together; the rest is the next page
Fields = dict[str, object]  # of a record as JSON has it


class Citation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where something can be found again: `cite` is `document@version`, `seq` the change in the log.

    A path that was rejected never was a document: it has a seq alone.
    """

    cite: str | None = None
    seq: int | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a tool gives. `next` goes on where this ends, null at the end; `cut` counts what was left out."""

    tool: str
    as_of_seq: int
    citations: list[Citation]
    total: int | None
    next: int | None
    cut: int
    about_material: str
    mark: str
    material: dict[str, Any]


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One of what was found, and what it cites, which comes first."""

    citation: Citation
    fields: Fields

    def as_fields(self) -> Fields:
        """Return the item as the answer has it: what it cites, then its fields."""
        return {"cite": self.citation.cite, "seq": self.citation.seq, **self.fields}


class ToolResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a tool found, before it is made fit. The items come after the fields, under `items_name`.

    Fields and items are material.
    """

    citations: list[Citation]
    fields: Fields
    notes: list[str] = []
    items: list[Item] = []
    items_name: str | None = None
    total: int | None = None
    next: int | None = None
    cut: int = 0


def head_lines(made: Answer) -> list[str]:
    """Return the lines before the material: what it answers, as of when, and what it cites."""
    cited = ", ".join(_shown(each) for each in made.citations) or "nothing: there is nothing to cite"
    head = [f"ingest {made.tool}, as of seq {made.as_of_seq}", f"cites: {cited}"]
    if made.total is not None:
        head.append(f"total: {made.total}")
    if made.next is not None:
        head.append(f"next: {made.next}")
    if made.cut:
        head.append(f"cut: {made.cut}")
    return head


def _shown(cited: Citation) -> str:
    return " ".join(
        [
            *([] if cited.cite is None else [cited.cite]),
            *([] if cited.seq is None else [f"seq {cited.seq}"]),
        ]
    )


def citation(document: str | None, version: int | None, seq: int | None) -> Citation:
    """Return how a version and its change are cited."""
    return Citation(cite=None if document is None or version is None else f"{document}@{version}", seq=seq)


def page_of(items: Sequence[Item], after: int, limit: int) -> tuple[list[Item], int | None]:
    """Return at most `limit` items after so many, as far as there is room, and where the next page begins."""
    taken: list[Item] = []
    room = LARGEST
    for each in items[after : after + limit]:
        room -= len(str(material.fit(each.as_fields()).value))
        if taken and room < 0:
            break
        taken.append(each)
    end = after + len(taken)
    return taken, end if end < len(items) else None


def citations_of(items: Sequence[Item]) -> list[Citation]:
    """Return what the items cite, in their order, each once."""
    return each_once([each.citation for each in items])


def each_once(citations: list[Citation]) -> list[Citation]:
    """Return citations in their order, each once."""
    return list(dict.fromkeys(citations))
