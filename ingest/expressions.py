"""Regular expressions that are compiled when they are first asked.

A module names the expressions that it may need; a call that needs few of them pays for few.
"""

from __future__ import annotations

import re
import sys
from typing import cast, overload
from weakref import WeakSet

_ASKED = (
    "findall", "finditer", "flags", "fullmatch", "groupindex", "groups", "match", "pattern", "search",
    "split", "sub", "subn",
)  # fmt: skip
_IS_RIGHT = sys.version_info >= (3, 11, 5)


class _Compiled:
    """What is asked of an expression, taken from the compiled one."""

    __slots__ = ("__weakref__", "_flags", "_written", *_ASKED)
    pattern: str | bytes


class Expression(_Compiled):
    """One that was not asked yet: what is asked first compiles it, and it is a `_Compiled` from then on."""

    __slots__ = ()

    def __init__(self, written: str | bytes, flags: int) -> None:
        self._written = written
        self._flags = flags
        _waiting.add(self)

    def __getattr__(self, name: str) -> object:
        # Called where a slot is empty, so only before that; two threads may both do it.
        if name not in _ASKED:
            raise AttributeError(f"a regular expression has no '{name}'")
        compiled = re.compile(self._written, self._flags)
        for one in _ASKED:
            setattr(self, one, getattr(compiled, one))
        # A class with `__getattr__` finds each attribute several times slower.
        self.__class__ = _Compiled  # type: ignore[assignment]
        return getattr(compiled, name)


# Named, and perhaps not compiled.
_waiting: WeakSet[Expression] = WeakSet()


def compile_all() -> None:
    """Compile what is named so far: each process that is forked then has it, and compiles none of it."""
    for each in tuple(_waiting):
        if each.pattern is not None:  # asked, so compiled
            _waiting.discard(each)


def possessive(group: str, times: str = "*", *, begun: str = "", is_right: bool = _IS_RIGHT) -> str:
    """Return the expression of a group that is taken so many times and given back no more.

    Before CPython 3.11.5 a possessive group also takes what its last try read, though that try failed
    (gh-106052). There it is written as an atomic group, which holds some 120 bytes for each time. `begun`
    spares that: an expression of one character, which looks neither ahead nor behind; wherever it matches,
    the group must match too. So the group is tried only there, and no try fails.
    """
    if is_right:
        return f"(?:{group}){times}+"
    return f"(?:(?={begun}){group}){times}+" if begun else f"(?>(?:{group}){times})"


@overload
def expression(written: str, flags: int = 0) -> re.Pattern[str]: ...
@overload
def expression(written: bytes, flags: int = 0) -> re.Pattern[bytes]: ...
def expression(written: str | bytes, flags: int = 0) -> re.Pattern[str] | re.Pattern[bytes]:
    """Return what `re.compile` would, compiled when it is first asked; a wrong one is told only then."""
    return cast("re.Pattern[str]", Expression(written, flags))
