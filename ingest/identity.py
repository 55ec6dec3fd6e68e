"""Which document a file is, by five rules; the first that holds decides. Pure.

1. A file at a live document's path is that document, whatever its inode.
2. A file that was renamed from a path that is gone is the document of that path: by a rename that the
   operating system reported, else by device, inode and bytes.
3. A file with the bytes of exactly one document whose path is gone is that document; not an empty file.
4. A file at a path where a document was deleted is that document.
5. Any other file is a new document.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Literal

import msgspec

from ingest.model import DocumentKey, GoneReason

EMPTY_SHA256 = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")


class FormerPath(msgspec.Struct, frozen=True, kw_only=True):
    """A path that a file had, by the renames that the operating system reported.

    `arrivals` is how many files had come to that path since its document was last recorded: 0 for the
    very file that was recorded there.
    """

    path: bytes
    arrivals: int = 0


class ReadFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was read. `renamed_from` are the paths it had, the last first."""

    path: bytes
    sha256: bytes
    device: int
    inode: int
    renamed_from: tuple[FormerPath, ...] = ()


class LiveDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A live document as the store knows it. `inode` is None when it was never recorded."""

    document: DocumentKey
    path: bytes
    version: int
    sha256: bytes
    device: int | None
    inode: int | None


class MissingDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A live document whose path is gone, and why. `expired`: it has waited long enough."""

    live: LiveDocument
    reason: GoneReason
    expired: bool


class DeletedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A deleted document whose last path this was."""

    document: DocumentKey
    version: int
    sha256: bytes


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to one document.

    `document` is None for a new one; `same` is true when the bytes equal the last version's, so that no
    version is made.
    """

    type: Literal["created", "changed", "moved", "deleted", "restored"]
    path: bytes
    document: DocumentKey | None
    previous: int | None = None
    from_path: bytes | None = None
    reason: GoneReason | None = None
    same: bool = False


def created(paths: Iterable[bytes]) -> list[Decision]:
    """Decide of files at paths where no document is known, while none is missing that they may have been."""
    return [Decision(type="created", path=path, document=None) for path in paths]


def decide(
    *,
    files: Sequence[ReadFile],
    live: Mapping[bytes, LiveDocument],
    missing: Collection[MissingDocument],
    deleted: Mapping[bytes, DeletedDocument],
) -> list[Decision]:
    """Decide deletes first, then the files that were read, in the order given.

    `live` holds the live documents at the paths of those files, `deleted` the document that was deleted last
    at each. A missing document that is found at no other path is deleted only when `expired`; else the
    caller asks again later. A file at a live document's path with equal bytes has no decision.
    """
    here = {file.path for file in files}
    gone = {entry.live.path: entry for entry in missing if entry.live.path not in here}
    taken: set[int] = set()
    moves: dict[bytes, MissingDocument] = {}

    newcomers = [file for file in files if file.path not in live]
    for pairs in _rules(newcomers, gone, taken):
        for file, half in pairs:
            if file.path not in moves and half.live.document not in taken:
                moves[file.path] = half
                taken.add(half.live.document)

    decisions = [
        Decision(
            type="deleted",
            path=entry.live.path,
            document=entry.live.document,
            previous=entry.live.version,
            reason=entry.reason,
            same=True,
        )
        for entry in gone.values()
        if entry.expired and entry.live.document not in taken
    ]
    for file in files:
        decision = _decide_one(file, live.get(file.path), moves.get(file.path), deleted.get(file.path))
        if decision is not None:
            decisions.append(decision)
    return decisions


def _decide_one(
    file: ReadFile, here: LiveDocument | None, half: MissingDocument | None, grave: DeletedDocument | None
) -> Decision | None:
    if here is not None:
        if here.sha256 == file.sha256:
            return None
        return Decision(type="changed", path=file.path, document=here.document, previous=here.version)
    if half is not None:
        old = half.live
        return Decision(
            type="moved",
            path=file.path,
            document=old.document,
            previous=old.version,
            from_path=old.path,
            same=old.sha256 == file.sha256,
        )
    if grave is not None:
        return Decision(
            type="restored",
            path=file.path,
            document=grave.document,
            previous=grave.version,
            same=grave.sha256 == file.sha256,
        )
    return Decision(type="created", path=file.path, document=None)


_Pairs = Iterable[tuple[ReadFile, MissingDocument]]


def _rules(
    newcomers: Sequence[ReadFile], gone: Mapping[bytes, MissingDocument], taken: set[int]
) -> Iterator[_Pairs]:
    """Tell which file may be which missing document, the surest pairs first.

    Each is made when it is its turn.
    """
    # Rule 2, by reported renames. What stood at a path first has more right to its document than what came
    # there later; where nobody saw a file come and go, its inode and its bytes say more than that.
    reported = sorted(
        (
            (former.arrivals, distance, order, file, gone[former.path])
            for order, file in enumerate(newcomers)
            for distance, former in enumerate(file.renamed_from)
            if former.path in gone
        ),
        key=itemgetter(0, 1, 2),
    )
    yield [(file, half) for *_, file, half in reported if _is_same_file(file, half.live)]
    yield [(file, half) for arrivals, *_, file, half in reported if not arrivals]
    yield _same_inode(newcomers, gone, taken)
    yield [(file, half) for arrivals, *_, file, half in reported if arrivals]
    yield _same_bytes(newcomers, gone, taken)


def _is_same_file(file: ReadFile, old: LiveDocument) -> bool:
    return (file.device, file.inode, file.sha256) == (old.device, old.inode, old.sha256)


def _same_inode(
    newcomers: Iterable[ReadFile], gone: Mapping[bytes, MissingDocument], taken: set[int]
) -> _Pairs:
    """Rule 2, second half: device, inode and bytes agree."""
    halves: dict[tuple[int | None, int | None, bytes], deque[MissingDocument]] = {}
    for entry in gone.values():
        old = entry.live
        halves.setdefault((old.device, old.inode, old.sha256), deque()).append(entry)
    for file in newcomers:
        # several hard links of one file: each is a document, and each goes to one path
        found = halves.get((file.device, file.inode, file.sha256), deque())
        while found and found[0].live.document in taken:
            found.popleft()
        if found:
            yield file, found[0]


def _same_bytes(
    newcomers: Iterable[ReadFile], gone: Mapping[bytes, MissingDocument], taken: set[int]
) -> _Pairs:
    """Rule 3: exactly one missing document has the same bytes; the first file that asks takes it."""
    halves: dict[bytes, list[MissingDocument]] = {}
    for half in gone.values():
        if half.live.document not in taken:
            halves.setdefault(half.live.sha256, []).append(half)
    for file in newcomers:
        same = halves.get(file.sha256, ())
        if len(same) == 1 and file.sha256 != EMPTY_SHA256:
            yield file, same[0]
