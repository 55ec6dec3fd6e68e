"""`ingest cursors`: the named readers' places in the log."""

from __future__ import annotations

import re

import click

from ingest import escape, witnesses
from ingest.cli.call import opened
from ingest.cli.options import as_json, verb
from ingest.cli.output import emit, header, line, note
from ingest.errors import NotFound, UsageError
from ingest.model import Seq
from ingest.records.verbs import Cursor, CursorRemoved
from ingest.store import cursors, reader
from ingest.store.engine import Connection

USAGE = "[move NAME SEQ | remove NAME]"


@verb
@click.argument("words", nargs=-1, metavar=USAGE)
def command(words: tuple[str, ...]) -> None:
    """List the cursors and how far behind the log each is; move one, or remove one.

    A cursor stands at the last change that its reader has; `move NAME SEQ` says so, and makes the cursor
    where there is none of that name. A reader that must lose nothing reads `changes --cursor NAME --peek`
    and moves the cursor when it has done with what it read. 0 is the beginning.

    Exit: 0; 2 no such cursor, or SEQ lies beyond the log's end; 4 no store, or a
    log that somebody saw longer, in which no cursor is moved or removed.
    """
    with opened() as store:
        if not words:
            with store.read() as connection:
                known = cursors.of_readers(connection)
                last = Seq(reader.head(connection).seq)
            width = max((len(escape.name(name)) for name in known), default=4)
            if not as_json():
                header(f"{'name':<{width}}  {'seq':<8} behind")
            for name, seq in known.items():
                _show(name, seq, last, width)
            return
        verb_, *rest = words
        if (verb_, len(rest)) == ("move", 2):
            name = cursors.check_name(rest[0])
            witnesses.require_agreement(store)  # a cursor may be the only one that saw more
            with store.write() as connection:
                seq, last = _place(connection, rest[1])
                is_new = cursors.place(connection, name) is None
                cursors.move(connection, name, seq)
            _show(name, seq, last, 0)
            if is_new:
                note(f"there was no cursor '{escape.name(name)}': it is made")
        elif (verb_, len(rest)) == ("remove", 1):
            name = cursors.check_name(rest[0])
            witnesses.require_agreement(store)  # a cursor may be the only one that saw more
            with store.write() as connection:
                if not cursors.remove(connection, name):
                    known = cursors.of_readers(connection)
                    raise NotFound(
                        f"no cursor named '{name}'", hint=f"the cursors are: {', '.join(known) or 'none'}"
                    )
            if as_json():
                emit(CursorRemoved(name=name))
            else:
                line(f"removed {escape.name(name)}")
        else:
            raise UsageError(
                f"cursors '{' '.join(words)}' is not understood", hint=f"write: ingest cursors {USAGE}"
            )


def _place(connection: Connection, words: str) -> tuple[Seq, Seq]:
    """Find the place that the words name, and the last one. Raises UsageError."""
    last = Seq(reader.head(connection).seq)
    found = re.fullmatch(r"(?:#|seq:)?(\d{1,18})", words, re.ASCII)
    if found is None or int(found[1]) > last:
        raise UsageError(
            f"no cursor can stand at '{words}'", hint=f"write a number from 0 to {last}, the last change"
        )
    return Seq(int(found[1])), last


def _show(name: str, seq: int, last: int, width: int) -> None:
    if as_json():
        emit(Cursor(name=name, seq=seq, behind=last - seq))
        return
    # only a log that was cut ends before a cursor's place
    behind = f"{last - seq:,} behind" if seq <= last else f"{seq - last:,} beyond the log's end"
    line(f"{escape.name(name):<{width}}  #{seq:<7} {behind}")
