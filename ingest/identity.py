"""Which document a file is: the contract's five rules, pure.

Of one look at a root this module gets the files that appeared or changed, the documents whose
paths are gone, and what is known of both; it answers with one decision a file. Nothing here
reads a disk, a clock or a database.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal

import msgspec

from ingest.model import GoneReason

EMPTY_SHA256 = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")


class Appeared(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was read. `renamed_from` are the old paths the operating system reported."""

    path: bytes
    sha256: bytes
    device: int
    inode: int
    renamed_from: tuple[bytes, ...] = ()


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A live document as the store knows it. `inode` is None when it was never recorded."""

    document: int
    path: bytes
    version: int
    sha256: bytes
    device: int | None
    inode: int | None


class Vanished(msgspec.Struct, frozen=True, kw_only=True):
    """A live document whose path is gone, and why. `expired`: it has waited long enough."""

    standing: Standing
    reason: GoneReason
    expired: bool


class Buried(msgspec.Struct, frozen=True, kw_only=True):
    """A deleted document whose last path this was."""

    document: int
    version: int
    sha256: bytes


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to one document. `document` is None for a new one; `same` is true when the
    bytes equal the last version's, so that no version is made."""

    type: Literal["created", "changed", "moved", "deleted", "restored"]
    path: bytes
    document: int | None
    previous: int | None = None
    from_path: bytes | None = None
    reason: GoneReason | None = None
    same: bool = False


def decide(
    *,
    appeared: Sequence[Appeared],
    standing: Mapping[bytes, Standing],
    vanished: Collection[Vanished],
    buried: Mapping[bytes, Buried],
) -> list[Decision]:
    """Deletes first, then the appeared files in the order given.

    `standing` holds the live documents at the appeared paths, `buried` the latest deleted one at
    each. A vanished document that found no other half is deleted only when `expired`; else the
    caller asks again later. A file at a live document's path with equal bytes has no decision.
    """
    if not (standing or vanished or buried):
        return [Decision(type="created", path=file.path, document=None) for file in appeared]
    here = {file.path for file in appeared}
    gone = {entry.standing.path: entry for entry in vanished if entry.standing.path not in here}
    taken: set[int] = set()
    moves: dict[bytes, Vanished] = {}

    newcomers = [file for file in appeared if file.path not in standing]
    for find in (_renamed(gone), _same_inode(gone, taken), _same_bytes(gone, taken)):
        for file in newcomers:
            if file.path in moves:
                continue
            half = find(file)
            if half is not None and half.standing.document not in taken:
                moves[file.path] = half
                taken.add(half.standing.document)

    decisions = [
        Decision(
            type="deleted",
            path=entry.standing.path,
            document=entry.standing.document,
            previous=entry.standing.version,
            reason=entry.reason,
            same=True,
        )
        for entry in gone.values()
        if entry.expired and entry.standing.document not in taken
    ]
    for file in appeared:
        decision = _decide_one(file, standing.get(file.path), moves.get(file.path), buried.get(file.path))
        if decision is not None:
            decisions.append(decision)
    return decisions


def _decide_one(
    file: Appeared, here: Standing | None, half: Vanished | None, grave: Buried | None
) -> Decision | None:
    if here is not None:
        if here.sha256 == file.sha256:
            return None
        return Decision(type="changed", path=file.path, document=here.document, previous=here.version)
    if half is not None:
        old = half.standing
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


Finder = Callable[[Appeared], Vanished | None]


def _renamed(gone: Mapping[bytes, Vanished]) -> Finder:
    """Rule 2, first half: the operating system reported the rename."""

    def find(file: Appeared) -> Vanished | None:
        return next((gone[old] for old in file.renamed_from if old in gone), None)

    return find


def _same_inode(gone: Mapping[bytes, Vanished], taken: set[int]) -> Finder:
    """Rule 2, second half: device, inode and bytes agree."""
    halves: dict[tuple[int | None, int | None, bytes], list[Vanished]] = {}
    for half in gone.values():
        old = half.standing
        halves.setdefault((old.device, old.inode, old.sha256), []).append(half)

    def find(file: Appeared) -> Vanished | None:
        found = halves.get((file.device, file.inode, file.sha256), ())
        # several hard links of one file: each is a document, and each goes to one path
        return next((half for half in found if half.standing.document not in taken), None)

    return find


def _same_bytes(gone: Mapping[bytes, Vanished], taken: set[int]) -> Finder:
    """Rule 3: exactly one vanished document has the same bytes; the first file that asks takes it."""

    def find(file: Appeared) -> Vanished | None:
        if file.sha256 == EMPTY_SHA256:
            return None
        if not counted:
            for half in gone.values():
                if half.standing.document not in taken:
                    counted.setdefault(half.standing.sha256, []).append(half)
        halves = counted.get(file.sha256, ())
        return halves[0] if len(halves) == 1 else None

    counted: dict[bytes, list[Vanished]] = {}
    return find
