"""The place of a fault test, on SQLite or on both databases."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import forked
from tests.faults.site import Site
from tests.forked import Quick
from tests.postgres import OwnServer


@contextlib.contextmanager
def new_place() -> Iterator[Path]:
    """A folder that is not below /tmp, where editors save otherwise than elsewhere."""
    folder = Path(tempfile.mkdtemp(prefix="ingest-faults-", dir="/var/tmp"))
    yield folder
    subprocess.run(["chmod", "-R", "u+rwX", str(folder)], check=False, capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)


def new_site(place: Path, url: str) -> Site:
    """An empty root in this place, and the command with this store."""
    (place / "root").mkdir()
    (place / "outside").mkdir()
    return Site(place, Quick(url, place))


@pytest.fixture(scope="session", autouse=True)
def _end_forking() -> Iterator[None]:
    yield
    forked.close()


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder for one test."""
    with new_place() as folder:
        yield folder


@pytest.fixture
def site(place: Path) -> Iterator[Site]:
    """An empty root and a SQLite store that does not exist yet."""
    yield from _site(place, f"sqlite:///{place}/store/ingest.db")


@pytest.fixture
def each_site(place: Path, database_url: str) -> Iterator[Site]:
    """The test runs once on SQLite and once on Postgres."""
    yield from _site(place, database_url)


@pytest.fixture
def postgres_site(place: Path, own_postgres: OwnServer) -> Iterator[Site]:
    """A store in a Postgres that the test may stop and kill: the fixture `own_postgres`."""
    yield from _site(place, own_postgres.create_database())


def _site(place: Path, url: str) -> Iterator[Site]:
    site = new_site(place, url)
    yield site
    site.clear()
