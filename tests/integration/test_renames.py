"""Renames of every kind, told and untold: the documents go where the rules say.

Real files, a real store and the real capture; only the clock and the watcher are the test's own, so that it
chooses what is heard before which look. The model follows inodes and knows nothing of how renames are put
together.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.capture.capture import Capture
from ingest.capture.folder import Limits, MountState, RootFolder
from ingest.capture.unheard_changes import UnheardChanges
from ingest.clock import Clock
from ingest.disk.notifications import Notifications
from ingest.disk.patterns import Patterns
from ingest.model import Descriptor
from ingest.store import tables
from ingest.store.engine import Store
from tests.recording import add_root, opened, wall

pytestmark = pytest.mark.timeout(600)  # it is bounded work, on however busy a machine

NAMES = ("a", "b", "c", "t")
KNOWN = ("a", "b", "c")
Rename = tuple[str, str]


class Folder:
    """A folder, its capture, and a clock that only the test moves on."""

    def __init__(self, store: Store, path: Path) -> None:
        self.path, self.now = path, 1000.0
        self.store = store
        self.root = add_root(store, path.name)
        self.fd = Descriptor(os.open(path, os.O_RDONLY | os.O_DIRECTORY))
        self.clock = Clock(lambda: self.now, lambda: wall() + 3_600_000_000, lambda _: None, os.urandom)
        folder = RootFolder(
            store=store,
            key=self.root,
            fd=self.fd,
            patterns=Patterns(),
            hidden=frozenset(),
            limits=Limits(quiet=0.3, hold=5.0, move=1.0, max_bytes=1 << 20),
            clock=self.clock,
        )
        self.capture = Capture(folder, mounts=MountState, unheard=UnheardChanges(lambda: False))
        self.told = 0
        self.heard = Notifications()

    def rename(self, old: str, new: str) -> bool:
        """As `mv -T`, or with no new name `mkdir`; it is heard of at the next `hear`. Whether it could be."""
        if not new:
            return self._make(old)
        source, target = self.path / old, self.path / new
        if not os.path.lexists(source) or f"{new}/".startswith(f"{old}/"):
            return False
        try:
            folder = source.is_dir()
            source.rename(target)
        except OSError:  # a folder over a file, or into a place that is none
            return False
        names = {old.encode(), new.encode()}
        if folder:
            self.heard.folders |= names
        else:
            self.heard.touched |= names
            self.heard.at_rest.add(new.encode())
        self.heard.arrivals.append((old.encode(), new.encode()))
        return True

    def _make(self, name: str) -> bool:
        try:
            (self.path / name).mkdir()
        except OSError:
            return False
        self.heard.folders.add(name.encode())
        self.heard.arrivals.append((None, name.encode()))
        return True

    def hear(self) -> None:
        """What happened until now is heard."""
        heard, self.heard = self.heard, Notifications()
        self.capture.hear(heard, self.now)

    def settle(self) -> None:
        """Hear, look, and let time go by until nothing waits any more."""
        self.hear()
        self.capture.look()
        while self.capture.pending.busy:
            self.now += 0.1
            self.capture.look()

    def scan(self) -> None:
        """Compare all, as where nothing is heard."""
        for _ in self.capture.scan("scan"):
            pass
        self.settle()

    def news(self) -> list[str]:
        """What was recorded since the last call, in short; `!` where a move made a version."""
        change = tables.change.c
        news = sa.select(tables.change).where(change.root_id == self.root, change.seq > self.told)
        with self.store.read() as connection:
            found = [dict(row._mapping) for row in connection.execute(news.order_by(change.seq))]
        self.told = found[-1]["seq"] if found else self.told
        return [_brief(row) for row in found]

    def live(self) -> dict[str, bytes]:
        """The hash of each live document's bytes."""
        document = tables.document.c
        query = sa.select(document.path_bytes, document.last_hash).where(
            document.root_id == self.root, document.state == "live"
        )
        with self.store.read() as connection:
            return {path.decode(): digest for path, digest in connection.execute(query)}

    def files(self) -> dict[str, int]:
        """The inode of each file."""
        return {
            str(path.relative_to(self.path)): path.stat().st_ino
            for path in self.path.rglob("*")
            if path.is_file()
        }

    def close(self) -> None:
        self.capture.close()
        os.close(self.fd)


