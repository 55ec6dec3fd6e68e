"""`ingest coverage`: how each root was observed."""

from __future__ import annotations

import socket
from typing import Any

import click

from ingest import escape
from ingest.cli.options import as_json, opened, system_clock, verb
from ingest.cli.output import counted, emit, header, line, paint

_COLOUR = {"watched": "green", "scanned": "yellow", "blind": "red"}


@verb
@click.argument("root", required=False)
@click.option("--since", metavar="M", help="From this moment on.")
@click.option("--until", metavar="M", help="Up to this moment.")
@click.option("--document", "doc", metavar="DOC", help="Could an edit of this document have been missed?")
def command(root: str | None, since: str | None, until: str | None, doc: str | None) -> None:
    """For which stretches of time each root was observed, and how.

    watched: every save was seen. scanned: the states at both ends are known, saves between may
    have been missed. blind: not observed.

    Exit: 0; 2 no such root, document or moment; 4 no store.
    """
    from ingest import queries
    from ingest.daemon.doors import running
    from ingest.daemon.named import chosen

    now = system_clock().wall()
    with opened() as store:
        roots = chosen(store, [root] if root else [])
        here = socket.gethostname()
        alive = running(store)
        with store.read() as connection:
            first = None if since is None else queries.time_of(connection, since, start=True)
            last = None if until is None else queries.time_of(connection, until)
            if doc is not None:
                target = queries.resolve(connection, doc, root=roots[0].name if root else None)
                roots = [known for known in roots if known.name == target.root]
                first = queries.born_at(connection, target) if first is None else first
            unsure = 0
            width = max(4, *(len(escape.name(known.name)) for known in roots)) if len(roots) > 1 else 0
            if not as_json():
                name = f"{'root':<{width}}  " if width else ""
                header(f"{name}{'state':<8} {'from (UTC)':<19}      {'to (UTC)':<19}  why")
            for known in roots:
                runs = alive.get(known.uid.hex()) if known.host == here else None
                found = queries.coverage_of(connection, known, now=now, since=first, until=last, running=runs)
                if doc is not None:
                    assert first is not None
                    found = queries.missed(connection, target, found, since=first, until=last)
                for interval in found:
                    unsure += interval.state != "watched"
                    _show(known.name, interval, width=width)
    if doc is not None and not as_json():
        answer = "no edit can have been missed"
        if unsure:
            stretches = counted(unsure, "stretch", "stretches")
            answer = f"an edit could have been missed where it was not watched: {stretches}"
        line(f"{escape.name(doc)}: {answer}")


def _show(root: str, interval: Any, *, width: int) -> None:
    from ingest import records
    from ingest.moments import show_seconds

    if as_json():
        emit(records.stretch(root, interval))
        return
    state = paint(f"{interval.state:<8}", fg=_COLOUR[interval.state])
    reason = f"  ({escape.name(interval.reason)})" if interval.reason else ""
    name = f"{escape.name(root):<{width}}  " if width else ""
    until = "now" if interval.until is None else show_seconds(interval.until)
    line(f"{name}{state} {show_seconds(interval.since)}  to  {until:<19}{reason}".rstrip())
