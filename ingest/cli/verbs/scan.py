"""`ingest scan`: one full reconcile."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, suppress
from itertools import islice
from typing import Any

import click

from ingest import records
from ingest.cli import complete
from ingest.cli.call import require_tested_system, settings, system_clock
from ingest.cli.folders import lines_of
from ingest.cli.options import as_json, is_quiet, is_verbose, verb
from ingest.cli.output import change_line, counted, emit, flush, keep_going, line, lines, note
from ingest.cli.progress import Bar
from ingest.cli.shortened import accept_option, forbidding, go_on
from ingest.daemon.enrolment import enrolled
from ingest.daemon.reconcile import scan_roots
from ingest.disk import root_mark
from ingest.edits.settings import Rules
from ingest.errors import AlreadyRunning, LogShortened, RootUnavailable
from ingest.followers.folder_counts import FEW, FolderCounts
from ingest.index.database import Index
from ingest.store import file_states, reader, roots
from ingest.store.migrate import open_or_create
from ingest.store.roots import Root

TOGETHER = 1000  # lines that are written at once


@verb
@click.argument("roots", nargs=-1, metavar="[ROOT]...", shell_complete=complete.folders)
@click.option("--adopt", is_flag=True, help="Accept the folder that stands at a root's path as that root.")
@accept_option
def command(roots: tuple[str, ...], adopt: bool, accept_shortened_log: bool) -> int:
    """Compare folders with the store once and record every difference.

    Beside a running `watch` the daemon is asked, and waited for. Fit for cron. A first scan of more than
    20 files tells how many lie in which folder; with -v each.

    Exit: 0 done; 2 usage; 3 done, but some files are rejected; 4 the store or a root is out of
    reach, or somebody saw the log longer than it is.
    """
    require_tested_system()
    keep_going()
    chosen = settings()
    os.umask(0o077)
    clock = system_clock()
    store = open_or_create(chosen.database_url, busy_seconds=chosen.busy_seconds)
    before = _last_seq(store)
    began = clock.monotonic()
    with ExitStack() as held:
        taken = _take(store, held)
        contradictions = forbidding(store, accept=accept_shortened_log, taken=taken)
        known = held.enter_context(
            enrolled(store, roots, settings=chosen, adopt=adopt, clock=clock, taken=taken)
        )
        go_on(store, contradictions, accept=accept_shortened_log, clock=clock, tell=note)
        bar = held.enter_context(Bar("scan", "files"))
        files, lost = scan_roots(
            store,
            known,
            settings=chosen,
            clock=clock,
            progress=lambda files, _: bar.show(files),
            alone=taken is None,
        )
    keys = {root.id for root in known}
    with store.read() as connection:
        for words in chosen.of_no_root(root.name for root in _roots(connection)):
            note(words)
        counts = _tell(connection, known, before, rules=chosen.edit_rules)
        rejected = sum(len(file_states.rejected(connection, key)) for key in keys)
        head = int(reader.head(connection).seq)
    seconds = clock.monotonic() - began
    kinds = ("created", "changed", "moved", "deleted", "restored", "rejected")
    if len(lost) == len(known):
        pass  # nothing was looked at, so there is nothing to count
    elif as_json():
        emit(
            {"files": files, **{kind: counts.get(kind, 0) for kind in kinds[:-1]}, "rejected": rejected,
             "seq": head, "seconds": round(seconds, 3)}
        )  # fmt: skip
    else:
        told = ", ".join(f"{counts[kind]:,} {kind}" for kind in kinds if counts.get(kind))
        line(f"{counted(files, 'file')}, {told or 'nothing changed'} ({seconds:.1f} s)")
    flush()
    if rejected:
        note(f"{rejected:,} {'file is' if rejected == 1 else 'files are'} rejected: ingest ls --rejected")
    _say_of_index(store)
    store.dispose()
    if lost:
        raise RootUnavailable(
            "; ".join(error.message for error in lost), code=lost[0].code, hint=lost[0].hint
        )
    return 3 if rejected else 0


def _say_of_index(store: Any) -> None:
    """Say on a terminal that searching waits for an index that is not there yet, and how it is made."""
    if not sys.stderr.isatty():
        return
    index = Index(store)
    with suppress(LogShortened):  # said where it matters
        if not index.usable():
            note("no index yet; search makes it when first asked, or now: ingest index update")
    index.dispose()


def _tell(connection: Any, known: list[Root], before: int, *, rules: Rules) -> dict[str, int]:
    """Tell what was recorded after a place in the log; how much there was of each kind."""
    counts: dict[str, int] = {}
    begun = set() if as_json() or is_verbose() else _begun(connection, known, before)
    first = FolderCounts()
    found = _changes(connection, before, {root.id for root in known})
    while part := list(islice(found, TOGETHER)):
        for row in part:
            counts[row.type] = counts.get(row.type, 0) + 1
        if is_quiet():
            continue
        if as_json():
            for row in part:
                emit(records.edited(row, connection, rules=rules))
        else:
            first.take(row for row in part if row.root in begun)
            lines(change_line(row, root=len(known) > 1) for row in part if row.root not in begun)
    lines(lines_of(first, several=len(known) > 1))
    return counts


def _last_seq(store: Any) -> int:
    """Where the log ends before the scan; a store on a server is warned of."""
    if (remote := store.remote_type()) is not None:
        note(f"the store is on {remote}: SQLite's locks do not hold on every server (ingest doctor)")
    with store.read() as connection:
        return int(reader.head(connection).seq)


def _take(store: Any, held: ExitStack) -> Any:
    """Hold the lock of a SQLite store; what says who has it, if another has."""
    if store.is_sqlite:
        try:
            held.enter_context(root_mark.lock_store(str(store.url.database)))
        except AlreadyRunning as error:
            return error
    return None


def _changes(connection: Any, after: int, keys: set[int]) -> Any:
    root = next(iter(keys)) if len(keys) == 1 else None
    names = None if root is not None else {r.name for r in _roots(connection) if r.id in keys}
    for row in reader.changes(connection, after=after, root=root, brief=not as_json()):
        if names is None or row.root in names:
            yield row


def _begun(connection: Any, known: list[Root], before: int) -> set[str]:
    """The roots that were scanned for the first time, if that told more than few changes."""
    first = [root for root in known if not before or not _number(connection, root, until=before, most=1)]
    number = sum(_number(connection, root, after=before, most=FEW + 1) for root in first)
    return {root.name for root in first} if number > FEW else set()


def _number(connection: Any, root: Root, *, most: int, after: int = 0, until: int | None = None) -> int:
    """How many changes of a root there are, counted up to `most`."""
    rows = reader.changes(connection, after=after, until=until, root=root.id, brief=True, limit=most)
    return len(list(rows))


def _roots(connection: Any) -> Any:
    return roots.every(connection)
