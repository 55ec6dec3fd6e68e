"""The schema that the migrations make is the one described; an old or newer one is refused."""

from __future__ import annotations

import re
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from msgspec import json, structs

from ingest.disk.mounts import Mount
from ingest.errors import SchemaMismatch, StoreMissing
from ingest.store import bodies, coverage, migrate, roots, tables
from ingest.store.engine import Store, open_store
from ingest.store.migrate import open_or_create, upgrade
from tests.migration.schema import ingest, move, rows, shape, store_at
from tests.recording import add_root, entry, everything, findings, opened, record, rows_of, version_of

# What the sum of a root's row was taken over at revision 0004.
SUMMED_AT_0004 = (
    "id", "uid", "name", "host", "path", "device", "inode", "mounts", "last_scan_at", "retired_at",
    "report", "heartbeat_at",
)  # fmt: skip
REVISIONS = sorted(migrate.scripts().glob("versions/*.py"))


def fill(url: str) -> None:
    """A few lives: created, changed, moved, deleted, rejected."""
    with opened(url) as store:
        root = add_root(store)
        record(store, root, [entry("created", b"%d.txt" % n, raw=b"text %d" % n) for n in range(4)])
        keys = [row["id"] for row in rows_of(store, tables.document)]
        record(
            store,
            root,
            [
                entry("deleted", b"3.txt", document=keys[3], previous=1, reason="removed"),
                entry("changed", b"0.txt", raw=b"other", text="another text", document=keys[0], previous=1),
                entry("moved", b"\xff", from_path=b"1.txt", document=keys[1], previous=1),
                entry("rejected", b"x", reason="too_large"),
            ],
        )


def execute(url: str, statement: str) -> None:
    store = store_at(url)
    with store.write() as connection:
        connection.exec_driver_sql(statement)
    store.dispose()


def test_the_migrations_make_the_described_schema(database_url: str) -> None:
    assert upgrade(database_url, busy_seconds=5) == (None, tables.REVISION)
    store = open_store(database_url)
    migrate.check(store)
    store.dispose()

    checked = ingest(database_url, "db", "check", "--json")
    assert (checked.returncode, checked.stdout, checked.stderr) == (
        0,
        f'{{"revision":"{tables.REVISION}","ok":true}}\n',
        "",
    )


def test_an_upgrade_may_be_repeated(database_url: str) -> None:
    upgrade(database_url, busy_seconds=5)
    fill(database_url)
    before = shape(database_url)

    assert upgrade(database_url, busy_seconds=5) == (tables.REVISION, tables.REVISION)
    assert shape(database_url) == before


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE document ADD COLUMN more TEXT",
        "DROP INDEX ix_change_document_id_seq",
        "DROP TABLE cursor",
        "CREATE TABLE more (id INTEGER PRIMARY KEY)",
    ],
)
def test_what_was_changed_by_hand_is_told(database_url: str, statement: str) -> None:
    upgrade(database_url, busy_seconds=5)
    execute(database_url, statement)
    told = ingest(database_url, "db", "check")

    assert told.returncode == 4
    assert told.stdout == ""
    assert re.match(
        r"error: the schema of .* is not the one of revision \d+: 1 differences?, .*\nhint: ", told.stderr
    )


def test_down_and_up_again_keeps_the_record(database_url: str) -> None:
    """Down to the first revision and up to the last; what later revisions added is their own."""
    fill(database_url)
    with opened(database_url) as store:
        before = _record_of(store)
        assert findings(store) == []
    move(database_url, "0001")
    move(database_url, tables.REVISION)

    with opened(database_url) as store:
        assert _record_of(store) == before
        assert findings(store) == []
        migrate.check(store)


