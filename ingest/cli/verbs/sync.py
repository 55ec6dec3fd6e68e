"""`ingest sync`: wait until everything announced before the call is in the store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from ingest.cli.call import opened, require_tested_system
from ingest.cli.options import SECONDS, as_json, verb
from ingest.cli.output import emit, line
from ingest.daemon.door import BarrierReply, Request, ask
from ingest.daemon.running_daemons import doors, problems
from ingest.errors import NoDaemon, Unreachable
from ingest.records.verbs import Synced


@verb
@click.option("--timeout", type=SECONDS, default=30.0, metavar="S", help="Seconds to wait.")
@click.option("--root", metavar="NAME", help="Only this root.")
def command(timeout: float, root: str | None) -> None:
    """Wait until everything that the operating system announced before this call is in the store.

    Never scans. Needs a running `watch`; while it is blind, or an overflow is not yet reconciled,
    this waits.

    Exit: 0 done; 2 no such root; 4 no daemon, a root is not captured any more, or time ran out.
    """
    require_tested_system()
    with opened() as store:
        paths = doors(store, root)
    if not paths:
        raise NoDaemon("no root is known", hint="run: ingest watch FOLDER")
    for path, ids in paths.items():
        wanted = Request("sync", ids if root else [], timeout)
        try:
            answers = list(ask(path, wanted, BarrierReply, timeout=timeout + 1))
        except NoDaemon:
            raise
        except Unreachable as error:
            raise Unreachable(f"{error.message}{_cause(path, ids)}", hint=error.hint) from error
        if answers and not answers[0].roots:
            raise NoDaemon("the daemon of this store does not watch that root", hint="run: ingest status")
        if answers and answers[0].lost is not None and not answers[0].done:
            raise Unreachable(f"a root cannot be waited for: {answers[0].lost.detail}", hint="try again")
        if not answers or not answers[0].done:
            raise Unreachable(
                f"not everything was in the store after {timeout:g} s{_cause(path, ids)}",
                hint="see why: ingest status",
            )
        if as_json():
            emit(Synced(seq=answers[0].to_seq))
    if not as_json():
        line("everything announced before is in the store")


def _cause(path: Path, ids: Sequence[str]) -> str:
    """Ask what the daemon itself says is wrong with these roots, to be put after an error."""
    told = problems(path, ids)
    return f": {'; '.join(told)}" if told else ""
