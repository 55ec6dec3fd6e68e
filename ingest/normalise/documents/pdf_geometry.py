"""A PDF without tags that can be trusted, read by where its lines stand.

Lines are read in the order in which the file draws them. What stands at the same height of many pages and
says the same is a running head; a document of one page has none. Small lines at the end of a page that
begin with a mark are notes, and the mark leaves the text.
"""

from __future__ import annotations

import itertools

from ingest.expressions import expression
from ingest.normalise.documents import pdf_annotations, pdf_lines, pdf_paragraphs, pdf_running
from ingest.normalise.documents.draft import Closed, Draft
from ingest.normalise.documents.pdf_file import File, PdfDraft
from ingest.normalise.documents.pdf_hyphens import Hyphens
from ingest.normalise.documents.pdf_lines import Line
from ingest.normalise.documents.pdf_margins import Margins
from ingest.normalise.documents.pdf_mirrored import unmirror
from ingest.normalise.documents.pdf_paragraphs import Paragraph
from ingest.normalise.documents.pdf_running import RunningHeads
from ingest.normalise.extraction import Annotation, Limits, Refused

WAY = "pdf-geometry/6"
_MARK = expression(r"\d{1,3}|[*†‡§¶]{1,3}|[a-z]")
_BEGINS_NOTE = expression(r"(\d{1,3}|[0-9⁰¹²³⁴-⁹]{1,3}|[*†‡§¶]{1,3})[.)]?(?=\s|[A-Z“\"(]|(?<=[⁰¹²³⁴-⁹]))")
_SMALL = 0.93  # of the text's size
_FARTHER = 1.25  # of the usual distance of two lines


def read(file: File, limits: Limits) -> PdfDraft:
    """Return the document by where its lines stand; Refused where it has no characters."""
    pages: list[list[Line]] = []
    heights: list[float] = []
    heads = RunningHeads()
    apart = False
    empty: set[int] = set()
    beside: dict[str, list[Annotation]] = {"comments": [], "fields": [], "pages_without_text": []}
    for page in file.each_page():
        runs = [run for run in page.runs() if run.text.strip()]
        apart = apart or page.draws_hyphens_apart
        if not runs and page.shows:
            empty.add(page.number)
            beside["pages_without_text"].append(Annotation(page=page.number))
        pages.append(pdf_lines.lines(page, runs))
        heights.append(page.height)
        comments, values = pdf_annotations.on_page(file, page.handle, page.number)
        beside["comments"] += comments
        beside["fields"] += values
    if not any(pages):
        raise Refused("no_text_layer", "the pages hold no characters")

    repeated = pdf_running.repeated(pages)
    for number, lines in enumerate(pages):
        for line in lines:
            if id(line) in repeated:
                heads.say(line.text + "\n", "head" if line.y > heights[number] / 2 else "foot", number + 1)
        pages[number] = [line for line in lines if id(line) not in repeated]
    beside["running_heads"] = heads.found()

    unmirror(pages)
    margins = Margins([line for lines in pages for line in lines])
    hyphens = Hyphens((line.text for lines in pages for line in lines), apart=apart)
    draft, notes = Draft(limits), Draft(limits)
    body: list[Paragraph] = []
    foot: list[Paragraph] = []
    before: list[Line] = []
    for lines in pages:
        # A note that finds no room stands on the page after its mark.
        here, left = _raised(lines), _raised(before)
        rest, below = _notes(lines, margins, here | left)
        marks = _unmarked(rest, below)
        _unmarked(before, [line for line in below if _mark(line) not in here])
        before = rest
        made = pdf_paragraphs.paragraphs(rest, margins)
        is_open = body and made and not body[-1].is_row and not made[0].is_row
        if is_open and pdf_paragraphs.goes_on(body[-1], made[0].lines[0], margins):
            body[-1].lines += made.pop(0).lines
        body += made
        foot += _split_notes(below, marks, margins)
    for paragraph in body:
        draft.write(paragraph.text if paragraph.is_row else hyphens.joined(paragraph.text))
        draft.close(paragraph.kind, paragraph.lines[0].page)
    for paragraph in foot:
        notes.write(paragraph.text if paragraph.is_row else hyphens.joined(paragraph.text))
        notes.close("note", paragraph.lines[0].page)
    closed: list[Closed] = notes.take()
    return PdfDraft(way=WAY, draft=draft, notes=closed, beside=beside, empty=empty)


