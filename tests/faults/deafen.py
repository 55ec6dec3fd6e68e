"""What makes a watcher deaf while everything about it seems alive."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path


def lose_a_watch(root: Path, gone: Path, gap: float) -> None:
    """Five steps after which the library's reading thread is dead and everything else seems alive."""
    steps: list[Callable[[], object]] = [
        (root / "d").mkdir,
        lambda: (root / "d").rename(gone),
        (root / "d").mkdir,
        (root / "d").rmdir,
        gone.rmdir,
    ]
    for step in steps:
        step()
        time.sleep(gap)
