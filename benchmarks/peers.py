"""What people version a folder with today: git in a loop, restic, borg. Each as its manual says, by default.

Where a default would spoil the comparison, the choice favours the peer:

* git: the repository lies outside the folder, so that the others do not store it; its collection never
  starts by itself, and is timed apart when it is asked for. No settings of the user or the machine.
* restic: a local repository, its own cache on, compression as it comes.
* borg: no encryption, its cache on, compression as it comes (lz4).

None of them stores the folder `.ingest/` that a root has.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.timing import stored, wall

Words = Sequence[str]


class Peer(ABC):
    """One program with its repository in `folder`, for the documents below `tree`."""

    name: str
    # The words that have it tell its version.
    version: tuple[str, ...]

    def __init__(self, folder: Path, tree: Path) -> None:
        self.folder = folder
        self.tree = tree
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.run(self.make())

    @abstractmethod
    def make(self) -> list[Words]:
        """The commands that make an empty repository."""

    @abstractmethod
    def take_in(self) -> list[Words]:
        """The commands that record the folder as it stands, whatever was recorded before."""

    @abstractmethod
    def look(self) -> list[Words]:
        """The commands that tell whether anything changed, in the way that a user would."""

    @abstractmethod
    def verify(self) -> list[Words]:
        """The commands that prove the repository against itself, every byte read."""

    def collect(self) -> list[Words]:
        """The commands that make the repository small; none where recording does it."""
        return []

    def environment(self) -> dict[str, str]:
        """The environment of its commands: the user's settings are out of reach."""
        return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}

    def run(self, commands: Iterable[Words], *, settled: bool = True) -> float:
        """Run commands; their seconds together."""
        return wall(*commands, cwd=self.tree, environment=self.environment(), settled=settled)

    def record(self) -> float:
        """Record the folder as it stands; the seconds it took."""
        return self.run(self.take_in())

    def ask(self) -> float:
        """Look for changes where there are none; the seconds it took."""
        return self.run(self.look())

    def stored(self) -> int:
        """The bytes of its repository."""
        return stored(self.folder / "repository")

    @classmethod
    def told_version(cls) -> str | None:
        """What it calls itself; None where it is not installed."""
        if shutil.which(cls.version[0]) is None:
            return None
        told = subprocess.run(cls.version, capture_output=True, text=True, check=False).stdout
        return next((word for word in told.split() if word[0].isdigit()), told.strip())


class Git(Peer):
    """`git add -A` and `git commit`."""

    name = "git"
    version = ("git", "--version")

    def make(self) -> list[Words]:
        """An empty repository beside the folder."""
        return [
            ["git", "init", "-q"],
            ["git", "config", "gc.auto", "0"],
            ["git", "config", "maintenance.auto", "false"],
            ["sh", "-c", 'printf ".ingest\\n" >>"$GIT_DIR/info/exclude"'],
        ]

    def take_in(self) -> list[Words]:
        """Add everything and commit."""
        return [["git", "add", "-A"], ["git", "commit", "-q", "--allow-empty", "-m", "round"]]

    def look(self) -> list[Words]:
        """`git status`."""
        return [["git", "status", "--short"]]

    def verify(self) -> list[Words]:
        """`git fsck`, every object read."""
        return [["git", "fsck", "--full", "--no-progress"]]

    def collect(self) -> list[Words]:
        """`git gc`, which leaves one pack."""
        return [["git", "gc", "-q"]]

    def environment(self) -> dict[str, str]:
        """As every peer's, with the repository's place and a name to commit under."""
        person = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "bench"), ("EMAIL", "bench@example.org"))
        }
        return (
            super().environment()
            | person
            | {
                "GIT_DIR": str(self.folder / "repository"),
                "GIT_WORK_TREE": str(self.tree),
                "GIT_CONFIG_GLOBAL": os.devnull,
                "GIT_CONFIG_NOSYSTEM": "1",
            }
        )

    def stored(self) -> int:
        """The repository without the examples of hooks that `init` copies."""
        return stored(self.folder / "repository", without=("hooks",))

    def objects(self) -> int:
        """The bytes of the objects alone, without git's index of the folder."""
        return stored(self.folder / "repository" / "objects")


class Restic(Peer):
    """`restic backup`."""

    name = "restic"
    version = ("restic", "version")

    def make(self) -> list[Words]:
        """A local repository; the password is in a file."""
        (self.folder / "password").write_text("bench\n")
        return [["restic", "init", "--quiet"]]

    def take_in(self) -> list[Words]:
        """A snapshot more."""
        return [["restic", "backup", "--quiet", "--exclude", ".ingest", str(self.tree)]]

    def look(self) -> list[Words]:
        """A snapshot more: restic has no cheaper way to ask."""
        return self.take_in()

    def verify(self) -> list[Words]:
        """`restic check --read-data`."""
        return [["restic", "check", "--quiet", "--read-data"]]

    def environment(self) -> dict[str, str]:
        """As every peer's, with the repository's place, its password and its cache."""
        return super().environment() | {
            "RESTIC_REPOSITORY": str(self.folder / "repository"),
            "RESTIC_PASSWORD_FILE": str(self.folder / "password"),
            "RESTIC_CACHE_DIR": str(self.folder / "cache"),
        }


class Borg(Peer):
    """`borg create`."""

    name = "borg"
    version = ("borg", "--version")

    def make(self) -> list[Words]:
        """A local repository without encryption."""
        return [["borg", "init", "--encryption=none"]]

    def take_in(self) -> list[Words]:
        """An archive more."""
        return [["borg", "create", "--exclude", "*/.ingest", f"::{uuid.uuid4().hex}", str(self.tree)]]

    def look(self) -> list[Words]:
        """An archive more: borg has no cheaper way to ask."""
        return self.take_in()

    def verify(self) -> list[Words]:
        """`borg check --verify-data`."""
        return [["borg", "check", "--verify-data"]]

    def environment(self) -> dict[str, str]:
        """As every peer's, with the repository's place and its cache."""
        return super().environment() | {
            "BORG_REPO": str(self.folder / "repository"),
            "BORG_BASE_DIR": str(self.folder / "cache"),
            "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes",
            "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes",
        }


EVERY: tuple[type[Peer], ...] = (Git, Restic, Borg)


def installed() -> list[type[Peer]]:
    """Those that this machine has."""
    return [kind for kind in EVERY if kind.told_version() is not None]
