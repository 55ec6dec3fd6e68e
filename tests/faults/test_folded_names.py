"""A file system that takes names of other letter case for one: a new case is a move; nothing stays twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.daemon import until
from tests.faults import mounts
from tests.faults.fuse import Fuse
from tests.faults.machine import needs_file_system, needs_fuse, needs_mounts
from tests.faults.mounts import Disk, in_own_mounts
from tests.site import Site

pytestmark = needs_mounts
needs_exfat = needs_file_system("exfat")


@pytest.fixture
def disk(site: Site) -> Iterator[Disk]:
    """A slot for the root's disk."""
    folder = site.folder / "images"
    folder.mkdir()
    slot = Disk(folder)
    yield slot
    slot.take_out()


@needs_fuse
@in_own_mounts
def test_another_form_of_a_name_is_a_move_where_forms_are_one(site: Site) -> None:
    source = site.folder / "source"
    source.mkdir()
    composed, apart = "caf\u00e9.txt", "cafe\u0301.txt"
    (source / composed).write_text("one")
    (source / "plain.txt").write_text("two")
    with Fuse(source, site.root) as fuse:
        fuse.fold()
        site.command.ask("scan", site.root)
        before = site.listing()
        (source / composed).rename(source / apart)
        assert (site.root / composed).read_text() == "one"
        assert site.command.run("check").code == 16 + 32
        site.command.ask("scan")

        assert site.listing() == {apart: before[composed], "plain.txt": before["plain.txt"]}
        assert site.log()[2:] == [("moved", apart, 1)]
        site.command.ask("check")


@needs_exfat
@in_own_mounts
def test_a_new_letter_case_is_a_move_by_a_scan(site: Site, disk: Disk) -> None:
    disk.put(disk.make("exfat"), site.root)
    site.write_texts(a="one", Dir__b="two", Dir__c="three")
    site.command.ask("scan", site.root)
    documents = {document for document, _ in site.listing().values()}
    (site.root / "a.txt").rename(site.root / "A.txt")
    (site.root / "Dir").rename(site.root / "dir")
    assert site.command.run("check", site.root).code == 16 + 32
    site.command.ask("scan", site.root)

    assert site.listing().keys() == {"A.txt", "dir/b.txt", "dir/c.txt"}
    assert {document for document, _ in site.listing().values()} == documents
    assert sorted(site.log()[3:]) == [
        ("moved", "A.txt", 1),
        ("moved", "dir/b.txt", 1),
        ("moved", "dir/c.txt", 1),
    ]
    assert site.command.ask("check", site.root).out.startswith(b"3 files, no difference")
    mounts.unmount_all(site.root)


@needs_exfat
@in_own_mounts
def test_a_new_letter_case_is_a_move_under_watch(site: Site, disk: Disk) -> None:
    disk.put(disk.make("exfat"), site.root)
    site.write_texts(a="one", b="two")
    with site.watch() as daemon:
        before = site.listing()
        (site.root / "a.txt").rename(site.root / "A.txt")
        until(lambda: "A.txt" in site.listing())
        daemon.sync()

        assert site.listing() == {"A.txt": before["a.txt"], "b.txt": before["b.txt"]}
        assert site.log()[2:] == [("moved", "A.txt", 1)]
    mounts.unmount_all(site.root)


@needs_exfat
@in_own_mounts
def test_a_version_is_written_back_where_there_are_no_hard_links(site: Site, disk: Disk) -> None:
    disk.put(disk.make("exfat"), site.root)
    site.write_texts(a="one")
    site.command.ask("scan", site.root)
    site.command.refused("restore", "a.txt@1", code=2)
    (site.root / "a.txt").unlink()
    site.command.ask("restore", "a.txt@1")
    site.command.ask("report", "--html", site.root / "report.html")

    assert (site.root / "a.txt").read_text() == "one"
    assert sorted(path.name for path in site.root.iterdir()) == [".ingest", "a.txt", "report.html"]
    mounts.unmount_all(site.root)
