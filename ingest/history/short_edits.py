"""Changes with the edits that they made, in short, for a log that keeps nobody waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

from ingest.edits.edit import Summary
from ingest.edits.settings import Rules
from ingest.errors import IntegrityError
from ingest.model import Seq
from ingest.store import reader
from ingest.store.engine import Connection, Row

BATCH = 2500  # changes whose edits are looked up at once
MADE = 20  # edits made from their texts where the index lacks them: those that are asked for first
EDITED = frozenset(("changed", "moved", "restored"))  # what can come with a new version of a known document


class ShortEdits:
    """Finds the edits of changes: those that are stored, and a few made from the texts by these rules.

    `stored` gives the edits of those seqs that it knows, None for one that made none. `missing` counts the
    changes of type `changed` whose edit was neither known nor made.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        rules: Rules,
        stored: Callable[[Sequence[int]], dict[int, Summary | None]],
    ) -> None:
        self.missing = 0
        self._connection = connection
        self._rules = rules
        self._stored = stored
        self._left = MADE

    def of(self, rows: Iterable[Row]) -> Iterator[tuple[Row, Summary | None]]:
        """Yield each change with its edit, None where it made none or none is known."""
        stream = iter(rows)
        while batch := list(islice(stream, BATCH)):
            asked = [row.seq for row in batch if row.type in EDITED]
            known = self._stored(asked) if asked else {}
            for row in batch:
                if row.seq in known or row.type not in EDITED:
                    yield row, known.get(row.seq)
                elif self._left:
                    self._left -= 1
                    yield row, self._made(row.seq)
                else:
                    self.missing += row.type == "changed"
                    yield row, None

    def _made(self, seq: Seq) -> Summary | None:
        (row,) = reader.changes(self._connection, after=Seq(seq - 1), until=seq)
        if row.previous_version in (None, row.version):
            return None
        from ingest.index import edits  # noqa: PLC0415 - what compares texts is loaded by those that compare

        with suppress(IntegrityError):
            edit = edits.edit_of(self._connection, row, rules=self._rules)
            return None if edit is None else edit.summary
        return None
