"""`ingest check`: disk against store, writing nothing."""

from __future__ import annotations

import click

from ingest import check, escape
from ingest.cli import complete
from ingest.cli.call import opened, require_tested_system, settings
from ingest.cli.options import as_json, is_quiet, verb
from ingest.cli.output import counted, emit, keep_going, line, paint
from ingest.cli.progress import Bar
from ingest.daemon.root_names import chosen_roots, of_this_host
from ingest.errors import RootUnavailable, all_lost
from ingest.records import of_row, shown_path
from ingest.records.verbs import CheckedFile

_BITS = {"new": 16, "removed": 32, "changed": 64}
_COLOUR: dict[check.State, str] = {
    "new": "green", "removed": "red", "changed": "yellow", "rejected": "magenta", "unknown": "magenta"
}  # fmt: skip


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
    counts = check.Counts()
    lost: list[RootUnavailable] = []
    with opened() as store, Bar("check", "files") as bar:
        roots = chosen_roots(store, names)
        if not names:
            roots = of_this_host(store, roots, lost)
        beside = len(lost)
        for root in roots:
            try:
                for finding in check.compare(
                    store, root, counts, patterns=limits.patterns_of(root.name),
                    hidden=store.files_below(root.path), max_bytes=limits.max_bytes, deep=deep,
                    progress=bar.show,
                ):  # fmt: skip
                    if not is_quiet():
                        _show(root.name, finding, several=len(roots) > 1)
            except RootUnavailable as error:
                lost.append(error)  # it keeps none of the others waiting
    if not lost or len(lost) - beside < len(roots):  # else none was looked at
        _show_counts(counts)
    if lost:
        raise all_lost(lost)
    return sum(bit for state, bit in _BITS.items() if getattr(counts, state))


def _show_counts(counts: check.Counts) -> None:
    if as_json():
        emit(counts)
        return
    found = {state: getattr(counts, state) for state in _COLOUR}
    told = ", ".join(f"{count} {state}" for state, count in found.items() if count)
    line(f"{counted(counts.files, 'file')}, {told or 'no difference'}")


def _show(root: str, finding: check.Finding, *, several: bool) -> None:
    if as_json():
        path, path_base64 = shown_path(finding.path)
        emit(of_row(CheckedFile, finding, root=root, path=path, path_base64=path_base64))
        return
    mark = paint(f"{finding.state:<9}", fg=_COLOUR[finding.state])
    prefix = f"{escape.name(root)}/" if several else ""
    detail = f" ({escape.name(finding.detail)})" if finding.detail else ""
    line(f"{mark} {prefix}{escape.name(escape.path(finding.path))}{detail}")
