"""A row that holds values of another kind than its columns: SQLite keeps any, and `verify` names the row."""

from __future__ import annotations

import sqlite3
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.audit import Summary, verify
from ingest.store import tables
from ingest.store.engine import Store
from tests.recording import SALT, add_root, entry, opened, record, rows_of


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Path]]:
    """One document of three versions, and the file that it is in."""
    path = tmp_path_factory.mktemp("three") / "store.db"
    with opened(f"sqlite:///{path}") as store:
        root = add_root(store)
        record(store, root, [entry("created", b"a", raw=b"0")])
        document = int(rows_of(store, tables.document)[0]["id"])
        for no in (1, 2):
            record(store, root, [entry("changed", b"a", document=document, previous=no, raw=b"%d" % no)])
        yield store, path


@pytest.mark.parametrize(
    ("table", "column", "value", "expected"),
    [
        ("change", "no", "two", {"leaf", "head", "replay", "rendition", "version"}),
        ("change", "no", b"\x02", {"leaf", "head", "replay", "rendition", "version"}),
        ("change", "recorded_at", "then", {"leaf", "head"}),
        ("change", "path_bytes", 7, {"leaf", "head"}),
        ("change", "salt", 1.5, {"leaf", "head"}),
        # the same bytes as Base64, and so the same leaf to who would take them for bytes
        ("version", "salt", b64encode(SALT).decode(), {"leaf", "head"}),
        ("version", "size", "one", {"leaf", "head", "version"}),
        ("root", "sum", 1 << 62, {"sum"}),
        ("root", "sum", "eight of", {"sum"}),
    ],
)
def test_a_value_of_another_kind_is_found_and_ends_nothing(
    three: tuple[Store, Path], table: str, column: str, value: object, expected: set[str]
) -> None:
    store, path = three
    where = "id = 1" if table == "root" else "seq = 2"
    with sqlite3.connect(path) as damaging:
        (kept,) = damaging.execute(f"SELECT {column} FROM {table} WHERE {where}").fetchone()
        damaging.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (value,))
    found = {each.what for each in verify(store, Summary(), deep=False)}
    with damaging:
        damaging.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (kept,))
    damaging.close()
    assert found == expected
    assert list(verify(store, Summary(), deep=False)) == []
