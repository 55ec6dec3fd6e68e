"""What the tests of faults share beside their site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.mounts import Disk


@pytest.fixture
def disk(folder: Path) -> Iterator[Disk]:
    """An empty slot; it is emptied at the end."""
    images = folder / "images"
    images.mkdir()
    slot = Disk(images)
    yield slot
    slot.take_out()
