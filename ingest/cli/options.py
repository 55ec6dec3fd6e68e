"""The options that every verb takes, and the flags of this call. Nothing here needs a store."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click
from click.shell_completion import CompletionItem

import ingest
from ingest.cli.help import CommonOption, Verb

P = ParamSpec("P")
T = TypeVar("T")


class _Number(click.ParamType[int]):
    """A whole number from 0 to what a column of the databases can hold."""

    name = "number"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        words = str(value)
        if not re.fullmatch(r"\d{1,19}", words, re.ASCII) or int(words) >= 2**63:
            self.fail(f"'{words}' is not a whole number from 0 on", param, ctx)
        return int(words)


class _Seconds(click.ParamType[float]):
    """A number of seconds that a clock can count, up to a day."""

    name = "seconds"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            seconds = float(str(value))
        except ValueError:
            seconds = math.nan
        if not 0.01 <= seconds <= 86_400:
            self.fail(f"'{value}' is not a number of seconds from 0.01 to 86400", param, ctx)
        return seconds


_COMMON = ("database", "config", "as_json", "quiet", "verbose", "no_pager", "utc")
COMPLETE = "_INGEST_COMPLETE"  # the variable by which a shell asks for completion
NUMBER = _Number()
SECONDS = _Seconds()


def files(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer whatever files the shell finds."""
    return [CompletionItem(incomplete, type="file")]


def common_options(function: Callable[P, T]) -> Callable[..., T]:
    """Add the options that every verb takes, before the verb or after it."""

    @click.option(
        "--database", metavar="URL", cls=CommonOption,
        help="The store; default sqlite:///.ingest-store/ingest.db, variable INGEST_DATABASE_URL.",
    )  # fmt: skip
    @click.option(
        "--config", metavar="FILE", cls=CommonOption, shell_complete=files,
        help="The configuration; default config/ingest.toml if it is there, variable INGEST_CONFIG.",
    )  # fmt: skip
    @click.option("--json", "as_json", is_flag=True, cls=CommonOption, help="One JSON object a line, UTF-8.")
    @click.option(
        "-q",
        "--quiet",
        is_flag=True,
        cls=CommonOption,
        help="No line a file: watch, scan, check, diff --from, export.",
    )
    @click.option(
        "-v", "--verbose", is_flag=True, cls=CommonOption, help="A line a file in a first scan too."
    )
    @click.option("--no-pager", is_flag=True, cls=CommonOption, help="No pager on a terminal.")
    @click.option("--utc", is_flag=True, cls=CommonOption, help="Times without an offset are UTC, not local.")
    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        chosen = click.get_current_context().ensure_object(dict)
        for name in _COMMON:
            if (value := kwargs.pop(name)) not in (None, False):
                chosen[name] = value
        return function(*args, **kwargs)

    return wrapped


def verb(function: Callable[..., int | None]) -> click.Command:
    """Make a command with the common options; its docstring's first line is its help."""
    version = click.version_option(ingest.__version__, prog_name="ingest", cls=CommonOption)
    return click.command(
        cls=Verb, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
    )(version(common_options(function)))


def is_quiet() -> bool:
    """Tell whether this call wants no line a file."""
    return bool(click.get_current_context().ensure_object(dict).get("quiet"))


def is_verbose() -> bool:
    """Tell whether this call wants a line a file where one would be left out."""
    return bool(click.get_current_context().ensure_object(dict).get("verbose"))


def as_json() -> bool:
    """Tell whether this call wants JSON."""
    return bool(click.get_current_context().ensure_object(dict).get("as_json"))
