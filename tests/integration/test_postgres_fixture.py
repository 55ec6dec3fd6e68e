"""What the tests' own Postgres promises the other tests."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.postgres import OwnServer, Server, StopMode


def execute(url: str, statement: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)


def scalar(url: str, statement: str) -> object:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return connection.exec_driver_sql(statement).scalar_one()


def test_a_database_shares_nothing_with_another(postgres_server: Server) -> None:
    one, other = postgres_server.create_database(), postgres_server.create_database()
    execute(one, "create table only_here (n int)")

    assert scalar(one, "select to_regclass('only_here')::text") == "only_here"
    assert scalar(other, "select to_regclass('only_here')::text") is None
    for url in (one, other):
        postgres_server.drop_database(url)


def test_a_copy_of_a_template_holds_its_rows(postgres_server: Server) -> None:
    template = postgres_server.create_database()
    execute(template, "create table t as select 7 as n")
    copy = postgres_server.create_database(template=sa.make_url(template).database)

    assert scalar(copy, "select n from t") == 7
    for url in (template, copy):
        postgres_server.drop_database(url)


@pytest.mark.parametrize("mode", ["fast", "immediate", "kill"])
def test_what_was_committed_outlives_a_stop(own_postgres: OwnServer, mode: StopMode) -> None:
    url = own_postgres.create_database()
    execute(url, "create table t as select 7 as n")
    own_postgres.stop(mode)
    with pytest.raises(sa.exc.OperationalError):
        execute(url, "select 1")
    own_postgres.start()

    assert scalar(url, "select n from t") == 7


@pytest.mark.usefixtures("postgres_server")
def test_a_killed_test_run_leaves_no_server() -> None:
    """The run is killed with SIGKILL: only its keeper is left to clean up."""
    program = """
import sys
from tests.postgres import Run, shared_server
run = Run()
print(run.folder, shared_server(run.folder).url("postgres"), flush=True)
sys.stdin.read()
"""
    started = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with started:
        assert started.stdout is not None
        folder, url = started.stdout.readline().split()
        assert scalar(url, "select 1") == 1
        started.kill()
    for _ in range(1000):
        if not Path(folder).exists():
            break
        time.sleep(0.01)

    assert not Path(folder).exists()
    with pytest.raises(sa.exc.OperationalError):
        scalar(url, "select 1")
