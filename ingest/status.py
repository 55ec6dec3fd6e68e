"""Health and counts as one record, with a daemon's live report or from what the store holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ingest import merkle, moments
from ingest.media_types import TEXTUAL
from ingest.records.fields import shown_path
from ingest.records.status import RootStatus, SinkStatus, Status
from ingest.store import coverage, cursors, file_states, reader, roots, totals
from ingest.store.databases import now_at
from ingest.store.engine import Connection
from ingest.store.root_reports import Problem, RootReport
from ingest.witnesses import Contradiction

SHOWN = 1000
REJECTIONS = frozenset(("too_large", "unreadable", "busy", "path_too_long"))
HARMLESS = REJECTIONS | {"offline"}


def record(
    connection: Connection,
    *,
    now: int,
    host: str,
    live: Mapping[str, RootReport],
    sinks: list[SinkStatus] | None = None,
    log_errors: int | None = None,
    unheard: str | None = None,
    contradictions: Sequence[Contradiction] = (),
    bytes_index: int = 0,
) -> Status:
    """Return health and counts. `live` maps ids of roots to their daemons' reports.

    `contradictions` are of witnesses that do not agree with the log; `unheard` says why a daemon that runs
    did not tell how it is. For a root of another host than `host` the last heartbeat counts: it is as its
    daemon last said.
    """
    head = reader.head(connection)
    now = now_at(connection, now)
    counts = totals.counts(connection)
    known = [root for root in roots.every(connection) if root.retired_at is None]
    reports = [_report(root, live, host, now) for root in known]
    problems = [*_blind(unheard), *map(_shortened, contradictions)]
    without_text = totals.without_text(connection)
    problems += _not_confined(known, without_text, totals.read_as_plain(connection, TEXTUAL))
    problems += _reported(known, reports)
    shown = [
        _root(root, report, coverage.record_begins_at(connection, root.id))
        for root, report in zip(known, reports, strict=True)
    ]
    is_running = unheard is not None or any(report is not None for report in reports)
    health = _health(problems) if is_running else "stopped"
    rejected = _rejected(connection, known, SHOWN)
    total = len(problems) + counts.rejected
    scans = [root.last_scan_at for root in known if root.last_scan_at is not None]
    return Status(
        health=health,
        problems=(problems + rejected)[:SHOWN],
        problems_total=total,
        documents=counts.documents,
        versions=counts.versions,
        rejected=counts.rejected,
        seq=head.seq,
        tree_root=merkle.root(merkle.unpack(head.frontier)).hex(),
        bytes_stored=totals.bytes_stored(connection),
        bytes_index=bytes_index,
        left_out=_left_out(known),
        without_text=by_reason(without_text),
        pending=sum(root.pending for root in shown),
        last_scan_at=moments.show(max(scans, default=None)),
        roots=shown,
        sinks=sinks if sinks is not None else _sinks(connection, head.seq),
        log_errors=log_errors,
    )


def health(
    connection: Connection,
    *,
    now: int,
    host: str,
    live: Mapping[str, RootReport],
    unheard: str | None,
    contradictions: Sequence[Contradiction],
    is_confined: bool,
) -> str:
    """Return the health that `record` tells, without counting anything.

    `is_confined` says that no live document went unread, or was read as plain text, for want of a lock.
    """
    now = now_at(connection, now)
    known = [root for root in roots.every(connection) if root.retired_at is None]
    reports = [_report(root, live, host, now) for root in known]
    if unheard is None and all(report is None for report in reports):
        return "stopped"
    problems = [*_blind(unheard), *map(_shortened, contradictions)]
    problems += [] if is_confined else [Problem(code="not_confined")]
    return _health(problems + _reported(known, reports))


def _blind(unheard: str | None) -> list[Problem]:
    """Return the problem that a daemon runs and does not say how it is."""
    return [] if unheard is None else [Problem(code="blind", detail=unheard)]


def _reported(known: Sequence[roots.Root], reports: Sequence[RootReport | None]) -> list[Problem]:
    """Return what the daemons tell of their roots, and, where one runs, the roots that none captures."""
    problems = [each for report in reports if report is not None for each in report.problems]
    if any(report is not None for report in reports):
        problems += [_uncaptured(root) for root, report in zip(known, reports, strict=True) if report is None]
    return problems


def _root(root: roots.Root, report: RootReport | None, begins_at: int | None) -> RootStatus:
    """Return a root as it is recorded, and as its daemon reports it."""
    path, path_base64 = shown_path(root.path)
    return RootStatus(
        name=root.name,
        path=path,
        path_base64=path_base64,
        backend=None if report is None else report.backend,
        watched_directories=0 if report is None else report.watched_directories,
        unwatched_directories=0 if report is None else report.unwatched_directories,
        overflows=0 if report is None else report.overflows,
        mounts=[] if report is None else report.mounts,
        pending=0 if report is None else report.pending,
        ready=report is not None and report.ready,
        last_scan_at=moments.show(root.last_scan_at),
        record_begins_at=moments.show(begins_at),
    )


def by_reason(found: Sequence[tuple[int, str, int]]) -> dict[str, int]:
    """Tell how many live documents have no text, by reason, the reason of the most first."""
    counts: Counter[str] = Counter()
    for _, reason, many in found:
        counts[reason] += many
    return dict(sorted(counts.items(), key=lambda reason: (-reason[1], reason[0])))


def _not_confined(
    known: Sequence[roots.Root], without_text: Sequence[tuple[int, str, int]], plain: Mapping[int, int]
) -> list[Problem]:
    """Return a problem for each root with documents that were not read, since the system granted no lock.

    `without_text` counts documents by root and reason, `plain` those read as plain text by root.
    """
    unread = {root: number for root, reason, number in without_text if reason == "not_confined"}
    problems = []
    for root in known:
        none, some = unread.get(root.id, 0), plain.get(root.id, 0)
        told = [f"{_documents(none)} not read"] * bool(none)
        told += [f"{_documents(some)} read as plain text"] * bool(some)
        if told:
            detail = f"{', '.join(told)}: the system granted no lock"
            problems.append(Problem(code="not_confined", root=root.name, detail=detail))
    return problems


def _documents(many: int) -> str:
    return "1 document was" if many == 1 else f"{many:,} documents were"


def _shortened(contradiction: Contradiction) -> Problem:
    """Return the problem that a witness saw the log longer, or another one."""
    detail = f"{contradiction.witness.name}: {contradiction.detail}"
    return Problem(code="log_shortened", detail=detail)


def _uncaptured(root: roots.Root) -> Problem:
    """Return the problem that none of the daemons that run captures a root."""
    detail, since = "no daemon captures this root", moments.show(root.heartbeat_at)
    return Problem(code="blind", root=root.name, detail=detail, since=since)


def _report(root: roots.Root, live: Mapping[str, RootReport], host: str, now: int) -> RootReport | None:
    if root.uid.hex() in live:
        return live[root.uid.hex()]
    if root.host == host or root.heartbeat_at is None or now - root.heartbeat_at > coverage.STALE:
        return None
    return root.last_report


def _left_out(known: list[roots.Root]) -> dict[str, int]:
    """Tell how many names each rule left out at the last scans, the rule of the most first."""
    counts: Counter[str] = Counter()
    for root in known:
        counts.update(root.left_out)
    return dict(sorted(counts.items(), key=lambda rule: (-rule[1], rule[0])))


def _health(problems: list[Problem]) -> str:
    codes = {problem.code for problem in problems} - HARMLESS
    if "blind" in codes:
        return "blind"
    return "degraded" if codes else "ok"


def _rejected(connection: Connection, known: list[roots.Root], limit: int) -> list[Problem]:
    found: list[Problem] = []
    for root in known:
        for problem in file_states.rejected(connection, root.id, limit - len(found)):
            path, path_base64 = shown_path(problem.path)
            since = moments.show(problem.since)
            found.append(
                Problem(
                    code=problem.reason, root=root.name, path=path, path_base64=path_base64,
                    detail=problem.detail, since=since,
                )
            )  # fmt: skip
    return found


def _sinks(connection: Connection, seq: int) -> list[SinkStatus]:
    names = {f"log/{root.uid.hex()}": f"log:{root.name}" for root in roots.every(connection)}
    return [
        SinkStatus(name=names[name], cursor=place, lag=max(0, seq - place), last_error=None)
        for name, place in cursors.every(connection).items()
        if name in names
    ]
