"""What happens faster than watches can be set is found all the same, and what is not watched is said."""

from __future__ import annotations

import shutil

from tests.acceptance.place import Place
from tests.daemon import until

COUNT = 200


def _folders(place: Place) -> None:
    """Made, filled and renamed at once: the watch of some is lost between the first step and the last."""
    for number in range(COUNT):
        (place.root / "new").mkdir()
        (place.root / "new" / "x.txt").write_text(f"In folder {number}.\n")
        (place.root / "new").rename(place.root / f"d{number:03}")


def test_files_in_folders_renamed_at_once_are_found_and_so_is_what_is_written_there_later(
    place: Place,
) -> None:
    with place.watch() as daemon:
        _folders(place)
        daemon.sync()
        assert sorted(place.told()) == [f"created d{number:03}/x.txt @1" for number in range(COUNT)]
        for number in range(COUNT):
            (place.root / f"d{number:03}" / "x.txt").write_text(f"Later in folder {number}.\n")
        daemon.sync()

        assert sorted(place.told(COUNT)) == [f"changed d{number:03}/x.txt @2" for number in range(COUNT)]
        place.holds()


def test_a_watch_lost_in_a_race_is_set_again(place: Place) -> None:
    """The machine would watch these folders: the service is whole again by itself."""
    with place.watch() as daemon:
        _folders(place)
        daemon.sync()
        until(lambda: place.command.record("status")["health"] == "ok", every=0.5, what="health ok again")


def test_folders_made_moved_out_and_made_again_do_not_end_the_watch(place: Place) -> None:
    """Steps that once killed the library's reading thread without a word."""
    with place.watch() as daemon:
        for _ in range(3):
            (place.root / "d").mkdir()
            (place.root / "d").rename(place.outside / "gone")
            (place.root / "d").mkdir()
            (place.root / "d").rmdir()
            shutil.rmtree(place.outside / "gone")
        place.write("after/a.txt", "Seen?\n")
        until(lambda: daemon.changes, what="a change after the reading thread was hit")
        daemon.sync()

        assert place.told() == ["created after/a.txt @1"]
        place.holds()
