"""`ingest coverage`: how each root was observed."""

from __future__ import annotations

import click

from ingest import escape
from ingest.cli.common import as_json, emit, line, opened, paint, system_clock, verb

_COLOUR = {"watched": "green", "scanned": "yellow", "blind": "red"}


@verb
@click.argument("root", required=False)
@click.option("--since", metavar="M", help="From this moment on.")
@click.option("--until", metavar="M", help="Up to this moment.")
def command(root: str | None, since: str | None, until: str | None) -> None:
    """For which stretches of time each root was observed, and how.

    watched: every save was seen. scanned: the states at both ends are known, saves between may
    have been missed. blind: not observed.

    Exit: 0; 2 no such root or moment; 4 no store.
    """
    from ingest import queries
    from ingest.daemon.named import chosen
    from ingest.moments import show

    now = system_clock().wall()
    with opened() as store:
        roots = chosen(store, [root] if root else [])
        with store.read() as connection:
            first = None if since is None else queries.time_of(connection, since, start=True)
            last = None if until is None else queries.time_of(connection, until)
            for known in roots:
                for interval in queries.coverage_of(connection, known, now=now, since=first, until=last):
                    record = {
                        "root": known.name,
                        "state": interval.state,
                        "from": show(interval.since),
                        "to": show(interval.until),
                        "reason": interval.reason,
                    }
                    if as_json():
                        emit(record)
                        continue
                    state = paint(f"{interval.state:<8}", fg=_COLOUR[interval.state])
                    reason = f"  ({escape.name(interval.reason)})" if interval.reason else ""
                    name = f"{escape.name(known.name)}  " if len(roots) > 1 else ""
                    line(f"{name}{state} {record['from']}  to  {record['to'] or 'now'}{reason}")
