"""The oracle: is the history whole, in order and equal to the folder?

A function of the folder and the command line alone; it knows nothing of how the product works. It asks when
nothing moves: after `ingest sync`, or after a restart and a `scan`.

    before = snapshot(command)                  # what can be read before a fault
    ...
    holds(command, {"root": folder}, before=before, held=daemon.anchors)

`holds` asserts; `findings` returns what does not hold, each as "O4 …". The rules, as in the catalogue of
faults: O1 state, O2 sequence, O3 tree, O4 replay, O5 versions, O6 content, O7 honesty, O8 hygiene (in
`tests/command.py`, asserted of every call), O9 monotone, O10 residue.
"""

from __future__ import annotations

import fnmatch
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from tests.command import Command, Record, path_of
from tests.content import content

LEFT_OUT = (
    *(".*", "*~", "#*#", "~$*", "*.swp", "*.swo", "*.swx", "*.tmp", "*.bak", "*.orig"),
    *("*.part", "*.crdownload", "Thumbs.db", "desktop.ini"),
)
REJECTIONS = {"too_large", "unreadable", "busy", "path_too_long"}
# A file larger than this is not read: it must be listed as rejected.
HUGE = 256 * 1024 * 1024
GRACE = 60.0

Place = tuple[str, bytes]  # root, path
Files = dict[Place, str | None]  # the SHA-256 of each file's bytes; None where it cannot be read


@dataclass(frozen=True)
class Snapshot:
    """What could be read at some time: the changes, oldest first, and the tree's root then."""

    changes: Sequence[Record]
    anchor: tuple[int, str]


def snapshot(command: Command) -> Snapshot:
    """Everything that `log` says now, to be found again after a fault (O9)."""
    status = command.record("status")
    changes = command.records("changes", "--limit", str(status["seq"]))
    return Snapshot(changes, (status["seq"], status["tree_root"]))


def holds(
    command: Command,
    roots: Mapping[str, Path],
    *,
    before: Snapshot | None = None,
    held: Iterable[tuple[int, str]] = (),
    excluded: Callable[[bytes], bool] = lambda _path: False,
    sample: int = 8,
) -> None:
    """Assert that nothing is found. The words are those of `findings`."""
    found = findings(command, roots, before=before, held=held, excluded=excluded, sample=sample)
    assert not found, "\n".join(found[:50])


def findings(
    command: Command,
    roots: Mapping[str, Path],
    *,
    before: Snapshot | None = None,
    held: Iterable[tuple[int, str]] = (),
    excluded: Callable[[bytes], bool] = lambda _path: False,
    sample: int = 8,
) -> list[str]:
    """What does not hold.

    `roots` maps each root's name to its folder; `before` is an earlier `snapshot`; `held` are copies
    (seq, tree root) of the tree's root kept elsewhere; `excluded` says which relative paths the roots' own
    patterns leave out; `sample` is how many versions are read over the command line, beside all through
    the store.
    """
    seen = _look(command)
    anchors = [*held, *([before.anchor] if before is not None else [])]
    return [
        *(f"O1 {what}" for what in _state(seen, files_of(command, roots, excluded))),
        *(f"O2 {what}" for what in _sequence(seen)),
        *(f"O3 {what}" for what in _tree(command, seen, anchors)),
        *(f"O4 {what}" for what in _replay(seen)),
        *(f"O5 {what}" for what in _versions(seen)),
        *(f"O6 {what}" for what in _content(command, seen, sample)),
        *(f"O7 {what}" for what in _honesty(command, seen)),
        *(f"O9 {what}" for what in _monotone(seen, before)),
        *(f"O10 {what}" for what in _residue(command, roots)),
    ]


# -- what is asked ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Seen:
    documents: list[Record]
    changes: list[Record]
    log: list[Record]
    status: Record
    rejected: set[Place] = field(default_factory=set)


