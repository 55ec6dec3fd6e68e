"""The sockets at which the daemons of a store listen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from ingest.daemon import door
from ingest.daemon.door import DaemonStatus, Request
from ingest.daemon.root_names import of_this_host
from ingest.errors import NoDaemon, Unreachable
from ingest.records.status import SinkStatus
from ingest.status import HARMLESS
from ingest.store import roots
from ingest.store.engine import Store
from ingest.store.root_reports import RootReport

PATIENCE = 3.0  # seconds for a daemon to answer
_TOLD = 3  # problems that an error names

_STATUS = Request("status")


class Reports(msgspec.Struct):
    """What the daemons of a store say of themselves: of each root by its id, and of their sinks.

    `log_errors` is None where none answered; `unheard` says why one that runs told nothing.
    """

    live: dict[str, RootReport] = {}
    sinks: list[SinkStatus] = []
    log_errors: int | None = None
    unheard: str | None = None


def reports(store: Store) -> Reports:
    """Ask every daemon of the store on this host how it is."""
    found = Reports()
    for path in doors(store):
        try:
            answer = _status(path)
        except NoDaemon:
            continue
        except Unreachable as error:
            found.unheard = error.message
            continue
        found.live |= answer.live
        names = {sink.name for sink in found.sinks}
        found.sinks += [sink for sink in answer.sinks if sink.name not in names]
        found.log_errors = (found.log_errors or 0) + answer.log_errors
    return found


def _status(path: Path) -> DaemonStatus:
    """Ask the daemon at a door how it is; one that ends meanwhile says nothing. Raises Unreachable."""
    nothing = DaemonStatus(live={}, sinks=[], log_errors=0)
    return next(door.ask(path, _STATUS, DaemonStatus, timeout=PATIENCE), nothing)


def problems(path: Path, ids: Sequence[str]) -> list[str]:
    """Ask the daemon at a door what is wrong with these roots; nothing where it does not answer."""
    try:
        live = _status(path).live
    except Unreachable:
        return []
    found = [each for uid in ids if uid in live for each in live[uid].problems]
    told = dict.fromkeys(
        f"{each.code}: {each.detail}" if each.detail else each.code
        for each in found
        if each.code not in HARMLESS
    )
    return list(told)[:_TOLD]


def running(store: Store) -> dict[str, bool]:
    """Tell of each root of this host, by its id, whether a daemon captures it.

    One of which that cannot be told is left out: its daemon does not answer, or may listen at a door that is
    not to be seen from here.
    """
    found: dict[str, bool] = {}
    for path, behind in doors(store).items():
        try:
            live = _status(path).live
        except NoDaemon as error:
            refused = isinstance(error.__cause__, ConnectionRefusedError)
            if store.is_sqlite or refused:  # beside a file there is one place for the door
                found.update(dict.fromkeys(behind, False))
            continue
        except Unreachable:
            continue
        found.update({uid: uid in live for uid in behind})
    return found


def doors(store: Store, name: str | None = None) -> dict[Path, list[str]]:
    """Return each door on this host with the ids of the roots behind it. Raises NotFound."""
    with store.read() as connection:
        if name is not None:
            known = [roots.by_name(connection, name)]
        else:
            known = [root for root in roots.every(connection) if root.retired_at is None]
            known = of_this_host(store, known)
    if store.is_sqlite:
        return {door.beside_store(str(store.url.database)): [root.uid.hex() for root in known]}
    return {door.found_for(root.uid): [root.uid.hex()] for root in known}
