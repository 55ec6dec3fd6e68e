"""What follows from a look, planned without a folder and without a store.

The disk and the record are models: a table of files, and a replay of what was planned. Anything happens
between two looks, and any file may be restless, unreadable or unknown during one.
"""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import Literal, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.capture.absences import InTheWay, Questions, newcomers, questions
from ingest.capture.baseline import Baseline
from ingest.capture.changes import in_order
from ingest.capture.folder import Limits
from ingest.capture.look import Exclusion, MountShadow, Observation, PathState, Restless, Unsure
from ingest.capture.pending import Pending
from ingest.capture.plan import Plan, plan
from ingest.disk import presence, read
from ingest.disk.walk import SeenRow, folders_above, is_below
from ingest.identity import Decision, DeletedDocument, LiveDocument
from ingest.model import DocumentKey, Signature
from ingest.settle import Due

LIMITS = Limits(quiet=0.3, hold=5.0, move=1.0, max_bytes=1 << 20)
PATHS = (b"a", b"b", b"c", b"a/x", b"d/x", b"d/y")
BODIES = (b"", b"one", b"two", b"three")
MANY = 1000

Odd = Literal["moving", "restless", "rejected", "unknown", "offline"]


def stands_in_the_way(new: bytes, old: bytes) -> bool:
    """Whether a file stands at the old path, where a folder above it was, or below it."""
    return new == old or old.startswith(new + b"/") or new.startswith(old + b"/")


class File(NamedTuple):
    inode: int
    body: bytes
    changed: int

    @property
    def signature(self) -> Signature:
        return Signature(1, self.inode, len(self.body), self.changed, self.changed)


class Document(msgspec.Struct):
    path: bytes
    version: int
    sha256: bytes
    live: bool
    died: int = 0


class Write(NamedTuple):
    """A file is written in place, or made."""

    path: bytes
    body: bytes


class Move(NamedTuple):
    """A file is renamed; `told` says whether the operating system reports it as a rename."""

    old: bytes
    new: bytes
    told: bool


class Delete(NamedTuple):
    path: bytes


class Look(NamedTuple):
    """Time goes by, and what is due is looked at; `odd` says what ails the files met on the way."""

    after: float
    odd: dict[bytes, Odd]


Step = Write | Move | Delete | Look