def _look(command: Command) -> _Seen:
    documents = command.records("ls")
    changes = command.records("changes")
    log = command.records("log")
    status = command.record("status")
    listed = [problem for problem in status["problems"] if problem["code"] in REJECTIONS]
    if status["problems_total"] > len(status["problems"]):
        listed = command.records("ls", "--rejected")
    return _Seen(documents, changes, log, status, {(one["root"], path_of(one)) for one in listed})


def files_of(
    command: Command, roots: Mapping[str, Path], excluded: Callable[[bytes], bool] = lambda _path: False
) -> Files:
    """Every file that must be in the store or be listed as rejected, by the contract's own words."""
    own = _store_files(command)
    return {
        (name, path): _hash(os.path.join(os.fsencode(folder), path))
        for name, folder in roots.items()
        for path in _walk(os.fsencode(folder), b"")
        if not excluded(path) and os.path.realpath(os.path.join(os.fsencode(folder), path)) not in own
    }


def _walk(folder: bytes, below: bytes) -> Iterator[bytes]:
    with os.scandir(os.path.join(folder, below)) as entries:
        for entry in entries:
            path = os.path.join(below, entry.name)
            if is_left_out(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(folder, path)
            elif entry.is_file(follow_symlinks=False):
                yield path


def is_left_out(name: bytes) -> bool:
    """Whether the contract leaves a name out of every root."""
    return any(fnmatch.fnmatchcase(os.fsdecode(name), pattern) for pattern in LEFT_OUT)


def _hash(path: bytes) -> str | None:
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            if os.fstat(file.fileno()).st_size > HUGE:
                return None
            return sha256(file.read()).hexdigest()
    except OSError:
        return None


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOFOLLOW)


def _database(command: Command) -> Path | None:
    """The database file; None for a server's."""
    url = command.database or "sqlite:///.ingest-store/ingest.db"
    return command.cwd / url.removeprefix("sqlite:///") if url.startswith("sqlite:///") else None


def _store_files(command: Command) -> set[bytes]:
    file = _database(command)
    if file is None:
        return set()
    return {os.path.realpath(os.fsencode(f"{file}{tail}")) for tail in _SUFFIXES}


_SUFFIXES = ("", "-wal", "-shm", "-journal", ".lock", ".sock", ".index.db", ".index.db-wal", ".index.db-shm")


# -- the rules -------------------------------------------------------------------------------


def _state(seen: _Seen, files: Files) -> Iterator[str]:
    listed: Files = {}
    for record in seen.documents:
        place = (record["root"], path_of(record))
        if place in listed:
            yield f"two live documents at {place}"
        listed[place] = record["sha256"]
    for place, digest in files.items():
        rejected = place in seen.rejected
        if place not in listed and not rejected:
            yield f"{place} is on disk, in neither `ls` nor rejected"
        elif digest is None and not rejected:
            yield f"{place} cannot be read and is not rejected"
        elif place in listed and not rejected and listed[place] != digest:
            yield f"{place} has other bytes on disk ({digest}) than in `ls` ({listed[place]})"
        elif place in listed and rejected and listed[place] == digest:
            yield f"{place} is rejected, and its bytes are those in `ls`"
    yield from (f"{place} is in `ls` and not on disk" for place in listed.keys() - files.keys())
    yield from (f"{place} is rejected and not on disk" for place in seen.rejected - files.keys())


def _sequence(seen: _Seen) -> Iterator[str]:
    numbers = [change["seq"] for change in seen.changes]
    if numbers != list(range(1, len(numbers) + 1)):
        wrong = next((pair for pair in pairwise([0, *numbers]) if pair[1] != pair[0] + 1), None)
        yield f"seq is not 1..{len(numbers)}: after {wrong}"
    if seen.log[::-1] != seen.changes:
        yield "`log` read backwards is not `changes`"
    if seen.status["seq"] != len(numbers):
        yield f"`status` has seq {seen.status['seq']}, `changes` ends at {len(numbers)}"
    if len({change["id"] for change in seen.changes}) != len(numbers):
        yield "an id of a change is used twice"
    for older, newer in pairwise(seen.changes):
        if newer["recorded_at"] < older["recorded_at"]:
            yield f"recorded_at goes back at {newer['seq']}"


