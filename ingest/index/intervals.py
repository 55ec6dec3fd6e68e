"""Stretches of versions, and what they are together. A stretch is its first and last version."""

from __future__ import annotations

Stretches = list[tuple[int, int]]  # in order and apart


def joined(stretches: Stretches) -> Stretches:
    """Return any stretches, put in order and together."""
    if len(stretches) == 1:
        return stretches
    found: Stretches = []
    for first, end in sorted(stretches):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((first, end))
    return found


def union(a: Stretches, b: Stretches) -> Stretches:
    """Return the versions in either."""
    return joined(a + b) if a else b


def both(a: Stretches, b: Stretches) -> Stretches:
    """Return the versions in both."""
    found = [
        (max(first, begin), min(end, last))
        for first, end in a
        for begin, last in b
        if max(first, begin) <= min(end, last)
    ]
    return sorted(found)


def without(a: Stretches, b: Stretches) -> Stretches:
    """Return the versions in the first and not in the second."""
    found = a
    for begin, last in b:
        left: Stretches = []
        for first, end in found:
            if last < first or end < begin:
                left.append((first, end))
                continue
            if first < begin:
                left.append((first, begin - 1))
            if last < end:
                left.append((last + 1, end))
        found = left
    return found
