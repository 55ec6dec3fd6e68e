"""Many generated documents, edited, moved and deleted at random: afterwards the oracle holds.

A thousand by default; `-m full` runs ten thousand.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import draw, oracle
from tests.daemon import until
from tests.site import Site

TEXT = """the council met on Monday and decided nothing while a bridge over the river was closed until spring
de gemeente besloot dat het café in de haven weer open mag omdat niemand gewond raakte"""
WORDS = TEXT.split()


class Corpus:
    """Documents below a folder, and what may happen to them; the same for the same seed."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.chance = random.Random(seed)
        self.paths: list[Path] = []

    def text(self) -> str:
        """About as long as a news article, seldom empty."""
        lines = [
            " ".join(self.chance.choices(WORDS, k=self.chance.randint(3, 18))).capitalize() + "."
            for _ in range(self.chance.randint(0, 40))
        ]
        header = f" date 20{self.chance.randint(10, 26)}-0{self.chance.randint(1, 9)} "
        return (header if self.chance.random() < 0.5 else "") + "\n".join(lines)

    def create(self, count: int) -> None:
        """New documents, on up to four floors."""
        for _ in range(count):
            number = self.chance.randrange(10**9)
            path = self.root.joinpath(
                *(f"f{self.chance.randrange(6)}" for _ in range(self.chance.randrange(4))), f"{number:09}.txt"
            )
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.text())
            self.paths.append(path)

    def taken(self) -> Path:
        """One document at random, taken out of the list."""
        at = self.chance.randrange(len(self.paths))
        self.paths[at], self.paths[-1] = self.paths[-1], self.paths[at]
        return self.paths.pop()

    def edit(self) -> None:
        """In place, as an append, or written beside and renamed."""
        path = self.chance.choice(self.paths)
        how = self.chance.randrange(3)
        if how == 0:
            path.write_text(self.text())
        elif how == 1:
            with path.open("a") as file:
                file.write(f"\nAnd {self.text()[:60]}")
        else:
            beside = path.with_name(f"{path.name}.new")
            beside.write_text(self.text())
            beside.replace(path)

    def move(self) -> None:
        """To another folder, sometimes over another document."""
        old = self.taken()
        if self.chance.random() < 0.1 and self.paths:
            old.replace(self.chance.choice(self.paths))
            return
        new = self.root / f"g{self.chance.randrange(8)}" / f"{self.chance.randrange(10**9):09}.txt"
        new.parent.mkdir(exist_ok=True)
        old.rename(new)
        self.paths.append(new)

    def move_folder(self) -> None:
        """A folder with all in it."""
        folders = sorted(path for path in self.root.glob("[fg]*") if path.is_dir())
        if folders:
            old = self.chance.choice(folders)
            new = old.with_name(f"f{self.chance.randrange(10**6)}")
            old.rename(new)
            self.paths = [
                new / path.relative_to(old) if path.is_relative_to(old) else path for path in self.paths
            ]

    def delete(self) -> None:
        """One document."""
        self.taken().unlink()

    def swap(self) -> None:
        """Two documents change places."""
        one, other = self.chance.sample(self.paths, 2)
        third = one.with_name(".third")
        for old, new in ((one, third), (other, one), (third, other)):
            old.rename(new)

    def copy(self) -> None:
        """A document with the bytes of another."""
        path = self.chance.choice(self.paths)
        twin = path.with_name(f"{self.chance.randrange(10**9):09}.txt")
        shutil.copyfile(path, twin)
        self.paths.append(twin)

    def happen(self, count: int) -> None:
        """So many things of every kind."""
        acts: dict[Callable[[], None], int] = {
            self.edit: 50,
            self.move: 12,
            self.delete: 10,
            self.copy: 5,
            self.swap: 3,
            self.move_folder: 1,
            lambda: self.create(1): 10,
        }
        for act in self.chance.choices(list(acts), list(acts.values()), k=count):
            act()


@pytest.mark.parametrize(
    "count", [draw.amount(1_000, share=400), pytest.param(10_000, marks=pytest.mark.full)]
)
def test_after_random_edits_moves_and_deletes_the_history_is_whole(each_site: Site, count: int) -> None:
    """Before the first start, beside a daemon, while none runs, and under a scan."""
    site = each_site
    corpus = Corpus(site.root, seed=count)
    corpus.create(count)
    with site.watch() as daemon:
        corpus.happen(count // 5)
        daemon.sync()
        before = oracle.snapshot(site.command)
        corpus.happen(count // 5)
    corpus.happen(count // 5)
    with site.watch() as again:
        again.sync()
        every = set(range(1, site.seq + 1))
        # a line is written after the commit, and in a burst well after it
        until(
            lambda: {line["seq"] for life in (daemon, again) for line in life.changes} == every,
            what="a line for each change",
        )
    corpus.happen(count // 10)
    site.scan()

    held = [*daemon.anchors, *again.anchors]
    oracle.holds(site.command, {"root": site.root}, before=before, held=held, sample=5)
    assert site.command.record("status")["versions"] > count
    site.command.ask("verify", "--deep")
    exported = site.folder / "exported"
    site.command.ask("export", exported)
    assert len([path for path in exported.rglob("*") if path.is_file()]) == len(corpus.paths)