def _tree(command: Command, seen: _Seen, anchors: Iterable[tuple[int, str]]) -> Iterator[str]:
    verified = command.run("verify", json=True)
    if verified.code != 0 or not verified.records[-1]["ok"]:
        yield f"verify: exit {verified.code}, {verified.records or verified.error}"
        return
    if verified.records[-1]["tree_root"] != seen.status["tree_root"]:
        yield "`verify` and `status` name different roots of the tree"
    for seq, root in dict.fromkeys(anchors):
        if command.run("verify", "--expect", f"{seq}:{root}", json=True).code != 0:
            yield f"the tree's root as it was held outside at {seq} is not that of the log"


@dataclass
class _Life:
    """A document while its log is replayed."""

    place: Place
    alive: bool
    version: int
    sha256: str
    text_sha256: str | None
    size: int


def _replay(seen: _Seen) -> Iterator[str]:
    lives: dict[str, _Life] = {}
    standing: dict[Place, str] = {}
    for change in seen.changes:
        kind = change["type"].removeprefix("document.")
        if kind == "rejected":
            yield from _rejected(change)
            continue
        document, place = change["document"], (change["root"], path_of(change))
        life, where = lives.get(document), f"{kind} at {change['seq']}"
        if (life is not None and life.alive) != (kind not in {"created", "restored"}):
            yield f"{where}: the document was {'alive' if life is not None and life.alive else 'not alive'}"
        if (life is None) != (kind == "created"):
            yield f"{where}: the document was {'not ' if life is None else ''}there before"
        old = life.place if life is not None else None
        if kind == "moved":
            if change["from_path"] is None or old != (change["root"], path_of(change, "from_path")):
                yield f"{where}: it was at {old}, not at {change['from_path']!r}"
            if old == place:
                yield f"{where}: to its own place"
        elif change["from_path"] is not None:
            yield f"{where}: it has a from_path"
        elif old is not None and old != place:
            yield f"{where}: it was at {old}, not at {place}"
        if life is not None and life.alive and old is not None:
            standing.pop(old, None)
        alive = kind != "deleted"
        if alive:
            if place in standing:
                yield f"{where}: another document stands at {place}"
            standing[place] = document
        lives[document] = _Life(
            place, alive, change["version"], change["sha256"], change["text_sha256"], change["size"]
        )
    replayed = {
        document: (*life.place, life.version, life.sha256, life.text_sha256, life.size)
        for document, life in lives.items()
        if life.alive
    }
    listed = {
        one["document"]: (
            one["root"], path_of(one), one["version"], one["sha256"], one["text_sha256"], one["size"]
        )
        for one in seen.documents
    }  # fmt: skip
    for document in replayed.keys() | listed.keys():
        if replayed.get(document) != listed.get(document):
            yield f"{document}: replayed {replayed.get(document)}, `ls` has {listed.get(document)}"


def _rejected(change: Record) -> Iterator[str]:
    if change["reason"] not in REJECTIONS:
        yield f"rejected at {change['seq']}: reason {change['reason']!r}"
    for name in ("version", "sha256", "text_sha256", "size"):
        if change[name] is not None:
            yield f"rejected at {change['seq']}: {name} is {change[name]!r}"


