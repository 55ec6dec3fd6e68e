"""Documents that were read as plain text for want of a lock are told, like those that were not read."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from ingest import normalise, status
from ingest.media_types import TEXTUAL
from ingest.model import Content, Seq
from ingest.normalise.document_formats import DocumentFormat, Html
from ingest.normalise.extraction import Annotations, Extracted
from ingest.store import roots, totals
from ingest.store.new_rows import prepare
from ingest.store.root_reports import RootReport
from tests import recording

_PAGE = b"<html><body>The road is shut.</body></html>"
_LETTER = b"From: a@example.org\nSubject: The road\n\nIt is shut.\n"
_BOOK = b"PK\x03\x04" + bytes(14) + b"\x14\0\0\0" + bytes(8) + b"mimetypeapplication/epub+zip"


def _read(_format: DocumentFormat, _raw: bytes, _html: Html) -> Extracted:
    said = "The road is shut."
    return Extracted(
        way="html-whole/1", media_type="text/html", text=said, blocks=(), annotations=Annotations()
    )


@pytest.mark.parametrize(
    ("files", "is_read", "detail"),
    [
        ({b"a.html": _PAGE}, False, "1 document was read as plain text: the system granted no lock"),
        ({b"a.html": _PAGE}, True, None),
        ({b"a.txt": b"The road is shut.\n", b"b.png": b"\x89PNG\r\n\x1a\n\0"}, False, None),
        ({b"a.epub": _BOOK}, False, "1 document was not read: the system granted no lock"),
        (
            {b"a.html": _PAGE, b"b.eml": _LETTER, b"c.epub": _BOOK},
            False,
            "1 document was not read, 2 documents were read as plain text: the system granted no lock",
        ),
    ],
)
def test_the_problem_counts_both(
    tmp_path: Path, files: dict[bytes, bytes], is_read: bool, detail: str | None
) -> None:
    with recording.opened(f"sqlite:///{tmp_path}/store.db") as store:
        root = recording.add_root(store)
        entries = []
        for name, raw in files.items():
            made = normalise.normalise(raw, name, read=_read if is_read else None)
            content = Content(raw=raw, sha256=sha256(raw).digest(), rendition=made)
            version = prepare(content, modified_at=1, salt=recording.SALT, before=None, dictionary=None)
            entries.append(msgspec.structs.replace(recording.entry("created", name), version=version))
        recording.record(store, root, entries)
        with store.read() as connection:
            told = status.record(connection, now=recording.wall(), host="host", live={}).problems
            found = [totals.is_confined(connection, TEXTUAL, after=Seq(after)) for after in (0, len(files))]
            one = status.health(
                connection, now=recording.wall(), host="host",
                live={rows.uid.hex(): RootReport(backend="native") for rows in roots.every(connection)},
                unheard=None, contradictions=(), is_confined=found[0],
            )  # fmt: skip
    assert [each.detail for each in told if each.code == "not_confined"] == ([detail] if detail else [])
    assert found == [detail is None, True]
    assert one == ("ok" if detail is None else "degraded")
