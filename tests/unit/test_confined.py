"""What reads a foreign document can do nothing else; whatever becomes of it is that document's reason."""

from __future__ import annotations

import ctypes
import mmap
import os
import platform
import signal
import socket
import struct
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from ingest.confined import child, frames, locks, samples, warden
from ingest.confined.reader import Documents, Reader
from ingest.confined.warden import Warden
from ingest.forking import STOPS
from ingest.normalise.document_formats import (
    ARTICLE,
    AUTO,
    FORMATS,
    SELECTED,
    STANDARD,
    DocumentFormat,
    Html,
    Unread,
)
from ingest.normalise.documents import docx
from ingest.normalise.extraction import Annotations, Extracted, Limits, Refused

pytestmark = pytest.mark.skipif(
    platform.machine() not in locks.CALLS, reason="no list of calls for this machine"
)
HERE = os.path.abspath(__file__)
HELD = socket.socket()  # made before the lock: its descriptor is closed behind it


def _call(number: int, *values: int) -> Callable[[], None]:
    def call() -> None:
        if ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *values) < 0:
            raise OSError(ctypes.get_errno(), "call")

    return call


FORBIDDEN: dict[str, Callable[[], Any]] = {
    "open": lambda: os.open(HERE, os.O_RDONLY),
    "open /proc": lambda: os.open("/proc/self/status", os.O_RDONLY),
    "write": lambda: os.open("/tmp/x", os.O_WRONLY | os.O_CREAT),
    "make": lambda: os.mkdir("/tmp/made"),
    "stat": lambda: os.stat(HERE),
    "access": lambda: os.listdir("/"),
    "chdir": lambda: os.chdir("/"),
    "remove": lambda: os.unlink(HERE),
    "rename": lambda: os.rename(HERE, HERE + "x"),
    "link": lambda: os.symlink("/etc/passwd", "/tmp/y"),
    "socket": socket.socket,
    "unix socket": lambda: socket.socket(socket.AF_UNIX),
    "pair": socket.socketpair,
    "connect by an old socket": lambda: HELD.connect(("127.0.0.1", 9)),
    "fork": os.fork,
    "exec": _call(59, 0, 0, 0),
    "kill the parent": lambda: os.kill(os.getppid(), signal.SIGKILL),
    "kill itself": lambda: os.kill(os.getpid(), signal.SIGTERM),
    "pipe": os.pipe,
    "duplicate": lambda: os.dup(0),
    "setuid": lambda: os.setuid(0),
    "chroot": lambda: os.chroot("/"),
    "memfd": lambda: os.memfd_create("x"),
    "map a file": lambda: mmap.mmap(os.open(HERE, os.O_RDONLY), 10),
    "limits": _call(160, 7, 0),
    "ioctl": lambda: os.get_terminal_size(1),
    "umask": _call(95, 0),
    "clone": _call(56, 17, 0, 0, 0, 0),
    "ptrace": _call(101, 0, 0, 0, 0),
    "bpf": _call(321, 0, 0, 0),
    "io_uring": _call(425, 1, 0),
    "prctl": _call(157, 4, 1, 0, 0, 0),
    "open by 32-bit numbers": _call(0x40000000 + 2, 0, 0),
    "keyring": _call(250, 0, 0),
    "process_vm_readv": _call(310, 1, 0, 0, 0, 0, 0),
    "userfaultfd": _call(323, 0),
    "mount": _call(165, 0, 0, 0, 0, 0),
    "shared memory": _call(29, 0, 4096, 0),
}


def hostile(data: bytes, _limits: Limits) -> Extracted:
    """Do what the document says, and tell what came of it."""
    what = data.decode()
    if what == "crash":
        ctypes.string_at(0)
    elif what == "memory":
        bytearray(3 << 30)
    elif what == "for ever":
        while True:
            pass
    elif what == "end":
        os._exit(0)
    elif what == "raise":
        raise KeyError("x")
    elif what == "deep":
        return hostile(data, _limits)
    elif what == "nonsense":
        os.write(4, b"\xff" * 100)
        os._exit(0)
    elif what in FORBIDDEN:
        try:
            FORBIDDEN[what]()
        except OSError as error:
            raise Refused("refused", str(error.errno)) from error
        raise Refused("refused", "it was allowed")
    return Extracted(text=what, blocks=(), annotations=Annotations(), way="x/1", media_type="x/x")


