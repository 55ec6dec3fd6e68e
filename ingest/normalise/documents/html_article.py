"""The article of a page of HTML, without the menus, teasers and footers around it.

The library that finds it guesses, and what it guesses wrongly is lost in silence: `is_article` says whether
the page's own mark-up calls it an article, and other pages are better read whole. Where the library finds
none, and where a page has more tags than it reads in time, the page is read whole, and `way` says so.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from ingest.expressions import expression
from ingest.normalise.documents import html_whole
from ingest.normalise.documents.draft import Draft
from ingest.normalise.extraction import Annotation, BlockKind, Extracted, Limits, Refused

WAY = "html-article/3"
MEDIA_TYPE = "text/html"

_META = expression(r"<meta\s[^<>]{0,1000}", re.IGNORECASE)
_OPEN_GRAPH = expression(r"""["']og:type["']""", re.IGNORECASE)
_OPEN_GRAPH_ARTICLE = expression(r"""["']article["']""", re.IGNORECASE)
_SCHEMA = expression(
    r"""(?:["']@type["']\s{0,9}:\s{0,9}\[?\s{0,9}|itemtype\s{0,9}=\s{0,9}["']https?://schema\.org/)["']?"""
    r"(?:News|Blog|Opinion|Analysis|Reportage|Review|Scholarly|Tech|Satirical|BackgroundNews)?"
    r"(?:Article|Posting)\b",
    re.IGNORECASE,
)
_BODY = expression(r"""itemprop\s{0,9}=\s{0,9}["']?articleBody""", re.IGNORECASE)
_ARTICLE = expression(r"<article[\s>]", re.IGNORECASE)
_KINDS: dict[str, BlockKind] = {"head": "heading", "item": "item", "caption": "caption"}
_BLOCKS = frozenset(
    ("p", "head", "item", "quote", "code", "list", "table", "row", "cell", "div", "ab", "body")
)
_BLANKS = expression(r"[ \t\n\r\f]+")
_ROW_OR_SPAN = expression(
    r"""<tr\b|\bcolspan\s{0,9}=\s{0,9}["']?([0-9]{1,9})|\browspan\s{0,9}=""", re.IGNORECASE
)
_SPAN = expression(r"""\b((?:col|row)span\s{0,9}=\s{0,9}["']?)[0-9]+""", re.IGNORECASE)
_FIGURE = expression(r"(</?)figure\b", re.IGNORECASE)
_CAPTION = expression(r"(</?)figcaption\b", re.IGNORECASE)
_WIDEST = 1_000  # cells: the library takes no more
_MOST_TAGS = 50_000


def is_article(data: bytes) -> bool:
    """Tell whether the page's own mark-up says that it is one article."""
    text = html_whole.characters(data)
    return (
        any(_says_article(meta[0]) for meta in _META.finditer(text))
        or any(pattern.search(text) is not None for pattern in (_SCHEMA, _BODY))
        or len(_ARTICLE.findall(text)) == 1
    )


def _says_article(meta: str) -> bool:
    return _OPEN_GRAPH.search(meta) is not None and _OPEN_GRAPH_ARTICLE.search(meta) is not None


def read(data: bytes, limits: Limits) -> Extracted:
    """Return the text of the page's article, and what the page says of itself."""
    whole = html_whole.read(data, limits)
    page = html_whole.characters(data)
    if page.count("<") > _MOST_TAGS:
        return whole
    found = _extraction()(
        _with_figures(_narrowed(page)),
        include_comments=False,
        include_tables=True,
        with_metadata=False,
        deduplicate=False,
    )
    body = getattr(found, "body", None)
    if body is None:
        return whole
    draft = Draft(limits)
    _Writer(draft).write(body)
    claims: list[Annotation] = list(whole.annotations.properties)
    made = draft.extracted(way=WAY, media_type=MEDIA_TYPE, beside={"properties": claims})
    return made if made.text else whole


def _with_figures(page: str) -> str:
    """Return the page with its figures as plain parts: the library drops them, with captions and tables."""
    return _CAPTION.sub(r"\1p", _FIGURE.sub(r"\1div", page))


def _narrowed(page: str) -> str:
    """Return the page with cells of one column each, where its tables would be too large.

    The library makes each row as wide as the widest, a cell for each column that one spans, and one more in
    the rows below a cell that spans them.
    """
    rows = widest = here = down = 0
    for found in _ROW_OR_SPAN.finditer(page):
        if found[1] is not None:
            here += int(found[1])
            widest = max(widest, here)
        elif found[0][1:].lower() == "tr":
            rows, here = rows + 1, 0
        else:
            down += 1
    width = min(widest, _WIDEST) + min(down, _WIDEST)
    return _SPAN.sub(r"\g<1>1", page) if rows * width > _MOST_TAGS else page


class _StopWords:
    """Those of all languages that the library has, given once to be made a set of: the set alone is kept."""

    def __init__(self, languages: Iterable[str], of: Callable[[str], Iterable[str]]) -> None:
        self._languages = languages
        self._of = of

    def __iter__(self) -> Iterator[str]:
        return itertools.chain.from_iterable(map(self._of, self._languages))


@functools.cache
def _extraction() -> Callable[..., object]:
    """Return what finds an article, with the lists of words that it reads when it first falls back on them.

    A process that can open no file any more must have them.
    """
    try:
        import trafilatura  # noqa: PLC0415 - large, and only an article needs it
        from justext.core import define_stoplist  # noqa: PLC0415 - the same
        from justext.utils import get_stoplist, get_stoplists  # noqa: PLC0415 - the same
        from trafilatura import external  # noqa: PLC0415 - the same
    except ModuleNotFoundError as missing:
        detail = "an article is found with the extra `documents`: pip install 'ingest[documents]'"
        raise Refused("no_extractor", detail) from missing
    external.JT_STOPLIST = _StopWords(get_stoplists(), get_stoplist)  # type: ignore[assignment]
    define_stoplist(external.JT_STOPLIST)
    found: Callable[..., object] = trafilatura.bare_extraction
    return found


class _Element(Protocol):
    """An element of the tree that the library gives: one of lxml's, of which comments have no name."""

    text: str | None
    tail: str | None
    tag: object

    def __iter__(self) -> Iterator[_Element]: ...


class _Writer:
    """Writes what the library found: its own few elements, which nest a little."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._ends_blank = True

    def write(self, body: _Element) -> None:
        self._element(body, None)
        self._end(None)

    def _element(self, element: _Element, kind: BlockKind | None) -> None:
        self._say(element.text)
        for inner in element:
            name = inner.tag if isinstance(inner.tag, str) else ""
            if name == "lb":
                self._draft.write("\n")
                self._ends_blank = True
            elif name == "row":
                self._end(kind)
                self._row(inner)
            elif name in _BLOCKS:
                self._end(kind)
                self._element(inner, _KINDS.get(name, kind))
                self._end(_KINDS.get(name, kind))
            elif name:
                self._element(inner, kind)
            self._say(inner.tail)

    def _row(self, row: _Element) -> None:
        cells = []
        for cell in row:
            self._draft.push()
            self._element(cell, None)
            self._end(None)
            cells.append(self._draft.pop())
        self._draft.put_row(cells)

    def _say(self, text: str | None) -> None:
        if not text:
            return
        text = _BLANKS.sub(" ", text)
        if self._ends_blank:
            text = text.lstrip(" ")
        if text:
            self._draft.write(text)
            self._ends_blank = text.endswith(" ")

    def _end(self, kind: BlockKind | None) -> None:
        self._draft.close(kind or "paragraph")
        self._ends_blank = True
