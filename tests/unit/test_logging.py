"""Log lines: one JSON object each, whoever speaks."""

from __future__ import annotations

import io
import json
import logging as standard
from collections.abc import Iterator

import pytest
import structlog

from ingest import logging


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


def test_what_the_watchers_library_says_is_not_told_twice(stream: io.StringIO) -> None:
    standard.getLogger("watchdog.observers.inotify").warning("overflow")

    assert stream.getvalue() == ""
