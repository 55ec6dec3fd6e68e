"""Values of a declared type, made of JSON or of what a library has read.

Two threads that are the first to use a type at once end the process: msgspec (0.22) shares what it knows of a
type before that is whole. So one thread makes it, under a lock, and the others wait.
"""

from __future__ import annotations

import threading
from typing import TypeVar, cast

import msgspec

T = TypeVar("T")

_making = threading.Lock()
_made: dict[object, object] = {}  # the decoder of each type


def decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    """Return the decoder of a type for JSON, always the same. Any thread may ask."""
    found = _made.get(kind)
    if found is None:
        with _making:
            found = _made.get(kind)
            if found is None:
                found = _made[kind] = msgspec.json.Decoder(kind)
    return cast("msgspec.json.Decoder[T]", found)


def convert(values: object, kind: type[T], *, strict: bool = True) -> T:
    """Return values as a type has them; not `strict`, where numbers are words.

    Raises msgspec.ValidationError.
    """
    decoder(kind)
    return msgspec.convert(values, kind, strict=strict)


def exact(values: object, kind: type[T]) -> T:
    """Return values that have the kinds of a type already; none is converted.

    Raises msgspec.ValidationError, a ValueError, where one is of another kind.
    """
    decoder(kind)
    return msgspec.convert(values, kind, builtin_types=(bytes,))
