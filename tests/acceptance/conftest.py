"""The place of an acceptance test, on SQLite or on both databases."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import forked
from tests.acceptance.bench import Bench, bench
from tests.acceptance.past import Past
from tests.acceptance.place import Place
from tests.forked import Quick


@pytest.fixture(scope="session", autouse=True)
def forking() -> Iterator[None]:
    """What the commands were forked from ends with the tests."""
    yield
    forked.close()


def made_folders() -> Iterator[Path]:
    """A folder that is not below /tmp, where vim saves otherwise than elsewhere."""
    made = Path(tempfile.mkdtemp(prefix="ingest-acceptance-", dir="/var/tmp"))
    (made / "root").mkdir()
    (made / "outside").mkdir()
    yield made
    subprocess.run(["chmod", "-R", "u+rwX", str(made)], check=False, capture_output=True)
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with `root` and `outside` in it."""
    yield from made_folders()


@pytest.fixture(scope="module")
def watched() -> Iterator[Bench]:
    """A bench for all cases of a module, with a daemon."""
    for made in made_folders():
        yield from bench(_sqlite(made), "watched")


@pytest.fixture(scope="module")
def scanned() -> Iterator[Bench]:
    """A bench for all cases of a module, without a daemon."""
    for made in made_folders():
        yield from bench(_sqlite(made), "scanned")


def _sqlite(made: Path) -> Place:
    return Place(made, Quick(f"sqlite:///{made}/store/ingest.db", made))


@pytest.fixture(scope="module")
def past() -> Iterator[Past]:
    """A store with a little history, for all tests of a module; they leave it as it is."""
    for made in made_folders():
        place = Past(made, _sqlite(made).command)
        place.make()
        yield place


@pytest.fixture
def place(folder: Path) -> Place:
    """An empty root and a SQLite store that does not exist yet."""
    return _sqlite(folder)


@pytest.fixture
def each_place(folder: Path, database_url: str) -> Place:
    """The test runs once on SQLite and once on Postgres."""
    return Place(folder, Quick(database_url, folder))
