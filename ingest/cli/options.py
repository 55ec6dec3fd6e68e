"""The options that every verb takes, and what a call gets by them: settings, the open store, the clocks."""

from __future__ import annotations

import functools
import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ingest.cli.output import note

if TYPE_CHECKING:
    from ingest.config import Settings
    from ingest.pipeline.limits import Clock
    from ingest.store.engine import Store

Function = TypeVar("Function", bound=Callable[..., Any])


class _Seconds(click.FloatRange):
    """A number of seconds that a clock can count."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds = float(super().convert(value, param, ctx))
        if math.isnan(seconds):
            self.fail(f"{value} is not a number of seconds", param, ctx)
        return seconds


SECONDS = _Seconds(0.01, 86_400)
# What a column of the databases can hold.
NUMBER = click.IntRange(min=0, max=2**63 - 1)


def common_options(function: Function) -> Function:
    """The options that every verb takes, before the verb or after it."""

    @click.option("--database", metavar="URL", help="Where the history is kept.")
    @click.option("--config", metavar="FILE", help="The configuration file.")
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    @click.option("--utc", is_flag=True, help="Times without an offset are UTC, not local.")
    @functools.wraps(function)
    def wrapped(
        *args: Any, database: str | None, config: str | None, as_json: bool, utc: bool, **kwargs: Any
    ) -> Any:
        chosen = click.get_current_context().ensure_object(dict)
        given = (("database", database), ("config", config), ("json", as_json or None), ("utc", utc or None))
        for key, value in given:
            if value is not None:
                chosen[key] = value
        return function(*args, **kwargs)

    return wrapped  # type: ignore[return-value]  # functools.wraps keeps the call's shape


def verb(function: Callable[..., Any]) -> click.Command:
    """A command with the common options; its docstring's first line is its help."""
    import ingest

    wrapped = click.version_option(ingest.__version__, prog_name="ingest")(common_options(function))
    return click.command(context_settings={"help_option_names": ["-h", "--help"]})(wrapped)


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


def system_clock() -> Clock:
    """The real clocks and the real randomness."""
    from ingest.pipeline.limits import Clock

    return Clock(
        monotonic=time.monotonic,
        wall=lambda: time.time_ns() // 1000,
        sleep=time.sleep,
        entropy=os.urandom,
    )
