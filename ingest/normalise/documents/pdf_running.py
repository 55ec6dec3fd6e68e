"""What a document repeats at the head or the foot of its pages."""

from __future__ import annotations

import re

from ingest.normalise.documents.draft import canonical
from ingest.normalise.documents.pdf_file import Page, Run
from ingest.normalise.extracted import Annotation

_NUMBERS = re.compile(r"\d+|\b[ivxlc]+\b")
_BLANKS = re.compile(r"\s+")
_MOST = 1_000


class RunningHeads:
    """Collects them; each is told once, however many pages have it, without its numbers."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], None] = {}
        self._page = 0
        self._pieces: dict[str, list[str]] = {}

    def add(self, run: Run, page: Page) -> None:
        """Take a run of a page that the file says is no content."""
        self.say(run.text, "head" if run.y > page.height / 2 else "foot", page.number)

    def say(self, text: str, kind: str, page: int) -> None:
        """Take a text at the head or the foot of a page."""
        if page != self._page:
            self._close()
            self._page = page
        self._pieces.setdefault(kind, []).append(text)

    def found(self) -> list[Annotation]:
        """Return what was found, in the order of the pages."""
        self._close()
        return [Annotation(kind=kind, text=text) for kind, text in self._found]

    def _close(self) -> None:
        for kind, pieces in self._pieces.items():
            text = canonical(_BLANKS.sub(" ", _NUMBERS.sub("", "".join(pieces))))
            if any(map(str.isalnum, text)) and len(self._found) < _MOST:
                self._found[kind, text] = None
        self._pieces = {}
