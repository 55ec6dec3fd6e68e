"""What a process is kept from, once and for all: a list of allowed calls, and no file system.

seccomp is the lock: every call of the kernel that is not in the list fails with EPERM. Landlock without a
rule is the second: no file can be opened even where the list were wrong. Both need no right but
no_new_privs.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import platform
import resource
import struct
import sys

import msgspec

MEMORY = 1 << 30  # bytes beyond what is mapped when the lock falls
_NOBODY = 65534

# include/uapi/linux: prctl.h, seccomp.h, audit.h, filter.h, landlock.h
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_SECCOMP_MODE_FILTER = 2
_SIGKILL = 9
_ALLOW, _KILL, _EPERM = 0x7FFF0000, 0x80000000, 0x00050001
_LOAD, _EQUALS, _RETURN = 0x20, 0x15, 0x06
_NUMBER, _ARCHITECTURE = 0, 4  # offsets in what the filter sees
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446
_LANDLOCK_RIGHTS = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF}  # of the file system, by version
_LANDLOCK_NEWEST = 0xFFFF
_LANDLOCK_NETWORK, _LANDLOCK_SCOPES = 0x3, 0x3

# What Python, an allocator and a reader of bytes need: memory, the two pipes, clocks, an end.
CALLS: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (
        0xC000003E,
        {
            "read": 0, "write": 1, "close": 3, "fstat": 5, "poll": 7, "lseek": 8, "mmap": 9, "mprotect": 10,
            "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15,
            "readv": 19, "writev": 20, "sched_yield": 24, "mremap": 25, "madvise": 28, "nanosleep": 35,
            "getpid": 39, "exit": 60, "gettimeofday": 96, "getrusage": 98, "times": 100, "sigaltstack": 131,
            "gettid": 186, "futex": 202, "sched_getaffinity": 204, "restart_syscall": 219,
            "clock_gettime": 228, "clock_getres": 229, "clock_nanosleep": 230, "exit_group": 231,
            "ppoll": 271, "set_robust_list": 273, "getrandom": 318, "membarrier": 324, "rseq": 334,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "close": 57, "lseek": 62, "read": 63, "write": 64, "readv": 65, "writev": 66, "ppoll": 73,
            "fstat": 80, "exit": 93, "exit_group": 94, "futex": 98, "set_robust_list": 99, "nanosleep": 101,
            "clock_gettime": 113, "clock_getres": 114, "clock_nanosleep": 115, "sched_getaffinity": 123,
            "sched_yield": 124, "restart_syscall": 128, "sigaltstack": 132, "rt_sigaction": 134,
            "rt_sigprocmask": 135, "rt_sigreturn": 139, "times": 153, "getrusage": 165, "gettimeofday": 169,
            "getpid": 172, "gettid": 178, "brk": 214, "munmap": 215, "mremap": 216, "mmap": 222,
            "mprotect": 226, "madvise": 233, "getrandom": 278, "membarrier": 283, "rseq": 293,
        },
    ),
}  # fmt: skip


class Locks(msgspec.Struct, frozen=True):
    """Which locks hold."""

    seccomp: bool = False
    landlock: bool = False


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def prepare() -> None:
    """Make what locking needs, so that a process that is forked from this one has it."""
    with contextlib.suppress(OSError):
        _library()
    _filter()


def die_with_parent(parent: int) -> None:
    """End when the process that began this one does."""
    _prctl(_PR_SET_PDEATHSIG, _SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def lock(parent: int) -> Locks:
    """Lock this process for good; returns which locks hold.

    It keeps its open descriptors and its memory. Call it with one thread.
    """
    limit = _mapped() + MEMORY
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    die_with_parent(parent)  # after the user, whose change undoes it
    _prctl(_PR_SET_DUMPABLE, 0)
    if _prctl(_PR_SET_NO_NEW_PRIVS, 1) != 0:
        return Locks()
    landlock = _landlock()
    for what, most in (
        (resource.RLIMIT_AS, limit),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    return Locks(seccomp=_seccomp(), landlock=landlock)


def _mapped() -> int:
    """Return how many bytes of memory are mapped now."""
    descriptor = os.open("/proc/self/statm", os.O_RDONLY)
    try:
        return int(os.read(descriptor, 200).split()[0]) * resource.getpagesize()
    finally:
        os.close(descriptor)


@functools.cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, value: int, more: object = 0) -> int:
    try:
        return int(_library().prctl(option, value, more, 0, 0))
    except (OSError, AttributeError):
        return -1


def _landlock() -> bool:
    """Allow nothing of the file system, nor of the network where this kernel can say so."""
    if not sys.platform.startswith("linux"):
        return False
    call = _library().syscall
    call.restype = ctypes.c_long
    version = int(call(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint(1)))
    if version < 1:
        return False
    rights = [_LANDLOCK_RIGHTS.get(version, _LANDLOCK_NEWEST)]
    rights += [_LANDLOCK_NETWORK] if version >= 4 else []
    rights += [_LANDLOCK_SCOPES] if version >= 6 else []
    handled = struct.pack(f"={len(rights)}Q", *rights)
    rules = int(call(_LANDLOCK_CREATE, handled, ctypes.c_size_t(len(handled)), ctypes.c_uint(0)))
    if rules < 0:
        return False
    held = int(call(_LANDLOCK_RESTRICT, ctypes.c_int(rules), ctypes.c_uint(0))) == 0
    os.close(rules)
    return held


def _seccomp() -> bool:
    made = _filter()
    return made is not None and _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(made[0])) == 0


@functools.cache
def _filter() -> tuple[_Filter, ctypes.Array[ctypes.c_char]] | None:
    """Return the filter for this machine, with the bytes that it leads to; None where there is none."""
    known = CALLS.get(platform.machine()) if sys.platform.startswith("linux") else None
    if known is None or struct.calcsize("P") != 8:
        return None
    architecture, calls = known
    code = program(architecture, sorted(calls.values()))
    held = ctypes.create_string_buffer(code, len(code))
    return _Filter(len(code) // 8, ctypes.addressof(held)), held


def program(architecture: int, allowed: list[int]) -> bytes:
    """Return the filter in classic BPF: kill at a call of another architecture, EPERM for one not allowed."""
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUALS, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        *((_EQUALS, len(allowed) - at, 0, number) for at, number in enumerate(allowed)),
        (_RETURN, 0, 0, _EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)
