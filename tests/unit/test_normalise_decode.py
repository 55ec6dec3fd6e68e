"""From bytes to text: which encoding, how sure, and when there is no text."""

from __future__ import annotations

import random

import pytest

from ingest.model import Rendition
from ingest.normalise import normalise
from ingest.normalise.decode import decode

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
        b"\xff\xfe\0\xd8\0\xd8h\0",
        b"\xef\xbb\xbf\xe9\xe9f",
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
        b"raad " * 4 + bytes(7) + b"b",
        b"raad " * 4 + bytes(8) + b"b\0c",
        b"raad " * 4 + b"\x01" + bytes(8) + b"b",
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


LEGACY = {
    "pl": "Zażółć gęślą jaźń. Rada gminy zebrała się dziś, żeby omówić plany portu."
    " Mieszkańcy złożyli skargę do sądu w Łodzi.",
    "cs": "Městské zastupitelstvo se sešlo v pondělí, aby projednalo plány. Příliš žluťoučký kůň úpěl"
    " ďábelské ódy.",
    "hu": "A városi tanács hétfőn ült össze, hogy megvitassa a kikötő terveit. Árvíztűrő tükörfúrógép.",
    "ru": "Городской совет собрался в понедельник, чтобы обсудить планы порта. Жители подали жалобу в суд.",
    "bg": "Общинският съвет се събра в понеделник, за да обсъди плановете. Жителите подадоха жалба.",
    "sr": "Градско веће састало се у понедељак да расправи о плановима луке. Становници су забринути.",
    "ar": "اجتمع مجلس المدينة يوم الاثنين لمناقشة خطط الميناء. السكان قلقون من الضوضاء وقدموا شكوى.",
    "el": "Το δημοτικό συμβούλιο συνεδρίασε τη Δευτέρα για να συζητήσει τα σχέδια του λιμανιού.",
    "he": "מועצת העיר התכנסה ביום שני כדי לדון בתוכניות הנמל. התושבים הגישו תלונה לבית המשפט.",
    "tr": "Belediye meclisi pazartesi günü limanın planlarını görüşmek üzere toplandı. Işık ağır.",
    "th": "สภาเทศบาลประชุมเมื่อวันจันทร์เพื่อหารือเกี่ยวกับแผนท่าเรือ ชาวบ้านกังวลเรื่องเสียง",
    "ja": "東京の新聞社は月曜日に港の計画を発表した。住民は騒音を心配しており、裁判所に訴えた。",
    "zh": "北京市政府星期二宣布港口计划。居民担心噪音，并向法院提出申诉。",
    "ko": "서울시 의회는 월요일에 항구 계획을 논의하기 위해 모였다. 주민들은 소음을 걱정한다.",
}
PAGES = {
    "pl": ("iso8859-2", "cp1250"),
    "cs": ("iso8859-2", "cp1250"),
    "hu": ("iso8859-2", "cp1250"),
    "ru": ("iso8859-5", "cp1251", "koi8-r", "cp866", "mac-cyrillic"),
    "bg": ("iso8859-5", "cp1251"),
    "sr": ("iso8859-5", "cp1251"),
    "ar": ("iso8859-6", "cp1256"),
    "el": ("iso8859-7", "cp1253"),
    "he": ("iso8859-8", "cp1255"),
    "tr": ("iso8859-9", "cp1254"),
    "th": ("tis-620", "cp874"),
    "ja": ("shift_jis", "euc_jp", "iso2022_jp"),
    "zh": ("gb2312", "gb18030", "hz"),
    "ko": ("euc_kr", "iso2022_kr"),
}


@pytest.mark.parametrize(
    ("language", "page"), [(language, page) for language, pages in PAGES.items() for page in pages]
)
@pytest.mark.parametrize("before", ["", "Plain ASCII that says nothing of it. More of the same.\n" * 200])
def test_a_page_of_another_alphabet_is_told_alone_and_behind_much_ascii(
    language: str, page: str, before: str
) -> None:
    text = before + LEGACY[language]
    found = of(text.encode(page))

    assert (found.text, found.lossy) == (text, False)


@pytest.mark.parametrize(
    "head",
    [
        '<?xml version="1.0" encoding="{}"?>\n<p>{}</p>',
        "<?xml version='1.0' encoding='{}' ?>{}",
        '<html><head>\n<meta charset="{}">\n<p>{}',
        '<META http-equiv="Content-Type" content="text/html; charset={}"><p>{}',
        "From: x\nContent-Type: text/plain; charset={}\n\n{}",
        "#!/bin/sh\n# -*- coding: {} -*-\n{}",
        '@charset "{}";\n{}',
    ],
)
@pytest.mark.parametrize("page", ["iso8859-5", "iso8859-3", "koi8-r", "cp1252", "iso8859-15"])
def test_what_a_head_declares_goes_before_a_guess(head: str, page: str) -> None:
    said = "привет" if page in ("iso8859-5", "koi8-r") else "één" if page != "iso8859-3" else "ĉe"
    text = head.format(page, said)
    found = of(text.encode(page))

    assert (found.text, found.encoding, found.confidence) == (text, page, 950)


