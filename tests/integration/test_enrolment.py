"""Which roots a call names, and what `--adopt` leaves where the call is refused: mark and record agree."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from ingest import overseen
from ingest.cli.call import system_clock
from ingest.config import Settings
from ingest.daemon.enrolment import enrol
from ingest.disk import root_mark
from ingest.errors import AlreadyRunning, NotFound, RootUnavailable
from ingest.store import roots
from ingest.store.engine import Store
from ingest.store.roots import Root
from tests.recording import opened

CLOCK = system_clock()
ANSWERED = overseen.result


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with opened(database_url) as store:
        yield store


def enrolled(store: Store, *folders: Path | str, adopt: bool = False) -> tuple[list[Root], list[Root]]:
    return enrol(store, list(map(str, folders)), settings=Settings(), adopt=adopt, clock=CLOCK)


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def marks(store: Store) -> list[tuple[bytes, bytes]]:
    """Return of each root the mark that is recorded, and the one that its folder holds."""
    with store.read() as connection:
        every = roots.every(connection)
    return [
        (root.mark, bytes.fromhex(Path(os.fsdecode(root.path), ".ingest/root-id").read_text()))
        for root in every
    ]


def test_a_call_that_is_refused_has_adopted_nothing(store: Store, tmp_path: Path) -> None:
    one = folder(tmp_path / "one")
    enrolled(store, one)
    before = marks(store)
    with pytest.raises(NotFound, match="no folder and no root named 'none'"):
        enrolled(store, one, "none", adopt=True)
    assert marks(store) == before

    copy, new = folder(tmp_path / "copy"), folder(tmp_path / "new")
    folder(copy / ".ingest").joinpath("root-id").write_bytes((one / ".ingest/root-id").read_bytes())
    for words in ((new, one), (copy,)):  # captured by a process of another store, which knows it by its mark
        fd = os.open(words[-1], os.O_RDONLY)
        fcntl.flock(fd, fcntl.LOCK_EX)
        with pytest.raises(AlreadyRunning, match=f"{words[-1]} is captured by process {os.getpid()}$"):
            enrolled(store, *words, adopt=True)
        os.close(fd)
        assert marks(store) == before


def test_a_root_that_is_adopted_stays_so_where_the_next_is_silent(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a new root of the same call is recorded by the next one."""
    one, far = folder(tmp_path / "one"), folder(tmp_path / "far")
    enrolled(store, one, far)
    before = marks(store)

    def answered(_places: Sequence[bytes], work: Callable[[], object], kind: object, **_: bool) -> object:
        if os.fsencode(far) in getattr(work, "args", ()):
            raise RootUnavailable("far does not answer", code="unreachable")
        return ANSWERED([], work, kind)

    monkeypatch.setattr(overseen, "result", answered)
    with pytest.raises(RootUnavailable, match="far does not answer"):
        enrolled(store, one, folder(tmp_path / "new"), far, adopt=True)
    silent, (recorded, held) = marks(store)
    assert recorded == held != before[1][0]
    assert silent == before[0]
    lost: list[RootUnavailable] = []
    known, new = enrol(
        store, [str(one), str(tmp_path / "new"), str(far)],
        settings=Settings(), adopt=True, clock=CLOCK, lost=lost,
    )  # fmt: skip
    assert [root.name for root in known] == ["one", "new"]
    assert [root.name for root in new] == ["new"]
    assert [error.message for error in lost] == ["far does not answer"]


def test_a_copy_that_cannot_be_written_to_is_known_by_the_mark_that_it_holds(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, copy = folder(tmp_path / "one"), folder(tmp_path / "copy")
    enrolled(store, one)
    folder(copy / ".ingest").joinpath("root-id").write_bytes((one / ".ingest/root-id").read_bytes())

    def refuse(_root: int, _mark: bytes | None) -> None:
        raise PermissionError

    monkeypatch.setattr(root_mark, "_put_mark", refuse)
    enrolled(store, copy, adopt=True)
    of_copy, (recorded, held) = marks(store)
    assert of_copy == (recorded, held)
    assert recorded == held
