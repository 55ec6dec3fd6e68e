"""Log lines: the only module that names a structlog processor.

structlog is loaded by what writes lines, since it takes a tenth of a small scan's time.
"""

from __future__ import annotations

import logging
import os
import select
import sys
import threading
from collections.abc import Mapping, MutableMapping
from typing import Protocol, TextIO

import msgspec

from ingest import escape
from ingest.change_line import fit, shown_place
from ingest.typed_values import convert
from ingest.width import width

PATIENCE = 2.0  # seconds in which a stream must take a line
_COLUMNS = 100  # of a terminal that does not say how wide it is
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


class Log(Protocol):
    """A structlog logger, as the rest of the program knows it."""

    def info(self, event: str, **fields: object) -> object:
        """Write a line about one thing that was done."""

    def warning(self, event: str, **fields: object) -> object:
        """Write a line about something that somebody should look at."""

    def error(self, event: str, **fields: object) -> object:
        """Write a line about something that could not be done."""


class Silent:
    """A log that nobody reads: a scan without a daemon says in its own words what it did."""

    def info(self, event: str, **fields: object) -> None:
        """Say nothing."""

    warning = error = info


class Stderr:
    """Writes lines to a stream that may be full or closed: a log line is not worth the service.

    Nor is it worth a wait: where nobody reads the stream any more, what the main thread has to say is
    left out. Other threads wait. `errors` counts what could not be written; `for_eyes` says whether a
    terminal shows lines that are no JSON.
    """

    def __init__(self, stream: TextIO, *, for_eyes: bool = False) -> None:
        self._stream = stream
        self.for_eyes = for_eyes
        self._patience = PATIENCE
        self.errors = 0

    def msg(self, line: str) -> None:
        """Write one line."""
        if threading.current_thread() is threading.main_thread() and not self._is_read():
            self.errors += 1
            return
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            self.errors += 1

    log = debug = info = warn = warning = error = critical = exception = fatal = failure = msg

    def _is_read(self) -> bool:
        """Tell whether the stream takes a line; it is waited for once, until it does again."""
        try:
            asked = select.poll()
            asked.register(self._stream, select.POLLOUT)
            taken = bool(asked.poll(self._patience * 1000))
        except (OSError, ValueError):  # no descriptor, or a closed one: the write tells
            return True
        self._patience = PATIENCE if taken else 0.0
        return taken


class Libraries(logging.Handler):
    """What libraries say through the standard module becomes a line like any other."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write it, at its own level; what the watcher's library says is heard where it matters."""
        import structlog  # noqa: PLC0415 - a scan without a daemon does without the library

        if not record.name.startswith("watchdog"):
            log = structlog.get_logger()
            tell = log.error if record.levelno >= logging.ERROR else log.warning
            tell("library", library=record.name, detail=record.getMessage())


def configure(*, level: str, format_: str, stream: TextIO | None = None) -> Stderr:
    """Set structlog up for this process; returns the sink, which counts failed writes."""
    import structlog  # noqa: PLC0415 - a scan without a daemon does without the library

    stream = sys.stderr if stream is None else stream
    in_words = format_ == "console" or (format_ == "auto" and stream.isatty())
    sink = Stderr(stream, for_eyes=in_words and stream.isatty())
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.format_exc_info,
            _Console(stream) if in_words else _json,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=lambda *_: sink,
        cache_logger_on_first_use=False,
    )
    logging.getLogger().handlers[:] = [Libraries(logging.WARNING)]
    return sink


def _json(_logger: object, _method: str, event: MutableMapping[str, object]) -> str:
    return escape.json(msgspec.json.encode(event, enc_hook=str)).decode()


class _Console:
    """Lines for eyes; those of edits fit the terminal, if the stream is one."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, _logger: object, _method: str, event: MutableMapping[str, object]) -> str:
        now = str(event.pop("time", ""))
        level = str(event.pop("level", "info"))
        name = str(event.pop("event", ""))
        if name == "change":
            return _change_line(event, now, self._columns())
        if name == "changes":
            return _folder_line(event, now)
        fields = "  ".join(f"{key}={value}" for key, value in event.items() if value is not None)
        mark = "" if level in ("info", "debug") else f"{level}: "
        return escape.name(f"{now[11:19]} {mark}{name}  {fields}".rstrip())

    def _columns(self) -> int | None:
        if not self._stream.isatty():
            return None
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or _COLUMNS
        except OSError:
            return _COLUMNS


class _Folder(msgspec.Struct):
    """What a line says of the first scan of a folder; of no type: of all the folders that are not named."""

    type: str | None
    root: str
    files: int
    folder: str | None = None
    folders: int | None = None


class _Flag(msgspec.Struct):
    name: str


class _Fact(msgspec.Struct):
    page: int | None = None
    heading: str | None = None


class _Edit(msgspec.Struct, rename={"class_": "class"}):
    class_: str
    significance: str
    flags: list[_Flag]
    reason: str
    facts: list[_Fact] = []


class _Change(msgspec.Struct):
    """What a line says of a change."""

    type: str = ""
    seq: int | None = None
    root: str | None = None
    path: str | None = None
    from_path: str | None = None
    version: int | None = None
    reason: str | None = None
    recorded_at: str | None = None
    edit: _Edit | None = None


def _folder_line(event: Mapping[str, object], now: str) -> str:
    """Return a line of a first scan that is told by folder."""
    told = convert(event, _Folder)
    files = f"{told.files:,} {'file' if told.files == 1 else 'files'}"
    if told.type is None:
        what, where = "", f"{told.folders:,} more {'folder' if told.folders == 1 else 'folders'}"
    else:
        what, where = told.type.removeprefix("document."), told.folder or "."
    return escape.name(f"{now[11:19]} {what:<9} {told.root}: {files} in {where}")


def _change_line(event: Mapping[str, object], now: str, columns: int | None) -> str:
    """Return a line of a change, in so many columns; whole where that is None."""
    told = convert(event, _Change)
    what = told.type.removeprefix("document.")
    came = None if told.from_path is None else escape.name(told.from_path)
    why = escape.name(f"  ({told.reason})" if told.reason else "")
    version = f" @{told.version}" if told.version else ""
    path = escape.name(str(told.path))
    # It may have happened long before it is told: by a scan, or while the lines could not be written.
    label = told.recorded_at or now
    when = label[11:19] if label[:10] == now[:10] else f"{label[:10]} {label[11:19]}"
    head = escape.name(f"{when} #{told.seq} {what:<9} {told.root}: ")
    edit = told.edit
    if edit is None:
        return f"{head}{path}{version}{'' if came is None else f'  (from {came})'}{why}"
    from ingest.edits.edit import Summary  # noqa: PLC0415 - a scan without a daemon tells no edit

    flags = tuple(flag.name for flag in edit.flags)
    fact = edit.facts[0] if edit.facts else _Fact()
    said = Summary(edit.significance, edit.class_, flags, edit.reason, fact.page, fact.heading)
    place = escape.name(shown_place(fact.page, fact.heading))
    room = None if columns is None else columns - width(head) - len(version) - width(why)
    shown, summed = fit(path, came, said.words, escape.name(said.reason), room, place)
    return f"{head}{shown}{version}{why}{summed}"
