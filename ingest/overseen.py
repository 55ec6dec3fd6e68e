"""Work on a file system that may not answer, in a process of its own, whose silence ends it.

What is given to it is forked: it has what this process has, but for descriptors, so that it holds nobody's
lock and no end of a pipe where a call never returns. Only what it tells comes back. It may ask the store
where `release` closed the connections before.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from types import GenericAlias
from typing import Never, TypeVar

import msgspec

from ingest import errors
from ingest.disk.reachability import answers, leave_behind, no_process, reap
from ingest.errors import IngestError, RootUnavailable, Unreachable
from ingest.escape import path as show
from ingest.forking import die_with, hold_stops, is_alone
from ingest.message_pipe import Sending, message_pipe

T = TypeVar("T")

QUIET = 2.0  # seconds without news after which the file system is asked whether it answers
NOT_ASKED = frozenset(("unreachable", "killed"))  # codes of a root of which nothing was learned
LONGEST = 30.0  # seconds that one call may take while the file system answers others
_BEAT = 0.5
_TOGETHER = 256  # that are told at once
_OFTEN = 0.1  # seconds after which fewer are
_HINT = "see to what is mounted there"
_TASK = "/proc/self/task/{}/status"
# A call of the main thread that takes long is one of files where the innermost function is of these.
_OF_FILES = frozenset(("ingest", "os", "posixpath", "genericpath", "shutil"))


class _Failed(msgspec.Struct, frozen=True):
    """What ended the work: an error of this program's by its name, of the system's, or a defect."""

    kind: str
    message: bytes = b""  # UTF-8, but for the bytes of a name that is none
    hint: bytes | None = None
    code: str | None = None
    errno: int = 0
    filename: bytes | None = None


class _Message(msgspec.Struct, frozen=True):
    """What was told, for how long one call has not returned, what ended the work, or its end."""

    told: bytes | None = None
    held: float = 0.0
    failed: _Failed | None = None
    has_ended: bool = False


_LOST = _Message()  # the process ended without a word
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Message).decode
_this = {"is_overseen": False}


def is_overseen() -> bool:
    """Tell whether this process is such a one: it shares its work with no other, which nobody would hear."""
    return _this["is_overseen"]


def result(
    places: Sequence[bytes],
    work: Callable[[], T],
    kind: object,
    *,
    of_root: bool = False,
    release: Callable[[], None] | None = None,
    tidies: bool = False,
) -> T:
    """Return what `work` returns, which is of the type `kind`: done here where nothing can hang."""
    if not places:
        return work()

    def tell_result(tell: Callable[[T], None]) -> None:
        tell(work())

    found = results(places, tell_result, kind, of_root=of_root, release=release, tidies=tidies)
    (result,) = found
    return result


def results(
    places: Sequence[bytes],
    work: Callable[[Callable[[T], None]], None],
    kind: object,
    *,
    of_root: bool = False,
    release: Callable[[], None] | None = None,
    tidies: bool = False,
) -> Iterator[T]:
    """Give what `work` tells by the function it is called with, each of the type `kind` that msgspec reads.

    `places` are the folders that may not answer. Where one does not, or a single call takes half a minute,
    Unreachable names it (of a root RootUnavailable, `unreachable`), and where the process was killed (of a
    root `killed`). Errors of this program and of the system that `work` raises are raised here. Work that
    `tidies` is not ended in the midst of a call: SystemExit is raised in it when the call returns, so that
    it takes away what it began.

    Where other threads run the places are asked once, and the work is done here: nothing can be forked.
    """
    if not is_alone():  # another thread may hold what the process would wait for
        yield from _told_here(places, work, of_root=of_root)
        return
    decode: Callable[[bytes], list[T]] = msgspec.msgpack.Decoder(GenericAlias(list, (kind,))).decode
    if release is not None:
        release()
    reap()
    process = None
    try:
        with hold_stops():
            process = _Process(work, tidies=tidies)
        while True:
            said = process.next(places, of_root=of_root)
            if said is _LOST:
                raise _killed(places[0], of_root=of_root)
            if said.told is not None:
                yield from decode(said.told)
            if said.failed is not None:
                _raise(said.failed)
            if said.has_ended:
                return
    finally:
        if process is not None:
            process.close()


def _told_here(
    places: Sequence[bytes], work: Callable[[Callable[[T], None]], None], *, of_root: bool
) -> list[T]:
    for place in places:
        if not answers(place):
            raise _silence(place, of_root=of_root)
    found: list[T] = []
    work(found.append)
    return found


class _Process:
    """The process, as it is seen by the one that oversees it."""

    def __init__(self, work: Callable[[Callable[[T], None]], None], *, tidies: bool) -> None:
        self._answers, answering = message_pipe()
        self._held = 0.0
        overseer = os.getpid()
        try:
            self._pid: int | None = os.fork()
        except OSError as error:
            self._answers.close()
            answering.close()
            raise no_process(error) from error
        if self._pid == 0:
            _live(overseer, answering, work, tidies=tidies)
        answering.close()

    def next(self, places: Sequence[bytes], *, of_root: bool) -> _Message:
        """Wait for news. Raises Unreachable where a place is silent instead."""
        since = time.monotonic()
        while True:
            if (said := self._said(_BEAT)) is not None:
                return said
            if self._held > LONGEST:
                raise _silence(places[0], of_root=of_root)
            if time.monotonic() - since < QUIET:
                continue
            silent = next((place for place in places if not answers(place)), None)
            if (said := self._said(0)) is not None:
                return said  # it went on meanwhile
            if silent is not None:
                raise _silence(silent, of_root=of_root)
            since = time.monotonic()

    def _said(self, seconds: float) -> _Message | None:
        """Return news, if there are any within a time: that a call has not returned yet is none."""
        try:
            while self._answers.has_news(seconds):
                said = _decode(self._answers.receive())
                self._held = said.held
                if said.told is not None or said.failed is not None or said.has_ended:
                    return said
                seconds = 0
        except (EOFError, OSError):
            return _LOST
        return None

    def close(self) -> None:
        """Give the process up; one that hangs ends when its call returns, and is not waited for."""
        self._answers.close()
        pid, self._pid = self._pid, None
        if pid is None:
            return
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        for _ in range(20):  # one that does not hang is gone at once
            if _has_ended(pid):
                return
            time.sleep(0.005)
        leave_behind(partial(_has_ended, pid))


def _has_ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG) != (0, 0)
    except ChildProcessError:
        return True


def _silence(place: bytes, *, of_root: bool) -> Unreachable:
    message = f"{show(place)} does not answer"
    if of_root:
        return RootUnavailable(message, code="unreachable", hint=_HINT)
    return Unreachable(message, hint=_HINT)


def _killed(place: bytes, *, of_root: bool) -> Unreachable:
    message = f"the process that asks {show(place)} was killed"
    if of_root:
        return RootUnavailable(message, code="killed", hint="try again")
    return Unreachable(message, hint="try again")


def _live(
    overseer: int, answering: Sending, work: Callable[[Callable[[T], None]], None], *, tidies: bool
) -> Never:
    """Live as the process, and never return into what the other one was doing."""
    try:
        die_with(overseer, signal.SIGTERM if tidies else signal.SIGKILL)
        _let_go(answering.fileno())
        _this["is_overseen"] = True
        gc.freeze()  # what the other process has is not to be tidied up here
        telling = _Telling(answering)
        main = threading.get_ident(), threading.get_native_id()
        threading.Thread(target=telling.beat, args=main, daemon=True).start()
        failed = None
        try:
            with _tidying(tidies):
                work(telling.tell)
        except Exception as error:  # noqa: BLE001  # the edge of a process
            failed = _failed(error)
        telling.end(failed)
    finally:
        os._exit(0)  # and not by the way of what the other process has to tidy up


@contextmanager
def _tidying(tidies: bool) -> Iterator[None]:
    """Have SIGTERM end what runs within as an exception does, once; before and after it ends the process."""
    if tidies:
        signal.signal(signal.SIGTERM, _give_up)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _give_up(number: int, _frame: object) -> Never:
    signal.signal(number, signal.SIG_IGN)  # the other one may send it, and the system where that one ends
    sys.exit(1)


def _let_go(kept: int) -> None:
    """Close what the other process has open: its locks and its readers must not wait for this one."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    for name in os.listdir("/proc/self/fd"):
        if int(name) not in (0, 1, 2, kept):
            with suppress(OSError):  # the one that was listed with
                os.close(int(name))


