"""What is read of a text of OpenDocument, feature by feature."""

from __future__ import annotations

import pytest

from ingest.normalise.documents.odt import read
from ingest.normalise.extraction import Annotation, Annotations, Block, Limits, Refused
from tests.unit.documents.made import odt, zipped

BY = "<office:change-info><dc:creator>Ann</dc:creator><dc:date>2026-01-02T03:04:05</dc:date></office:change-info>"
NONE = '<style:style style:name="N"><style:text-properties text:display="none"/></style:style>'


def p(body: str, style: str = "") -> str:
    named = f' text:style-name="{style}"' if style else ""
    return f"<text:p{named}>{body}</text:p>"


def row(*cells: str) -> str:
    inside = "".join(f"<table:table-cell>{cell}</table:table-cell>" for cell in cells)
    return f"<table:table-row>{inside}</table:table-row>"


def note(text: str) -> str:
    return (
        "<text:note><text:note-citation>1</text:note-citation>"
        f"<text:note-body>{p(text)}</text:note-body></text:note>"
    )


TEXTS = {
    "paragraphs, spans": (p("One <text:span>tw</text:span>o.") + p("") + p("Three."), "One two.\n\nThree."),
    "a number that a heading or an item got by itself": (
        ("<text:h><text:number>1.</text:number>A</text:h><text:list><text:list-item><text:number>(a)</text:number>"
        f"{p('b')}</text:list-item></text:list>"),
        "A\n\nb",
    ),
    "blanks": (p("a\n  b<text:s text:c='2'/>c<text:tab/>d<text:line-break/> e"), "a b  c\td\ne"),
    "notes stand after the body": (p(f"a{note('n')} b") + p(f"c{note('m')}"), "a b\n\nc\n\nn\n\nm"),
    "rows": (f"<table:table>{row(p('a'), p('b'))}{row(p('c') + p('d'), p('e'))}</table:table>", "a\tb\n\nc\n\nd\n\ne"),
    "a box stands after its paragraph": (
        p(f"a<draw:frame><draw:text-box>{p('b')}</draw:text-box></draw:frame>c"), "ac\n\nb",
    ),
    "a shape": (p(f"a<draw:custom-shape>{p('b')}</draw:custom-shape>c"), "ac\n\nb"),
    "volatile fields": (p("p. <text:page-number>3</text:page-number> of <text:date>1 May</text:date>!"), "p. of !"),
    "other fields": (p("<text:sequence>7</text:sequence> <text:bookmark-ref>4.1</text:bookmark-ref>"), "7 4.1"),
    "a table of contents": (
        f"<text:table-of-content><text:index-body>{p('A 1')}</text:index-body></text:table-of-content>{p('A')}", "A",
    ),
    "ruby": (p("<text:ruby><text:ruby-base>漢</text:ruby-base><text:ruby-text>kan</text:ruby-text></text:ruby>"), "漢(kan)"),
    "a hidden section": (f"<text:section text:display='none'>{p('a')}</text:section>{p('b')}", "b"),
    "hidden by its style": (p("a<text:span text:style-name='N'>b</text:span>c") + p("d", "N"), "ac"),
    "another prefix": (
        '<t:p xmlns:t="urn:oasis:names:tc:opendocument:xmlns:text:1.0">a</t:p>', "a",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TEXTS)
def test_the_text_of_a_feature(case: str) -> None:
    body, text = TEXTS[case]

    assert read(odt(body, styles=NONE), Limits()).text == text


def test_blocks_say_their_kind() -> None:
    body = (
        "<text:h>A</text:h>"
        + p("b")
        + f"<text:list><text:list-item>{p('c')}</text:list-item></text:list>"
        + f"<table:table>{row(p('d'), p('e'))}</table:table>"
        + p("f", "Illustration")
        + p(f"g{note('h')}")
    )

    assert read(odt(body), Limits()).blocks == (
        Block(offset=0, length=1, kind="heading"),
        Block(offset=3, length=1, kind="paragraph"),
        Block(offset=6, length=1, kind="item"),
        Block(offset=9, length=3, kind="row"),
        Block(offset=14, length=1, kind="caption"),
        Block(offset=17, length=1, kind="paragraph"),
        Block(offset=20, length=1, kind="note"),
    )


def test_changes_comments_hidden_text_heads_and_claims_stand_beside() -> None:
    body = (
        "<text:tracked-changes>"
        f'<text:changed-region text:id="c1"><text:deletion>{BY}{p("no ")}</text:deletion></text:changed-region>'
        f'<text:changed-region text:id="c2"><text:insertion>{BY}</text:insertion></text:changed-region>'
        "</text:tracked-changes>"
        + p("One.")
        + p(
            'pay <text:change text:change-id="c1"/><text:change-start text:change-id="c2"/>all'
            '<text:change-end text:change-id="c2"/> rent'
            f"<office:annotation><dc:creator>Bob</dc:creator><dc:date>2026</dc:date>{p('Why?')}</office:annotation>"
            '<text:hidden-text text:string-value="x"/>'
        )
    )
    head = f"<office:master-styles><style:master-page><style:header>{p('Draft')}</style:header>"
    foot = f"<style:footer>{p('p. <text:page-number>1</text:page-number>')}</style:footer></style:master-page></office:master-styles>"

    found = read(
        odt(body, master=head + foot, meta="<dc:title>Lease</dc:title><meta:keyword>k</meta:keyword>"),
        Limits(),
    )

    assert found.text == "One.\n\npay all rent"
    assert found.annotations == Annotations(
        tracked_changes=(
            Annotation(kind="deletion", text="no", author="Ann", date="2026-01-02T03:04:05", place=10),
            Annotation(kind="insertion", text="all", author="Ann", date="2026-01-02T03:04:05", place=10),
        ),
        comments=(Annotation(text="Why?", author="Bob", date="2026", place=18),),
        hidden=(Annotation(text="x", place=18),),
        running_heads=(Annotation(kind="head", text="Draft"), Annotation(kind="foot", text="p.")),
        properties=(Annotation(name="title", text="Lease"), Annotation(name="keyword", text="k")),
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (odt(p("a"), manifest="<encryption-data/>"), "password"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "unsupported"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.text"}), "refused"),
        (odt("<text:section>" * 2500 + "</text:section>" * 2500), "refused"),
        (odt("<draw:text-box>" * 1500 + "</draw:text-box>" * 1500), None),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str | None) -> None:
    if reason is None:
        assert not read(data, Limits()).text
        return
    with pytest.raises(Refused) as refused:
        read(data, Limits())

    assert refused.value.reason == reason
