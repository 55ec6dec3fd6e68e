"""What a verb writes: lines for people, records for programs, notes on standard error."""

from __future__ import annotations

import functools
import os
import select
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, ParamSpec, TextIO, TypedDict, TypeVar, Unpack

import click
import msgspec

from ingest import escape
from ingest.change_line import ARROW, fit, fit_path, shown_place
from ingest.cli.pager import Pager, PagerMissing
from ingest.cli.progress import Bar
from ingest.width import width

if TYPE_CHECKING:  # what asks no store writes too, and loads neither
    from ingest.edits.edit import Summary
    from ingest.store.engine import Row

P = ParamSpec("P")
T = TypeVar("T")

_encoder = msgspec.json.Encoder()


class _Results:
    """Where this call's results go: standard output, or a pager, which is started with the first of them."""

    def __init__(self) -> None:
        self.pager: Pager | None = None
        self.unread = False  # nobody reads them any more
        self._paged = False
        self._notes: list[str] = []

    @contextmanager
    def paged(self) -> Iterator[None]:
        """Page what is written meanwhile; notes come after, since the pager has the screen."""
        self._paged = True
        try:
            yield
        finally:
            self._paged = False
            pager, self.pager = self.pager, None
            if pager is not None:
                pager.close()
            notes, self._notes = self._notes, []
            for message in notes:
                note(message)

    def write(self, output: bytes) -> None:
        """Write results, through the pager if there is one. Raises BrokenPipeError where nobody reads."""
        if self._paged and self.pager is None:
            self._start()
        if self.pager is not None:
            self.pager.write(output)
        else:
            sys.stdout.buffer.write(output)

    def holds_back(self, message: str) -> bool:
        """Keep a note until the pager has ended, where there is one; tell whether it was kept."""
        if self.pager is not None:
            self._notes.append(message)
        return self.pager is not None

    def _start(self) -> None:
        try:
            self.pager = Pager.of(os.environ)
        except PagerMissing as missing:
            note(f"there is no program '{missing}', which PAGER names: shown without it")
        self._paged = self.pager is not None


_results = _Results()


class Style(TypedDict, total=False):
    """How a text looks on a terminal; a colour by its name."""

    fg: str | None
    bold: bool | None
    dim: bool | None


