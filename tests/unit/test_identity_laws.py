"""Random histories of a modelled folder: the decisions, replayed, always give the folder.

The model is a folder (path to inode and bytes), a log of decisions and the documents that follow
from it. Between two looks anything happens: writes, saves by rename, moves with and without report,
swaps, copies, links, deletes. Nothing here knows how `decide` does it.
"""

from __future__ import annotations

import random
from hashlib import sha256

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.capture.renames import Renames
from ingest.identity import Decision, DeletedDocument, LiveDocument, MissingDocument, ReadFile, decide
from ingest.model import DocumentKey

PATHS = [b"a", b"b", b"c", b"d", b"e"]
BODIES = [b"", b"x", b"y", b"z"]


class Document(msgspec.Struct):
    """A document as the replay has it."""

    path: bytes
    version: int
    body: bytes
    inode: int
    alive: bool
    died: int = 0


class Folder:
    """Files by path, inodes used again at once, and the renames that were reported."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.files: dict[bytes, int] = {}
        self.bodies: dict[int, bytes] = {}
        self.renames = Renames()

    def new_inode(self, body: bytes) -> int:
        inode = next(n for n in range(100) if n not in self.files.values())
        self.bodies[inode] = body
        return inode

    def change(self) -> None:
        one, other = self.draw.sample(PATHS, 2)
        body = self.draw.choice(BODIES)
        match self.draw.choice(["write", "save", "move", "move", "swap", "copy", "link", "delete", "delete"]):
            case "write" if one in self.files:
                self.bodies[self.files[one]] = body
            case "write" | "save":
                self.files[one] = self.new_inode(body)
            case "move" if one in self.files:
                self.files[other] = self.files.pop(one)
                if self.draw.random() < 0.5:
                    self.renames.note(one, other, 0.0)
            case "swap" if one in self.files and other in self.files:
                self.files[one], self.files[other] = self.files[other], self.files[one]
                if self.draw.random() < 0.5:
                    for old, new in ((one, b"t"), (other, one), (b"t", other)):
                        self.renames.note(old, new, 0.0)
            case "copy" if one in self.files:
                self.files[other] = self.new_inode(self.bodies[self.files[one]])
            case "link" if one in self.files and other not in self.files:
                self.files[other] = self.files[one]
            case "delete":
                self.files.pop(one, None)

    def look(self) -> dict[bytes, tuple[int, bytes]]:
        return {path: (inode, self.bodies[inode]) for path, inode in self.files.items()}


class History:
    """Looks at a folder again and again, asks for decisions and replays them."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.folder = Folder(draw)
        self.documents: list[Document] = []
        self.decided = 0

    def live(self) -> dict[bytes, int]:
        return {document.path: key for key, document in enumerate(self.documents) if document.alive}

    def standing(self, key: int) -> LiveDocument:
        document = self.documents[key]
        return LiveDocument(
            document=DocumentKey(key),
            path=document.path,
            version=document.version,
            sha256=sha256(document.body).digest(),
            device=1,
            inode=document.inode,
        )

    def look(self, *, patient: bool) -> None:
        """One look; a patient one lets some of the vanished wait for their other half."""
        found, live = self.folder.look(), self.live()
        appeared = [
            ReadFile(
                path=path,
                sha256=sha256(body).digest(),
                device=1,
                inode=inode,
                renamed_from=tuple(self.folder.renames.sources(path, lambda _: True))
                if path not in live
                else (),
            )
            for path, (inode, body) in sorted(found.items())
            if path not in live or (inode, body) != self.last_seen(live[path])
        ]
        vanished = [
            MissingDocument(
                live=self.standing(key),
                reason="removed",
                expired=not patient or self.draw.random() < 0.5,
            )
            for path, key in live.items()
            if path not in found
        ]
        buried: dict[bytes, DeletedDocument] = {}
        for key, document in sorted(enumerate(self.documents), key=lambda pair: pair[1].died):
            if not document.alive:
                digest = sha256(document.body).digest()
                buried[document.path] = DeletedDocument(
                    document=DocumentKey(key), version=document.version, sha256=digest
                )
        decisions = decide(
            files=appeared,
            live={file.path: self.standing(live[file.path]) for file in appeared if file.path in live},
            missing=vanished,
            deleted=buried,
        )
        self.check_the_rules(decisions, appeared, vanished, buried, live)
        for decision in decisions:
            self.replay(decision, found)
        for path, key in self.live().items():
            if path in found:
                self.documents[key].inode = found[path][0]
                self.folder.renames.recorded(path)

    def last_seen(self, key: int) -> tuple[int, bytes]:
        return self.documents[key].inode, self.documents[key].body

    def check_the_rules(
        self,
        decisions: list[Decision],
        appeared: list[ReadFile],
        vanished: list[MissingDocument],
        buried: dict[bytes, DeletedDocument],
        live: dict[bytes, int],
    ) -> None:
        """Each decision is the first rule that applies, given what the others took."""
        files = {file.path: file for file in appeared}
        gone = {entry.live.document: entry.live for entry in vanished}
        moved = {decision.document for decision in decisions if decision.type == "moved"}
        left = [half for key, half in gone.items() if key not in moved]
        types = [decision.type for decision in decisions]
        assert types[: types.count("deleted")] == ["deleted"] * types.count("deleted")
        assert len({decision.path for decision in decisions if decision.type != "deleted"}) == len(
            [kind for kind in types if kind != "deleted"]
        )
        for decision in decisions:
            if decision.type == "deleted":
                assert decision.document in gone
                assert decision.document not in moved
                continue
            file = files[decision.path]
            if decision.path in live:
                assert (decision.type, decision.document) == ("changed", live[decision.path])
                continue
            if decision.type == "moved":
                assert decision.document is not None
                half = gone[decision.document]
                reported = half.path in {former.path for former in file.renamed_from}
                assert reported or half.sha256 == file.sha256
                assert reported or half.inode == file.inode or file.sha256 != sha256(b"").digest()
                continue
            # Rules 2 and 3 left this file alone: nobody who is left over would have fitted.
            for half in left:
                assert half.path not in {former.path for former in file.renamed_from}
                assert (half.inode, half.sha256) != (file.inode, file.sha256)
            equal = [half for half in left if half.sha256 == file.sha256]
            if file.sha256 != sha256(b"").digest():
                assert len(equal) != 1
            if decision.path in buried:
                assert (decision.type, decision.document) == ("restored", buried[decision.path].document)
            else:
                assert (decision.type, decision.document) == ("created", None)

    def replay(self, decision: Decision, found: dict[bytes, tuple[int, bytes]]) -> None:
        """O5: nothing is created while alive, nothing happens to the dead but to be restored."""
        self.decided += 1
        if decision.document is None:
            document = Document(path=decision.path, version=0, body=b"", inode=0, alive=False)
            self.documents.append(document)
            assert (decision.type, decision.previous, decision.from_path) == ("created", None, None)
        else:
            document = self.documents[decision.document]
            assert decision.previous == document.version
            assert document.alive == (decision.type != "restored")
            assert document.path == (decision.from_path or decision.path)
        if decision.type == "deleted":
            document.alive, document.died = False, self.decided
            assert decision.path not in found
            return
        assert decision.path not in {path for path in self.live() if path != document.path}
        inode, body = found[decision.path]
        assert decision.same == (decision.document is not None and body == document.body)
        if not decision.same:
            document.version += 1
        document.path, document.body, document.inode, document.alive = decision.path, body, inode, True


@pytest.mark.parametrize("patient", [False, True], ids=["at-once", "patient"])
@settings(max_examples=300)
@given(seed=st.integers(0, 2**32))
def test_the_decisions_replayed_give_the_folder(patient: bool, seed: int) -> None:
    draw = random.Random(seed)
    history = History(draw)
    for _ in range(12):
        for _ in range(draw.randrange(1, 7)):
            history.folder.change()
        history.look(patient=patient)
        found, live = history.folder.look(), history.live()
        assert {path: history.documents[live[path]].body for path in found} == {
            path: body for path, (_, body) in found.items()
        }
        assert patient or set(live) == set(found)
    history.look(patient=False)

    assert set(history.live()) == set(history.folder.look())


@settings(max_examples=100)
@given(seed=st.integers(0, 2**32))
def test_a_look_at_what_did_not_change_decides_nothing(seed: int) -> None:
    draw = random.Random(seed)
    history = History(draw)
    for _ in range(20):
        history.folder.change()
    history.look(patient=False)
    before = history.decided
    history.look(patient=False)

    assert history.decided == before
