"""A root's own patterns, read as git reads the lines of a `.gitignore`.

The library makes a regular expression of each, and RE2 matches all of them at once, in time that grows with
the length of a path: no pattern of a user can run long. What the library reads otherwise than git does, or
passes over in silence, is refused by `check`. That does without the library, since to read the settings must
not take the time to load it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, AnyStr

from ingest.errors import ConfigError
from ingest.expressions import expression

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

PATTERN_BYTES = 256
# Of patterns that are not tried out: RE2 has 8 MiB for a list, and the costliest need less up to here.
FITTING_BYTES = 4096
_FOLDERS = 10_000  # that a list remembers

_NO_TEXT = expression(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NOTHING_ESCAPED = expression(r"\\(?:/|\s*\Z)")
# An escaped character, a set in brackets, or a bracket that begins none.
_PARTS = expression(r"\\.|\[[!^]?(?P<set>\]?[^]]*)\]|(?P<stray>\[)")
_RANGE = expression(r"(.)-(.)")
# In a set the library takes no character out of its meaning, and Python will take these pairs for operators.
_NOT_IN_SET = expression(r"[\\\[/]|--|&&|\|\||~~")
_BLANKS_AFTER = expression(r"((?:\\.|[^\\])*?) *")
_OTHER_THAN = expression(r"\[\^(\]?)")

# What a pattern means that releases before this reading took for something else.
_NEW_READINGS = (
    (expression(r"!"), "`!` at the beginning takes in again what a pattern before it leaves out"),
    (expression(r".*\["), "`[…]` stands for one of the characters in it"),
    (expression(r".*\\"), "a backslash takes its meaning from the character after it"),
    (expression(r".*\?"), "`?` stands for one character, where it stood for one byte"),
    (expression(r".*/\Z"), "with `/` at its end it is of folders alone"),
    (expression(r".*/\*\*\Z"), "with `/**` at its end it is of what lies below, not of a file so named"),
    (expression(r".* \Z"), "blanks at its end are left away"),
)


def check(patterns: Iterable[str]) -> None:
    """Raise ConfigError for a pattern that cannot be used, and for patterns that are too much together."""
    every = tuple(patterns)
    for pattern in every:
        fault = _fault(pattern)
        if fault is not None:
            why, hint = fault
            raise ConfigError(f"pattern '{pattern[:80]}' cannot be used: {why}", hint=hint)
    if sum(len(pattern.encode()) for pattern in every) > FITTING_BYTES:
        _compile([_line(pattern) for pattern in every])


def new_reading(pattern: str) -> str | None:
    """Return what a pattern means that an earlier release took for something else.

    None where it took it so too.
    """
    return "; ".join(words for form, words in _NEW_READINGS if form.match(pattern)) or None


class PatternList:
    """Patterns in their order.

    Of those that match a path the last decides, and one that begins with `!` takes the path out again. What
    lies below a folder that is matched is matched, whatever comes later. Raises ConfigError for a pattern
    that cannot be used.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        check(patterns)
        self._patterns = tuple(patterns)
        if not patterns:
            return
        lines = [_line(pattern) for pattern in patterns]
        self._of_paths = _compile(lines)
        # Where nothing is taken out again, a folder is matched with all that lies below. Else it is asked for
        # by itself, and without the slash that says "folders": the library takes that for something below.
        taken_out = any(line.startswith("!") for line in lines)
        self._of_folders = _compile(list(map(_without_slash, lines))) if taken_out else None
        self._folders: dict[bytes, bool] = {}

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def matches(self, path: bytes) -> bool:
        """Tell whether a file at this path is matched."""
        if not self._patterns:
            return False
        if self._of_folders is not None and self.matches_folder(path.rpartition(b"/")[0]):
            return True
        return self._of_paths.match_file(_text(path))

    def matches_folder(self, path: bytes) -> bool:
        """Tell whether this folder is matched and with it all below; the root, b"", never is."""
        if not self._patterns or not path:
            return False
        if self._of_folders is None:
            return self._of_paths.match_file(_text(path + b"/"))
        known = self._folders.get(path)
        if known is None:
            above = path.rpartition(b"/")[0]
            known = self.matches_folder(above) or self._of_folders.match_file(_text(path))
            if len(self._folders) >= _FOLDERS:
                self._folders.clear()
            self._folders[path] = known
        return known

    def deciding_pattern(self, path: bytes, *, folder: bool) -> str | None:
        """Return the pattern by which a path is matched whose own folder is not.

        None where it is not matched.
        """
        if not self._patterns:
            return None
        if folder and self._of_folders is not None:
            found = self._of_folders.check_file(_text(path))
        else:
            found = self._of_paths.check_file(_text(path + b"/" if folder else path))
        return self._patterns[found.index] if found.include and found.index is not None else None


