"""Which edits a filter chooses: by one value of significance, or by several."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ingest.edits.edit import SIGNIFICANCES, Classifier, Edit, Significance
from ingest.errors import UsageError
from ingest.index import stored_edits

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
        select = stored_edits.chosen(significance=wanted)
        found = None if select is None else [SIGNIFICANCES[seq] for seq in connection.scalars(select)]
    engine.dispose()
    assert found == (None if wanted is None else chosen)


@pytest.mark.parametrize("wanted", ["grave", "reworded,grave", "reworded,", ""])
def test_a_value_that_no_edit_has_is_refused(wanted: str) -> None:
    with pytest.raises(UsageError, match="no significance"):
        stored_edits.chosen(significance=wanted)
