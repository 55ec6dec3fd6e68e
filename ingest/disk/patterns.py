"""Which paths are watched: the contract's fixed exceptions and a root's own patterns.

Patterns are matched by this module and not by `re` or `fnmatch`, so that no pattern of a user can
run long: a pattern has at most 256 bytes, and matching costs at most pattern x name steps.
"""

from __future__ import annotations

from ingest.errors import ConfigError

PATTERN_BYTES = 256
PATH_BYTES = 2000
OWN_FOLDER = b".ingest"

_SUFFIXES = (b"~", b".swp", b".swo", b".swx", b".tmp", b".bak", b".orig", b".part", b".crdownload")
_PREFIXES = (b".", b"~$")
_NAMES = frozenset((b"Thumbs.db", b"desktop.ini"))
# The first byte, the last one and the last two of all that the contract leaves out: a scan asks each file.
_FIRST = frozenset(b".~#Td")
_LAST = frozenset(b"~#")
_LAST_TWO = frozenset(suffix[-2:] for suffix in _SUFFIXES)


def is_temporary(name: bytes) -> bool:
    """Whether the contract leaves a file of this name out everywhere."""
    if not (name[0] in _FIRST or name[-1] in _LAST or name[-2:] in _LAST_TWO):
        return False
    return (
        name.startswith(_PREFIXES)
        or name.endswith(_SUFFIXES)
        or name in _NAMES
        or (name[:1] == b"#" == name[-1:] and len(name) > 1)
    )


def match_name(pattern: bytes, name: bytes) -> bool:
    """Shell wildcards within one name: `*` any run, `?` one byte. Never backtracks past one star."""
    at = star = 0
    mark = -1
    place = 0
    while place < len(name):
        here = pattern[at : at + 1]
        if here != b"*" and here in (b"?", name[place : place + 1]):
            at += 1
            place += 1
        elif here == b"*":
            star, mark = at, place
            at += 1
        elif mark >= 0:
            mark += 1
            place, at = mark, star + 1
        else:
            return False
    return pattern[at:].strip(b"*") == b""


def _match_parts(pattern: tuple[bytes, ...], parts: list[bytes]) -> bool:
    """Whether `pattern` (parts, `**` for any number) matches `parts` or a folder above them."""
    reached = {0}
    for part in parts:
        if len(pattern) in reached:
            return True  # a folder above is matched: so is all below it
        after: set[int] = set()
        for at in _skip_stars(pattern, reached):
            if pattern[at : at + 1] == (b"**",):
                after.add(at)
            elif at < len(pattern) and match_name(pattern[at], part):
                after.add(at + 1)
        reached = after
    return len(pattern) in _skip_stars(pattern, reached)


def _skip_stars(pattern: tuple[bytes, ...], reached: set[int]) -> set[int]:
    every = set(reached)
    for start in reached:
        at = start
        while pattern[at : at + 1] == (b"**",):
            at += 1
            every.add(at)
    return every


class Patterns:
    """A root's own patterns. One without `/` matches a name at any depth, and all below a folder
    so named; one with `/` matches from the root, `**` standing for any number of folders.
    `include` empty means everything. Raises ConfigError for a pattern that is empty or too long.
    """

    def __init__(self, *, include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()) -> None:
        self.include = tuple(_compile(pattern) for pattern in include)
        self.exclude = tuple(_compile(pattern) for pattern in exclude)

    def keeps_folder(self, path: bytes) -> bool:
        """Whether the walk goes below this folder."""
        name = path.rpartition(b"/")[2]
        if name.startswith(b"."):
            return False
        return not self.exclude or not _any_match(self.exclude, path)

    def keeps_file(self, path: bytes) -> bool:
        """Whether a file at this path is watched, its folders included in the question."""
        folder, _, name = path.rpartition(b"/")
        if is_temporary(name) or folder.startswith(b".") or b"/." in folder:
            return False
        return self.keeps_path(path)

    def keeps_path(self, path: bytes) -> bool:
        """Whether a file is watched that no part of its path keeps from being so, where its folder is."""
        if self.exclude and _any_match(self.exclude, path):
            return False
        return not self.include or _any_match(self.include, path)


def _compile(pattern: str) -> tuple[bytes, ...]:
    raw = pattern.encode("utf-8", "surrogateescape").removeprefix(b"./").rstrip(b"/")
    if not raw or len(raw) > PATTERN_BYTES or b"\0" in raw or b".." in raw.split(b"/"):
        raise ConfigError(
            f"pattern '{pattern[:80]}' cannot be used",
            hint=f"a pattern has 1 to {PATTERN_BYTES} bytes and no '..'; see config/ingest.toml",
        )
    parts: tuple[bytes, ...] = ()
    for part in raw.split(b"/"):
        if part and (part, parts[-1:]) != (b"**", (b"**",)):  # two in a row mean no more than one
            parts += (part,)
    return parts if b"/" in raw else (b"**", *parts)


def _any_match(patterns: tuple[tuple[bytes, ...], ...], path: bytes) -> bool:
    parts = path.split(b"/")
    return any(_match_parts(pattern, parts) for pattern in patterns)
