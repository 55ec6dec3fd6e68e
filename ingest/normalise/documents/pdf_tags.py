"""A PDF read by its tags: the tree of its structure says what is a paragraph, an item, a row, a note.

An element that goes on over a page is one, since it stands at the same place of the tree on both. What the
tags leave out is kept where it stands, unless the file says that it is no content. Where the tags name less
than four fifths of the characters they are not trusted.
"""

from __future__ import annotations

import itertools

import msgspec

from ingest.expressions import expression
from ingest.normalise.documents import pdf_annotations, pdf_lines, pdf_paragraphs, pdf_unsaid
from ingest.normalise.documents.draft import Closed, Draft
from ingest.normalise.documents.pdf_file import CUT, File, Page, PdfDraft, Run
from ingest.normalise.documents.pdf_hyphens import Hyphens
from ingest.normalise.documents.pdf_running import RunningHeads
from ingest.normalise.documents.pdf_tree import NOTES, Node, Tree, has_notes, named, unnamed
from ingest.normalise.documents.pdf_unsaid import PageLines
from ingest.normalise.extraction import Annotation, BlockKind, Limits

WAY = "pdf-tags/6"
_LEAST_TAGGED = 0.8
# They hold text in a line, and end no block.
_INLINE_LIST = """
    Span Link Em Strong Quote Code Reference Annot Form Ruby RB RT RP Warichu WT WP BibEntry Sub NonStruct
    Private Lbl
"""
_INLINE = frozenset(_INLINE_LIST.split())
_KINDS: dict[str, BlockKind] = {
    **dict.fromkeys(("H", "H1", "H2", "H3", "H4", "H5", "H6", "H7", "H8", "H9", "Title"), "heading"),
    **dict.fromkeys(("LI", "LBody", "TOCI"), "item"),
    "Caption": "caption",
}
# What such an element holds stands among words: a formula in it is part of a sentence.
_OF_WORDS = (
    _INLINE
    | {"P", "LI", "LBody", "Caption", "TD", "TH"}
    | {name for name, kind in _KINDS.items() if kind == "heading"}
)
_NOTE_BEGINS = expression(r"\s*(\d{1,3}|[*†‡§]{1,3})[.)]?(?:\s|\Z)")
_SENTENCE_ENDS = expression(r"[.!?:;…][\"'”’»)\]]*\s*\Z")
_ONLY_MARK = expression(r"\s*[\[(]?(?:\d{1,3}|[*†‡§]{1,3})[\])]?\s*")
_CELLS = frozenset(("TD", "TH"))


class _Stretch(msgspec.Struct):
    """The text that one number of marked content names on one page, and where it begins and ends."""

    text: str = ""
    top: float = 0.0
    bottom: float = 0.0
    size: float = 0.0
    is_raised: bool = False
    begins_line: bool = False
    begins_note: bool = False


class _Held(msgspec.Struct, frozen=True):
    """A block that may go on in the next."""

    text: str
    kind: BlockKind
    page: int | None
    end: _Stretch | None


class _Collected:
    """What the pages hold: the tree of the tags, the stretches that it names, and what no tag names."""

    def __init__(self, file: File) -> None:
        self.tree = Tree(file.raw)
        self.stretches: dict[tuple[int, int], _Stretch] = {}
        # By the stretch behind which they stand.
        self.loose: dict[tuple[int, int] | None, list[tuple[int, list[pdf_lines.Line]]]] = {}
        self.heads = RunningHeads()
        self.beside: dict[str, list[Annotation]] = {"comments": [], "fields": [], "pages_without_text": []}
        self.empty: set[int] = set()
        self.letters = 0
        self.goes_left = False
        self.draws_hyphens_apart = False
        self._file = file
        self._lines: list[PageLines] = []

    def add(self, page: Page) -> None:
        """Take a page that is open."""
        self.tree.add(page)
        self.goes_left = self.goes_left or page.goes_left
        if not page.text.strip() and page.shows:
            self.empty.add(page.number)
            self.beside["pages_without_text"].append(Annotation(page=page.number))
        comments, values = pdf_annotations.on_page(self._file, page.handle, page.number)
        self.beside["comments"] += comments
        self.beside["fields"] += values
        lines = PageLines(page)
        self._lines.append(lines)
        last: tuple[int, int] | None = None
        strays: list[Run] = []
        before: Run | None = None
        for run in page.runs():
            if run.is_artifact and run.mark < 0:
                self.heads.add(run, page)
                continue
            self.letters += _letters(run.text)
            if run.mark < 0:
                strays.append(run)
                continue
            lines.add(run)
            if strays:
                self.loose.setdefault(last, []).append((page.number, lines.of(strays)))
                strays = []
            last = (page.number, run.mark)
            stretch = self.stretches.get(last)
            if stretch is None:
                stretch = self.stretches[last] = _begun(run, before)
            stretch.text += run.text
            stretch.bottom = run.y
            before = run
        if strays:
            self.loose.setdefault(last, []).append((page.number, lines.of(strays)))
        lines.end()
        self.draws_hyphens_apart = self.draws_hyphens_apart or page.draws_hyphens_apart

    def take_heads(self, candidates: set[tuple[int, int]]) -> None:
        """Take the running heads out of the text: those among `candidates`, and those that no tag names."""
        heads, lines = pdf_unsaid.take(self._lines, candidates, self.heads)
        for mark in heads:
            del self.stretches[mark]
        for behind in self.loose.values():
            behind[:] = [(page, [line for line in each if id(line) not in lines]) for page, each in behind]


