"""What is checked, by name, and what is found: findings, remarks, and the summary of all."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from ingest.escape import path as show
from ingest.ids import show_uid

# Microseconds by which a file's time may lie after the moment of its reading and mean nothing: the stamps of
# FAT, the coarsest that are in use, are two seconds apart.
CLOCK_DOUBT = 2_000_000


# What can be checked, by a name that is stable, in the order in which it is told.
ALWAYS = (
    "log", "leaves", "tree", "replay", "listing", "witnesses", "references", "row_sums", "coverage",
)  # fmt: skip


ON_SQLITE = ("pages",)  # a server checks its own
DEEP = ("bodies", "texts", "schema")
Progress = Callable[[int, int | None, str], None]  # is told how many of how many are done, and of what


class Finding(msgspec.Struct, frozen=True):
    """Something that is not as it was recorded. `what` is a short name, stable."""

    what: str
    thing: str
    detail: str


class Remark(msgspec.Struct, frozen=True):
    """Something that is as it was recorded, and that an auditor wants to know.

    There is one kind: a version whose file's time lay after the moment at which it was read. Times are in
    microseconds.
    """

    what: str
    thing: str
    path: str
    modified_at: int
    observed_at: int

    def detail(self, show: Callable[[int], str | None]) -> str:
        """Return what there is to know, its times as they are shown."""
        modified, observed = show(self.modified_at), show(self.observed_at)
        return f"{self.path}: modified_at is {modified}, and it was read at {observed}"


class Summary(msgspec.Struct):
    """What was looked at, as `ingest verify` shows it; the caller counts `findings`.

    `checked` has the names of the checks that were finished, `not_checked` those of the rest; `witnesses` has
    who was asked how long the log was, with the seq that each saw. Where there are none, the log's length is
    not checked. `bytes_read` are bytes of bodies, unpacked.
    """

    ok: bool = True
    findings: int = 0
    changes: int = 0
    versions: int = 0
    renditions: int = 0
    blobs: int = 0
    bytes_read: int = 0
    tree_root: str = ""
    modified_after_observed: int = 0
    checked: list[str] = []
    not_checked: list[str] = []
    witnesses: dict[str, int] = {}


class Counts(NamedTuple):
    """How many rows there are, and how many bytes of bodies were read."""

    versions: int
    renditions: int
    blobs: int
    bytes_read: int


def done(summary: Summary, *names: str) -> None:
    """Note that these were checked to the end."""
    known = (*ALWAYS, *ON_SQLITE, *DEEP)
    summary.checked = sorted({*summary.checked, *names}, key=known.index)
    summary.not_checked = [name for name in summary.not_checked if name not in names]


def shown_path(path: object) -> str:
    """Return a path as it is shown; what a damaged row holds in its place, as it is."""
    return show(path) if isinstance(path, bytes) else repr(path)


def shown_uid(uid: object) -> str:
    """Return an id as it is shown; what a damaged row holds in its place, as it is."""
    return show_uid(uid) if isinstance(uid, bytes) else repr(uid)
