"""A way of reading has a number, which goes up whenever the same bytes give another rendition."""

from __future__ import annotations

import hashlib

import msgspec
import pytest

from ingest.normalise.documents import pdf
from ingest.normalise.extraction import Extracted, Limits
from tests.unit.documents.drawn import At, drawn
from tests.unit.documents.test_pdf_heads import pages

pytest.importorskip("pypdfium2_raw")
COLUMNS = [
    [At(40, 560, "A head"), At(300, 30, str(number))]
    + [
        At(x, 520 - 12 * n, f"Words of column {x} that go to its end {n}", size=8)
        for x in (40, 220)
        for n in range(30)
    ]
    for number in (1, 2, 3)
]
ROWS = [[At(40 + 120 * x, 500 - 14 * y, f"cell {x} {y}") for y in range(4) for x in range(3)]]
LINES = (
    "A line that ends with a word that is cut by a hy-",
    "phen, and a self-",
    "employed person; and a line that is short.",
    "1. An item of a list that begins with its number and goes on",
    "in another line.",
)
TEXT = [[At(50 + 20 * (n == 4), 540 - 13 * n, line) for n, line in enumerate(LINES)]]
ACCENT = [[At(50, 540, "Cafe by itself, and its accent behind the line"), At(66.2, 540, "\xb4")]]
CASES = {  # name, way and digest of each stand in READ
    "heads that no tag names": pages("P", None),
    "heads that tags name": pages("Artifact", "Artifact"),
    "columns": drawn(COLUMNS),
    "rows": drawn(ROWS),
    "lines": drawn(TEXT),
    "an accent drawn by itself": drawn(ACCENT),
}
READ = """
heads that no tag names	pdf-tags/6	0067c3ebbfbe6120
heads that tags name	pdf-tags/6	0067c3ebbfbe6120
columns	pdf-geometry/6	acff079b04a93de8
rows	pdf-geometry/6	c903cb9786e5c875
lines	pdf-geometry/6	df64501537e49da8
an accent drawn by itself	pdf-geometry/6	b1a460c7c2b299c8
"""


def digest(found: Extracted) -> str:
    """Return a digest of all that was read, and of no field that holds nothing."""
    told = msgspec.to_builtins(found)
    told["annotations"] = {
        key: [{name: value for name, value in each.items() if value is not None} for each in values]
        for key, values in told["annotations"].items()
        if values
    }
    return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()[:16]


def test_what_is_read_is_what_this_number_has_read() -> None:
    """Where this fails and the rendition is as it should be, the way's number goes up with the digest."""
    read = {name: pdf.read(data, Limits()) for name, data in CASES.items()}

    assert [
        f"{name}\t{found.way}\t{digest(found)}" for name, found in read.items()
    ] == READ.strip().splitlines()
