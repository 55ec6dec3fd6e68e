"""`ingest renormalise`: stored bytes read again by a newer normaliser."""

from __future__ import annotations

import click
import msgspec

from ingest import escape
from ingest.capture.folder import documents_of
from ingest.cli import complete
from ingest.cli.call import opened, settings, system_clock
from ingest.cli.options import as_json, verb
from ingest.cli.output import emit, line, note
from ingest.cli.progress import Bar
from ingest.daemon.root_names import chosen_roots
from ingest.records.verbs import Renormalised
from ingest.reprocess.renormalise import Counts, renormalise


@verb
@click.argument("roots", nargs=-1, metavar="[ROOT]...", shell_complete=complete.folders)
@click.option("--dry-run", is_flag=True, help="Only count what would be done.")
def command(roots: tuple[str, ...], dry_run: bool) -> int:
    """Add renditions where another normaliser, or other libraries, made the text.

    Every version of every live document is read again from its stored bytes, under the name that
    its file had then. One change a document, document.renormalised; no new version, no edit. The
    old renditions stay: show --normaliser NAME. May run beside `watch`, may be stopped and run again.
    With --json one object a root.

    Exit: 0; 2 no such root; 4 no store; 5 the bytes of a version are damaged, the others are done.
    """
    clock, chosen_settings = system_clock(), settings()
    damaged = 0
    with opened() as store:
        for root in chosen_roots(store, roots):
            counts = Counts()
            documents = documents_of(chosen_settings, root.name)
            with Bar(f"renormalise {escape.name(root.name)}", "documents") as bar:
                renormalise(
                    store,
                    root.id,
                    counts,
                    clock=clock,
                    dry_run=dry_run,
                    documents=documents,
                    progress=bar.show,
                )
            damaged += counts.damaged
            if as_json():
                emit(Renormalised(root=root.name, dry_run=dry_run, **msgspec.structs.asdict(counts)))
                continue
            by = ", ".join(f"{number:,} {name}" for name, number in sorted(counts.normalisers.items()))
            does = "would have" if dry_run else "have"
            line(
                f"{escape.name(root.name)}: {counts.renormalised:,} of {counts.documents:,} documents {does}"
                f" another rendition{f' ({by})' if by else ''}"
            )
            if counts.left:
                note(f"{root.name}: {counts.left} documents changed meanwhile; run it again")
    if damaged:
        note(f"{damaged} versions cannot be read; run: ingest verify --deep")
    return 5 if damaged else 0
