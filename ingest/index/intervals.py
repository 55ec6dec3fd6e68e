"""Sets of versions as stretches. A stretch is its first and last version."""

from __future__ import annotations

Stretches = list[tuple[int, int]]  # in rising order, with a gap between each two


def joined(stretches: list[tuple[int, int]]) -> Stretches:
    """Return stretches in any order, which may overlap, as such a set."""
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
    found: Stretches = []
    i = j = 0
    while i < len(a) and j < len(b):
        first, last = max(a[i][0], b[j][0]), min(a[i][1], b[j][1])
        if first <= last:
            found.append((first, last))
        if a[i][1] < b[j][1]:
            i += 1
        else:
            j += 1
    return found


def without(a: Stretches, b: Stretches) -> Stretches:
    """Return the versions in the first and not in the second."""
    found: Stretches = []
    j = 0
    for first, last in a:
        while j < len(b) and b[j][1] < first:
            j += 1
        at = j  # one of `b` may reach into the next of `a`
        while at < len(b) and b[at][0] <= last:
            if first < b[at][0]:
                found.append((first, b[at][0] - 1))
            first = b[at][1] + 1  # noqa: PLW2901
            at += 1
        if first <= last:
            found.append((first, last))
        j = max(j, at - 1)
    return found
