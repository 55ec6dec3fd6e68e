"""Another file system where the root was, or where one was mounted below it: no delete is told for any."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.daemon import until
from tests.faults import mounts
from tests.faults.machine import needs_file_system, needs_mounts
from tests.faults.mounts import Disk, in_own_mounts
from tests.site import Site

pytestmark = needs_mounts

MADE_AT = 1_700_000_000
FOREIGN = "5a" * 16

# Takes what was mounted away and puts another in its place; returns what brings the first one back.
Undo = Callable[[], None]
Swap = Callable[[Site, Disk, Path], Undo]


def fill(site: Site, at: Path) -> None:
    """Some documents, the smallest of them empty."""
    for name, text in (("a.txt", "one"), ("deep/b.txt", "two, and longer"), ("empty.txt", "")):
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_text(text)
    assert site.root.exists()


def on_disk(type_: str, *, other: str | None = None, mark: str | None = None, same: bool = False) -> Swap:
    """Another disk in the same slot, of the same type, made in the same second, or holding a mark."""

    def swap(site: Site, disk: Disk, at: Path) -> Undo:
        made_at = MADE_AT if same else None
        first, second = disk.make(type_, made_at=made_at), disk.make(other or type_, made_at=made_at)
        disk.put(second, at)
        if mark is not None:
            (at / ".ingest").mkdir()
            (at / ".ingest" / "root-id").write_text(f"{mark}\n")
        (at / "stranger.txt").write_text("of another disk")
        mounts.unmount(at)
        disk.put(first, at)
        fill(site, at)

        def put(image: Path) -> None:
            mounts.unmount(at)
            disk.put(image, at)

        return _twice(lambda: put(second), lambda: put(first))

    return swap


def tmpfs_anew(site: Site, _disk: Disk, at: Path) -> Undo:
    keeper = site.folder / "keeper"
    keeper.mkdir()
    mounts.mount_tmpfs(keeper)
    mounts.bind(keeper, at)
    fill(site, at)

    def other() -> None:
        mounts.unmount(at)
        mounts.mount_tmpfs(at)

    def back() -> None:
        mounts.unmount(at)
        mounts.bind(keeper, at)

    return _twice(other, back)


def unmounted(site: Site, _disk: Disk, at: Path) -> Undo:
    tmpfs_anew(site, _disk, at)
    keeper = site.folder / "keeper"
    return _twice(lambda: mounts.unmount(at), lambda: mounts.bind(keeper, at))


def another_folder_bound(site: Site, _disk: Disk, at: Path) -> Undo:
    fill(site, at)
    other = site.folder / "other"
    other.mkdir()
    return _twice(lambda: mounts.bind(other, at), lambda: mounts.unmount(at))


def another_upper_layer(site: Site, _disk: Disk, at: Path) -> Undo:
    layers = [site.folder / "layers" / name for name in ("lower", "first", "second")]
    mounts.mount_tmpfs(_made(site.folder / "layers"))
    for layer in layers:
        layer.mkdir()
    lower, first, second = layers
    mounts.mount_overlay(lower, first, at)
    fill(site, at)

    def to(upper: Path) -> None:
        mounts.unmount(at)
        mounts.mount_overlay(lower, upper, at)

    return _twice(lambda: to(second), lambda: to(first))


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


# What `swap` returns is called twice: to swap, and to swap back.
def _twice(first: Undo, second: Undo) -> Undo:
    calls = iter((first, second))
    return lambda: next(calls)()  # noqa: PLW0108  # the next one at each call


def _case(name: str, swap: Swap, *types: str) -> object:
    return pytest.param(swap, id=name, marks=[needs_file_system(type_) for type_ in types])


AT_THE_ROOT = [
    _case("ext4", on_disk("ext4"), "ext4"),
    _case("ext4 of the same second", on_disk("ext4", same=True), "ext4"),
    _case("ext4 with another mark", on_disk("ext4", same=True, mark=FOREIGN), "ext4"),
    _case("xfs", on_disk("xfs"), "xfs"),
    _case("btrfs", on_disk("btrfs"), "btrfs"),
    _case("exfat", on_disk("exfat"), "exfat"),
    _case("xfs for ext4", on_disk("ext4", other="xfs"), "ext4", "xfs"),
    _case("tmpfs", tmpfs_anew),
    _case("unmounted", unmounted),
    _case("bind", another_folder_bound),
    _case("overlay", another_upper_layer),
]
BELOW = [case for case in AT_THE_ROOT if case.id != "ext4 with another mark"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("swap", AT_THE_ROOT)
@pytest.mark.parametrize("marked", [True, False], ids=["with its mark", "without"])
@in_own_mounts
def test_another_file_system_at_the_roots_path_is_not_the_root(
    site: Site, disk: Disk, swap: Swap, marked: bool
) -> None:
    turn = swap(site, disk, site.root)
    site.command.ask("scan", site.root)
    before = site.listing()
    assert before.keys() == {"a.txt", "deep/b.txt", "empty.txt"}
    if not marked:
        shutil.rmtree(site.root / ".ingest")
    turn()
    refused = site.command.refused("scan", site.root, code=4)
    assert "--adopt" in refused.hint
    assert site.listing() == before
    turn()
    site.command.ask("scan", site.root)

    assert (site.deleted(), site.listing()) == ([], before)
    mounts.unmount_all(site.root)


@pytest.mark.parametrize("swap", BELOW)
@in_own_mounts
def test_another_file_system_below_the_root_is_unknown(site: Site, disk: Disk, swap: Swap) -> None:
    site.write_texts(top="of the root's own disk")
    turn = swap(site, disk, _made(site.root / "sub"))
    site.command.ask("scan", site.root)
    before = site.listing()
    assert before.keys() == {"top.txt", "sub/a.txt", "sub/deep/b.txt", "sub/empty.txt"}
    turn()
    site.command.ask("scan", site.root)
    assert site.listing() == before
    turn()
    site.command.ask("scan", site.root)

    assert (site.deleted(), site.listing()) == ([], before)
    mounts.unmount_all(site.root / "sub")


@needs_file_system("ext4")
@pytest.mark.parametrize("same", [False, True], ids=["of another second", "of the same second"])
@in_own_mounts
def test_a_disk_that_is_swapped_below_under_the_daemon_is_unknown(site: Site, disk: Disk, same: bool) -> None:
    """Between two looks at the mounts, into the same device: the kernel's table says the very same."""
    sub = _made(site.root / "sub")
    site.write_texts(top="one")
    turn = on_disk("ext4", same=same)(site, disk, sub)
    with site.watch() as daemon:
        before = site.listing()
        turn()
        site.write_texts(top="edited")
        until(lambda: site.listing()["top.txt"][1] == 2)
        site.command.ask("scan", site.root)
        assert site.deleted() == []
        assert {path: site.listing()[path] for path in before if path != "top.txt"} == {
            path: version for path, version in before.items() if path != "top.txt"
        }
        turn()
        site.until_healthy()
        daemon.sync()

        assert (site.deleted(), set(site.listing())) == ([], set(before))
    mounts.unmount_all(sub)


