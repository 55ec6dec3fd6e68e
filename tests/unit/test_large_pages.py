"""Which memory is put into large pages."""

from __future__ import annotations

from ingest.confined.large_pages import collapse, stretches

MAPS = """\
55d000000000-55d000600000 r-xp 00001000 fe:00 1234 /usr/bin/python3
55d000600000-55d000a00000 rw-p 00000000 00:00 0 [heap]
7f0000100000-7f0000900000 rw-p 00000000 00:00 0
7f0000a00000-7f0000bff000 rw-p 00000000 00:00 0
7f0001000000-7f0001400000 rw-p 00000000 fe:00 99 /usr/lib/x y
7f0002000000-7f0002400000 rw-s 00000000 00:01 77 /dev/zero (deleted)
7f0003000000-7f0003400000 rw-p 00000000 00:00 0 [stack]
7f0004000000-7f0004400000 ---p 00000000 00:00 0
"""


def test_whole_large_pages_of_memory_that_is_of_no_file() -> None:
    assert list(stretches(iter(MAPS.splitlines()))) == [
        (0x55D000600000, 0x55D000A00000),
        (0x7F0000200000, 0x7F0000800000),
    ]


def test_what_the_memory_holds_stays() -> None:
    held = bytes(range(256)) * (1 << 16)
    collapse()
    assert held == bytes(range(256)) * (1 << 16)
