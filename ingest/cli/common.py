"""What every verb shares: options, settings, the open store, output for people and for programs."""

from __future__ import annotations

import functools
import math
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click
import msgspec

from ingest import escape

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
    @functools.wraps(function)
    def wrapped(*args: Any, database: str | None, config: str | None, as_json: bool, **kwargs: Any) -> Any:
        chosen = click.get_current_context().ensure_object(dict)
        for key, value in (("database", database), ("config", config), ("json", as_json or None)):
            if value is not None:
                chosen[key] = value
        return function(*args, **kwargs)

    return wrapped  # type: ignore[return-value]  # functools.wraps keeps the call's shape


def verb(function: Callable[..., Any]) -> click.Command:
    """A command with the common options; its docstring's first line is its help."""
    import ingest

    wrapped = click.version_option(ingest.__version__, prog_name="ingest")(common_options(function))
    return click.command(context_settings={"help_option_names": ["-h", "--help"]})(wrapped)


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
        entropy=secrets.token_bytes,
    )


def as_json() -> bool:
    """Whether this call wants JSON."""
    return bool(click.get_current_context().ensure_object(dict).get("json"))


_encoder = msgspec.json.Encoder()


def keep_going() -> None:
    """This call goes on when the reader of its output goes away: its exit code is still wanted."""
    click.get_current_context().ensure_object(dict)["keep_going"] = True


def _without_reader(error: BrokenPipeError) -> None:
    """Send what is written from now on, and what is still buffered, nowhere; or end the call by its error."""
    if not click.get_current_context().ensure_object(dict).get("keep_going"):
        raise error
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _write(output: bytes) -> None:
    try:
        sys.stdout.buffer.write(output)
    except BrokenPipeError as error:
        _without_reader(error)


def emit(record: Mapping[str, Any]) -> None:
    """Write one record as a line of JSON."""
    _write(escape.json(_encoder.encode(record)) + b"\n")


def line(text: str = "", *, style: Mapping[str, Any] | None = None) -> None:
    """Write one line for people; what it shows must be escaped already. Colour on a terminal only."""
    if style and _in_colour(sys.stdout):
        text = click.style(text, **style)
    _write(text.encode("utf-8", "replace") + b"\n")


def header(text: str) -> None:
    """The names of the columns, on a terminal only: what reads a pipe wants rows."""
    if sys.stdout.isatty():
        line(text, style={"dim": True})


def counted(number: int, thing: str, several: str | None = None) -> str:
    """`1 file`, `2,000 files`."""
    return f"{number:,} {thing if number == 1 else several or thing + 's'}"


def paint(text: str, **style: Any) -> str:
    """Text in colour, on a terminal only."""
    return click.style(text, **style) if _in_colour(sys.stdout) else text


@functools.lru_cache(maxsize=1)
def _in_colour(stream: TextIO) -> bool:
    """A call has one standard output, which does not become a terminal."""
    return stream.isatty() and "NO_COLOR" not in os.environ


def flush() -> None:
    """Hand over what was written so far."""
    try:
        sys.stdout.buffer.flush()
    except BrokenPipeError as error:
        _without_reader(error)


def note(message: str) -> None:
    """Say something on standard error that is not an error; where nobody reads it, nothing is lost."""
    with suppress(OSError):
        print(f"note: {escape.name(message)}", file=sys.stderr)


TYPE_STYLES: dict[str, dict[str, Any]] = {
    "created": {"fg": "green"},
    "changed": {"fg": "yellow"},
    "moved": {"fg": "cyan"},
    "deleted": {"fg": "red"},
    "restored": {"fg": "green"},
    "rejected": {"fg": "magenta"},
    "renormalised": {"dim": True},
}


def change_line(row: Any, *, root: bool = False) -> str:
    """A change for people: what happened, to what, and to which version."""
    kind = row.type
    where = escape.name(escape.path(row.path or b""))
    if root or row.from_path:
        prefix = f"{escape.name(row.root)}/" if root else ""
        old = f"{prefix}{escape.name(escape.path(row.from_path))} -> " if row.from_path else ""
        where = f"{old}{prefix}{where}"
    version = f" @{row.version}" if row.version and kind not in ("deleted", "rejected") else ""
    reason = f" ({row.reason})" if row.reason else ""
    return f"{paint(f'{kind:<9}', **TYPE_STYLES.get(kind, {}))} {where}{version}{reason}"
