"""The memory of a process from which others are forked, in large pages.

A fork copies an entry for each page that is mapped, and the end of the process goes over them again: of 80 MB
these are 20,000. Of what lies in a large page it is one, until the process writes there. A system that has no
large pages, or none to spare, leaves the memory as it is.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator

SIZE = 1 << 21
_COLLAPSE = 25  # include/uapi/asm-generic/mman-common.h: MADV_COLLAPSE, from Linux 6.1 on


def collapse() -> int:
    """Put the memory that is this process's alone into large pages; return how many bytes were."""
    if not sys.platform.startswith("linux"):
        return 0
    try:
        advise = ctypes.CDLL(None).madvise
        with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
            wanted = list(stretches(maps))
    except (OSError, AttributeError):
        return 0
    return sum(
        end - start
        for start, end in wanted
        if advise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _COLLAPSE) == 0
    )


def stretches(maps: Iterator[str]) -> Iterator[tuple[int, int]]:
    """Give where whole large pages begin and end in memory that can be written and is of no file.

    `maps` are the lines of /proc/self/maps.
    """
    for line in maps:
        place, rights, _, _, node, *name = line.split()
        if rights != "rw-p" or node != "0" or (name and name != ["[heap]"]):
            continue
        start, end = (int(at, 16) for at in place.split("-"))
        start, end = -(-start // SIZE) * SIZE, end // SIZE * SIZE
        if start < end:
            yield start, end
