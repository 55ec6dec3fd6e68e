"""The oracle's negative control: silent on a sound store, it speaks of one that was broken on purpose."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import forked, oracle
from tests.command import Command
from tests.daemon import Daemon
from tests.forked import Quick


@pytest.fixture(scope="module")
def sound() -> Iterator[Path]:
    """A folder with a root and a store that has every type of change; nothing runs."""
    folder = Path(tempfile.mkdtemp(prefix="ingest-oracle-", dir="/var/tmp"))
    root = folder / "root"
    root.mkdir()
    command = Quick(f"sqlite:///{folder}/store.db", folder)
    for name in ("a.txt", "b.txt", "c.txt", "d.txt"):
        (root / name).write_text(f"This is the text of {name}.\n")
    command.ask("scan", root)
    (root / "a.txt").write_text("This is the second text of a.txt.\n")
    (root / "b.txt").rename(root / "moved.txt")
    (root / "c.txt").unlink()
    (root / "d.txt").unlink()
    command.ask("scan", root)
    (root / "d.txt").write_text("This is what came back to d.txt.\n")
    with (root / "huge.txt").open("wb") as file:
        file.truncate(1 << 40)
    command.ask("scan", root, code=3)
    yield folder
    shutil.rmtree(folder)
    forked.close()


def _copy(sound: Path, folder: Path) -> Command:
    """The sound store, and the root beside it, somewhere else: a root's path is in the store."""
    for name in ("store.db", "store.db.lock"):
        shutil.copy(sound / name, folder / name)
    return Quick(f"sqlite:///{folder}/store.db", folder)


def test_a_sound_store_satisfies_every_rule(sound: Path) -> None:
    command = Quick(f"sqlite:///{sound}/store.db", sound)
    before = oracle.snapshot(command)
    types = {change["type"].removeprefix("document.") for change in before.changes}

    assert types == {"created", "changed", "moved", "deleted", "restored", "rejected"}
    oracle.holds(command, {"root": sound / "root"}, before=before, held=[before.anchor])


def _execute(*statements: str) -> Callable[[Path], None]:
    def act(database: Path) -> None:
        with contextlib.closing(sqlite3.connect(database)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    return act


def _last_change(database: Path) -> None:
    """A shortened log: the last change and the head are taken back together."""
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DELETE FROM change WHERE seq = (SELECT max(seq) FROM change)")
        connection.execute("UPDATE log_head SET seq = seq - 1")


BREAKS: dict[str, tuple[Callable[[Path], None], str]] = {
    "a recorded hash altered": (
        _execute("UPDATE version SET hash = zeroblob(32) WHERE document_id = 1 AND no = 1"),
        "O6",
    ),
    "a document's head altered": (
        _execute("UPDATE document SET state = 'deleted' WHERE id = (SELECT min(id) FROM document)"),
        "O1",
    ),
    "a path altered": (
        _execute("UPDATE document SET path_bytes = x'7a' WHERE id = (SELECT min(id) FROM document)"),
        "O4",
    ),
    "a change taken out of the middle": (_execute("DELETE FROM change WHERE seq = 3"), "O2"),
    "a change's type altered": (
        _execute("UPDATE change SET type = 'changed' WHERE type = 'created' AND seq = 2"),
        "O4",
    ),
    "two changes swapped": (
        _execute(
            "UPDATE change SET seq = 1000 WHERE seq = 2",
            "UPDATE change SET seq = 2 WHERE seq = 3",
            "UPDATE change SET seq = 3 WHERE seq = 1000",
        ),
        "O3",
    ),
    "a version's number altered": (
        _execute("UPDATE change SET no = 1 WHERE type = 'changed'"),
        "O5",
    ),
    "the log shortened": (_last_change, "O9"),
    "a body lost": (_execute("UPDATE blob SET data = zeroblob(length(data)) WHERE id = 1"), "O6"),
    "a rejection forgotten": (_execute("DELETE FROM seen WHERE reason IS NOT NULL"), "O1"),
}


@pytest.mark.parametrize("what", BREAKS)
def test_a_store_broken_on_purpose_is_found(sound: Path, tmp_path: Path, what: str) -> None:
    act, rule = BREAKS[what]
    command = _copy(sound, tmp_path)
    before = oracle.snapshot(command) if rule == "O9" else None
    act(tmp_path / "store.db")
    found = oracle.findings(command, {"root": sound / "root"}, before=before, sample=3)

    assert any(finding.startswith(f"{rule} ") for finding in found), found


def test_a_folder_changed_behind_a_stopped_daemon_is_found(sound: Path, tmp_path: Path) -> None:
    """An edit, a delete, a new file, a rejected file removed: each is named."""
    command = Quick(f"sqlite:///{sound}/store.db", sound)
    root = tmp_path / "root"
    shutil.copytree(sound / "root", root, ignore=shutil.ignore_patterns("huge.txt"))
    (root / "a.txt").write_text("Behind a stopped daemon.\n")
    (root / "moved.txt").unlink()
    (root / "new.txt").write_text("Nobody looked.\n")
    found = oracle.findings(command, {"root": root}, sample=0)

    assert {finding.split()[0] for finding in found} == {"O1"}
    assert len(found) == 4
    for name in ("a.txt", "moved.txt", "new.txt", "huge.txt"):
        assert any(f"b'{name}'" in finding for finding in found), found


def test_a_root_of_the_tree_that_was_never_that_of_the_log_is_found(sound: Path) -> None:
    command = Quick(f"sqlite:///{sound}/store.db", sound)
    found = oracle.findings(command, {"root": sound / "root"}, held=[(1, "0" * 64)], sample=0)

    assert [finding.split()[0] for finding in found] == ["O3"]


def test_what_could_be_read_before_and_not_after_is_found(sound: Path) -> None:
    command = Quick(f"sqlite:///{sound}/store.db", sound)
    now = oracle.snapshot(command)
    invented = [*now.changes, {**now.changes[-1], "seq": len(now.changes) + 1}]
    before = oracle.Snapshot(invented, now.anchor)

    found = oracle.findings(command, {"root": sound / "root"}, before=before, sample=0)
    assert [finding.split()[0] for finding in found] == ["O9"]


def test_a_file_left_beside_the_store_or_in_the_roots_own_folder_is_found(sound: Path) -> None:
    command = Quick(f"sqlite:///{sound}/store.db", sound)
    left = [sound / "store.db-part", sound / "root" / ".ingest" / "cookie-left"]
    for path in left:
        path.touch()
        os.utime(path, (1, 1))
    found = oracle.findings(command, {"root": sound / "root"})
    for path in left:
        path.unlink()

    assert [finding.split()[0] for finding in found] == ["O10", "O10"]


def test_a_stopped_reader_of_the_folder_is_not_healthy(sound: Path) -> None:
    """O7 needs a daemon: with one, what it lists decides its health."""
    command = Quick(f"sqlite:///{sound}/store.db", sound)
    with Daemon(command, sound / "root") as daemon:
        oracle.holds(command, {"root": sound / "root"}, held=daemon.anchors)
        status = command.record("status")

    assert (status["health"], status["rejected"]) == ("ok", 1)
    assert command.record("status")["health"] == "stopped"
