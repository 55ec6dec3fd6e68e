"""The records of how roots were observed."""

from __future__ import annotations

import msgspec

from ingest import moments
from ingest.store.coverage import Interval


class Stretch(msgspec.Struct, frozen=True, kw_only=True, rename={"since": "from", "until": "to"}):
    """A stretch of a root's ledger; `until` is null where it goes on."""

    root: str
    state: str
    since: str | None
    until: str | None
    reason: str | None


def stretch(root: str, each: Interval) -> Stretch:
    """Return a stretch of a root's ledger, the same in `coverage` and the report."""
    begin, end = moments.show(each.since), moments.show(each.until)
    return Stretch(root=root, state=each.state, since=begin, until=end, reason=each.reason)
