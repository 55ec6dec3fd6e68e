"""The walk, in byte order of the whole path, and its merge with what was last seen."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.disk.comparison import Difference, KnownRow, compare, needs_look
from ingest.disk.patterns import Patterns
from ingest.disk.walk import (
    TICK,
    Blocked,
    FileEntry,
    Range,
    is_below,
    is_watched,
    walk,
)
from ingest.model import Descriptor, DocumentKey, Signature
from tests.unit import another_user

ALL = Patterns()
NOTHING: frozenset[bytes] = frozenset()


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Descriptor]:
    fd = Descriptor(os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY))
    yield fd
    os.close(fd)


def write(root: Path, path: bytes, raw: bytes = b"x") -> None:
    full = os.path.join(os.fsencode(root), path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "wb") as file:
        file.write(raw)


def paths_of(walked: Iterator[list[FileEntry] | Blocked]) -> list[bytes]:
    found = list(walked)
    assert not any(isinstance(entry, Blocked) for entry in found), found
    return told(found)


def told(walked: list[list[FileEntry] | Blocked]) -> list[bytes]:
    """The paths of files and of what is blocked, in the order of the walk."""
    found: list[bytes] = []
    for entry in walked:
        assert entry, "an empty run"
        found += [entry.path] if isinstance(entry, Blocked) else [path for path, *_ in entry]
    return found


# -- the walk --------------------------------------------------------------------------------


def test_the_walk_comes_in_byte_order_of_the_whole_path(tmp_path: Path, root: Descriptor) -> None:
    """`a.txt` comes before `a/b` and `a0` after: `.` < `/` < `0`."""
    paths = [
        b"a.txt", b"a/b", b"a/b.txt", b"a/c/d", b"a/c.d", b"a/c-d", b"a0", b"a-", b"B", b"\xff/x", b"\xff.",
        b"\xc3\xa9", b"z/\x01", b"z/ ", b"z!", b"a b", b"a\nb",
    ]  # fmt: skip
    for path in paths:
        write(tmp_path, path)

    assert paths_of(walk(root, patterns=ALL, hidden=NOTHING)) == sorted(paths)


def test_the_order_holds_for_random_trees(tmp_path: Path, root: Descriptor) -> None:
    draw = random.Random(7)
    made: set[bytes] = set()
    for _ in range(400):
        parts = [
            bytes(draw.choices(b"a-./0~ \xc3"[:3] + b"0b\xff", k=draw.randrange(1, 4))) for _ in range(3)
        ]
        path = b"/".join(parts[: draw.randrange(1, 4)])
        if any(part.startswith(b".") for part in path.split(b"/")):
            continue
        try:
            write(tmp_path, path)
        except OSError:
            continue  # a file where a folder would have to be, or the other way round
        made.add(path)

    assert len(made) > 100
    assert paths_of(walk(root, patterns=ALL, hidden=NOTHING)) == sorted(made)


@given(st.sampled_from([b"a", b"a.b", b"a/b", b"a/c/d", b"a0", b"b", b"b/a", b"zz", b"/standin"]))
def test_two_ranges_that_meet_are_the_whole(middle: bytes) -> None:
    """Where a large root is compared in two halves, each file is in one of them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in (b"a.b/x", b"a/b", b"a/c/d", b"a/c/e", b"a0", b"b/a", b"b0/c", b"c"):
            write(folder, path)
        fd = Descriptor(os.open(folder, os.O_RDONLY))
        try:
            lower, upper = (
                paths_of(walk(fd, patterns=ALL, hidden=NOTHING, within=within))
                for within in (Range(end=middle + b"\0"), Range(after=middle))
            )
            whole = paths_of(walk(fd, patterns=ALL, hidden=NOTHING))
        finally:
            os.close(fd)

    assert lower == [path for path in whole if path <= middle]
    assert upper == [path for path in whole if path > middle]


def test_a_files_signature_is_what_stat_says(tmp_path: Path, root: Descriptor) -> None:
    write(tmp_path, b"d/a", b"12345")
    (found,) = walk(root, patterns=ALL, hidden=NOTHING)
    stat = os.stat(tmp_path / "d" / "a")

    assert found == [(b"d/a", stat.st_dev, stat.st_ino, 5, stat.st_mtime_ns, stat.st_ctime_ns)]