def read(file: File, limits: Limits) -> PdfDraft | None:
    """Return the document by its tags; None where they name too little of it."""
    collected = _Collected(file)
    for page in file.each_page():
        collected.add(page)
    stretches, root = collected.stretches, collected.tree.root
    within = named(root)
    tagged = sum(_letters(stretches[mark].text) for mark in within if mark in stretches)
    if not collected.letters or tagged < collected.letters * _LEAST_TAGGED:
        return None
    collected.take_heads(unnamed(root) | (stretches.keys() - within.keys()))
    writer = _Writer(limits, collected)
    writer.orphans += [mark for mark in stretches if mark not in within]
    _mark_notes(stretches)
    writer.write(root)
    beside = {**collected.beside, "running_heads": collected.heads.found()}
    return PdfDraft(way=WAY, draft=writer.draft, notes=writer.notes, beside=beside, empty=collected.empty)


def _begun(run: Run, before: Run | None) -> _Stretch:
    """Return the stretch that begins with a run; `before` is the run before it on the page."""
    stretch = _Stretch(top=run.y, size=run.size)
    if before is None:
        stretch.begins_line = True
    else:
        is_mark = _ONLY_MARK.fullmatch(run.text) is not None
        is_small = run.size < (1.05 if is_mark else 0.95) * before.size
        stretch.is_raised = is_small and 0.15 < (run.y - before.y) / before.size < 0.7
        stretch.begins_line = abs(run.y - before.y) > 0.7 * before.size
    return stretch


def _mark_notes(stretches: dict[tuple[int, int], _Stretch]) -> None:
    """Find notes that no tag calls so: a number stands high behind a word, and a line below begins with it.

    The numbers go; the line, on this page or the next, begins a note.
    """
    begun: dict[tuple[int, str], _Stretch] = {}
    following = [*list(stretches.items())[1:], None]
    for ((page, _), stretch), after in zip(stretches.items(), following, strict=True):
        if stretch.begins_line and not stretch.is_raised and (found := _NOTE_BEGINS.match(stretch.text)):
            goes_on = after is not None and after[0][0] == page and not after[1].begins_line
            # A number alone on its line is that of the page.
            if goes_on or stretch.text[found.end() :].strip():
                begun[page, found[1]] = stretch
    for (page, _), stretch in stretches.items():
        text = stretch.text.strip()
        if not stretch.is_raised:
            continue
        note = begun.get((page, text)) or begun.get((page + 1, text))
        if note is not None:
            stretch.text = stretch.text.replace(text, "", 1)  # a blank around it parts words
            note.begins_note = True
            note.text = _NOTE_BEGINS.sub("", note.text, count=1)


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


