"""Bring the index up to the log: make for each new version its edit, its spans and their words.

One transaction takes in a stretch of the log, document by document, so that each chain of deltas is read
once. What was made and the place that was reached are committed together: after a kill the next call goes on
there. Where the settings have other rules than before, or the classifier is another, the edits alone are made
anew, in the same way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ingest.diff.provenance import OPEN, Cutter, Lineage, PlacedSentence, Span
from ingest.diff.queues import Queues
from ingest.edits import classifier
from ingest.edits.classify import classify
from ingest.edits.edit import Edit
from ingest.edits.settings import Rules
from ingest.errors import IntegrityError
from ingest.index import edits, state, stored_edits, stored_spans
from ingest.index.database import Index
from ingest.index.fulltext import fts5, tsvector
from ingest.index.fulltext.stems import Stems
from ingest.index.schema import SPAN_BITS
from ingest.model import BEGINNING, DocumentKey, Seq
from ingest.store import bulk, reader, versions
from ingest.store.engine import Row

BATCH = 1000
BATCH_BYTES = 8 << 20  # of the versions of a batch: what a stop throws away is made again
LONG = 1 << 20  # bytes of a version
_AT_ONCE = 10_000  # spans that are written at once
Progress = Callable[[int, int], None]
_encode = msgspec.json.Encoder().encode
_HEAD = ("document_id", "no", "spans", "normaliser")
_EDIT = ("seq", "document_id", "class", "significance", "flags", "reason", "page", "heading", "body")


def catch_up(
    index: Index,
    *,
    rules: Rules | None = None,
    batch: int = BATCH,
    most: int | None = None,
    progress: Progress | None = None,
) -> Seq:
    """Take in what the log has grown by, `most` changes at most; returns the seq that was reached.

    Edits are made by the rules that the index has; with `rules` by these from now on, and those that were
    made by others, or by another classifier, are made anew. `progress` is called with how many changes are
    done, and of how many.
    """
    done, taken, total, reached, left = 0, 0, None, BEGINNING, True
    stems = Stems()
    while most is None or done < most:
        with index.writing() as (connection, place):
            if rules is not None:
                _set_rules(connection, rules)
                rules = None  # once: two processes with other rules would undo each other's work for ever
            head = Seq(reader.head(connection).seq)
            reached = state.edits_seq(connection)
            total = total or head - reached
            size = batch if most is None else min(batch, most - done)
            again = reached < place
            found = list(
                reader.changes(connection, after=reached, until=place if again else None, limit=size)
            )
            found = _within(found, BATCH_BYTES)
            left = bool(found)
            if not left:
                break

            def tell(number: int, before: int = done, of: int = total) -> None:
                if progress is not None:
                    progress(before + number, max(of, before + number))

            if again:
                _edit_again(connection, found)
            else:
                _take(connection, found, stems, tell)
                taken += len(found)
            reached = Seq(found[-1].seq)
            last = {"seq": reached, "leaf": found[-1].leaf}
            moved = "edited = :seq" if again else "seq = :seq, edited = :seq, leaf = :leaf"
            connection.execute(sa.text(f"UPDATE state SET {moved} WHERE id = 1"), last)
        done += len(found)
        if progress is not None:
            progress(done, max(total, done))
    if not left and index.path is None:
        tsvector.settle(index.store.engine, taken)
    return reached


def _within(found: list[Row], most: int) -> list[Row]:
    """Return the first of these changes whose versions have so many bytes together; at least one."""
    size = 0
    for at, row in enumerate(found):
        size += row.size or 0
        if at and size > most:
            return found[:at]
    return found


def _set_rules(connection: Connection, rules: Rules) -> None:
    """Have edits made by these rules and this classifier; those that were made by others are deleted."""
    if not state.has_edits_by(connection, rules):
        connection.exec_driver_sql("DELETE FROM edit")
        connection.exec_driver_sql("DELETE FROM mark")
        connection.execute(
            sa.text("UPDATE state SET rules = :rules, classifier = :classifier, edited = 0 WHERE id = 1"),
            {"rules": state.rules_text(connection, rules), "classifier": classifier.without_settings()},
        )


def _edit_again(connection: Connection, found: Sequence[Row]) -> None:
    """Make the edits of a stretch of the log of which the index has the spans; damaged bytes have no edit."""
    rules = state.rules_of(connection)
    made = []
    for row in found:
        with suppress(IntegrityError):
            edit = edits.edit_of(connection, row, rules=rules)
            if edit is not None:
                made.append((Seq(row.seq), DocumentKey(row.key), edit))
    _write_edits(connection, made)


def _take(connection: Connection, found: Sequence[Row], stems: Stems, tell: Callable[[int], None]) -> None:
    """Index a stretch of the log. A document whose bytes are damaged is left out: `verify` tells of it."""
    of_document: defaultdict[DocumentKey, list[Row]] = defaultdict(list)
    for row in found:
        if row.key is not None and row.version and row.type not in ("rejected", "deleted"):
            of_document[row.key].append(row)
    cutter, rules = Cutter(), state.rules_of(connection)
    taken = _NewRows()
    heads = _heads(connection, list(of_document))
    seen = 0
    for key, changes in of_document.items():
        tell(seen)
        seen += len(changes)
        head = heads.get(key)
        try:
            made = _document(connection, key, changes, cutter, head, rules)
        except IntegrityError:
            continue
        if made is not None:
            taken.add(key, made, 0 if head is None else head.spans)
    taken.write(connection, stems)


class DocumentStretch(msgspec.Struct):
    """What a stretch of the log made of one document."""

    no: int
    normaliser: str
    begun: list[Span]
    ended: list[Span]
    said: list[tuple[str, str | None]]  # text and language of each span that began
    edits: list[tuple[Seq, Edit]]
    anew: bool


def _heads(connection: Connection, keys: list[DocumentKey]) -> dict[DocumentKey, Row]:
    """Tell how far each of these documents is indexed; those that are not at all are left out."""
    found: dict[DocumentKey, Row] = {}
    select = sa.text("SELECT * FROM indexed WHERE document_id IN :keys")
    for at in range(0, len(keys), 500):
        part = {"keys": keys[at : at + 500]}
        known = connection.execute(select.bindparams(sa.bindparam("keys", expanding=True)), part)
        found.update((row.document_id, row) for row in known)
    return found


def _document(
    connection: Connection,
    key: DocumentKey,
    changes: Sequence[Row],
    cutter: Cutter,
    head: Row | None,
    rules: Rules,
    *,
    anew: bool = False,
) -> DocumentStretch | None:
    """Index one document up to the last of these changes; `head` is how far it was. Raises IntegrityError.

    Where a version is long, the edits are made before the spans and not beside them: less is held at a time.
    """
    anew = anew or head is None or any(row.type == "renormalised" for row in changes)
    last = max(row.version for row in changes)
    if not anew and head is not None and last <= head.no:
        return None
    start = 1 if anew or head is None else head.no
    renditions = _by_version(versions.renditions(connection, key, start, last))
    normaliser = _normaliser(renditions, None if head is None or anew else head.normaliser)
    wanted = {row.version: row for row in changes if edits.made_version(row)}
    lineage = Lineage()
    made = DocumentStretch(last, normaliser, [], [], [], [], anew)

    def make_edit(at: edits.Step) -> None:
        change = wanted.get(at.no)
        if change is not None and at.before is not None and change.previous_version == at.before[0]:
            edit = _edit(connection, change, at, renditions, rules)
            if edit is not None:
                made.edits.append((Seq(change.seq), edit))

    def make_edits() -> None:
        for at in edits.steps(connection, key, (start, last), renditions, normaliser, alone=False):
            make_edit(at)

    is_long = any((row.size or 0) >= LONG for row in changes)
    if is_long:
        make_edits()
    for at in edits.steps(connection, key, (start, last), renditions, normaliser, alone=is_long):
        no, text = at.no, at.text
        said = [] if text is None else cutter.cut(text.text, text.language)
        if no == start and not anew:
            restored = _restored(connection, key, said)
            if restored is None:
                return _document(connection, key, changes, cutter, head, rules, anew=True)
            lineage = restored
        else:
            if not anew:
                lineage.gone.update(_gone(connection, key, lineage, said))
            begun = len(lineage.begun)
            lineage.step(no, said)
            left = iter(said)
            for span in islice(lineage.begun, begun, None):
                here = next(each for each in left if each.offset == span.offset)
                made.said.append((here.text, None if text is None else text.language))
        if not is_long:
            make_edit(at)
    made.begun, made.ended = lineage.begun, lineage.ended
    return made


def _edit(
    connection: Connection,
    row: Row,
    at: edits.Step,
    renditions: dict[int, list[Row]],
    rules: Rules,
) -> Edit | None:
    before, after = at.before, (at.no, at.raw)
    assert before is not None
    pair = edits.pair_of([*renditions.get(before[0], ()), *renditions.get(after[0], ())])
    if pair is None or pair[1].version != after[0]:
        found = edits.one_sided(connection, row.key, before[0], after[0])
        if found is None:
            return None
        return classify(found.before, found.after, earlier=found.earlier, rules=rules.of(row.root))
    old, new = edits.both_texts(connection, (before[1], after[1]), pair, at.known)
    again = versions.with_text(
        connection, row.key, new.sha256, normaliser=pair[1].normaliser, before=before[0]
    )
    return classify(old, new, earlier=[(no, new.sha256) for no in again], rules=rules.of(row.root))


def _by_version(found: Iterable[Row]) -> dict[int, list[Row]]:
    of_version: defaultdict[int, list[Row]] = defaultdict(list)
    for row in found:
        of_version[row.version].append(row)
    return of_version


def _normaliser(renditions: dict[int, list[Row]], before: str | None) -> str:
    """Return the normaliser of the spans: the one that they have, else that of the newest rendition."""
    newest = max(
        (each for found in renditions.values() for each in found),
        key=lambda each: each.rendition_seq,
        default=None,
    )
    if before:
        return before
    return "" if newest is None else str(newest.normaliser)


# -- where a document was left -----------------------------------------------------------------


def _restored(connection: Connection, key: DocumentKey, said: list[PlacedSentence]) -> Lineage | None:
    """Return the lineage after the last indexed version, whose sentences these are.

    None where the index has other sentences of it.
    """
    select = sa.text(f"SELECT * FROM span WHERE document_id = :key AND to_no = {OPEN} ORDER BY from_no, id")
    found = [stored_spans.of_row(row) for row in connection.execute(select, {"key": key})]
    waiting = Queues((at, span.key) for at, span in enumerate(found))
    live = []
    for each in said:
        at = waiting.take(each.key)
        if at is None:
            return None
        live.append(found[at])
    return Lineage(live, said)


def _gone(
    connection: Connection, key: DocumentKey, lineage: Lineage, said: Sequence[PlacedSentence]
) -> dict[int, Span]:
    """Return, by key, the last span of each sentence that the text has and the last version had not."""
    here = {each.key for each in lineage.said} | lineage.gone.keys()
    asked = [each for each in {each.key for each in said} if each not in here]
    found: dict[int, Span] = {}
    for at in range(0, len(asked), 500):
        select = sa.text(
            "SELECT * FROM span WHERE document_id = :key AND hash IN :hashes"
            f" AND to_no < {OPEN} ORDER BY to_no"
        ).bindparams(sa.bindparam("hashes", expanding=True))
        for row in connection.execute(select, {"key": key, "hashes": asked[at : at + 500]}):
            found[row.hash] = stored_spans.of_row(row)
    return found


# -- writing -------------------------------------------------------------------------------------


class _NewRows:
    """What is to be written of a stretch of the log; spans become rows as they are written."""

    def __init__(self) -> None:
        # Of each document: its key, its spans, and the number of the first of them.
        self.begun: list[tuple[int, DocumentStretch, int]] = []
        self.ended: list[tuple[int, int, int]] = []
        self.edits: list[tuple[Seq, DocumentKey, Edit]] = []
        self.heads: list[tuple[int, int, int, str]] = []
        self.anew: list[tuple[int]] = []

    def add(self, key: DocumentKey, made: DocumentStretch, spans: int) -> None:
        """Take in a document's rows. `spans` counts the numbers that spans, deleted ones too, have used."""
        if made.anew:
            self.anew.append((key,))
        # what began and ended in this stretch has no number yet, and is written once
        self.ended += [(span.to_no, int(span.edited), span.id) for span in made.ended if span.id]
        self.begun.append((key, made, spans))
        self.edits += [(seq, key, edit) for seq, edit in made.edits]
        self.heads.append((key, made.no, spans + len(made.begun), made.normaliser))

    def write(self, connection: Connection, stems: Stems) -> None:
        """Write all rows that were taken in."""
        bulk.run_many(connection, "DELETE FROM span WHERE document_id = ?", self.anew)
        bulk.run_many(connection, "UPDATE span SET to_no = ?, edited = ? WHERE id = ?", self.ended)
        is_sqlite = connection.dialect.name == "sqlite"
        if not is_sqlite:
            tsvector.forget(connection, [key for (key,) in self.anew])
        numbered = self._numbered()
        while part := list(islice(numbered, _AT_ONCE)):
            rows = [stored_spans.row_of(id_, span) for id_, span, _ in part]
            bulk.insert(connection, "span", stored_spans.COLUMNS, rows)
            words = [(id_, language, text) for id_, _, (text, language) in part]
            (fts5 if is_sqlite else tsvector).write(connection, words, stems)
        _write_edits(connection, self.edits)
        bulk.upsert(connection, "indexed", ("document_id",), _HEAD, self.heads)

    def _numbered(self) -> Iterator[tuple[int, Span, tuple[str, str | None]]]:
        """Yield the spans that began, each with its id, its text and its language."""
        for key, made, spans in self.begun:
            for number, (span, said) in enumerate(zip(made.begun, made.said, strict=True), spans):
                yield (key << SPAN_BITS) + number, span, said


def _write_edits(connection: Connection, made: Sequence[tuple[Seq, DocumentKey, Edit]]) -> None:
    bulk.upsert(connection, "edit", ("seq",), _EDIT, [_edit_row(*each) for each in made])
    marks = [(name, seq) for seq, _, edit in made for name in stored_edits.marks(edit)]
    bulk.insert(connection, "mark", ("name", "seq"), marks, unless="name, seq")


def _edit_row(seq: Seq, key: DocumentKey, edit: Edit) -> tuple[object, ...]:
    flags = _listed([flag.name for flag in edit.flags])
    told, body = edit.summary, _encode(edit).decode()
    return (
        seq, key, edit.kind, edit.significance, flags, edit.reason, told.page, told.heading, body,
    )  # fmt: skip


def _listed(names: Iterable[str]) -> str:
    return "".join(f",{name}" for name in names) + "," if names else ""
