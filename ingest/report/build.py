"""The report of a period, from the record. An edit that the index does not have is made, in milliseconds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec

from ingest.diff.sentences import Comparison, Piece, compare
from ingest.edits import boilerplate
from ingest.edits.boilerplate import Remainder
from ingest.edits.classify import classify
from ingest.edits.edit import Edit, Text
from ingest.edits.settings import RootRules, Rules
from ingest.errors import IntegrityError, NotFound
from ingest.history import log_moments, naming, observation
from ingest.history.naming import Target
from ingest.ids import show_uid
from ingest.index import edits, stored_edits
from ingest.model import BEGINNING, Seq
from ingest.moments import Calendar
from ingest.records.report import ReportCounts, ReportSentence
from ingest.report.fold import Step, fold
from ingest.report.model import Category, Document, Entry, Report, Stretch, pick
from ingest.store import reader, roots, versions
from ingest.store.engine import Connection, Row

MOST_SENTENCES = 50  # of an entry
LONGEST = 1_000  # characters of a sentence, or of a run of them
BATCH = 200  # changes whose edits are looked up at once

Key = tuple[str, int | bytes]  # the root, and a document or a path that never was one
Progress = Callable[[int, int], None]
_COUNTED = {"created": "added", "deleted": "removed", "moved": "moved", "restored": "restored"}


class _Story:
    """A document of the report: its entries so far, and its language and title."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.steps: list[Step] = []
        self.language: str | None = None
        self.title: str | None = None


def build(
    connection: Connection,
    *,
    since: str | None,
    until: str | None,
    root: str | None,
    document: Target | None = None,
    prefix: bytes = b"",
    rules: Rules,
    indexed: bool,
    calendar: Calendar,
    progress: Progress,
    outline: bool = False,
) -> Report:
    """Return the report of a period, of one root or of all, of one `document` or of paths below `prefix`.

    A document that moved there or away has the changes that name a path which begins with `prefix`. `rules`
    are those of the settings; `indexed` says that this connection sees the index, with edits by these rules.
    An edit whose bytes are damaged is `unread`, unless the index has it and no sentence of it is shown. That
    a document was renormalised is no entry. `progress` is called with how many changes are done, and of how
    many.

    An `outline` has no sentences: `with_sentences` adds them to an entry. For an edit that the index has, no
    text is read then, and so no damage is met.

    Raises UsageError for what is no moment, and NotFound where the whole period lies before the record or
    ends before it begins.
    """
    root = root if document is None else document.root
    key = naming.root_id(connection, root)
    after = BEGINNING if since is None else log_moments.resolve_since(connection, since, calendar)
    last = Seq(reader.head(connection).seq)
    if until is not None:
        last = log_moments.resolve_moment(connection, until, calendar)
    begin = None if since is None else log_moments.time_of(connection, since, calendar, start=True)
    end = calendar.now if until is None else log_moments.time_of(connection, until, calendar)
    stories: dict[Key, _Story] = {}
    only = None if document is None else document.id
    found = reader.changes(connection, after=after, until=last, root=key, document=only)
    rows = [row for row in found if row.path.startswith(prefix) or (row.from_path or b"").startswith(prefix)]
    if begin is not None and begin > end and not rows:
        raise NotFound("the period ends before it begins", hint="--since is its beginning, --until its end")
    if until is not None:
        log_moments.unrecorded_roots(connection, until, calendar, root)
    known: dict[int, Edit] = {}
    pairs: dict[int, tuple[Row, Row] | None] | None = None
    for done, row in enumerate(rows):
        if indexed and done % BATCH == 0:
            known = _known(connection, rows[done : done + BATCH])
            pairs = _pairs(connection, rows[done : done + BATCH]) if outline else None
        begin = row.recorded_at if begin is None else begin
        if row.type == "renormalised":
            continue
        place: Key = (row.root, row.path if row.document is None else row.key)
        story = stories.setdefault(place, _Story(row))
        story.row = row
        story.steps.append(_step(connection, row, story, known.get(row.seq), rules, pairs))
        progress(done + 1, len(rows))
    begin = end if begin is None else begin
    documents = sorted(map(_document, stories.values()), key=lambda each: (each.root, each.path))
    return Report(
        since=begin,
        until=max(begin, end),
        first_seq=after + 1,
        last_seq=max(after, last),
        root=root,
        document=None if document is None else document.document,
        prefix=prefix,
        counts=_counts(documents),
        documents=tuple(documents),
        coverage=tuple(_coverage(connection, key, begin, end, calendar.now)),
        zone=calendar.zone,
        several=root is None and len(roots.every(connection)) > 1,
    )


