"""What may be claimed of how a root was observed: a pure function of what one step of its capture saw.

`Notes` is what a step fills on its way. When it ends, `turns` is asked once which lines the ledger gets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest

import msgspec

from ingest.store.coverage import CLAIMS, State

DOUBTS = ("late", "unannounced")  # they say nothing of now: of a stretch that was called watched, it was not
# What a root that is looked at may be called, as long as nothing happened that only a scan mends.
_OF_PRESENT = (None, "polling", "root_replaced", "unwatched")
STORE = ("store_full", "store_locked", "store_unreachable", "log_shortened")
_START = -1  # before every moment: where the line begins that the ledger has


class Turn(msgspec.Struct, frozen=True):
    """From `since` on (microseconds) the root is observed so."""

    state: State
    reason: str | None
    since: int


class Gap(msgspec.Struct, frozen=True):
    """Since when it was observed worse than the ledger says, and why.

    `until` is there for a doubt: from then on it was as well observed as was said. Anything else lasts until
    a scan, or the store, mends it.
    """

    reason: str
    since: int
    until: int | None = None
    state: State = "scanned"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known at the end of a step. Moments are microseconds.

    `gaps` are in the order in which they were found. `scanned_at` is when the last scan began that ended well
    and that nothing casts doubt on, while the ledger does not know of it; `scanning` says that another one
    runs or must follow. `recovered_at` is when a store that was away took something again. `ready` says that
    the root was scanned since it was opened, `deaf` why its watcher is not seen to work, `once` that nobody
    watches: it is one scan. `proven_at` is when the last cookie came back.
    """

    now: int
    gaps: Sequence[Gap] = ()
    scanned_at: int | None = None
    scanning: bool = False
    recovered_at: int | None = None
    ready: bool = True
    deaf: str | None = None
    once: bool = False
    polled: bool = False
    closed: bool = False
    unwatched: bool = False
    proven_at: int | None = None


class Notes:
    """What a step notes on its way: gaps, a scan that ended, a store that is back."""

    def __init__(self) -> None:
        self.gaps: list[Gap] = []
        self.recovered_at: int | None = None
        self._scanned_at: int | None = None
        self._is_new = False

    def worsen(self, reason: str, since: int, *, state: State = "scanned") -> None:
        """Note what only a scan, or the store, mends: no scan that ended before says anything of now."""
        self.gaps.append(Gap(reason, since, state=state))
        self._scanned_at = self.recovered_at = None

    def doubt(self, gap: Gap | None) -> None:
        """Note a stretch that was not watched, if there was one."""
        if gap is not None:
            self.gaps.append(gap)

    def scanned(self, began_at: int) -> None:
        """Note a scan that ended well."""
        self._scanned_at, self._is_new = began_at, True

    def scan_to_tell(self, scanning: bool) -> int | None:
        """Return when the scan began that the ledger is to know of.

        One that ended in an earlier step, under a watcher that was deaf, waits for the one that runs.
        """
        return self._scanned_at if self._is_new or not scanning else None

    @property
    def are_worse(self) -> bool:
        """Tell whether the root is observed worse than before."""
        return any(gap.reason not in DOUBTS for gap in self.gaps)

    def clear(self, *, deaf: bool, scanning: bool) -> None:
        """Forget what the last step noted, but for a scan that the ledger does not know of yet."""
        if not deaf and self.scan_to_tell(scanning) is not None:
            self._scanned_at = None
        self.gaps.clear()
        self.recovered_at, self._is_new = None, False


def claim(facts: Facts) -> tuple[State, str | None]:
    """Return what may be said of a root that was scanned and that nothing casts doubt on."""
    if facts.once:
        return "scanned", None
    if facts.polled:
        return "scanned", "polling"
    if facts.closed:
        return "scanned", "root_replaced"
    if facts.unwatched:
        return "scanned", "unwatched"
    return "watched", None