def _brief(row: dict[str, Any]) -> str:
    path, old = row["path_bytes"].decode(), row["from_path_bytes"]
    if old is None:
        return f"{row['type']} {path}"
    made = "!" if row["no"] != row["previous_no"] else ""
    return f"{row['type']}{made} {old.decode()} -> {path}"


class Model:
    """The rules for files of different bytes that are only renamed and removed, look by look."""

    def __init__(self, files: dict[str, int]) -> None:
        self.live = dict(files)
        self.buried: set[str] = set()

    def look(self, files: dict[str, int]) -> list[str]:
        """What a look must tell."""
        told = [
            f"changed {path}" for path in files.keys() & self.live.keys() if files[path] != self.live[path]
        ]
        gone = {inode: path for path, inode in self.live.items() if path not in files}
        for path in files.keys() - self.live.keys():
            old = gone.pop(files[path], None)
            if old is not None:
                told.append(f"moved {old} -> {path}")
            elif path in self.buried:
                told.append(f"restored {path}")
                self.buried.remove(path)
            else:
                told.append(f"created {path}")
        told += [f"deleted {path}" for path in gone.values()]
        self.buried |= set(gone.values())
        self.live = dict(files)
        return sorted(told)


_numbers = itertools.count()


@contextmanager
def folder_of(store: Store, place: Path, files: Sequence[str] = KNOWN) -> Iterator[tuple[Folder, Model]]:
    """A new folder with these files, recorded, and the model of it."""
    path = place / f"{next(_numbers)}"
    path.mkdir()
    folder = Folder(store, path)
    try:
        for name in files:
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_text(f"The file that was {name} of {path.name}.\n")
        folder.scan()
        folder.news()
        yield folder, Model(folder.files())
    finally:
        folder.close()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened(f"sqlite:///{tmp_path_factory.mktemp('store')}/ingest.db") as store:
        yield store


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("folders")


def run(
    store: Store,
    place: Path,
    renames: Sequence[Rename],
    looks: Sequence[str] = (),
    files: Sequence[str] = KNOWN,
) -> tuple[list[str], list[str]]:
    """What is told of these renames, and what the model tells.

    After each, `looks` says what is done: nothing, "hear", "look" (hear, and look a moment later), or "rest".
    """
    told: list[str] = []
    expected: list[str] = []
    with folder_of(store, place, files) as (folder, model):
        for (old, new), then in zip(renames, itertools.chain(looks, itertools.repeat("")), strict=False):
            folder.rename(old, new)
            if then == "hear":
                folder.hear()
            elif then == "look":
                folder.hear()
                folder.now += 0.35
                folder.capture.look()
            elif then == "rest":
                folder.settle()
                told += sorted(folder.news())
                expected += model.look(folder.files())
        folder.settle()
        told += sorted(folder.news())
        expected += model.look(folder.files())
        assert_as_on_disk(folder)
    return told, expected


def assert_as_on_disk(folder: Folder) -> None:
    """Each file's document has its bytes, and there are no others."""
    found = {path: sha256((folder.path / path).read_bytes()).digest() for path in folder.files()}
    assert folder.live() == found


ALL = [(old, new) for old in NAMES for new in NAMES if old != new]


def test_a_file_moved_away_and_another_into_its_place(store: Store, place: Path) -> None:
    """`mv b t; mv a b`: the path decides, and what was b is a document of its own."""
    told, _ = run(store, place, [("b", "t"), ("a", "b")])
    assert told == ["changed b", "created t", "deleted a"]


def test_a_file_that_only_passed_through_a_place_leaves_nothing_there(store: Store, place: Path) -> None:
    """`mv a b; mv c a; mv b t`: what stands at t is what was a, and a is another; b is gone."""
    told, _ = run(store, place, [("a", "b"), ("c", "a"), ("b", "t")])
    assert told == ["changed a", "created t", "deleted b", "deleted c"]


