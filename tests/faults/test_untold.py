"""File systems that do not tell every write: a program's, and what is mounted below a local root."""

from __future__ import annotations

from pathlib import Path

from tests.daemon import until
from tests.faults import mounts
from tests.faults.fuse import Fuse
from tests.faults.machine import needs_fuse, needs_mounts
from tests.faults.mounts import in_own_mounts
from tests.site import Site

pytestmark = [needs_mounts, needs_fuse]


def source_of(site: Site) -> Path:
    """The other side of a mount."""
    folder = site.folder / "source"
    folder.mkdir()
    return folder


@in_own_mounts
def test_a_root_on_a_program_without_a_name_is_polled_and_the_other_side_is_seen(site: Site) -> None:
    source = source_of(site)
    (source / "a.txt").write_text("one")
    with Fuse(source, site.root), site.using(INGEST_POLL_SECONDS="0.5").watch() as daemon:
        assert site.status()["roots"][0]["backend"] == "poll"
        (source / "a.txt").write_text("from the other side")
        daemon.sync()
        assert site.log() == [("created", "a.txt", 1), ("changed", "a.txt", 2)]
        assert site.coverage() == [("scanned", "polling")]
        said = site.command.ask("doctor").text
        assert "is polled: fuse is not known to tell every write" in said


@in_own_mounts
def test_what_is_mounted_below_a_local_root_is_polled_and_the_rest_is_watched(site: Site) -> None:
    source = source_of(site)
    (site.root / "far").mkdir()
    (site.root / "near").mkdir()
    mounts.mount_tmpfs(site.root / "near")
    site.write_texts(a="here", near__b="on a disk of its own")
    with Fuse(source, site.root / "far"):
        (source / "c.txt").write_text("there")
        with site.using(INGEST_POLL_SECONDS="0.5").watch() as daemon:
            root = site.status()["roots"][0]
            assert (site.status()["health"], root["backend"]) == ("ok", "native")
            assert [
                (each["path"], each["type"], each["backend"], each["state"]) for each in root["mounts"]
            ] == [
                ("far", "fuse", "poll", "scanned"),
                ("near", "tmpfs", "native", "watched"),
            ]
            (source / "c.txt").write_text("there, from the other side")
            (source / "d.txt").write_text("new on the other side")
            daemon.sync()
            assert ("changed", "far/c.txt", 2) in site.log()
            until(lambda: ("created", "far/d.txt", 1) in site.log())
            site.write_texts(near__b="edited")
            daemon.sync()
            assert site.coverage() == [("watched", None)], "the state of the root speaks of the rest"
            said = site.command.ask("doctor").text
            assert "far below it is polled: fuse is not known to tell every write" in said
            assert "near" not in said
        assert not daemon.events("unannounced")
