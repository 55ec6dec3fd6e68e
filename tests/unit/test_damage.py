"""A version that lost what could be read: the class `damaged`, before all else."""

from __future__ import annotations

import pytest

from ingest import text_reasons
from ingest.edits.classify import classify
from ingest.edits.edit import SUBJECTS, Edit, Text
from ingest.normalise import normalise

DUTCH = "De gemeenteraad vergadert dinsdag. Wethouder Jansen zei dat de begroting één keer wordt verhoogd.\n"


def text_of(raw: bytes, before: Text | None = None) -> Text:
    made = normalise(raw, b"a.txt")
    if made.text is None:
        assert before is not None
        return Text(text="", sha256=b"", title=before.title, unread=made.text_reason)
    return Text(text=made.text, sha256=made.text.encode(), lossy=made.lossy, title=made.title)


def edit_of(before: bytes, after: bytes) -> Edit:
    old = text_of(before)
    return classify(old, text_of(after, old))


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "it can no longer be read: it is no text any more"),
        (b"een\0twee\0drie", "it can no longer be read: NULs stand in it"),
        (b"\x81" * 50, "it can no longer be read: its bytes are characters of no encoding"),
        (DUTCH.encode() + bytes(512), "1 place can no longer be read; what can be read stood there before"),
        (
            bytes(64) + DUTCH.encode()[64:],
            "1 place can no longer be read; what can be read stood there before",
        ),
        (
            DUTCH.encode()[:70] + bytes(16),
            "1 place can no longer be read; what can be read stood there before",
        ),
    ],
)
def test_what_became_unreadable_is_damaged_and_the_gravest(after: bytes, reason: str) -> None:
    edit = edit_of(DUTCH.encode(), after)

    assert (edit.kind, edit.significance, edit.reason) == ("damaged", "substantive", reason)
    assert edit.subject == SUBJECTS[0] == "damage"
    assert [flag.name for flag in edit.flags] == ["silent"]
    assert edit.counts.words_removed == 0


def test_utf_16_that_is_cut_within_a_character_is_damaged() -> None:
    whole = b"\xff\xfe" + DUTCH.encode("utf-16-le")

    assert edit_of(whole, whole[:-31]).kind == "damaged"


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (DUTCH.encode(), DUTCH.replace("dinsdag", "woensdag").encode() + bytes(20), "factual"),
        (DUTCH.encode() + bytes(20), DUTCH.encode() + bytes(20) + b"\n", "whitespace"),
        (DUTCH.encode(), DUTCH.encode().replace("één".encode(), b"een"), "typography"),
        ("één \ufffd café\n".encode(), "één \ufffd café.\n".encode(), None),
    ],
)
def test_an_edit_of_a_text_that_can_be_read_is_what_it_was(
    before: bytes, after: bytes, kind: str | None
) -> None:
    edit = edit_of(before, after)

    assert edit.kind != "damaged"
    assert kind in (None, edit.kind, "typography")


def test_a_text_that_can_be_read_again_is_not_damaged() -> None:
    assert edit_of(DUTCH.encode() + bytes(20), DUTCH.encode()).kind != "damaged"


def test_a_text_that_came_where_there_was_none_is_an_update_that_says_what_came() -> None:
    new = text_of(DUTCH.encode())
    old = Text(
        text="",
        sha256=b"",
        title=new.title,
        language=new.language,
        unread=text_reasons.in_words("no_extractor"),
    )
    edit = classify(old, new)

    assert (edit.kind, edit.significance, edit.rule, edit.subject) == (
        "update",
        "substantive",
        "first-text",
        "added",
    )
    assert edit.reason == "14 words came; there was no text before: what reads its format is not installed"
