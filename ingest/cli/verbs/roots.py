"""`ingest roots`: the watched folders."""

from __future__ import annotations

import click

from ingest import escape
from ingest.cli.call import opened, system_clock
from ingest.cli.options import as_json, verb
from ingest.cli.output import emit, header, line
from ingest.daemon import relocate, retire
from ingest.errors import UsageError
from ingest.records import of_row, shown_path
from ingest.records import verbs as records
from ingest.store import roots
from ingest.store.roots import Root

USAGE = "[rename A B | relocate A PATH | retire A | resume A]"
_TAKES = {"rename": 2, "relocate": 2, "retire": 1, "resume": 1}  # how many words


@verb
@click.argument("words", nargs=-1, metavar=USAGE)
def command(words: tuple[str, ...]) -> None:
    """List the roots; rename one, tell that its folder moved, retire it or resume it. Their history stays.

    A retired root is not observed, and neither `watch` nor `scan` takes it until it is resumed.

    Exit: 0 done; 2 no such root or folder, a name that is taken, or a folder inside a root; 4 no store, or
    the folder does not answer.
    """
    with opened() as store:
        if not words:
            with store.read() as connection:
                every = roots.every(connection)
            width = max((len(escape.name(root.name)) for root in every), default=4)
            if not as_json():
                header(f"{'name':<{width}}  path")
            for root in every:
                _show(root, width)
            return
        verb_, *rest = words
        if _TAKES.get(verb_) != len(rest):
            raise UsageError(
                f"roots '{' '.join(words)}' is not understood", hint=f"write: ingest roots {USAGE}"
            )
        if verb_ == "retire":
            changed = retire.retire(store, rest[0], clock=system_clock())
        else:
            with store.write() as connection:
                if verb_ == "rename":
                    changed = relocate.rename(connection, *rest)
                elif verb_ == "resume":
                    changed = retire.resume(connection, rest[0])
                else:
                    changed = relocate.relocate(store, connection, *rest)
    _show(changed, 0)


def _show(root: Root, width: int) -> None:
    path, path_base64 = shown_path(root.path)
    record = of_row(records.Root, root, path=path, path_base64=path_base64, id=root.uid.hex())
    if as_json():
        emit(record)
        return
    retired = "  retired" if record.retired_at else ""
    line(f"{escape.name(record.name):<{width}}  {escape.name(record.path)}{retired}")
