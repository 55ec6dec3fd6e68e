"""`ingest check`: disk against store, writing nothing."""

from __future__ import annotations

import click

from ingest import check, escape
from ingest.cli import complete
from ingest.cli.call import opened, require_tested_system, settings
from ingest.cli.options import as_json, is_quiet, verb
from ingest.cli.output import counted, emit, keep_going, line, paint
from ingest.daemon.root_names import chosen, is_here

_BITS = {"new": 16, "removed": 32, "changed": 64}
_COLOUR = {"new": "green", "removed": "red", "changed": "yellow"}


@verb
@click.argument("names", nargs=-1, metavar="[ROOT]...", shell_complete=complete.folders)
@click.option("--deep", is_flag=True, help="Read every file, whatever its times and size say.")
def command(names: tuple[str, ...], deep: bool) -> int:
    """Compare folders with the store and write nothing.

    Exit: 0 no difference, else the sum of 16 new, 32 removed, 64 changed files; 2 no such root;
    4 the store or a root is out of reach.
    """
    require_tested_system()
    keep_going()  # the exit code says what was found
    limits = settings()
    counts = dict.fromkeys(("new", "removed", "changed", "rejected", "unknown"), 0)
    files = 0
    with opened() as store:
        roots = [root for root in chosen(store, names) if names or is_here(store, root)]
        for root in roots:
            prefix = f"{escape.name(root.name)}/" if len(roots) > 1 else ""
            for finding in check.compare(
                store, root, patterns=limits.patterns_of(root.name), hidden=store.files_below(root.path),
                max_bytes=limits.max_bytes, deep=deep,
            ):  # fmt: skip
                if isinstance(finding, int):
                    files += finding
                    continue
                counts[finding.state] += 1
                if is_quiet():
                    continue
                if as_json():
                    fields = escape.path_fields("path", finding.path)
                    emit({"root": root.name, **fields, "state": finding.state, "detail": finding.detail})
                else:
                    mark = paint(f"{finding.state:<9}", fg=_COLOUR.get(finding.state, "magenta"))
                    detail = f" ({escape.name(finding.detail)})" if finding.detail else ""
                    line(f"{mark} {prefix}{escape.name(escape.path(finding.path))}{detail}")
    if as_json():
        emit({"files": files, **counts})
    else:
        told = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
        line(f"{counted(files, 'file')}, {told or 'no difference'}")
    return sum(bit for state, bit in _BITS.items() if counts[state])
