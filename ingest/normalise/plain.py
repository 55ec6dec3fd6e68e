"""Plain text: blanks at the end of a line mean nothing, and a short first line may be a title."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.expressions import expression
from ingest.normalise.format import Format, Metadata

_BLANKS = " \t"
_PIECE = 1 << 20
LONGEST_TITLE = 120

_FIRST_PARAGRAPH_OF_ONE_LINE = expression(rf"[ \t\n]*+([^\n]{{1,{LONGEST_TITLE}}})(?:\n[ \t]*+(?:\n|\Z)|\Z)")
_SENTENCE_END = frozenset(".!?…:;,。！？")
_CLOSING = "\"'”’»›)]"


def without_trailing_blanks(text: str) -> str:
    """Return the text with no space or tab at the end of a line; the same object when there is none."""
    if not (" \n" in text or "\t\n" in text or text.endswith((" ", "\t"))):
        return text
    pieces = (text,) if len(text) <= _PIECE else _pieces(text)
    return "".join(["\n".join([line.rstrip(_BLANKS) for line in piece.split("\n")]) for piece in pieces])


def _pieces(text: str) -> Iterator[str]:
    # A list of ten million lines would take ten times the memory of the text.
    start = 0
    while start < len(text):
        end = text.find("\n", start + _PIECE) + 1 or len(text)
        yield text[start:end]
        start = end


def headline(text: str) -> str | None:
    """Return the first line that is not blank, when it reads as a headline; else None.

    It does when it has at most 120 characters and a letter or digit, a blank line or the end
    of the text follows, and it does not end in a sentence's punctuation, closing quotes and
    brackets aside.
    """
    match = _FIRST_PARAGRAPH_OF_ONE_LINE.match(text)
    if match is None:
        return None
    line = match.group(1).strip()
    ending = line.rstrip(_CLOSING)
    if not ending or ending[-1] in _SENTENCE_END or not any(map(str.isalnum, line)):
        return None
    return line


def _metadata(text: str) -> Metadata:
    return Metadata(title=headline(text))


FORMAT = Format(
    normaliser="plain/6",
    media_type="text/plain",
    extensions=(b"txt", b"text"),
    body=without_trailing_blanks,
    metadata=_metadata,
)