class World:
    """A disk, a record and what waits between them."""

    def __init__(self) -> None:
        self.now = 100.0
        self.clock = 0
        self.files: dict[bytes, File] = {}
        self.documents: list[Document] = []
        self.rows: dict[bytes, SeenRow] = {}
        self.pending = Pending(LIMITS, lambda _: True)
        self.deaths = 0
        self.plans: list[Plan] = []

    # -- the disk --------------------------------------------------------------------------

    def happen(self, step: Write | Move | Delete) -> None:
        self.clock += 1
        if isinstance(step, Write) and self._has_room(step.path):
            old = self.files.get(step.path)
            inode = self.clock if old is None else old.inode
            self.files[step.path] = File(inode, step.body, self.clock)
            if old is None:
                self.pending.note_rename(None, step.path, self.now)
            self.pending.hint(step.path, self.now)
        elif isinstance(step, Move) and step.old in self.files and self._has_room(step.new, but=step.old):
            self.files[step.new] = self.files.pop(step.old)._replace(changed=self.clock)
            if step.told:
                self.pending.note_rename(step.old, step.new, self.now)
            self.pending.hint(step.old, self.now)
            self.pending.hint(step.new, self.now)
        elif isinstance(step, Delete) and step.path in self.files:
            del self.files[step.path]
            self.pending.hint(step.path, self.now)

    def _has_room(self, path: bytes, but: bytes | None = None) -> bool:
        """Whether a file can stand here: no folder does, and none above is a file."""
        others = self.files.keys() - {but, path}
        return but != path and not any(is_below(other, path) or is_below(path, other) for other in others)

    def stands(self, path: bytes) -> PathState:
        if path in self.files:
            return read.File(self.files[path].signature)
        replaced = any(folder in self.files for folder in folders_above(path))
        return read.NoFile("replaced" if replaced else "removed")

    def observe(self, due: Due, odd: Odd | None) -> Observation:
        file, at = self.files.get(due.path), self.clock
        if odd == "unknown":
            return Observation(due, read.Unknown("no answer"), at)
        if file is None:
            gone = self.stands(due.path)
            assert isinstance(gone, read.NoFile)
            return Observation(due, gone, at)
        if odd == "offline":
            return Observation(due, read.Unknown(presence.OFFLINE), at)
        if odd == "moving":
            return Observation(due, read.Moving(), at)
        if odd == "rejected":
            return Observation(due, read.Rejected("unreadable", "no", file.signature), at)
        if odd == "restless" and not due.held:
            return Observation(due, Restless(file.signature), at)
        found = read.Bytes(file.body, file.signature, file.changed)
        return Observation(due, found, at, sha256(file.body).digest())

    # -- the record ------------------------------------------------------------------------

    def standing(self, path: bytes) -> LiveDocument | None:
        for key, document in enumerate(self.documents):
            if document.live and document.path == path:
                row = self.rows.get(path)
                return LiveDocument(
                    document=DocumentKey(key),
                    path=path,
                    version=document.version,
                    sha256=document.sha256,
                    device=row.device if row else None,
                    inode=row.inode if row else None,
                )
        return None

    def baseline(self, paths: list[bytes]) -> Baseline:
        standing = {path: here for path in paths if (here := self.standing(path)) is not None}
        return Baseline(rows={path: self.rows[path] for path in paths if path in self.rows}, live=standing)

    def former(self, known: Baseline, new: dict[bytes, Observation]) -> Baseline:
        buried: dict[bytes, DeletedDocument] = {}
        for key, dead in sorted(enumerate(self.documents), key=lambda each: each[1].died):
            if not dead.live and dead.path in new:
                buried[dead.path] = DeletedDocument(
                    document=DocumentKey(key), version=dead.version, sha256=dead.sha256
                )
        inodes = {self.files[path].inode for path in new}
        paths = {former.path for path in new for former in self.pending.sources(path)}
        paths |= {path for path, row in self.rows.items() if row.inode in inodes}
        halves = {path: here for path in paths - new.keys() if (here := self.standing(path)) is not None}
        return msgspec.structs.replace(known, deleted=buried, halves=halves)

    def commit(self, planned: Plan) -> None:
        """Replay a plan: nothing is created while alive, nothing happens to the dead but to be restored."""
        made: list[DocumentKey | None] = []
        for change in planned.changes:
            if change.type == "rejected":
                made.append(None)
                continue
            if change.document is None:
                assert (change.type, change.previous, change.from_path) == ("created", None, None)
                made.append(DocumentKey(len(self.documents)))
                self.documents.append(Document(change.path, 0, b"", False))
            else:
                made.append(change.document)
                document = self.documents[change.document]
                assert change.previous == document.version
                assert document.live == (change.type != "restored")
                assert document.path == (change.from_path or change.path)
            document = self.documents[made[-1] or 0]
            if change.type == "deleted":
                self.deaths += 1
                document.live, document.died = False, self.deaths
                assert change.content is None
                continue
            taken = self.standing(change.path)
            assert taken is None or taken.document == made[-1], "a path is free before it is taken"
            document.path, document.live = change.path, True
            if change.content is not None:
                assert change.content.sha256 is not None
                document.version += 1
                document.sha256 = change.content.sha256
        for path in planned.forgotten:
            self.rows.pop(path, None)
        for row in planned.sightings:
            owner = row.document if row.entry is None else made[row.entry]
            seen = SeenRow(row.path, owner, None, None, None, None, None, row.read_at, row.reason, row.since)
            if (found := row.signature) is not None:
                seen = seen._replace(**msgspec.structs.asdict(found))
            self.rows[row.path] = seen

    def live(self) -> dict[bytes, bytes]:
        return {document.path: document.sha256 for document in self.documents if document.live}

    # -- a look ----------------------------------------------------------------------------

    def look(self, odd: dict[bytes, Odd]) -> None:
        due, expired = self.pending.take_due(self.now, MANY)
        if due or expired:
            observations = [self.observe(entry, odd.get(entry.path)) for entry in due]
            self.examine(observations, expired)

    def examine(self, observations: list[Observation], expired: list[bytes]) -> Plan:
        """Plan, check what holds of every plan, commit and apply."""
        known = self.baseline([observation.path for observation in observations])
        new = newcomers(observations, known)
        known = self.former(known, new) if new else known
        asked = questions(observations, new, baseline=known, pending=self.pending, expired=expired)
        planned = self.plan(observations, known, expired, asked)
        self.check(planned, observations, known)
        everything = {
            **{path: absence.live for path, absence in self.pending.absences.items()},
            **known.live,
            **known.halves,
        }
        more = Questions(documents=everything, targets=frozenset(PATHS))
        assert self.plan(observations, known, expired, more) == planned, "what was asked is enough"
        self.commit(planned)
        self.pending.apply(planned.update)
        self.plans.append(planned)
        return planned

    def plan(
        self, observations: list[Observation], known: Baseline, expired: list[bytes], asked: Questions
    ) -> Plan:
        return plan(
            observations,
            {path: self.stands(path) for path in asked.documents},
            asked.targets & self.files.keys(),
            taken=len(observations),
            expired=expired,
            baseline=known,
            pending=self.pending,
            limits=LIMITS,
            now=self.now,
            began_at=self.clock,
        )

    def check(self, planned: Plan, observations: list[Observation], known: Baseline) -> None:
        update = planned.update
        noted = {
            *update.settled,
            *update.absences,
            *update.unknown,
            *update.offline,
            *self.pending.absences,
            *planned.forgotten,
            *(change.path for change in planned.changes),
            *(wait.path for wait in update.again),
        }
        for observation in observations:
            path = observation.path
            nothing = isinstance(observation.reading, read.NoFile) and path not in known.rows
            assert path in noted or nothing, "each due path is planned, waits again or has settled"
        told = Counter(change.document for change in planned.changes if change.document is not None)
        assert not [key for key, times in told.items() if times > 1 and not self._is_busy(planned, key)]
        types = [change.type for change in planned.changes if change.type != "rejected"]
        deleted = types.count("deleted")
        assert types[:deleted] == ["deleted"] * deleted, "deletes come first"
        leaving = {change.from_path: at for at, change in enumerate(planned.changes) if change.from_path}
        for at, change in enumerate(planned.changes):
            taken = [old for old, later in leaving.items() if later > at and change.type != "deleted"]
            assert not [old for old in taken if stands_in_the_way(change.path, old)], (
                "a document leaves its path before another stands in its way"
            )
        waiting = ({*self.pending.absences} | {*update.absences}) - update.settled
        for change in planned.changes:
            if change.type in ("created", "moved", "restored"):
                assert not [path for path in waiting if stands_in_the_way(change.path, path)], (
                    "what stood in its place is told of first"
                )

    def _is_busy(self, planned: Plan, key: int) -> bool:
        return any(change.type == "rejected" and change.document == key for change in planned.changes)

    def settle(self) -> None:
        """Look at all there is until nothing waits any more."""
        for path in {*PATHS}:
            self.pending.hint(path, self.now)
        for _ in range(MANY):
            if not self.pending.busy:
                return
            self.now += 0.1
            self.look({})
        raise AssertionError("something waits for ever")


