"""`ingest watch`: the daemon."""

from __future__ import annotations

import os
from contextlib import ExitStack

import click
import msgspec
import structlog

from ingest import logging
from ingest.cli import complete
from ingest.cli.call import require_tested_system, settings, system_clock
from ingest.cli.options import as_json, is_quiet, is_verbose, verb
from ingest.cli.shortened_log import accept_option, forbidding, go_on
from ingest.config import Settings
from ingest.daemon.enrolment import enrolled
from ingest.daemon.store_lock import StoreLock
from ingest.disk import locks
from ingest.followers.log_lines import Detail
from ingest.store.migrate import open_or_create
from ingest.store.roots import every as every_root

BUSY_SECONDS = 1.0


@verb
@click.argument("roots", nargs=-1, metavar="[ROOT]...", shell_complete=complete.folders)
@click.option("--adopt", is_flag=True, help="Accept the folder that stands at a root's path as that root.")
@click.option("--backend", type=click.Choice(["auto", "native", "poll"]), help="How changes are noticed.")
@accept_option
def command(roots: tuple[str, ...], adopt: bool, backend: str | None, accept_shortened_log: bool) -> None:
    """Watch folders and record every change, until SIGTERM or SIGINT; SIGHUP reads the settings again.

    ROOT is a folder, the name of a known root, or NAME=FOLDER. Without one: the roots of the
    configuration, else every root that the store knows. The store is made on first use. On a terminal what a
    first scan records is told by folder where it is more than 20 files, with -v a line a file; with -q no
    change is told.

    Exit: 0 stopped; 2 usage; 4 the store or a root is taken or out of reach, or somebody saw the log longer
    than it is.
    """
    require_tested_system()
    from ingest.daemon.process import Daemon  # noqa: PLC0415 - it needs inotify, which other systems lack

    context = click.get_current_context()

    def load() -> Settings:
        with context.scope(cleanup=False):
            chosen = settings()
        return chosen if backend is None else msgspec.structs.replace(chosen, backend=backend)

    chosen = load()
    os.umask(0o077)
    clock = system_clock()
    sink = logging.configure(level=chosen.log_level, format_="json" if as_json() else chosen.log_format)
    # a short wait: the daemon comes back to a locked store, and answers at the door meanwhile
    store = open_or_create(chosen.database_url, busy_seconds=min(chosen.busy_seconds, BUSY_SECONDS))
    context.call_on_close(store.dispose)
    log = structlog.get_logger()
    lock = None
    with ExitStack() as held:
        if store.is_sqlite:  # before anything is written: whoever is refused leaves no trace
            is_replaced = held.enter_context(locks.lock_store(str(store.url.database)))
            lock = StoreLock(store, is_replaced, clock)
        contradictions = forbidding(store, accept=accept_shortened_log)
        known = held.enter_context(enrolled(store, roots, settings=chosen, adopt=adopt, clock=clock))
        go_on(
            store,
            contradictions,
            accept=accept_shortened_log,
            clock=clock,
            tell=lambda words: log.warning("log_shortened", detail=words),
        )
        with store.read() as connection:
            names = [root.name for root in every_root(connection)]
        for words in chosen.of_no_root(names):
            log.warning("settings", detail=words)
        detail: Detail = (
            "none" if is_quiet() else "folders" if sink.for_eyes and not is_verbose() else "changes"
        )
        Daemon(
            store, known, settings=chosen, load=load, clock=clock, log=log, sink=sink, detail=detail,
            lock=lock,
        ).run()  # fmt: skip
