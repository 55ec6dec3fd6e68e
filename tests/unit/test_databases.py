"""How a connection to a SQLite file takes the values that it is given."""

from __future__ import annotations

import sqlite3

import pytest

from ingest.store import databases


@pytest.mark.parametrize(
    ("value", "kind", "given_back"),
    [
        (None, "null", None),
        (b"", "blob", b""),
        (b"\x00\xff", "blob", b"\x00\xff"),
        (True, "integer", 1),
        (False, "integer", 0),
        (-(2**63), "integer", -(2**63)),
        ("Straße\0", "text", "Straße\0"),
    ],
)
def test_a_value_is_kept_as_it_is(value: object, kind: str, given_back: object) -> None:
    connection = sqlite3.connect(":memory:")
    assert connection.execute("SELECT typeof(?1), ?1", (value,)).fetchone() == (kind, given_back)
    connection.close()


@pytest.mark.parametrize("kind", [type(None), bytes, bool])
def test_no_attribute_is_looked_for_in_what_rows_hold(kind: type) -> None:
    assert databases.POOL
    assert (kind, sqlite3.PrepareProtocol) in sqlite3.adapters
