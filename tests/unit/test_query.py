"""What a query means, and that any text is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import UsageError
from ingest.index.fulltext.folding import query_words
from ingest.index.fulltext.query import Clause, Term, parse, query_notes
from ingest.moments import days


def term(words: str, *, prefix: bool = False, literal: str = "") -> Term:
    return Term(tuple(words.split()), prefix, literal)


@pytest.mark.parametrize(
    ("query", "clauses"),
    [
        ("brug Westdam", [Clause((term("brug"), term("westdam")), ())]),
        ("brug AND Westdam", [Clause((term("brug"), term("westdam")), ())]),
        ('"de brug" verk*', [Clause((term("de brug"), term("verk", prefix=True)), ())]),
        ('"de br*"', [Clause((term("de br", prefix=True),), ())]),
        ('"de br"*', [Clause((term("de br", prefix=True),), ())]),
        ("a b OR c", [Clause((term("a"), term("b")), ()), Clause((term("c"),), ())]),
        ("a NOT b", [Clause((term("a"),), (term("b"),))]),
        ("a AND NOT b", [Clause((term("a"),), (term("b"),))]),
        ('NOT "b c"', [Clause((), (term("b c"),))]),
        ("and", [Clause((term("and"),), ())]),
        ("a AND", [Clause((term("a"), term("and")), ())]),
        ("OR a", [Clause((term("or"), term("a")), ())]),
        ("Café’s 1.000", [Clause((term("cafe"), term("1 000")), ())]),
        ('say "no', [Clause((term("say"), term("no")), ())]),
        ("100% a_c", [Clause((term("100", literal="100%"), term("a c", literal="a_c")), ())]),
        ('"Één  € 5"', [Clause((term("een 5", literal="een € 5"),), ())]),
        ("c++*", [Clause((term("c", prefix=True, literal="c++"),), ())]),
        ("weeks. (two)", [Clause((term("weeks"), term("two")), ())]),
        ("!!!", []),
    ],
)
def test_a_query_is_taken_apart(query: str, clauses: list[Clause]) -> None:
    assert parse(query) == clauses


@given(st.text(st.characters() | st.sampled_from(list("\"*'() ANDORT")), max_size=60))
def test_any_text_is_a_query_of_folded_words(query: str) -> None:
    for clause in parse(query):
        assert clause.wanted or clause.unwanted
        for each in (*clause.wanted, *clause.unwanted):
            assert each.words
            assert all(word.isalnum() and query_words(word)[0] == (word,) for word in each.words)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("2021", ("2021-01-01", "2021-12-31")),
        ("2024-02", ("2024-02-01", "2024-02-29")),
        ("2021-02-20", ("2021-02-20", "2021-02-20")),
        ("2021-02/2021-04", ("2021-02-01", "2021-04-30")),
    ],
)
def test_a_date_is_its_first_and_its_last_day(words: str, found: tuple[str, str]) -> None:
    assert days(words) == found


@pytest.mark.parametrize(
    "words", ["", "x", "2021-13", "2021-02-30", "2021-04/2021-02", "0000", "2021-2", "/"]
)
def test_what_is_no_date_is_refused(words: str) -> None:
    with pytest.raises(UsageError):
        days(words)


@pytest.mark.parametrize(
    ("query", "told"),
    [("week AND", 1), ("OR week", 1), ("week AND month", 0), ("NOT week", 0), ('"AND" week', 0), ("and", 0)],
)
def test_an_operator_that_is_a_word_is_told_of(query: str, told: int) -> None:
    assert len(query_notes(query, parse(query))) == told
