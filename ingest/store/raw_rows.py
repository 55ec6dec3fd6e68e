"""The raw rows of the record, for `verify`: in order, neither decoded nor trusted."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby, pairwise
from operator import itemgetter
from typing import NamedTuple, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from ingest.leaf import LeafRendition
from ingest.store import bodies, tables
from ingest.store.engine import Row

Finding = TypeVar("Finding")

_change, _version, _rendition = tables.change.c, tables.version.c, tables.rendition.c
_document, _seen, _blob = tables.document.c, tables.seen.c, tables.blob.c
_review = tables.review.c
_STREAM = 1000


def head(connection: Connection) -> Row | None:
    """Return the log's head; of several rows, which `dangling` tells, the first."""
    return connection.execute(sa.select(tables.log_head).order_by(tables.log_head.c.id)).first()


def read_invalid_text(connection: Connection) -> None:
    """Have texts that are no UTF-8 read with surrogates from now on, so that their rows can be named."""
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")


def damage(connection: Connection, make: Callable[[str, str, str], Finding]) -> Iterator[Finding]:
    """Yield, made by `make`, what SQLite finds wrong with its pages and indices; of a server nothing."""
    if connection.dialect.name != "sqlite":
        return
    try:
        found = connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars().all()
    except DBAPIError as error:
        yield make("pages", "database", str(error.orig))
        return
    for words in found:
        if words != "ok":
            yield make("pages", "database", str(words))


# The committed columns of a rendition, in the order of `LeafRendition`; they end each row they are in.
_BESIDE = {
    "salt": _version.salt,
    "normaliser": tables.normaliser.c.name,
    "libraries": tables.normaliser.c.libraries,
}
_COMMITTED = tuple(
    (_BESIDE[name] if name in _BESIDE else _rendition[name]).label(f"rendition_{name}")
    for name in LeafRendition.__struct_fields__
)
COMMITTED = len(_COMMITTED)


class Change(msgspec.Struct):
    """A row of the log as it lies, whatever is in it, with the version that carries its seq."""

    seq: object
    id: object
    recorded_at: object
    observed_at: object
    type: object
    cause: object
    reason: object
    root_id: object
    document_id: object
    no: object
    previous_no: object
    path_bytes: object
    from_path_bytes: object
    actor: object
    leaf: object
    form: object
    salt: object
    root_uid: object
    document_uid: object
    version_no: object
    version_salt: object
    version_hash: object
    version_size: object
    version_observed_at: object
    version_modified_at: object


class ChangeRows(NamedTuple):
    """A change, and the committed columns of the renditions that carry its seq."""

    change: Change
    renditions: Sequence[Row]


def changes(connection: Connection) -> Iterator[ChangeRows]:
    """Yield every change in order."""
    query = (
        sa.select(
            tables.change,
            tables.root.c.uid.label("root_uid"),
            _document.uid.label("document_uid"),
            _version.no.label("version_no"),
            _version.salt.label("version_salt"),
            _version.hash.label("version_hash"),
            _version.size.label("version_size"),
            _version.observed_at.label("version_observed_at"),
            _version.modified_at.label("version_modified_at"),
            *_COMMITTED,
        )
        .select_from(
            tables.change.outerjoin(tables.root, tables.root.c.id == _change.root_id)
            .outerjoin(tables.document, _document.id == _change.document_id)
            .outerjoin(
                tables.version,
                sa.and_(
                    _version.document_id == _change.document_id,
                    _version.no == _change.no,
                    _version.seq == _change.seq,
                ),
            )
            # By the version's number too: to look through all renditions of a document for each of its
            # changes would take the square of their number. `dangling` has those of another number.
            .outerjoin(
                tables.rendition,
                sa.and_(
                    _rendition.document_id == _change.document_id,
                    _rendition.no == _change.no,
                    _rendition.seq == _change.seq,
                ),
            )
            .outerjoin(tables.normaliser, tables.normaliser.c.id == _rendition.normaliser_id)
        )
        .order_by(_change.seq, tables.normaliser.c.name)
    )
    found = connection.execute(query.execution_options(yield_per=_STREAM))
    for seq, rows in groupby(found, key=itemgetter(0)):
        renditions: Sequence[Row] = list(rows)
        change = Change(*renditions[0][:-COMMITTED])  # a field of a row takes ten times as long to read
        if change.type == "renormalised":  # of several versions
            renditions = connection.execute(_RENDITIONS, {"document": change.document_id, "seq": seq}).all()
        elif renditions[0][-COMMITTED] is None:
            renditions = ()
        yield ChangeRows(change, renditions)


