"""A scan whose root has a process of its own: what the ledger says where that was stopped or killed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from ingest import overseen
from ingest.clock import Clock
from ingest.config import Settings
from ingest.daemon import single_scan
from ingest.errors import RootUnavailable
from ingest.store import coverage, roots
from ingest.store.coverage import Interval
from ingest.store.engine import Store
from ingest.store.root_reports import RootReport
from tests.recording import add_root, opened

PLACE = b"/nowhere/main"
CLOCK = Clock(monotonic=time.monotonic, wall=lambda: 90, sleep=time.sleep, entropy=os.urandom)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with opened(database_url) as store:
        yield store


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (KeyboardInterrupt(), "killed"),
        (RootUnavailable("killed", code="killed"), "killed"),
        (RootUnavailable("silent", code="unreachable"), "unreachable"),
        (RootUnavailable("gone", code="root_missing"), None),  # its process wrote that down
    ],
)
def test_the_ledger_says_what_it_says_of_a_scan_that_ended_so(
    store: Store, end: BaseException, reason: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A daemon was killed before, whose last sign of life is of 20."""
    key = add_root(store)
    with store.write() as connection:
        coverage.turn(connection, key, "watched", 10, None)
        roots.report(connection, key, RootReport(backend="native", certain_until=20), heartbeat_at=20)
        roots.update(connection, key, last_scan_at=15)
        root = roots.by_name(connection, "main")

    def told(
        _places: Sequence[bytes], _work: Callable[..., None], _kind: object, **_: object
    ) -> Iterator[single_scan.Seen]:
        yield single_scan.Seen(1)
        raise end

    monkeypatch.setattr(overseen, "results", told)
    settings = Settings(database_url=store.address)
    scan = single_scan.SingleScan(store, settings, CLOCK, lambda _files, _now: None)
    with pytest.raises(type(end)):
        single_scan._scan_by([PLACE], scan, root)
    with store.read() as connection:
        *_, last = coverage.intervals(connection, key)
    expected = ("watched", 10, None, None) if reason is None else ("blind", 20, None, reason)
    assert last == Interval(*expected)