def test_files_that_follow_one_another_come_together(tmp_path: Path, root: Descriptor) -> None:
    for path in (b"a", b"b", b"c/x", b"c/y", b"d"):
        write(tmp_path, path)
    runs = list(walk(root, patterns=ALL, hidden=NOTHING))

    assert [told([run]) for run in runs] == [[b"a", b"b"], [b"c/x", b"c/y"], [b"d"]]


def test_only_regular_files_are_found(tmp_path: Path, root: Descriptor) -> None:
    write(tmp_path, b"d/a")
    (tmp_path / "link").symlink_to("d/a")
    (tmp_path / "folder-link").symlink_to("d")
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / "dangling").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").mkdir()

    assert paths_of(walk(root, patterns=ALL, hidden=NOTHING)) == [b"d/a"]


def test_what_is_left_out_is_not_entered(tmp_path: Path, root: Descriptor) -> None:
    for path in (b".git/config", b".ingest/root-id", b"a.swp", b"drafts/a", b"store.db", b"kept"):
        write(tmp_path, path)
    entered: list[bytes] = []
    walked = walk(
        root,
        patterns=Patterns(exclude=("drafts",)),
        hidden=frozenset([b"store.db"]),
        listed=lambda path, _fd: entered.append(path),
    )

    assert paths_of(walked) == [b"kept"]
    assert entered == [b""]


def test_a_walk_may_begin_below(tmp_path: Path, root: Descriptor) -> None:
    for path in (b"a/x", b"b/c/y", b"b/z", b"b.txt"):
        write(tmp_path, path)

    assert paths_of(walk(root, patterns=ALL, hidden=NOTHING, top=b"b")) == [b"b/c/y", b"b/z"]
    assert paths_of(walk(root, patterns=ALL, hidden=NOTHING, top=b"absent")) == []


def test_a_closed_folder_is_told_and_not_entered(tmp_path: Path, root: Descriptor) -> None:
    for path in (b"a/x", b"m/y", b"z"):
        write(tmp_path, path)
    walked = list(walk(root, patterns=ALL, hidden=NOTHING, closed=frozenset([b"m"])))

    assert told(walked) == [b"a/x", b"m", b"z"]
    assert isinstance(walked[1], Blocked)


def test_each_folder_is_told_with_its_descriptor(tmp_path: Path, root: Descriptor) -> None:
    for path in (b"a/b/x", b"c/y"):
        write(tmp_path, path)
    told: dict[bytes, int] = {}
    list(
        walk(
            root,
            patterns=ALL,
            hidden=NOTHING,
            listed=lambda path, fd: told.update({path: os.fstat(fd).st_ino}),
        )
    )

    assert told == {
        path: os.stat(os.path.join(os.fsencode(tmp_path), path)).st_ino for path in (b"", b"a", b"a/b", b"c")
    }