def turns(before: tuple[State, str | None] | None, facts: Facts) -> list[Turn]:
    """Return the lines that a ledger gets which says `before` now; None: it has not begun.

    Only a good scan begins it, and only a good scan under a watcher that is heard ends what was blind. A
    worse state is said from its own beginning on, a better one from the beginning of the scan that proves it.
    """
    line = [] if before is None else [Turn(*before, _START)]
    for gap in facts.gaps:
        if gap.reason not in DOUBTS and _is_worse(line, gap, facts):
            _cut(line, Turn(gap.state, gap.reason, gap.since))
    _mend(line, facts)
    _fit(line, facts)
    doubts = sorted((gap for gap in facts.gaps if gap.reason in DOUBTS), key=lambda gap: gap.since)
    for gap in doubts:
        line = list(_merged(_doubted(line, gap)))
    return line if before is None else line[1:]


def _is_worse(line: Sequence[Turn], gap: Gap, facts: Facts) -> bool:
    """Tell whether a gap says less than the ledger.

    Of what was blind, or not scanned yet, it says nothing.
    """
    if not line or line[-1].state == "blind":
        return bool(line) and gap.state == "blind"
    return gap.state == "blind" or facts.ready


def _mend(line: list[Turn], facts: Facts) -> None:
    """Say what holds since a scan that ended well, or since the store is back."""
    if facts.scanned_at is not None:
        if facts.deaf is not None:
            if not line:
                line.append(Turn("blind", facts.deaf, facts.scanned_at))
        elif facts.scanning:
            _cut(line, Turn("scanned", "startup", facts.scanned_at))  # the next one says more
        else:
            _cut(line, Turn(*claim(facts), facts.scanned_at))
    elif facts.recovered_at is not None and line and line[-1].state != "blind":
        settled = facts.ready and facts.deaf is None and not facts.scanning
        if settled and line[-1].reason in STORE:
            _cut(line, Turn(*claim(facts), facts.recovered_at))


def _fit(line: list[Turn], facts: Facts) -> None:
    """Say less where less is seen now: notifications that stopped, folders that are closed or unwatched."""
    if not line or not facts.ready or line[-1].state == "blind" or line[-1].reason not in _OF_PRESENT:
        return
    state, reason = claim(facts)
    better = CLAIMS.index(state) > CLAIMS.index(line[-1].state)
    if not better and (state, reason) != (line[-1].state, line[-1].reason):
        _cut(line, Turn(state, reason, facts.now if facts.proven_at is None else facts.proven_at))


def _cut(line: list[Turn], turn: Turn) -> None:
    """Begin a stretch at `turn`; what claims more keeps a microsecond, so that nothing is lost behind it."""
    since = turn.since
    while line and line[-1].since >= since and line[-1].since != _START:
        if CLAIMS.index(turn.state) > CLAIMS.index(line[-1].state):
            since = line[-1].since + 1
            break
        line.pop()
    if not line or (line[-1].state, line[-1].reason) != (turn.state, turn.reason):
        line.append(Turn(turn.state, turn.reason, since))


def _doubted(line: Sequence[Turn], gap: Gap) -> Iterator[Turn]:
    """Turn `watched`, and `scanned` for the store's sake alone, into `scanned` for the doubt's reason.

    That holds from the beginning of the doubt to its end; the rest of the line stays.
    """
    end = float("inf") if gap.until is None else max(gap.until, gap.since + 1)
    for turn, following in zip_longest(line, line[1:]):
        until = float("inf") if following is None else following.since
        since = max(turn.since, gap.since)
        doubtful = turn.state == "watched" or (turn.state == "scanned" and turn.reason in STORE)
        if not doubtful or since >= until or turn.since >= end:
            yield turn
            continue
        if turn.since < since:
            yield turn
        yield Turn("scanned", gap.reason, since)
        if end < until:
            yield Turn(turn.state, turn.reason, int(end))


def _merged(line: Iterator[Turn]) -> Iterator[Turn]:
    every = list(line)
    yield from every[:1]
    yield from (
        turn for before, turn in pairwise(every) if (before.state, before.reason) != (turn.state, turn.reason)
    )
