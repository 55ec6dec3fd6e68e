"""The records are what programs rely on: their bytes are those of a page that is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import forked
from tests.forked import Quick
from tests.integration import record_lines


@pytest.fixture(scope="module", autouse=True)
def _end_forking() -> Iterator[None]:
    yield
    forked.close()


def test_each_record_is_byte_for_byte_what_it_was(tmp_path: Path, database_url: str) -> None:
    printed = record_lines.lines(Quick(database_url, tmp_path), tmp_path).splitlines()

    assert printed == record_lines.FILE.read_text().splitlines()
