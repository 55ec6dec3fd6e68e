"""`ingest index`: the derived index, made anew or looked at."""

from __future__ import annotations

import click

from ingest import escape
from ingest.cli.call import opened, settings
from ingest.cli.index_snapshot import bring_up
from ingest.cli.options import as_json, verb
from ingest.cli.output import emit, line
from ingest.index import state
from ingest.index.database import Index


@verb
@click.argument("what", type=click.Choice(["rebuild", "status", "update"]))
def command(what: str) -> None:
    """Make the derived index anew, bring it up to the log, or say how far behind the log it is.

    It is never part of the record: deleting it loses nothing, and each query brings it up to the log.

    Exit: 0; 4 no store, or the index cannot be written.
    """
    with opened() as store:
        index = Index(store)
        try:
            if what == "rebuild":
                index.usable()  # one that has come further than the log is a witness, and is left
                index.rebuild()
            if what != "status":
                bring_up(index, rules=settings().edit_rules)
            record = state.record(index)
        finally:
            index.dispose()
    if as_json():
        emit(record)
    else:
        line(f"index      {escape.name(record.index)}")
        line(f"reached    #{record.seq}, {record.behind:,} changes behind the log")
        line(f"holds      {record.edits:,} edits, {record.spans:,} sentences")
