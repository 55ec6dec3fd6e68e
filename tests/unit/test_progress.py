"""The line that says how far something is."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest

from ingest.cli.progress import Bar
from ingest.width import width


class Screen(io.StringIO):
    """Standard error, with or without somebody who sees it as it comes."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._terminal

    def came(self) -> str:
        """What was written since this was last asked."""
        written = self.getvalue()
        self.seek(0)
        self.truncate()
        return written


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the clock says."""
    now = [100.0]
    monkeypatch.setattr("ingest.cli.progress.time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def test_it_is_shown_after_a_second_at_times_and_gone_at_the_end(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen(terminal=True)
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("COLUMNS", "100")
    with Bar("report", "changes") as bar:
        bar.show(1, 2000)
        assert screen.came() == ""
        clock[0] += 1.0
        bar.show(1000, 2000)
        expected = f"report [{'#' * 15}{'.' * 15}] 1,000 of 2,000 changes, 1,000 a second"
        assert screen.came() == f"\r{expected}\033[K"
        bar.show(1001, 2000)
        assert screen.came() == ""
        clock[0] += 2.0
        bar.show(1500, 2000)
        assert screen.came().endswith("1,500 of 2,000 changes, 500 a second, 0:01 left\033[K")
        clock[0] += 1.0
        bar.show(1500)
        assert screen.came() == "\rreport 1,500 changes, 375 a second\033[K"
    assert screen.came() == "\r\033[K"


@pytest.mark.parametrize(("terminal", "seconds"), [(True, 0.5), (False, 5.0)])
def test_what_was_quick_or_has_no_terminal_shows_nothing(
    clock: list[float], monkeypatch: pytest.MonkeyPatch, terminal: bool, seconds: float
) -> None:
    screen = Screen(terminal=terminal)
    monkeypatch.setattr("sys.stderr", screen)
    with Bar("report", "changes") as bar:
        clock[0] += seconds
        bar.show(1, 2)
    assert screen.came() == ""


@pytest.mark.parametrize("columns", [100, 80, 60, 40, 20, 10, 5])
def test_it_is_never_wider_than_the_terminal(
    clock: list[float], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    screen = Screen(terminal=True)
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("COLUMNS", str(columns))
    with Bar("索引 café", "changes") as bar:
        clock[0] += 3600.0
        bar.show(1980, 6620)
        line = screen.came().removeprefix("\r").removesuffix("\033[K")
        assert width(line + "^C") < columns or not line
        if columns == 80:
            assert line == "索引 café 1,980 of 6,620 changes, 0.6 a second, 2:20:36 left"


def test_the_width_of_a_text_is_in_columns() -> None:
    assert [width(text) for text in ("café", "cafe\u0301", "索引", "")] == [4, 4, 4, 0]
