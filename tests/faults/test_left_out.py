"""Names that are left out: which, which are kept, what stays known, and what a placeholder stands for."""

from __future__ import annotations

from pathlib import Path

from tests.daemon import until
from tests.site import Site


def keeping(site: Site, *patterns: str, exclude: str = "") -> Site:
    """The site with a configuration that keeps these names."""
    config = site.folder / "ingest.toml"
    words = ", ".join(f'"{pattern}"' for pattern in patterns)
    own = f'exclude = ["{exclude}"]\n' if exclude else ""
    config.write_text(f'[roots.root]\npath = "{site.root}"\nkeep = [{words}]\n{own}')
    return site.using(INGEST_CONFIG=str(config))


def put(site: Site, *names: str) -> None:
    for name in names:
        path = site.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"the text of {name}")


def test_status_counts_what_is_left_out_by_rule(site: Site) -> None:
    put(site, "a.txt", "a.orig", "b/b.orig", ".git/config", ".env", "b/c~", "drafts/d.txt", "e.txt.nextcloud")
    kept = keeping(site, exclude="drafts")
    kept.command.ask("scan", "root=" + str(site.root))

    assert list(site.listing()) == ["a.txt"]
    assert site.status()["left_out"] == {
        "*.orig": 2, ".*": 2, "*.nextcloud": 1, "*~": 1, "drafts": 1,
    }  # fmt: skip
    (site.root / "a.orig").unlink()
    kept.command.ask("scan", site.root)
    assert site.status()["left_out"]["*.orig"] == 1


def test_a_root_may_keep_names_and_what_is_known_stays_when_it_does_no_more(site: Site) -> None:
    """As when a name joins the list: it holds for new paths, and the root's own patterns alone take away."""
    put(site, "a.orig", "b.rej", "c.orig")
    kept = keeping(site, "*.orig")
    kept.command.ask("scan", "root=" + str(site.root))
    assert set(site.listing()) == {"a.orig", "c.orig"}

    put(site, "new.orig")
    (site.root / "a.orig").write_text("edited")
    (site.root / "c.orig").unlink()
    assert site.command.run("check", site.root).code == 32 + 64
    site.command.ask("scan", site.root)
    assert site.log()[2:] == [("changed", "a.orig", 2), ("deleted", "c.orig", 1)]
    assert site.command.ask("check", site.root).code == 0
    before = site.log()
    site.command.ask("scan", site.root)
    assert site.log() == before

    keeping(site, exclude="*.orig").command.ask("scan", site.root)
    assert site.log()[4:] == [("deleted", "a.orig", 2)]


def test_a_known_name_is_watched_and_a_new_one_is_not(site: Site) -> None:
    put(site, "a.orig")
    keeping(site, "*.orig").command.ask("scan", "root=" + str(site.root))
    with site.watch() as daemon:
        put(site, "b.orig")
        (site.root / "a.orig").write_text("edited")
        until(lambda: site.listing()["a.orig"][1] == 2)
        daemon.sync()

        assert set(site.listing()) == {"a.orig"}


def placeholder(site: Site, name: str) -> Path:
    """What a cloud client does to save room: the file goes, a placeholder comes."""
    file = site.root / name
    file.unlink()
    beside = file.with_name(file.name + ".nextcloud")
    beside.write_bytes(b" ")
    return beside


def test_a_file_in_whose_place_a_placeholder_stands_is_unknown_and_not_deleted(site: Site) -> None:
    put(site, "a.txt", "b.txt", "sub/c.txt")
    site.command.ask("scan", site.root)
    before = site.listing()
    placeholder(site, "a.txt")
    (site.root / "sub" / "c.txt").unlink()
    (site.root / "sub" / ".c.txt.icloud").write_bytes(b"bplist00")
    site.command.ask("scan", site.root)
    assert site.listing() == before
    findings = site.command.records("check", site.root)
    assert [(found.get("path"), found.get("state")) for found in findings[:-1]] == [
        ("a.txt", "unknown"),
        ("sub/c.txt", "unknown"),
    ]

    (site.root / "a.txt.nextcloud").unlink()
    site.command.ask("scan", site.root)
    assert site.deleted() == ["a.txt"]


def test_placeholders_are_one_problem_that_leaves_the_root_healthy(site: Site) -> None:
    put(site, "a.txt", "b.txt", "c.txt")
    with site.watch() as daemon:
        beside = [placeholder(site, name) for name in ("a.txt", "b.txt")]
        status = site.until_status(
            lambda status: [p["detail"][:2] for p in status["problems"] if p["code"] == "offline"] == ["2 "],
            "two documents are offline",
        )
        assert status["health"] == "ok"
        assert [problem["code"] for problem in status["problems"]] == ["offline"]
        daemon.sync()
        assert site.deleted() == []

        beside[0].unlink()
        (site.root / "a.txt").write_text("fetched again, and edited")
        beside[1].unlink()
        until(lambda: site.deleted() == ["b.txt"], what="b.txt is deleted")
        until(lambda: site.listing()["a.txt"][1] == 2)
        site.until_status(lambda status: status["problems"] == [], "no problem is left")
