"""The command line: one module a verb, loaded when it is called. Errors become exit codes here."""

from __future__ import annotations

import contextlib
import errno
import gc
import importlib
import os
import sys
from collections.abc import Sequence

import click
from click.shell_completion import CompletionItem, shell_complete

import ingest
from ingest import errors, escape
from ingest.cli.options import COMPLETE, common_options
from ingest.disk import descriptors

# In the order in which the shell offers them; each name is a module in `verbs` with a `command`.
VERBS = {
    "watch": "watch folders and record every change, until stopped",
    "scan": "compare folders with the store once, record the differences",
    "sync": "wait until everything that was announced is in the store",
    "check": "compare folders with the store, write nothing",
    "status": "health and counts",
    "roots": "the watched folders; rename, relocate, retire or resume one",
    "ls": "the documents, now or at a moment",
    "log": "the changes, newest first",
    "show": "a version's text, or its bytes",
    "diff": "what changed between two versions, or in the corpus",
    "blame": "which version each stretch of text came from",
    "search": "full text over current, or every, version",
    "restore": "write a version back as a file",
    "export": "write the corpus as it stood to a folder",
    "changes": "the feed of changes, oldest first",
    "cursors": "the readers of the feed and how far each is; move or remove one",
    "report": "what happened in a period, for people; with --html a page",
    "serve": "the history as a page to look at, and as an API over HTTP",
    "mcp": "questions by a program that reads, on standard input and output",
    "renormalise": "read stored bytes again with a newer normaliser",
    "coverage": "how each root was observed, and when it was not",
    "verify": "prove the store against itself",
    "db": "upgrade or check the store's schema",
    "index": "rebuild or look at the derived index",
    "explain": "why an edit is called what it is: each rule asked, and what it saw",
    "doctor": "what is wrong with this machine, and the mend",
    "completion": "what bash, zsh or fish needs to complete a call",
}

# By what somebody wants to do; each verb has one place.
PURPOSES = {
    "Record": ("watch", "scan", "sync", "check", "roots"),
    "Ask": ("ls", "log", "show", "diff", "explain", "blame", "search", "report", "serve", "mcp"),
    "Hand on": ("changes", "cursors", "export", "restore"),
    "Trust": ("status", "coverage", "verify", "doctor"),
    "Maintain": ("db", "index", "renormalise", "completion"),
}
_BEGIN = (
    "Begin with `ingest scan FOLDER`, edit a file there, scan again, and ask `ingest log`. "
    "`ingest watch FOLDER` goes on by itself. `ingest VERB --help` has examples of each verb."
)

_EXIT_CODES: tuple[tuple[type[errors.IngestError], int], ...] = (
    (errors.IntegrityError, 5),
    (errors.UsageError, 2),
    (errors.Unreachable, 4),
)


class Verbs(click.Group):
    """Loads a verb's module only when the verb is called."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        module = importlib.import_module(f"ingest.cli.verbs.{name}")
        command: click.Command = module.command
        if not gc.isenabled():  # the program begins: nothing of what was loaded is to be looked through
            gc.freeze()
            gc.enable()
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer the verbs without loading them, else the options."""
        verbs = [
            CompletionItem(name, help=about) for name, about in VERBS.items() if name.startswith(incomplete)
        ]
        return verbs + click.Command.shell_complete(self, ctx, incomplete)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write where to begin, the verbs by purpose, and the options."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(_BEGIN)
        width = max(map(len, VERBS))
        for purpose, names in PURPOSES.items():
            with formatter.section(purpose):
                formatter.write_dl([(name.ljust(width), VERBS[name]) for name in names])
        with formatter.section("Options of every verb, before it or after it"):
            shown = (param.get_help_record(ctx) for param in self.get_params(ctx))
            formatter.write_dl([record for record in shown if record is not None])


@click.group(
    cls=Verbs, invoke_without_command=True, subcommand_metavar="VERB [ARGUMENT]...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)  # fmt: skip
@click.version_option(ingest.__version__, prog_name="ingest")
@common_options
@click.pass_context
def group(ctx: click.Context) -> None:
    """Watch folders of documents and keep their history: every version, every change, in order."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def run(arguments: Sequence[str]) -> int:
    """Run one call and return its exit code. The only place that turns errors into codes."""
    code = _run(arguments)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            # What could not be written was said, or nobody is there to read it; without this the
            # interpreter tries again as it ends, and its exit code would take the place of ours.
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return code


def _run(arguments: Sequence[str]) -> int:
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # for as long as the process
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # the same
        return _fail("standard output is closed", None, 4)
    try:
        if instruction := os.environ.get(COMPLETE):
            return shell_complete(group, {}, "ingest", COMPLETE, instruction)
        # not `main`, which ends the process with 1 when the reader of our output goes away
        with group.make_context("ingest", list(arguments)) as context:
            result = group.invoke(context)
        code = result if isinstance(result, int) else 0
        with contextlib.suppress(BrokenPipeError):  # nobody waits for the rest, but the code stands
            sys.stdout.flush()
        return code
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.Abort:
        return _stopped("")
    except KeyboardInterrupt as stop:
        return _stopped(": ".join(map(str, stop.args)))
    except click.ClickException as error:
        hint = "run: ingest --help"
        if isinstance(error, click.UsageError) and error.ctx is not None:
            hint = f"run: {error.ctx.command_path} --help"
        return _fail(" ".join(error.format_message().split()), hint, 2)
    except errors.IngestError as error:
        code = next((code for kind, code in _EXIT_CODES if isinstance(error, kind)), 4)
        return _fail(error.message, error.hint, code)
    except BrokenPipeError:
        return 0  # the reader of our output went away: nothing more can be said to it
    except OSError as error:
        if descriptors.are_too_few(error):
            return _fail(descriptors.shortage(), descriptors.HINT, 4)
        name = error.filename
        if name is None and error.errno == errno.ENOENT and _is_folder_gone():
            return _fail("the current folder is gone", "change to one that is there", 4)
        shown = escape.path(name) if isinstance(name, bytes) else name
        # only what we write ourselves has no name
        where = f"{shown}: " if shown is not None else "standard output: "
        return _fail(f"{where}{os.strerror(error.errno or 0)}", None, 4)


def _is_folder_gone() -> bool:
    """Tell whether somebody removed the current folder."""
    try:
        os.getcwdb()
    except FileNotFoundError:
        return True
    return False


def _stopped(what_stays: str) -> int:
    """Say on a terminal, in place of the ^C there, that the call was stopped; anywhere what stays of it."""
    with contextlib.suppress(OSError, ValueError):
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr)
        elif not what_stays:
            return 130
        print(f"note: stopped{': ' if what_stays else ''}{what_stays}", file=sys.stderr)
    return 130


def _fail(message: str, hint: str | None, code: int) -> int:
    with contextlib.suppress(OSError):
        print(f"error: {escape.name(message)}", file=sys.stderr)
        if hint:
            print(f"hint: {escape.name(hint)}", file=sys.stderr)
    return code