def test_a_folder_swapped_for_a_link_during_the_walk_leads_nowhere(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, root: Descriptor
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    write(outside, b"secret")
    for path in (b"a/x", b"b/y", b"c/z"):
        write(tmp_path, path)

    def swap(path: bytes, _fd: int) -> None:
        if path == b"a":
            (tmp_path / "b").rename(tmp_path / "kept")
            (tmp_path / "b").symlink_to(outside)

    found = list(walk(root, patterns=ALL, hidden=NOTHING, listed=swap))

    assert told(found) == [b"a/x", b"c/z"]


def test_a_folder_that_vanishes_during_the_walk_is_passed_over(tmp_path: Path, root: Descriptor) -> None:
    for path in (b"a/x", b"b/y", b"c/z"):
        write(tmp_path, path)

    def remove(path: bytes, _fd: int) -> None:
        if path == b"a":
            (tmp_path / "b" / "y").unlink()
            (tmp_path / "b").rmdir()

    assert paths_of(walk(root, patterns=ALL, hidden=NOTHING, listed=remove)) == [b"a/x", b"c/z"]


def test_a_tree_deeper_than_a_path_may_be_long_is_walked(tmp_path: Path, root: Descriptor) -> None:
    at, path = Descriptor(os.open(tmp_path, os.O_RDONLY)), b""
    for n in range(60):
        part = b"%02d" % n + b"n" * 100
        os.mkdir(part, dir_fd=at)
        below = Descriptor(os.open(part, os.O_RDONLY, dir_fd=at))
        os.close(at)
        at, path = below, path + part + b"/"
    os.close(os.open(b"a", os.O_WRONLY | os.O_CREAT, dir_fd=at))
    os.close(at)

    assert len(path) > 4096
    assert paths_of(walk(root, patterns=ALL, hidden=NOTHING)) == [path + b"a"]


def test_the_walk_leaves_no_descriptor_open(tmp_path: Path, root: Descriptor) -> None:
    for path in (b"a/b/c/x", b"d/y", b"z"):
        write(tmp_path, path)
    before = os.listdir("/proc/self/fd")
    list(walk(root, patterns=ALL, hidden=NOTHING))
    next(walk(root, patterns=ALL, hidden=NOTHING))

    assert os.listdir("/proc/self/fd") == before


def test_a_folder_that_cannot_be_listed_is_told_and_the_rest_is_walked(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("rights")
    folder.chmod(0o755)
    for path in (b"a/x", b"b/y", b"c/z"):
        write(folder, path)
    for name, mode in (("a", 0o755), ("b", 0), ("c", 0o755)):  # whatever the mask of the tests is
        (folder / name).chmod(mode)
    program = """
walked = walk.walk(root, patterns=Patterns(), hidden=frozenset())
answer = [
    ["Blocked", entry.path.decode()] if isinstance(entry, walk.Blocked) else ["Found", entry[0][0].decode()]
    for entry in walked
]
"""
    found = another_user.run(folder, program)
    (folder / "b").chmod(0o755)

    assert found == [["Found", "a/x"], ["Blocked", "b"], ["Found", "c/z"]]


# -- the merge -------------------------------------------------------------------------------


def signature(number: int) -> Signature:
    return Signature(1, number, 1, 1, 1)


def row(path: bytes, number: int = 1, *, again: bool = False) -> KnownRow:
    return (path, 1, number, 1, 1, 1, again, DocumentKey(7))


def found_at(path: bytes, number: int = 1) -> FileEntry:
    return (path, 1, number, 1, 1, 1)


def merged(
    walked: list[FileEntry | Blocked], rows: list[KnownRow], *, every: bool = False, runs: int = 100
) -> tuple[list[Difference], list[Blocked], int]:
    """`runs` is how many files are in one at most."""
    blocked: list[Blocked] = []
    files: list[int] = []
    merge = compare(in_runs(walked, runs), iter(rows), blocked=blocked, seen_files=files.append, every=every)
    return [difference for difference in merge if difference is not None], blocked, sum(files)


def in_runs(walked: list[FileEntry | Blocked], longest: int) -> Iterator[list[FileEntry] | Blocked]:
    run: list[FileEntry] = []
    for entry in walked:
        if isinstance(entry, Blocked) or len(run) == longest:
            if run:
                yield run
            run = []
        if isinstance(entry, Blocked):
            yield entry
        else:
            run.append(entry)
    if run:
        yield run


def test_the_merge_tells_new_changed_and_missing_in_order() -> None:
    walked: list[FileEntry | Blocked] = [found_at(path, n) for path, n in ((b"a", 1), (b"b", 2), (b"d", 1))]
    rows = [row(b"a"), row(b"b"), row(b"c"), row(b"e")]
    found, _, files = merged(walked, rows)

    assert found == [
        Difference(b"b", signature(2), True, DocumentKey(7)),
        Difference(b"c", None, True, DocumentKey(7)),
        Difference(b"d", signature(1), False),
        Difference(b"e", None, True, DocumentKey(7)),
    ]
    assert files == 3


def test_a_deep_look_yields_what_looks_the_same_too() -> None:
    walked: list[FileEntry | Blocked] = [found_at(b"a")]

    assert merged(walked, [row(b"a")], every=True)[0] == [
        Difference(b"a", signature(1), True, DocumentKey(7))
    ]
    assert merged(walked, [row(b"a")])[0] == []


def test_what_lies_below_a_blocked_folder_is_unknown() -> None:
    walked: list[FileEntry | Blocked] = [Blocked(b"d", "Permission denied"), found_at(b"d0")]
    rows = [row(b"c"), row(b"d.txt"), row(b"d/x"), row(b"d/y/z"), row(b"d0"), row(b"e")]
    found, blocked, _ = merged(walked, rows)

    assert [difference.path for difference in found] == [b"c", b"d.txt", b"e"]
    assert blocked == [Blocked(b"d", "Permission denied")]


def test_no_blocked_folder_is_held_against_each_row() -> None:
    """Else a scan where many folders are not listed would take their number times that of the documents."""

    class Blockeds(list[Blocked]):
        def __iter__(self) -> Iterator[Blocked]:
            raise AssertionError

    walked = [Blocked(b"d%d" % n, "Permission denied") for n in range(9)]
    rows = [row(b"d%d/x/y" % n) for n in range(10)]
    blocked = Blockeds()
    found = list(compare(iter(walked), iter(rows), blocked=blocked, seen_files=lambda _: None))

    assert found == [Difference(b"d9/x/y", None, True, DocumentKey(7))]
    assert blocked == walked


def test_nothing_is_missing_when_the_root_is_blocked() -> None:
    assert merged([Blocked(b"", "Input/output error")], [row(b"a"), row(b"b/c")])[0] == []


def test_a_file_that_became_a_blocked_folder_is_looked_at() -> None:
    """Its own folder could be listed: it is no plain file any more, whatever is below."""
    found, _, _ = merged([Blocked(b"d", "Permission denied")], [row(b"d"), row(b"d/x")])

    assert [difference.path for difference in found] == [b"d"]


def test_a_long_merge_without_a_difference_lets_the_caller_work_in_between() -> None:
    paths = [b"%06d" % n for n in range(3 * TICK)]
    merge = compare(
        iter([[found_at(path) for path in paths]]),
        (row(path) for path in paths),
        blocked=[],
        seen_files=lambda _: None,
    )

    assert list(merge) == [None] * 3


PATHS = st.lists(st.sampled_from([b"a", b"a.b", b"a/b", b"a/c", b"b", b"b/a", b"c"]), unique=True).map(sorted)


@given(PATHS, PATHS, st.sets(st.sampled_from([b"a", b"b", b"c"])), st.integers(1, 8))
def test_the_merge_is_the_difference_of_two_sets(
    on_disk: list[bytes], known: list[bytes], changed: set[bytes], runs: int
) -> None:
    walked: list[FileEntry | Blocked] = [found_at(path, 2 if path in changed else 1) for path in on_disk]
    found, _, files = merged(walked, [row(path) for path in known], runs=runs)
    both = set(on_disk) & set(known)

    assert [difference.path for difference in found] == sorted(set(on_disk) ^ set(known) | both & changed)
    assert [difference.path for difference in found if difference.signature is None] == sorted(
        set(known) - set(on_disk)
    )
    assert files == len(on_disk)


@pytest.mark.parametrize("field", ["device", "inode", "size", "mtime_ns", "ctime_ns"])
def test_each_part_of_a_signature_counts(field: str) -> None:
    """R12: a forged mtime leaves the ctime, a restored size the inode."""
    changed = msgspec.structs.replace(signature(1), **{field: 2})
    other: FileEntry = (b"a", *msgspec.structs.astuple(changed))

    assert needs_look(row(b"a"), other)
    assert not needs_look(row(b"a"), found_at(b"a"))
    assert [difference.path for difference in merged([other], [row(b"a")])[0]] == [b"a"]


def test_a_file_that_must_be_read_again_is_looked_at() -> None:
    """In the middle of others that look as they did."""
    walked: list[FileEntry | Blocked] = [found_at(path) for path in (b"a", b"b", b"c")]
    rows = [row(b"a"), row(b"b", again=True), row(b"c")]

    assert [difference.path for difference in merged(walked, rows)[0]] == [b"b"]


def test_below_is_the_folder_and_what_it_holds() -> None:
    assert is_below(b"d", b"d")
    assert is_below(b"d/x/y", b"d")
    assert not is_below(b"d.txt", b"d")
    assert not is_below(b"dd/x", b"d")
    assert is_below(b"anything", b"")


def test_the_stores_own_files_are_not_watched() -> None:
    hidden = frozenset([b"s/ingest.db"])

    assert not is_watched(b"s/ingest.db", ALL, hidden)
    assert is_watched(b"s/other.db", ALL, hidden)
    assert not is_watched(b".ingest/root-id", ALL, hidden)
