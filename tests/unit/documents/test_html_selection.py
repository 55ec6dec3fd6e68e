"""Parts of a page, picked and removed by CSS selectors."""

from __future__ import annotations

import pytest

from ingest.normalise import selectors
from ingest.normalise.documents import html_selection
from ingest.normalise.extraction import Limits, Refused

PAGE = b"""<!DOCTYPE html><html><body>
<nav class="top menu"><p>Home</p></nav>
<main id="body" data-kind="long-read"><h1>Title</h1><p>First</p><aside>Also</aside>
<div class="related"><p>More</p></div><p lang="en-GB">Last &amp; <b>least</b></p><ul><li>One<li>Two</ul></main>
<footer><p class="menu">Imprint</p></footer></body></html>"""


def text(select: list[str], remove: list[str], page: bytes = PAGE) -> str:
    return html_selection.read(page, Limits(), select=select, remove=remove).text.replace("\n\n", "|")


ALL_OF_MAIN = "Title|First|Also|More|Last & least|One|Two"


@pytest.mark.parametrize(
    ("select", "remove", "found"),
    [
        ([], [], f"Home|{ALL_OF_MAIN}|Imprint"),
        (["main"], [], ALL_OF_MAIN),
        (["MAIN"], [], ALL_OF_MAIN),
        (["#body"], [".related", "aside"], "Title|First|Last & least|One|Two"),
        (["main"], [".related, aside"], "Title|First|Last & least|One|Two"),
        (["main > p"], [], "First|Last & least"),
        (["main p"], [], "First|More|Last & least"),
        (["body > p"], [], ""),
        ([".menu"], [], "Home|Imprint"),
        ([".top.menu"], [], "Home"),
        (["p.menu", "h1"], [], "Title|Imprint"),
        (["[lang|=en]"], [], "Last & least"),
        (["[data-kind=long-read] > h1"], [], "Title"),
        (["[data-kind^='long'] h1"], [], "Title"),
        (['[data-kind$="read"] h1'], [], "Title"),
        (["[data-kind*='g-r'] h1"], [], "Title"),
        (["[class~=menu]"], [], "Home|Imprint"),
        (["li"], [], "One|Two"),
        (["*"], ["nav", "footer", "main > *"], ""),
        ([], ["main", "footer"], "Home"),
        (["table"], [], ""),
    ],
)
def test_what_is_picked_is_read(select: list[str], remove: list[str], found: str) -> None:
    assert text(select, remove) == found


def test_a_paragraph_that_is_never_closed_ends_with_the_next() -> None:
    assert text(["p.a"], [], b"<body><p class=a>One<p>Two<div>Three</div>") == "One"


def test_the_way_says_that_it_is_a_part() -> None:
    assert html_selection.read(PAGE, Limits(), select=["h1"]).way == "html-selected/2"


@pytest.mark.parametrize(
    "words", ["", "p,", "p:hover", "p + p", "p ~ p", "> p", "p >", "[a", "p..a", "p!", "::before", "#", "5"]
)
def test_what_is_not_understood_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        selectors.parse(words)


def test_a_comma_within_quotes_parts_nothing() -> None:
    assert len(selectors.parse('[a="x,y"], p')) == 2


def test_elements_too_deep_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        html_selection.read(b"<div>" * 3_000, Limits(), select=["div"])
    assert refused.value.reason == "refused"


def test_many_elements_and_selectors_take_linear_time() -> None:
    """Each element is asked each selector once, however deep it stands."""
    page = b"<div>" * 500 + b"<p>x</p>" * 3_000

    assert text(["div " * 20 + "p"], [], page).count("x") == 3_000