def _document(story: _Story) -> Document:
    row = story.row
    return Document(
        document=None if row.document is None else show_uid(row.document),
        root=row.root,
        path=row.path,
        language=story.language,
        title=story.title,
        entries=tuple(fold(story.steps)),
        key=None if row.document is None else row.key,
    )


def _known(connection: Connection, rows: Sequence[Row]) -> dict[int, Edit]:
    """Return the edits that the index has. Others may exist all the same: it leaves out damaged documents."""
    found = stored_edits.stored(connection, rows)
    return {seq: _decode(body) for seq, body in found.items() if body is not None}


def _pairs(connection: Connection, rows: Sequence[Row]) -> dict[int, tuple[Row, Row] | None]:
    """Return the two renditions that each of these changes lies between, as `edits.pair_between` has them."""
    made = [row for row in rows if edits.made_version(row)]
    if not made:
        return {}
    found: defaultdict[tuple[int, int], list[Row]] = defaultdict(list)
    first, last = min(row.previous_version for row in made), max(row.version for row in made)
    for each in versions.readable(connection, {row.key for row in made}, first, last):
        found[each.document, each.version].append(each)
    return {
        row.seq: edits.pair_of(found[row.key, row.previous_version] + found[row.key, row.version])
        for row in made
    }


_decode = msgspec.json.Decoder(Edit).decode
_WITHOUT_SENTENCES: tuple[Category, ...] = ("cosmetic", "none")


def _step(
    connection: Connection, row: Row, story: _Story, known: Edit | None, rules: Rules,
    pairs: dict[int, tuple[Row, Row] | None] | None,
) -> Step:  # fmt: skip
    entry = Entry(
        type=f"document.{row.type}",
        since=row.recorded_at,
        until=row.recorded_at,
        seqs=(row.seq,),
        path=row.path,
        from_path=row.from_path,
        version=None if row.type == "rejected" else row.version,
        previous_version=row.previous_version,
        reason=row.reason,
    )
    if not edits.made_version(row):
        return Step(entry)
    in_outline = None if pairs is None else known
    if pairs is not None and in_outline is not None:
        pair = pairs[row.seq]
    else:
        pair = edits.pair_between(connection, row.key, row.previous_version, row.version)
    if pair is None:
        return Step(_without_text(connection, row, entry, rules, in_outline))
    old, new = pair
    story.language, story.title = new.language or old.language, new.title
    try:
        if in_outline is not None:
            edit, sentences, more = in_outline, list[ReportSentence](), 0
        else:
            edit, sentences, more = _edit_and_sentences(connection, row, pair, known, rules)
    except IntegrityError:
        return Step(msgspec.structs.replace(entry, category="unread"))
    made = msgspec.structs.replace(
        entry, category=category_of(edit), edit=edit, sentences=tuple(sentences), more=more
    )
    return Step(made, old.text_sha256, new.text_sha256)


def _without_text(connection: Connection, row: Row, entry: Entry, rules: Rules, known: Edit | None) -> Entry:
    """Return the entry of a change of which one version has no text: an edit if there is one, else unread."""
    edit = known
    if edit is None:
        with suppress(IntegrityError):
            edit = edits.edit_of(connection, row, rules=rules)
    if edit is None:
        return msgspec.structs.replace(entry, category="unread")
    return msgspec.structs.replace(entry, category=category_of(edit), edit=edit)


def _edit_and_sentences(
    connection: Connection, row: Row, pair: tuple[Row, Row], known: Edit | None, rules: Rules
) -> tuple[Edit, list[ReportSentence], int]:
    """Return an edit, the sentences that are shown of it, and how many more there are.

    Raises IntegrityError.
    """
    if known is not None and category_of(known) in _WITHOUT_SENTENCES:
        return known, [], 0
    before, after = edits.read(connection, row.key, pair)
    own = rules.of(row.root)
    comparison, old, new = _compared(before, after, own)
    edit = known or classify(
        before,
        after,
        earlier=edits.earlier(connection, row.key, pair),
        rules=own,
        comparison=comparison,
    )
    if category_of(edit) in _WITHOUT_SENTENCES:
        return edit, [], 0
    return edit, *_placed_sentences(comparison, (before, old), (after, new))


def _compared(before: Text, after: Text, rules: RootRules) -> tuple[Comparison, Remainder, Remainder]:
    """Compare two texts without their boilerplate. Return the comparison, and both as they were compared."""
    old, new = (boilerplate.strip(each.text, each.language, rules.boilerplate) for each in (before, after))
    return compare(old.text, new.text, language=after.language or before.language), old, new


def _placed_sentences(
    comparison: Comparison, before: tuple[Text, Remainder], after: tuple[Text, Remainder]
) -> tuple[list[ReportSentence], int]:
    """Return the sentences that are shown, with their places, and how many more there are."""
    shown, more = sentences_of(comparison, before[1].text, after[1].text)
    return [_placed(each, piece, before, after) for each, piece in shown], more


