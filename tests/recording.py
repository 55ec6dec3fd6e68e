"""Changes made by hand for the writer, and the record's rows as they lie."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from ingest.audit import Finding, Summary, verify
from ingest.model import Content, DocumentKey, Rendition, RootKey, Signature
from ingest.store import roots, tables, writer
from ingest.store.compression import Dictionary
from ingest.store.deltas import Chain
from ingest.store.engine import Store
from ingest.store.migrate import open_or_create
from ingest.store.new_rows import Commit, Entry, NewRendition, NewVersion, Sighting, prepare

NORMALISER = "plain/1"
LIBRARIES = "none"
SALT = b"s" * 16
OBSERVED = 1_000_000
MODIFIED = 900_000

Kind = Literal["created", "changed", "moved", "deleted", "restored", "rejected", "renormalised"]


@contextmanager
def opened(url: str, *, busy_seconds: float = 30.0) -> Iterator[Store]:
    """The store at `url`, made where it is missing."""
    store = open_or_create(url, busy_seconds=busy_seconds)
    try:
        yield store
    finally:
        store.dispose()


def add_root(store: Store, name: str = "main") -> RootKey:
    """A root that is nowhere; returns its key."""
    with store.write() as connection:
        uid = sha256(name.encode()).digest()[:16]
        path = b"/nowhere/" + name.encode()
        return roots.add(connection, uid=uid, name=name, host="host", path=path, device=1, inode=1).id


def wall() -> int:
    """The wall clock in microseconds."""
    return time.time_ns() // 1000


def version_of(
    raw: bytes,
    *,
    salt: bytes = SALT,
    text: str | None = None,
    before: Chain | None = None,
    dictionary: Dictionary | None = None,
) -> NewVersion:
    """A version whose text is its bytes, or another one."""
    same = text is None
    rendition = Rendition(
        normaliser=NORMALISER,
        libraries=LIBRARIES,
        media_type="text/plain",
        text=raw.decode() if text is None else text,
        text_slice=(0, len(raw)) if same else None,
        encoding="utf-8",
        confidence=1000,
        newline="lf",
        language="en",
        title="A title",
        words=2,
        sentences=1,
    )
    content = Content(raw=raw, sha256=sha256(raw).digest(), rendition=rendition)
    return prepare(content, modified_at=MODIFIED, salt=salt, before=before, dictionary=dictionary)


def entry(
    kind: Kind,
    path: bytes,
    *,
    raw: bytes | None = None,
    text: str | None = None,
    document: int | None = None,
    previous: int | None = None,
    from_path: bytes | None = None,
    reason: str | None = None,
    id_: bytes | None = None,
    renditions: tuple[NewRendition, ...] = (),
) -> Entry:
    """One change, with an id of its own."""
    return Entry(
        id=os.urandom(16) if id_ is None else id_,
        salt=b"p" * 16,
        type=kind,
        path=path,
        observed_at=OBSERVED,
        cause="scan",
        document=None if document is None else DocumentKey(document),
        previous=previous,
        from_path=from_path,
        reason=reason,
        version=None if raw is None else version_of(raw, text=text),
        renditions=renditions,
    )


def rendition_of(
    raw: bytes, *, no: int = 1, normaliser: str = "plain/6", text: str | None = None
) -> NewRendition:
    """What another normaliser made of the same bytes: the same text, or this one."""
    made = version_of(raw, text=text)
    return NewRendition(
        no=no,
        salt=made.salt,
        text_hash=made.text_hash,
        text_size=made.text_size,
        text_body=made.text_body,
        text_delta=made.text_delta,
        beside=made.beside,
        rendition=msgspec.structs.replace(made.rendition, normaliser=normaliser),
    )


def signature_of(number: int) -> Signature:
    """A signature like no other number's."""
    return Signature(1, number, 10, 20, 30)


def sightings_of(entries: Sequence[Entry]) -> list[Sighting]:
    """What a look that led to these entries has seen: every path but the deleted ones."""
    return [
        Sighting(path=made.path, read_at=OBSERVED, signature=signature_of(at), entry=at)
        for at, made in enumerate(entries)
        if made.type not in ("deleted", "rejected")
    ]


def forgotten_of(entries: Sequence[Entry]) -> list[bytes]:
    """The paths that these entries leave."""
    left = [made.path for made in entries if made.type == "deleted"]
    return left + [made.from_path for made in entries if made.from_path is not None]


def record(
    store: Store,
    root: RootKey,
    entries: Sequence[Entry],
    *,
    now: Callable[[], int] = wall,
    entropy: Callable[[int], bytes] = os.urandom,
) -> Commit:
    """Record the entries, and what a look would have seen with them."""
    return writer.record(
        store,
        root=root,
        entries=entries,
        sightings=sightings_of(entries),
        forgotten=forgotten_of(entries),
        now=now,
        entropy=entropy,
    )


def rows_of(store: Store, table: sa.Table) -> list[dict[str, Any]]:
    """A table's rows in the order of their key."""
    with store.read() as connection:
        found = connection.execute(sa.select(table).order_by(*table.primary_key.columns))
        return [dict(row._mapping) for row in found]


def everything(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    return {table.name: rows_of(store, table) for table in tables.metadata.sorted_tables}


def findings(store: Store) -> list[Finding]:
    """What `verify --deep` has to say."""
    return [found for found in verify(store, Summary(), deep=True) if isinstance(found, Finding)]
