"""The store against itself: every leaf and root recomputed from the rows, the log replayed.

It trusts no column to vouch for another and shares with the writer only the value types and the
hash functions. `deep` reads every body and every text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from ingest import forked, witnesses
from ingest.audit.body_checks import body_findings
from ingest.audit.findings import (
    ALWAYS,
    DEEP,
    ON_SQLITE,
    Counts,
    Finding,
    Progress,
    Remark,
    Summary,
    done,
    shown_uid,
)
from ingest.audit.log_checks import Live, States, listing_findings, log_findings
from ingest.errors import IntegrityError, SchemaMismatch
from ingest.store import migrate, raw_rows, row_checksums
from ingest.store.engine import Store

__all__ = ["Finding", "Remark", "Summary", "verify"]

LARGE = 2_000  # changes; with fewer, to begin a process beside this one takes longer than it saves
_STEPS = 1000  # reports of bodies at most: a pipe holds so many while nobody reads it


def _no_progress(_done: int, _total: int | None, _things: str) -> None:
    """Show nothing."""


def verify(
    store: Store,
    summary: Summary,
    *,
    deep: bool,
    expected: tuple[int, bytes] | None = None,
    progress: Progress = _no_progress,
) -> Iterator[Finding | Remark]:
    """Yield every finding and remark; `summary` is filled meanwhile.

    `expected` is a (seq, tree root) kept outside. With `deep`, a process beside this one checks the rows and
    bodies of a large store.
    """
    bodies_total = _bodies_total(store) if deep else 0

    def rest() -> Iterator[Finding]:
        found = rows() if beside is None else _from_beside(beside, rows, shown)
        return _counted(found, summary, shown)

    def shown(done: int) -> None:
        progress(done, bodies_total or None, "bodies")

    summary.not_checked = [*ALWAYS, *(ON_SQLITE if store.is_sqlite else ()), *DEEP]
    rows = partial(_rows, store, deep=deep, every=max(1, bodies_total // _STEPS))
    beside = (
        forked.ForkedTask(store.dispose, rows, Finding | Counts | int) if deep and _is_large(store) else None
    )
    try:
        try:
            yield from _history(store, summary, expected, progress, deep=deep)
        except IntegrityError:
            # what is found of the rows says more of the damage than the error that it raises here
            yield from rest()
            raise
        yield from rest()
        done(summary, "references", "row_sums", "coverage", *(ON_SQLITE if store.is_sqlite else ()))
        if deep:
            done(summary, "bodies", "texts")
    finally:
        if beside is not None:
            beside.close()


def _is_large(store: Store) -> bool:
    """Tell whether there is enough of it to be worth a process."""
    if not forked.is_possible():
        return False
    with store.read() as connection:
        head = raw_rows.head(connection)
    # what a damaged row holds may be of any kind
    return head is not None and isinstance(head.seq, int) and head.seq >= LARGE


def _bodies_total(store: Store) -> int:
    """Count the bodies that are to be read; 0 where damage hides it, which is told when they are read."""
    try:
        with store.read() as connection:
            return raw_rows.totals(connection)[0]
    except IntegrityError:
        return 0


def _from_beside(
    beside: forked.ForkedTask[Finding | Counts | int],
    rows: Callable[[], Iterator[Finding | Counts | int]],
    shown: Callable[[int], None],
) -> Iterator[Finding | Counts | int]:
    """Yield what the process found once it has ended, and show meanwhile how far it is.

    Where it was lost, all is asked here instead, and yielded as it is found.
    """
    found: list[Finding | Counts] = []
    try:
        for each in beside:
            if isinstance(each, int):
                shown(each)
            else:
                found.append(each)
    except forked.Lost:
        yield from rows()
    else:
        yield from found


def _counted(
    found: Iterable[Finding | Counts | int], summary: Summary, shown: Callable[[int], None]
) -> Iterator[Finding]:
    for each in found:
        if isinstance(each, Finding):
            yield each
        elif isinstance(each, int):
            shown(each)
        else:
            summary.versions, summary.renditions = each.versions, each.renditions
            summary.blobs, summary.bytes_read = each.blobs, each.bytes_read


def _history(
    store: Store, summary: Summary, expected: tuple[int, bytes] | None, progress: Progress, *, deep: bool
) -> Iterator[Finding | Remark]:
    """Yield the log, its leaves and its replay, the listing against it, its witnesses, and the schema."""
    with store.read() as connection:
        raw_rows.read_invalid_text(connection)
        states: States = {}
        live: Live = {}
        yield from log_findings(connection, summary, states, live, expected, progress)
        yield from listing_findings(connection, states)
        done(summary, "listing")
        if deep and store.is_sqlite:
            for name in migrate.damaged_schema(connection):
                yield Finding("schema", name, "it is not as the migrations make it")
    if deep and not store.is_sqlite:
        try:
            migrate.check(store)
        except SchemaMismatch as error:
            yield Finding("schema", "database", error.message)
    if deep:
        done(summary, "schema")
    asked = witnesses.ask(store)
    summary.witnesses = {each.name: each.seq for each in asked.witnesses}
    for each in asked.contradictions:
        yield Finding("log_shortened", each.witness.name, each.detail)
    if asked.witnesses:
        done(summary, "witnesses")


def _rows(store: Store, *, deep: bool, every: int) -> Iterator[Finding | Counts | int]:
    """Yield what is wrong with pages, references, sums, ledger and, with `deep`, bodies; then the counts.

    After `every` bodies, yield how many were read.
    """
    with store.read() as connection:
        raw_rows.read_invalid_text(connection)
        yield from raw_rows.damage(connection, Finding)
        for what, thing, detail in raw_rows.dangling(connection):
            yield Finding(what, thing, detail)
        for table, key in row_checksums.broken(connection):
            yield Finding("sum", f"{table} {key}", "the row is not what its sum was taken of")
        for root, detail in raw_rows.ledger_gaps(connection):
            yield Finding("coverage", f"root {shown_uid(root)}", detail)
        read = number = 0
        for found in body_findings(connection) if deep else ():
            if isinstance(found, Finding):
                yield found
                continue
            read += found
            number += 1
            if number % every == 0:
                yield number
        yield Counts(*raw_rows.totals(connection), bytes_read=read)
