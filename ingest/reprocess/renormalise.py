"""Read stored bytes again with the normaliser of this program, where another one made the text.

One change a document, `renormalised`, carries a new rendition of each of its versions that this
normaliser has not read: of all of them, so that texts before and after an edit are by the same
one. Bytes, numbers and older renditions stay. A deleted document is left as it is; it has its
turn once it is back. A version is read under the name that its file had then.

Each batch is a transaction of its own, so a run that was stopped goes on where it ended, and a
second run finds nothing to do. A daemon may write meanwhile: what it changed is looked at again.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import msgspec

from ingest import normalise, witnesses
from ingest.clock import Clock
from ingest.confined.reader import Documents, Reader
from ingest.errors import IntegrityError
from ingest.ids import SALT_BYTES, new_uid
from ingest.model import Content, DocumentKey, RootKey
from ingest.normalise.document_formats import Html
from ingest.store import bodies, new_rows, reader, versions, writer
from ingest.store.compression import Dictionary
from ingest.store.engine import Connection, Row, Store
from ingest.store.new_rows import Entry, NewRendition

LOOKED_AT = 500  # documents whose renditions are listed at once
BATCH = 256  # renditions; a document is never divided
BATCH_BYTES = 32 << 20
LOOKS = 3  # at a document that changes while it is read


class Counts(msgspec.Struct):
    """What was looked at and what was done, or would be. `normalisers` counts renditions by name.

    `left` are documents that changed while they were read, `damaged` versions whose bytes cannot be had.
    """

    documents: int = 0
    renormalised: int = 0
    renditions: int = 0
    left: int = 0
    damaged: int = 0
    seq: int = 0
    normalisers: dict[str, int] = {}


class _UnreadVersion(msgspec.Struct, frozen=True):
    """A version that this program's normaliser has not read.

    `by` is the one that is expected to, `there` are the names and libraries of the renditions it has.
    """

    no: int
    name: bytes
    salt: bytes
    sha256: bytes
    size: int
    by: str
    there: frozenset[tuple[str, str]]


class _How(NamedTuple):
    """With what texts are made and packed."""

    documents: Documents
    reader: Reader
    dictionary: Dictionary | None


class _Work(msgspec.Struct, frozen=True):
    """A live document and those of its versions that are wanted."""

    head: Row
    wanted: tuple[_UnreadVersion, ...]


def renormalise(
    store: Store,
    root: RootKey,
    counts: Counts,
    *,
    clock: Clock,
    dry_run: bool,
    documents: Documents,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Add the renditions that are missing in a root, or with `dry_run` only count them; adds to `counts`.

    May be stopped and run again. `documents` says how formats are read that are more than plain text. Raises
    StoreUnavailable, LogShortened where a witness saw the log longer.
    """
    if not dry_run:
        witnesses.require_agreement(store)
    with store.read() as connection:
        dictionary = bodies.newest_dictionary(connection)
    how = _How(documents, Reader(documents), dictionary)
    after = 0
    try:
        while True:
            with store.read() as connection:
                heads = reader.live(connection, root, after=after, limit=LOOKED_AT)
                works = list(_works(connection, heads, documents.html))
            if not heads:
                return
            after = heads[-1].id
            counts.documents += len(heads)
            if dry_run:
                for work in works:
                    _count(counts, [each.by for each in work.wanted])
            else:
                for batch in _batches(works):
                    _renew(store, root, batch, counts, clock=clock, how=how)
            if progress is not None:
                progress(counts.documents)
    finally:
        how.reader.close()


def _works(connection: Connection, heads: Sequence[Row], html: Html) -> Iterator[_Work]:
    """Yield those of the documents that want a rendition."""
    by_key = {head.id: head for head in heads}
    found = versions.readings(connection, list(by_key))
    for key, rows in groupby(found, key=lambda row: row.document):
        wanted = []
        for no, readings in groupby(rows, key=lambda row: row.no):
            known = list(readings)
            name = os.path.basename(known[0].path)
            if not any(_is_current(name, row, html) for row in known):
                first = known[0]
                by = normalise.expected(name, known[-1].media_type, html)
                there = frozenset((row.name, row.libraries) for row in known)
                wanted.append(_UnreadVersion(no, name, first.salt, first.sha256, first.size, by, there))
        if wanted:
            yield _Work(by_key[key], tuple(wanted))


