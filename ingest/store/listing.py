"""The documents, now or as they stood when the log had so many entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import starmap

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.model import DocumentKey, RootKey, Seq
from ingest.store import tables
from ingest.store.prefixes import begins

_change, _document, _version = tables.change.c, tables.document.c, tables.version.c
_rendition, _root = tables.rendition.c, tables.root.c
_STREAM = 1000


Place = tuple[str, bytes, DocumentKey]  # in the list: the name of a root, a path, the key of a document


class Facts(msgspec.Struct, gc=False):
    """What is known of a version by its row and its current rendition's; each column is named here once."""

    sha256: bytes
    text_sha256: bytes | None
    size: int
    observed_at: int
    modified_at: int
    media_type: str | None
    encoding: str | None
    language: str | None
    title: str | None
    date: str | None
    date_earliest: str | None
    date_latest: str | None


class DocumentRow(Facts, gc=False):
    """A document and what is known of one of its versions.

    Not a row of the library: of those, values take longer to get than the row to read, and there may be many.
    """

    id: DocumentKey
    document: bytes
    root: str
    path: bytes
    version: int
    deleted_at: int | None


_OTHERWISE = {"sha256": _version.hash, "text_sha256": _rendition.text_hash}  # columns of another name


def columns_of(kind: type[msgspec.Struct]) -> tuple[sa.ColumnElement[object], ...]:
    """Return the columns of a version and its rendition with the names of these fields, in their order."""
    found = []
    for name in kind.__struct_fields__:
        column = _OTHERWISE.get(name)
        if column is None:
            column = _version[name] if name in _version else _rendition[name]
        found.append(column.label(name))
    return tuple(found)


FACTS = columns_of(Facts)


def documents(
    connection: Connection,
    *,
    until: Seq | None = None,
    root: RootKey | None = None,
    prefix: bytes = b"",
    language: str | None = None,
    deleted: bool = False,
    days: tuple[str, str] | None = None,
    after: Place | None = None,
    limit: int | None = None,
    changed: tuple[int, int] | None = None,
) -> Iterator[DocumentRow]:
    """Yield documents by root and path: the live ones, or with `deleted` the deleted ones.

    With `until` as they stood when the log had that many entries. With `days`, an ISO day and a later one,
    those whose own date lies wholly between them. With `after` those behind a place of the list, with `limit`
    so many at most. With `changed`, two seqs, those that have a change after the first and up to the second.
    """
    if until is None and not deleted:
        path: sa.Column[bytes] = _document.path_bytes
        # Literal, as the condition of the index is.
        where: list[sa.ColumnElement[bool]] = [_document.state == sa.literal_column("'live'")]
        source = tables.document.join(
            tables.version, sa.and_(_version.document_id == _document.id, _version.no == _document.last_no)
        )
        when: sa.Label[int] | sa.Label[None] = sa.null().label("deleted_at")
    else:
        source, path, where, when = _as_of(until, deleted=deleted)
        if until is None:
            where.append(_document.state == "deleted")
    bound = sa.true() if until is None else _rendition.seq <= until
    latest = (
        sa.select(sa.func.max(_rendition.seq))
        .where(_rendition.document_id == _version.document_id, _rendition.no == _version.no, bound)
        .correlate(tables.version)
        .scalar_subquery()
    )
    query = (
        sa.select(
            *FACTS,
            _document.id,
            _document.uid,
            _root.name,
            path,
            _version.no,
            when,
        )
        .select_from(
            source.join(tables.root, _root.id == _document.root_id).outerjoin(
                tables.rendition,
                sa.and_(
                    _rendition.document_id == _version.document_id,
                    _rendition.no == _version.no,
                    _rendition.seq == latest,
                ),
            )
        )
        .where(*where)
    )
    if root is not None:
        query = query.where(_document.root_id == root)
    if changed is not None:
        between = sa.select(_change.document_id).where(_change.seq > changed[0], _change.seq <= changed[1])
        query = query.where(_document.id.in_(between.correlate(None)))
    if days is not None:
        query = query.where(_rendition.date_earliest >= days[0], _rendition.date_latest <= days[1])
    if prefix:
        query = query.where(begins(path, prefix))
    if language is not None:
        query = query.where(_rendition.language == language)
    if after is not None and root is None:
        query = query.where(sa.tuple_(_root.name, path, _document.id) > sa.tuple_(*after))
    elif after is not None:
        query = query.where(sa.tuple_(path, _document.id) > sa.tuple_(*after[1:]))
    order = (path, _document.id) if root is not None else (_root.name, path, _document.id)
    query = query.order_by(*order).limit(limit)
    yield from starmap(DocumentRow, connection.execute(query.execution_options(yield_per=_STREAM)))


def page(
    connection: Connection,
    roots: Sequence[tuple[str, RootKey]],
    *,
    after: Place | None,
    limit: int,
    until: Seq | None,
    prefix: bytes,
    language: str | None,
    deleted: bool,
) -> list[DocumentRow]:
    """Return so many documents of these roots behind a place, as `documents` has them.

    Root by root: within one the index has them in their order, and no more are read than are wanted.
    """
    found: list[DocumentRow] = []
    for name, root in sorted(roots):
        if len(found) == limit:
            break
        if after is None or name >= after[0]:
            found += documents(
                connection, until=until, root=root, prefix=prefix, language=language, deleted=deleted,
                after=after if after is not None and name == after[0] else None, limit=limit - len(found),
            )  # fmt: skip
    return found


def languages(connection: Connection) -> list[str]:
    """Return the languages of all texts, those with most texts first."""
    number = sa.func.count().label("number")
    query = sa.select(_rendition.language, number).where(_rendition.language.is_not(None))
    found = connection.execute(
        query.group_by(_rendition.language).order_by(number.desc(), _rendition.language)
    )
    return [row.language for row in found]


def _as_of(
    until: Seq | None, *, deleted: bool
) -> tuple[sa.Join, sa.Column[bytes], list[sa.ColumnElement[bool]], sa.Label[int] | sa.Label[None]]:
    """Return tables, path, conditions and time of deletion for the documents as they stood at `until`.

    The last change of each document at or before it gives its path, state and version.
    """
    inner = tables.change.alias("inner_change")
    # One step in the index (document_id, seq) for each document, however long its history.
    last = sa.select(inner.c.seq).where(inner.c.document_id == _document.id, inner.c.type != "rejected")
    if until is not None:
        last = last.where(inner.c.seq <= until)
    last_seq = last.order_by(inner.c.seq.desc()).limit(1).correlate(tables.document).scalar_subquery()
    source = tables.document.join(tables.change, _change.seq == last_seq).join(
        tables.version, sa.and_(_version.document_id == _document.id, _version.no == _change.no)
    )
    wanted = _change.type == "deleted" if deleted else _change.type != "deleted"
    when = _change.recorded_at if deleted else sa.null()
    return source, _change.path_bytes, [wanted], when.label("deleted_at")
