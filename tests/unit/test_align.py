"""What became of each sentence: applied to A it gives B, and a reader would call it the same."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.diff import anchors, sentences, sequences, similarity
from ingest.diff.sentences import Change, Comparison, Piece, apply, compare
from ingest.edits.difference import bare, skeleton
from ingest.text.sentences import split
from ingest.text.words import without_blanks, words

SENTENCES = st.lists(
    st.sampled_from(
        ["De trein had tien minuten vertraging.", "De trein had elf minuten vertraging.",
         "De raad stemde over de begroting en ging daarna naar huis.", "De raad stemde over de begroting.",
         "Daarna ging de raad naar huis.", "Het regent.", "Ja.", "***", "Het  regent."]
    ),
    max_size=8,
)  # fmt: skip
JOINTS = st.sampled_from([" ", "\n", "\n\n", "  "])
TEXTS = st.one_of(st.builds(lambda joint, parts: joint.join(parts), JOINTS, SENTENCES), st.text())


def kinds(a: str, b: str) -> list[tuple[str, str, str]]:
    """Each piece but the kept ones, with its texts."""
    comparison = compare(a, b, language="nl")
    assert apply(comparison, a) == b
    return [
        (piece.kind, a[piece.a_start : piece.a_end].strip(), b[piece.b_start : piece.b_end].strip())
        for piece in comparison.pieces
        if piece.kind != "kept"
    ]


@settings(max_examples=300)
@given(TEXTS, TEXTS)
def test_a_comparison_applied_to_a_gives_b(a: str, b: str) -> None:
    comparison = compare(a, b, language="nl")

    assert apply(comparison, a) == b
    assert comparison.changed == (a != b)
    assert comparison == compare(a, b, language="nl")


@given(TEXTS, TEXTS)
def test_the_pieces_tile_both_texts(a: str, b: str) -> None:
    comparison = compare(a, b, language="en")
    at = 0
    for piece in comparison.pieces:
        assert piece.b_start == at
        at = piece.b_end
        for change in piece.changes:
            assert piece.a_start <= change.a_start <= change.a_end <= piece.a_end
            assert piece.b_start <= change.b_start <= change.b_end <= piece.b_end
            assert (change.before, change.after) == (
                a[change.a_start : change.a_end],
                b[change.b_start : change.b_end],
            )
    covered = sorted(
        (piece.a_start, piece.a_end) for piece in comparison.pieces if piece.a_end > piece.a_start
    )
    assert at == len(b)
    assert [start for start, _ in covered] == [0, *[end for _, end in covered[:-1]]][: len(covered)]
    assert (covered[-1][1] if covered else 0) == len(a)


@given(TEXTS)
def test_a_text_and_itself_have_no_change(text: str) -> None:
    assert not compare(text, text, language="nl").changed


def test_an_edited_sentence_with_its_words() -> None:
    comparison = compare("Het regent. De trein had tien minuten vertraging.",
                         "Het regent. De trein had elf minuten vertraging.", language="nl")  # fmt: skip

    assert comparison == Comparison(
        (
            Piece("kept", 0, 12, 0, 12, (0, 1), (0, 1)),
            Piece("edited", 12, 49, 12, 48, (1, 2), (1, 2), (Change(25, 29, 25, 28, "tien", "elf"),)),
        ),
        49,
        tuple(split("Het regent. De trein had tien minuten vertraging.", "nl")),
        tuple(split("Het regent. De trein had elf minuten vertraging.", "nl")),
    )


def test_white_space_alone_leaves_a_sentence_kept() -> None:
    (first, second) = compare("Een zin. Nog een.", "Een zin.\n\nNog een.", language="nl").pieces

    assert (first.kind, second.kind) == ("kept", "kept")
    assert first.changes == (Change(8, 9, 8, 10, " ", "\n\n"),)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("Een ding. Twee dingen.", "Een ding. Het regent. Twee dingen.", [("added", "", "Het regent.")]),
        ("Een ding. Het regent. Twee dingen.", "Een ding. Twee dingen.", [("removed", "Het regent.", "")]),
        ("Aap eet. Beer slaapt. Cavia loopt.", "Cavia loopt. Aap eet. Beer slaapt.",
         [("moved", "Cavia loopt.", "Cavia loopt.")]),
        ("De trein had tien minuten vertraging en de reizigers moesten wachten.",
         "De trein had tien minuten vertraging. De reizigers moesten wachten.",
         [("split", "De trein had tien minuten vertraging en de reizigers moesten wachten.",
           "De trein had tien minuten vertraging. De reizigers moesten wachten.")]),
        ("De trein had tien minuten vertraging. De reizigers moesten wachten.",
         "De trein had tien minuten vertraging en de reizigers moesten wachten.",
         [("merged", "De trein had tien minuten vertraging. De reizigers moesten wachten.",
           "De trein had tien minuten vertraging en de reizigers moesten wachten.")]),
        ("Aap eet. De wethouder belooft een nieuwe brug over de rivier. Beer slaapt. Cavia loopt.",
         "Aap eet. Beer slaapt. Cavia loopt. De wethouder belooft een brede brug over de rivier.",
         [("moved", "De wethouder belooft een nieuwe brug over de rivier.",
           "De wethouder belooft een brede brug over de rivier.")]),
        ("Aap eet. De wethouder belooft een brug. Beer slaapt.",
         "Aap eet. Morgen valt er veel sneeuw. Beer slaapt.",
         [("removed", "De wethouder belooft een brug.", ""), ("added", "", "Morgen valt er veel sneeuw.")]),
    ],
)  # fmt: skip
def test_what_a_reader_would_call_it(a: str, b: str, expected: list[tuple[str, str, str]]) -> None:
    assert kinds(a, b) == expected


def test_a_comparison_of_another_text_is_refused() -> None:
    comparison = compare("Een ding. Het regent.", "Een ding. Het sneeuwt.", language="nl")

    for other in ("Een ding.", "Een ding. Het gietst."):
        with pytest.raises(ValueError, match="is not the one"):
            apply(comparison, other)


def document(rng: random.Random, sentences: int) -> list[str]:
    words = [f"w{number}" for number in range(sentences)]
    return [" ".join(rng.choice(words) for _ in range(18)).capitalize() + "." for _ in range(sentences)]


@pytest.mark.parametrize("how", ["edited", "shuffled", "both", "replaced"])
def test_three_thousand_sentences_are_aligned_in_bounded_time(how: str) -> None:
    rng = random.Random(5)
    old = document(rng, 3000)
    new = document(rng, 3000) if how == "replaced" else old[:]
    if how in ("edited", "both"):
        new = [f"{each[:-1]} opnieuw." for each in new]
    if how in ("shuffled", "both"):
        rng.shuffle(new)
    a, b = " ".join(old), " ".join(new)
    begun = time.process_time()
    comparison = compare(a, b, language="nl")
    spent = time.process_time() - begun

    assert apply(comparison, a) == b
    assert spent < 30
    if how == "edited":
        assert [piece.kind for piece in comparison.pieces] == ["edited"] * 3000


def test_past_the_bound_of_the_table_unique_sentences_hold_the_alignment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(anchors, "ANCHORED", 10)
    a = "Aap eet. Ja. Beer slaapt. Ja. Cavia loopt. Dier vier rent."
    b = "Aap eet. Ja. Beer slaapt diep. Ja. Cavia loopt. Ja. Dier vier rent."

    assert kinds(a, b) == [("edited", "Beer slaapt.", "Beer slaapt diep."), ("added", "", "Ja.")]


def test_past_the_bound_of_unmatched_sentences_nothing_is_edited() -> None:
    a = " ".join(f"Aap {number} eet graag peren." for number in range(sentences.MOST_UNMATCHED + 1))
    b = a.replace("peren", "appels")

    assert [kind for kind, _, _ in kinds(a, b)] == ["removed", "added"]


# What a text may be folded by: broken words, references, misread bytes, marks in a row, small sigma.
PARTS = st.sampled_from(
    ["a", "b ", " c", "d e", "-", "-\n", "\n", " ", "  ", "\t", "&", "&nbsp;", "amp;", "Ã", "©", "'", "''",
     "--", "Σ", "ος", "\u00ad", "\u0301", "ß", "ﬁ", "½", "3", "1 2", "\u200b", "`", "\u00a0", "ex", "e f"]
)  # fmt: skip
WRITTEN = st.lists(PARTS, max_size=12).map("".join)


@settings(max_examples=200)
@given(WRITTEN, WRITTEN, WRITTEN, WRITTEN)
def test_texts_fold_to_the_same_where_their_stretches_do(head: str, old: str, new: str, tail: str) -> None:
    a, b = head + old + tail, head + new + tail
    stretches = sequences.apart(a, b)

    for fold in (without_blanks, words, skeleton, bare):
        assert (fold(a) == fold(b)) == (fold(stretches[0]) == fold(stretches[1]))
    assert len(a) - len(stretches[0]) == len(b) - len(stretches[1])


def test_the_stretches_of_two_texts_are_of_whole_words() -> None:
    assert sequences.apart("We saw an old man here.", "We saw an odd man here.") == (" old", " odd")
    assert sequences.apart("Het is nu -  waar.", "Het is nu --  waar.") == (" nu -  waar.", " nu --  waar.")


def test_a_bag_is_the_same_among_many() -> None:
    said = ["The old man saw the old house.", "Ça va — ĳs, ijs.", "***"]

    few, many = (similarity.Bags(said.__getitem__, number) for number in (3, 1_000))

    for number in range(3):
        assert few[number] == many[number]
        assert similarity.likeness(few[number], many[number]) == (1.0 if number < 2 else 0.0)
    assert few[0] is similarity.bag(said[0])
    assert many[0] is many[0]