def _text(path: bytes) -> str:
    """Return a path as it is matched. A newline is none, since RE2's `.` stands for every other character."""
    return path.decode("utf-8", "backslashreplace").replace("\n", "\v")


def _fault(pattern: str) -> tuple[str, str] | None:
    """Tell why a pattern cannot be used, and what to do instead."""
    plain = pattern.removeprefix("!").removeprefix("./").strip("/")
    if not plain.strip() or ".." in plain.split("/"):
        return "it names nothing below the root", "write a name, or a path below the root without '..'"
    if _NO_TEXT.search(pattern) or plain.rstrip(" ") != plain.rstrip():
        return "it holds a control character, or ends with a blank of another kind", "write ? for it"
    if len(pattern.encode()) > PATTERN_BYTES:
        return "it is too long", f"a pattern has at most {PATTERN_BYTES} bytes"
    if _NOTHING_ESCAPED.search(re.sub(r"\\[^/]", "", plain)):
        return "a backslash has no character after it", "write two for one that stands for itself"
    for part in _PARTS.finditer(plain):
        inside = part["set"]
        if part["stray"] or inside == "":
            return "a bracket is not closed", r"write \[ for one that stands for itself"
        if inside is not None and _NOT_IN_SET.search(inside):
            return f"[{inside}] holds what no set may", r"a set has no \, [, / and none of --, &&, ||, ~~"
        if any(first > last or first <= "/" <= last for first, last in _RANGE.findall(inside or "")):
            return f"[{inside}] is no range", "the lesser comes first, and no / lies between"
    return None


def _line(pattern: str) -> str:
    """Return a pattern as the library takes it; `./` before it says nothing, and there are no remarks."""
    sign = "!" if pattern.startswith("!") else ""
    line = re.sub("/{2,}", "/", pattern.removeprefix("!").removeprefix("./"))
    whole = _BLANKS_AFTER.fullmatch(line)
    line = line if whole is None else whole[1]
    return sign + line if sign or not line.startswith(("#", "!")) else "\\" + line


def _without_slash(line: str) -> str:
    """Return a line that asks for folders alone, to be asked about folders; a blank within it stays."""
    bare = line.rstrip("/")
    whole = _BLANKS_AFTER.fullmatch(bare)
    return bare if whole is None else whole[1] + "\\ " * (len(bare) - len(whole[1]))


def _compile(lines: Sequence[str]) -> GitIgnoreSpec:
    import re2  # noqa: PLC0415 - most roots have no pattern
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - the same
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern  # noqa: PLC0415 - the same

    class Line(GitIgnoreSpecPattern):
        """A pattern in which a set of characters that may not stand there matches no slash either."""

        @classmethod
        def pattern_to_regex(cls, pattern: AnyStr) -> tuple[AnyStr | None, bool | None]:
            regex, include = super().pattern_to_regex(pattern)
            if isinstance(regex, str):
                regex = _OTHER_THAN.sub(r"[^\1/", regex)
            return regex, include

    try:
        # By its name: the library's own way, where RE2 is missing, can run for seconds.
        return GitIgnoreSpec.from_lines(lines, Line, backend="re2")
    except re2.error as error:
        raise ConfigError(
            f"{len(lines)} patterns are too much together", hint="write fewer, or with fewer * and ?"
        ) from error