class _Telling:
    """What the process says to the one that oversees it."""

    def __init__(self, answering: Sending) -> None:
        self._answering = answering
        self._lock = threading.Lock()
        self._part: list[object] = []
        self._sent = time.monotonic()

    def tell(self, found: object) -> None:
        with self._lock:
            self._part.append(found)
            if len(self._part) == _TOGETHER or time.monotonic() >= self._sent + _OFTEN:
                self._send()

    def end(self, failed: _Failed | None) -> None:
        with self._lock:
            self._send(failed=failed, has_ended=True)

    def beat(self, main: int, number: int) -> None:
        """Say again and again for how long the main thread has waited for one call, which may be for ever."""
        status = _TASK.format(number)
        switches, since = b"", time.monotonic()
        with suppress(OSError, ValueError):  # the other process is gone, or wants no more
            while True:
                time.sleep(_BEAT)
                before, switches = switches, _switches(status)
                if switches != before or not _is_in_files(main):
                    since = time.monotonic()
                held = time.monotonic() - since
                if self._lock.acquire(blocking=False):  # else the main thread is telling
                    try:
                        self._send(held=held)
                    finally:
                        self._lock.release()

    def _send(self, *, held: float = 0.0, failed: _Failed | None = None, has_ended: bool = False) -> None:
        part, self._part, self._sent = self._part, [], time.monotonic()
        said = _Message(_encode(part) if part else None, held, failed, has_ended)
        self._answering.send(_encode(said))


