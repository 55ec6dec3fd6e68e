"""What is read of Rich Text Format."""

from __future__ import annotations

import time

import pytest

from ingest.normalise.documents.rtf import read
from ingest.normalise.extraction import Annotation, Annotations, Block, Limits, Refused


def rtf(body: str | bytes, head: str = "") -> bytes:
    inside = body if isinstance(body, bytes) else body.encode("cp1252")
    return (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fswiss Arial;}{\f1\fcharset204 Arial Cyr;}{\f2\fcharset128 MS;}}"
        rb"{\colortbl;\red0;}{\stylesheet{\s1 heading 1;}{\s2\sbasedon0 Body;}}"
        + head.encode()
        + b"\\pard "
        + inside
        + b"}"
    )


TEXTS: dict[str, tuple[str | bytes, str]] = {
    "paragraphs": (r"One \b tw\b0 o.\par Three.\par", "One two.\n\nThree."),
    "lines of the file are no lines": ("a\r\nb\\line c", "ab\nc"),
    "a control that begins a line of the file": ("a\r\n\\par\n\\b b\n{\n\\i c}\n\\'e9", "a\n\nbcé"),
    "signs": (r"a\emdash b\~c\_d\-e \{x\} \\ \lquote q\rquote", "a\u2014b\u00a0c\u2011de {x} \\ ‘q’"),
    "characters of the code page": (r"caf\'e9 " + "\u20ac", "café €"),
    "characters of a font": (r"{\f1 \'ec\'e8\'f0} {\f2 \'93\'fa\'96\'7b}", "мир 日本"),
    "characters of no font are of the default one": (
        r"\f1 \'ec\plain \'bd {\f1 \'e8\plain \'bd}\'ec",
        "м½ и½ì",
    ),
    "Unicode with what stands for it": (r"\u8364?5 \uc2\u233 xxy \uc0\u233 z", "€5 éy éz"),
    "signs of a symbol font, as a byte and in their private place": (
        r"{\f3 \'b7\'61}\u-3913\'b7\u-3999\'61\u-4064 ?x\u-3840?",
        "·a·a x\uf100",
    ),
    "Unicode in two halves": (r"\u-10179?\u-8704?", "\U0001f600"),
    "what stands for it may be a control": (r"\u8364\'80 a \u8364\emdash b", "€ a €b"),
    "a text in two forms": (r"{\upr{ansi}{\*\ud{\u233?t\u233?}}}", "été"),
    "raw bytes": (rb"a{\pict\bin5 }}}}}}b \bin3 {{{c", "ab c"),
    "groups nobody asked for": (r"a{\*\nosuch b}c{\*\generator d;}", "ac"),
    "a star that does not begin a group": (r"a{b\*\c d}e", "abde"),
    "deleted, inserted": (r"pay {\deleted no }{\revised all} rent", "pay all rent"),
    "a deleted paragraph mark joins": (r"one {\deleted\par}two\par three", "one two\n\nthree"),
    "hidden": (r"a{\v secret}b\v x\v0 c", "abc"),
    "rows": (r"\trowd\intbl a\cell b\cell\row\intbl c\cell\cell\row\pard d", "a\tb\n\nc\n\nd"),
    "a cell with two paragraphs": (r"\trowd\intbl a\par b\cell c\cell\row\pard d", "a\n\nb\n\nc\n\nd"),
    "a table in a cell": (
        r"\intbl x\cell\intbl\itap2 a\nestcell b\nestcell{\*\nesttableprops\nestrow}\intbl\itap1\cell\row\pard d",
        "x\ta\tb\n\nd",
    ),
    "notes": (r"a{\super\chftn{\footnote\pard {\super\chftn} note}}b\par c", "ab\n\nc\n\nnote"),
    "volatile fields": (r"p. {\field{\*\fldinst{PAGE }}{\fldrslt{3}}}!", "p. !"),
    "other fields": (r'{\field{\*\fldinst HYPERLINK "x"}{\fldrslt{here}}}', "here"),
    "numbers of lists": (r"{\listtext 1.\tab}First\par{\pntext 2.\tab}Second", "First\n\nSecond"),
    "a box": (r"a{\shp{\*\shpinst{\sp{\sn x}{\sv y}}{\shptxt in\par}}{\shprslt in}}b\par c", "ab\n\nin\n\nc"),
    "objects": (r"a{\object{\*\objclass x}{\*\objdata 0102}{\result{\pict 00}}}b", "ab"),
    "a code page that nobody has": (rb"\ansicpg12521 caf\'e9", "café"),
    "a bracket too many": ("a}b", "ab"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_the_text_of_a_feature(case: str) -> None:
    body, text = TEXTS[case]

    assert read(rtf(body), Limits()).text == text


def test_blocks_say_their_kind() -> None:
    body = r"\s1 A\par\pard\s2 b\par\pard\ls1 c\par\trowd\intbl d\cell e\cell\row\pard\outlinelevel0 f\par"

    assert read(rtf(body), Limits()).blocks == (
        Block(offset=0, length=1, kind="heading"),
        Block(offset=3, length=1, kind="paragraph"),
        Block(offset=6, length=1, kind="item"),
        Block(offset=9, length=3, kind="row"),
        Block(offset=14, length=1, kind="heading"),
    )


def test_changes_comments_heads_and_claims_stand_beside() -> None:
    date = 30 | 14 << 6 | 2 << 11 | 1 << 16 | 126 << 20
    head = (
        r"{\*\revtbl{Unknown;}{Ann;}}{\info{\title Lease}{\creatim\yr2026\mo1\dy2\hr3\min4}}"
        r"{\header Draft\par}{\footer p. {\field{\*\fldinst PAGE}{\fldrslt 1}}\par}"
    )
    body = (
        rf"pay {{\deleted\revauthdel1\revdttmdel{date} no}}{{\revised\revauth1 all}}{{\revised\revauth1  the}} rent"
        rf"{{\*\atnid A}}{{\*\atnauthor Bob}}\chatn{{\*\annotation{{\*\atndate {date}}} Why?}}{{\v x}}"
    )

    found = read(rtf(body, head), Limits())

    assert found.text == "pay all the rent"
    assert found.annotations == Annotations(
        tracked_changes=(
            Annotation(kind="deletion", text="no", author="Ann", date="2026-01-02T14:30", place=4),
            Annotation(kind="insertion", text="all the", author="Ann", place=4),
        ),
        comments=(Annotation(text="Why?", author="Bob", date="2026-01-02T14:30", place=16),),
        hidden=(Annotation(text="x", place=16),),
        running_heads=(Annotation(kind="head", text="Draft"), Annotation(kind="foot", text="p.")),
        properties=(
            Annotation(name="title", text="Lease"),
            Annotation(name="created", text="2026-01-02T03:04"),
        ),
    )


@pytest.mark.parametrize("data", [b"text", b"", b"{\\rtf1" + b"{\\b" * 100_000 + b"}" * 100_000])
def test_what_is_no_document_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        read(data, Limits())

    assert refused.value.reason == "refused"


@pytest.mark.parametrize(
    "body",
    [r"\u1000000?a" * 1000, r"{\v a}b" * 20_000, r"{\deleted a}" * 20_000, "{}" * 50_000, r"\intbl\itap50 a\pard b" * 500]
)  # fmt: skip
def test_no_document_takes_more_than_linear_time(body: str) -> None:
    began = time.process_time()

    read(rtf(body), Limits())

    assert time.process_time() - began < 4


def test_text_that_names_no_font_is_of_the_default_one() -> None:
    data = rb"{\rtf1\ansi\ansicpg1252\deff7{\fonttbl{\f0\fcharset0 A;}{\f7\fcharset204 B;}}\'ec{\f0 \'bd\plain \'ec}}"

    assert read(data, Limits()).text == "м½м"
