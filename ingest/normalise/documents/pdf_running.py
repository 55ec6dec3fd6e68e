"""What a document repeats at the head or the foot of its pages."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

from ingest.expressions import expression
from ingest.normalise.documents.draft import canonical
from ingest.normalise.documents.pdf_file import Page, Run
from ingest.normalise.documents.pdf_lines import Line
from ingest.normalise.extraction import Annotation

_NUMBERS = expression(r"\d+|\b[ivxlc]+\b")
_DIGITS = expression(r"\d+")
_BLANKS = expression(r"\s+")
_MOST = 1_000  # running heads that are told
_SEVERAL = 3
_OUTER = 2  # lines at either end of a page that may be one
_BESIDE = 1.3  # times that distance: what numbers the pages may be as near
_APART = 1.6  # times the distance from line to line: what stands farther off is set apart
_OTHER_SIZE = 0.08  # of the usual one
_SHORT = 0.6  # of the usual width


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


def repeated(pages: Sequence[list[Line]]) -> set[int]:
    """Return which lines are running heads or feet, by their identity.

    Such a line is one of the outer two of its page. It is said on several pages at one height, and is set
    apart from the text, or of another size than it, or short and said on half of the pages; or it is the
    outermost line, is set apart, not larger than the text, and half of the pages have such a line there; or
    it is the outermost, apart a little, and says the same on three pages but for the number of the page.

    A full line that is no farther from its neighbour than the text's own lines are is text: pages of double
    spaced lines, or of clauses that end alike, lose none to this; nor do slides lose their titles. A line
    that begins with a mark which stands raised on its page counts for nothing: it begins a note.
    """
    if len([lines for lines in pages if lines]) < 2:
        return set()
    pitch = _pitch(pages)
    size = _median([line.size for lines in pages for line in lines])
    width = _median([line.x1 - line.x0 for lines in pages for line in lines])
    said: Counter[tuple[int, str]] = Counter()
    first_at: Counter[tuple[str, int]] = Counter()
    outer: list[list[tuple[Line, str, bool, bool]]] = []
    for lines in pages:
        raised = _raised(lines)
        by_height = sorted(lines, key=lambda line: -line.y)
        found: list[tuple[Line, str, bool, bool]] = []
        for end, ordered in (("top", by_height), ("end", by_height[::-1])):
            gaps = [_is_apart(ordered, rank, pitch) for rank in range(min(_OUTER, len(ordered)))]
            for rank, line in enumerate(ordered[:_OUTER]):
                same = [other for other in ordered[:6] if abs(other.y - line.y) < 2]
                beyond = any(gaps[rank:]) or abs(line.size - size) > _OTHER_SIZE * size
                found += [(one, end, gaps[0] and rank == 0, beyond) for one in same]
        outer.append(found)
        likely = [each for each in found if not _begins_note(each[0], raised)]
        said.update({(round(line.y), _said(line)) for line, *_ in likely})
        first_at.update({(end, round(line.y)) for line, end, apart, _ in likely if apart})
    least = max(2, (len(pages) + 2) // 3) if len(pages) > 2 else 2
    half = (len(pages) + 1) // 2
    gone = _numbered(pages, (1 + _OTHER_SIZE) * size, pitch)
    for found in outer:
        for line, end, apart, beyond in found:
            text = _said(line)
            times = max(said[round(line.y) + shift, text] for shift in (-1, 0, 1))
            places = max(first_at[end, round(line.y) + shift] for shift in (-1, 0, 1))
            is_short = line.x1 - line.x0 < _SHORT * width
            if (
                (beyond and times >= min(least, 3))
                or (is_short and times >= max(2, half))
                or (apart and places >= max(3, half) and line.size < (1 + _OTHER_SIZE) * size)
            ):
                gone.add(id(line))
    return gone


def _numbered(pages: Sequence[list[Line]], largest: float, pitch: float) -> set[int]:
    """Return the outermost lines that say the same on several pages but for the number of the page."""
    alike: dict[tuple[int, int, str], list[tuple[int, Line]]] = {}
    for number, lines in enumerate(pages):
        raised = _raised(lines)
        for sign in (1, -1):
            ordered = sorted(lines, key=lambda line: -sign * line.y)[:_OUTER]
            if len(ordered) == _OUTER and abs(ordered[0].y - ordered[1].y) > _BESIDE * pitch:
                line = ordered[0]
                if line.size < largest and not _begins_note(line, raised):
                    alike.setdefault((sign, round(line.y), _said(line)), []).append((number, line))
    gone: set[int] = set()
    for (_, _, text), held in alike.items():
        if len(held) >= _SEVERAL and any(map(str.isalpha, text)):
            numbers = [[int(each) - number for each in _DIGITS.findall(line.text)] for number, line in held]
            if any(len(set(each)) == 1 for each in zip(*numbers, strict=True)):
                gone.update(id(line) for _, line in held)
    return gone


def _raised(lines: list[Line]) -> set[str]:
    return {word.mark for line in lines for word in line.words if word.is_raised}


def _begins_note(line: Line, raised: set[str]) -> bool:
    return len(line.words) > 1 and line.words[0].mark.rstrip(".)") in raised


def _is_apart(ordered: list[Line], rank: int, pitch: float) -> bool:
    """Tell whether the next height is farther from this line than lines of the text are from each other."""
    line = ordered[rank]
    following = next((other for other in ordered[rank:] if abs(other.y - line.y) >= 2), None)
    if following is None:
        return False
    return abs(following.y - line.y) > _APART * max(max(following.size, 1) * 1.2, pitch)


def _pitch(pages: Sequence[list[Line]]) -> float:
    """Return the usual distance from one height at which there is text to the next."""
    gaps: list[float] = []
    for lines in pages:
        heights = sorted(line.y for line in lines)
        gaps += [above - below for below, above in itertools.pairwise(heights) if above - below >= 2]
    return _median(gaps)


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


def _said(line: Line) -> str:
    return _NUMBERS.sub("#", line.text.lower())
