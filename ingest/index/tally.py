"""Counts over the log that are kept: later only the changes that came since are counted, and added.

A count is of the log up to one change, and kept with that change's leaf. Where the log is shorter by now, or
has another leaf there, all is counted anew, as it is where the edits are by another classifier or other
settings. A count is made in one snapshot.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Sequence
from typing import TypeVar, cast

from ingest.index import activity, state
from ingest.index.activity import Counts
from ingest.model import BEGINNING, RootKey, Seq
from ingest.store import reader, totals
from ingest.store.engine import Connection

T = TypeVar("T")
_MOST = 64  # counts that are kept


class Tally:
    """Counts by their names, each with the change that it goes up to. One of these serves every thread."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._known: OrderedDict[Hashable, tuple[Seq, bytes | None, object]] = OrderedDict()

    def edits(self, connection: Connection, after: Seq) -> tuple[Counts, int]:
        """Count the edits after a place in the log, as far as the index has them, and their documents."""
        reached, maker = state.edits_state(connection)
        return self._counted(
            connection, ("edits", after, maker), max(after, reached), after, (Counts(), 0),
            lambda known, found: _both(found, activity.between(connection, after, known, reached)),
        )  # fmt: skip

    def stretches(self, connection: Connection, bounds: Sequence[int]) -> list[Counts]:
        """Count the edits recorded from each of these moments until the next one."""
        reached, maker = state.edits_state(connection)
        return self._counted(
            connection, ("stretches", *bounds, maker), reached, BEGINNING, [Counts() for _ in bounds[1:]],
            lambda known, found: [
                before.plus(came)
                for before, came in zip(
                    found, activity.by_stretch(connection, bounds, after=known, until=reached), strict=True
                )
            ],
        )  # fmt: skip

    def types(self, connection: Connection, roots: Collection[RootKey], after: Seq) -> dict[str, int]:
        """Tell how many changes of these roots there are of each type, after a place in the log."""
        head = Seq(reader.head(connection).seq)

        def add(known: Seq, found: dict[str, int]) -> dict[str, int]:
            came = totals.types(connection, roots, after=known, until=head)
            return {each: found.get(each, 0) + came.get(each, 0) for each in {**found, **came}}

        return self._counted(connection, ("types", after, tuple(roots)), max(after, head), after, {}, add)

    def record(self, connection: Connection) -> totals.Counts:
        """Count the live documents, the versions, and what is rejected now."""
        head = Seq(reader.head(connection).seq)

        def add(known: Seq, found: tuple[int, int]) -> tuple[int, int]:
            if known == BEGINNING:
                whole = totals.counts(connection)
                return whole.documents, whole.versions
            documents, versions_ = totals.growth(connection, known, head)
            return found[0] + documents, found[1] + versions_

        documents, versions_ = self._counted(connection, ("record",), head, BEGINNING, (0, 0), add)
        return totals.Counts(documents, versions_, totals.rejected(connection))

    def _counted(
        self, connection: Connection, name: Hashable, end: Seq, begin: Seq, nothing: T,
        add: Callable[[Seq, T], T],
    ) -> T:  # fmt: skip
        """Return a count up to `end`: the one that is kept, and what `add` finds after its end.

        Without one, `add` begins with `nothing` after `begin`.
        """
        with self._changing:
            known, leaf, kept = self._known.get(name, (begin, None, nothing))
        leaves = reader.leaves(connection, {known, end})
        if known > end or (known != begin and leaves.get(known) != leaf):
            known, kept = begin, nothing
        found = cast("T", kept)
        if known < end:
            found = add(known, found)
        with self._changing:
            self._known[name] = end, leaves.get(end), found
            self._known.move_to_end(name)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
        return found


def _both(found: tuple[Counts, int], came: tuple[Counts, int]) -> tuple[Counts, int]:
    return found[0].plus(came[0]), found[1] + came[1]
