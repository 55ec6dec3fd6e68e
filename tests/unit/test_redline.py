"""Both texts are in a redline: what is accepted is the new one, what is rejected the old one."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.edits.classify import classify
from ingest.edits.edit import Text
from ingest.normalise.documents import docx
from ingest.normalise.extraction import Limits
from ingest.report import redline
from ingest.report.redline import Heading, Piece, pieces

WORDS = st.sampled_from(["alpha", "beta", "gamma", "delta", "1", "two\tthree", "a\nb", "é", "<&>", "."])
TEXTS = st.lists(st.lists(WORDS, min_size=1, max_size=6).map(" ".join), max_size=5).map("\n\n".join)


def as_word(old: str, new: str) -> bytes:
    return redline.docx(pieces(old, new), author="A & B", date="2026-01-01T00:00:00Z")


def rejected(raw: bytes) -> bytes:
    """The same file with insertions for deletions and the other way round: accepted, it is the old text."""
    turned = {"w:ins": "w:del", "w:del": "w:ins"}
    whole = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as package, zipfile.ZipFile(whole, "w") as other:
        for name in package.namelist():
            content = package.read(name).decode()
            content = re.sub(r"(?<=[</])(w:ins|w:del)(?=[ >])", lambda found: turned[found[0]], content)
            content = re.sub(
                r"<(w:ins|w:del) [^>]*>(?:(?!</w:(?:ins|del)>).)*</\1>",
                lambda found: re.sub(
                    r"(?<=[</])w:(?:delText|t)(?=[ >])",
                    "w:delText" if found[1] == "w:del" else "w:t",
                    found[0],
                ),
                content,
                flags=re.DOTALL,
            )
            other.writestr(name, content)
    return whole.getvalue()


def read(raw: bytes) -> str:
    return docx.read(raw, Limits()).text


CASES = [
    ("", ""),
    ("One", ""),
    ("", "One"),
    ("One two three", "One 2 three"),
    ("One\n\nTwo", "One Two"),
    ("One Two", "One\n\nTwo"),
    ("One\n\nTwo\n\nThree", "One\n\nThree"),
    ("One\n\nThree", "One\n\nTwo\n\nThree"),
    ("One\n\nTwo", "Two\n\nOne"),
    ("a\tb\n\nc", "a\tB\n\nc\td"),
    ("one\nline", "one\nother line"),
    ("<&> “quoted”", "<&> “unquoted”"),
]


@pytest.mark.parametrize(("old", "new"), CASES)
def test_accepted_it_is_the_new_text_and_rejected_the_old(old: str, new: str) -> None:
    raw = as_word(old, new)

    assert (read(raw), read(rejected(raw))) == (new, old)


@given(TEXTS, TEXTS)
def test_whatever_the_texts_are(old: str, new: str) -> None:
    raw = as_word(old, new)

    assert (read(raw), read(rejected(raw))) == (new, old)


@given(TEXTS, TEXTS)
def test_the_pieces_are_both_texts(old: str, new: str) -> None:
    def joined(other: str) -> str:
        return "".join("\n\n" if each.ends else each.text for each in pieces(old, new) if each.kind != other)

    assert (joined("came"), joined("gone")) == (old, new)


def test_the_same_texts_give_the_same_bytes() -> None:
    assert as_word("One two", "One three") == as_word("One two", "One three")


def test_what_was_exchanged_is_one_deletion_and_one_insertion() -> None:
    assert pieces("One two three.", "One 2 three.") == [
        Piece("same", "One "),
        Piece("gone", "two"),
        Piece("came", "2"),
        Piece("same", " three."),
    ]
    found = docx.read(as_word("One two three.", "One 2 three."), Limits()).annotations.tracked_changes
    assert sorted((each.kind, each.text, each.author) for each in found) == [
        ("deletion", "two", "A & B"),
        ("insertion", "2", "A & B"),
    ]


def test_the_page_has_facts_first_then_all_of_the_text() -> None:
    old, new = "The fee is 3 euros.\n\nA < B", "The fee is 4 euros.\n\nA < B"
    edit = classify(*(Text(text=each, sha256=each.encode(), language="en") for each in (old, new)))
    heading = Heading(old="a.docx@1", new="a.docx@2", made_at="now", edit=edit)
    page = redline.page(pieces(old, new), heading, [(1, 0), (2, 21)])

    assert page.index("<td>3 euros</td><td>4 euros</td>") < page.index("The fee is")
    assert (
        "<p class=text><span class=page>p. 1</span>The fee is <del>3</del><ins>4</ins> euros.</p>\n"
        "<p class=text><span class=page>p. 2</span>A &lt; B</p>"
    ) in page


def test_nothing_of_a_text_is_mark_up() -> None:
    page = redline.page(
        pieces("<script>a</script>", "<script>b</script>"), Heading(old="<b>", new="'", made_at="")
    )

    assert "<script" not in page
    assert "<b>" not in page


def test_a_text_of_every_private_character_is_shown_as_any_other() -> None:
    private = "".join(map(chr, range(0xE000, 0xF900)))
    row = redline.pieces(f"{private}\n\nold", f"{private}\n\nnew")
    assert [(piece.kind, piece.text, piece.ends) for piece in row] == [
        ("same", private, False), ("same", "", True), ("gone", "old", False), ("came", "new", False),
    ]  # fmt: skip
