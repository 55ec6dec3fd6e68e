"""Least power: who may read and write what the service makes, and what it needs of the network."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from tests.site import Site


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_what_a_start_with_umask_000_makes_is_its_owners_alone(site: Site) -> None:
    site.write_texts(a="one")
    before = os.umask(0)
    try:
        with site.watch() as daemon:
            site.write_texts(b="two")
            daemon.sync()
            store = site.folder / "store"
            made = {path.name: mode(path) for path in store.iterdir()}
            assert {
                "ingest.db",
                "ingest.db-wal",
                "ingest.db-shm",
                "ingest.db.lock",
                "ingest.db.sock",
            } <= made.keys()
            assert set(made.values()) == {0o600}, made
            assert mode(store) == 0o700
            assert mode(site.root / ".ingest") == 0o700
            assert {mode(path) for path in (site.root / ".ingest").iterdir()} == {0o600}
    finally:
        os.umask(before)


def test_the_door_of_a_postgres_store_is_its_owners_alone(each_site: Site) -> None:
    site = each_site
    before = os.umask(0)
    try:
        with site.watch():
            folders = [
                Path(site.command.cwd) / "ingest",
                *([site.database.parent] if str(site.command.database).startswith("sqlite") else []),
            ]
            sockets = [
                path for folder in folders if folder.is_dir() for path in folder.iterdir() if path.is_socket()
            ]
            assert len(sockets) == 1
            assert mode(sockets[0]) == 0o600
            if sockets[0].parent.name == "ingest":
                assert mode(sockets[0].parent) == 0o700
    finally:
        os.umask(before)


def test_an_existing_folder_is_left_as_it_is_and_the_doctor_warns(site: Site) -> None:
    store = site.folder / "store"
    store.mkdir()
    store.chmod(0o777)
    site.command.ask("scan", site.root)

    assert mode(store) == 0o777
    answer = site.command.run("doctor")
    assert str(store) in answer.text + answer.error, answer
    assert mode(site.database) == 0o600


def test_a_daemon_listens_on_no_network(site: Site) -> None:
    with site.watch() as daemon:
        own = {
            os.readlink(f"/proc/{daemon.pid}/fd/{name}").removeprefix("socket:[").rstrip("]")
            for name in os.listdir(f"/proc/{daemon.pid}/fd")
            if os.path.islink(f"/proc/{daemon.pid}/fd/{name}")
            and os.readlink(f"/proc/{daemon.pid}/fd/{name}").startswith("socket:[")
        }
        assert own, "it has its door"
        for table in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6"):
            file = Path(f"/proc/{daemon.pid}/net/{table}")
            inodes = (
                {line.split()[9] for line in file.read_text().splitlines()[1:]} if file.exists() else set()
            )
            assert not own & inodes
