"""Which edits a filter chooses: by one value of significance, or by several."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from ingest.edits.edit import SIGNIFICANCES, Classifier, Edit, Significance
from ingest.errors import UsageError
from ingest.index import stored_edits
from ingest.index.schema import TABLES
from ingest.store import bulk

CASES: list[tuple[str | None, list[Significance]]] = [
    (None, ["none", "cosmetic", "reworded", "substantive"]),
    ("reworded", ["reworded"]),
    ("reworded,substantive", ["reworded", "substantive"]),
    ("substantive, none", ["none", "substantive"]),
]


def edit(significance: Significance) -> Edit:
    return Edit(
        kind="wording",
        significance=significance,
        rule="a",
        reason="",
        classifier=Classifier("ingest", 1, "0"),
    )


@pytest.mark.parametrize(("wanted", "chosen"), CASES)
def test_an_edit_is_chosen_by_the_values_that_are_named(
    wanted: str | None, chosen: list[Significance]
) -> None:
    found = [each for each in SIGNIFICANCES if stored_edits.is_chosen(edit(each), significance=wanted)]
    assert found == chosen


@pytest.mark.parametrize(("wanted", "chosen"), CASES)
def test_the_index_chooses_the_same(wanted: str | None, chosen: list[Significance]) -> None:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE TABLE edit (seq INTEGER, significance TEXT)"))
        for seq, significance in enumerate(SIGNIFICANCES):
            connection.execute(sa.text("INSERT INTO edit VALUES (:a, :b)"), {"a": seq, "b": significance})
        select = stored_edits.selection(significance=wanted)
        found = None if select is None else [SIGNIFICANCES[seq] for seq in connection.scalars(select)]
    engine.dispose()
    assert found == (None if wanted is None else chosen)


@pytest.mark.parametrize("wanted", ["grave", "reworded,grave", "reworded,", ""])
def test_a_value_that_no_edit_has_is_refused(wanted: str) -> None:
    with pytest.raises(UsageError, match="no significance"):
        stored_edits.selection(significance=wanted)


FILTERS: list[tuple[dict[str, str], list[int]]] = [
    ({"flag": "silent"}, [2_000, 1_000]),
    ({"flag": "headline"}, []),
    ({"fact": "number"}, [2_000, 1_000]),
    ({"fact": "date"}, []),
    ({"flag": "silent", "fact": "number", "significance": "substantive"}, [2_000, 1_000]),
    ({"flag": "silent", "kind": "wording"}, []),
    ({"flag": "notice"}, [20_000, 19_999]),
    ({"flag": "notice", "significance": "reworded"}, [20_000, 19_999]),
    ({"kind": "factual"}, [2_000, 1_000]),
    ({"significance": "substantive"}, [2_000, 1_000]),
    ({"significance": "reworded"}, [20_000, 19_999]),
    ({"significance": "reworded,substantive"}, [20_000, 19_999]),
]


@pytest.fixture(scope="module")
def index() -> Iterator[sa.Connection]:
    """An index of 20,000 edits, of which two are silent, long ago."""
    engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
    with engine.connect() as connection:
        for statement in TABLES:
            connection.exec_driver_sql(statement.format(bytes="BLOB", key="INTEGER"))
        edits, marks = [], []
        for seq in range(1, 20_001):
            is_silent = seq in (1_000, 2_000)
            kind, significance = ("factual", "substantive") if is_silent else ("wording", "reworded")
            edits.append((seq, 1, kind, significance, "", "", "x" * 100))
            marks += [
                (each, seq) for each in (("fact:number", "flag:silent") if is_silent else ("flag:notice",))
            ]
        bulk.insert(
            connection,
            "edit",
            ("seq", "document_id", "class", "significance", "flags", "reason", "body"),
            edits,
        )
        bulk.insert(connection, "mark", ("name", "seq"), marks)
        yield connection
    engine.dispose()


@pytest.mark.parametrize(("filters", "found"), FILTERS)
def test_who_wants_a_few_has_few_read(
    index: sa.Connection, filters: dict[str, str], found: list[int]
) -> None:
    kind, significance, fact, flag = map(filters.get, ("kind", "significance", "fact", "flag"))
    select = stored_edits.selection(kind=kind, significance=significance, fact=fact, flag=flag)
    assert select is not None
    ticks = 0

    def tick() -> int:
        nonlocal ticks
        ticks += 1
        return 0

    driver = index.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.set_progress_handler(tick, 100)  # steps of the database's machine
    given = stored_edits.selected_seqs(index, select, after=0, until=20_000, limit=2, newest_first=True)
    driver.set_progress_handler(None, 0)

    assert given == found
    assert ticks < 20  # to read every edit takes a thousand


def test_the_seqs_are_given_in_order_within_bounds(index: sa.Connection) -> None:
    select = stored_edits.selection(flag="notice")
    assert select is not None

    def some(after: int, until: int, *, newest_first: bool) -> list[int]:
        return stored_edits.selected_seqs(
            index, select, after=after, until=until, limit=2, newest_first=newest_first
        )

    assert some(998, 1_002, newest_first=False) == [999, 1_001]
    assert some(998, 1_002, newest_first=True) == [1_002, 1_001]
    assert some(999, 1_000, newest_first=True) == []