@in_own_mounts
def test_a_mount_that_was_adopted_is_not_the_empty_folder_that_was_the_root_first(site: Site) -> None:
    """That one holds the root's first mark."""
    site.command.ask("scan", site.root)
    mounts.mount_tmpfs(site.root)
    fill(site, site.root)
    site.command.refused("scan", site.root, code=4)
    site.command.ask("scan", "--adopt", site.root)
    before = site.listing()
    assert len(before) == 3
    mounts.unmount(site.root)

    refused = site.command.refused("scan", site.root, code=4)
    assert "what was mounted there is not" in refused.error
    assert (site.deleted(), site.listing()) == ([], before)


@in_own_mounts
def test_an_overlay_that_was_mounted_on_its_own_layer_is_not_that_layer(site: Site) -> None:
    """The mark lies in the layer too: only that it is no mount point any more tells."""
    layers = _made(site.folder / "layers")
    mounts.mount_tmpfs(layers)
    lower, upper = _made(layers / "lower"), _made(layers / "upper")
    fill(site, lower)
    mounts.mount_overlay(lower, upper, upper)
    site.command.ask("scan", upper)
    before = site.listing()
    assert len(before) == 3
    mounts.unmount(upper)
    assert (upper / ".ingest" / "root-id").exists()
    refused = site.command.refused("scan", upper, code=4)
    assert "what was mounted there is not" in refused.error
    mounts.mount_overlay(lower, upper, upper)
    site.command.ask("scan", upper)

    assert (site.deleted(), site.listing()) == ([], before)


