"""Which paths are watched: the contract's fixed exceptions and a root's own patterns.

Patterns are matched by this module and not by `re` or `fnmatch`, so that no pattern of a user can
run long: a pattern has at most 256 bytes, and matching costs at most pattern x name steps.
"""

from __future__ import annotations

from ingest.errors import ConfigError

PATTERN_BYTES = 256
PATH_BYTES = 2000
OWN_FOLDER = b".ingest"

# What the contract leaves out everywhere, as it names it.
_SUFFIXES = (
    "~", ".swp", ".swo", ".swx", ".tmp", ".bak", ".orig", ".rej", ".part", ".partial", ".filepart",
    ".crdownload", ".download", ".aria2", ".!sync",
)  # fmt: skip
_NAMES = ("4913", "Thumbs.db", "ehthumbs.db", "desktop.ini", "Icon\r")
_BACKUP = "*.sb-????????-??????"  # of a save on macOS
_TRASH = b"$RECYCLE.BIN"
# What a cloud client leaves in the place of a file that is not on this disk.
_PLACEHOLDERS = (b".nextcloud", b".owncloud")
_ICLOUD = b".icloud"

_RULES = {suffix.encode(): f"*{suffix}" for suffix in _SUFFIXES}
_ENDINGS = (*_RULES, *_PLACEHOLDERS)
_LAST_TWO = frozenset(suffix[-2:] for suffix in _ENDINGS)
_WHOLE = frozenset(name.encode() for name in _NAMES)


def is_temporary(name: bytes) -> bool:
    """Whether the contract leaves a file of this name out everywhere, unless it is known or kept."""
    return (
        name[0] == 46  # a dot
        or (
            (name[-2:] in _LAST_TWO or name[-1] == 126)  # ~
            and name.endswith(_ENDINGS)
        )
        or name in _WHOLE
        or (
            name[0] == 35 == name[-1]  # #…#
            and len(name) > 1
        )
        or name.startswith(b"~$")
        or (b".sb-" in name and match_name(_BACKUP.encode(), name))
    )


def rule_of(name: bytes) -> str | None:
    """The rule by which the contract leaves a file of this name out, as it names the rule."""
    if not is_temporary(name):
        return None
    if placeholder_of(name) is not None:
        return "*" + (_ICLOUD if name.endswith(_ICLOUD) else b"." + name.rpartition(b".")[2]).decode()
    if name.startswith(b"."):
        return ".*"
    if name in _WHOLE:
        return name.decode()
    for suffix, rule in _RULES.items():
        if name.endswith(suffix):
            return rule
    return "#*#" if name.startswith(b"#") else "~$*" if name.startswith(b"~$") else _BACKUP


def placeholder_of(path: bytes) -> bytes | None:
    """The path of the file that a cloud client's placeholder at this path stands for; None for any other."""
    folder, slash, name = path.rpartition(b"/")
    if name.startswith(b".") and name.endswith(_ICLOUD) and len(name) > 1 + len(_ICLOUD):
        return folder + slash + name[1 : -len(_ICLOUD)]
    for suffix in _PLACEHOLDERS:
        if name.endswith(suffix) and len(name) > len(suffix):
            return path.removesuffix(suffix)
    return None


def placeholders(path: bytes) -> list[bytes]:
    """Where placeholders of the file at this path would stand."""
    folder, slash, name = path.rpartition(b"/")
    return [*(path + suffix for suffix in _PLACEHOLDERS), folder + slash + b"." + name + _ICLOUD]


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
    `include` empty means everything. `keep` takes in files whose names the contract leaves out, but no
    placeholders, and nothing below a folder that it leaves out. Raises ConfigError for a pattern that is
    empty or too long.
    """

    def __init__(
        self,
        *,
        include: tuple[str, ...] = (),
        exclude: tuple[str, ...] = (),
        keep: tuple[str, ...] = (),
    ) -> None:
        self.include = tuple(_compile(pattern) for pattern in include)
        self.exclude = tuple(_compile(pattern) for pattern in exclude)
        self.keep = tuple(_compile(pattern) for pattern in keep)
        self._words = dict(zip(self.exclude, exclude, strict=True))

    def keeps_folder(self, path: bytes) -> bool:
        """Whether the walk goes below this folder."""
        name = path.rpartition(b"/")[2]
        if name.startswith(b".") or name == _TRASH:
            return False
        return not self.exclude or not _any_match(self.exclude, path)

    def keeps_file(self, path: bytes) -> bool:
        """Whether a new file at this path is watched, its folders included in the question."""
        folder, _, name = path.rpartition(b"/")
        if folder.startswith(b".") or b"/." in folder or _TRASH in folder.split(b"/"):
            return False
        return (not is_temporary(name) or self.keeps_temporary(path)) and self.keeps_path(path)

    def keeps_temporary(self, path: bytes) -> bool:
        """Whether a file is taken in though the contract leaves its name out."""
        return bool(self.keep) and placeholder_of(path) is None and _any_match(self.keep, path)

    def keeps_path(self, path: bytes) -> bool:
        """Whether the root's own patterns take a file in: for a document that is known they alone decide."""
        if self.exclude and _any_match(self.exclude, path):
            return False
        return not self.include or _any_match(self.include, path)

    def rule_of(self, path: bytes, *, folder: bool = False) -> str:
        """The rule that leaves out what stands at this path, in a folder that is kept: a pattern of the
        contract's, one of the root's own, or `include`."""
        name = path.rpartition(b"/")[2]
        if folder:
            rule = ".*" if name.startswith(b".") else _TRASH.decode() if name == _TRASH else None
        else:
            rule = None if self.keeps_temporary(path) else rule_of(name)
        if rule is not None:
            return rule
        return next(
            (words for pattern, words in self._words.items() if _any_match((pattern,), path)), "include"
        )


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
