"""Read the words with which a call names two versions: `DOC [A] [B]`, `DOC@A..B`, or `DOC@A DOC@B`."""

from __future__ import annotations

import click

from ingest.history.naming import is_rev, split_rev


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
