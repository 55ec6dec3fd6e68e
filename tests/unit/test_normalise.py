"""What a rendition says of a file: formats, slices, binary kinds, language, and the seeds."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingest.model import Rendition
from ingest.normalise import language, normalise, prepare

SEEDS = Path(__file__).parents[2] / "seeds"
FASTTEXT = "fasttext-predict" if sys.version_info < (3, 14) else "fasttext-predict-v2"


def of(raw: bytes, name: bytes = b"a.txt") -> Rendition:
    return normalise(raw, name)


@pytest.mark.parametrize(
    ("name", "size", "spoken", "date", "earliest", "latest", "words", "sentences"),
    [
        ("000_153874b1ffd7f371.txt", 2041, "en", "2021-02-20", "2021-02-20", "2021-02-20", 338, 18),
        ("001_a0185afebb45fdde.txt", 2035, "nl", "2021-02", "2021-02-01", "2021-02-28", 314, 19),
        ("002_1f7b86238e898ac0.txt", 2529, "nl", "2021-09", "2021-09-01", "2021-09-30", 417, 24),
    ],
)
def test_the_seeds(
    name: str, size: int, spoken: str, date: str, earliest: str, latest: str, words: int, sentences: int
) -> None:
    raw = (SEEDS / name).read_bytes()
    header = f" date {date} ".encode()

    rendition = of(raw, name.encode())

    assert len(raw) == size
    assert raw[len(header) :].decode() == rendition.text
    assert (len(header), size - len(header)) == rendition.text_slice
    assert (spoken, date, earliest, latest) == (
        rendition.language,
        rendition.date,
        rendition.date_earliest,
        rendition.date_latest,
    )
    assert (words, sentences) == (rendition.words, rendition.sentences)
    assert (
        rendition.encoding,
        rendition.confidence,
        rendition.bom,
        rendition.lossy,
        rendition.newline,
        rendition.title,
    ) == ("utf-8", 1000, False, False, "lf", None)


def test_a_small_text_in_full() -> None:
    libraries = of(b"").libraries

    assert Rendition(
        normaliser="plain/6",
        libraries=libraries,
        media_type="text/plain",
        text="Kop\n\nEen hele gewone regel.\n",
        text_slice=None,
        encoding="utf-8",
        bom=True,
        confidence=1000,
        newline="crlf",
        title="Kop",
        language="nl",
        date="2021-02",
        date_earliest="2021-02-01",
        date_latest="2021-02-28",
        words=5,
        sentences=2,
    ) == of(b"\xef\xbb\xbf date 2021-02 Kop\r\n\r\nEen hele gewone regel. \r\n")


def test_a_file_without_text_in_full() -> None:
    assert Rendition(
        normaliser="plain/6",
        libraries=of(b"").libraries,
        media_type="image/png",
        text_reason="binary",
    ) == of(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")


@pytest.mark.parametrize(
    ("raw", "text"), [(b"", ""), (b" ", ""), (b" \t ", ""), (b"\n", "\n"), (b" \n\t\n", "\n\n")]
)
def test_a_file_without_words_has_a_text(raw: bytes, text: str) -> None:
    rendition = of(raw)

    assert (text, None) == (rendition.text, rendition.text_reason)
    assert (
        rendition.words,
        rendition.sentences,
        rendition.language,
        rendition.title,
    ) == (0, 0, None, None)


def test_the_libraries_are_named_with_their_versions() -> None:
    names = [part.split(" ")[0] for part in of(b"").libraries.split(", ")]

    assert names == ["chardet", FASTTEXT, "sentencex", "unicodedata2"]


@pytest.mark.parametrize(
    ("name", "normaliser", "media_type"),
    [
        (b"a.txt", "plain/6", "text/plain"),
        (b"README", "plain/6", "text/plain"),
        (b"a.unknown", "plain/6", "text/plain"),
        (b"\xff.txt", "plain/6", "text/plain"),
        (b"", "plain/6", "text/plain"),
        (b"a.md", "markdown/6", "text/markdown"),
        (b"A.MD", "markdown/6", "text/markdown"),
        (b"a.txt.markdown", "markdown/6", "text/markdown"),
        (b"md", "markdown/6", "text/markdown"),
    ],
)
def test_the_name_picks_the_format(name: bytes, normaliser: str, media_type: str) -> None:
    rendition = of(b"x", name)

    assert (normaliser, media_type) == (rendition.normaliser, rendition.media_type)


@pytest.mark.parametrize(
    ("raw", "slice_"),
    [
        (b"abc", (0, 3)),
        ("één".encode(), (0, 5)),
        ("\ufeff\ufeffé".encode(), (6, 2)),
        ("date 2021-02 \ufeffé".encode(), (16, 2)),
        (b"abc  ", (0, 3)),
        (b"abc  \n", None),
        (b"a\r\nb", None),
        ("e\u0301".encode(), None),
        ("één".encode("utf-16"), None),
        ("één".encode("cp1252"), None),
        ("één ".encode() + b"\xe9", None),
    ],
)
def test_the_slice_is_where_the_text_stands_in_the_file(raw: bytes, slice_: tuple[int, int] | None) -> None:
    rendition = of(raw)

    assert slice_ == rendition.text_slice
    if slice_ is not None:
        assert raw[slice_[0] :][: slice_[1]].decode() == rendition.text


@pytest.mark.parametrize(
    ("raw", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n\0", "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"GIF89a\x01\0\x01\0\x80\0\0", "image/gif"),
        ("\ufeff%PDF-1.4\n".encode(), "application/pdf"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "application/gzip"),
        (b"\x7fELF\x02\x01\x01\0", "application/x-executable"),
        (b"SQLite format 3\0\x10\0", "application/vnd.sqlite3"),
        (b"PK\x03\x04\x14\0\0\0\x08\0", "application/zip"),
        (b"PK\x03\x04", "application/zip"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (bytes(100), "application/octet-stream"),
        (bytes(range(256)) * 8, "application/octet-stream"),
        (b"\x01\x02\x03abc", "application/octet-stream"),
    ],
)
@pytest.mark.parametrize("name", [b"a.txt", b"a.md"])
def test_content_decides_what_is_binary(raw: bytes, media_type: str, name: bytes) -> None:
    rendition = of(raw, name)

    assert (None, "binary", media_type) == (rendition.text, rendition.text_reason, rendition.media_type)


@pytest.mark.parametrize(
    ("raw", "media_type"),
    [
        (b"%PDF-1.4\n", "application/pdf"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
        (
            b"PK\x03\x04\x14\0" + bytes(24) + b"x" * 70_000 + b"word/document.xml",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            b"PK\x03\x04\x14\0" + bytes(12) + b"\x14\0\0\0" + bytes(8) + b"mimetypeapplication/epub+zip\0",
            "application/epub+zip",
        ),
    ],
)
@pytest.mark.parametrize("name", [b"a.txt", b"a.md"])
def test_content_decides_what_is_a_document(raw: bytes, media_type: str, name: bytes) -> None:
    """Nobody reads documents here; where the library that reads one is missing, that is the reason."""
    rendition = of(raw, name)

    assert rendition.text is None
    assert rendition.text_reason in {"not_confined", "no_extractor"}
    assert (rendition.media_type, rendition.normaliser) == (media_type, "unread/1")


@pytest.mark.parametrize("text", ["GIF89a is a format", "PK\n", "BM, MZ, RIFF and ID3", "Made with %PDF-1.4"])
def test_a_text_about_binary_kinds_is_a_text(text: str) -> None:
    assert text == of(text.encode()).text


def test_one_control_character_in_ten_is_allowed() -> None:
    assert of(b"123456789\x01").text == "123456789\x01"
    assert of(b"12345678\x01").text_reason == "binary"


GERMAN_WITH_ENGLISH_TITLES = (
    "Gestern sahen wir im Kino The Good, the Bad and the Ugly, danach noch Gone with the Wind, und am "
    "Ende gingen alle zufrieden nach Hause, weil der Abend so lang und schön gewesen war."
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The weather will be fine on Sunday, the institute said.", "en"),
        ("Het weer wordt zondag goed, zei het instituut.", "nl"),
        ("HET WEER WORDT ZONDAG GOED, ZEI HET INSTITUUT.", "nl"),
        ("\n" * 3000 + "Het weer wordt\nzondag goed,\nzei het instituut.", "nl"),
        ("Zij zijn niet bang the and with", "nl"),
        ("The weather and the sea were calm with het", "en"),
        (GERMAN_WITH_ENGLISH_TITLES, "de"),
        ("He wrote Das Kapital und Manifest, and has lectured on them with their publisher.", "en"),
        ("Das Wetter wird am Sonntag gut, sagte das Institut.", "de"),
        ("В воскресенье будет хорошая погода.", "ru"),
        ("Hoi", None),
        ("12345 67890 12345 67890 12345", None),
        ("#" * 100, None),
        ("xqzt wvbn pfgh jklm rtsd", None),
        ("", None),
    ],
)
def test_the_language(text: str, code: str | None) -> None:
    assert code == language.detect(text)


NAMES = """librover (2.4-1) unstable; urgency=medium