def _versions(seen: _Seen) -> Iterator[str]:
    hashes: dict[str, list[str]] = {}
    for change in seen.changes:
        kind = change["type"].removeprefix("document.")
        if kind == "rejected":
            continue
        had = hashes.setdefault(change["document"], [])
        where, version, previous = f"{kind} at {change['seq']}", change["version"], change["previous_version"]
        if previous != (len(had) or None):
            yield f"{where}: previous_version is {previous}, it has {len(had)} versions"
        if version == len(had) + 1:
            if kind not in {"created", "changed", "moved", "restored"}:
                yield f"{where}: made version {version}"
            if had and had[-1] == change["sha256"]:
                yield f"{where}: version {version} has the bytes of the one before"
            had.append(change["sha256"])
        elif version != len(had) or kind in {"created", "changed"}:
            yield f"{where}: version {version} after {len(had)}"
        elif change["sha256"] != had[-1]:
            yield f"{where}: version {version} has other bytes than before"
    made = sum(map(len, hashes.values()))
    if made != seen.status["versions"]:
        yield f"`status` counts {seen.status['versions']} versions, the log made {made}"
    if len(seen.documents) != seen.status["documents"]:
        yield f"`status` counts {seen.status['documents']} documents, `ls` has {len(seen.documents)}"


def _content(command: Command, seen: _Seen, sample: int) -> Iterator[str]:
    recorded: dict[tuple[str, int], tuple[str, int]] = {}
    for change in seen.changes:
        if change["version"] is not None:
            recorded[change["document"], change["version"]] = (change["sha256"], change["size"])
    keys = list(recorded)
    step = max(1, len(keys) // max(1, sample))
    for document, version in keys[::step][:sample] + keys[-1:]:
        shown = command.run("show", "--raw", f"{document}@{version}")
        if shown.code != 0 or (sha256(shown.out).hexdigest(), len(shown.out)) != recorded[document, version]:
            yield f"`show --raw {document}@{version}` does not give its bytes: {shown}"
    if len(keys) > sample:
        for (document, version), body in content(command, keys):
            if isinstance(body, str):
                yield f"{document}@{version} cannot be read: {body}"
            elif (sha256(body).hexdigest(), len(body)) != recorded[document, version]:
                yield f"{document}@{version} does not give its bytes"


def _honesty(command: Command, seen: _Seen) -> Iterator[str]:
    status = seen.status
    codes = {problem["code"] for problem in status["problems"]} - REJECTIONS
    unwatched = sum(root["unwatched_directories"] for root in status["roots"])
    if status["rejected"] != len(seen.rejected):
        yield f"`status` counts {status['rejected']} rejected files, {len(seen.rejected)} are listed"
    expected = "blind" if "blind" in codes else "degraded" if codes else "ok"
    if status["health"] != "stopped" and status["health"] != expected:
        yield f"health is {status['health']} with the problems {sorted(codes)}"
    if unwatched and status["health"] == "ok":
        yield f"health is ok with {unwatched} unwatched folders"
    if codes & {"blind", "overflow"} and command.run("sync", "--timeout", "0.5").code == 0:
        yield f"`sync` succeeds with the problems {sorted(codes)}"


def _monotone(seen: _Seen, before: Snapshot | None) -> Iterator[str]:
    if before is None:
        return
    # `edit` is derived, and may be filled in later.
    for old, new in zip(before.changes, seen.changes, strict=False):
        if {**old, "edit": None} != {**new, "edit": None}:
            yield f"what `log` said before at {old['seq']} is not what it says now"
    if len(seen.changes) < len(before.changes):
        yield f"{len(before.changes)} changes could be read before, {len(seen.changes)} now"


def _residue(command: Command, roots: Mapping[str, Path]) -> Iterator[str]:
    file = _database(command)
    if file is not None:
        for entry in os.scandir(file.parent):
            beside = entry.name.startswith(file.name)
            if beside and entry.name.removeprefix(file.name) not in _SUFFIXES and _is_old(entry):
                yield f"{entry.path} is left over beside the store"
    for folder in roots.values():
        own = folder / ".ingest"
        for entry in os.scandir(own) if own.is_dir() else ():
            if entry.name != "root-id" and _is_old(entry):
                yield f"{entry.path} is left over"


def _is_old(entry: os.DirEntry[str]) -> bool:
    try:
        found = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return False
    return stat.S_ISREG(found.st_mode) and time.time() - found.st_mtime > GRACE
