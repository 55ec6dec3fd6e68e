"""What is read of a document of Word, feature by feature."""

from __future__ import annotations

import pytest

from ingest.normalise.documents.docx import read
from ingest.normalise.extraction import Annotation, Annotations, Block, Extracted, Limits, Refused
from tests.unit.documents.made import docx, encrypted, field, gone, p, r, story, table, zipped

BY = 'w:author="Ann" w:date="2026-01-02T03:04:05Z"'
PROPERTY = "<w:rPr>{}</w:rPr>"


def box(body: str) -> str:
    inside = f"<w:txbxContent>{body}</w:txbxContent>"
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><wps:txbx>{inside}</wps:txbx></mc:Choice>'
        f"<mc:Fallback><w:pict><v:textbox>{inside}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


TEXTS = {
    "runs that were cut apart": (p("The t", "enant sh", "all pay."), "The tenant shall pay."),
    "paragraphs": (p("One.") + p("") + p("Two."), "One.\n\nTwo."),
    "tab, break, hyphens": (
        p("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t>"
          "<w:softHyphen/><w:t>e\u00adf</w:t></w:r>"),
        "a\tb\nc\u2011def",
    ),
    "tab stops are none": (p("x", properties='<w:tabs><w:tab w:val="left" w:pos="1"/></w:tabs>'), "x"),
    "two blanks": (p("a  b"), "a  b"),
    "NFC": (p("Cafe\u0301"), "Café"),
    "insertion is text": (p("pay ", f"<w:ins {BY}>{r('all ')}</w:ins>", "rent"), "pay all rent"),
    "deletion is none": (p("pay ", f"<w:del {BY}>{gone('no ')}</w:del>", "rent"), "pay rent"),
    "deleted insertion": (p("a", f"<w:ins {BY}><w:del {BY}>{gone('b')}</w:del></w:ins>", "c"), "ac"),
    "moves": (
        p("a", f"<w:moveFrom {BY}>{r('gone')}</w:moveFrom>") + p(f"<w:moveTo {BY}>{r('gone')}</w:moveTo>"),
        "a\n\ngone",
    ),
    "a deleted paragraph mark joins": (
        p("one ", properties=PROPERTY.format(f"<w:del {BY}/>")) + p("two") + p("three"),
        "one two\n\nthree",
    ),
    "an inserted paragraph mark parts": (
        p("one", properties=PROPERTY.format(f"<w:ins {BY}/>")) + p("two"),
        "one\n\ntwo",
    ),
    "former properties are not read": (
        p(r("seen", f"<w:rPrChange {BY}><w:rPr><w:vanish/></w:rPr></w:rPrChange>")),
        "seen",
    ),
    "hidden": (p("a", r("secret", "<w:vanish/>"), "b"), "ab"),
    "hidden is off": (p("a", r("shown", '<w:vanish w:val="0"/>'), "b"), "ashownb"),
    "hidden by its style": (p("a", r("secret", '<w:rStyle w:val="Secret"/>'), "b"), "ab"),
    "a style separator joins": (p("Head.", properties=PROPERTY.format("<w:vanish/>")) + p(" Text."), "Head. Text."),
    "rows": (table(["a", "b"], ["", "d"], ["e", ""]), "a\tb\n\nd\n\ne"),
    "a cell with two paragraphs": (table([p("a") + p("b"), "c"]), "a\n\nb\n\nc"),
    "a table in a cell": (table([table(["x", "y"]) + p(""), ""]), "x\ty"),
    "a table of one cell": (table([p("a") + p("b")]), "a\n\nb"),
    "a deleted row": (
        table(["a", "b"]).replace("<w:tr>", f"<w:tr><w:trPr><w:del {BY}/></w:trPr>") + table(["c", "d"]),
        "c\td",
    ),
    "a deleted cell": (table(["a", "b"]).replace("<w:tc>", f"<w:tc><w:tcPr><w:cellDel {BY}/></w:tcPr>", 1), "b"),
    "page numbers are volatile": (p("page ", field("PAGE", "3"), " of ", field(" NUMPAGES  \\* Arabic", "9")), "page  of"),
    "dates of today are volatile": (p("On ", field('DATE \\@ "d MMMM"', "3 May"), "."), "On ."),
    "results of other fields": (p("see ", field("REF _Ref1 \\h", "clause 4"), "."), "see clause 4."),
    "simple fields": (
        p('<w:fldSimple w:instr="PAGE"><w:r><w:t>3</w:t></w:r></w:fldSimple>',
          '<w:fldSimple w:instr="SEQ Table"><w:r><w:t>7</w:t></w:r></w:fldSimple>'),
        "7",
    ),
    "a field in an instruction": (
        p("a", '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>IF </w:instrText></w:r>',
          field("MERGEFIELD sex", "m"), '<w:r><w:fldChar w:fldCharType="separate"/></w:r>', "Sir",
          '<w:r><w:fldChar w:fldCharType="end"/></w:r>'),
        "aSir",
    ),
    "a table of contents over paragraphs": (
        "<w:sdt><w:sdtPr><w:alias/></w:sdtPr><w:sdtContent>"
        + p('<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>TOC \\o</w:instrText></w:r>',
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>', "Clause 1 ", field("PAGEREF _Toc1", "2"))
        + p("Clause 2 ", field("PAGEREF _Toc2", "3"))
        + p('<w:r><w:fldChar w:fldCharType="end"/></w:r>')
        + "</w:sdtContent></w:sdt>"
        + p("Body"),
        "Body",
    ),
    "a field that is never ended": (p('<w:r><w:fldChar w:fldCharType="begin"/></w:r>', "kept"), "kept"),
    "content controls": (
        p("<w:sdt><w:sdtPr><w:rPr><w:vanish/></w:rPr></w:sdtPr><w:sdtContent>" + r("kept") + "</w:sdtContent></w:sdt>"),
        "kept",
    ),
    "smart tags, links, direction": (
        p("<w:smartTag>" + r("a") + "</w:smartTag>", '<w:hyperlink w:anchor="x">' + r("b") + "</w:hyperlink>",
          "<w:bdo>" + r("c") + "</w:bdo>"),
        "abc",
    ),
    "a box stands once, after its paragraph": (p("be", box(p("in the box")), "fore") + p("after"), "before\n\nin the box\n\nafter"),
    "a box of the old kind": (
        p("a", "<w:r><w:pict><v:textbox><w:txbxContent>" + p("b") + "</w:txbxContent></v:textbox></w:pict></w:r>"),
        "a\n\nb",
    ),
    "a large first letter": (p("T", properties='<w:framePr w:dropCap="drop" w:lines="3"/>') + p("he tenant"), "The tenant"),
    "a symbol": (p('<w:r><w:sym w:font="Wingdings" w:char="2610"/></w:r>', " yes"), "\u2610 yes"),
    "formulae": (
        p("<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>"),
        "1/2",
    ),
    "another prefix": ("<x:p xmlns:x='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><x:r><x:t>a</x:t></x:r></x:p>", "a"),
    "the strict form": (
        "<x:p xmlns:x='http://purl.oclc.org/ooxml/wordprocessingml/main'><x:r><x:t>a</x:t></x:r></x:p>",
        "a",
    ),
}  # fmt: skip


def extracted(body: str) -> Extracted:
    return read(docx(body), Limits())


@pytest.mark.parametrize("case", TEXTS)
def test_the_text_of_a_feature(case: str) -> None:
    body, text = TEXTS[case]

    assert extracted(body).text == text


def test_blocks_say_their_kind() -> None:
    body = (
        p("Title", properties='<w:pStyle w:val="Clause"/>')
        + p("Text.")
        + p("Point", properties='<w:numPr><w:numId w:val="1"/></w:numPr>')
        + p("Dot", properties='<w:pStyle w:val="List"/>')
        + table(["a", "b"])
        + p("Table 1", properties='<w:pStyle w:val="Caption"/>')
        + p("Level", properties='<w:outlineLvl w:val="0"/>')
    )

    found = extracted(body)

    assert found.blocks == (
        Block(offset=0, length=5, kind="heading"),
        Block(offset=7, length=5, kind="paragraph"),
        Block(offset=14, length=5, kind="item"),
        Block(offset=21, length=3, kind="item"),
        Block(offset=26, length=3, kind="row"),
        Block(offset=31, length=7, kind="caption"),
        Block(offset=40, length=5, kind="heading"),
    )
    assert [found.text[block.offset :][: block.length] for block in found.blocks] == found.text.split("\n\n")


def test_changes_stand_beside_the_text_with_author_and_date() -> None:
    body = p("First.") + p(
        "pay ",
        f"<w:del {BY}>{gone('no ')}</w:del>",
        f"<w:del {BY}>{gone('old ')}</w:del>",
        f"<w:ins {BY}>{r('all')}</w:ins>",
        f"<w:ins {BY}>{r(' the')}</w:ins>",
        " rent",
    )

    assert extracted(body).annotations == Annotations(
        tracked_changes=(
            Annotation(kind="deletion", text="no old", place=12, author="Ann", date="2026-01-02T03:04:05Z"),
            Annotation(kind="insertion", text="all the", place=12, author="Ann", date="2026-01-02T03:04:05Z"),
        )
    )


def test_hidden_text_and_fields_stand_beside_the_text() -> None:
    body = p("a", r("se", "<w:vanish/>"), r("cret", "<w:vanish/>"), "b ", field("DATE", "1 May"))

    assert extracted(body).annotations == Annotations(
        hidden=(Annotation(text="secret", place=1),), fields=(Annotation(kind="DATE", text="DATE", place=2),)
    )


def test_notes_stand_after_the_body_in_the_order_in_which_they_are_named() -> None:
    notes = "".join(
        f'<w:footnote w:id="{number}"{kind}>{p("<w:r><w:footnoteRef/></w:r>", text)}</w:footnote>'
        for number, kind, text in (
            ("-1", ' w:type="separator"', "line"),
            ("1", "", "first written"),
            ("2", "", "second written"),
            ("3", "", "of a deletion"),
        )
    )
    body = p(
        "b",
        '<w:r><w:footnoteReference w:id="2"/></w:r>',
        "c",
        '<w:r><w:footnoteReference w:id="1"/></w:r>',
        f'<w:del {BY}><w:r><w:footnoteReference w:id="3"/></w:r></w:del>',
    )
    leads = {"f": ("footnotes", "footnotes.xml")}
    made = docx(body, leads=leads, parts={"word/footnotes.xml": story("footnotes", notes)})

    found = read(made, Limits())

    assert found.text == "bc\n\nsecond written\n\nfirst written"
    assert [block.kind for block in found.blocks] == ["paragraph", "note", "note"]


def test_comments_heads_properties_links_and_files_stand_beside_the_text() -> None:
    body = (
        p(
            "One ",
            '<w:commentRangeStart w:id="4"/>',
            '<w:hyperlink r:id="l">' + r("two") + "</w:hyperlink>",
            '<w:commentRangeEnd w:id="4"/><w:r><w:commentReference w:id="4"/></w:r>',
        )
        + '<w:sectPr><w:headerReference r:id="h"/><w:footerReference r:id="f"/></w:sectPr>'
    )
    leads = {
        "c": ("comments", "comments.xml"),
        "h": ("header", "header1.xml"),
        "f": ("footer", "footer1.xml"),
        "l": ("hyperlink", "https://example.org/a"),
        "e": ("package", "embeddings/sheet.xlsx"),
    }
    parts: dict[str, str | bytes] = {
        "word/comments.xml": story(
            "comments", f'<w:comment w:id="4" {BY}>{p("Why?")}{p("Because.")}</w:comment>'
        ),
        "word/header1.xml": story("hdr", p("Draft of ", field("DATE", "today"))),
        "word/footer1.xml": story("ftr", p("page ", field("PAGE", "1"))),
        "word/embeddings/sheet.xlsx": b"abc",
    }
    properties = "<dc:title>Lease</dc:title><dc:creator>Ann</dc:creator><cp:revision>7</cp:revision>"

    found = read(docx(body, leads=leads, parts=parts, properties=properties), Limits())

    assert found.text == "One two"
    assert found.annotations == Annotations(
        comments=(Annotation(text="Why?\nBecause.", author="Ann", date="2026-01-02T03:04:05Z", place=4),),
        fields=(Annotation(kind="HYPERLINK", text="https://example.org/a", place=4),),
        running_heads=(Annotation(kind="head", text="Draft of"), Annotation(kind="foot", text="page")),
        attachments=(
            Annotation(
                name="sheet.xlsx",
                media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                size=3,
                sha256="ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
        ),
        properties=(Annotation(name="title", text="Lease"), Annotation(name="creator", text="Ann")),
    )


def test_a_diagram_gives_its_texts() -> None:
    a = "http://schemas.openxmlformats.org/drawingml/2006/main"
    body = p("See", '<w:r><w:drawing><dgm:relIds r:dm="d"/></w:drawing></w:r>')
    data = f'<x xmlns:a="{a}"><a:p><a:r><a:t>Fi</a:t></a:r><a:r><a:t>rst</a:t></a:r></a:p><a:p><a:t>Then</a:t></a:p></x>'
    leads = {"d": ("diagramData", "diagrams/data1.xml")}

    assert (
        read(docx(body, leads=leads, parts={"word/diagrams/data1.xml": data}), Limits()).text
        == "See\n\nFirst\n\nThen"
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04 and no more", "refused"),
        (zipped({"a": "b"}), "refused"),
        (docx("<w:p>"), "refused"),
        (docx(p("a"))[:-40], "refused"),
        (docx("<w:sdt>" * 2500 + "</w:sdt>" * 2500), "refused"),
        (docx("", parts={"word/document.xml": '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'}), "refused"),
        (docx("", parts={"word/document.xml": f"<!-- {'x' * 100_000} --><!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"}), "refused"),
        (docx("", parts={"word/document.xml": b" " * 21_000_000}), "too_large"),
        (docx("", parts={"word/document.xml": b" " * 19_000_000}), "refused"),
        (zipped({f"part{number}": "" for number in range(10_001)}), "refused"),
        (encrypted(docx(p("a"))), "password"),
    ],
)  # fmt: skip
def test_what_is_damaged_or_past_a_limit_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        read(data, Limits())

    assert refused.value.reason == reason


def test_too_many_characters_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        read(docx(p("abc") + p("defg")), Limits(characters=6))

    assert refused.value.reason == "too_large"