def _switches(status: str) -> bytes:
    """Return how often a thread gave way by now: in one call that does not return it never does."""
    with open(status, "rb") as lines:
        return b"".join(line for line in lines if b"ctxt_switches" in line)


def _is_in_files(main: int) -> bool:
    """Tell whether a thread is in a call of the file system, and not in one of the database."""
    frame = sys._current_frames().get(main)  # noqa: SLF001  # there is no other way
    return frame is not None and str(frame.f_globals.get("__name__")).partition(".")[0] in _OF_FILES


def _failed(error: Exception) -> _Failed:
    if isinstance(error, IngestError):
        hint = None if error.hint is None else _bytes(error.hint)
        return _Failed(type(error).__name__, _bytes(error.message), hint, getattr(error, "code", None))
    if isinstance(error, OSError):
        name = error.filename
        filename = os.fsencode(name) if isinstance(name, str | bytes) else None
        said = _bytes(error.strerror or str(error))
        return _Failed("OSError", said, errno=error.errno or 0, filename=filename)
    return _Failed("defect", _bytes("".join(traceback.format_exception(error))))


def _bytes(said: str) -> bytes:
    return said.encode("utf-8", "surrogatepass")


def _raise(failed: _Failed) -> Never:
    said = failed.message.decode("utf-8", "surrogatepass")
    hint = None if failed.hint is None else failed.hint.decode("utf-8", "surrogatepass")
    if failed.kind == "OSError":
        raise OSError(failed.errno, said, failed.filename)
    kind = getattr(errors, failed.kind, None)
    if kind is None:
        raise RuntimeError(said)
    code = {} if failed.code is None or kind is errors.LogShortened else {"code": failed.code}
    raise kind(said, hint=hint, **code)