@needs_file_system("ext4")
@in_own_mounts
def test_a_disk_whose_mark_was_deleted_is_proven_by_its_documents_and_gets_it_again(
    site: Site, disk: Disk
) -> None:
    """Its birth time is a whole second, as another disk's could be."""
    disk.put(disk.make("ext4"), site.root)
    fill(site, site.root)
    site.command.ask("scan", site.root)
    mark = (site.root / ".ingest" / "root-id").read_text()
    shutil.rmtree(site.root / ".ingest")
    site.command.ask("scan", site.root)
    assert (site.root / ".ingest" / "root-id").read_text() == mark

    shutil.rmtree(site.root / ".ingest")
    for name in ("a.txt", "deep/b.txt"):
        (site.root / name).write_text("nothing of what was known")
    refused = site.command.refused("scan", site.root, code=4)
    assert "no known document was found" in refused.error
    assert not (site.root / ".ingest").exists()
    site.command.ask("scan", "--adopt", site.root)
    assert site.deleted() == []
    assert (site.root / ".ingest" / "root-id").read_text() != mark
    mounts.unmount_all(site.root)


@needs_file_system("ext4")
@in_own_mounts
def test_a_read_only_disk_without_a_mark_is_the_root_on_another_device(site: Site, disk: Disk) -> None:
    image = disk.make("ext4")
    disk.put(image, site.root)
    fill(site, site.root)
    mounts.unmount(site.root)
    disk.put(image, site.root, "ro")
    site.command.ask("scan", site.root)
    first = site.root.stat().st_dev
    before = site.log()
    mounts.unmount(site.root)
    disk.take_out()
    other = Disk(site.folder / "images")
    keeper = site.folder / "in-the-first-slot"
    disk.put(disk.make("ext4"), _made(keeper))
    other.put(image, site.root, "ro")
    try:
        assert site.root.stat().st_dev != first
        site.command.ask("scan", site.root)
        assert site.log() == before
        assert not (site.root / ".ingest").exists()
    finally:
        mounts.unmount_all(site.root)
        mounts.unmount_all(keeper)
        other.take_out()


@in_own_mounts
def test_a_bind_of_a_folder_onto_itself_is_no_mount_point(site: Site) -> None:
    site.write_texts(a="one", sub__b="two")
    sub = site.root / "sub"
    mounts.bind(site.root, site.root)
    mounts.bind(sub, sub)
    site.command.ask("scan", site.root)
    before = site.log()
    mounts.unmount(sub)
    mounts.unmount(site.root)
    site.command.ask("scan", site.root)
    (site.root / "sub" / "b.txt").unlink()
    site.command.ask("scan", site.root)

    assert site.log() == [*before, ("deleted", "sub/b.txt", 1)]


@in_own_mounts
def test_an_overlay_whose_folder_was_made_another_by_the_mark_is_the_root(site: Site) -> None:
    """A folder of the lower layer is copied up with the first file that is written into it."""
    layers = _made(site.folder / "layers")
    mounts.mount_tmpfs(layers)
    lower, upper = _made(layers / "lower"), _made(layers / "upper")
    fill(site, _made(lower / "folder"))
    mounts.mount_overlay(lower, upper, site.outside)
    root = site.outside / "folder"
    site.command.ask("scan", root)
    shutil.rmtree(root / ".ingest")
    site.command.ask("scan", root)

    assert site.deleted() == []
    assert len(site.listing()) == 3


def test_the_folder_of_a_bind_is_told_by_the_kernels_table() -> None:
    """The same folder of the same device under another name shows the same; another folder does not."""
    from ingest.disk.mounts import mount_points, parse

    table = parse(
        b"20 1 8:1 / / rw - ext4 /dev/a rw\n"
        b"21 20 8:1 /srv/news /srv/news rw - ext4 /dev/a rw\n"
        b"22 20 8:1 /srv/other /srv/bound rw - ext4 /dev/a rw\n"
        b"23 20 8:2 / /srv/two\\040words rw - ext4 /dev/b rw\n"
        b"24 23 8:2 / /srv/two\\040words rw - ext4 /dev/b rw\n"
    )

    assert mount_points(table) == {b"/", b"/srv/bound", b"/srv/two words"}
