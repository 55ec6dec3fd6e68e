"""Which changes count as told of by nothing, and since when they may have been made."""

from __future__ import annotations

from ingest.capture.unheard_changes import LATEST, UnheardChanges


def test_what_is_heard_of_in_time_is_no_alarm() -> None:
    found = UnheardChanges(lambda: True)
    for path in (b"a", b"b/c", b"b/d", b"bc", b"e"):
        found.find(path, now=10.0)
    found.hear([b"a", b"z"], [b"b"])

    assert found.take(10.0 + LATEST - 0.01) == (0, None)
    assert found.take(10.0 + LATEST) == (2, None)
    assert found.take(10.0 + LATEST) == (0, None)


def test_they_were_made_after_the_scan_before_the_one_that_found_them() -> None:
    found = UnheardChanges(lambda: True)
    found.find(b"a", now=1.0)
    found.since = 500
    found.find(b"b", now=2.0)
    found.since = 900
    found.find(b"c", now=2.0)
    found.find(b"d", now=3.5)

    assert found.take(2.0 + LATEST) == (3, 500)
    assert found.take(3.5 + LATEST) == (1, 900)


def test_what_waited_until_its_scan_had_ended_was_made_after_the_scan_before() -> None:
    found = UnheardChanges(lambda: True)
    found.since = 500
    found.expect(b"a", now=1.0)
    found.expect(b"heard", now=1.0)
    found.since = 900
    found.hear([b"heard"], [])
    found.find(b"a", now=2.0)
    found.find(b"heard", now=2.0)

    assert found.take(2.0, age=0.0) == (2, 500)


def test_a_scan_that_something_gave_cause_for_has_none() -> None:
    counts = True
    found = UnheardChanges(lambda: counts)
    found.expect(b"waits", now=1.0)
    counts = False
    found.find(b"a", now=1.0)
    found.expect(b"b", now=1.0)
    found.find(b"b", now=1.5)
    found.find(b"waits", now=1.5)

    assert found.take(1.5, age=0.0) == (1, None)