def with_sentences(connection: Connection, document: Document, entry: Entry, *, rules: Rules) -> Entry:
    """Return an entry of an outline with its sentences; unaltered where it has none, or they are damaged."""
    edit, first = entry.edit, entry.previous_version
    if edit is None or first is None or document.key is None or category_of(edit) in _WITHOUT_SENTENCES:
        return entry
    last = entry.versions[1] if entry.versions else entry.version
    assert last is not None
    try:
        pair = edits.pair_between(connection, document.key, first, last)
        if pair is None:
            return entry
        before, after = edits.read(connection, document.key, pair)
        comparison, old, new = _compared(before, after, rules.of(document.root))
        sentences, more = _placed_sentences(comparison, (before, old), (after, new))
    except IntegrityError:
        return entry
    return msgspec.structs.replace(entry, sentences=tuple(sentences), more=more)


def category_of(edit: Edit) -> Category:
    """Tell where an edit stands in the report."""
    if edit.significance == "substantive":
        return "silent" if edit.silent else "open"
    return edit.significance


def sentences_of(comparison: Comparison, a: str, b: str) -> tuple[list[tuple[ReportSentence, Piece]], int]:
    """Return the sentences that differ, in the order of the new text, and how many of them were left out.

    At most MOST_SENTENCES are returned; those that only moved are left out first.
    """
    pieces = [piece for piece in comparison.pieces if piece.kind != "kept"]
    shown = [(_sentence(piece, a, b), piece) for piece in pick(pieces, MOST_SENTENCES, _only_moved)]
    return shown, len(pieces) - len(shown)


def _only_moved(piece: Piece) -> bool:
    return piece.kind == "moved" and not piece.changes


def _placed(
    sentence: ReportSentence, piece: Piece, old: tuple[Text, Remainder], new: tuple[Text, Remainder]
) -> ReportSentence:
    """Return a sentence with its page and heading, where its version knows them."""
    (text, stripped), at = (old, piece.a_start) if piece.kind == "removed" else (new, piece.b_start)
    if text.place_of is None:
        return sentence
    changed = [change.b_start for change in piece.changes] if piece.kind == "edited" else []
    page, heading = text.place_of(stripped.place(changed[0] if changed else at))
    return msgspec.structs.replace(sentence, page=page, heading=heading)


def _sentence(piece: Piece, a: str, b: str) -> ReportSentence:
    before, after = a[piece.a_start : piece.a_end], b[piece.b_start : piece.b_end]
    whole = piece.kind in ("added", "removed")
    removed = [(change.a_start - piece.a_start, change.a_end - piece.a_start) for change in piece.changes]
    added = [(change.b_start - piece.b_start, change.b_end - piece.b_start) for change in piece.changes]
    return ReportSentence(
        kind=piece.kind,
        before=_cut(before),
        after=_cut(after),
        removed=() if whole else _within(removed, before),
        added=() if whole else _within(added, after),
    )


def _cut(text: str) -> str:
    text = text.rstrip()
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _within(places: Sequence[tuple[int, int]], text: str) -> tuple[tuple[int, int], ...]:
    """Cut places to the end of the text that is shown, and leave out those that lie beyond it."""
    end = min(len(text.rstrip()), LONGEST - 1 if len(text.rstrip()) > LONGEST else LONGEST)
    kept = ((first, min(last, end)) for first, last in places)
    return tuple((first, last) for first, last in kept if first < last)


def _counts(documents: Sequence[Document]) -> ReportCounts:
    counts = ReportCounts()
    for entry in (entry for document in documents for entry in document.entries):
        kind = entry.type.removeprefix("document.")
        names = [_COUNTED.get(kind), entry.category, "rejected" if kind == "rejected" else None]
        names.append("flips" if entry.versions else None)
        for name in filter(None, names):
            setattr(counts, name, getattr(counts, name) + 1)
    return counts


def _coverage(connection: Connection, key: int | None, begin: int, end: int, now: int) -> list[Stretch]:
    """Tell how the roots were observed, cut to the period; nothing of one that ends before it begins."""
    found: list[Stretch] = []
    for root in roots.every(connection) if begin <= end else ():
        if key not in (None, root.id):
            continue
        for each in observation.root_coverage(connection, root, now=now, since=begin, until=end):
            # Only what lasts until now goes on; the rest ends with the period.
            last = end if end < now else None
            if each.until is not None:
                last = min(each.until, end)
            found.append(
                Stretch(
                    root=root.name,
                    state=each.state,
                    since=max(begin, each.since),
                    until=last,
                    reason=each.reason,
                )
            )
    return found
