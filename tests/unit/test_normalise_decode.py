"""From bytes to text: which encoding, how sure, and when there is no text."""

from __future__ import annotations

import random

import pytest

from ingest.model import Rendition
from ingest.normalise import normalise

DUTCH = "De coöperatie vroeg € 5 per café in België, zei hij één keer geïnteresseerd."


def of(raw: bytes) -> Rendition:
    return normalise(raw, b"a.txt")


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (b"\xef\xbb\xbfhi", "utf-8"),
        (b"\xef\xbb\xbf\xef\xbb\xbf\xef\xbb\xbfhi", "utf-8"),
        (b"\xff\xfeh\0i\0", "utf-16-le"),
        (b"\xfe\xff\0h\0i", "utf-16-be"),
        (b"\xff\xfe\0\0h\0\0\0i\0\0\0", "utf-32-le"),
        (b"\0\0\xfe\xff\0\0\0h\0\0\0i", "utf-32-be"),
    ],
)
def test_a_mark_gives_the_encoding_and_is_no_part_of_the_text(raw: bytes, encoding: str) -> None:
    rendition = of(raw)

    assert ("hi", encoding, True, 1000, False) == (
        rendition.text,
        rendition.encoding,
        rendition.bom,
        rendition.confidence,
        rendition.lossy,
    )


@pytest.mark.parametrize("raw", [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0"])
def test_a_mark_alone_is_an_empty_text(raw: bytes) -> None:
    assert (of(raw).text, of(raw).bom) == ("", True)


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff\xfeh",
        b"\xff\xfeh\0i",
        b"\xfe\xff\xd8\0\0h",
        b"\xef\xbb\xbfcaf\xe9",
        b"\xff\xfe\0\0h\0\0",
        b"\0\0\xfe\xff\0\x11\0\0",
    ],
)
def test_a_mark_before_other_bytes_is_undecodable(raw: bytes) -> None:
    rendition = of(raw)

    assert (
        rendition.text,
        rendition.text_reason,
        rendition.bom,
        rendition.encoding,
    ) == (None, "undecodable", True, None)


@pytest.mark.parametrize(
    ("raw", "text", "encoding", "confidence"),
    [
        (b"h\0i\0", "hi", "utf-16-le", 900),
        (b"\0h\0i", "hi", "utf-16-be", 900),
        (DUTCH.encode("utf-16-le"), DUTCH, "utf-16-le", 900),
        ("Привет мир это текст".encode("utf-16-be"), "Привет мир это текст", "utf-16-be", 700),
    ],
)
def test_utf_16_without_a_mark(raw: bytes, text: str, encoding: str, confidence: int) -> None:
    rendition = of(raw)

    assert (text, encoding, False, confidence, False) == (
        rendition.text,
        rendition.encoding,
        rendition.bom,
        rendition.confidence,
        rendition.lossy,
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"a\0b",
        b"a\0",
        b"h\0i\0x",
        b"one\0two\0three\0",
        b"abc\0abc\0abc\0abc\0abc\0abc\0",
        b"ab\0c",
        b"\xff\xfea\0\0\0b\0",
        b"\xef\xbb\xbfa\0b",
        b"caf\xe9\0 in Belgi\xeb",
    ],
)
def test_a_text_with_nul_is_no_text(raw: bytes) -> None:
    rendition = of(raw)

    assert (rendition.text, rendition.text_reason, rendition.media_type) == (None, "nul", "text/plain")


@pytest.mark.parametrize(
    "raw",
    [
        b"\0",
        bytes(64),
        b"\x01\0\x02\0\x03\0\x04\0",
        b"\0\xff\xfe\xfd\xfc\xfb",
        b"\x80\0\x81\0\x82\0",
        b"\0a\0b\0c\0\0",
    ],
)
def test_nul_in_what_is_not_text_is_binary(raw: bytes) -> None:
    assert (of(raw).text, of(raw).text_reason) == (None, "binary")


@pytest.mark.parametrize("text", ["plain", "één", "😀", "\ufffd", "a\ufffdb", "\x7f is DEL, said the manual"])
def test_clean_utf_8_is_certain(text: str) -> None:
    rendition = of(text.encode())

    assert (text, "utf-8", 1000, False) == (
        rendition.text,
        rendition.encoding,
        rendition.confidence,
        rendition.lossy,
    )


@pytest.mark.parametrize(
    ("raw", "text", "confidence"),
    [
        ("één café ".encode() + b"\xe9", "één café \ufffd", 750),
        ("é".encode() + b" \xe9 x", "é \ufffd x", 500),
        ("é \ufffd ".encode() + b"\xe9", "é \ufffd \ufffd", 666),
        ("één caf".encode() + b"\xc3", "één caf\ufffd", 666),
    ],
)
def test_a_few_bad_bytes_in_utf_8_are_replaced_and_flagged(raw: bytes, text: str, confidence: int) -> None:
    rendition = of(raw)

    assert (text, "utf-8", True, confidence) == (
        rendition.text,
        rendition.encoding,
        rendition.lossy,
        rendition.confidence,
    )


