"""What holds for every input: laws that Hypothesis looks for an exception to."""

from __future__ import annotations

import codecs

import unicodedata2
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.model import Rendition
from ingest.normalise import count, extension_of, normalise, normalisers, places

# An extension of each format, so that a format that joins keeps the laws too.
EXTENSIONS = sorted(filter(None, map(extension_of, normalisers())))
NAMES = st.sampled_from([b"a", b"\xff", *(b"a." + extension for extension in EXTENSIONS)])

# Pieces on which a rule hangs, so that texts in which several meet come up.
PIECES = st.sampled_from(
    [
        " date 2021-02-20 ",
        "date 2021-02 ",
        "\ufeff",
        "%PDF-1.4",
        " ",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "\x00",
        "\x01",
        "�",
        "é",
        "̈́",
        "̣́",
        "é",
        "…",
        "B",
        "\u2028",
        "\x85",
        "\xa0",
        ".",
        "#",
        "---",
        "```",
        "title: x",
        "Mr. ",
        "o.a. ",
        '"',
        "„",
        "'",
        "-",
        "中",
        "😀",
        "𝅥",
        "K",
        "K",
        "GIF89a",
        "PK\x03\x04",
        "date",
        "2021-02",
        "een zin. ",
        "\n\n1\n00:00:01,000 --> 00:00:02,000\n",
        "WEBVTT\n\n",
        "\n\n## Kop\n\n",
        "===",
        "[",
        "》",
    ]
)
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=12).map("".join))
ENCODINGS = st.sampled_from(
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "iso8859-15", "koi8-r"]
)
ENCODED = st.builds(lambda text, encoding: text.encode(encoding, "ignore"), TEXTS, ENCODINGS)
RAW = st.one_of(
    st.binary(),
    ENCODED,
    st.lists(st.one_of(ENCODED, st.binary(max_size=4)), max_size=5).map(b"".join),
)


@given(RAW, NAMES)
@example(b"date 2021-02-20  date 2021-02-21 \n", b"a.txt")
@example(b"date 2021-02 \xef\xbb\xbf%PDF-", b"a.txt")
@example(b"\xef\xbb\xbf%PDF-", b"a.txt")
@example(b"P\xe2\x84\xaa\x03\x04 or so", b"a.txt")
@example(b"123456789          \x01", b"a.txt")
@example(b"date 2021-02 1234567\x01", b"a.txt")
def test_normalising_a_canonical_text_gives_it_again(raw: bytes, name: bytes) -> None:
    once = normalise(raw, name).text
    if once is not None:
        again = normalise(once.encode(), name)

        assert (once, False) == (again.text, again.lossy)


@given(RAW, NAMES)
def test_there_is_a_text_or_a_reason(raw: bytes, name: bytes) -> None:
    rendition = normalise(raw, name)

    assert (rendition.text is None) == (rendition.text_reason is not None)
    assert rendition.text_reason in (None, "binary", "nul", "undecodable", "not_confined")
    known = [rendition.encoding, rendition.confidence, rendition.words, rendition.sentences]
    assert [rendition.text is None] * len(known) == [field is None for field in known]


@given(RAW, NAMES)
def test_a_text_is_canonical(raw: bytes, name: bytes) -> None:
    rendition = normalise(raw, name)
    text = rendition.text
    if text is None:
        return

    text.encode()
    assert unicodedata2.normalize("NFC", text) == text
    assert "\0" not in text
    assert "\r" not in text
    assert not text.startswith("\ufeff")
    if rendition.normaliser == "plain/6":
        assert [line.rstrip(" \t") for line in text.split("\n")] == text.split("\n")
    assert "\n" not in (rendition.title or "")


@given(RAW, NAMES)
def test_replacement_characters_come_in_only_with_the_flag(raw: bytes, name: bytes) -> None:
    rendition: Rendition = normalise(raw, name)
    if rendition.text is None:
        assert not rendition.lossy
        return
    assert rendition.encoding is not None
    if rendition.encoding == "cesu-8":  # Python has no codec of it
        return
    assert codecs.lookup(rendition.encoding).name == rendition.encoding
    if not rendition.lossy:
        assert rendition.text.count("\ufffd") == raw.decode(rendition.encoding).count("\ufffd")
    else:
        assert rendition.text.count("\ufffd") > raw.decode(rendition.encoding, "ignore").count("\ufffd")


@given(RAW, NAMES)
def test_the_slice_is_the_text(raw: bytes, name: bytes) -> None:
    rendition = normalise(raw, name)
    if rendition.text_slice is not None:
        start, length = rendition.text_slice

        assert 0 <= start <= start + length <= len(raw)
        assert raw[start : start + length].decode() == rendition.text


@given(TEXTS, NAMES)
def test_utf_8_always_stays_utf_8(text: str, name: bytes) -> None:
    rendition = normalise(text.encode(), name)
    if rendition.text is not None and "\0" not in text:
        assert (rendition.encoding, rendition.confidence, rendition.lossy) == ("utf-8", 1000, False)


@given(RAW, NAMES)
def test_the_same_input_gives_the_same_rendition(raw: bytes, name: bytes) -> None:
    assert normalise(raw, name) == normalise(bytes(bytearray(raw)), name)


@given(st.lists(st.characters(min_codepoint=0x300, max_codepoint=0x36F), min_size=64, max_size=300))
def test_long_runs_of_marks_are_in_nfc(marks: list[str]) -> None:
    text = "x" * 5000 + "e" + "".join(marks)

    assert unicodedata2.normalize("NFC", text) == normalise(text.encode(), b"a.txt").text


@given(
    st.one_of(TEXTS, st.text(alphabet=st.characters(codec="cp1252")), st.text(alphabet="a1-'\u2019 _\u00ad."))
)
def test_the_quick_count_of_words_is_the_count_by_the_full_rule(text: str) -> None:
    quick = count._western_words(text)

    assert quick is None or quick == len(count._word().findall(text))


@given(RAW, NAMES)
@example(b"a\n\n# b #\n\nc\nd\n===\n", b"a.md")
def test_the_heading_above_stands_above_in_the_text(raw: bytes, name: bytes) -> None:
    rendition = normalise(raw, name)
    found = None if rendition.text is None else places(rendition.text, None, rendition.normaliser)
    if rendition.text is None or found is None:
        return

    above = [found.at(at).heading for at in range(len(rendition.text))]
    for at, heading in enumerate(above):
        for words in (heading or "").split():
            assert words in rendition.text
        if found.is_heading(at):
            assert heading
