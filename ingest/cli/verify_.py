"""`ingest verify`: the store against itself."""

from __future__ import annotations

import re

import click
import msgspec

from ingest import escape
from ingest.cli.options import as_json, opened, verb
from ingest.cli.output import counted, emit, keep_going, line, paint


@verb
@click.option("--deep", is_flag=True, help="Read every body and every text.")
@click.option(
    "--expect", metavar="SEQ:ROOT", help="A tree root kept elsewhere: `status` and the log print it."
)
def command(deep: bool, expect: str | None) -> int:
    """Recompute every leaf and the tree's root from the rows, replay the log, find dangling rows.

    Exit: 0 whole; 2 usage; 4 no store; 5 something is not as it was recorded.
    """
    from ingest import audit
    from ingest.errors import UsageError

    keep_going()  # the exit code says what was found
    expected = None
    if expect is not None:
        if not re.fullmatch(r"\d{1,18}:[0-9a-fA-F]{64}", expect, re.ASCII):
            raise UsageError(
                f"'{expect}' is not SEQ:ROOT", hint="copy seq and tree_root from status or the log"
            )
        seq, _, root = expect.partition(":")
        expected = (int(seq), bytes.fromhex(root))
    summary = audit.Summary()
    findings = 0
    with opened() as store:
        for finding in audit.verify(store, summary, deep=deep, expected=expected):
            findings += 1
            if as_json():
                emit(msgspec.to_builtins(finding))
            else:
                what = paint(f"{finding.what:<10}", fg="red")
                line(f"{what} {escape.name(finding.thing)}: {escape.name(finding.detail)}")
    if as_json():
        emit({"ok": not findings, "findings": findings, **msgspec.to_builtins(summary)})
    else:
        read = f", {counted(summary.bytes_read, 'byte')} read" if deep else ""
        line(
            f"{counted(summary.changes, 'change')}, {counted(summary.versions, 'version')}, "
            f"{counted(summary.blobs, 'blob')}"
            f"{read}; tree root {summary.tree_root}"
        )
        line(
            paint("whole", fg="green")
            if not findings
            else paint(counted(findings, "finding"), fg="red", bold=True)
        )
    return 5 if findings else 0