@pytest.mark.parametrize("encoding", ["cp1252", "iso8859-15"])
def test_dutch_in_an_encoding_of_one_byte_a_character(encoding: str) -> None:
    rendition = of(DUTCH.encode(encoding))

    assert (DUTCH, encoding, False) == (rendition.text, rendition.encoding, rendition.lossy)
    assert rendition.confidence is not None
    assert 100 <= rendition.confidence < 1000


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Привет, это русский текст. Совещание начнётся завтра.", "cp1251"),
        ("Привет, это русский текст. Совещание начнётся завтра.", "koi8-r"),
        ("これは日本語のテキストです。会議は明日の午後三時から始まります。", "cp932"),
        ("你好，这是中文文本。会议将于明天下午三点开始。", "gb18030"),
    ],
)
def test_other_scripts_are_detected(text: str, encoding: str) -> None:
    assert (text, encoding) == (of(text.encode(encoding)).text, of(text.encode(encoding)).encoding)


@pytest.mark.parametrize(
    "text",
    [
        "café crème déjà vu à la carte",
        "Ça va très bien, merci beaucoup à vous.",
        "À bientôt, chère Hélène, et joyeux Noël à tous ceux de la forêt.",
        "Où est passé le garçon qui aimait les fêtes? Il a été vu près du château.",
        "Zij zei: hè, dat is géén probleem; vóór één uur is de café-eigenaar er.",
        "De patiënten kregen één à twee pillen per dag, aldus de commissie.",
        "kregen één à twee pillen per dag, aldus",
        "Die Grünen möchten höhere Löhne für Ärzte und Pflegekräfte.",
        "Über die Straße gehen Mädchen und Jungen.",
        "La città è più bella perché c'è il sole; così sarà anche lunedì.",
    ],
)
def test_a_short_text_of_western_europe_is_not_taken_for_another_script(text: str) -> None:
    assert text == of(text.encode("latin-1")).text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Купил iPhone и MacBook в магазине на Невском", "cp1251"),
        ("а и б сидели на трубе", "koi8-r"),
        ("Το συμβούλιο συνεδρίασε τη Δευτέρα.", "iso8859-7"),
        ("המועצה התכנסה ביום שני. דבר לא הוחלט.", "cp1255"),
        ("Zażółć gęślą jaźń. Rada zebrała się w poniedziałek.", "cp1250"),
        ("Belediye meclisi pazartesi günü toplandı. Hiçbir şey kararlaştırılmadı.", "cp1254"),
    ],
)
def test_a_short_text_of_another_script_or_alphabet_stays_what_it_is(text: str, encoding: str) -> None:
    assert text == of(text.encode(encoding)).text


def test_bytes_that_no_encoding_fits_are_binary() -> None:
    raw = random.Random(1).randbytes(4000).replace(b"\0", b"")

    assert (of(raw).text, of(raw).text_reason) == (None, "binary")
    assert of(b"\x81\x8d\x01\x02").text_reason == "binary"


def test_the_detector_sees_the_first_high_byte_however_far_it_stands() -> None:
    text = "Gewone tekst zonder meer. " * 20_000 + "Привет, это русский текст. Совещание завтра.\n" * 50

    assert text == of(text.encode("cp1251")).text


@pytest.mark.parametrize(("raw", "text"), [(b"caf\xe9", "café"), (b"hello \xff", "hello ÿ")])
def test_where_the_detector_cannot_tell_it_is_cp1252(raw: bytes, text: str) -> None:
    rendition = of(raw)

    assert (text, "cp1252", 10, False) == (
        rendition.text,
        rendition.encoding,
        rendition.confidence,
        rendition.lossy,
    )


def test_a_hole_of_cp1252_is_replaced_and_flagged() -> None:
    rendition = of(b"x \x90 hallo daar")

    assert (
        rendition.text,
        rendition.encoding,
        rendition.lossy,
    ) == ("x \ufffd hallo daar", "cp1252", True)


@pytest.mark.parametrize("raw", [b"\x81\x8d", b"\x81", b"\x81" * 100, b"a\x90b\x9d"])
def test_many_holes_of_cp1252_are_undecodable(raw: bytes) -> None:
    rendition = of(raw)

    assert (
        rendition.text,
        rendition.text_reason,
        rendition.media_type,
        rendition.bom,
    ) == (None, "undecodable", "text/plain", False)
