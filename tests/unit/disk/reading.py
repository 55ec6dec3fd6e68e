"""Read a file as a capture does."""

from __future__ import annotations

from ingest.disk import read
from ingest.disk.read import read_stable
from ingest.model import Descriptor

MB = 1 << 20


def read_all(root: Descriptor, path: bytes, max_bytes: int = 100 * MB) -> read.Reading:
    """What is read of a file below the root, or why not."""
    return read_stable(root, path, max_bytes=max_bytes)
