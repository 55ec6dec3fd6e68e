"""Many cases on one store: each has a folder of its own below one root.

Starting a daemon and asking the oracle for each case would take minutes. Here they share one daemon, or one
store that is scanned; the oracle is asked when all are done.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Literal

from tests.command import Record, path_of
from tests.daemon import Daemon
from tests.site import OLD, Site, brief

CASES = 64


class Bench:
    """Case folders `c00`, `c01`, … each with `a.txt` and `b.txt`, in the store already."""

    def __init__(self, site: Site, daemon: Daemon | None) -> None:
        self.site = site
        self.daemon = daemon
        self.told = 2 * CASES
        self.strays: list[str] = []
        self._free = iter(range(CASES))
        self.case = site.root

    def next(self) -> Path:
        """The folder of a new case."""
        self.case = self.site.root / f"c{next(self._free):02}"
        return self.case

    @property
    def spare(self) -> Path:
        """A folder of the case outside every root, on the same file system."""
        made = self.site.outside / self.case.name
        made.mkdir(exist_ok=True)
        return made

    def settle(self) -> None:
        """All that was done is in the store: by `sync`, or by `scan` where no daemon runs."""
        if self.daemon is not None:
            self.daemon.sync()
        else:
            self.scan()

    def scan(self) -> None:
        """A full scan, by the daemon where one runs."""
        self.site.command.ask("scan")

    def changes(self) -> list[Record]:
        """What was told since the last call, of the case's folder."""
        self.settle()
        found = self.site.command.records("changes", "--since", str(self.told))
        self.told += len(found)
        ours = [change for change in found if change["path"].startswith(f"{self.case.name}/")]
        self.strays += [brief(change) for change in found if change not in ours]
        return ours

    def news(self) -> list[str]:
        """What happened since the last call, in short, paths as in the case's folder.

        A file that has just got a version holds these bytes still.
        """
        found = self.changes()
        for change in found:
            path = self.site.root / os.fsdecode(path_of(change))
            if change["version"] != change["previous_version"] and path.is_file():
                assert sha256(path.read_bytes()).hexdigest() in {one["sha256"] for one in found}
        return [brief(change).replace(f"{self.case.name}/", "") for change in found]

    def body(self, name: str) -> bytes:
        """The bytes of a document's last version."""
        return self.site.command.ask("show", "--raw", f"{self.case.name}/{name}").out


def bench(site: Site, how: Literal["watched", "scanned"]) -> Iterator[Bench]:
    """A bench, and the oracle at its end."""
    for number in range(CASES):
        site.write(f"c{number:02}/a.txt", f"{OLD}Case {number}.\n")
        site.write(f"c{number:02}/b.txt", f"Another document, of case {number}.\n")
    if how == "scanned":
        site.scan()
        made = Bench(site, None)
        yield made
        site.scan()
    else:
        with Daemon(site.command, site.root) as daemon:
            made = Bench(site, daemon)
            yield made
            daemon.sync()
    assert not made.strays, "told later than by the `sync` or `scan` of their case"
    site.holds(sample=3)