paths = st.sampled_from(PATHS)
happenings = st.one_of(
    st.builds(Write, paths, st.sampled_from(BODIES)),
    st.builds(Move, paths, paths, st.booleans()),
    st.builds(Move, paths, paths, st.just(True)),
    st.builds(Delete, paths),
)
odds: st.SearchStrategy[Odd] = st.sampled_from(("moving", "restless", "rejected", "unknown", "offline"))
looks = st.builds(Look, st.sampled_from((0.1, 0.3, 0.7, 1.1, 5.2)), st.dictionaries(paths, odds, max_size=2))
steps: st.SearchStrategy[list[Step]] = st.lists(st.one_of(happenings, happenings, looks), max_size=25)


def world_of(history: list[Step]) -> World:
    world = World()
    for step in history:
        if isinstance(step, Look):
            world.now += step.after
            world.look(step.odd)
        else:
            world.happen(step)
    return world


@settings(max_examples=300)
@given(steps)
def test_whatever_happens_the_plans_replayed_give_the_disk(history: list[Step]) -> None:
    """Along the way every due path is accounted for, deletes come first, each path is free before it is
    taken, and what the disk was asked was enough."""
    world = world_of(history)
    world.settle()

    assert world.live() == {path: sha256(file.body).digest() for path, file in world.files.items()}


