"""Read the words with which a call names two versions: `DOC [A] [B]`, `DOC@A..B`, or `DOC@A DOC@B`."""

from __future__ import annotations

from dataclasses import dataclass

import click

from ingest.cli.moment_notes import note_to_come
from ingest.cli.output import note
from ingest.cli.times import calendar
from ingest.history import naming
from ingest.history.naming import Target, is_rev, split_rev
from ingest.store.engine import Connection


@dataclass(frozen=True)
class Side:
    """One of two versions: its document, and the REV that was written, where one was."""

    target: Target
    rev: str | None

    def version(self, connection: Connection, default: str) -> int:
        """Return the number of the version that is meant, `default` where no REV was written."""
        return naming.pick(connection, self.target, self.rev or default, calendar())


def located(connection: Connection, words: tuple[str, ...], *, root: str | None) -> tuple[Side, Side]:
    """Return the two sides that the words of a call mean, as `sides` reads them; what is odd is noted."""
    old, new = (
        Side(*naming.locate(connection, doc, calendar(), rev=rev, root=root)) for doc, rev in sides(words)
    )
    note_to_come(connection, old.rev, new.rev)
    for target in dict.fromkeys((old.target, new.target)):
        if target.note:
            note(target.note)
    return old, new


def sides(words: tuple[str, ...]) -> tuple[tuple[str, str | None], tuple[str, str | None]]:
    """Return the two (document, REV) that the words of a call mean; REVs may have their `@`.

    The words are `DOC [A] [B]`, `DOC@A..B` or `DOC@A DOC@B`, at least one and at most three. Raises
    click.UsageError.
    """
    doc, *rest = words
    if not rest:
        named, _, both = doc.rpartition("@")
        first, dots, last = both.partition("..")
        if named and dots and is_rev(first) and is_rev(last):
            return (named, first), (named, last)
        plain, rev = split_rev(doc)
        # one version named: that one against the one before it has no name of its own, so to the latest
        return (plain, rev), (plain, None)
    if len(rest) == 1 and not is_rev(rest[0].removeprefix("@")):
        left, right = split_rev(doc), split_rev(rest[0])
        return (left[0], left[1] or "latest"), (right[0], right[1] or "latest")
    plain, rev = split_rev(doc)
    revs = [*([rev] if rev else []), *(word.removeprefix("@") for word in rest)]
    if len(revs) > 2:
        raise click.UsageError("two versions are compared, no more")
    return (plain, revs[0]), (plain, revs[1] if len(revs) > 1 else None)
