"""How a root, or a document, was observed, and what may be said of it: the one place that says it."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.history import naming
from ingest.store import coverage, file_states, reader, roots
from ingest.store.databases import now_at
from ingest.store.engine import Connection

_SECOND = 1_000_000
# What each state means. Whatever shows one to people says it in these words.
MEANS = {
    "watched": "each state that rested until it was read is a version",
    "scanned": "the states at both ends are known, saves between may not be",
    "blind": "not observed",
    "unrecorded": "before the first scan: nothing is known",
}
RESTED = (
    "A file rests from 0.3 s after its last write, from 0.6 s while a writer holds it open; under load it is "
    "read later. Saves closer together may be one version."
)


def root_coverage(
    connection: Connection,
    root: roots.Root,
    *,
    now: int,
    since: int | None = None,
    until: int | None = None,
    running: bool | None = None,
) -> list[coverage.Interval]:
    """Return how a root was observed, interval by interval.

    The time before its first scan is `unrecorded`: from `since` on; without one, from `until` on, if that
    lies before the scan.

    A daemon that was killed cannot say so: the time since its last heartbeat is blind, whether or not
    another daemon came to write it. `running` says whether its daemon runs; None, where that cannot be told,
    leaves it to the heartbeat's age.
    """
    found = coverage.intervals(connection, root.id, since=since, until=until)
    before = _unrecorded(connection, root, until if since is None else since)
    return [*before, *_with_kill(connection, root, found, now=now, running=running)]


def _unrecorded(connection: Connection, root: roots.Root, since: int | None) -> list[coverage.Interval]:
    """Return the interval from `since` to the first scan; none where that is no later than `since`."""
    begin = coverage.ledger_begins_at(connection, root.id)
    if since is None or (begin is not None and begin <= since):
        return []
    if begin is not None and not since % _SECOND and begin - since < _SECOND:
        return []  # the second that was named is the one in which it begins
    return [coverage.Interval("unrecorded", since, begin, None)]


def _with_kill(
    connection: Connection,
    root: roots.Root,
    found: list[coverage.Interval],
    *,
    now: int,
    running: bool | None,
) -> list[coverage.Interval]:
    """Return the intervals, the last one ended by a kill where the daemon that kept it open is gone."""
    beat = root.certain_until
    if not found or beat is None or root.heartbeat_at is None or found[-1].until is not None:
        return found
    if running or (running is None and now_at(connection, now) - root.heartbeat_at <= coverage.STALE):
        return found
    last = found[-1]
    if coverage.is_kept_by_daemon(last):
        beat = max(beat, last.since)
        found[-1:] = [
            coverage.Interval(last.state, last.since, beat, last.reason),
            coverage.Interval("blind", beat, None, "killed"),
        ]
    return found


def document_coverage(
    connection: Connection,
    target: naming.Target,
    found: list[coverage.Interval],
    *,
    since: int,
    until: int | None,
) -> list[coverage.Interval]:
    """Return how a document was observed: as its root was, and blind where its bytes were rejected.

    `found` is how its root was observed from `since` to `until` (None: until now).
    """
    for begin, end, reason in _rejections(connection, target):
        if (end is None or end > since) and (until is None or begin <= until):
            found = coverage.overlaid(found, coverage.Interval("blind", begin, end, reason))
    return found


def _rejections(
    connection: Connection, target: naming.Target
) -> Iterator[tuple[int, int | None, str | None]]:
    """Yield the stretches in which what stood at the document's path could not be read."""
    began: tuple[int, str | None] | None = None
    for change in reader.changes(connection, document=target.id):
        if change.type == "rejected":
            began = began or (change.observed_at, change.reason)
        elif began is not None and change.type != "renormalised":
            yield began[0], max(began[0], change.observed_at), began[1]
            began = None
    if began is not None:
        # the same bytes again are no change: the last look at the path tells that they can be read
        row = file_states.at(connection, roots.by_name(connection, target.root).id, [target.path]).get(
            target.path
        )
        yield began[0], None if row is None or row.reason is not None else row.read_at, began[1]
