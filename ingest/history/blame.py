"""Where each sentence of a version came from, and what earlier versions held, as records."""

from __future__ import annotations

from ingest import moments
from ingest.history import version_annotations, version_contents
from ingest.history.naming import Target
from ingest.index import blame
from ingest.index.blame import Blame
from ingest.records import Away, Lost, Origin, Run, shown_path
from ingest.standoff import NOWHERE, Place
from ingest.store.engine import Connection, Row


def blame_of(
    connection: Connection, target: Target, no: int, *, indexed: bool, deleted: bool = False,
    row: Row | None = None, text: str | None = None,
) -> Blame:  # fmt: skip
    """Return the blame of one version. Raises UsageError where it has no text, IntegrityError.

    `row` and `text` are the version's, where who asks has read them.
    """
    found = blame.blame_of(connection, target.id, no, indexed=indexed, deleted=deleted, row=row, text=text)
    if found is None:
        raise version_contents.without_text(
            target, no, version_contents.version_row(connection, target, no).text_reason
        )
    return found


def numbers(found: Blame) -> set[int]:
    """Return the numbers of the versions that a blame names."""
    named = {each.version for each in found.sentences}
    named |= {run.version for each in found.sentences for run in each.words}
    for lost in found.lost:
        named |= {lost.version, lost.removed_in}
    for each in found.sentences:
        named |= {last + 1 for _, last in each.away} | {first for first, _ in each.away}
    return named


def origins(connection: Connection, target: Target, no: int, found: Blame) -> list[Origin]:
    """Return the record of each sentence of the version, in its order."""
    when = _observed(connection, target, found)
    path, path_base64 = shown_path(target.path)
    placed = places(connection, target, no, found)
    return [
        Origin(
            document=target.document,
            root=target.root,
            path=path,
            path_base64=path_base64,
            version=no,
            offset=each.offset,
            length=len(each.text),
            text=each.text,
            from_version=each.version,
            from_observed_at=when.get(each.version),
            away=[
                Away(first=first, last=last, removed_at=when.get(first), returned_at=when.get(last + 1))
                for first, last in each.away
            ],
            words=[
                Run(text=run.text, version=run.version, observed_at=when.get(run.version))
                for run in each.words
            ],
            page=place.page,
            heading=place.heading,
        )
        for each, place in zip(found.sentences, placed, strict=True)
    ]


def places(connection: Connection, target: Target, no: int, found: Blame) -> list[Place]:
    """Return the page and the heading of each sentence; NOWHERE for one of which neither is known."""
    known = version_annotations.places(connection, target, no)
    if known is None:
        return [NOWHERE] * len(found.sentences)
    text, at = known
    return [
        at.at(each.offset) if text.startswith(each.text, each.offset) else NOWHERE for each in found.sentences
    ]


def lost(connection: Connection, target: Target, no: int, found: Blame) -> list[Lost]:
    """Return the record of each sentence that is not there any more, in the order of their removal."""
    when = _observed(connection, target, found)
    path, path_base64 = shown_path(target.path)
    return [
        Lost(
            document=target.document,
            root=target.root,
            path=path,
            path_base64=path_base64,
            version=no,
            text=each.text,
            from_version=each.version,
            from_observed_at=when.get(each.version),
            last_version=each.last_version,
            removed_in=each.removed_in,
            removed_at=when.get(each.removed_in),
            edited=each.edited,
        )
        for each in found.lost
    ]


def _observed(connection: Connection, target: Target, found: Blame) -> dict[int, str | None]:
    observed = blame.observed_at(connection, target.id, numbers(found))
    return {number: moments.show(at) for number, at in observed.items()}
