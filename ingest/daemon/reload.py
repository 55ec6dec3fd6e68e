"""What other settings mean for a daemon that runs."""

from __future__ import annotations

import msgspec

from ingest.config import Settings

FIXED = (  # taken at the start only
    "database_url", "busy_seconds", "fill_index", "log_format", "log_level", "tell_new_readings",
)  # fmt: skip


def concerning(settings: Settings, name: str) -> Settings:
    """Return those of the settings that bear on the capture of one root; the others are at their defaults."""
    own = settings.roots.get(name)
    if own is not None:
        own = msgspec.structs.replace(own, boilerplate=())  # which edits alone are told by
    return msgspec.structs.replace(
        settings, **dict.fromkeys(FIXED, ""), notice_phrases={}, roots={} if own is None else {name: own}
    )


def needing_a_restart(started_with: Settings, settings: Settings) -> list[str]:
    """Return the names of what is other now and is taken at the start only."""
    found = [name for name in FIXED if getattr(settings, name) != getattr(started_with, name)]
    found += [
        f"roots.{name}"
        for name in settings.roots.keys() | started_with.roots.keys()
        if _path_of(settings, name) != _path_of(started_with, name)
    ]
    return sorted(found)


def _path_of(settings: Settings, name: str) -> str | None:
    root = settings.roots.get(name)
    return None if root is None else root.path