def _raised(lines: list[Line]) -> set[str]:
    return {word.mark for line in lines for word in line.words if word.is_raised}


def _notes(lines: list[Line], margins: Margins, named: set[str]) -> tuple[list[Line], list[Line]]:
    """Return the lines of the body, and those at the end of the page that begin with a mark.

    `named` are the marks that stand raised in the text and have no note yet.
    """
    body: list[Line] = []
    below: list[Line] = []
    is_note = is_small = False
    for index, line in enumerate(lines):
        before = lines[index - 1] if index else None
        if before is not None and (line.y > before.y or (is_small and line.size > 0.97 * margins.size)):
            is_note = False  # another column, or the body again
        if before is not None and not is_note and _mark(line) in named:
            is_small = line.size < _SMALL * margins.size
            is_note = is_small or _is_large_note(lines, index, margins)
        (below if is_note else body).append(line)
    if below:
        return body, below
    start = len(lines)
    while start > 0 and lines[start - 1].size < _SMALL * margins.size:
        if start < len(lines) and lines[start - 1].y <= lines[start].y:
            break
        start -= 1
    while start < len(lines) and not _mark(lines[start]):
        start += 1
    if start == 0:
        return lines, []
    return lines[:start], lines[start:]


def _is_large_note(lines: list[Line], index: int, margins: Margins) -> bool:
    """Tell whether notes in the text's size begin with a line: apart, at the end, no items of a list."""
    line = lines[index]
    if lines[index - 1].y - line.y <= _FARTHER * margins.step(line) or (len(lines) - index) * 4 > len(lines):
        return False
    if any(after.y > before.y for before, after in itertools.pairwise(lines[index:])):
        return False
    return not any(other.is_item() and abs(other.x0 - line.x0) < 2 for other in lines[:index])


def _mark(line: Line) -> str | None:
    """Return the mark of the note that begins with the line."""
    first = line.words[0]
    is_small = len(line.words) > 1 and (first.size < 0.85 * line.size or line.words[1].is_glued)
    if first.is_raised or is_small:
        return first.mark if _MARK.fullmatch(first.mark) else None
    found = _BEGINS_NOTE.match(line.text)
    return found[1].translate(pdf_lines.DIGITS) if found else None


def _unmarked(lines: list[Line], below: list[Line]) -> set[str]:
    """Take the marks of the notes below out of the text; return the marks."""
    marks = {mark for line in below if (mark := _mark(line)) is not None}
    for line in lines:
        kept = [word for word in line.words if not (word.is_raised and word.mark in marks)]
        if kept and len(kept) < len(line.words):
            kept[-1].x1 = max(kept[-1].x1, line.x1)  # the line reaches as far as it did
            line.words[:] = kept
    return marks


def _split_notes(below: list[Line], marks: set[str], margins: Margins) -> list[Paragraph]:
    groups: list[list[Line]] = []
    for line in below:
        mark = _mark(line)
        if not groups or mark in marks:
            groups.append([line if mark is None else _without(line, mark)])
        else:
            groups[-1].append(line)
    return [paragraph for group in groups for paragraph in pdf_paragraphs.paragraphs(group, margins)]


def _without(line: Line, mark: str) -> Line:
    first = line.words[0]
    if first.mark.rstrip(".)") == mark:
        return Line(line.words[1:] or [first], line.y, line.size, line.page)
    first.text = first.text[len(mark) :]
    return line
