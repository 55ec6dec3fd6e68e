"""What a verb writes: lines for people, records for programs, notes on standard error."""

from __future__ import annotations

import functools
import os
import select
import shutil
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

import click
import msgspec

from ingest import escape
from ingest.change_line import ARROW, fit
from ingest.width import width

if TYPE_CHECKING:
    from ingest.compare.edit import Summary

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


def lines(texts: Iterable[str]) -> None:
    """Write many lines for people at once; what they show must be escaped already."""
    _write("".join(f"{text}\n" for text in texts).encode("utf-8", "replace"))


def header(text: str) -> bool:
    """The names of the columns, on a terminal only: what reads a pipe wants rows. Says whether it did."""
    if sys.stdout.isatty():
        line(text, style={"dim": True})
        return True
    return False


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


def has_no_reader() -> bool:
    """Whether the reader of our output went away, which a write would tell only when there is one."""
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


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


def columns() -> int | None:
    """How wide the terminal is that a call writes to; None where it writes to none."""
    return shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else None


def change_line(row: Any, *, root: bool = False, edit: Summary | None = None, taken: int = 0) -> str:
    """A change for people: what happened, to what, and to which version, and the edit that it made.

    With an edit it fits a terminal, of which `taken` columns are taken before it.
    """
    kind, from_path, no, why = row.type, row.from_path, row.version, row.reason
    where = escape.name(escape.path(row.path or b""))
    came = escape.name(escape.path(from_path)) if from_path else None
    if root or came is not None:
        prefix = f"{escape.name(row.root)}/" if root else ""
        where, came = f"{prefix}{where}", None if came is None else f"{prefix}{came}"
    version = f" @{no}" if no and kind not in ("deleted", "rejected") else ""
    reason = f" ({why})" if why else ""
    if edit is None:
        where = where if came is None else f"{came}{ARROW}{where}"
        return f"{_kind(kind)} {where}{version}{reason}"
    wide = columns()
    room = None if wide is None else wide - taken - max(len(kind), 9) - 1 - len(version) - width(reason)
    where, told = fit(where, came, edit.words, escape.name(edit.reason), room)
    return f"{_kind(kind)} {where}{version}{reason}{paint(told, dim=True)}"


@functools.cache
def _kind(kind: str) -> str:
    """The type of a change as a column; a call shows few of them many times."""
    return paint(f"{kind:<9}", **TYPE_STYLES.get(kind, {}))
