"""A small file system of a program: it shows another folder, and can fall silent.

    with Fuse(source, place):                  # mounted, of the type `fuse`, without a name of its own
        (source / "a.txt").write_text("...")   # the other side
        fuse.hang()                            # requests are taken and not answered
        fuse.answer()

As a program: `python -m tests.faults.fuse SOURCE PLACE`. SIGUSR1 makes it fall silent; a line of
standard input says after how many requests it does, which file it does not read, or that it answers again.
"""

from __future__ import annotations

import ctypes
import errno
import os
import select
import signal
import stat
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self
from unicodedata import normalize

_IN = struct.Struct("<IIQQIIIHH")
_OUT = struct.Struct("<IiQ")
_ATTR = struct.Struct("<QQQQQQIIIIIIIIII")
_VALID = 0.0  # seconds that the kernel may believe what it was told
_NO_ANSWER = (2, 36, 42)  # forget, interrupt, batch forget


class Server:
    """Answers the kernel's requests from a folder, one after another."""

    def __init__(self, source: bytes) -> None:
        self._paths: dict[int, bytes] = {1: source}
        self._nodes: dict[bytes, int] = {source: 1}
        self._open: dict[int, int] = {}
        self._next = 2
        self.silent = False
        self.folds = False  # names that differ in their form of Unicode alone are one
        self.left: int | None = None  # requests that are still answered
        self.held: bytes | None = None  # the name of a file that alone is not read
        self._verbs: dict[int, Callable[[int, bytes], bytes]] = {
            1: self._lookup, 3: lambda node, _: self._attr(self._paths[node]), 4: self._setattr,
            9: self._mkdir, 10: self._unlink, 11: self._rmdir, 12: self._rename, 45: self._rename2,
            14: self._open_file, 15: self._read, 16: self._write, 17: lambda *_: bytes(80),
            18: self._release, 20: lambda *_: b"", 25: lambda *_: b"", 26: self._init,
            27: lambda *_: bytes(16), 28: self._readdir, 29: lambda *_: b"", 30: lambda *_: b"",
            35: self._create, 38: lambda *_: b"",
        }  # fmt: skip

    def serve(self, device: int) -> None:
        """Serve until the file system is unmounted."""
        kept: list[bytes] = []
        while True:
            ready, _, _ = select.select([device, sys.stdin], [], [], 0.02)
            if sys.stdin in ready:
                self._obey(sys.stdin.readline().split())
                continue
            if kept and not self.silent and self.held is None:
                for request in kept:
                    self._answer(device, request)
                kept.clear()
            if not ready:
                continue
            try:
                request = os.read(device, 1 << 18)
            except OSError as error:
                if error.errno in (errno.ENODEV, errno.EBADF):
                    return
                continue
            if self.left is not None:
                self.left -= 1
                self.silent = self.silent or self.left < 0
            if self.silent or self._is_held(request):
                kept.append(request)
            else:
                self._answer(device, request)

    def _obey(self, words: list[str]) -> None:
        if words[:1] == ["after"]:
            self.left = int(words[1])
        elif words[:1] == ["hold"]:
            self.held = os.fsencode(words[1])
        elif words[:1] == ["fold"]:
            self.folds = True
        elif words[:1] == ["answer"]:
            self.silent, self.left, self.held = False, None, None
        sys.stdout.write("done\n")
        sys.stdout.flush()

    def _is_held(self, request: bytes) -> bool:
        _, opcode, _, node, *_ = _IN.unpack_from(request)
        return opcode in (14, 15) and self.held == os.path.basename(self._paths.get(node, b""))

    def _answer(self, device: int, request: bytes) -> None:
        _, opcode, unique, node, *_ = _IN.unpack_from(request)
        if opcode in _NO_ANSWER:
            return
        verb, failed, body = self._verbs.get(opcode), 0, b""
        try:
            if verb is None:
                failed = errno.ENOSYS
            else:
                body = verb(node, request[_IN.size :])
        except OSError as error:
            failed = error.errno or errno.EIO
        except KeyError:
            failed = errno.ESTALE
        if failed:
            body = b""
        try:
            os.write(device, _OUT.pack(_OUT.size + len(body), -failed, unique) + body)
        except OSError:
            return  # nobody waits for it any more

    def _init(self, _node: int, body: bytes) -> bytes:
        _, minor, readahead, _ = struct.unpack_from("<IIII", body)
        return struct.pack(
            "<IIIIHHIIHHI7I", 7, min(minor, 31), readahead, 0, 12, 9, 1 << 17, 1, 32, 0, *[0] * 8
        )

    def _node(self, path: bytes) -> int:
        if path not in self._nodes:
            self._nodes[path], self._paths[self._next] = self._next, path
            self._next += 1
        return self._nodes[path]

    def _bytes_of(self, path: bytes) -> bytes:
        found = os.lstat(path)
        times = [found.st_atime_ns, found.st_mtime_ns, found.st_ctime_ns]
        seconds, rest = [ns // 10**9 for ns in times], [ns % 10**9 for ns in times]
        return _ATTR.pack(
            found.st_ino, found.st_size, found.st_blocks, *seconds, *rest, found.st_mode, found.st_nlink,
            found.st_uid, found.st_gid, 0, 4096, 0,
        )  # fmt: skip

    def _attr(self, path: bytes) -> bytes:
        return struct.pack("<QII", 0, 0, 0) + self._bytes_of(path)

    def _entry(self, path: bytes) -> bytes:
        attributes = self._bytes_of(path)
        return struct.pack("<QQQQII", self._node(path), 0, 0, 0, 0, 0) + attributes

    def _child(self, node: int, name: bytes) -> bytes:
        wanted = name.split(b"\0")[0]
        if self.folds and not os.path.lexists(self._paths[node] + b"/" + wanted):
            same = (each for each in os.listdir(self._paths[node]) if _composed(each) == _composed(wanted))
            wanted = next(same, wanted)
        return self._paths[node] + b"/" + wanted

    def _lookup(self, node: int, body: bytes) -> bytes:
        return self._entry(self._child(node, body))

    def _setattr(self, node: int, body: bytes) -> bytes:
        valid, _, _, size, _, atime, mtime = struct.unpack_from("<IIQQQQQ", body)
        atime_ns, mtime_ns = struct.unpack_from("<II", body, 56)
        path = self._paths[node]
        if valid & 8:
            os.truncate(path, size)
        if valid & 1:
            os.chmod(path, stat.S_IMODE(struct.unpack_from("<I", body, 68)[0]))
        if valid & 32:
            os.utime(path, ns=(atime * 10**9 + atime_ns, mtime * 10**9 + mtime_ns))
        return self._attr(path)

    def _mkdir(self, node: int, body: bytes) -> bytes:
        path = self._child(node, body[8:])
        os.mkdir(path, struct.unpack_from("<I", body)[0] & 0o777)
        return self._entry(path)

    def _unlink(self, node: int, body: bytes) -> bytes:
        os.unlink(self._gone(self._child(node, body)))
        return b""

    def _rmdir(self, node: int, body: bytes) -> bytes:
        os.rmdir(self._gone(self._child(node, body)))
        return b""

    def _gone(self, path: bytes) -> bytes:
        self._nodes.pop(path, None)
        return path

    def _rename(self, node: int, body: bytes) -> bytes:
        return self._move(node, struct.unpack_from("<Q", body)[0], body[8:])

    def _rename2(self, node: int, body: bytes) -> bytes:
        return self._move(node, struct.unpack_from("<Q", body)[0], body[16:])

    def _move(self, node: int, target: int, names: bytes) -> bytes:
        old, new = names.split(b"\0")[:2]
        before, after = self._child(node, old), self._child(target, new)
        os.rename(before, after)
        for path, number in list(self._nodes.items()):
            if path == before or path.startswith(before + b"/"):
                moved = after + path[len(before) :]
                self._nodes[moved], self._paths[number] = self._nodes.pop(path), moved
        return b""

    def _open_file(self, node: int, body: bytes) -> bytes:
        flags = struct.unpack_from("<I", body)[0] & ~(os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW)
        fd = os.open(self._paths[node], flags)
        self._open[fd] = fd
        return struct.pack("<QII", fd, 1, 0)  # read by the server each time, not from the kernel's cache

    def _create(self, node: int, body: bytes) -> bytes:
        flags, mode = struct.unpack_from("<II", body)
        path = self._child(node, body[16:])
        fd = os.open(path, flags | os.O_CREAT, mode & 0o777)
        self._open[fd] = fd
        return self._entry(path) + struct.pack("<QII", fd, 1, 0)

    def _read(self, _node: int, body: bytes) -> bytes:
        handle, offset, size = struct.unpack_from("<QQI", body)
        return os.pread(self._open[handle], size, offset)

    def _write(self, _node: int, body: bytes) -> bytes:
        handle, offset, size = struct.unpack_from("<QQI", body)
        return struct.pack("<II", os.pwrite(self._open[handle], body[40 : 40 + size], offset), 0)

    def _release(self, _node: int, body: bytes) -> bytes:
        os.close(self._open.pop(struct.unpack_from("<Q", body)[0]))
        return b""

    def _readdir(self, node: int, body: bytes) -> bytes:
        _, offset, size = struct.unpack_from("<QQI", body)
        answer = b""
        names = sorted(os.listdir(self._paths[node]))
        for number, name in enumerate(names[offset:], offset + 1):
            found = os.lstat(self._paths[node] + b"/" + name)
            entry = struct.pack("<QQII", found.st_ino, number, len(name), found.st_mode >> 12) + name
            entry += bytes(-len(entry) % 8)
            if len(answer) + len(entry) > size:
                break
            answer += entry
        return answer


def _composed(name: bytes) -> str:
    return normalize("NFC", os.fsdecode(name))


def _mount(place: bytes, device: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    options = f"fd={device},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()},allow_other".encode()
    if libc.mount(b"fuse", place, b"fuse", 0, options) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), os.fsdecode(place))


