"""Log lines: one JSON object each, whoever speaks."""

from __future__ import annotations

import io
import json
import logging as standard
from collections.abc import Iterator

import pytest
import structlog

from ingest import logging
from ingest.width import width


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = standard.getLogger()
    before = list(root.handlers)
    stream = io.StringIO()
    logging.configure(level="info", format_="json", stream=stream)
    yield stream
    root.handlers[:] = before
    structlog.reset_defaults()


def test_what_a_library_says_is_a_line_of_ours(stream: io.StringIO) -> None:
    standard.getLogger("psycopg").warning("error ignored terminating %s\nsecond line", "a pipeline")
    standard.getLogger("psycopg").info("of no interest")

    (line,) = stream.getvalue().splitlines()
    record = json.loads(line)
    assert {key: record[key] for key in ("event", "level", "library", "detail")} == {
        "event": "library",
        "level": "warning",
        "library": "psycopg",
        "detail": "error ignored terminating a pipeline\nsecond line",
    }


class Terminal(io.StringIO):
    """A stream that says that it is a terminal, and not how wide."""

    def isatty(self) -> bool:
        return True


def change(**more: object) -> dict[str, object]:
    """A change as the follower of the log tells it."""
    edit = {
        "class": "factual",
        "significance": "substantive",
        "silent": True,
        "reason": "number “three” to “two”, amount “5 million euros” to “50 million euros”",
        "flags": [{"name": "headline", "reason": ""}, {"name": "silent", "reason": ""}],
    }
    return {
        "seq": 12, "type": "document.changed", "root": "news", "path": "a.txt", "from_path": None,
        "version": 2, "reason": None, "recorded_at": None, "edit": edit, **more,
    }  # fmt: skip


def test_an_edit_says_where_its_first_fact_is() -> None:
    stream = io.StringIO()
    logging.configure(level="info", format_="console", stream=stream)
    edit = change()["edit"]
    assert isinstance(edit, dict)
    facts = [{"page": None, "heading": "Terms\nof\x1b"}, {"page": 3, "heading": None}]
    structlog.get_logger().info("change", **change(edit={**edit, "facts": facts}))
    structlog.reset_defaults()

    assert stream.getvalue().endswith("“50 million euros”  (“Terms of\\u{001b}”)\n")


@pytest.mark.parametrize("path", ["a.txt", "politics/2026/11/the-mayor-of-the-town-resigns.txt", "漢字" * 30])
@pytest.mark.parametrize("came", [None, "drafts/" + "old" * 20])
def test_an_edit_is_one_line_that_fits_a_terminal(path: str, came: str | None) -> None:
    terminal, pipe = Terminal(), io.StringIO()
    for stream in (terminal, pipe):
        logging.configure(level="info", format_="console", stream=stream)
        structlog.get_logger().info("change", **change(path=path, from_path=came))
    structlog.reset_defaults()

    (line,) = terminal.getvalue().splitlines()
    assert width(line) <= 100
    assert "#12 changed   news: " in line
    assert " @2  factual, silent, headline: number “three” to “two”" in line
    (whole,) = pipe.getvalue().splitlines()
    assert path in whole
    assert whole.endswith(
        " @2  substantive: factual, silent, headline: "
        "number “three” to “two”, amount “5 million euros” to “50 million euros”"
    )


def test_what_the_watchers_library_says_is_not_told_twice(stream: io.StringIO) -> None:
    standard.getLogger("watchdog.observers.inotify").warning("overflow")

    assert stream.getvalue() == ""