@pytest.mark.parametrize("name", ["utf-16", "rot13", "no-such", "hex", "utf-8"])
def test_a_head_that_declares_what_cannot_be_is_not_believed(name: str) -> None:
    text = f'<?xml version="1.0" encoding="{name}"?><p>{LEGACY["ru"]}</p>'

    assert of(text.encode("cp1251")).text == text


def lost(raw: bytes) -> tuple[str | None, int]:
    decoded = decode(raw)
    assert decoded.lossy == (decoded.places > 0)
    assert of(raw).lossy == decoded.lossy
    return decoded.text, decoded.places


@pytest.mark.parametrize(
    ("raw", "text", "places"),
    [
        (b"De raad.\n" + bytes(20), "De raad.\n\ufffd", 1),
        (b"De raad.\n" + bytes(4000), "De raad.\n\ufffd", 1),
        (b"De raad.\0", "De raad.\ufffd", 1),
        (bytes(512) + b"De raad.\n", "\ufffdDe raad.\n", 1),
        (b"De raad.\n" + bytes(8) + b"Een caf\xc3\xa9.\n" + bytes(9), "De raad.\n\ufffdEen café.\n\ufffd", 2),
        (DUTCH.encode("cp1252") + bytes(30), DUTCH + "\ufffd", 1),
        (b"\xff\xfe" + "De raad.\0\0\0".encode("utf-16-le"), "De raad.\ufffd", 1),
        (b"\xff\xfe" + "De raad.".encode("utf-16-le")[:-1], "De raad\ufffd", 1),
        (b"\xfe\xff" + "De raad 😀".encode("utf-16-be")[:-2], "De raad \ufffd", 1),
        ("De gemeenteraad.".encode("utf-16-le")[:-1], "De gemeenteraad\ufffd", 1),
        (b"\xff\xfe\0\0" + "raad".encode("utf-32-le")[:-3], "raa\ufffd", 1),
        ("De raad vroeg 5 €".encode()[:-1], "De raad vroeg 5 \ufffd", 1),
        ("De raad in het café".encode()[:-1], "De raad in het caf\ufffd", 1),
        ("één café\n".encode() + b"\xe9 en \xe9\xe9.", "één café\n\ufffd en \ufffd\ufffd.", 2),
        (b"\xef\xbb\xbfcaf\xe9 in Belgi\xeb.", "caf\ufffd in Belgi\ufffd.", 2),
        (
            LEGACY["ko"].encode("euc_kr")[:45],
            LEGACY["ko"].encode("euc_kr")[:45].decode("euc_kr", "replace"),
            1,
        ),
        (LEGACY["ja"].encode("iso2022_jp")[:20], LEGACY["ja"][:8] + "\ufffd", 1),
    ],
)
def test_what_can_be_read_is_read_and_the_places_that_cannot_are_counted(
    raw: bytes, text: str, places: int
) -> None:
    assert lost(raw) == (text, places)


@pytest.mark.parametrize("text", ["😀", "tekst 😀 en 𝄞 x", "één 😀"])
def test_cesu_8_is_read_as_what_it_says(text: str) -> None:
    units = text.encode("utf-16-le")
    halves = (units[at : at + 2].decode("utf-16-le", "surrogatepass") for at in range(0, len(units), 2))
    raw = "".join(halves).encode("utf-8", "surrogatepass")
    found = of(raw)

    assert (found.text, found.encoding, found.confidence, found.lossy) == (text, "cesu-8", 1000, False)


def test_half_a_pair_in_cesu_8_is_a_place_that_cannot_be_read() -> None:
    raw = "één 😀".encode() + b"\xed\xa0\xbd\xed\xb8\x80 \xed\xa0\xbd."

    assert lost(raw) == ("één 😀😀 \ufffd\ufffd\ufffd.", 1)


@pytest.mark.parametrize(
    "raw", [b"\x1b[31mrood\x1b[0m", b"\x1b(B tekst", b"\x1b$ geld", b"x ~{ y ~} z", b"~{ab~}", b"\x1b$B"]
)
def test_escapes_that_make_no_characters_are_text(raw: bytes) -> None:
    assert (of(raw).text, of(raw).encoding) == (raw.decode(), "utf-8")