class Small(Warden):
    """A warden whose readers are these."""

    def _warm(self, name: str) -> Any:
        hostiles: dict[str, Any] = {name: SimpleNamespace(read=hostile)}
        self._readers |= hostiles
        return self._readers[name]


@pytest.fixture
def small() -> Iterator[Small]:
    made = Small()
    yield made
    if made._standard is not None:
        warden._end(made._standard)


def asked(of: Warden, what: str, *, native: bool = False, deadline: float = 20.0, **more: Any) -> Any:
    values = {"module": "docx", "elsewhere": None, "confine": "require", "limits": Limits(), "html": Html()}
    ask = frames.Ask(native=native, deadline=deadline, **{**values, **more})
    answer = frames.decode_answer(of._answer(ask, what.encode()))
    return answer.extracted if isinstance(answer, frames.Text) else answer.unread


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers are those of x86-64")
@pytest.mark.parametrize("native", [False, True])
def test_every_forbidden_act_is_refused(small: Small, native: bool) -> None:
    """Each with EPERM, by the list of calls."""
    told = {name: asked(small, name, native=native) for name in FORBIDDEN}

    assert {name: found.detail for name, found in told.items()} == dict.fromkeys(FORBIDDEN, "1")
    assert asked(small, "still here", native=native).text == "still here"


@pytest.mark.parametrize(
    ("what", "detail"),
    [
        ("crash", "its process was ended by SIGSEGV"),
        ("memory", "it took more memory than it may"),
        ("end", "its process ended"),
        ("raise", "KeyError: 'x'"),
        ("deep", "RecursionError: maximum recursion depth exceeded"),
    ],
)
@pytest.mark.parametrize("native", [False, True])
def test_what_goes_wrong_is_the_documents_reason(small: Small, what: str, detail: str, native: bool) -> None:
    found = asked(small, what, native=native)

    assert found.reason == "extractor_failed"
    assert found.detail.startswith(detail)
    assert asked(small, "the next one", native=native).text == "the next one"


def test_a_document_that_takes_too_long_is_given_up(small: Small) -> None:
    began = time.monotonic()
    found = asked(small, "for ever", deadline=0.3)

    assert found == Unread("extractor_failed", "it took longer than 0.3 s")
    assert time.monotonic() - began < 5
    assert asked(small, "the next one").text == "the next one"


@pytest.mark.parametrize("confine", ["require", "best"])
def test_where_the_system_grants_no_lock(small: Small, monkeypatch: pytest.MonkeyPatch, confine: str) -> None:
    """Nothing is given to a child that is not locked, unless the settings say so."""
    monkeypatch.setattr(locks, "_seccomp", lambda: False)
    found = asked(small, "hello", confine=confine)

    if confine == "best":
        assert found.text == "hello"
    else:
        assert found == Unread("not_confined", "the system grants no lock")


def test_the_locks_that_hold_are_told() -> None:
    """Landlock may be missing in a kernel; seccomp is the lock."""
    asks, answers = os.pipe(), os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        child.serve(asks[0], answers[1], parent, {}, once=True)
    os.close(asks[0])
    os.close(answers[1])
    ready = frames.decode_ready(frames.receive(answers[0]))
    os.close(asks[1])
    os.close(answers[0])
    os.waitpid(pid, 0)

    assert ready.locks.seccomp


