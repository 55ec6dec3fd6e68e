"""The ledger of how each root was observed: intervals that tile its time from its first scan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.model import RootKey
from ingest.store import row_checksums, tables
from ingest.store.databases import allocate

State = Literal["watched", "scanned", "blind"]
# Reasons of intervals that only a living daemon keeps open.
BY_DAEMON = frozenset(
    (
        "startup", "polling", "unwatched", "unannounced", "late", "overflow", "stalled", "watcher warning",
        "other settings", "too few descriptors", "clock", "root_replaced", "store_full", "store_locked",
        "store_unreachable", "log_shortened",
    )
)  # fmt: skip
CLAIMS: tuple[State, ...] = ("blind", "scanned", "watched")  # from the one that claims least to the most
STALE = 15_000_000  # microseconds; a daemon whose last heartbeat is older is not running
_coverage = tables.coverage.c


class Interval(msgspec.Struct, frozen=True):
    """One stretch of a root's time; `until` is None for the one that still lasts."""

    state: str
    since: int
    until: int | None
    reason: str | None


def is_kept_by_daemon(interval: Interval) -> bool:
    """Tell whether only a living daemon keeps this open: after a kill it ended with the last heartbeat.

    That a shortened log was accepted leaves a root blind, whoever runs or not.
    """
    if (interval.state, interval.reason) == ("blind", "log_shortened"):
        return False
    return interval.state == "watched" or interval.reason in BY_DAEMON


def current(connection: Connection, root: RootKey) -> Interval | None:
    """Return the interval that still lasts, or None before the first scan."""
    row = connection.execute(
        sa.select(tables.coverage).where(_coverage.root_id == root, _coverage.to_at.is_(None))
    ).one_or_none()
    return None if row is None else Interval(row.state, row.from_at, row.to_at, row.reason)


def turn(connection: Connection, root: RootKey, state: State, when: int, reason: str | None = None) -> None:
    """Record that from `when` on the root is observed so. Nothing happens when it already is.

    Intervals never overlap: a `when` before the start of the current one (a clock set back) counts as that
    start. A current one that is left without any time goes, unless it claims less than the new one: then it
    keeps a microsecond.
    """
    now = current(connection, root)
    if now is not None:
        if (now.state, now.reason) == (state, reason):
            return
        kept = CLAIMS.index(now.state) < CLAIMS.index(state)
        when = max(when, now.since + 1 if kept else now.since)
        here = sa.and_(_coverage.root_id == root, _coverage.to_at.is_(None))
        if when == now.since:
            connection.execute(sa.delete(tables.coverage).where(here))
        else:
            connection.execute(sa.update(tables.coverage).where(here).values(to_at=when))
            ended = sa.and_(_coverage.root_id == root, _coverage.to_at == when)
            row_checksums.renew(connection, tables.coverage, ended)
    _begin(connection, root, state, when, reason)


def _begin(connection: Connection, root: RootKey, state: State, when: int, reason: str | None) -> None:
    key = allocate(connection, tables.coverage, 1)[0]
    connection.execute(
        sa.insert(tables.coverage).values(
            id=key, root_id=root, state=state, from_at=when, to_at=None, reason=reason
        )
    )
    row_checksums.renew(connection, tables.coverage, _coverage.id == key)


def shorten(connection: Connection, root: RootKey, since: int, now: int) -> None:
    """Record that from `since` on nobody knows what happened, for the log was longer.

    The root is blind, reason `log_shortened`, until a good scan. What the ledger has after `since` goes; an
    empty ledger begins at `now`. May be called again.
    """
    mine = _coverage.root_id == root
    first = connection.execute(sa.select(sa.func.min(_coverage.from_at)).where(mine)).scalar()
    since = now if first is None else max(since, first)
    connection.execute(sa.delete(tables.coverage).where(mine, _coverage.from_at >= since))
    later = sa.or_(_coverage.to_at.is_(None), _coverage.to_at > since)
    connection.execute(sa.update(tables.coverage).where(mine, later).values(to_at=since))
    row_checksums.renew(connection, tables.coverage, sa.and_(mine, _coverage.to_at == since))
    _begin(connection, root, "blind", since, "log_shortened")


def overlaid(below: Sequence[Interval], over: Interval) -> list[Interval]:
    """Return the intervals, in order, with another one in the place of what it covers of them."""
    end = float("inf") if over.until is None else over.until
    found: list[Interval] = []
    laid = False
    for each in below:
        until = float("inf") if each.until is None else each.until
        if until <= over.since or each.since >= end:
            found.append(each)
            continue
        if each.since < over.since:
            found.append(Interval(each.state, each.since, over.since, each.reason))
        if not laid:
            found.append(over)
            laid = True
        if until > end:
            assert over.until is not None
            found.append(Interval(each.state, over.until, each.until, each.reason))
    return found


def intervals(
    connection: Connection, root: RootKey, *, since: int | None = None, until: int | None = None
) -> list[Interval]:
    """Return the intervals that touch this stretch of time, in order."""
    query = sa.select(tables.coverage).where(_coverage.root_id == root).order_by(_coverage.from_at)
    if since is not None:
        query = query.where(sa.or_(_coverage.to_at.is_(None), _coverage.to_at > since))
    if until is not None:
        query = query.where(_coverage.from_at <= until)
    return [Interval(row.state, row.from_at, row.to_at, row.reason) for row in connection.execute(query)]


def ledger_begins_at(connection: Connection, root: RootKey) -> int | None:
    """Tell when the ledger of a root begins: with its first scan. None before that has ended."""
    when: int | None = connection.execute(_BEGIN, {"root": root}).scalar_one()
    return when


_BEGIN = sa.select(sa.func.min(_coverage.from_at)).where(_coverage.root_id == sa.bindparam("root"))


def record_begins_at(connection: Connection, root: RootKey) -> int | None:
    """Tell when the record of a root begins: nothing is known of any time before. None where it has none.

    That is its first change; where its first scan found no file, the beginning of that scan.
    """
    change = tables.change.c
    first = connection.execute(
        sa.select(change.recorded_at, change.cause)
        .where(change.root_id == root)
        .order_by(change.seq)
        .limit(1)
    ).one_or_none()
    if first is not None and first.cause != "watch":
        return int(first.recorded_at)
    # The first scan found no file: the first change, if any, was announced by the watcher.
    scan = ledger_begins_at(connection, root)
    return scan if first is None or scan is None else min(scan, int(first.recorded_at))
