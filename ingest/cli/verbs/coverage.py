"""`ingest coverage`: how each root was observed."""

from __future__ import annotations

import socket

import click

from ingest import escape, records
from ingest.cli.call import opened, system_clock
from ingest.cli.moment_notes import note_to_come
from ingest.cli.options import as_json, verb
from ingest.cli.output import counted, emit, line, note, paint
from ingest.cli.times import Times, calendar
from ingest.daemon.root_names import chosen_roots
from ingest.daemon.running_daemons import running
from ingest.history import log_moments, naming, observation
from ingest.store import coverage, roots
from ingest.store.coverage import Interval

_COLOUR = {"watched": "green", "scanned": "yellow", "blind": "red", "unrecorded": "red"}


@verb
@click.argument("root", required=False)
@click.option("--since", metavar="M", help="From this moment on.")
@click.option("--until", metavar="M", help="Up to this moment.")
@click.option("--document", "doc", metavar="DOC", help="How this document was observed.")
def command(root: str | None, since: str | None, until: str | None, doc: str | None) -> None:
    """For which stretches of time each root was observed, and how.

    watched: each state that rested until it was read is a version. A file rests from 0.3 s after its last
    write, from 0.6 s while a writer holds it open; under load it is read later. Saves closer together may be
    one version. scanned: the states at both ends are known, saves between may not be. blind: not observed.
    unrecorded: before the first scan, of which nothing is known.

    Exit: 0; 2 no such root, document or moment; 4 no store.
    """
    now = system_clock().wall()
    with opened() as store:
        if root:
            asked = chosen_roots(store, [root])
        else:
            with store.read() as connection:
                asked = roots.every(connection)
        here = socket.gethostname()
        alive = running(store)
        with store.read() as connection:
            first = None if since is None else log_moments.time_of(connection, since, calendar(), start=True)
            last = None if until is None else log_moments.time_of(connection, until, calendar())
            note_to_come(connection, since, until)
            if doc is not None:
                target = naming.resolve(connection, doc, root=asked[0].name if root else None)
                asked = [known for known in asked if known.name == target.root]
                first = log_moments.born_at(connection, target.id) if first is None else first
            unsure = 0
            width = max(4, *(len(escape.name(known.name)) for known in asked)) if len(asked) > 1 else 0
            times = Times()
            if not as_json():
                name = f"{'root':<{width}}  " if width else ""
                times.header(f"{name}{'state':<10} ", "from", f"      {'to':<19}  why")
            for known in asked:
                runs = alive.get(known.uid.hex()) if known.host == here else None
                found = observation.root_coverage(
                    connection, known, now=now, since=first, until=last, running=runs
                )
                if doc is not None:
                    assert first is not None
                    found = observation.document_coverage(connection, target, found, since=first, until=last)
                if not found:
                    begins = coverage.record_begins_at(connection, known.id)
                    words = log_moments.beginning_words(known.name, begins, calendar())
                    note(f"nothing in this period: {words}")
                for interval in found:
                    unsure += interval.state != "watched"
                    _show(known.name, interval, width=width, times=times)
    if doc is not None and not as_json():
        answer = observation.MEANS["watched"]
        if unsure:
            stretches = counted(unsure, "stretch", "stretches")
            answer = f"a state may have no version where it was not watched: {stretches}"
        line(f"{escape.name(doc)}: {answer}")


def _show(root: str, interval: Interval, *, width: int, times: Times) -> None:
    if as_json():
        emit(records.stretch(root, interval))
        return
    state = paint(f"{interval.state:<10}", fg=_COLOUR[interval.state])
    reason = f"  ({escape.name(interval.reason)})" if interval.reason else ""
    name = f"{escape.name(root):<{width}}  " if width else ""
    begin = times.column(interval.since)
    until = "now" if interval.until is None else times.show(interval.until)
    line(f"{name}{state} {begin}  to  {until:<19}{reason}".rstrip())