@settings(max_examples=100)
@given(steps)
def test_what_was_planned_and_committed_is_not_planned_again(history: list[Step]) -> None:
    world = world_of(history)
    world.settle()
    due = [Due(path, False, world.now, None, "watch") for path in PATHS]
    planned = world.examine([world.observe(entry, None) for entry in due], [])

    assert planned.is_empty
    assert not planned.unheard
    assert not world.pending.busy


@settings(max_examples=100)
@given(steps, looks)
def test_a_plan_changes_nothing_of_what_it_is_made_from(history: list[Step], last: Look) -> None:
    world = world_of(history)
    world.now += last.after
    due, expired = world.pending.take_due(world.now, MANY)
    observations = [world.observe(entry, last.odd.get(entry.path)) for entry in due]
    known = world.baseline([entry.path for entry in due])
    new = newcomers(observations, known)
    known = world.former(known, new) if new else known
    asked = questions(observations, new, baseline=known, pending=world.pending, expired=expired)
    before = world.pending.paths(), dict(world.pending.absences), dict(world.pending.unknown)
    planned = world.plan(observations, known, expired, asked)

    assert (world.pending.paths(), dict(world.pending.absences), dict(world.pending.unknown)) == before
    assert world.plan(observations, known, expired, asked) == planned


# -- single looks -----------------------------------------------------------------------------


@pytest.fixture
def world() -> World:
    """One file, recorded."""
    world = World()
    world.happen(Write(b"a", b"one"))
    world.settle()
    return world


def due(path: bytes, *, held: bool = False) -> Due:
    return Due(path, held, 100.0, None, "watch")


def planned(
    world: World, observation: Observation, stands: dict[bytes, PathState], expired: list[bytes]
) -> Plan:
    return plan(
        [observation],
        stands,
        (),
        taken=1,
        expired=expired,
        baseline=world.baseline([observation.path]),
        pending=world.pending,
        limits=LIMITS,
        now=world.now,
        began_at=7,
    )


def test_a_file_that_moves_under_its_reader_waits_and_is_busy_in_the_end(
    world: World,
) -> None:
    moving = Observation(due(b"a"), read.Moving(), 9)
    found = planned(world, moving, {}, [])
    assert found.is_empty
    assert [(wait.path, wait.first, wait.until) for wait in found.update.again] == [(b"a", 100.0, None)]

    found = planned(world, Observation(due(b"a", held=True), read.Moving(), 9), {}, [])
    assert [(change.type, change.reason, change.document) for change in found.changes] == [
        ("rejected", "busy", 0)
    ]
    assert [wait.until for wait in found.update.again] == [world.now + LIMITS.hold]


def test_a_file_that_never_rests_is_waited_for_no_more_once_that_is_told(world: World) -> None:
    """A scan without a daemon ends then, though the file is looked at again; a new absence is waited for."""
    waits: list[tuple[bool, bool]] = []
    for held in (False, True, False):
        seen = Observation(due(b"b", held=held), read.Moving(), 9)
        world.pending.apply(planned(world, seen, {}, []).update)
        waits.append((world.pending.busy, world.pending.has_untold))
    assert waits == [(True, True), (True, False), (True, True)]


def test_a_document_that_is_back_and_restless_keeps_its_place_in_the_queue(world: World) -> None:
    """It is seen twice in one look, as due and as gone, and has waited as long as it has."""
    world.happen(Delete(b"a"))
    world.now += LIMITS.quiet
    world.look({})
    world.now += LIMITS.move
    signature = Signature(1, 9, 1, 1, 1)
    restless = Observation(Due(b"a", False, 90.0, None, "watch"), Restless(signature), 9)
    found = planned(world, restless, {b"a": read.File(signature)}, [b"a"])

    assert [(wait.path, wait.first) for wait in found.update.again] == [(b"a", 90.0)]
    assert found.is_empty


