"""What a watcher heard, as those take it over who need not know how it was watched."""

from __future__ import annotations

import msgspec


class Heard(msgspec.Struct):
    """What was heard since the last time it was taken."""

    touched: set[bytes] = msgspec.field(default_factory=set)
    writing: set[bytes] = msgspec.field(default_factory=set)
    at_rest: set[bytes] = msgspec.field(default_factory=set)
    folders: set[bytes] = msgspec.field(default_factory=set)
    renames: list[tuple[bytes, bytes]] = msgspec.field(default_factory=list)
    cookies: set[bytes] = msgspec.field(default_factory=set)
    events: int = 0
    overflow: bool = False
    root_event: bool = False