def test_a_child_dies_with_its_warden() -> None:
    """Also where it is in the middle of a document."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        one = Small()
        one._standard = one._start(("docx",), once=False)
        os.write(write, struct.pack("i", one._standard.pid))
        asked(one, "for ever", deadline=60)
        os._exit(0)
    (child_pid,) = struct.unpack("i", os.read(read, 4))
    time.sleep(0.2)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    until = time.monotonic() + 10
    while time.monotonic() < until and os.path.exists(f"/proc/{child_pid}"):
        with open(f"/proc/{child_pid}/stat") as told:
            if told.read().rpartition(")")[2].split()[0] == "Z":
                break
        time.sleep(0.02)
    else:
        assert not os.path.exists(f"/proc/{child_pid}")
    os.close(read)
    os.close(write)


def test_the_filter_is_these_bytes() -> None:
    """Two calls allowed: load architecture, of another one death, load number, compare, EPERM, allow."""
    lines = [
        (0x20, 0, 0, 4), (0x15, 1, 0, 0xC000003E), (0x06, 0, 0, 0x80000000), (0x20, 0, 0, 0),
        (0x15, 2, 0, 0), (0x15, 1, 0, 231), (0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7FFF0000),
    ]  # fmt: skip

    assert locks.program(0xC000003E, [0, 231]) == b"".join(struct.pack("=HBBI", *line) for line in lines)


def test_the_lists_of_both_machines_are_of_the_same_calls() -> None:
    """But for one that the newer machine never had."""
    names = [set(calls) for _, calls in locks.CALLS.values()]

    assert names[0] ^ names[1] == {"poll"}


# -- the reader, with its processes -----------------------------------------------------------


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    made = Reader(Documents())
    yield made
    made.close()


@pytest.mark.parametrize("fmt", [*FORMATS.values(), ARTICLE, AUTO, SELECTED], ids=lambda fmt: str(fmt.module))
def test_each_reader_reads_its_sample_behind_the_lock(reader: Reader, fmt: DocumentFormat) -> None:
    """Else what it loads late was not loaded before."""
    for package in fmt.packages:
        pytest.importorskip(package)
    (sample, *_) = samples.sample_of(fmt.module)
    found = reader.read(fmt, sample, Html())

    assert isinstance(found, Extracted), found
    assert "Sample" in found.text
    assert found.way in fmt.ways


def test_the_same_is_read_behind_the_lock_as_without(reader: Reader) -> None:
    raw = samples.docx("<w:p><w:ins w:author='A' w:id='1'><w:r><w:t>One</w:t></w:r></w:ins></w:p>" * 500)
    fmt = next(each for each in FORMATS.values() if each.module == "docx")

    assert reader.read(fmt, raw, Html()) == docx.read(raw, Limits())


def test_a_warden_that_is_killed_is_started_again_and_stops_with_the_reader_alone(reader: Reader) -> None:
    """What asks a program to stop reaches all its processes: the document that is read is read to its end."""
    fmt = next(each for each in FORMATS.values() if each.module == "docx")
    assert isinstance(reader.read(fmt, samples.docx(), Html()), Extracted)
    assert reader._warden is not None
    before = reader._warden.pid
    os.kill(before, signal.SIGKILL)
    until = time.monotonic() + 10
    while reader._warden.poll() is None and time.monotonic() < until:
        time.sleep(0.01)

    renewed = reader._running()
    for number in STOPS:
        renewed.send_signal(number)
    assert isinstance(reader.read(fmt, samples.docx(), Html()), Extracted)
    assert reader._warden is renewed
    assert renewed.pid != before


def test_too_many_bytes_are_not_even_sent() -> None:
    one = Reader(Documents(limits=msgspec.structs.replace(Limits(), bytes=10)))
    fmt = next(iter(FORMATS.values()))

    assert one.read(fmt, b"x" * 11, Html()) == Unread("too_large", "more than 10 bytes")
    assert one._warden is None


def test_every_reader_of_the_standard_child_has_a_sample() -> None:
    assert [name for name in STANDARD if not samples.sample_of(name)] == []


def test_where_no_process_can_be_begun_its_pipes_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> int:
        raise BlockingIOError(11, "no room")

    monkeypatch.setattr(os, "fork", full)
    before = set(os.listdir("/proc/self/fd"))
    for _ in range(3):
        with pytest.raises(BlockingIOError):
            Warden()._start((), once=True)
    assert set(os.listdir("/proc/self/fd")) == before
