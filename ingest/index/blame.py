"""Which version each sentence of a document came from, and which sentences it lost.

From the spans of the index, where it has taken in the version, and the document was not read in another way
since; else from the versions themselves, which gives the same answer and takes up to half a millisecond a
version.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.diff.provenance import OPEN, Cutter, Lineage, PlacedSentence, Span
from ingest.index import edits, stored_spans
from ingest.model import DocumentKey
from ingest.store import bodies, tables, versions
from ingest.store.engine import Row

_MOST_KEYS = 500  # in one query: there is a limit to its parameters


class Run(msgspec.Struct, frozen=True):
    """Words that one version brought."""

    text: str
    version: int


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of a version and where it came from.

    `version` first said exactly this, and `words` are the runs that make it up, each with the version
    it came with. `away` are the stretches of versions, first and last, that lacked it since.
    """

    offset: int
    text: str
    version: int
    words: tuple[Run, ...]
    away: tuple[tuple[int, int], ...] = ()


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence that earlier versions held. `edited` tells whether another wording took its place."""

    text: str
    version: int
    last_version: int
    removed_in: int
    edited: bool


class Blame(msgspec.Struct, frozen=True):
    """The sentences of a version, and on demand those that earlier versions held and it does not."""

    sentences: list[Origin]
    lost: list[Lost]


def blame_of(
    connection: Connection, document: DocumentKey, no: int, *, indexed: bool, deleted: bool = False,
    row: Row | None = None, text: str | None = None,
) -> Blame | None:  # fmt: skip
    """Return the blame of one version; None where it has no text. Raises IntegrityError.

    `indexed` says that this connection sees the index. With `deleted`, what was lost too.
    `row` and `text` are the version's, where who asks has read them.
    """
    head = _head(connection, document) if indexed else None
    if head is not None and head.no >= no:
        if row is None or text is None or row.normaliser != head.normaliser:
            row = edits.rendition_by(versions.renditions(connection, document, no, no), head.normaliser)
            raw = b"" if row is None else bodies.get(connection, document, no)
            text = None if row is None else edits.text_of(connection, raw, row).text
        said = None if row is None or text is None else Cutter().cut(text, row.language)
        # spans of other sentences are read only to tell which were lost
        keys = None if deleted else list({each.key for each in said or ()})
        spans = _stored(connection, document, no, keys)
    else:
        spans, said = _made(connection, document, no)
    if said is None:
        return None
    stays: defaultdict[int, list[Span]] = defaultdict(list)
    for span in spans:
        stays[span.key].append(span)
    here = _live_at(stays, no)
    sentences = [_origin(each, next(here[each.key]), stays[each.key]) for each in said]
    if not deleted:
        return Blame(sentences, [])
    present = {each.key for each in said}
    # of a sentence that stood there more than once, the span that ended last
    last = [
        max(held, key=lambda span: (span.to_no, -span.from_no))
        for key, held in stays.items()
        if key not in present
    ]
    read = _texts(connection, document, last, head.normaliser if head is not None else None)
    return Blame(sentences, sorted(read, key=lambda lost: (lost.removed_in, lost.version)))


def stays(
    connection: Connection, document: DocumentKey, last: int, *, indexed: bool
) -> tuple[Callable[[int], list[Span]], str]:
    """Return what gives the spans of a sentence up to a version, by its key, and which normaliser read it."""
    head = _head(connection, document) if indexed else None
    if head is not None and head.no >= last:
        return lambda key: _stored(connection, document, last, [key]), str(head.normaliser)
    every: defaultdict[int, list[Span]] = defaultdict(list)
    for span in _made(connection, document, last)[0]:
        every[span.key].append(span)
    newest = max(
        versions.renditions(connection, document, last, last), key=lambda row: row.rendition_seq, default=None
    )
    return lambda key: every[key], "" if newest is None else newest.normaliser


def observed_at(connection: Connection, document: DocumentKey, numbers: set[int]) -> dict[int, int]:
    """Tell when these versions were observed (microseconds)."""
    version = tables.version.c
    select = sa.select(version.no, version.observed_at).where(version.document_id == document)
    return {row.no: int(row.observed_at) for row in connection.execute(select) if row.no in numbers}


def _head(connection: Connection, document: DocumentKey) -> Row | None:
    """Return the last version of a document that is indexed, and its normaliser.

    None where none is, or the document was renormalised since.
    """
    return connection.execute(_HEAD, {"key": document}).one_or_none()


# Made once: to make a statement takes longer than to run it.
_HEAD = sa.text(
    "SELECT no, normaliser FROM indexed WHERE document_id = :key AND NOT EXISTS (SELECT 1 FROM change"
    " WHERE change.document_id = indexed.document_id AND change.seq > (SELECT seq FROM state WHERE id = 1)"
    " AND change.type = 'renormalised')"
)
_SPANS = "SELECT * FROM span WHERE document_id = :key AND from_no <= :no"
_ALL_SPANS = sa.text(f"{_SPANS} ORDER BY from_no, id")
_SOME_SPANS = sa.text(f"{_SPANS} AND hash IN :hashes ORDER BY from_no, id").bindparams(
    sa.bindparam("hashes", expanding=True)
)


def _stored(connection: Connection, document: DocumentKey, no: int, keys: list[int] | None) -> list[Span]:
    """Return the spans that began at or before a version, oldest first.

    With `keys`, of these sentences alone.
    """
    asked = {"key": document, "no": no}
    if keys is None or len(keys) > _MOST_KEYS:
        return [stored_spans.of_row(row) for row in connection.execute(_ALL_SPANS, asked)]
    return [stored_spans.of_row(row) for row in connection.execute(_SOME_SPANS, asked | {"hashes": keys})]


def _made(
    connection: Connection, document: DocumentKey, no: int
) -> tuple[list[Span], list[PlacedSentence] | None]:
    """Return the spans up to a version, made from the texts, and the version's sentences."""
    by_version: defaultdict[int, list[Row]] = defaultdict(list)
    newest = None
    for row in versions.renditions(connection, document, 1, no):
        by_version[row.version].append(row)
        newest = row if newest is None or row.rendition_seq > newest.rendition_seq else newest
    cutter, lineage, said = Cutter(), Lineage(), None
    for number, raw in bodies.run(connection, document, 1, no):
        rendition = edits.rendition_by(
            by_version.get(number, ()), "" if newest is None else newest.normaliser
        )
        said = None
        if rendition is not None:
            text = edits.text_of(connection, raw, rendition)
            said = cutter.cut(text.text, text.language)
        lineage.step(number, said or [])
    return lineage.begun, said


