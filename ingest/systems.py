"""On which systems folders are watched: those on which it was tried."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.errors import Unreachable

UNTESTED = "INGEST_UNTESTED_SYSTEM"


def require_tested(platform: str, environment: Mapping[str, str]) -> None:
    """Raise Unreachable on a system whose folders are not watched. `platform` is `sys.platform`."""
    if platform == "linux" or (platform == "darwin" and environment.get(UNTESTED) == "1"):
        return
    raise Unreachable(
        f"folders are watched, scanned and checked on Linux alone, and this system is {platform}",
        hint=f"to try it on macOS all the same: {UNTESTED}=1" if platform == "darwin" else None,
    )
