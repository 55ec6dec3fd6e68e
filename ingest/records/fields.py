"""Make a record of a row: each field by its name, written as the contract writes such a field."""

from __future__ import annotations

import functools
from typing import TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from ingest import moments
from ingest.escape import path_fields
from ingest.store.engine import Row

R = TypeVar("R", bound=msgspec.Struct)


def of_row(kind: type[R], row: msgspec.Struct | Row, **given: object) -> R:
    """Return the record of a row: each field is `given`, or taken from the row under its own name.

    A field that ends in `_at` is a time, one that ends in `sha256` a hash. Raises TypeError where a field
    that must be there is neither given nor in the row.
    """
    if isinstance(row, msgspec.Struct):
        values = msgspec.structs.asdict(row)
        more, hashes, times = _plan_of(kind, type(row), tuple(given))
    else:
        names = row._fields
        values = dict(zip(names, row, strict=True))
        more, hashes, times = _plan(kind, names, tuple(given))
    for name in more:
        del values[name]
    for name in hashes:
        if (value := values[name]) is not None:
            values[name] = value.hex()
    for name in times:
        values[name] = moments.show(values[name])
    values.update(given)
    return kind(**values)


@functools.cache
def _plan(
    kind: type[msgspec.Struct], names: tuple[str, ...], given: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the names of a row that its record does not take; of those that it takes, hashes and times."""
    taken = [name for name in names if name in kind.__struct_fields__ and name not in given]
    return (
        tuple(name for name in names if name not in taken),
        tuple(name for name in taken if name.endswith("sha256")),
        tuple(name for name in taken if name.endswith("_at")),
    )


@functools.cache
def _plan_of(
    kind: type[msgspec.Struct], row: type[msgspec.Struct], given: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    return _plan(kind, row.__struct_fields__, given)


def shown_path(raw: bytes) -> tuple[str, str | UnsetType]:
    """Return a path as its field shows it, and in base64 where it is not valid UTF-8."""
    fields = path_fields("path", raw)
    return fields["path"] or "", fields.get("path_base64") or UNSET


def shown_path_or_none(raw: bytes | None) -> tuple[str | None, str | UnsetType]:
    """Return the same of a path that may not be there."""
    return (None, UNSET) if raw is None else shown_path(raw)
