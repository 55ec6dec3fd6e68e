"""What is read of a whole page of HTML."""

from __future__ import annotations

import time

import pytest

from ingest.normalise.documents.html_whole import read
from ingest.normalise.extraction import Annotation, Annotations, Block, Limits, Refused

TEXTS = {
    "paragraphs without ends": ("<p>One<p>Two", "One\n\nTwo"),
    "blanks": ("<p>  one\n\t two  </p>", "one two"),
    "inline elements do not part words": ("<p><b>in</b>line <i>te</i>xt</p>", "inline text"),
    "text beside blocks": ("<div>a<p>b</p>c</div>", "a\n\nb\n\nc"),
    "breaks": ("<p>a<br> b<br/>c</p>", "a\nb\nc"),
    "headings, items": ("<h1>A</h1><ul><li>b<li>c<ul><li>d</ul></ul>", "A\n\nb\n\nc\n\nd"),
    "definitions": ("<dl><dt>a<dd>b<dt>c<dd>d</dl>", "a\n\nb\n\nc\n\nd"),
    "rows": ("<table><tr><th>a</th><th>b</th></tr><tr><td><p>c</p></td><td>d e</td></tr></table>", "a\tb\n\nc\td e"),
    "rows without ends": ("<table><tr><td>a<td>b<tr><td>c<td>d</table>e", "a\tb\n\nc\td\n\ne"),
    "a table for looks": ("<table><tr><td><p>a</p><p>b</p></td><td>c</td></tr></table>", "a\n\nb\n\nc"),
    "a table in a cell": ("<table><tr><td><table><tr><td>a<td>b</table></table>", "a\tb"),
    "an end tag in a cell ends nothing outside": ("<div><table><tr><td>a</div><td>b</table>c</div>", "a\tb\n\nc"),
    "cells without a row": ("<table><td>a<td>b</table>", "a\tb"),
    "scripts, styles, comments": ("<style>p{}</style>a<script>if (a<b) '</p>'</script><!-- c --><p>d", "a\n\nd"),
    "a comment without an end": ("a<!-- b", "a"),
    "an empty comment": ("a<!-->b<!--->c", "abc"),
    "character references": ("<p>a&amp;b &eacute;&#233; &lt;p&gt; &nosuch; AT&T</p>", "a&b éé <p> &nosuch; AT&T"),
    "soft hyphens, places to break": ("<p>re&shy;spon<wbr>si&#8203;ble</p>", "responsible"),
    "lines of code": ("<pre>\nif a:\n    b\n</pre>", "if a:\n    b"),
    "a less-than sign": ("<p>1 < 2 and a<5</p>", "1 < 2 and a<5"),
    "a quotation mark that is not closed": ("<p title=\"x>one</p><p>two</p>", "one\n\ntwo"),
    "a bracket in an attribute": ('<p title="a>b">c</p>', "c"),
    "a tag without an end": ("<p>a</p><p b", "a\n\n<p b"),
    "hidden": ("a<span hidden>b<span>c</span>d</span>e<div style='display: none'><p>f</p></div>", "ae"),
    "templates and what no browser shows": ("<template><p>a</p></template><noscript>b</noscript>c", "c"),
    "ruby": ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>", "漢(kan)"),
    "a note stands after the body": (
        "<p>a<a role='doc-noteref'>1</a></p><aside role='doc-footnote' hidden><p>n</p></aside><p>b</p>",
        "a\n\nb\n\nn",
    ),
    "buttons": ("<p>a<button>b</button>c</p>", "a b c"),
    "choices": ("<select><option>a<option>b</select>", "a\n\nb"),
    "a frame's other text": ("<frameset><noframes><p>a</p></noframes></frameset>", "a"),
    "upper case": ("<P>A</P><TABLE><TR><TD>B<TD>C</TABLE>", "A\n\nB\tC"),
}  # fmt: skip


@pytest.mark.parametrize("case", TEXTS)
def test_the_text_of_a_feature(case: str) -> None:
    page, text = TEXTS[case]

    assert read(page.encode(), Limits()).text == text


def test_blocks_say_their_kind() -> None:
    page = "<h2>A</h2><p>b</p><ul><li><p>c</p></ul><table><caption>d</caption><tr><td>e<td>f</table><figcaption>g"

    assert read(page.encode(), Limits()).blocks == (
        Block(offset=0, length=1, kind="heading"),
        Block(offset=3, length=1, kind="paragraph"),
        Block(offset=6, length=1, kind="item"),
        Block(offset=9, length=1, kind="caption"),
        Block(offset=12, length=3, kind="row"),
        Block(offset=17, length=1, kind="caption"),
    )


def test_claims_and_hidden_text_stand_beside() -> None:
    page = (
        "<html lang=nl><title>A &amp; B</title><meta name=author content='C. D'><meta name=viewport content=x>"
        "<p>one <span hidden>two</span> three"
    )

    assert read(page.encode(), Limits()).annotations == Annotations(
        hidden=(Annotation(text="two", place=4),),
        properties=(
            Annotation(name="language", text="nl"),
            Annotation(name="title", text="A & B"),
            Annotation(name="author", text="C. D"),
        ),
    )


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("<p>caf\u00e9</p>".encode(), "café"),
        ("<meta charset=iso-8859-1><p>caf\u00e9 \u201c</p>".encode("cp1252"), "café “"),
        ("<meta http-equiv=x content='text/html; charset=koi8-r'><p>мир</p>".encode("koi8-r"), "мир"),
        ("<p>caf\u00e9</p>".encode("utf-16"), "café"),
        ("<?xml version='1.0' encoding='iso-8859-2'?><p>łódź</p>".encode("iso-8859-2"), "łódź"),
        ("<meta charset=utf-8><p>caf\u00e9</p>".encode("cp1252"), "café"),
        ("<meta charset=hex><p>caf\u00e9</p>".encode("cp1252"), "café"),
    ],
)
def test_characters_by_mark_declaration_or_words(data: bytes, text: str) -> None:
    assert read(data, Limits()).text == text


@pytest.mark.parametrize(
    "page",
    [
        "<!--" * 150_000,
        "<" * 150_000,
        "<a " * 80_000,
        '<a b="' * 80_000,
        "<" + "a" * 200_000,
        "<a" + "=a" * 100_000,
        '<a b=">" ' * 60_000,
        "<b>" * 100_000,
        "<p>" * 10_000,
        "<li></li>" * 30_000,
        "<ul><li>" * 900 + "<div>" * 100 + "<li></li>" * 20_000,
        "</div>" * 80_000,
        "&" * 200_000,
        "<script>" * 80_000,
        "<p>" + "a<sub hidden>b</sub>" * 10_000,
    ],
)
def test_no_page_takes_more_than_linear_time(page: str) -> None:
    began = time.process_time()

    read(page.encode(), Limits())

    assert time.process_time() - began < 4


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("<div>" * 1_000_000, "refused"),
        ("<table><tr><td>" * 3000, "refused"),
        ("<p " + "".join(f'a{number}="" ' for number in range(20_000)) + ">", "refused"),
        (" " * 20_000_001, "too_large"),
    ],
)
def test_what_is_past_a_limit_is_refused(page: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        read(page.encode(), Limits())

    assert refused.value.reason == reason
