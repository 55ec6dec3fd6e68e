"""Which states that rested were overwritten before they were read. Quiet is 0.3 s here."""

from __future__ import annotations

from ingest.capture.lateness import Lateness
from ingest.disk.notifications import PathTimes
from ingest.settle import Due, Settler

QUIET = 0.3


class Path:
    """One path: what is heard of it, and when it is read."""

    def __init__(self) -> None:
        self.settler = Settler(quiet=QUIET, hold=5.0)
        self.lateness = Lateness()

    def hear(self, *times: float, writing: bool = False, at_rest: bool = False) -> None:
        """Heard of at these times, and told of together."""
        of_path = PathTimes(times[0], times[0])
        for each in times[1:]:
            of_path.again(each, writing=writing)
        self.lateness.hear(b"a", of_path, self.settler.waiting(b"a"), QUIET)
        self.settler.hint(b"a", of_path.last, first=of_path.first, writing=writing, at_rest=at_rest)
        self.lateness.all_heard()

    def read(self, now: float, *, changed_at: float) -> None:
        """The file is read."""
        (due,) = self.settler.take_due(now, 1)
        self.lateness.read(due, now, changed_at)


def test_saves_that_do_not_rest_are_not_late() -> None:
    path = Path()
    for number in range(50):
        path.hear(number * 0.1)
    path.read(5.3, changed_at=4.9)
    assert path.lateness.take() is None


def test_a_state_that_is_read_before_the_next_one_is_not_late() -> None:
    path = Path()
    for start in (0.0, 0.5, 1.0):
        path.hear(start, at_rest=True)
        path.read(start + 0.01, changed_at=start)
    path.hear(2.0)
    path.read(9.0, changed_at=2.0)  # long after it was due, but as it rested
    assert path.lateness.take() is None


def test_a_state_that_rested_and_was_heard_of_again_is_late() -> None:
    path = Path()
    path.hear(1.0)
    path.hear(1.4)
    assert path.lateness.take() == (1.0, 1.4)
    assert path.lateness.take() is None


def test_a_state_that_rested_between_two_hearings_that_are_told_together_is_late() -> None:
    path = Path()
    path.hear(1.0, 1.1, 1.6, 1.7)
    assert path.lateness.take() == (1.1, 1.7)


def test_a_file_that_is_held_open_rests_after_twice_the_time() -> None:
    path = Path()
    path.hear(1.0, 1.5, writing=True)
    path.hear(2.0, writing=True)
    assert path.lateness.take() is None
    path.hear(2.7, writing=True)
    assert path.lateness.take() == (1.0, 2.7)


def test_a_file_that_changed_again_when_it_is_read_is_late_if_it_had_rested() -> None:
    path = Path()
    path.hear(1.0, at_rest=True)
    path.read(1.2, changed_at=1.15)  # due at once, but it had not rested yet
    assert path.lateness.take() is None
    path.hear(2.0)
    path.read(3.0, changed_at=2.9)
    assert path.lateness.take() == (2.0, 3.0)


def test_a_file_that_is_changing_when_it_is_read_is_late_if_it_had_rested() -> None:
    path = Path()
    path.hear(1.0)
    (due,) = path.settler.take_due(1.3, 1)
    path.lateness.moving(due, 1.3)
    assert path.lateness.take() is None
    path.lateness.moving(due, 1.5)
    assert path.lateness.take() == (1.0, 1.5)


def test_a_file_that_was_deleted_after_it_had_rested_and_before_it_was_read_is_late() -> None:
    path = Path()
    path.hear(1.0)  # that it is deleted
    (due,) = path.settler.take_due(1.4, 1)
    path.lateness.gone(due, 1.4)
    path.hear(2.0)  # that it is written again
    assert path.lateness.take() is None
    (due,) = path.settler.take_due(2.5, 1)
    path.lateness.gone(due, 2.5)
    path.hear(2.45)  # that it was deleted before that look
    assert path.lateness.take() == (2.0, 2.45)


def test_each_file_that_is_found_gone_is_asked_for_its_age_a_few_times() -> None:
    """Else a folder of many files that is deleted would take the square of their number."""

    class Moment(float):
        asked = 0

        def __sub__(self, other: float) -> float:
            Moment.asked += 1
            return float(self) - other

    late = Lateness()
    for number in range(400):
        due = Due(b"%d" % number, held=False, first=0.0, signature=None, cause="watch", rests=0.3)
        late.gone(due, Moment(number / 10))
    assert Moment.asked <= 800
    late.hear(b"0", PathTimes(0.4, 0.4), None, QUIET)  # after ten seconds nobody hears of it any more
    assert late.take() is None
    late.hear(b"399", PathTimes(39.8, 39.8), None, QUIET)
    assert late.take() == (0.0, 39.8)


def test_what_is_heard_when_the_process_was_not_run_has_no_times() -> None:
    path = Path()
    path.lateness.slept(10.0, 12.0)
    path.hear(12.0, 12.001)
    assert path.lateness.take() == (10.0, 12.0)
    path.hear(12.1)
    assert path.lateness.take() is None
