"""The course of a document: when its versions came, how grave each edit was, and its facts over them."""

from __future__ import annotations

import msgspec

from ingest.corpus import Corpus
from ingest.edits.edit import Edit
from ingest.errors import IntegrityError
from ingest.history import version_contents
from ingest.history.naming import Target
from ingest.index import activity, state
from ingest.index import edits as made
from ingest.store import versions
from ingest.store.engine import Connection
from ingest.web import facts
from ingest.web.answer_cache import AnswerCache
from ingest.web.facts import Strand
from ingest.web.gravity import CREATED, GravityMark, mark_of
from ingest.web.timeline import Point

_MADE = 30  # edits that are made from the texts where the index does not have them
_WHILE = 600_000_000  # microseconds that a course is kept: what it tells of does not change

_decode = msgspec.json.Decoder(Edit).decode


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """The versions by their numbers. `reasons` and `edits` are of those of which the edit is known.

    An edit is there as it is stored, to be read when it is asked for. `facts_after` is the last version whose
    edit is not known yet, 0 where all are: the facts are told from there on.
    """

    times: dict[int, int]
    seqs: dict[int, int]
    marks: dict[int, GravityMark]
    reasons: dict[int, str]
    edits: dict[int, str | Edit]
    points: list[Point]
    strands: list[Strand]
    strands_left: int
    facts_after: int

    def edit(self, version: int) -> Edit | None:
        """Return the edit that made a version, where it is known."""
        found = self.edits.get(version)
        return _decode(found) if isinstance(found, str) else found


def course_of(
    connection: Connection, corpus: Corpus, cache: AnswerCache, target: Target, *, is_indexed: bool
) -> Course:
    """Return the course of a document; one that is whole is kept, until there is another version."""
    name = ("course", target.document, target.last)
    known = cache.known(name)
    if not isinstance(known, Course):
        known = _made(connection, corpus, target, is_indexed=is_indexed)
        if is_indexed and len(known.edits) >= target.last - 1:
            cache.keep(name, _WHILE, known)
    return known


def _made(connection: Connection, corpus: Corpus, target: Target, *, is_indexed: bool) -> Course:
    rows = versions.course(connection, target.id)
    seqs = {int(row.version): int(row.seq) for row in rows}
    bodies: dict[int, str | Edit] = {}
    if is_indexed and len(seqs) > 1:
        stored = activity.of_document(connection, target.id)
        bodies.update((no, stored[seq]) for no, seq in seqs.items() if seq in stored)
    edits = {no: _decode(body) for no, body in bodies.items() if isinstance(body, str)}
    reached = state.edits_seq(connection) if is_indexed else 0
    unknown = {no for no, seq in seqs.items() if no > 1 and no not in edits and seq > reached}
    if len(edits) < target.last - 1:
        wanted = [no for no in range(target.last, 1, -1) if no not in edits][:_MADE]
        rules = corpus.rules.of(target.root)
        unknown.difference_update(wanted)
        for no in wanted:
            edit = made.between(connection, target.id, no - 1, no, rules=rules)
            if edit is not None:
                edits[no] = bodies[no] = edit
    sizes = {int(row.version): int(row.size) for row in rows}
    times = {int(row.version): int(row.recorded_at) for row in rows}
    marks = {no: CREATED if no == 1 else mark_of(edits.get(no)) for no in range(1, target.last + 1)}
    strands, left = facts.strands(
        [(no, edits[no]) for no in sorted(edits) if no > max(unknown, default=0)],
        until=target.last,
        newest=lambda: _newest(connection, target),
    )
    return Course(
        times=times,
        seqs=seqs,
        marks=marks,
        reasons={no: edit.reason for no, edit in edits.items()},
        edits=bodies,
        points=[Point(version=no, at=times[no], size=sizes[no], mark=marks[no]) for no in sorted(times)],
        strands=strands,
        strands_left=left,
        facts_after=max(unknown, default=0),
    )


def _newest(connection: Connection, target: Target) -> str | None:
    """Return the newest text; None where there is none, or it is damaged, which other versions are not."""
    try:
        return version_contents.text(connection, target, target.last)
    except IntegrityError:
        return None