def test_every_sequence_of_two_renames_is_told_as_the_model_tells_it(store: Store, place: Path) -> None:
    for renames in itertools.product(ALL, repeat=2):
        told, expected = run(store, place, renames)
        assert told == expected, renames


RENAMES = st.lists(st.sampled_from(ALL), min_size=3, max_size=9)


@settings(max_examples=60)
@given(renames=RENAMES, looks=st.lists(st.sampled_from(("", "", "hear", "rest")), max_size=9))
def test_sequences_with_rests_are_told_as_the_model_tells_them(
    store: Store, place: Path, renames: list[Rename], looks: list[str]
) -> None:
    told, expected = run(store, place, renames, looks)
    assert told == expected


@settings(max_examples=60)
@given(renames=RENAMES, looks=st.lists(st.sampled_from(("", "hear", "look", "rest")), min_size=3, max_size=9))
def test_whatever_is_looked_at_in_between_no_document_gets_anothers_bytes_by_a_move(
    store: Store, place: Path, renames: list[Rename], looks: list[str]
) -> None:
    told, _ = run(store, place, renames, looks)
    assert not [line for line in told if line.startswith("moved!")]


@settings(max_examples=25)
@given(renames=RENAMES)
def test_watching_and_scanning_tell_the_same(store: Store, place: Path, renames: list[Rename]) -> None:
    told, _ = run(store, place, renames)
    with folder_of(store, place) as (folder, _):
        for old, new in renames:
            folder.rename(old, new)
        folder.heard = Notifications()
        folder.scan()
        assert sorted(folder.news()) == told


# -- folders, and what becomes one ------------------------------------------------------------

TREE = ("a", "b", "d/x", "d/y")
PLACES = ("a", "b", "d", "e", "d/x", "d/y", "e/x", "a/a", "a/x", "d/d")
IN_TREE = [(old, new) for old in PLACES for new in PLACES if old != new] + [(f, "") for f in ("a", "b", "e")]


@settings(max_examples=60)
@given(
    renames=st.lists(st.sampled_from(IN_TREE), min_size=3, max_size=12),
    looks=st.lists(st.sampled_from(("", "", "hear", "rest")), max_size=12),
)
def test_folders_are_told_as_the_model_tells_them(
    store: Store, place: Path, renames: list[Rename], looks: list[str]
) -> None:
    told, expected = run(store, place, renames, looks, TREE)
    assert told == expected


def test_a_file_whose_place_becomes_its_folder_is_moved(store: Store, place: Path) -> None:
    told, _ = run(store, place, [("a", "t"), ("a", ""), ("t", "a/a")])
    assert told == ["moved a -> a/a"]


def test_that_holds_while_something_is_still_heard_of_a_place_that_it_passed_through(
    store: Store, place: Path
) -> None:
    with folder_of(store, place) as (folder, _):
        for old, new in (("a", "t"), ("a", ""), ("t", "a/a")):
            folder.rename(old, new)
        folder.hear()
        folder.now += 0.1
        folder.capture.hint([b"t"], folder.now)
        folder.now += 0.25
        folder.capture.look()
        assert folder.news() == ["moved a -> a/a"]


def test_what_stands_in_the_place_of_a_file_that_is_still_written_elsewhere_is_told_after_it(
    store: Store, place: Path
) -> None:
    """`mv a t; mkdir a; echo > a/new`, with t open for writing: the move comes before the newcomer."""
    with folder_of(store, place) as (folder, _):
        folder.rename("a", "t")
        folder.rename("a", "")
        (folder.path / "a" / "new").write_text("A new file.\n")
        folder.heard.touched.add(b"a/new")
        folder.heard.arrivals.append((None, b"a/new"))
        folder.hear()
        for _ in range(3):
            folder.now += 0.25
            folder.capture.hint([b"t"], folder.now, writing=True)
            folder.capture.look()
            assert folder.news() == []
        folder.settle()
        assert folder.news() == ["moved a -> t", "created a/new"]
