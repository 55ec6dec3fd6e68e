"""`ingest db`: the schema."""

from __future__ import annotations

import os

import click

from ingest.cli.call import opened, settings
from ingest.cli.options import as_json, verb
from ingest.cli.output import emit, line
from ingest.errors import StoreMissing
from ingest.records.verbs import Schema, Upgraded
from ingest.store import migrate, tables
from ingest.store.engine import open_unchecked


@verb
@click.argument("what", type=click.Choice(["upgrade", "current", "check"]))
def command(what: str) -> None:
    """Upgrade the store's schema, name its revision, or check its tables.

    Exit: 0 done; 4 no store, or its schema is newer or not as described.
    """
    if what == "upgrade":
        chosen = settings()
        os.umask(0o077)
        before, after = migrate.upgrade(chosen.database_url, busy_seconds=chosen.busy_seconds)
        if as_json():
            emit(Upgraded(before=before, after=after))
        else:
            line(f"the schema is {after}" + ("" if before == after else f", it was {before or 'not there'}"))
        return
    if what == "current":
        store = open_unchecked(settings().database_url)
        click.get_current_context().call_on_close(store.dispose)
        found = store.revision()
        if found is None:
            raise StoreMissing(
                f"no store at {store.address}: the database is empty", hint="run: ingest db upgrade"
            )
        if as_json():
            emit(Schema(revision=found, program=tables.REVISION))
        else:
            line(f"{found}{'' if found == tables.REVISION else f' (this program has {tables.REVISION})'}")
        return
    with opened() as store:
        migrate.check(store)
        if as_json():
            emit(Schema(revision=tables.REVISION, ok=True))
        else:
            line(f"the schema is {tables.REVISION}, as described")
