"""Where a store is: what is accepted, and that its password is never shown."""

from __future__ import annotations

import os

import pytest

from ingest.errors import UsageError
from ingest.store.engine import Store
from ingest.store.url import mask, parse_url, sqlite_files

PASSWORD = "hunter2"


@pytest.mark.parametrize(
    ("words", "driver"),
    [
        ("sqlite:///a.db", "sqlite"),
        ("sqlite+pysqlite:///a.db", "sqlite"),
        ("postgres://u@h/d", "postgresql+psycopg"),
        ("postgresql://u@h:5433/d", "postgresql+psycopg"),
        ("postgresql+psycopg://u@/d?host=/run/pg", "postgresql+psycopg"),
    ],
)
def test_the_driver_is_settled(words: str, driver: str) -> None:
    assert parse_url(words).drivername == driver


def test_a_relative_file_is_made_absolute() -> None:
    assert parse_url("sqlite:///a/../b.db").database == f"{os.getcwd()}/b.db"
    assert parse_url("sqlite:////srv/x.db").database == "/srv/x.db"


@pytest.mark.parametrize(
    "words",
    [
        "",
        "a.db",
        "mysql://h/d",
        "sqlite",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "http://h/",
        "postgresql://u@h:port/d",
        "postgresql://u@[::1/d",
        "postgresql+asyncpg://h/d",
        "sqlite:////srv/root/.ingest/ingest.db",
        "sqlite:////srv/root/.ingest/deeper/ingest.db",
    ],
)
def test_what_cannot_be_a_store_is_refused_with_a_hint(words: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_url(words)
    assert refused.value.hint is not None


def test_a_password_is_kept_for_the_server() -> None:
    assert parse_url(f"postgresql://u:{PASSWORD}@h/d").password == PASSWORD


@pytest.mark.parametrize(
    "words",
    [
        f"postgresql://u:{PASSWORD}@h/d",
        f"postgres://:{PASSWORD}@h/d",
        f"postgresql+psycopg://u:{PASSWORD}@/d?host=/run/pg",
        f"postgresql://u:{PASSWORD}@h:port/d",
        f"postgresql://u:{PASSWORD}@[::1/d",
        f"postgresql://u:p@{PASSWORD}@h/d",
        f"postgresql://u:p/{PASSWORD}@h/d",
        f"postgresql://u:p%40{PASSWORD}@h/d",
        f"postgresql://h/d?password={PASSWORD}",
        f"postgresql://h/d?user=u&password={PASSWORD}&sslmode=require",
        f"postgresql://h/d?sslpassword={PASSWORD}",
        f"postgresql:/u:{PASSWORD}@h/d",
        f"postgresql//u:{PASSWORD}@h/d",
        f"postgresql:u:{PASSWORD}@h/d",
        f"u:{PASSWORD}@h/d",
        f"mysql://u:{PASSWORD}@h/d",
        f"sqlite://u:{PASSWORD}@h",
        f"sqlite://u:{PASSWORD}@h/",
        f"://u:{PASSWORD}@h/d",
    ],
)
def test_a_password_is_never_shown(words: str) -> None:
    """However the address is written, and also where it cannot be used."""
    shown = [mask(words)]
    try:
        store = Store(parse_url(words))
    except UsageError as refused:
        shown += [refused.message, refused.hint or ""]
    else:
        shown.append(store.address)
        store.dispose()

    assert [said for said in shown if PASSWORD in said] == []


def test_what_holds_no_password_is_shown_as_it_is() -> None:
    for words in ("postgresql://u@h:5432/d", "sqlite:////srv/x.db", "nonsense"):
        assert mask(words) == words
    assert mask(f"postgresql://u:{PASSWORD}@h:5432/d") == "postgresql://u:***@h:5432/d"


def test_the_files_of_a_store_are_all_named() -> None:
    """They are never taken in, wherever they lie."""
    files = sqlite_files(parse_url("sqlite:////srv/x.db"))

    assert set(files) == {
        "/srv/x.db",
        "/srv/x.db-wal",
        "/srv/x.db-shm",
        "/srv/x.db-journal",
        "/srv/x.db.lock",
        "/srv/x.db.sock",
        "/srv/x.db.index.db",
        "/srv/x.db.index.db-wal",
        "/srv/x.db.index.db-shm",
        "/srv/x.db.index.db-journal",
    }
    assert sqlite_files(parse_url("postgresql://h/d")) == ()
