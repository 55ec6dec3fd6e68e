"""A document that takes long is read while other files are captured, and the order of its versions stays.

Real files, a real store and the real capture; the clock, the watcher and the reader are the test's own: a
document with SLOW in it is read when the test says so.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.capture import readers, slow_documents
from ingest.capture.folder import Limits
from ingest.capture.pending import Pending
from ingest.confined import samples
from ingest.errors import StoreUnavailable
from ingest.normalise.document_formats import DocumentFormat, Html
from ingest.normalise.extraction import Annotations, Extracted
from tests.integration.test_renames import Folder
from tests.recording import opened


class _Reader:
    """Reads what it is given at once, but what is slow only once `free` is true."""

    free = False
    begun = 0
    at_once = 0  # documents under way now
    most = 0

    def __init__(self, *_: object) -> None:
        self.seconds = 0.0
        self.slow = False

    def begin(self, fmt: DocumentFormat, raw: bytes, _html: Html) -> None:
        self.fmt, self.slow = fmt, b"SLOW" in raw
        self.seconds = float(self.slow)
        type(self).begun += 1
        type(self).at_once += self.slow
        type(self).most = max(self.most, self.at_once)

    def answer(self, *, patience: float | None = None, **_: float) -> Extracted | None:
        if self.slow and not self.free and patience is not None:
            return None
        type(self).at_once -= self.slow
        self.slow = False
        return Extracted(
            text="words", blocks=(), annotations=Annotations(), way="docx/1", media_type=self.fmt.media_type
        )

    def read(self, fmt: DocumentFormat, raw: bytes, html: Html) -> Extracted | None:
        self.begin(fmt, raw, html)
        return self.answer()

    def close(self) -> None:
        type(self).at_once -= self.slow
        self.slow = False


class Slow(Folder):
    """A folder with documents, slow ones among them."""

    def put(self, name: str, *marks: str) -> None:
        """Save a document, in place; with marks of its own, so that its bytes are."""
        body = " ".join(marks).encode()
        raw = samples.docx() + body if name.endswith(".docx") else body
        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        if path.parent != self.path:
            self.heard.folders.add(os.fsencode(str(path.parent.relative_to(self.path))))
        path.write_bytes(raw)
        self.heard.touched.add(name.encode())
        self.heard.at_rest.add(name.encode())

    def remove(self, name: str) -> None:
        (self.path / name).unlink()
        self.heard.touched.add(name.encode())

    def wait(self, seconds: float = 3.0) -> list[str]:
        """Hear, and look for so long; what was recorded."""
        self.hear()
        until = self.now + seconds
        while self.now < until:
            self.capture.look()
            self.now += 0.1
        return self.news()

    def freed(self) -> list[str]:
        """The slow ones are read; what is recorded then, until nothing waits."""
        _Reader.free = True
        self.settle()
        return self.news()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    monkeypatch.setattr(readers, "Reader", _Reader)
    for name, value in (("free", False), ("begun", 0), ("at_once", 0), ("most", 0)):
        monkeypatch.setattr(_Reader, name, value)
    (tmp_path / "root").mkdir()
    with opened(f"sqlite:///{tmp_path / 'store.db'}") as store:
        made = Slow(store, tmp_path / "root")
        yield made
        made.close()


def test_others_do_not_wait_for_a_new_document(folder: Slow) -> None:
    folder.put("a.docx", "SLOW")
    folder.put("b.docx", "quick")
    for number in range(50):
        folder.put(f"{number:02}.txt", f"words {number}")

    assert folder.wait() == [f"created {number:02}.txt" for number in range(50)] + ["created b.docx"]
    assert folder.capture.pending.paths() == {b"a.docx"}
    assert folder.freed() == ["created a.docx"]


def test_a_documents_own_versions_keep_their_order(folder: Slow) -> None:
    folder.put("a.docx", "one")
    folder.wait()
    folder.put("a.docx", "SLOW two")
    assert folder.wait() == []
    folder.put("a.docx", "three")
    folder.put("b.txt", "words")

    assert folder.wait() == ["created b.txt"]
    assert folder.freed() == ["changed a.docx", "changed a.docx"]
    with folder.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT no, size FROM version ORDER BY document_id, no").all()
    size = len(samples.docx())
    assert [tuple(row) for row in rows][:3] == [(1, size + 3), (2, size + 8), (3, size + 5)]


@pytest.mark.parametrize("told", [True, False], ids=["heard", "found by a scan"])
def test_a_new_document_that_was_renamed_meanwhile_is_one(folder: Slow, told: bool) -> None:
    folder.put("a.docx", "SLOW")
    folder.wait()
    if told:
        folder.rename("a.docx", "b.docx")
    else:
        (folder.path / "a.docx").rename(folder.path / "b.docx")
        for _ in folder.capture.scan("scan"):
            pass
    folder.put("c.txt", "words")

    assert folder.wait() == ["created c.txt"]
    assert folder.freed() == ["created a.docx", "moved a.docx -> b.docx"]


def test_a_known_document_that_was_renamed_meanwhile_is_one(folder: Slow) -> None:
    folder.put("a.docx", "one")
    folder.wait()
    folder.put("a.docx", "SLOW")
    folder.wait()
    folder.rename("a.docx", "b.docx")

    assert folder.wait() == []
    assert folder.freed() == ["changed a.docx", "moved a.docx -> b.docx"]


def test_what_stands_in_its_place_is_told_after_it(folder: Slow) -> None:
    folder.put("a.docx", "SLOW")
    folder.wait()
    folder.remove("a.docx")
    assert folder.wait() == []
    folder.put("a.docx/b.txt", "words")

    assert folder.wait() == []
    assert folder.freed() == ["created a.docx", "deleted a.docx", "created a.docx/b.txt"]


def test_what_stands_above_it_is_told_after_it(folder: Slow) -> None:
    folder.put("a/b.docx", "SLOW")
    folder.wait()
    folder.remove("a/b.docx")
    (folder.path / "a").rmdir()
    folder.put("a", "words")

    assert folder.wait() == []
    assert folder.freed() == ["created a/b.docx", "deleted a/b.docx", "created a"]


def test_where_a_file_was_renamed_to_is_not_looked_at() -> None:
    """Also where the file system numbers files anew."""
    pending = Pending(Limits(quiet=0.3, hold=5.0, move=1.0, max_bytes=1), lambda _: True)
    pending.put_aside(b"a/b.docx", 1.0)
    pending.note_rename(b"a", b"c", 2.0)

    assert [pending.is_kept(path) for path in (b"c/b.docx", b"c/d.docx", b"a", b"a/b.docx/x")] == [
        True, False, True, True,
    ]  # fmt: skip
    pending.take_back(b"a/b.docx")
    assert not pending.is_kept(b"a")


def test_a_scan_does_not_tell_it_twice(folder: Slow) -> None:
    folder.put("a.docx", "SLOW")
    folder.put("b.txt", "words")
    folder.wait()
    for _ in folder.capture.scan("scan"):
        folder.capture.look()

    assert folder.news() == []
    assert folder.freed() == ["created a.docx"]
    assert _Reader.begun == 1


def test_a_moved_document_is_waited_for(folder: Slow) -> None:
    """Its other half would be told gone."""
    folder.put("a.docx", "one")
    folder.wait()
    folder.rename("a.docx", "b.docx")
    folder.put("b.docx", "SLOW two")

    assert folder.wait() == ["moved! a.docx -> b.docx"]


def test_two_are_read_at_a_time_and_none_is_forgotten(folder: Slow) -> None:
    names = [f"{letter}.docx" for letter in "abcdefg"]
    for name in names:
        folder.put(name, "SLOW", name)
        assert folder.wait(1.0) == []

    assert folder.freed() == [f"created {name}" for name in names]
    # and the one that is waited for
    assert (_Reader.most, _Reader.at_once) == (
        slow_documents.AT_A_TIME + 1,
        0,
    )


def test_what_has_no_room_is_waited_for(folder: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_documents, "MOST", 1)
    for name in ("a.docx", "b.docx"):
        folder.put(name, "SLOW", name)

    assert folder.wait() == ["created b.docx"]
    assert folder.freed() == ["created a.docx"]


def test_it_waits_on_where_the_store_refuses_it(folder: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.put("a.docx", "SLOW")
    folder.wait()

    def refuse(*_: object) -> None:
        raise StoreUnavailable("full", code="store_full")

    _Reader.free = True
    with monkeypatch.context() as full:
        full.setattr("ingest.capture.capture.commit", refuse)
        with pytest.raises(StoreUnavailable):
            folder.capture.look()
    assert folder.capture.pending.is_kept(b"a.docx")
    assert folder.freed() == ["created a.docx"]


def test_nothing_is_under_way_when_it_is_closed(folder: Slow) -> None:
    folder.put("a.docx", "SLOW")
    folder.wait()
    folder.capture.close()

    assert _Reader.at_once == 0
