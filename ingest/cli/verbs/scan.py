"""`ingest scan`: one full reconcile."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, suppress
from itertools import islice

import click

from ingest import records, text_reasons
from ingest.cli import complete
from ingest.cli.call import require_tested_system, settings, system_clock
from ingest.cli.folders import lines_of
from ingest.cli.options import as_json, is_quiet, is_verbose, verb
from ingest.cli.output import change_line, counted, emit, flush, keep_going, line, lines, note
from ingest.cli.progress import Bar
from ingest.cli.shortened_log import accept_option, forbidding, go_on
from ingest.daemon.enrolment import enrolled
from ingest.daemon.single_scan import Seen, scan_roots
from ingest.disk import locks
from ingest.edits.settings import Rules
from ingest.errors import AlreadyRunning, LogShortened, RootUnavailable, all_lost
from ingest.followers.folder_counts import FEW, FolderCounts
from ingest.history import scan_result
from ingest.index.database import Index
from ingest.model import Seq
from ingest.records.verbs import Scanned
from ingest.store import reader
from ingest.store import roots as stored_roots
from ingest.store.engine import Connection, Store
from ingest.store.migrate import open_or_create
from ingest.store.roots import Root

TOGETHER = 1000  # lines that are written at once
_TYPES = ("created", "changed", "moved", "deleted", "restored")


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
    click.get_current_context().call_on_close(store.dispose)
    before = _last_seq(store)
    began = clock.monotonic()
    lost: list[RootUnavailable] = []
    with ExitStack() as held:
        taken = _take(store, held)
        contradictions = forbidding(store, accept=accept_shortened_log, taken=taken)
        known = held.enter_context(
            enrolled(store, roots, settings=chosen, adopt=adopt, clock=clock, taken=taken, lost=lost)
        )
        go_on(store, contradictions, accept=accept_shortened_log, clock=clock, tell=note)
        bar = held.enter_context(Bar("scan", "files"))
        seen, also_lost = scan_roots(
            store,
            known,
            settings=chosen,
            clock=clock,
            progress=lambda files, _: bar.show(files),
            alone=taken is None,
        )
    with store.read() as connection:
        looked_at = len(known) - len(also_lost)
        lost += also_lost
        for words in chosen.of_no_root(root.name for root in stored_roots.every(connection)):
            note(words)
        _tell(connection, known, before, rules=chosen.edit_rules)
        found = scan_result.counts(connection, known, after=before)
    seconds = clock.monotonic() - began
    if looked_at:  # else nothing was looked at, so there is nothing to count
        _show_counts(found, seen, seconds)
    flush()
    if looked_at and found.rejected:
        what = "file is" if found.rejected == 1 else "files are"
        note(f"{found.rejected:,} {what} rejected: ingest ls --rejected")
    if seen.unknown:
        what = counted(seen.unknown, "file or folder", "files or folders")
        note(f"{what} could not be looked at: ingest check")
    if looked_at and found.without_text and not is_quiet():
        note(f"without text: {text_reasons.counts_in_words(dict(sorted(found.without_text.items())))}")
    _say_of_index(store)
    if lost:
        raise all_lost(lost)
    return 3 if found.rejected else 0


def _say_of_index(store: Store) -> None:
    """Say on a terminal that searching waits for an index that is not there yet, and how it is made."""
    if not sys.stderr.isatty():
        return
    index = Index(store)
    with suppress(LogShortened):  # said where it matters
        if not index.usable():
            note("no index yet; search makes it when first asked, or now: ingest index update")
    index.dispose()


def _tell(connection: Connection, known: list[Root], before: Seq, *, rules: Rules) -> None:
    """Tell what was recorded after a place in the log."""
    if is_quiet():
        return
    found = scan_result.changes(connection, known, after=before, brief=not as_json())
    if as_json():
        for row in found:
            emit(records.change_with_edit(row, connection, rules=rules))
        return
    several = len(known) > 1
    begun = set()
    if not is_verbose():
        begun = scan_result.first_scanned(connection, known, after=before, few=FEW)
    first = FolderCounts()
    while part := list(islice(found, TOGETHER)):
        first.take(row for row in part if row.root in begun)
        lines(change_line(row, root=several) for row in part if row.root not in begun)
    lines(lines_of(first, several=several))


def _show_counts(found: scan_result.ScanResult, seen: Seen, seconds: float) -> None:
    if as_json():
        types = {kind: found.types.get(kind, 0) for kind in _TYPES}
        emit(
            Scanned(
                **types, files=seen.files, rejected=found.rejected, unknown=seen.unknown,
                without_text=found.without_text, seq=found.seq, seconds=round(seconds, 3),
            )
        )  # fmt: skip
    else:
        told = ", ".join(
            f"{found.types[kind]:,} {kind}" for kind in (*_TYPES, "rejected") if kind in found.types
        )
        line(f"{counted(seen.files, 'file')}, {told or 'nothing changed'} ({seconds:.1f} s)")


def _last_seq(store: Store) -> Seq:
    """Tell where the log ends before the scan; a store on a server is warned of."""
    if (remote := store.remote_type()) is not None:
        note(f"the store is on {remote}: SQLite's locks do not hold on every server (ingest doctor)")
    with store.read() as connection:
        return Seq(reader.head(connection).seq)


def _take(store: Store, held: ExitStack) -> AlreadyRunning | None:
    """Take the lock of a SQLite store. Return the error that names its holder, if another has it."""
    if store.is_sqlite:
        try:
            held.enter_context(locks.lock_store(str(store.url.database)))
        except AlreadyRunning as error:
            return error
    return None
