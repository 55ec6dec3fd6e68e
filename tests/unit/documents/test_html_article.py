"""What is read of the article of a page."""

from __future__ import annotations

import sys
import time

import pytest

from ingest.normalise.documents import html_article, html_auto, html_whole
from ingest.normalise.documents.html_article import is_article, read
from ingest.normalise.extraction import Annotation, Block, Limits, Refused
from tests.unit.documents.prose import paragraphs

pytest.importorskip("trafilatura")
BODY = paragraphs(seed=3, count=4)


LONG = "The council decided that the bridge over the river is closed for three weeks, as its steel is rusted."


def page(body: list[str], *, menu: str = "Home", foot: str = "Copyright", rows: str = "") -> bytes:
    inside = "".join(f"<p>{text}</p>" for text in body)
    return (
        f"<html lang=en><head><title>News</title><meta name=author content=Ann></head><body><nav><ul><li><a href=/>{menu}</a></ul></nav>"
        f"<article><h1>The headline</h1>{inside}<ul><li>one item of it</li><li>another item</li></ul>"
        "<table><tr><td>first</td><td>second</td></tr><tr><td>third</td><td>fourth</td></tr>"
        f"{rows}</table></article>"
        f"<footer><p>{foot}</p></footer></body></html>"
    ).encode()


def test_the_article_alone() -> None:
    found = read(page(BODY), Limits())

    assert found.way == "html-article/3"
    assert found.text.split("\n\n") == [
        "The headline", *BODY, "one item of it", "another item", "first\tsecond", "third\tfourth",
    ]  # fmt: skip
    assert found.blocks[0] == Block(offset=0, length=12, kind="heading")
    assert [block.kind for block in found.blocks[-4:]] == ["item", "item", "row", "row"]
    assert Annotation(name="author", text="Ann") in found.annotations.properties


def test_what_lies_around_it_changes_nothing() -> None:
    assert read(page(BODY), Limits()) == read(page(BODY, menu="Sport", foot="Privacy"), Limits())


def test_a_page_without_an_article_is_read_whole() -> None:
    found = read(b"<p>a</p>", Limits())

    assert found.way in {"html-whole/2", "html-article/3"}
    assert found.text == "a"


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("<meta property='og:type' content='article'>", True),
        ("<meta content='article' property='og:type'>", True),
        ('<script type="application/ld+json">{"@type": "NewsArticle"}</script>', True),
        ('<script type="application/ld+json">{"@type": ["BlogPosting"]}</script>', True),
        ('<div itemscope itemtype="https://schema.org/Article">', True),
        ("<article>x</article>", True),
        ("<article>x</article><article>y</article>", False),
        ("<meta property='og:type' content='website'>", False),
        ("<p>An article, and @type, and schema.org/Article", False),
    ],
)
def test_the_page_itself_says_that_it_is_an_article(head: str, says: bool) -> None:
    assert is_article(head.encode()) is says


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        ("<figure><img src=a.jpg><figcaption>The bridge, seen from the north bank.</figcaption></figure>",
         ["The bridge, seen from the north bank."]),
        ("<FIGURE class=i><figcaption><span>At night</span> <span>(agency)</span></figcaption></FIGURE>",
         ["At night (agency)"]),
        ("<figure><table><tr><td>2025<td>14 million</table><figcaption>What it costs</figcaption></figure>",
         ["2025\t14 million", "What it costs"]),
        ("<figure><blockquote><p>We were told nothing.</p><cite>A neighbour</cite></blockquote></figure>",
         ["We were told nothing.", "A neighbour"]),
    ],
)  # fmt: skip
def test_what_a_figure_says_is_read(figure: str, said: list[str]) -> None:
    words = "".join(f"<p>{part} {LONG}</p>" for part in ("One.", "Two."))
    page = f"<html><body><article><h1>Works</h1>{words}{figure}<p>Three. {LONG}</p></article></body></html>"

    assert read(page.encode(), Limits()).text.split("\n\n")[3:-1] == said


def test_the_page_s_own_mark_up_decides() -> None:
    other = b"<p>a</p>"

    assert html_auto.read(page(BODY), Limits()) is None
    assert html_auto.read(other, Limits()) == html_whole.read(other, Limits())


def test_the_library_has_the_words_of_all_languages_and_reads_them_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from justext import core, utils
    from trafilatura import external

    html_article._extraction()
    monkeypatch.setattr(utils.pkgutil, "get_data", None)
    words = core.define_stoplist(external.JT_STOPLIST)
    assert {"the", "het", "und", "które"} < words
    lists = {"a": ["x", "y"], "b": ["z"]}
    assert list(html_article._StopWords(lists, lists.__getitem__)) == ["x", "y", "z"]


def test_without_the_extra_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    monkeypatch.setattr(html_article, "_extraction", html_article._extraction.__wrapped__)

    with pytest.raises(Refused) as refused:
        read(b"<p>a</p>", Limits())

    assert (refused.value.reason, "ingest[documents]" in refused.value.detail) == ("no_extractor", True)


def test_a_page_past_a_limit_is_refused_before_it_is_looked_at() -> None:
    with pytest.raises(Refused):
        read(b"<div>" * 3000, Limits())


@pytest.mark.parametrize("span", ["colspan=1000", "rowspan=900", "colspan='99' rowspan='2'"])
def test_a_table_that_would_be_too_large_has_cells_of_one_column(
    span: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html_article, "_MOST_TAGS", 400)
    row = "<tr><td {}>first words<td>second words"

    spanned = read(page(BODY[:1], rows=row.format(span) * 20), Limits())

    assert spanned.way == "html-article/3"
    assert spanned.text == read(page(BODY[:1], rows=row.format("") * 20), Limits()).text


def test_a_page_of_more_tags_than_are_read_in_time_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_article, "_MOST_TAGS", 20)

    assert read(page(BODY), Limits()) == html_whole.read(page(BODY), Limits())


def test_the_start_of_a_tag_over_and_over_takes_linear_time() -> None:
    began = time.process_time()

    assert not is_article(b'<meta "og:type" ' * 100_000)
    assert time.process_time() - began < 2
