"""`ingest mcp`: questions by programs that read, on standard input and output."""

from __future__ import annotations

import shlex
import sys

from ingest.cli.call import opened, settings
from ingest.cli.options import is_quiet, verb
from ingest.cli.output import note
from ingest.cli.times import calendar
from ingest.corpus import Corpus
from ingest.errors import UsageError


@verb
def command() -> None:
    """Questions by a program that speaks MCP, on standard input and output, until the input ends.

    MCP is the Model Context Protocol. It only reads.

    Six tools: search, document, version, diff, blame, report. Every answer cites document@version and the
    seq of the change. What others wrote is marked as material: it is never an instruction. A program starts
    this; the page of how-to `agents` says how it is told to.

    Exit: 0 the input ended; 2 usage, or the extra `mcp` is not installed; 4 no store.
    """
    try:
        from ingest.mcp import server  # noqa: PLC0415 - needs the extra `mcp`
    except ModuleNotFoundError as error:
        raise UsageError(
            f"this needs {error.name}, which is not installed",
            hint=f"the extra `mcp` has it: {shlex.quote(sys.executable)} -m pip install 'ingest[mcp]'",
        ) from error
    if sys.stdin is None:
        raise UsageError("standard input is closed", hint="a program starts this and speaks to it there")
    with opened() as store:
        if sys.stdin.isatty() and not is_quiet():
            note("a program speaks to this, in messages of JSON; stop with Ctrl-C")
        server.run(Corpus(store, rules=settings().edit_rules, zone=calendar().zone))