def _is_current(name: bytes, row: Row, html: Html) -> bool:
    return normalise.is_current(
        name,
        media_type=row.media_type,
        by=row.name,
        libraries=row.libraries,
        reason=row.text_reason,
        html=html,
    )


def _batches(works: Sequence[_Work]) -> Iterator[list[_Work]]:
    batch: list[_Work] = []
    many = size = 0
    for work in works:
        more = sum(each.size for each in work.wanted)
        if batch and (many + len(work.wanted) > BATCH or size + more > BATCH_BYTES):
            yield batch
            batch, many, size = [], 0, 0
        batch.append(work)
        many, size = many + len(work.wanted), size + more
    if batch:
        yield batch


def _renew(
    store: Store,
    root: RootKey,
    batch: list[_Work],
    counts: Counts,
    *,
    clock: Clock,
    how: _How,
) -> None:
    """Record a batch; what changed meanwhile is looked at again, a few times."""
    damaged: Counter[DocumentKey] = Counter()  # of the last look at each document
    for look in range(LOOKS):
        with store.read() as connection:
            if look:
                heads = [reader.document_by_uid(connection, work.head.uid) for work in batch]
                live = [head for head in heads if head and head.state == "live"]
                batch = list(_works(connection, live, how.documents.html))
            made = [entry for work in batch if (entry := _entry(connection, work, damaged, clock, how))]
        if not made:
            break
        recorded, ids = writer.add_renditions(store, root=root, entries=made, now=clock.wall)
        counts.seq = max(counts.seq, recorded.seq)
        for entry in made:
            if entry.id in ids:
                _count(counts, [each.rendition.normaliser for each in entry.renditions])
        missed = {entry.document for entry in made if entry.id not in ids}
        batch = [work for work in batch if work.head.id in missed]
        if not batch:
            break
    else:
        counts.left += len(batch)
    counts.damaged += damaged.total()


def _entry(
    connection: Connection, work: _Work, damaged: Counter[DocumentKey], clock: Clock, how: _How
) -> Entry | None:
    """Return the change of one document, and count its versions whose bytes are `damaged`.

    None where none of the wanted bytes can be had, or where the renditions made of them are there already: a
    document that could not be read still cannot.
    """
    wanted = {each.no: each for each in work.wanted}
    made: list[NewRendition] = []
    damaged[work.head.id] = 0
    for no, raw in _bytes_of(connection, work.head.id, sorted(wanted)):
        if raw is None:
            damaged[work.head.id] += 1
            continue
        each = wanted[no]
        rendition = normalise.normalise(raw, each.name, read=how.reader.read, html=how.documents.html)
        if (rendition.normaliser, rendition.libraries) in each.there:
            continue
        content = Content(raw=raw, sha256=each.sha256, rendition=rendition)
        made.append(new_rows.prepare_rendition(content, no=no, salt=each.salt, dictionary=how.dictionary))
    if not made:
        return None
    now = clock.wall()
    return Entry(
        id=new_uid(now, clock.entropy),
        salt=clock.entropy(SALT_BYTES),
        type="renormalised",
        cause="scan",
        path=work.head.path,
        observed_at=now,
        document=work.head.id,
        previous=work.head.last_no,
        reason=made[-1].rendition.normaliser,
        renditions=tuple(made),
    )


def _bytes_of(
    connection: Connection, document: DocumentKey, numbers: Sequence[int]
) -> Iterator[tuple[int, bytes | None]]:
    """Yield the bytes of each of these versions, in order; None where they are damaged."""
    found, last = set(numbers), 0
    try:
        for no, raw in bodies.run(connection, document, numbers[0], numbers[-1]):
            if no in found:
                yield no, raw
                last = no
    except IntegrityError:
        # What is beyond the damage may hang on another keyframe.
        for no in (no for no in numbers if no > last):
            try:
                yield no, bodies.get(connection, document, no)
            except IntegrityError:
                yield no, None


def _count(counts: Counts, normalisers: Sequence[str]) -> None:
    counts.renormalised += 1
    counts.renditions += len(normalisers)
    for name in normalisers:
        counts.normalisers[name] = counts.normalisers.get(name, 0) + 1
