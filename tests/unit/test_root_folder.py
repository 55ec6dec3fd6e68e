"""Is a folder the recorded one? The rules; and the mark that is written into it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.disk import root_mark
from ingest.disk.root_mark import RecordedFolder, Verdict, compare_facts, judge
from ingest.disk.statx import Facts
from ingest.disk.walk import RACY, RACY_LONGEST, tick_of
from ingest.model import Descriptor

SECOND = 1_000_000_000
EXACT = Facts(7, 5 * SECOND + 1)
WHOLE = Facts(2, 5 * SECOND)
UNTOLD = Facts(2, None)
MARK, OTHER = b"m" * 16, b"o" * 16


@pytest.mark.parametrize(
    ("recorded", "found", "verdict"),
    [
        (EXACT, EXACT, "same"),
        (EXACT, Facts(8, EXACT.birth_ns), "another"),
        (EXACT, Facts(7, 6 * SECOND + 1), "another"),
        (WHOLE, WHOLE, "documents"),
        (WHOLE, Facts(2, 6 * SECOND), "another"),
        (WHOLE, Facts(3, WHOLE.birth_ns), "another"),
        (UNTOLD, WHOLE, "documents"),
        (EXACT, UNTOLD, "documents"),
        (UNTOLD, UNTOLD, "documents"),
        (Facts(None, None), EXACT, "documents"),
    ],
)
def test_inode_and_birth_time_decide_where_no_other_folder_can_have_them(
    recorded: Facts, found: Facts, verdict: Verdict
) -> None:
    assert compare_facts(recorded, found) == verdict


@pytest.mark.parametrize(
    ("mark", "facts", "is_mount", "here", "verdict"),
    [
        (MARK, EXACT, True, EXACT, "same"),
        (MARK, EXACT, True, Facts(9, 1), "same"),  # a mark decides
        (OTHER, EXACT, True, EXACT, "another"),
        (None, EXACT, True, EXACT, "same"),
        (None, None, None, EXACT, "another"),  # another host's
        (MARK, None, None, EXACT, "same"),
        (None, WHOLE, None, WHOLE, "documents"),
    ],
)
def test_a_mark_decides_and_without_one_the_folder(
    mark: bytes | None, facts: Facts | None, is_mount: bool | None, here: Facts, verdict: Verdict
) -> None:
    recorded = RecordedFolder(mark=MARK, facts=facts, is_mount=is_mount)

    assert judge(recorded, here, mark=mark, is_mount=True)[0] == verdict


@pytest.mark.parametrize(
    ("recorded", "found", "verdict"),
    [
        (True, False, "another"),
        (True, True, "same"),
        (True, None, "same"),
        (False, True, "same"),
        (None, False, "same"),
    ],
)
def test_a_root_that_was_a_mount_point_is_no_folder_that_is_none(
    recorded: bool | None, found: bool | None, verdict: Verdict
) -> None:
    known = RecordedFolder(mark=MARK, facts=EXACT, is_mount=recorded)

    assert judge(known, EXACT, mark=MARK, is_mount=found)[0] == verdict


@pytest.mark.parametrize(
    ("stamps", "tick"),
    [
        ([], RACY),
        ([1_700_000_000_123_456_789, 1_700_000_001_999_999_998], RACY),
        ([10_000_000, 25_000_000], RACY),
        ([100_000_000, 300_000_000], 100_000),
        ([1_700_000_001 * SECOND, 1_700_000_002 * SECOND], 1_000_000),
        ([1_700_000_002 * SECOND, 1_700_000_004 * SECOND, 1_700_000_008 * SECOND], 2_000_000),
        ([1_700_000_000 * SECOND], RACY_LONGEST),  # one stamp says nothing finer
    ],
)
def test_a_clock_ticks_as_coarsely_as_its_stamps_can_be_divided(stamps: list[int], tick: int) -> None:
    assert tick_of(stamps) == tick


def test_marks_that_were_never_finished_are_taken_away_with_the_next_look(tmp_path: Path) -> None:
    """And not one that another process may be writing now; by the folder's own stamps."""
    root = Descriptor(os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY))
    mark = b"m" * root_mark.MARK_BYTES
    own = tmp_path / ".ingest"
    try:
        assert root_mark.write_mark(root, mark)
        for name, age in {
            "0123456789abcdef": 61,
            "0000000000000000": 59,
            "0123456789abcde": 99,
            "cookie-1": 99,
        }.items():
            (own / name).touch()
            stamp = own.stat().st_mtime_ns - age * 10**9
            os.utime(own / name, ns=(stamp, stamp))
        assert root_mark.write_mark(root, mark)
    finally:
        os.close(root)
    assert {entry.name for entry in own.iterdir()} == {
        "root-id",
        "0000000000000000",
        "0123456789abcde",
        "cookie-1",
    }


def test_a_mark_that_is_given_up_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(_fd: object) -> None:
        raise SystemExit

    monkeypatch.setattr(root_mark, "flush", give_up)
    root = Descriptor(os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY))
    try:
        with pytest.raises(SystemExit):
            root_mark.write_mark(root, b"m" * root_mark.MARK_BYTES)
    finally:
        os.close(root)
    assert list((tmp_path / ".ingest").iterdir()) == []


@pytest.mark.parametrize("before", [b"b" * root_mark.MARK_BYTES, None])
@pytest.mark.parametrize("since", [b"s" * root_mark.MARK_BYTES, None])
def test_a_mark_that_lands_after_it_was_given_up_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bytes | None, since: bytes | None
) -> None:
    """But not one that somebody wrote since."""
    root = Descriptor(os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY))
    rename = os.rename

    def land_late(source: bytes, target: bytes, *, src_dir_fd: int, dst_dir_fd: int) -> None:
        monkeypatch.setattr(os, "rename", rename)
        rename(source, target, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
        if since is not None:
            assert root_mark.write_mark(root, since)
        raise SystemExit

    try:
        if before is not None:
            assert root_mark.write_mark(root, before)
        monkeypatch.setattr(os, "rename", land_late)
        with pytest.raises(SystemExit):
            root_mark.write_mark(root, b"m" * root_mark.MARK_BYTES)
        assert root_mark.read_mark(root) == (since or before)
    finally:
        os.close(root)
    left = [] if since is before is None else ["root-id"]
    assert [entry.name for entry in (tmp_path / ".ingest").iterdir()] == left