def _live_at(stays: dict[int, list[Span]], no: int) -> dict[int, Iterator[Span]]:
    """Return for each sentence the spans that hold it at a version, oldest first."""
    return {
        key: iter([span for span in spans if span.from_no <= no <= span.to_no])
        for key, spans in stays.items()
    }


def _origin(said: PlacedSentence, span: Span, stays: Sequence[Span]) -> Origin:
    """Return where a sentence came from: the span that holds it, of all `stays` of such a sentence."""
    away: list[tuple[int, int]] = []
    if span.origin_no < span.from_no:
        held = [each for each in stays if span.origin_no <= each.from_no <= span.from_no]
        last = held[0].to_no
        for each in held[1:]:
            if each.from_no > last + 1:
                away.append((last + 1, each.from_no - 1))
            last = max(last, each.to_no)
    return Origin(
        offset=said.offset,
        text=said.text,
        version=span.origin_no,
        words=tuple(_words(said.text, span)),
        away=tuple(away),
    )


def _words(text: str, span: Span) -> Iterator[Run]:
    """Yield the runs of a sentence as it stands here; a blank comes with the words before it."""
    if span.runs is None:
        yield Run(text, span.origin_no)
        return
    ends = list(accumulate(size for _, size in span.runs))
    start = said = 0
    for at, char in enumerate(text):
        if said == ends[0] and not char.isspace() and len(ends) > 1:
            yield Run(text[start:at], span.runs[-len(ends)][0])
            start = at
            ends.pop(0)
        said += not char.isspace()
    yield Run(text[start:], span.runs[-1][0])


def _texts(
    connection: Connection, document: DocumentKey, spans: Sequence[Span], normaliser: str | None
) -> Iterator[Lost]:
    """Yield the sentences of spans that have ended, each read in a version that held it."""
    if not spans:
        return
    of_version: defaultdict[int, list[Span]] = defaultdict(list)
    for span in spans:
        if span.to_no < OPEN:
            of_version[span.no].append(span)
    if not of_version:
        return
    first, last = min(of_version), max(of_version)
    renditions: defaultdict[int, list[Row]] = defaultdict(list)
    newest = None
    for row in versions.renditions(connection, document, first, last):
        renditions[row.version].append(row)
        newest = row if newest is None or row.rendition_seq > newest.rendition_seq else newest
    name = normaliser if normaliser is not None else "" if newest is None else newest.normaliser
    for no, raw in bodies.run(connection, document, first, last):
        rendition = edits.rendition_by(renditions.get(no, ()), name) if no in of_version else None
        if rendition is None:
            continue
        text = edits.text_of(connection, raw, rendition).text
        for span in of_version[no]:
            yield Lost(
                text=text[span.offset : span.offset + span.length],
                version=span.origin_no,
                last_version=span.to_no,
                removed_in=span.to_no + 1,
                edited=span.edited,
            )