def test_what_is_left_out_is_deleted_at_once_and_only_what_was_recorded_is(world: World) -> None:
    found = planned(world, Observation(due(b"a"), Exclusion(), 9), {}, [])
    assert [(change.type, change.reason, change.observed_at) for change in found.changes] == [
        ("deleted", "excluded", 9)
    ]
    assert found.forgotten == (b"a",)
    assert planned(world, Observation(due(b"b"), Exclusion(), 9), {}, []).is_empty


@pytest.mark.parametrize(
    ("stand", "deleted", "waits"),
    [
        (read.NoFile("removed"), True, False),
        (MountShadow(), False, False),
        (read.Unknown("no answer"), False, False),
        (read.File(Signature(1, 1, 1, 1, 1)), False, False),
        (None, False, True),
    ],
)
def test_an_absence_that_has_waited_is_a_delete_only_where_the_path_is_surely_gone(
    world: World, stand: PathState | None, deleted: bool, waits: bool
) -> None:
    """Where nothing can be said of it now, because mounts changed meanwhile, it waits on."""
    world.happen(Delete(b"a"))
    world.now += LIMITS.quiet
    world.look({})
    world.now += LIMITS.move
    other = Observation(due(b"b"), read.NoFile("removed"), 9)
    found = planned(world, other, {} if stand is None else {b"a": stand}, [b"a"])

    assert [change.type for change in found.changes] == ["deleted"] * deleted
    world.pending.apply(found.update)
    assert (b"a" in world.pending.absences) == waits
    assert (b"a" in world.pending) == isinstance(stand, read.File)


def test_what_a_scan_found_is_unheard_unless_it_waits_by_a_hint(world: World) -> None:
    file = File(1, b"two", 50)
    found = read.Bytes(file.body, file.signature, 50)
    scanned = Observation(Due(b"a", False, 100.0, None, "scan"), found, 9, sha256(file.body).digest())
    assert planned(world, scanned, {}, []).unheard == (b"a",)
    world.pending.hint(b"a", world.now)
    assert planned(world, scanned, {}, []).unheard == ()


def told(world: World) -> list[tuple[str, bytes | None, bytes]]:
    """All changes but the first, in order: type, old path, path."""
    changes = [change for planned in world.plans for change in planned.changes]
    return [(change.type, change.from_path, change.path) for change in changes[1:]]


def test_a_file_is_moved_at_once_though_nobody_said_that_its_old_path_is_gone(world: World) -> None:
    world.happen(Move(b"a", b"b", True))
    world.pending.take_due(world.now + LIMITS.quiet, MANY)
    world.examine([world.observe(due(b"b"), None)], [])

    assert told(world) == [("moved", b"a", b"b")]
    assert not world.pending.busy


def test_a_document_is_not_deleted_while_its_file_is_still_written_elsewhere(world: World) -> None:
    """It waits for its other half as long as that may take to rest."""
    world.happen(Move(b"a", b"b", True))
    for _ in range(8):
        world.now += LIMITS.quiet
        world.look({b"b": "moving"})
        assert told(world) == []
    world.settle()

    assert told(world) == [("moved", b"a", b"b")]


def test_what_stands_in_the_place_of_a_file_that_is_written_elsewhere_is_put_off(world: World) -> None:
    world.happen(Move(b"a", b"b", True))
    world.happen(Write(b"a/x", b"two"))
    for _ in range(4):
        world.now += LIMITS.quiet
        world.look({b"b": "moving"})
        assert told(world) == []
        assert b"a/x" in world.pending
    while world.pending.busy:
        world.now += 0.1
        world.look({})

    assert told(world) == [("moved", b"a", b"b"), ("created", None, b"a/x")]


def test_a_look_that_is_not_applied_can_be_had_again(world: World) -> None:
    """Where a plan could not be committed, what was taken is put back, and nothing was forgotten."""
    world.happen(Move(b"a", b"b", True))
    world.now += LIMITS.quiet
    taken, expired = world.pending.take_due(world.now, MANY)
    known = world.baseline([entry.path for entry in taken])
    observations = [world.observe(entry, None) for entry in taken]
    new = newcomers(observations, known)
    known = world.former(known, new)
    asked = questions(observations, new, baseline=known, pending=world.pending, expired=expired)
    assert not world.plan(observations, known, expired, asked).is_empty

    world.pending.put_back(taken, world.now)
    world.settle()
    assert told(world) == [("moved", b"a", b"b")]