Files: src/rover/*.c
Copyright: 1998-2004, Anna Vandermeer <anna@rover.example>
           2003-2011, R. Okafor and Sons, Ltd.
           2006, Jean-Luc Petit <jlp@rover.example>
           2009-2020, Institut for Kartografi, Aalborg
           2012, Maria da Silva <maria@rover.example>
License: GPL-2+

Files: debian/*
Copyright: 2001-2019, Piotr Nowak <piotr@rover.example>
           2015, Ingrid Svensson <ingrid@rover.example>
           2017-2020, Universidad de Cuenca
License: GPL-2+

"""
IN_LISTS = {
    "en": [
        "new release, closes #1031336",
        "do not call the shell where none is needed",
        "update years in copyright",
        "use the signing key that upstream has now",
        "remove patches applied by others",
    ],
    "nl": [
        "nieuwe uitgave, sluit #1031336",
        "roep geen schil aan waar die niet nodig is",
        "jaartallen bijgewerkt",
        "gebruik de sleutel die de makers nu hebben",
        "verwijder wat anderen al hebben overgenomen",
    ],
    "de": [
        "neue Fassung, behebt #1031336",
        "keine Shell aufrufen, wo sie nicht gebraucht wird",
        "die Jahre ergänzt",
        "den Schlüssel verwenden, den die Autoren jetzt haben",
        "entfernt, was andere schon übernommen haben",
    ],
    "fr": [
        "nouvelle version, corrige #1031336",
        "ne pas appeler le shell quand il est inutile",
        "années à jour",
        "utiliser la clé que les auteurs ont maintenant",
        "retirer les correctifs déjà repris ailleurs",
    ],
    "es": [
        "nueva versión, cierra #1031336",
        "no llamar al intérprete cuando no hace falta",
        "años actualizados",
        "usar la clave que los autores tienen ahora",
        "quitar los parches que otros ya aplicaron",
    ],
    "pt": [
        "nova versão, fecha #1031336",
        "não chamar o interpretador quando não é preciso",
        "anos atualizados",
        "usar a chave que os autores têm agora",
        "remover as correções que outros já aplicaram",
    ],
    "pl": [
        "nowe wydanie, zamyka #1031336",
        "nie wywołuj powłoki tam, gdzie nie jest potrzebna",
        "zmienione lata",
        "użyj klucza, który autorzy mają teraz",
        "usuń poprawki przyjęte już przez innych",
    ],
    "sv": [
        "ny utgåva, stänger #1031336",
        "anropa inte skalet när det inte behövs",
        "årtalen är uppdaterade",
        "använd nyckeln som upphovsmännen har nu",
        "ta bort rättelser som andra redan har tagit in",
    ],
}


@pytest.mark.parametrize("code", IN_LISTS)
def test_the_language_of_a_list_that_begins_with_names(code: str) -> None:
    assert language.detect(NAMES) is None
    assert language.detect(NAMES + "".join(f"  * {line}\n" for line in IN_LISTS[code])) == code


@pytest.mark.parametrize(
    "text",
    [
        "".join(
            f"    {name}: 'src/{name}/*.c',\n" for name in ("alpha", "beta", "gamma", "delta", "zeta") * 9
        ),
        "int main(void) {\n  for (i = 0; i < n; i++) {\n    sum += table[i];\n  }\n}\n" * 20,
        "all: clean\n\tgcc -o rover-helper rover-helper.c\n\nclean:\n\trm -f rover-helper *.o\n" * 20,
    ],
)
def test_a_list_of_names_or_of_code_has_no_language(text: str) -> None:
    assert language.detect(NAMES + text) is None


def test_importing_loads_no_library_and_no_code_that_downloads() -> None:
    program = """
import sys
import ingest.normalise as n
heavy = {"chardet", "fasttext", "sentencex", "ssl", "http.client", "urllib.request"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
n.prepare(), n.prepare()
n.normalise("Het weer wordt zondag goed. ".encode(), b"a.txt")
loaded = {"fasttext", "sentencex"}
assert heavy & set(sys.modules) == loaded, heavy & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, cwd=SEEDS.parent, check=False)

    assert (done.stdout, done.stderr, done.returncode) == (b"", b"", 0)


def test_the_model_is_the_one_that_fasttext_publishes() -> None:
    model = Path(language.MODEL).read_bytes()

    assert hashlib.sha256(model).hexdigest() == (
        "8f3472cfe8738a7b6099e8e999c3cbfae0dcd15696aac7d7738a8039db603e83"
    )


PATTERNS = {
    "one line": b"a",
    "words": b"word ",
    "short lines": b"abc\n",
    "blanks": b" \t",
    "line ends": b"\r\n",
    "empty lines": b"a\n\n",
    "hyphens": b"a-",
    "abbreviations": b"Mr. ",
    "headings": b"# ",
    "quotes": '„"《'.encode(),
    "quotes and stops": '《"⁉a'.encode(),
    "marks": "\u0301\u0323".encode(),
    "marks of ever lower classes": b"",
    "marks beyond the BMP": "\U0001d165\U0001d17b".encode(),
    "marks that decompose": "\u0f73\u0327".encode(),
    "short runs of marks": ("a" + "\u0301\u0323" * 31).encode(),
    "capitals and wide blanks": "B\u00a0.".encode(),
    "bad bytes": b"\xfe",
    "cp1252": "café in België. ".encode("cp1252"),
    "utf-16": "word één ".encode("utf-16-le"),
}


@pytest.mark.parametrize("name", [b"a.txt", b"a.md"])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_two_mebibytes_of_anything_take_seconds(pattern: str, name: bytes) -> None:
    """Less than one of the processor's; what is quadratic takes many minutes."""
    prepare()
    unit = PATTERNS[pattern]
    raw = (
        unit * (2 * 1024 * 1024 // len(unit)) if unit else ("\u0301" * 500_000 + "\u0323" * 500_000).encode()
    )

    started = time.process_time()
    rendition = of(raw, name)

    assert time.process_time() - started < 60
    assert rendition.text is not None


def test_the_same_bytes_give_the_same_rendition_in_another_process() -> None:
    raw = (SEEDS / "001_a0185afebb45fdde.txt").read_bytes() + b"\xe9"
    program = (
        "import sys, hashlib; from ingest.normalise import normalise; "
        "print(hashlib.sha256(repr(normalise(sys.stdin.buffer.read(), b'a.md')).encode()).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=raw, capture_output=True, cwd=SEEDS.parent, check=True
    )

    expected = hashlib.sha256(repr(of(raw, b"a.md")).encode()).hexdigest()
    assert expected == done.stdout.decode().strip()
