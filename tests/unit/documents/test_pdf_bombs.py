"""Files of PDF that are small and ask for much: each ends in a reason, in time, and the next one is read."""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Callable, Iterator

import pytest

from ingest.confined.reader import Documents, Reader
from ingest.normalise.document_formats import FORMATS, Html, Unread
from ingest.normalise.extraction import Extracted
from tests.unit.documents.drawn import whole

pytest.importorskip("pypdfium2_raw")
PDF = FORMATS["application/pdf"]
DEADLINE = 2.0
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"


def stream(data: bytes, filters: bytes = b"") -> bytes:
    return b"<< /Length %d %s >> stream\n%s\nendstream" % (len(data), filters, data)


def paged(content: bytes, *more: bytes, resources: bytes = b"") -> bytes:
    """Return a PDF of one page with this stream; `more` are the objects from 6 on."""
    return whole(
        CATALOG,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R"
        b" /Resources << /Font << /F 5 0 R >> %s >> >>" % resources,
        content,
        FONT,
        *more,
    )


def text(words: bytes) -> bytes:
    return stream(b"BT /F 12 Tf 10 100 Td (%s) Tj ET" % words)


def unpacking(mebibytes: int) -> bytes:
    """Return a stream of blanks, packed twice."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(b" " * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    size = mebibytes << 20
    low, high = 1 + 32 * size, size + 16 * size * (size + 1)
    total = struct.pack(">HH", high % 65521, low % 65521)  # Adler-32
    packed = b"\x78\xda" + block * mebibytes + packer.flush() + total
    return stream(zlib.compress(packed, 9), b"/Filter [/FlateDecode /FlateDecode]")


def forms(levels: int) -> bytes:
    """Return a page of a form that draws ten times one that draws ten times another, and so on."""
    made = [
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 200 200] /Resources << /Font << /F 5 0 R >>"
        b" /XObject << /X %d 0 R >> >> /Length 60 >> stream\n%s\nendstream"
        % (number + 1, (b"/X Do " * 10).ljust(60))
        for number in range(6, 6 + levels)
    ]
    last = stream(b"BT /F 12 Tf (word ) Tj ET", b"/Type /XObject /Subtype /Form /BBox [0 0 200 200]")
    return paged(stream(b"/X Do"), *made, last, resources=b"/XObject << /X 6 0 R >>")


BOMBS: dict[str, Callable[[], bytes]] = {
    "arrays in arrays": lambda: paged(stream(b"[" * 300_000 + b"]" * 300_000 + b" TJ")),
    "dictionaries in dictionaries": lambda: whole(b"<< /A " * 200_000 + b">> " * 200_000),
    "saved states in saved states": lambda: paged(stream(b"q " * 300_000)),
    "a stream of 64 megabytes": lambda: paged(unpacking(64)),
    "a hundred thousand objects": lambda: whole(CATALOG, *[b"null"] * 100_000),
    "a tree of pages that is a circle": lambda: whole(
        CATALOG,
        b"<< /Type /Pages /Kids [3 0 R] /Count 2 /Parent 3 0 R >>",
        b"<< /Type /Pages /Kids [2 0 R] /Count 2 /Parent 2 0 R >>",
    ),
    "a tree of pages that doubles": lambda: whole(
        CATALOG,
        *[
            b"<< /Type /Pages /Kids [%d 0 R %d 0 R] /Count 4000000 >>" % (number, number)
            for number in range(3, 30)
        ],
        b"<< /Type /Page /MediaBox [0 0 9 9] >>",
    ),
    "a form that draws ten million words": lambda: forms(7),
}
# Each takes seconds; what they ask for is asked for in a smaller way above.
LARGE: dict[str, Callable[[], bytes]] = {
    "two million saved states": lambda: paged(stream(b"q " * 2_000_000)),
    "a stream of two gigabytes": lambda: paged(unpacking(2048)),
    "a million objects": lambda: whole(CATALOG, *[b"null"] * 1_000_000),
}


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    made = Reader(Documents(deadline=DEADLINE))
    yield made
    made.close()


@pytest.mark.parametrize("bomb", [*BOMBS, *(pytest.param(each, marks=pytest.mark.full) for each in LARGE)])
def test_it_ends_in_a_reason_in_time_and_the_next_is_read(reader: Reader, bomb: str) -> None:
    data = (BOMBS | LARGE)[bomb]()
    good = paged(text(b"A good one."))
    assert isinstance(reader.read(PDF, good, Html()), Extracted)

    begun = time.monotonic()
    found = reader.read(PDF, data, Html())

    assert isinstance(found, Unread)
    assert found.reason in {"refused", "too_large", "no_text_layer", "extractor_failed"}
    assert time.monotonic() - begun < DEADLINE + 5
    after = reader.read(PDF, good, Html())
    assert isinstance(after, Extracted)
    assert after.text == "A good one."
