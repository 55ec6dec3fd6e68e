"""`ingest verify`: the store against itself."""

from __future__ import annotations

import re
import textwrap

import click

from ingest import audit, escape, moments
from ingest.audit import Summary
from ingest.cli.call import opened
from ingest.cli.options import as_json, verb
from ingest.cli.output import counted, emit, keep_going, line, paint
from ingest.cli.progress import Bar
from ingest.cli.times import Times
from ingest.errors import UsageError
from ingest.records.verbs import Found


@verb
@click.option("--deep", is_flag=True, help="Read every stored body and every text.")
@click.option(
    "--expect", metavar="SEQ:ROOT", help="A tree root kept elsewhere, as `status` and `verify` print it."
)
def command(deep: bool, expect: str | None) -> int:
    """Recompute every leaf and the tree's root from the rows, replay the log, find dangling rows.

    It says what was checked and what was not: the stored bytes are read with --deep alone. Whoever saw a
    longer log (the store's lock file, the index, a cursor, the last report of a daemon) is asked.

    Exit: 0 nothing was found in what was checked; 2 usage; 4 no store; 5 something is not as it was recorded.
    """
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
    times = Times()
    with opened() as store, Bar("verify", "changes") as bar:
        for found in audit.verify(store, summary, deep=deep, expected=expected, progress=bar.show):
            is_finding = isinstance(found, audit.Finding)
            summary.findings += is_finding
            if isinstance(found, audit.Finding):
                detail = found.detail
            else:
                detail = found.detail(moments.show if as_json() else times.show)
            if as_json():
                emit(Found(what=found.what, thing=found.thing, detail=detail, error=is_finding))
            else:
                what = paint(f"{found.what:<10}", fg="red" if is_finding else "yellow")
                line(f"{what} {escape.name(found.thing)}: {escape.name(detail)}")
    summary.ok = not summary.findings
    if as_json():
        emit(summary)
    else:
        _show(summary, deep=deep)
    return 0 if summary.ok else 5


_CHECKS = {
    "log": "the log",
    "leaves": "its leaves",
    "tree": "the tree",
    "replay": "the replay",
    "listing": "the listing",
    "witnesses": "the log's length",
    "references": "what refers to what",
    "row_sums": "the sums of rows",
    "coverage": "the ledger of coverage",
    "pages": "the database's pages",
    "bodies": "the stored bodies",
    "texts": "the texts",
    "schema": "the schema",
}


def _show(summary: Summary, *, deep: bool) -> None:
    line(
        f"{counted(summary.changes, 'change')}, {counted(summary.versions, 'version')},"
        f" {counted(summary.blobs, 'blob')}"
    )
    line(f"tree root    {summary.changes}:{summary.tree_root}")
    _listed("checked", [_CHECKS[name] for name in summary.checked])
    reaches = "witnesses" in summary.checked
    if summary.witnesses:
        seen = (f"{escape.name(name)} at {seq:,}" for name, seq in summary.witnesses.items())
        _listed("witnesses", list(seen))
    if summary.not_checked:
        _listed("not checked", [_CHECKS[name] for name in summary.not_checked])
    if not reaches:
        line("             the log's length: no lock file, index, cursor or daemon saw it")
    if deep:
        line(f"read         {counted(summary.bytes_read, 'byte')} of {counted(summary.versions, 'version')}")
    else:
        line("             no stored body was read: verify --deep reads them all")
    if summary.modified_after_observed:
        line(
            f"clocks       {counted(summary.modified_after_observed, 'version')} modified after being read,"
            " as the clocks have it: no fault of the record"
        )
    if summary.findings:
        line(paint(counted(summary.findings, "finding"), fg="red", bold=True))
    elif not deep:
        line(paint("nothing was found in what was checked", fg="green"))
    else:
        line(paint("whole" if reaches else "whole as far as the log reaches", fg="green"))


def _listed(title: str, words: list[str]) -> None:
    """Write a title, and what is listed under it, in lines of a terminal's width."""
    for text in textwrap.wrap(", ".join(words), 86, break_long_words=False, break_on_hyphens=False):
        line(f"{title:<12} {text}")
        title = ""
