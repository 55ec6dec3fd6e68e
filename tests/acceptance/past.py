"""A store with a little history that many tests ask, nothing running.

    1 created a.txt        4 changed a.txt @2             7 changed a.txt @3
    2 created d/b.txt      5 moved d/b.txt -> d/c.txt     8 created logo.png, which is binary
    3 created gone.txt     6 deleted gone.txt             9 created d/b.txt

The cursor `reader` stands at 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from tests.command import Record
from tests.site import Site

FIRST = "The council met on Monday.\nNothing was decided.\n"
SECOND = "The council met on Tuesday.\nNothing was decided.\n"
THIRD = "The council met on Tuesday.\nAll was decided.\n"


@dataclass(frozen=True)
class Past(Site):
    """The site of that store."""

    def make(self) -> None:
        """Let it happen."""
        self.write("a.txt", FIRST)
        self.write("d/b.txt", "Another document.\n")
        self.write("gone.txt", "date 2021-02 A document that will be gone.")
        self.scan()
        self.write("a.txt", SECOND)
        self.scan()
        (self.root / "d/b.txt").rename(self.root / "d/c.txt")
        self.scan()
        (self.root / "gone.txt").unlink()
        self.scan()
        self.command.ask("changes", "--cursor", "reader", "--limit", "4")
        self.write("a.txt", THIRD)
        self.scan()
        self.write("logo.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0")
        self.scan()
        self.write("d/b.txt", "A second document at this path.\n")
        self.scan()

    @cached_property
    def labels(self) -> list[str]:
        """The time that each change was recorded with."""
        return [change["recorded_at"] for change in self.command.records("changes")]

    def at(self, seq: int) -> str:
        """The time that a change was recorded with."""
        return self.labels[seq - 1]


def names(records: list[Record]) -> list[str]:
    """Documents in short: `a.txt@3`."""
    return [f"{record['path']}@{record['version']}" for record in records]


def seqs(records: list[Record]) -> list[int]:
    """The places of changes in the log."""
    return [record["seq"] for record in records]
