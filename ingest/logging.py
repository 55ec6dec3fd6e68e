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
from typing import Any, Protocol, TextIO

import msgspec

from ingest import escape
from ingest.change_line import fit, shown_place
from ingest.width import width

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


class Log(Protocol):
    """A structlog logger, as the rest of the program knows it."""

    def info(self, event: str, **fields: Any) -> Any:
        """Return one thing done."""

    def warning(self, event: str, **fields: Any) -> Any:
        """Return something to look at."""

    def error(self, event: str, **fields: Any) -> Any:
        """Return something that could not be done."""


PATIENCE = 2.0  # seconds
_COLUMNS = 100  # of a terminal that does not say how wide it is


class Silent:
    """A log that nobody reads: a scan without a daemon says in its own words what it did."""

    def info(self, event: str, **fields: Any) -> None:
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


def _json(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    return escape.json(msgspec.json.encode(event, enc_hook=str)).decode()


class _Console:
    """Lines for eyes; those of edits fit the terminal, if the stream is one."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
        now = str(event.pop("time", ""))
        level = str(event.pop("level", "info"))
        name = str(event.pop("event", ""))
        if name == "change":
            return _change(event, now, self._columns())
        if name == "changes":
            return _changes(event, now)
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


def _changes(event: Mapping[str, Any], now: str) -> str:
    """Return a line of a first scan that is told by folder."""
    files = f"{event['files']:,} {'file' if event['files'] == 1 else 'files'}"
    if event["type"] is None:
        what, where = "", f"{event['folders']:,} more {'folder' if event['folders'] == 1 else 'folders'}"
    else:
        what, where = event["type"].removeprefix("document."), event["folder"] or "."
    return escape.name(f"{now[11:19]} {what:<9} {event['root']}: {files} in {where}")


def _change(event: Mapping[str, Any], now: str, columns: int | None) -> str:
    what = str(event.get("type", "")).removeprefix("document.")
    came = None if event.get("from_path") is None else escape.name(event["from_path"])
    why = escape.name(f"  ({event['reason']})" if event.get("reason") else "")
    version = f" @{event['version']}" if event.get("version") else ""
    path = escape.name(str(event.get("path")))
    # It may have happened long before it is told: by a scan, or while the lines could not be written.
    label = str(event.get("recorded_at") or now)
    when = label[11:19] if label[:10] == now[:10] else f"{label[:10]} {label[11:19]}"
    head = escape.name(f"{when} #{event.get('seq')} {what:<9} {event.get('root')}: ")
    edit = event.get("edit")
    if not edit:
        return f"{head}{path}{version}{'' if came is None else f'  (from {came})'}{why}"
    from ingest.edits.edit import Summary  # noqa: PLC0415 - a scan without a daemon tells no edit

    flags = tuple(flag["name"] for flag in edit["flags"])
    first: Mapping[str, Any] = next(iter(edit.get("facts", ())), {})
    page, heading = first.get("page"), first.get("heading")
    told = Summary(edit["significance"], edit["class"], flags, edit["reason"], page, heading)
    place = escape.name(shown_place(page, heading))
    room = None if columns is None else columns - width(head) - len(version) - width(why)
    shown, said = fit(path, came, told.words, escape.name(told.reason), room, place)
    return f"{head}{shown}{version}{why}{said}"