def _record_of(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Every row, without the sums, which rows from before there were sums do not have."""
    return {
        name: [{key: value for key, value in row.items() if key != "sum"} for row in found]
        for name, found in everything(store).items()
    }


def test_down_unpacks_what_an_older_program_cannot(database_url: str) -> None:
    """A body as a delta, one packed with a dictionary, a text as a delta: all come back whole."""
    contents = [" ".join(f"{word} {number}" for word in range(300)).encode() for number in range(3)]
    contents.append(contents[-1].replace(b"150 2", b"150 changed"))
    with opened(database_url) as store:
        root = add_root(store)
        with store.write() as connection:
            dictionary = bodies.add_dictionary(connection, contents[0], sha256(contents[0]).digest())
        record(
            store, root, [entry("created", b"a.txt", raw=contents[0]), entry("created", b"b.txt", raw=b"")]
        )
        key = rows_of(store, tables.document)[0]["id"]
        for no, raw in enumerate(contents[1:], 1):
            with store.read() as connection:
                chain = bodies.chain(connection, key, no)
            text = raw.decode().upper() if no == 1 else raw.decode().replace("7 2", "seven")
            packed = version_of(raw, text=text, before=chain if no == 3 else None, dictionary=dictionary)
            made = entry("changed", b"a.txt", document=key, previous=no)
            record(store, root, [structs.replace(made, version=packed)])
        assert [row["delta"] is None for row in rows_of(store, tables.version)][:4] == [
            True,
            True,
            True,
            False,
        ]
        assert any(row["text_delta"] is not None for row in rows_of(store, tables.rendition))
        assert any(row["dictionary_id"] is not None for row in rows_of(store, tables.blob))
    move(database_url, "0002")
    assert rows(database_url, "version", ("count(blob_id)", "count(delta)")) == [(5, 0)]
    move(database_url, tables.REVISION)

    with opened(database_url) as store:
        with store.read() as connection:
            assert [bodies.get(connection, key, no) for no in (1, 2, 3, 4)] == contents
        assert findings(store) == []


def test_down_to_nothing_and_up_again_is_a_new_store(database_url: str) -> None:
    upgrade(database_url, busy_seconds=5)
    fresh = shape(database_url)
    fill(database_url)
    move(database_url, "base")
    store = store_at(database_url)
    assert store.revision() is None
    store.dispose()
    upgrade(database_url, busy_seconds=5)

    assert shape(database_url) == fresh


def test_a_store_of_the_first_revision_is_upgraded_with_its_rows(database_url: str) -> None:
    fill(database_url)
    move(database_url, "0001")
    upgraded = ingest(database_url, "db", "upgrade", "--json")

    assert (upgraded.returncode, upgraded.stdout) == (
        0,
        f'{{"before":"0001","after":"{tables.REVISION}"}}\n',
    )
    with opened(database_url) as store:
        assert [row["type"] for row in rows_of(store, tables.change)].count("created") == 4
        assert findings(store) == []


def test_a_root_scanned_before_there_was_a_ledger_gets_one(database_url: str) -> None:
    """Whether it is scanned again or not: a retired one is not."""
    fill(database_url)
    with opened(database_url) as store, store.write() as connection:
        roots.update(connection, roots.every(connection)[0].id, last_scan_at=1_700_000_000_000_000)
    move(database_url, "0001")
    upgrade(database_url, busy_seconds=5)

    with opened(database_url) as store:
        with store.read() as connection:
            ledger = coverage.intervals(connection, roots.every(connection)[0].id)
        assert ledger == [coverage.Interval("blind", 1_700_000_000_000_000, None, "not recorded")]
        assert findings(store) == []


def test_a_root_of_before_there_were_marks_has_its_id_for_one(database_url: str) -> None:
    """And what was mounted below it is known by its path alone, once."""
    fill(database_url)
    with opened(database_url) as store, store.write() as connection:
        key = roots.every(connection)[0].id
        mounted = [Mount(b"a/b", 7, 8), Mount(b"\xc3\xa9")]
        roots.update(connection, key, mounts=mounted, mark=b"m" * 16, birth_ns=9, is_mount=True)
    move(database_url, "0004")
    assert rows(database_url, "root", ("mounts",)) == [('["a/b","\u00e9"]',)]
    with_numbers = '["a/b","a/b#2","\u00e9"]'
    execute(database_url, f"UPDATE root SET mounts = '{with_numbers}'")
    store = store_at(database_url)
    with store.write() as connection:
        row = dict(connection.exec_driver_sql("SELECT * FROM root").mappings().one())
        taken = sha256(json.encode(["root", *(row[name] for name in SUMMED_AT_0004)])).digest()[:8]
        connection.execute(sa.text("UPDATE root SET sum = :sum"), {"sum": taken})
    store.dispose()
    upgrade(database_url, busy_seconds=5)

    with opened(database_url) as store:
        assert findings(store) == []
        with store.read() as connection:
            root = roots.every(connection)[0]
    assert (root.mark, root.birth_ns, root.is_mount, root.left_out) == (root.uid, None, None, {})
    assert root.mounts == (Mount(b"a/b"), Mount(b"\xc3\xa9"))


def test_a_damaged_row_of_a_root_is_told_after_the_upgrade_too(database_url: str) -> None:
    fill(database_url)
    move(database_url, "0004")
    execute(database_url, "UPDATE root SET name = 'changed by hand'")
    upgrade(database_url, busy_seconds=5)

    with opened(database_url) as store:
        assert [finding.thing for finding in findings(store)] != []


@pytest.mark.parametrize("verb", [("ls",), ("log",), ("status",), ("verify",), ("changes",), ("db", "check")])
def test_an_older_schema_is_refused_with_the_command_that_upgrades_it(
    tmp_path: Path, verb: tuple[str, ...]
) -> None:
    url = f"sqlite:///{tmp_path}/ingest.db"
    fill(url)
    move(url, "0001")
    before = shape(url)
    refused = ingest(url, *verb)

    assert refused.returncode == 4
    assert refused.stdout == ""
    assert refused.stderr == (
        f"error: the schema of {tmp_path}/ingest.db is 0001, older than this program's {tables.REVISION}\n"
        f"hint: run: ingest db upgrade --database {url}\n"
    )
    assert shape(url) == before


def test_capture_refuses_an_older_schema(database_url: str) -> None:
    fill(database_url)
    move(database_url, "0001")
    before = shape(database_url)
    with pytest.raises(SchemaMismatch) as refused:
        open_or_create(database_url, busy_seconds=5)

    assert (refused.value.hint or "").startswith("run: ingest db upgrade --database ")
    assert shape(database_url) == before


def test_a_newer_schema_is_refused_by_every_way_in(database_url: str) -> None:
    fill(database_url)
    execute(database_url, "UPDATE alembic_version SET version_num = '9999'")
    before = shape(database_url)
    for way_in in (
        open_store,
        lambda url: open_or_create(url, busy_seconds=5),
        lambda url: upgrade(url, busy_seconds=5),
    ):
        with pytest.raises(SchemaMismatch, match="9999, newer than this program's"):
            way_in(database_url)
    upgraded = ingest(database_url, "db", "upgrade")

    assert upgraded.returncode == 4
    assert "hint: install the newer ingest that wrote it\n" in upgraded.stderr
    assert shape(database_url) == before


def test_an_empty_database_holds_no_store(database_url: str) -> None:
    store_at(database_url).dispose()
    with pytest.raises(StoreMissing) as missing:
        open_store(database_url, busy_seconds=0.0)

    assert (missing.value.hint or "").startswith("run: ingest scan ROOT")


def test_a_question_waits_for_a_store_that_is_just_being_made(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is made between two looks at it."""
    store_at(database_url).dispose()
    looks = []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 2:
            open_or_create(database_url, busy_seconds=60.0).dispose()

    monkeypatch.setattr("time.sleep", sleep)
    store = open_store(database_url, busy_seconds=600.0)

    assert len(looks) == 2
    assert store.revision() == tables.REVISION
    store.dispose()


def test_the_revisions_form_one_line_to_the_one_this_program_knows(database_url: str) -> None:
    found = ScriptDirectory.from_config(migrate.config(database_url))

    assert found.get_heads() == [tables.REVISION]
    assert [script.revision for script in found.walk_revisions()] == [
        f"{n:04}" for n in range(len(REVISIONS), 0, -1)
    ]


@pytest.mark.parametrize("file", REVISIONS, ids=lambda file: file.stem)
def test_a_revisions_file_is_named_by_date_number_and_what_it_does(file: Path) -> None:
    named = re.fullmatch(r"(\d{4})_(\d\d)_(\d\d)_(?:\d{4}_)?(\d{4})_[a-z][a-z_]*", file.stem)

    assert named is not None
    assert date(*(int(part) for part in named.groups()[:3])) <= date(2100, 1, 1)
    assert f'revision = "{named[4]}"\n' in file.read_text()


def test_the_files_sort_in_the_order_of_the_revisions() -> None:
    numbers = [re.findall(r"\d{4}(?=_[a-z])", file.stem)[0] for file in REVISIONS]

    assert numbers == sorted(numbers)
    assert not (migrate.scripts() / "__init__.py").exists()
