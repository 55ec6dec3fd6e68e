"""Which paths are watched: names that are left out of every root, and a root's own patterns."""

from __future__ import annotations

from ingest.disk.gitignore import PatternList

PATH_BYTES = 2000
OWN_FOLDER = b".ingest"

# What is left out of every root, as `docs/reference/what-is-watched.md` has it.
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
_FIRST = frozenset(b".#~" + b"".join(name[:1] for name in _WHOLE))


def is_temporary(name: bytes) -> bool:
    """Tell whether a file of this name is left out of every root, unless it is known or kept."""
    first = name[0]
    if first in _FIRST and (
        first == 46  # a dot
        or name in _WHOLE
        or name.startswith(b"~$")
        or (first == 35 == name[-1] and len(name) > 1)  # #…#
    ):
        return True
    if (name[-2:] in _LAST_TWO or name[-1] == 126) and name.endswith(_ENDINGS):  # ~
        return True
    return name[-19:-15] == b".sb-" and name[-7] == 45  # -


def rule_of(name: bytes) -> str | None:
    """Return the rule by which a file of this name is left out of every root, as `status` shows it."""
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
    """Return the path of the file that a cloud client's placeholder at this path stands for.

    None for any other.
    """
    folder, slash, name = path.rpartition(b"/")
    if name.startswith(b".") and name.endswith(_ICLOUD) and len(name) > 1 + len(_ICLOUD):
        return folder + slash + name[1 : -len(_ICLOUD)]
    for suffix in _PLACEHOLDERS:
        if name.endswith(suffix) and len(name) > len(suffix):
            return path.removesuffix(suffix)
    return None


def placeholders(path: bytes) -> list[bytes]:
    """Tell where placeholders of the file at this path would stand."""
    folder, slash, name = path.rpartition(b"/")
    return [*(path + suffix for suffix in _PLACEHOLDERS), folder + slash + b"." + name + _ICLOUD]


class Patterns:
    """A root's own patterns, read as git reads a `.gitignore`.

    `include` empty means everything. `keep` takes in files whose names are left out of every root, but no
    placeholders, and nothing below a folder that is left out. Raises ConfigError for a pattern that cannot be
    used.
    """

    def __init__(
        self,
        *,
        include: tuple[str, ...] = (),
        exclude: tuple[str, ...] = (),
        keep: tuple[str, ...] = (),
    ) -> None:
        self.include = PatternList(include)
        self.exclude = PatternList(exclude)
        self.keep = PatternList(keep)

    def keeps_folder(self, path: bytes) -> bool:
        """Tell whether the walk goes below this folder."""
        name = path.rpartition(b"/")[2]
        if name.startswith(b".") or name == _TRASH:
            return False
        return not self.exclude.matches_folder(path)

    def keeps_file(self, path: bytes) -> bool:
        """Tell whether a new file at this path is watched, its folders included in the question."""
        folder, _, name = path.rpartition(b"/")
        if folder and (folder.startswith(b".") or b"/." in folder or _TRASH in folder.split(b"/")):
            return False
        return (not is_temporary(name) or self.keeps_temporary(path)) and self.keeps_path(path)

    def keeps_temporary(self, path: bytes) -> bool:
        """Tell whether a file is taken in though its name is left out of every root."""
        return bool(self.keep) and placeholder_of(path) is None and self.keep.matches(path)

    def keeps_path(self, path: bytes) -> bool:
        """Tell whether the root's own patterns take a file in; for a known document they alone decide."""
        return not self.exclude.matches(path) and (not self.include or self.include.matches(path))

    def rule_of(self, path: bytes, *, folder: bool = False) -> str:
        """Return the rule that leaves out what stands at this path, in a folder that is kept.

        A rule for every root, a pattern of the root's own, or `include`.
        """
        name = path.rpartition(b"/")[2]
        if folder:
            rule = ".*" if name.startswith(b".") else _TRASH.decode() if name == _TRASH else None
        else:
            rule = None if self.keeps_temporary(path) else rule_of(name)
        if rule is not None:
            return rule
        return self.exclude.deciding_pattern(path, folder=folder) or "include"
