"""What happens faster than watches can be set is found all the same, and what is not watched is said."""

from __future__ import annotations

import shutil

from tests.daemon import until
from tests.site import Site

COUNT = 200


def _folders(site: Site) -> None:
    """Made, filled and renamed at once: the watch of some is lost between the first step and the last."""
    for number in range(COUNT):
        (site.root / "new").mkdir()
        (site.root / "new" / "x.txt").write_text(f"In folder {number}.\n")
        (site.root / "new").rename(site.root / f"d{number:03}")


def test_files_in_folders_renamed_at_once_are_found_and_so_is_what_is_written_there_later(
    site: Site,
) -> None:
    with site.watch() as daemon:
        _folders(site)
        daemon.sync()
        assert sorted(site.told()) == [f"created d{number:03}/x.txt @1" for number in range(COUNT)]
        for number in range(COUNT):
            (site.root / f"d{number:03}" / "x.txt").write_text(f"Later in folder {number}.\n")
        daemon.sync()

        assert sorted(site.told(COUNT)) == [f"changed d{number:03}/x.txt @2" for number in range(COUNT)]
        site.holds(sample=0)


def test_a_watch_lost_in_a_race_is_set_again(site: Site) -> None:
    """The machine would watch these folders: the service is whole again by itself."""
    with site.watch() as daemon:
        _folders(site)
        daemon.sync()
        until(lambda: site.command.record("status")["health"] == "ok", every=0.5, what="health ok again")


def test_folders_made_moved_out_and_made_again_do_not_end_the_watch(site: Site) -> None:
    """Steps that once killed the library's reading thread without a word."""
    with site.watch() as daemon:
        for _ in range(3):
            (site.root / "d").mkdir()
            (site.root / "d").rename(site.outside / "gone")
            (site.root / "d").mkdir()
            (site.root / "d").rmdir()
            shutil.rmtree(site.outside / "gone")
        site.write("after/a.txt", "Seen?\n")
        until(lambda: daemon.changes, what="a change after the reading thread was hit")
        daemon.sync()

        assert site.told() == ["created after/a.txt @1"]
        site.holds(sample=0)
