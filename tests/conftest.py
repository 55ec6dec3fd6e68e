"""What every test may ask for: a site, a database on SQLite or a real Postgres; Hypothesis without chance."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from tests import draw, forked
from tests.postgres import Missing, OwnServer, Run, Server, shared_server
from tests.site import Site, new_folder, new_site

if TYPE_CHECKING:
    from collections.abc import Iterator

# The same examples in every run: a test fails because of a change, not of a draw. No deadline, since the
# machine may be busy with the other workers.
hypothesis.settings.register_profile("ingest", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("ingest")

RUN = pytest.StashKey[Run]()
RUN_FOLDER = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    # Under xdist the controller owns the run, and outlives the workers.
    workerinput: dict[str, str] | None = getattr(config, "workerinput", None)
    if workerinput is None:
        run = Run()
        config.stash[RUN] = run
        config.stash[RUN_FOLDER] = run.folder
    else:
        config.stash[RUN_FOLDER] = Path(workerinput["ingest_run"])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    config: pytest.Config = node.config  # type: ignore[attr-defined]  # xdist's, which ships no types
    node.workerinput["ingest_run"] = str(config.stash[RUN_FOLDER])  # type: ignore[attr-defined]  # the same


def pytest_unconfigure(config: pytest.Config) -> None:
    run = config.stash.get(RUN, None)
    if run is not None:
        run.close()


# Their tests that are for both databases are run on one of the two. What those answer is compared with
# each other by tests that ask both.
_ON_ONE_DATABASE = ("tests/acceptance/", "tests/faults/", "tests/integration/", "tests/migration/")


def is_left_out(item: pytest.Item) -> bool:
    """Tell whether this run leaves the test out, since another commit runs it (`tests/draw.py`)."""
    if not draw.commit():
        return False
    name = item.nodeid.partition("[")[0]
    call = getattr(item, "callspec", None)
    given = call.params.get("database_url") if call is not None else None
    divided = name.startswith(_ON_ONE_DATABASE) and given in draw.DATABASES
    if divided and given != draw.database(name, draw.commit()):
        return True
    return not draw.is_run(item.nodeid, draw.commit())


@pytest.hookimpl(tryfirst=True)  # before -m looks at the marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out: set[pytest.Item] = set()
    if "full" not in config.getoption("markexpr"):
        left_out = {item for item in items if item.get_closest_marker("full") or is_left_out(item)}
    config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    items[:] = [item for item in items if item not in left_out]
    for item in items:
        if {"postgres_server", "own_postgres"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.postgres)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for part in os.environ.get("INGEST_TEST_WITHOUT", "").split(","):
        if part and item.get_closest_marker(part):
            pytest.skip(f"told to run without {part}")


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config) -> Server:
    """The run's Postgres, shared by all workers: make databases in it, never stop it."""
    given = os.environ.get("INGEST_TEST_POSTGRES_URL")
    if given:
        return Server(given)
    durable = os.environ.get("INGEST_TEST_POSTGRES_FAST", "0") in {"", "0"}
    try:
        return shared_server(pytestconfig.stash[RUN_FOLDER], durable=durable)
    except Missing as missing:
        pytest.fail(f"{missing}\nOr go without it: ./dev test --without postgres", pytrace=False)


@pytest.fixture
def own_postgres(pytestconfig: pytest.Config) -> Iterator[OwnServer]:
    """A started Postgres for this test alone, which may stop it, kill it and start it again."""
    try:
        server = OwnServer(pytestconfig.stash[RUN_FOLDER])
        server.start()
    except Missing as missing:
        pytest.fail(f"{missing}\nOr go without it: ./dev test --without postgres", pytrace=False)
    yield server
    server.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new, empty database: the test runs once on SQLite and once on Postgres."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/ingest.db"
        return
    server: Server = request.getfixturevalue("postgres_server")
    url = server.create_database()
    yield url
    server.drop_database(url)


@pytest.fixture(scope="session", autouse=True)
def _end_forking() -> Iterator[None]:
    """What the commands were forked from ends with the tests."""
    yield
    forked.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for one test, with `root` and `outside` in it."""
    with new_folder() as made:
        yield made


@pytest.fixture
def site(folder: Path) -> Iterator[Site]:
    """An empty root and a SQLite store that does not exist yet."""
    yield from _cleared(new_site(folder))


@pytest.fixture
def each_site(folder: Path, database_url: str) -> Iterator[Site]:
    """The test runs once on SQLite and once on Postgres."""
    yield from _cleared(new_site(folder, database_url))


@pytest.fixture
def postgres_site(folder: Path, own_postgres: OwnServer) -> Iterator[Site]:
    """A store in a Postgres that the test may stop and kill: the fixture `own_postgres`."""
    yield from _cleared(new_site(folder, own_postgres.create_database()))


def _cleared(site: Site) -> Iterator[Site]:
    yield site
    site.clear()
