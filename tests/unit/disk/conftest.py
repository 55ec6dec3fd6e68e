"""A folder that is open, read in each of the two ways."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.disk import read
from ingest.model import Descriptor


@pytest.fixture(params=["openat2", "part by part"], autouse=True)
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every fact holds with the kernel's one call and without it."""
    if request.param == "part by part":
        monkeypatch.setattr(read, "_openat2_missing", True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "root"
    made.mkdir()
    return made


@pytest.fixture
def root(folder: Path) -> Iterator[Descriptor]:
    fd = Descriptor(os.open(folder, os.O_RDONLY | os.O_DIRECTORY))
    yield fd
    os.close(fd)