class _Writer:
    """Walks the tree and writes its blocks."""

    def __init__(self, limits: Limits, collected: _Collected) -> None:
        stretches = collected.stretches
        self.draft = Draft(limits)
        self.notes: list[Closed] = []
        self.orphans: list[tuple[int, int]] = []
        self._limits = limits
        self._stretches = stretches
        self._loose = collected.loose
        self._page: int | None = None
        self._text: list[str] = []
        self._behind: list[tuple[int, list[pdf_lines.Line]]] = []
        self._has_notes = False
        self._held: _Held | None = None
        self._last: _Stretch | None = None
        self._last_page = 0
        self._first: _Stretch | None = None
        self._goes_left = collected.goes_left
        self._places = {mark: place for place, mark in enumerate(stretches)}
        self._hyphens = Hyphens(
            ["".join(stretch.text for stretch in stretches.values())], apart=collected.draws_hyphens_apart
        )

    def write(self, root: Node) -> None:
        """Write all blocks: those of the tree, and behind each what no tag names there."""
        self._behind += self._loose.pop(None, [])
        self._end("paragraph")
        self._has_notes = has_notes(root)
        self._element(root, None, is_note=False)
        self._end("paragraph")
        for page, mark in self.orphans:
            self._say(page, mark)
            self._end("paragraph")
        self._flush()

    def _element(self, node: Node, kind: BlockKind | None, *, is_note: bool) -> None:
        """Write what an element holds; `kind` is that of the blocks around it."""
        is_row = node.kind == "TR"
        cells: list[list[Closed]] = []
        for kid in self._kids(node):
            if not isinstance(kid, Node):
                self._say(*kid)
            elif is_row and kid.kind in _CELLS:
                self._end(kind or "paragraph")
                self._flush()
                self.draft.push()
                self._element(kid, None, is_note=is_note)
                self._end("paragraph")
                self._flush()
                cells.append(self.draft.pop())
            elif kid.kind in _INLINE or (kid.kind == "Formula" and node.kind in _OF_WORDS):
                self._inline(kid, kind, is_note=is_note)
            elif kid.kind in NOTES:
                self._note(kid)
            else:
                self._end(kind or "paragraph")
                inner = _KINDS.get(kid.kind, kind)
                self._element(kid, inner, is_note=is_note)
                self._end(inner or "paragraph")
        if is_row:
            self._end("paragraph")
            self._flush()
            self.draft.put_row(cells, self._page)

    def _kids(self, node: Node) -> list[Node | tuple[int, int]]:
        """Return what an element holds: what is written from right to left as it is read."""
        kids = [node.kids[index] for index in sorted(node.kids)]
        if not self._goes_left:
            return kids
        found: list[Node | tuple[int, int]] = []
        for is_inline, group in itertools.groupby(
            kids, lambda kid: not isinstance(kid, Node) or kid.kind in _INLINE
        ):
            held = list(group)
            found += sorted(held, key=self._place) if is_inline else held
        return found

    def _place(self, kid: Node | tuple[int, int]) -> int:
        held = named(kid) if isinstance(kid, Node) else (kid,)
        return min((self._places[mark] for mark in held if mark in self._places), default=-1)

    def _inline(self, node: Node, kind: BlockKind | None, *, is_note: bool) -> None:
        # The label of an item or a note is a number or a dot; so is a link that repeats it.
        if node.kind == "Lbl" or (node.kind in {"Link", "Reference"} and self._is_note_mark(node)):
            self._keep_behind(node)
        else:
            self._element(node, kind, is_note=is_note)

    def _is_note_mark(self, node: Node) -> bool:
        if not self._has_notes:
            return False
        text = "".join(self._stretches[mark].text for mark in named(node) if mark in self._stretches)
        return _ONLY_MARK.fullmatch(text) is not None

    def _note(self, node: Node) -> None:
        text, page, held = self._text, self._page, self._held
        first, last = self._first, self._last
        self._text, self._held = [], None
        self.draft.push()
        self._element(node, "note", is_note=True)
        self._end("note")
        self._flush()
        self.notes += [msgspec.structs.replace(block, kind="note") for block in self.draft.pop()]
        self._text, self._page, self._held = text, page, held
        self._first, self._last = first, last

    def _keep_behind(self, node: Node) -> None:
        """Leave the text of a label out; text without a tag that follows it is kept."""
        for mark in named(node):
            self._behind += self._loose.pop(mark, [])
            self._stretches.pop(mark, None)

    def _say(self, page: int, mark: int) -> None:
        stretch = self._stretches.pop((page, mark), None)
        if stretch is not None:
            if self._page is None or not self._text:
                self._page = page
            elif page != self._last_page and not self._text[-1][-1:].isspace():
                # A line ends with its page.
                self._text.append("" if self._text[-1].endswith(CUT[:3]) else "\n")
            if not self._text:
                self._first = stretch
            self._text.append(stretch.text)
            self._last, self._last_page = stretch, page
        self._behind += self._loose.pop((page, mark), [])

    def _end(self, kind: BlockKind) -> None:
        """End the block that is open, and write what stands behind it."""
        if self._text:
            text = "".join(self._text)
            self._text = []
            if self._first is not None and self._first.begins_note:
                self._stray_note(text)
            elif text.strip():
                self._block(text, kind)
        if self._behind:
            behind, self._behind = self._behind, []
            for page, lines in behind:
                for paragraph in pdf_paragraphs.paragraphs(lines):
                    self._flush()
                    self.draft.write(self._hyphens.joined(paragraph.text))
                    self.draft.close(paragraph.kind, page)

    def _stray_note(self, text: str) -> None:
        """Write a note that is no element of its own: the paragraph before may go on behind it."""
        self.draft.push()
        self.draft.write(self._hyphens.joined(text))
        self.draft.close("note", self._page)
        self.notes += self.draft.pop()

    def _block(self, text: str, kind: BlockKind) -> None:
        """Write a block, or go on with the one before, which the end of a page or a column cut in two."""
        held = self._held
        if held is not None and kind == held.kind == "paragraph" and self._goes_on(held, text):
            self._held = msgspec.structs.replace(
                held, text=held.text.rstrip(" ") + "\n" + text, end=self._last
            )
            return
        self._flush()
        self._held = _Held(text, kind, self._page, self._last)

    def _goes_on(self, held: _Held, text: str) -> bool:
        first, end = self._first, held.end
        if first is None or end is None or not text.lstrip()[:1].islower():
            return False
        is_elsewhere = self._page != held.page or first.top > end.bottom + end.size
        return is_elsewhere and abs(first.size - end.size) < 0.1 and _SENTENCE_ENDS.search(held.text) is None

    def _flush(self) -> None:
        """Write the paragraph that was held."""
        held, self._held = self._held, None
        if held is not None:
            self.draft.write(self._hyphens.joined(held.text))
            self.draft.close(held.kind, held.page)
