"""The annotations of a text as a page shows them: by kind, each with its author and where it stands. Pure."""

from __future__ import annotations

import msgspec

from ingest.model import Annotation
from ingest.standoff import NOWHERE, Places, Standoff

MOST = 40  # of a kind
_LONGEST = 400  # characters of what one says
# How each kind is called, those that a reader may act on first.
NAMES = {
    "tracked_changes": "Tracked changes",
    "comments": "Comments",
    "hidden": "Hidden text",
    "attachments": "Attachments",
    "fields": "Fields",
    "running_heads": "Running heads",
    "properties": "What the file says of itself",
    "pages_without_text": "Pages that show something but have no text",
}
KINDS = (
    "insertion", "deletion", "moved_from", "moved_to", "formatting", "head", "foot",
)  # fmt: skip


class AnnotationLine(msgspec.Struct, frozen=True, kw_only=True):
    """An annotation. `date` is as the file has it; `heading` is what it stands under."""

    kind: str | None
    name: str | None
    text: str
    author: str | None
    date: str | None
    size: int | None
    page: int | None
    heading: str | None


class AnnotationGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The annotations of one kind; `more` counts those that are not shown."""

    name: str
    said: list[AnnotationLine]
    more: int


def shown(known: Standoff | None, places: Places) -> list[AnnotationGroup]:
    """Return the annotations of a text by kind, but not the times of cues, and not where pages begin.

    Where a page begins is shown in the text itself.
    """
    if known is None:
        return []
    found = []
    for kind, name in NAMES.items():
        every: tuple[Annotation, ...] = getattr(known.annotations, kind)
        if every:
            said = [_said(each, places) for each in every[:MOST]]
            found.append(AnnotationGroup(name=name, said=said, more=len(every) - len(said)))
    return found


def _said(each: Annotation, places: Places) -> AnnotationLine:
    place = places.at(each.place) if each.place is not None else NOWHERE
    text = " ".join((each.text or "").split())
    return AnnotationLine(
        kind=each.kind,
        name=each.name,
        text=text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…",
        author=each.author,
        date=each.date,
        size=each.size,
        page=each.page or place.page,
        heading=place.heading,
    )
