"""Which changes count as told of by nothing, and since when they may have been made."""

from __future__ import annotations

from ingest.pipeline.unannounced import LATEST, Unannounced


def test_what_is_heard_of_in_time_is_no_alarm() -> None:
    found = Unannounced()
    for path in (b"a", b"b/c", b"b/d", b"bc", b"e"):
        found.find(path, now=10.0)
    found.hear([b"a", b"z"], [b"b"])

    assert found.take(10.0 + LATEST - 0.01) == (0, None)
    assert found.take(10.0 + LATEST) == (2, None)
    assert found.take(10.0 + LATEST) == (0, None)


def test_they_were_made_after_the_scan_before_the_one_that_found_them() -> None:
    found = Unannounced()
    found.find(b"a", now=1.0)
    found.since = 500
    found.find(b"b", now=2.0)
    found.since = 900
    found.find(b"c", now=2.0)
    found.find(b"d", now=3.5)

    assert found.take(2.0 + LATEST) == (3, 500)
    assert found.take(3.5 + LATEST) == (1, 900)


def test_a_polled_root_has_none() -> None:
    found = Unannounced()
    found.find(b"a", now=1.0)
    found.clear()

    assert found.take(1.0 + LATEST) == (0, None)