def paged(function: Callable[P, T]) -> Callable[P, T]:
    """Show what this verb tells people through a pager: on a terminal, unless --no-pager."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        chosen = click.get_current_context().ensure_object(dict)
        if chosen.get("no_pager") or chosen.get("as_json") or not sys.stdout.isatty():
            return function(*args, **kwargs)
        with _results.paged():
            return function(*args, **kwargs)

    return wrapped


def keep_going() -> None:
    """Let this call go on when the reader of its output goes away, since its exit code is still wanted."""
    click.get_current_context().ensure_object(dict)["keep_going"] = True
    _results.unread = False


def is_unread() -> bool:
    """Tell whether the reader of a call that keeps going went away."""
    return _results.unread


def _without_reader(error: BrokenPipeError) -> None:
    """Discard all output of a call that keeps going, what is buffered too; end any other by `error`."""
    if not click.get_current_context().ensure_object(dict).get("keep_going"):
        raise error
    _results.unread = True
    if _results.pager is not None:
        _results.pager.forget()
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def write(output: bytes) -> None:
    """Write results as they are; on a terminal that has a bar, at once and in its place."""
    bar = Bar.open_bar if Bar.open_bar is not None and sys.stdout.isatty() else None
    try:
        if bar is not None:
            bar.hide()
        _results.write(output)
        if bar is not None:
            sys.stdout.buffer.flush()
    except BrokenPipeError as error:
        _without_reader(error)


def emit(record: msgspec.Struct) -> None:
    """Write one record as a line of JSON."""
    write(escape.json(_encoder.encode(record)))
    write(b"\n")


def line(text: str = "", *, style: Style | None = None) -> None:
    """Write one line for people; what it shows must be escaped already. Colour on a terminal only."""
    if style and _in_colour(sys.stdout):
        text = click.style(text, **style)
    write(text.encode("utf-8", "replace") + b"\n")


def lines(texts: Iterable[str]) -> None:
    """Write many lines for people at once; what they show must be escaped already."""
    write("".join(f"{text}\n" for text in texts).encode("utf-8", "replace"))


def header(text: str) -> bool:
    """Write the names of the columns on a terminal; a pipe gets rows alone. Tell whether it did."""
    if sys.stdout.isatty():
        line(text, style={"dim": True})
        return True
    return False


def counted(number: int, thing: str, several: str | None = None) -> str:
    """Return a number with the thing that is counted: `1 file`, `2,000 files`."""
    return f"{number:,} {thing if number == 1 else several or thing + 's'}"


def paint(text: str, **style: Unpack[Style]) -> str:
    """Return text in colour on a terminal, as it is elsewhere."""
    return click.style(text, **style) if _in_colour(sys.stdout) else text


@functools.lru_cache(maxsize=1)
def _in_colour(stream: TextIO) -> bool:
    """Tell whether a stream is written to in colour; asked once, since a stream never becomes a terminal."""
    return stream.isatty() and "NO_COLOR" not in os.environ


def flush() -> None:
    """Hand over what was written so far."""
    try:
        (_results.pager or sys.stdout.buffer).flush()
    except BrokenPipeError as error:
        _without_reader(error)


def has_no_reader() -> bool:
    """Tell whether the reader of our output went away, which a write would tell only when there is one."""
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


def note(message: str) -> None:
    """Say something on standard error that is not an error; where nobody reads it, nothing is lost."""
    if _results.holds_back(message):
        return
    with suppress(OSError):
        if Bar.open_bar is not None:
            Bar.open_bar.hide()
        print(f"note: {escape.name(message)}", file=sys.stderr)


TYPE_STYLES: dict[str, Style] = {
    "created": {"fg": "green"},
    "changed": {"fg": "yellow"},
    "moved": {"fg": "cyan"},
    "deleted": {"fg": "red"},
    "restored": {"fg": "green"},
    "rejected": {"fg": "magenta"},
    "renormalised": {"dim": True},
}


def columns() -> int | None:
    """Tell how wide the terminal is that a call writes to; None where it writes to none."""
    return shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else None


def change_line(row: Row, *, root: bool = False, edit: Summary | None = None, taken: int = 0) -> str:
    """Give a change for people: what happened, to what, and to which version, and the edit that it made.

    It fits a terminal, of which `taken` columns are taken before it.
    """
    kind, from_path, no, why = row.type, row.from_path, row.version, row.reason
    where = escape.name(escape.path(row.path or b""))
    came = escape.name(escape.path(from_path)) if from_path else None
    if root or came is not None:
        prefix = f"{escape.name(row.root)}/" if root else ""
        where, came = f"{prefix}{where}", None if came is None else f"{prefix}{came}"
    version = f" @{no}" if no and kind not in ("deleted", "rejected") else ""
    reason = f" ({why})" if why else ""
    wide = columns()
    room = None if wide is None else wide - taken - max(len(kind), 9) - 1 - len(version) - width(reason)
    if edit is None:
        whole = where if came is None else f"{came}{ARROW}{where}"
        where = whole if room is None or width(whole) <= room else fit_path(where, came, room)
        return f"{kind_of(kind)} {where}{version}{reason}"
    place = escape.name(shown_place(edit.page, edit.heading))
    where, told = fit(where, came, edit.words, escape.name(edit.reason), room, place)
    return f"{kind_of(kind)} {where}{version}{reason}{paint(told, dim=True)}"


@functools.cache
def kind_of(kind: str) -> str:
    """Give the type of a change as a coloured column. Kept, since a call shows few types many times."""
    return paint(f"{kind:<9}", **TYPE_STYLES.get(kind, {}))
