"""What pages say of reviews: those of some changes, and the edits that nobody has reviewed."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from ingest import records
from ingest.corpus import Corpus
from ingest.index import activity
from ingest.index.activity import Counts
from ingest.index.tally import Tally
from ingest.model import BEGINNING, DocumentKey
from ingest.records import Change, Review
from ingest.store import reader, reviews
from ingest.store.engine import Connection
from ingest.web.gravity import GravityMark, mark_of
from ingest.web.words import micros_of

SHOWN = 5  # edits without a review, the gravest and newest


class Unreviewed(msgspec.Struct, frozen=True, kw_only=True):
    """An edit that nobody has reviewed."""

    change: Change
    mark: GravityMark
    at: int


def of_changes(connection: Connection, seqs: Collection[int]) -> dict[int, list[Review]]:
    """Return the reviews of the edits of these changes, oldest first, by the seq of the change."""
    found: dict[int, list[Review]] = {}
    for row in reviews.of_changes(connection, seqs):
        found.setdefault(int(row.seq), []).append(records.review(row))
    return found


def of_document(connection: Connection, document: DocumentKey) -> dict[int, list[Review]]:
    """Return the reviews of a document's edits, by the version that each edit made."""
    found: dict[int, list[Review]] = {}
    for row in reviews.of_document(connection, document):
        found.setdefault(int(row.version), []).append(records.review(row))
    return found


def missing(connection: Connection, corpus: Corpus, tally: Tally) -> tuple[Counts, list[Unreviewed]]:
    """Return how many edits of each gravity have no review that stands, and the gravest and newest of them.

    Of those that the index has.
    """
    seqs = activity.newest_unreviewed(connection, SHOWN)
    rows = reader.changes_at(connection, seqs)
    told = {
        each.seq: Unreviewed(
            change=each, mark=mark_of(each.edit), at=micros_of(each.recorded_at) or 0
        )
        for each in records.changes(connection, rows, rules=corpus.rules, indexed=True)
    }  # fmt: skip
    edits, _ = tally.edits(connection, BEGINNING)
    return edits.less(activity.reviewed(connection)), [told[seq] for seq in seqs if seq in told]
