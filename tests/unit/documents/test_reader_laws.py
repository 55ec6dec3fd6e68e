"""What every reader keeps: one word more, less or other is that difference; the same bytes, the same text."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import random
import subprocess
import sys
from collections.abc import Callable
from xml.sax.saxutils import escape

import msgspec
import pytest
from rapidfuzz.distance import Levenshtein

from ingest.normalise.documents import docx, epub, html_whole, mail, odt, pptx, rtf
from ingest.normalise.extraction import Extracted, Limits, Refused
from tests.unit.documents import made
from tests.unit.documents.drawn import At, drawn
from tests.unit.documents.prose import paragraphs

Make = Callable[[list[str]], bytes]
Read = Callable[[bytes, Limits], Extracted]


def _page(body: list[str]) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in body)


FORMATS: dict[str, tuple[Make, Read]] = {
    "docx": (lambda body: made.docx("".join(made.p(*text.partition("the")) for text in body)), docx.read),
    "odt": (lambda body: made.odt("".join(f"<text:p>{text}</text:p>" for text in body)), odt.read),
    "epub": (lambda body: made.epub({"a.xhtml": _page(body[:3]), "b.xhtml": _page(body[3:])}), epub.read),
    "pptx": (lambda body: made.pptx([made.shape(text) for text in body]), pptx.read),
    "rtf": (lambda body: ("{\\rtf1 " + "\\par\r\n".join(body) + "}").encode(), rtf.read),
    "mail": (lambda body: ("Subject: x\r\nTo: y\r\n\r\n" + "\r\n\r\n".join(body)).encode(), mail.read),
    "html": (lambda body: _page(body).encode(), html_whole.read),
}


def every_format() -> dict[str, tuple[Make, Read]]:
    """Return the same with PDF, where its library is there."""
    if importlib.util.find_spec("pypdfium2_raw") is None:
        return FORMATS
    from ingest.normalise.documents import pdf, pdf_without_tags

    def pages(body: list[str], tag: str | None) -> bytes:
        return drawn(
            [
                [At(50, 550, "Head", tag), At(50, 500, text, tag and f"{tag} {n}")]
                for n, text in enumerate(body)
            ]
        )

    return {
        **FORMATS,
        "pdf": (lambda body: pages(body, "P"), pdf.read),
        "pdf without tags": (lambda body: pages(body, None), pdf_without_tags.read),
    }


def edits(body: list[str], chance: random.Random) -> list[list[str]]:
    """One word exchanged, one put in, one taken out."""
    found = []
    for kind in range(3):
        edited = [text.split() for text in body]
        words = chance.choice([words for words in edited if len(words) > 2])
        at = chance.randrange(1, len(words) - 1)
        words[at : at + (kind != 1)] = [] if kind == 2 else ["zebra"]
        found.append([" ".join(words) for words in edited])
    return found


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("seed", range(5))
def test_one_word_edited_is_one_word_of_difference(name: str, seed: int) -> None:
    make, read = FORMATS[name]
    chance = random.Random(seed)
    body = paragraphs(seed=seed, count=6)
    before = read(make(body), Limits())

    assert before.text.split()[-len(" ".join(body).split()) :] == " ".join(body).split()
    for edited in edits(body, chance):
        after = read(make(edited), Limits())
        assert Levenshtein.distance(before.text.split(), after.text.split()) == 1


@pytest.mark.parametrize("seed", range(3))
def test_one_word_edited_is_one_word_of_difference_in_a_pdf(seed: int) -> None:
    typst = pytest.importorskip("typst")
    from ingest.normalise.documents import pdf

    def read(body: list[str]) -> list[str]:
        data = typst.compile(("#set par(justify: true)\n" + "\n\n".join(body)).encode(), format="pdf")
        return pdf.read(bytes(data), Limits()).text.split()

    body = paragraphs(seed=seed, count=8)
    before = read(body)

    assert before == " ".join(body).split()
    for edited in edits(body, random.Random(seed)):
        assert Levenshtein.distance(before, read(edited)) == 1


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Some bytes are others, are gone, or stand twice."""
    made_of = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at, other = (chance.randrange(len(made_of) + 1) for _ in range(2))
        if chance.random() < 0.5:
            del made_of[at : at + chance.randrange(40)]
        else:
            made_of[at:at] = chance.choice(
                (b"<", b">", b"{", b"\\", b"</p>", b"<td>", b"\xff", made_of[other : other + 40])
            )
    return bytes(made_of)


@pytest.mark.parametrize("name", FORMATS)
def test_a_damaged_document_is_read_or_refused_and_its_blocks_are_its_text(name: str) -> None:
    make, read = FORMATS[name]
    whole = make(paragraphs(seed=4, count=3))
    chance = random.Random(name)
    for _ in range(150):
        try:
            found = read(damaged(whole, chance), Limits())
        except Refused:
            continue
        texts = [found.text[block.offset :][: block.length] for block in found.blocks]
        assert "\n\n".join(texts) == found.text
        assert all(text and "\n\n" not in text for text in texts)


PROCESS = """
import hashlib, sys, msgspec
from ingest.normalise.extraction import Limits
from tests.unit.documents.test_reader_laws import every_format
from tests.unit.documents.prose import paragraphs
for make, read in every_format().values():
    found = read(make(paragraphs(seed=9, count=6)), Limits())
    print(hashlib.sha256(msgspec.json.encode(found)).hexdigest())
"""


def test_the_same_bytes_give_the_same_in_another_process() -> None:
    here = [
        hashlib.sha256(msgspec.json.encode(read(make(paragraphs(seed=9, count=6)), Limits()))).hexdigest()
        for make, read in every_format().values()
    ]
    elsewhere = {**os.environ, "PYTHONHASHSEED": "7", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu"}

    told = subprocess.run(
        [sys.executable, "-c", PROCESS], env=elsewhere, capture_output=True, text=True, check=True
    )

    assert told.stdout.split() == here


def test_nothing_is_loaded_before_it_is_needed() -> None:
    code = (
        "import sys\n"
        "from ingest.normalise import normalise\n"
        "from ingest.normalise.documents import docx, epub, html_article, html_whole, mail, media, odt, pdf, pptx, rtf\n"
        "late = {'pypdfium2', 'pypdfium2_raw', 'trafilatura', 'lxml', 'zipfile', 'pyexpat', 'email.parser', 'xml.etree'} & set(sys.modules)\n"
        "print(sorted(late))"
    )

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"
