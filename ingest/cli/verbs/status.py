"""`ingest status`: health and counts."""

from __future__ import annotations

import socket

import click

from ingest import escape, status, text_reasons, witnesses
from ingest.cli.call import opened, system_clock
from ingest.cli.options import as_json, verb
from ingest.cli.output import counted, emit, line, paint
from ingest.cli.times import Times
from ingest.daemon import running_daemons
from ingest.index.database import Index
from ingest.records import RootStatus, SinkStatus, Status
from ingest.store.engine import Store

_EXIT = {"ok": 0, "degraded": 3, "blind": 4, "stopped": 4}
_COLOUR = {"ok": "green", "degraded": "yellow", "blind": "red", "stopped": "red"}


@verb
@click.option("--exit-code", is_flag=True, help="End with 0 ok, 3 degraded, 4 blind or stopped.")
def command(exit_code: bool) -> int:
    """Health and counts: from the running daemon, else from the store.

    Exit: 0; with --exit-code 0 ok, 3 degraded, 4 blind or stopped; 4 no store.
    """
    record = _record()
    if as_json():
        emit(record)
    else:
        _show(record)
    return _EXIT[record.health] if exit_code else 0


def _record() -> Status:
    with opened() as store:
        reports = running_daemons.reports(store)
        contradictions = witnesses.ask(store).contradictions
        with store.read() as connection:
            return status.record(
                connection, now=system_clock().wall(), host=socket.gethostname(), live=reports.live,
                sinks=reports.sinks or None, log_errors=reports.log_errors,
                unheard=reports.unheard, contradictions=contradictions,
                bytes_index=_index_size(store),
            )  # fmt: skip


def _index_size(store: Store) -> int:
    index = Index(store)
    try:
        return index.size()
    finally:
        index.dispose()


def _show(record: Status) -> None:
    health = record.health
    line(f"health     {paint(health, fg=_COLOUR[health], bold=True)}")
    rejected = f", {record.rejected:,} rejected" if record.rejected else ""
    line(f"documents  {record.documents:,} in {counted(record.versions, 'version')}{rejected}")
    line(f"log        {counted(record.seq, 'change')}")
    line(f"tree root  {record.seq}:{record.tree_root}")
    line(f"stored     {counted(record.bytes_stored, 'byte')}")
    times = Times()
    built = counted(record.bytes_index, "byte") if record.bytes_index else "not built yet"
    line(f"index      {built}")
    last = record.last_scan_at
    line(f"last scan  {'never' if last is None else times.reshow(last)}")
    if record.left_out:
        rules = ", ".join(f"{many:,} {escape.name(rule)}" for rule, many in record.left_out.items())
        line(f"left out   {rules}")
    if record.without_text:
        line(f"no text    {text_reasons.counts_in_words(record.without_text)}")
    for root in record.roots:
        _show_root(root, times)
    for sink in record.sinks:
        _show_sink(sink)
    for problem in record.problems:
        where = escape.name(f"{problem.root or ''}/{problem.path or ''}".strip("/"))
        code = paint(problem.code, fg="yellow")
        since = f"  since {times.reshow(problem.since)}" if problem.since is not None else ""
        line(f"problem    {code}  {where}  {escape.name(problem.detail or '')}{since}")
    more = record.problems_total - len(record.problems)
    if more > 0:
        line(f"           and {more:,} more")


def _show_root(root: RootStatus, times: Times) -> None:
    state = ""
    if root.backend is not None:
        state = f"  {root.backend}, {counted(root.watched_directories, 'folder')}"
    unwatched = f", {root.unwatched_directories:,} unwatched" if root.unwatched_directories else ""
    line(f"root       {escape.name(root.name)}  {escape.name(root.path)}{state}{unwatched}")
    for mount in root.mounts:
        place = f"{escape.name(mount.path)}  {escape.name(mount.type)}"
        line(f"  mount    {place}  {mount.backend}, {mount.state}")
    begins = root.record_begins_at
    line(f"           {'no record yet' if begins is None else f'on record since {times.reshow(begins)}'}")


def _show_sink(sink: SinkStatus) -> None:
    error = f": {escape.name(sink.last_error)}" if sink.last_error else ""
    place = ", its place is not known"
    if sink.cursor is not None:
        place = f" at {sink.cursor:,}, {sink.lag:,} behind"
    line(f"sink       {escape.name(sink.name)}{place}{error}")