_RENDITIONS = (
    sa.select(*_COMMITTED)
    .select_from(
        tables.rendition.join(
            tables.version,
            sa.and_(_version.document_id == _rendition.document_id, _version.no == _rendition.no),
        ).join(tables.normaliser, tables.normaliser.c.id == _rendition.normaliser_id)
    )
    .where(_rendition.document_id == sa.bindparam("document"), _rendition.seq == sa.bindparam("seq"))
    .order_by(_rendition.no, tables.normaliser.c.name)
)


def documents(connection: Connection) -> Iterator[Row]:
    """Yield every document's head, with its last version's hash and the row of what was last seen there."""
    query = (
        sa.select(
            tables.document,
            _version.hash.label("version_hash"),
            _seen.document_id.label("seen_document"),
        )
        .select_from(
            tables.document.outerjoin(
                tables.version,
                sa.and_(_version.document_id == _document.id, _version.no == _document.last_no),
            ).outerjoin(
                tables.seen,
                sa.and_(_seen.root_id == _document.root_id, _seen.path_bytes == _document.path_bytes),
            )
        )
        .order_by(_document.id)
    )
    yield from connection.execute(query.execution_options(yield_per=_STREAM))


def totals(connection: Connection) -> tuple[int, int, int]:
    """Tell how many versions, renditions and blobs there are."""
    count = [
        connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in (tables.version, tables.rendition, tables.blob)
    ]
    return count[0], count[1], count[2]


def dangling(connection: Connection) -> Iterator[tuple[str, str, str]]:
    """Yield rows that nothing leads to, and references that lead nowhere: table, row, what is wrong."""
    before = tables.version.alias("before")
    taken_back = tables.review.alias("taken_back")
    questions = {
        ("version", "no change made it"): sa.select(_version.document_id, _version.no).where(
            ~sa.exists().where(_change.seq == _version.seq, _change.document_id == _version.document_id)
        ),
        ("version", "its change made another"): sa.select(_version.document_id, _version.no)
        .join(
            tables.change, sa.and_(_change.seq == _version.seq, _change.document_id == _version.document_id)
        )
        .where(sa.or_(_change.no.is_(None), _change.no != _version.no)),
        ("version", "it has no body"): sa.select(_version.document_id, _version.no).where(
            _version.delta.is_(None), ~sa.exists().where(_blob.id == _version.blob_id)
        ),
        ("version", "its body is another's"): sa.select(_version.document_id, _version.no)
        .join(tables.blob, _blob.id == _version.blob_id)
        .where(sa.or_(_blob.hash != _version.hash, _blob.size != _version.size)),
        ("rendition", "its text is another's"): sa.select(_rendition.document_id, _rendition.no)
        .join(tables.blob, _blob.id == _rendition.text_blob_id)
        .where(sa.or_(_blob.hash != _rendition.text_hash, _blob.size != _rendition.text_length)),
        ("version", "the one that it is a delta against is missing"): sa.select(
            _version.document_id, _version.no
        ).where(
            _version.delta.is_not(None),
            ~sa.exists().where(before.c.document_id == _version.document_id, before.c.no == _version.no - 1),
        ),
        ("version", "it has no rendition"): sa.select(_version.document_id, _version.no).where(
            ~sa.exists().where(_rendition.document_id == _version.document_id, _rendition.no == _version.no)
        ),
        ("rendition", "its version is missing"): sa.select(_rendition.document_id, _rendition.no).where(
            ~sa.exists().where(_version.document_id == _rendition.document_id, _version.no == _rendition.no)
        ),
        ("rendition", "its text is missing"): sa.select(_rendition.document_id, _rendition.no).where(
            _rendition.text_blob_id.is_not(None), ~sa.exists().where(_blob.id == _rendition.text_blob_id)
        ),
        ("rendition", "no change made it"): sa.select(_rendition.document_id, _rendition.no).where(
            ~sa.exists().where(_change.seq == _rendition.seq, _change.document_id == _rendition.document_id)
        ),
        ("rendition", "its change made another"): sa.select(_rendition.document_id, _rendition.no)
        .join(
            tables.change,
            sa.and_(_change.seq == _rendition.seq, _change.document_id == _rendition.document_id),
        )
        .where(_change.type != "renormalised", sa.or_(_change.no.is_(None), _change.no != _rendition.no)),
        ("seen", "its document is missing"): sa.select(_seen.root_id, _seen.document_id).where(
            _seen.document_id.is_not(None), ~sa.exists().where(_document.id == _seen.document_id)
        ),
        ("seen", "its document does not live there"): sa.select(_seen.root_id, _seen.document_id)
        .join(tables.document, _document.id == _seen.document_id)
        .where(
            sa.or_(
                _document.state != "live",
                _document.root_id != _seen.root_id,
                _document.path_bytes != _seen.path_bytes,
            )
        ),
        ("log_head", "it is beside the one row that there should be"): sa.select(
            tables.log_head.c.id, tables.log_head.c.seq
        ).where(tables.log_head.c.id != 1),
        ("review", "its change is missing"): sa.select(_review.id, _review.seq).where(
            ~sa.exists().where(_change.seq == _review.seq)
        ),
        ("review", "what it takes back is missing"): sa.select(_review.id, _review.of_id).where(
            _review.of_id.is_not(None),
            ~sa.exists().where(taken_back.c.id == _review.of_id, taken_back.c.seq == _review.seq),
        ),
        ("blob", "nothing refers to it"): sa.select(_blob.id, _blob.size).where(
            ~_blob.id.in_(sa.select(_version.blob_id).where(_version.blob_id.is_not(None))),
            ~_blob.id.in_(sa.select(_rendition.text_blob_id).where(_rendition.text_blob_id.is_not(None))),
        ),
    }
    for (what, detail), query in questions.items():
        for row in connection.execute(query.limit(100)):
            yield what, f"{what} {row[0]}/{row[1]}", detail


