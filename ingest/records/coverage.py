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


def stretch(root: str, interval: Interval) -> Stretch:
    """Return the record of an interval of a root's ledger, the same in `coverage` and the report."""
    since, until = moments.show(interval.since), moments.show(interval.until)
    return Stretch(root=root, state=interval.state, since=since, until=until, reason=interval.reason)