class Fuse:
    """The program and its mount, for as long as it is entered."""

    def __init__(self, source: Path, place: Path) -> None:
        self._source = source
        self._place = place

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.fuse", str(self._source), str(self._place)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"mounted\n"
        return self

    def hang(self) -> None:
        """Take requests and answer none: who asked cannot even be killed."""
        self._process.send_signal(signal.SIGUSR1)
        time.sleep(0.1)

    def hang_after(self, requests: int) -> None:
        """Fall silent when so many more requests were answered."""
        self._say(f"after {requests}")

    def hold(self, name: str) -> None:
        """Answer nothing that opens or reads a file of this name, but all else."""
        self._say(f"hold {name}")

    def fold(self) -> None:
        """Take names for one that differ in their form of Unicode alone."""
        self._say("fold")

    def answer(self) -> None:
        """Answer again, first what was asked meanwhile."""
        self._say("answer")

    def _say(self, words: str) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(words.encode() + b"\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == b"done\n"

    def die(self) -> None:
        """End without unmounting: whoever asks hears that nobody is there."""
        self._process.kill()
        self._process.wait()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.die()
        assert self._process.stdout is not None
        assert self._process.stdin is not None
        self._process.stdout.close()
        self._process.stdin.close()
        subprocess.run(["umount", "--lazy", str(self._place)], check=False, capture_output=True)


def _serve(source: str, place: str) -> None:
    server = Server(os.fsencode(source))
    signal.signal(signal.SIGUSR1, lambda *_: setattr(server, "silent", True))
    device = os.open("/dev/fuse", os.O_RDWR)
    _mount(os.fsencode(place), device)
    sys.stdout.write("mounted\n")
    sys.stdout.flush()
    server.serve(device)


if __name__ == "__main__":
    _serve(*sys.argv[1:])
