"""What pages say of reviews: those of some changes, and the edits that nobody has reviewed."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from msgspec import structs

from ingest import records
from ingest.corpus import Corpus
from ingest.history import changes
from ingest.history.changes import ANY
from ingest.index import activity
from ingest.index.activity import Counts
from ingest.records import Change, Review
from ingest.store import reviews
from ingest.store.engine import Connection
from ingest.web.gravity import Mark, mark_of
from ingest.web.words import micros_of

SHOWN = 5  # edits without a review, the gravest and newest


class Unreviewed(msgspec.Struct, frozen=True, kw_only=True):
    """An edit that nobody has reviewed."""

    change: Change
    mark: Mark
    at: int


def of_changes(connection: Connection, seqs: Collection[int]) -> dict[int, list[Review]]:
    """Return the reviews of the edits of these changes, oldest first, by the seq of the change."""
    found: dict[int, list[Review]] = {}
    for row in reviews.of_changes(connection, seqs):
        found.setdefault(int(row.seq), []).append(records.review(row))
    return found


def of_document(connection: Connection, document: int) -> dict[int, list[Review]]:
    """Return the reviews of a document's edits, by the version that each edit made."""
    found: dict[int, list[Review]] = {}
    for row in reviews.page(connection, reviews.Wanted(document=document)):
        found.setdefault(int(row.version), []).append(records.review(row))
    return found


def missing(connection: Connection, corpus: Corpus) -> tuple[Counts, list[Unreviewed]]:
    """Return how many edits of each gravity have no review that stands, and the gravest and newest of them.

    Of those that the index has.
    """
    counts = activity.unreviewed(connection)
    found: list[Change] = []
    for wanted in (
        {"flag": "silent", "significance": "substantive"}, {"significance": "substantive"},
        {"significance": "reworded"}, {"significance": "cosmetic,none"},
    ):  # fmt: skip
        if len(found) >= SHOWN:
            break
        chosen = changes.look_up(connection, structs.replace(ANY, reviewed=False, **wanted))
        rows = changes.of(
            connection, chosen, rules=corpus.rules, indexed=True, limit=SHOWN, newest_first=True
        )
        known = {each.seq for each in found}
        told = records.changes(connection, list(rows), rules=corpus.rules, indexed=True)
        found += [each for each in told if each.seq not in known]
    return counts, [
        Unreviewed(change=each, mark=mark_of(each.edit), at=micros_of(each.recorded_at) or 0)
        for each in found[:SHOWN]
    ]
