"""What a document takes that is read in the confined processes: CPU of all of them, beyond their start."""

from __future__ import annotations

import itertools
import resource
import statistics
from collections.abc import Callable

import msgspec
import typst

from ingest.confined.reader import Documents, Reader
from ingest.media_types import HTML
from ingest.normalise.document_formats import ARTICLE, FORMATS, DocumentFormat, Html
from ingest.normalise.extraction import Extracted
from tests.unit.documents.made import docx, p
from tests.unit.documents.prose import paragraphs

TIMES = 9
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Kind(msgspec.Struct, frozen=True):
    """Documents of so many words in one format, made of paragraphs, and how many are read in a run."""

    format: DocumentFormat
    words: int
    made: Callable[[list[str]], bytes]
    count: int


def _word(body: list[str]) -> bytes:
    return docx("".join(map(p, body)))


def _page(body: list[str]) -> bytes:
    inside = "".join(f"<p>{text}</p>" for text in body)
    return (
        "<html lang=en><head><title>News</title></head><body><nav><a href=/>Home</a></nav><article>"
        f"<h1>The headline</h1>{inside}</article><footer><p>Copyright</p></footer></body></html>"
    ).encode()


def _pdf(body: list[str]) -> bytes:
    source = "\n\n".join(('#set page(paper: "a5")\n#set par(justify: true)', *body))
    made = typst.compile(source.encode(), format="pdf")
    assert isinstance(made, bytes)
    return made


KINDS = (
    Kind(
        FORMATS["application/vnd.openxmlformats-officedocument.wordprocessingml.document"], 2_400, _word, 200
    ),
    Kind(FORMATS[HTML], 1_000, _page, 200),
    Kind(ARTICLE, 750, _page, 25),
    Kind(FORMATS["application/pdf"], 1_330, _pdf, 25),  # five pages of A5
)


def text(words: int, seed: int) -> list[str]:
    """Return paragraphs of so many words together, the last one cut."""
    every = [each.split() for each in paragraphs(seed=seed, count=words // 12 + 1)]
    ends = list(itertools.accumulate(map(len, every)))
    left = [words - end + len(each) for each, end in zip(every, ends, strict=True)]
    return [" ".join(each[:most]) for each, most in zip(every, left, strict=True) if most > 0]


def _cpu(fmt: DocumentFormat, documents: list[bytes]) -> float:
    """Return the CPU seconds of all processes that read these documents, their start and end included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    reader = Reader(Documents())
    for raw in documents:
        found = reader.read(fmt, raw, Html())
        assert isinstance(found, Extracted), found
    reader.close()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _measured(kind: Kind) -> str:
    """Return the CPU a document, once a run: what the others take beyond the first."""
    documents = [kind.made(text(kind.words, seed)) for seed in range(kind.count + 1)]
    first = statistics.median(_cpu(kind.format, documents[:1]) for _ in range(TIMES))
    found = sorted((_cpu(kind.format, documents) - first) / kind.count * 1000 for _ in range(TIMES))
    return f"{statistics.median(found):.1f} ms ({found[0]:.1f} to {found[-1]:.1f})"


def measured() -> str:
    """Measure each kind; the medians, with the least and the most."""
    return "; ".join(map(_measured, KINDS))