def moved(old: bytes, new: bytes) -> Decision:
    return Decision(type="moved", path=new, document=DocumentKey(1), from_path=old)


def created(path: bytes) -> Decision:
    return Decision(type="created", path=path, document=None)


@pytest.mark.parametrize(
    ("decisions", "order"),
    [
        ([created(b"a/x"), moved(b"b", b"c"), moved(b"a", b"t")], [b"c", b"t", b"a/x"]),
        ([created(b"d"), created(b"e"), moved(b"d/x", b"t")], [b"e", b"t", b"d"]),
        ([moved(b"b", b"a/x"), moved(b"c", b"b/x"), moved(b"a", b"t")], [b"t", b"a/x", b"b/x"]),
        ([moved(b"a", b"a/x")], [b"a/x"]),
        # Each in the other's way: no order is right.
        ([moved(b"a", b"b/x"), moved(b"b", b"a/x"), created(b"c")], [b"c", b"b/x", b"a/x"]),
        ([created(b"b"), created(b"a"), moved(b"c", b"t")], [b"b", b"a", b"t"]),
    ],
)
def test_a_document_leaves_before_another_takes_its_place(
    decisions: list[Decision], order: list[bytes]
) -> None:
    assert [decision.path for decision in in_order(decisions)] == order


# -- when others mount and unmount -----------------------------------------------------------


class Shifting(World):
    """A disk of which nothing that is gone can be told for a while: something is mounted all the time."""

    unsure = False

    def examine(self, observations: list[Observation], expired: list[bytes]) -> Plan:
        known = self.baseline([observation.path for observation in observations])
        new = newcomers(observations, known)
        known = self.former(known, new) if new else known
        asked = questions(observations, new, baseline=known, pending=self.pending, expired=expired)
        stands = {path: self.stands(path) for path in asked.documents}
        if self.unsure:
            stands = {p: Unsure() if isinstance(stand, read.NoFile) else stand for p, stand in stands.items()}
        planned = plan(
            observations, stands, asked.targets & self.files.keys(), taken=len(observations),
            expired=expired, baseline=known, pending=self.pending, limits=LIMITS, now=self.now,
            began_at=self.clock,
        )  # fmt: skip
        self.commit(planned)
        self.pending.apply(planned.update)
        self.plans.append(planned)
        return planned


@pytest.mark.parametrize("told", [True, False])
def test_where_no_absence_counts_no_newcomer_is_decided_and_the_move_is_told_later(told: bool) -> None:
    world = Shifting()
    world.happen(Write(b"a", b"one"))
    world.happen(Write(b"b", b"two"))
    world.now += 10
    world.look({})
    world.happen(Move(b"a", b"d/x", told))
    world.happen(Write(b"b", b"three"))
    world.unsure = True
    for _ in range(8):
        world.now += 0.5
        world.look({})
    told_of = [(change.type, change.path) for each in world.plans[1:] for change in each.changes]
    assert told_of == [("changed", b"b")], "a live document at its path needs no absence"
    world.unsure = False
    for _ in range(4):
        world.now += 0.5
        world.look({})
    told_of = [(change.type, change.path) for each in world.plans[1:] for change in each.changes]
    assert told_of == [("changed", b"b"), ("moved", b"d/x")]


def test_a_file_that_is_deleted_while_no_absence_counts_is_told_deleted_afterwards() -> None:
    world = Shifting()
    world.happen(Write(b"a", b"one"))
    world.now += 10
    world.look({})
    world.happen(Delete(b"a"))
    world.unsure = True
    for _ in range(8):
        world.now += 0.5
        world.look({})
    assert world.live() == {b"a": sha256(b"one").digest()}
    world.unsure = False
    for _ in range(3):
        world.now += 0.5
        world.look({})
    assert world.live() == {}


def test_what_stands_in_the_way_of_a_path_is_found_among_many() -> None:
    paths = [b"a", b"a/b", b"a/b/c", b"a/bc", b"ab", b"b/a", b"d/e/f", b"d/e0", b"d"]
    way = InTheWay(paths)
    for old in [*paths, b"a/b/c/d", b"d/e", b"none", b"b"]:
        assert sorted(way.of(old)) == sorted(path for path in paths if stands_in_the_way(path, old))
