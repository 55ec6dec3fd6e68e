"""Whether a document is gone while others mount: each absence is looked at until nothing was mounted."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from ingest.capture.baseline import Baseline
from ingest.capture.folder import Limits, MountState, RootFolder
from ingest.capture.look import LOOKS, MountShadow, Unsure, View, confirm, observe
from ingest.clock import Clock
from ingest.disk import read
from ingest.disk.mounts import Line, concerning
from ingest.disk.patterns import Patterns
from ingest.identity import LiveDocument
from ingest.model import Descriptor, DocumentKey, RootKey
from ingest.settle import Due
from ingest.store.engine import Store
from ingest.store.url import parse_url

GONE = read.NoFile("removed")


@pytest.fixture
def view(tmp_path: Path) -> Iterator[View]:
    (tmp_path / "here").write_bytes(b"x")
    fd = Descriptor(os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY))
    clock = Clock(monotonic=lambda: 0.0, wall=lambda: 0, sleep=lambda _: None, entropy=bytes)
    folder = RootFolder(
        store=Store(parse_url(f"sqlite:///{tmp_path}/none.db")), key=RootKey(1), fd=fd,
        patterns=Patterns(), hidden=frozenset(),
        limits=Limits(quiet=0.3, hold=5.0, move=1.0, max_bytes=100), clock=clock,
    )  # fmt: skip
    yield View(folder=folder, mounts=MountState(), never=frozenset(), names=None)
    os.close(fd)


def standing(*paths: bytes) -> dict[bytes, LiveDocument]:
    return {
        path: LiveDocument(
            document=DocumentKey(number), path=path, version=1, sha256=b"", device=0, inode=number
        )
        for number, path in enumerate(paths)
    }


def counted(view: View, changes: Callable[[int], int]) -> tuple[Callable[[], MountState], list[int]]:
    """Mounts of which the count rises as `changes` of the number of the question says."""
    asked: list[int] = []

    def mounts() -> MountState:
        asked.append(1)
        return msgspec.structs.replace(view.mounts, changes=changes(len(asked)))

    return mounts, asked


def test_an_absence_counts_where_nothing_was_mounted(view: View) -> None:
    mounts, asked = counted(view, lambda _: 0)
    assert confirm(view, standing(b"a", b"b"), mounts) == {b"a": GONE, b"b": GONE}
    assert len(asked) == 2, "each path by itself"


def test_a_path_is_looked_at_again_until_nothing_was_mounted_meanwhile(view: View) -> None:
    mounts, asked = counted(view, lambda number: min(number, 4))
    assert confirm(view, standing(b"a", b"b"), mounts) == {b"a": GONE, b"b": GONE}
    assert len(asked) == 6


def test_where_something_was_mounted_each_time_nobody_can_be_sure(view: View) -> None:
    mounts, asked = counted(view, lambda number: number)
    assert confirm(view, standing(b"a"), mounts) == {b"a": Unsure()}
    assert len(asked) == LOOKS


def test_a_folder_that_is_closed_meanwhile_hides_what_is_below_it(view: View) -> None:
    closed = msgspec.structs.replace(view.mounts, changes=1, closed=frozenset((b"sub",)))
    assert confirm(view, standing(b"sub/a"), lambda: closed) == {b"sub/a": MountShadow()}


def test_what_is_mounted_elsewhere_does_not_concern_a_root() -> None:
    points = (b"/", b"/srv", b"/srv/news", b"/srv/news/sub", b"/srv/newspaper", b"/run", b"/srv/old")
    table = [Line(number, 1, b"8:1", b"/", point, "ext4") for number, point in enumerate(points)]
    assert [line.point for line in concerning(b"/srv/news", table)] == list(points[:4])
    assert concerning(b"/", table) == table


@pytest.mark.parametrize(("rests", "changed_at"), [(1.0, 97.0), (math.inf, None)])
def test_when_a_file_changed_is_told_in_the_time_of_the_look(
    view: View, rests: float, changed_at: float | None
) -> None:
    changed = os.stat("here", dir_fd=view.folder.fd).st_ctime_ns
    clock = msgspec.structs.replace(
        view.folder.clock, monotonic=lambda: 100.0, wall=lambda: (changed + 3_000_000_000) // 1000
    )
    view = msgspec.structs.replace(view, folder=msgspec.structs.replace(view.folder, clock=clock))
    due = Due(path=b"here", held=False, first=0.0, signature=None, cause="watch", rests=rests)

    (seen,), taken = observe(view, [due], Baseline(), {})

    assert taken == 1
    assert isinstance(seen.reading, read.Bytes)
    assert seen.changed_at == (None if changed_at is None else pytest.approx(changed_at, abs=1e-5))
