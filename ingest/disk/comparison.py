"""A root beside what the last look found in it: one merge of two streams.

The walk and the rows of `seen` come in the same order, so memory does not grow with the corpus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, islice
from operator import itemgetter

import msgspec

from ingest.disk.patterns import Patterns, is_temporary
from ingest.disk.walk import TICK, Blocked, FileEntry, folders_above
from ingest.model import DocumentKey, Signature

_NO_PATTERNS = Patterns()

# What a scan asks of a row of `seen`, as the drivers give it: path, device, inode, size, mtime_ns and
# ctime_ns at the last look, whether to read the file whatever it looks like, and its document.
KnownRow = tuple[
    bytes, int | None, int | None, int | None, int | None, int | None, bool | int, DocumentKey | None
]


class Difference(msgspec.Struct, frozen=True, tag=True):
    """A path to look at: on disk and new or other than recorded, or recorded and not found.

    `known` says whether there is a row for it, `document` what stood there then, if it had a version.
    """

    path: bytes
    signature: Signature | None
    known: bool
    document: DocumentKey | None = None


_look_of: Callable[[KnownRow], tuple[object, ...]] = itemgetter(slice(0, 6))
_is_to_be_read: Callable[[KnownRow], object] = itemgetter(6)


def compare(
    walked: Iterable[list[FileEntry] | Blocked],
    rows: Iterator[KnownRow],
    *,
    blocked: list[Blocked],
    seen_files: Callable[[int], None],
    stands: Callable[[bytes], FileEntry | None] | None = None,
    every: bool = False,
) -> Iterator[Difference | None]:
    """Merge a walk and the rows of `seen`, and yield the paths to look at, in order.

    None is yielded now and then, so that a caller can do other work while nothing differs.

    Rows below a blocked folder are passed over: what cannot be listed is unknown. What was blocked is put
    into `blocked`. `seen_files` is told how many files there were since it was told last. `stands` says what
    stands at the path of a known document whose name the walk passes over. With `every`, files that look the
    same are yielded too.
    """
    ahead: list[KnownRow] = []  # rows that were read and are not compared yet
    untold = 0  # files
    unlisted: set[bytes] = set()
    missing = partial(_missing, unlisted=unlisted, stands=stands, every=every)
    for entry in walked:
        if isinstance(entry, Blocked):
            blocked.append(entry)
            unlisted.add(entry.path)
            continue
        for start in range(0, len(entry), TICK):
            part = entry[start : start + TICK]
            ahead += islice(rows, max(0, len(part) - len(ahead)))
            if every or not _are_alike(part, ahead):
                yield from _merge(part, ahead, rows, missing, every)
            else:
                del ahead[: len(part)]
            untold += len(part)
            if untold >= TICK:
                seen_files(untold)
                untold = 0
                yield None
    seen_files(untold)
    yield from missing(chain(ahead, rows))


def _are_alike(files: list[FileEntry], rows: list[KnownRow]) -> bool:
    """Tell whether the rows begin with one for each of these files, and none needs a look."""
    beginning = rows if len(rows) == len(files) else rows[: len(files)]
    return list(map(_look_of, beginning)) == files and not any(map(_is_to_be_read, beginning))


def _merge(
    files: list[FileEntry],
    ahead: list[KnownRow],
    rows: Iterator[KnownRow],
    missing: Callable[[list[KnownRow]], Iterator[Difference]],
    every: bool,
) -> Iterator[Difference]:
    """Yield one by one; the rows up to the last of these files are taken off the beginning of `ahead`."""
    at = 0
    for found in files:
        path = found[0]
        while True:
            if at == len(ahead):
                ahead += islice(rows, 1)
            if at == len(ahead) or ahead[at][0] >= path:
                break
            yield from missing(ahead[at : at + 1])
            at += 1
        if at == len(ahead) or ahead[at][0] != path:
            yield Difference(path, Signature(*found[1:]), False)
            continue
        row = ahead[at]
        at += 1
        if every or needs_look(row, found):
            yield Difference(path, Signature(*found[1:]), True, row[7])
    del ahead[:at]


def _missing(
    rows: Iterable[KnownRow],
    *,
    unlisted: set[bytes],
    stands: Callable[[bytes], FileEntry | None] | None,
    every: bool,
) -> Iterator[Difference]:
    """Yield what the walk did not meet: it is gone, or only a known document may have its name."""
    for row in rows:
        path = row[0]
        if b"" in unlisted or not unlisted.isdisjoint(folders_above(path)):
            continue
        found = None
        if stands is not None and row[7] is not None and _is_passed_over(path):
            found = stands(path)
        if found is None:
            yield Difference(path, None, True, row[7])
        elif every or needs_look(row, found):
            yield Difference(path, Signature(*found[1:]), True, row[7])


def _is_passed_over(path: bytes) -> bool:
    """Tell whether the walk meets no file of this name, whatever the root's own patterns."""
    return is_temporary(path.rpartition(b"/")[2]) or any(
        not _NO_PATTERNS.keeps_folder(folder) for folder in folders_above(path)
    )


def needs_look(row: KnownRow, found: FileEntry) -> bool:
    """Tell whether a file must be read again: other than recorded, rejected before, or racily clean."""
    return bool(row[6]) or row[:6] != found
