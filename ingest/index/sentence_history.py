"""Where a sentence of an old version is in the newest one: by the spans, and by the alignment, of blame."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy.engine import Connection

from ingest.diff import sentences
from ingest.diff.provenance import Cutter, Lineage, PlacedSentence, key_of
from ingest.edits.edit import Text
from ingest.index import blame, edits
from ingest.model import DocumentKey
from ingest.store import bodies, versions

MOST = 50  # edits of one sentence that are followed
_LARGEST = 400_000  # characters of a text in which it is asked whether a sentence moved


class SentenceHistory(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of a version, and what became of it up to the newest one.

    `edited_in` are the versions that put another wording in its place, in order; `now` is what stands there
    in the newest, None where nothing does: then `gone_in` is the version that did not hold it any more, or
    None where it was edited too often to be followed, up to `reached`. `moved` says that it stands unaltered
    in another order.
    """

    said: PlacedSentence
    edited_in: tuple[int, ...]
    reached: int
    now: PlacedSentence | None
    gone_in: int | None
    moved: bool


def follow(
    connection: Connection, document: DocumentKey, no: int, *, offset: int, key: str, last: int, indexed: bool
) -> SentenceHistory | None:
    """Return what became of the sentence at a place of a version; None where there is none.

    `key` is how `short` writes what it said, or nothing. Where the version is read otherwise than it was, the
    sentence that says so is taken, the nearest one. Raises IntegrityError.
    """
    stays_of, name = blame.stays(connection, document, last, indexed=indexed)
    first = _text(connection, document, no, name)
    cut = [] if first is None else Cutter().cut(first.text, first.language)
    chosen = _chosen(cut, offset, key)
    if first is None or chosen is None:
        return None
    at, here, nth = no, cut[chosen], _nth(cut, chosen)
    edited_in: list[int] = []
    while len(edited_in) <= MOST:
        stays = [span for span in stays_of(here.key) if span.to_no >= at]
        if not stays:
            break
        stay = max(stays, key=lambda span: (span.to_no, -span.from_no))
        if stay.to_no >= last:
            newest = _text(connection, document, last, name)
            now = None if newest is None else _stands(newest, here.key, nth)
            moved = not edited_in and newest is not None and _has_moved(first, newest, cut[chosen].offset)
            return SentenceHistory(
                said=cut[chosen], edited_in=tuple(edited_in), reached=last, now=now, gone_in=None, moved=moved
            )
        at = stay.to_no + 1
        took = _successor(connection, document, at, name, here.key) if stay.edited else None
        if took is None:
            return SentenceHistory(
                said=cut[chosen], edited_in=tuple(edited_in), reached=at - 1, now=None, gone_in=at,
                moved=False,
            )  # fmt: skip
        here, nth = took
        edited_in.append(at)
    return SentenceHistory(
        said=cut[chosen], edited_in=tuple(edited_in), reached=at, now=None, gone_in=None, moved=False
    )


def short(sentence: str) -> str:
    """Return a hash of what a sentence says, white space aside, in eight hexadecimal digits."""
    return f"{key_of(sentence) & 0xFFFFFFFF:08x}"


def _chosen(cut: Sequence[PlacedSentence], offset: int, key: str) -> int | None:
    """Return the sentence that is meant: the nearest that says so, else the one that stands there."""
    same = [number for number, each in enumerate(cut) if key and short(each.text) == key]
    if same:
        return min(same, key=lambda number: abs(cut[number].offset - offset))
    held = [
        number
        for number, each in enumerate(cut)
        if each.offset <= offset < each.offset + max(len(each.text), 1)
    ]
    return held[0] if held and not key else None


def _nth(cut: Sequence[PlacedSentence], chosen: int) -> int:
    """Return how many sentences before the chosen one say the same."""
    return sum(each.key == cut[chosen].key for each in cut[:chosen])


def _text(connection: Connection, document: DocumentKey, no: int, normaliser: str) -> Text | None:
    row = edits.rendition_by(versions.renditions(connection, document, no, no), normaliser)
    return None if row is None else edits.text_of(connection, bodies.get(connection, document, no), row)


def _stands(text: Text, key: int, nth: int) -> PlacedSentence | None:
    found = [each for each in Cutter().cut(text.text, text.language) if each.key == key]
    return found[min(nth, len(found) - 1)] if found else None


def _has_moved(old: Text, new: Text, offset: int) -> bool:
    if max(len(old.text), len(new.text)) > _LARGEST:
        return False
    pieces = sentences.compare(old.text, new.text, language=new.language).pieces
    return any(piece.kind == "moved" and piece.a_start <= offset < piece.a_end for piece in pieces)


def _successor(
    connection: Connection, document: DocumentKey, no: int, normaliser: str, key: int
) -> tuple[PlacedSentence, int] | None:
    """Return the sentence of a version that is an edit of this one of the version before.

    With it how many sentences before it say the same.
    """
    texts = [_text(connection, document, each, normaliser) for each in (no - 1, no)]
    old, new = (None if each is None else Cutter().cut(each.text, each.language) for each in texts)
    if old is None or new is None:
        return None
    lineage = Lineage()
    lineage.step(no - 1, old)
    lineage.step(no, new)
    for number, sources in sorted(lineage.sources.items()):
        if any(old[source].key == key for source in sources):
            return new[number], _nth(new, number)
    return None