def ledger_gaps(connection: Connection) -> Iterator[tuple[object, str]]:
    """Yield roots whose ledger of coverage does not tile their time since it begins, by their ids."""
    roots = {row.id: row for row in connection.execute(sa.select(tables.root)).all()}
    found: dict[object, list[Row]] = {key: [] for key in roots}
    for row in connection.execute(sa.select(tables.coverage).order_by(tables.coverage.c.from_at)):
        found.setdefault(row.root_id, []).append(row)
    for key, intervals in found.items():
        uid = roots[key].uid if key in roots else key
        if not intervals:
            if key in roots and roots[key].last_scan_at is not None:
                yield uid, "it was scanned, and its ledger of coverage is empty"
            continue
        if intervals[-1].to_at is not None:
            yield uid, "its ledger of coverage ends"
        for one, other in pairwise(intervals):
            if one.to_at != other.from_at:
                yield uid, f"its ledger of coverage has a gap or an overlap at {other.from_at}"


def body_rows(connection: Connection) -> Iterator[Sequence[Row]]:
    """Yield each version as a list of rows, with its body as it lies; a document's versions in order.

    There is a row for each rendition; for a version without one, a row with NULL in its place.
    """
    query = (
        sa.select(
            _version.document_id,
            *bodies.BODY,
            _blob.dictionary_id,
            _document.uid,
            _rendition.text_hash,
            _rendition.text_offset,
            _rendition.text_length,
            _rendition.text_blob_id,
            _rendition.text_delta,
            _rendition.beside,
            _rendition.beside_size,
            _rendition.beside_hash,
        )
        .select_from(
            bodies.BODIES.outerjoin(tables.document, _document.id == _version.document_id).outerjoin(
                tables.rendition,
                sa.and_(_rendition.document_id == _version.document_id, _rendition.no == _version.no),
            )
        )
        .order_by(_version.document_id, _version.no)
    )
    found = connection.execute(query.execution_options(yield_per=_STREAM))
    for _, rows in groupby(found, key=itemgetter(0, 1)):
        yield list(rows)
