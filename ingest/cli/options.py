"""The options that every verb takes, and what a call gets by them: settings, the open store, the clocks."""

from __future__ import annotations

import functools
import math
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ingest.cli import complete
from ingest.cli.help import CommonOption, Verb
from ingest.cli.output import note

if TYPE_CHECKING:
    from ingest.clock import Clock
    from ingest.config import Settings
    from ingest.store.engine import Store

Function = TypeVar("Function", bound=Callable[..., Any])


class _Number(click.ParamType[int]):
    """A whole number from 0 to what a column of the databases can hold."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if not re.fullmatch(r"\d{1,19}", str(value), re.ASCII) or int(value) >= 2**63:
            self.fail(f"'{value}' is not a whole number from 0 on", param, ctx)
        return int(value)


class _Seconds(click.ParamType[float]):
    """A number of seconds that a clock can count, up to a day."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            seconds = float(value)
        except ValueError:
            seconds = math.nan
        if not 0.01 <= seconds <= 86_400:
            self.fail(f"'{value}' is not a number of seconds from 0.01 to 86400", param, ctx)
        return seconds


COMPLETE = "_INGEST_COMPLETE"  # the variable by which a shell asks for completion
NUMBER = _Number()
SECONDS = _Seconds()


def common_options(function: Function) -> Function:
    """The options that every verb takes, before the verb or after it."""

    @click.option(
        "--database", metavar="URL", cls=CommonOption,
        help="The store; default sqlite:///.ingest-store/ingest.db, variable INGEST_DATABASE_URL.",
    )  # fmt: skip
    @click.option(
        "--config", metavar="FILE", cls=CommonOption, shell_complete=complete.files,
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
    def wrapped(*args: Any, database: str | None, config: str | None, **kwargs: Any) -> Any:
        chosen = click.get_current_context().ensure_object(dict)
        flags = {name: kwargs.pop(name) or None for name in ("quiet", "verbose", "no_pager", "utc")}
        flags["json"] = kwargs.pop("as_json") or None
        for key, value in {"database": database, "config": config, **flags}.items():
            if value is not None:
                chosen[key] = value
        return function(*args, **kwargs)

    return wrapped  # type: ignore[return-value]  # functools.wraps keeps the call's shape


def verb(function: Callable[..., Any]) -> click.Command:
    """A command with the common options; its docstring's first line is its help."""
    import ingest

    version = click.version_option(ingest.__version__, prog_name="ingest", cls=CommonOption)
    return click.command(
        cls=Verb, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
    )(version(common_options(function)))


def is_quiet() -> bool:
    """Whether this call wants no line a file."""
    return bool(click.get_current_context().ensure_object(dict).get("quiet"))


def is_verbose() -> bool:
    """Whether this call wants a line a file where one would be left out."""
    return bool(click.get_current_context().ensure_object(dict).get("verbose"))


def as_json() -> bool:
    """Whether this call wants JSON."""
    return bool(click.get_current_context().ensure_object(dict).get("json"))


def settings() -> Settings:
    """The settings in force for this call. Raises ConfigError."""
    from ingest.config import load

    chosen = click.get_current_context().ensure_object(dict)
    return load(file=chosen.get("config"), flags={"database_url": chosen.get("database")})


@contextmanager
def opened() -> Iterator[Store]:
    """The store that exists. Raises StoreMissing, SchemaMismatch, StoreUnavailable."""
    from ingest.store.engine import open_store

    chosen = settings()
    store = open_store(chosen.database_url, busy_seconds=chosen.busy_seconds)
    try:
        if store.access is not None and store.access.missing:
            note(store.access.missing)
        yield store
    finally:
        store.dispose()


def require_tested_system() -> None:
    """Raise Unreachable where folders are not watched, before anything of the system's is asked for."""
    import sys

    from ingest import systems

    systems.require_tested(sys.platform, os.environ)


def system_clock() -> Clock:
    """The real clocks and the real randomness."""
    from ingest.clock import Clock

    return Clock(
        monotonic=time.monotonic,
        wall=lambda: time.time_ns() // 1000,
        sleep=time.sleep,
        entropy=os.urandom,
    )
