"""An edit as one line that can be handed on: both texts, and what it was called by which rule."""

from __future__ import annotations

import msgspec

from ingest.edits.edit import Edit, Text
from ingest.edits.settings import RootRules

COLUMNS = ("rule", "class", "significance", "language", "before", "after", "besides")


class Besides(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What told the edit and is not in the texts: what is said of both, and the root's settings.

    `returned` says that an earlier version had the later text, `unread` why the later one has none.
    Annotations are not among it.
    """

    titles: tuple[str | None, str | None] = (None, None)
    dates: tuple[str | None, str | None] = (None, None)
    encodings: tuple[str | None, str | None] = (None, None)
    observed: tuple[str | None, str | None] = (None, None)
    normalisers: tuple[str | None, str | None] = (None, None)
    lossy: tuple[bool, bool] = (False, False)
    unread: str | None = None
    returned: bool = False
    boilerplate: tuple[str, ...] = ()
    phrases: dict[str, tuple[str, ...]] = {}


def line(before: Text, after: Text, edit: Edit, *, rules: RootRules) -> str:
    """Return the cells with tabs between; the texts and what is besides are JSON, and have none."""
    besides = Besides(
        titles=(before.title, after.title),
        dates=(before.date, after.date),
        encodings=(before.encoding, after.encoding),
        observed=(before.observed, after.observed),
        normalisers=(before.normaliser, after.normaliser),
        lossy=(before.lossy, after.lossy),
        unread=after.unread,
        returned=edit.revert_of is not None,
        boilerplate=rules.boilerplate,
        phrases={language: tuple(own) for language, own in rules.phrases.items() if own},
    )
    cells = (before.text, after.text, besides)
    language = after.language or before.language or ""
    encoded = (msgspec.json.encode(each).decode() for each in cells)
    return "\t".join((edit.rule, edit.kind, edit.significance, language, *encoded))
