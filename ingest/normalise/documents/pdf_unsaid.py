"""Running heads that the tags of a document do not call so: told by where they stand, as without tags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ingest.normalise.documents.pdf_file import Page, Run
from ingest.normalise.documents.pdf_lines import Line, Word, lines
from ingest.normalise.documents.pdf_running import RunningHeads, repeated

_ONE_LINE = 0.2  # of the size
Place = tuple[int, int]  # a page, and the number by which tags name what stands there


class PageLines:
    """The lines of a tagged page: those of stretches that the tags name, and of what they leave out."""

    def __init__(self, page: Page) -> None:
        self.number = page.number
        self.height = page.height
        self.lines: list[Line] = []
        self.named: dict[Place, list[Line]] = {}
        self._page = page
        self._last: tuple[Place, Line] | None = None
        self._own: list[Line] = []
        self._ends: list[int] = []  # the last character of each of them

    def add(self, run: Run) -> None:
        """Take a run that the tags name. A run is a word here: only where it stands is asked."""
        text = run.text.strip()
        if not text:
            return
        place = (self.number, run.mark)
        word = Word(text, run.x, run.x, run.y, run.size)
        end = run.start + len(run.text.rstrip()) - 1
        if self._last is not None:
            before, line = self._last
            if before == place and abs(line.y - run.y) < _ONE_LINE * run.size and run.x >= line.x0:
                line.words.append(word)
                self._ends[-1] = end
                return
        line = Line([word], run.y, run.size, self.number)
        self.lines.append(line)
        self.named.setdefault(place, []).append(line)
        self._last = place, line
        self._own.append(line)
        self._ends.append(end)

    def end(self) -> None:
        """Ask how far the lines reach, while the page is open."""
        for line, right in zip(self._own, self._page.rights(self._ends), strict=True):
            line.words[-1].x1 = right

    def of(self, strays: Iterable[Run]) -> list[Line]:
        """Return the lines made of runs of text that no tag names; they are kept in `lines` too."""
        made = lines(self._page, strays)
        self.lines += made
        return made


def take(
    pages: Sequence[PageLines], candidates: set[Place], heads: RunningHeads
) -> tuple[set[Place], set[int]]:
    """Say which lines are running heads; return which stretches they are, and all such lines by identity.

    Only `candidates` can be: of every other stretch a tag says what it is.
    """
    gone = repeated([page.lines for page in pages])
    places: set[Place] = set()
    for page in pages:
        for place, own in page.named.items():
            if place in candidates and all(id(line) in gone for line in own):
                places.add(place)
            else:
                gone.difference_update(map(id, own))
        for line in page.lines:
            if id(line) in gone:
                heads.say(line.text + "\n", "head" if line.y > page.height / 2 else "foot", page.number)
    return places, gone
