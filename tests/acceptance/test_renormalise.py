"""`ingest renormalise`: new texts of old bytes, which are no edits."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from ingest import normalise
from ingest.clock import Clock
from ingest.confined.reader import Documents
from ingest.model import Rendition, RootKey
from ingest.normalise import plain
from ingest.normalise.format import Format
from ingest.reprocess import renormalise as renormalise_module
from ingest.reprocess.renormalise import Counts, renormalise
from ingest.store import reader, roots, writer
from ingest.store.engine import Store, open_store
from tests import oracle
from tests.acceptance.place import Place
from tests.command import Command, Record, Word
from tests.recording import entry, findings, wall
from tests.recording import record as record_by_hand

# A program whose normaliser of plain text has another version, and writes a word otherwise.
NEWER = """
import sys, msgspec
from ingest import cli, normalise
from ingest.normalise import plain

old = plain.FORMAT
new = msgspec.structs.replace(
    old, normaliser="plain/next", body=lambda text: old.body(text).replace("colour", "color")
)
plain.FORMAT = new
normalise._FORMATS.update({extension: new for extension in new.extensions})
sys.exit(cli.run(sys.argv[1:]))
"""


@dataclass(frozen=True)
class Newer(Command):
    """The command of that program."""

    def argv(self, *words: Word, json: bool = False) -> list[bytes]:
        """The command line, through another beginning."""
        usual = super().argv(*words, json=json)
        return [usual[0], b"-c", NEWER.encode(), *usual[3:]]


def newer(place: Place) -> Newer:
    """The newer program on the same store."""
    return Newer(place.command.database, place.command.cwd, place.command.variables)


def history(place: Place) -> None:
    """Two documents of two versions and one, a Markdown file, and one that was deleted."""
    place.write("a.txt", "The colour is red.\nNothing else.\n")
    place.write("b.txt", "No such word.\n")
    place.write("c.md", "The colour of Markdown.\n")
    place.write("d.txt", "A colour that went.\n")
    place.scan()
    place.write("a.txt", "The colour is blue.\nNothing else.\n")
    (place.root / "d.txt").unlink()
    place.scan()


def test_every_version_of_a_live_document_gets_another_text_and_no_edit(each_place: Place) -> None:
    place = each_place
    history(place)
    before = oracle.snapshot(place.command)

    said = newer(place).ask("renormalise").text
    dry = newer(place).record("renormalise", "--dry-run")

    assert said == "root: 2 of 3 documents have another rendition (3 plain/next)\n"
    assert place.told(before.anchor[0]) == [
        "renormalised a.txt @2 (plain/next)",
        "renormalised b.txt @1 (plain/next)",
    ]
    assert (dry["renormalised"], dry["renditions"]) == (0, 0)
    assert place.command.ask("show", "a.txt").text == "The color is blue.\nNothing else.\n"
    assert place.command.ask("show", "a.txt@1").text == "The color is red.\nNothing else.\n"
    assert place.command.ask("show", "a.txt@1", "--normaliser", "plain/6").text.startswith(
        "The colour is red."
    )
    assert place.command.ask("show", "--raw", "a.txt").out == b"The colour is blue.\nNothing else.\n"
    change = place.command.records("log", "a.txt")[0]
    assert change["type"] == "document.renormalised"
    assert (change["version"], change["previous_version"], change["edit"]) == (2, 2, None)
    (listed,) = place.command.records("ls", "a.txt")
    assert change["text_sha256"] == listed["text_sha256"] != before.changes[-1]["text_sha256"]
    oracle.holds(place.command, {"root": place.root}, before=before)
    assert place.command.ask("verify", "--deep").code == 0


def test_what_was_done_is_not_done_again_and_an_older_program_adds_nothing(place: Place) -> None:
    history(place)
    newer(place).ask("renormalise")
    seq = place.seq

    assert newer(place).ask("renormalise").text == "root: 0 of 3 documents have another rendition\n"
    assert place.command.ask("renormalise").text == "root: 0 of 3 documents have another rendition\n"
    assert place.seq == seq


def test_a_dry_run_counts_and_writes_nothing(place: Place) -> None:
    history(place)
    seq = place.seq

    said = newer(place).ask("renormalise", "--dry-run", "root").text
    counted = newer(place).record("renormalise", "--dry-run")

    assert said == "root: 2 of 3 documents would have another rendition (3 plain/next)\n"
    assert counted == {
        "root": "root", "dry_run": True, "documents": 3, "renormalised": 2, "renditions": 3, "left": 0,
        "damaged": 0, "seq": 0, "normalisers": {"plain/next": 3},
    }  # fmt: skip
    assert place.seq == seq
    assert newer(place).refused("renormalise", "nowhere", code=2).error == "no root 'nowhere'"


def test_a_document_that_was_deleted_has_its_turn_when_it_is_back(place: Place) -> None:
    history(place)
    newer(place).ask("renormalise")
    place.write("d.txt", "A colour that went.\n")
    place.scan()
    seq = place.seq

    newer(place).ask("renormalise")

    assert place.told(seq) == ["renormalised d.txt @1 (plain/next)"]
    place.holds()


def test_an_edit_after_it_is_an_edit_of_the_words_alone(place: Place) -> None:
    """The old texts were read by the new normaliser too, so its other spelling is no part of the edit."""
    history(place)
    newer(place).ask("renormalise")
    place.write("a.txt", "The colour is green.\nNothing else.\n")

    newer(place).ask("scan", place.root, code=0)

    change = newer(place).records("log", "a.txt", "-n", "1")[0]
    assert change["type"] == "document.changed"
    assert change["edit"]["class"] == "wording"
    assert change["edit"]["counts"]["words_added"] == 1
    assert place.command.ask("diff", "a.txt", code=1).text.count("color") == 2


def test_beside_a_running_daemon(place: Place) -> None:
    history(place)
    with place.watch():
        newer(place).ask("renormalise")
        place.write("a.txt", "Written after it.\n")
        place.command.ask("sync")

    assert place.told()[-3:] == [
        "renormalised a.txt @2 (plain/next)",
        "renormalised b.txt @1 (plain/next)",
        "changed a.txt @3",
    ]
    place.holds()


def test_the_index_shows_no_edit_and_no_other_origin(each_place: Place) -> None:
    """Filled before and after, or made anew: the same edits and the same versions of each sentence."""
    place = each_place
    history(place)

    def told() -> tuple[list[Any], list[Any]]:
        edits = [(one["seq"], one["edit"]) for one in place.command.records("log") if one["edit"]]
        lines = place.command.ask("blame", "a.txt").text.splitlines()
        return edits, [line.split()[0] for line in lines if line]

    before = told()
    newer(place).ask("renormalise")
    after = told()
    place.command.ask("index", "rebuild")

    assert [seq for seq, _ in before[0]] == [5]
    assert before == after == told()
    assert [one["seq"] for one in place.command.records("log", "--significance", "substantive")] == [5]


def test_a_version_whose_bytes_are_damaged_is_left_out_and_said(place: Place) -> None:
    history(place)
    database = str(place.command.database).removeprefix("sqlite:///")
    with closing(sqlite3.connect(database)) as connection, connection:
        # of a.txt, whose second version is a delta against it
        found = "SELECT document_id FROM version WHERE no = 2"
        keyframe = f"SELECT blob_id FROM version WHERE no = 1 AND document_id = ({found})"
        connection.execute(f"UPDATE blob SET data = x'00' WHERE id = ({keyframe})")

    done = newer(place).ask("renormalise", code=5)

    assert done.text == "root: 1 of 3 documents have another rendition (1 plain/next)\n"
    assert done.note == "2 versions cannot be read; run: ingest verify --deep"
    assert place.told()[-1] == "renormalised b.txt @1 (plain/next)"
    assert entries_of(place.command.record("report"), "a.txt") == ["document.created", "unread"]


def entries_of(report: Record, path: str) -> list[Any]:
    """The categories, or types, of the entries of one document."""
    (found,) = (document for document in report["documents"] if document["path"] == path)
    return [entry["category"] or entry["type"] for entry in found["entries"]]


def clock() -> Clock:
    """The real clocks."""
    return Clock(monotonic=lambda: 0.0, wall=wall, sleep=lambda _: None, entropy=os.urandom)


@contextmanager
def opened(place: Place) -> Iterator[tuple[Store, RootKey]]:
    """The store of a place, and the key of its root."""
    store = open_store(str(place.command.database))
    with store.read() as connection:
        (root,) = roots.every(connection)
    yield store, root.id
    store.dispose()


@pytest.fixture
def raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process the normaliser of every file is a newer one."""
    changed = Format(
        normaliser="plain/next",
        media_type="text/plain",
        extensions=(),
        body=str,
        metadata=plain.FORMAT.metadata,
    )
    monkeypatch.setattr(plain, "FORMAT", changed)
    monkeypatch.setattr(normalise, "_FORMATS", {})


@pytest.mark.usefixtures("raised")
def test_what_changes_while_it_is_read_is_looked_at_again(
    each_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here another version comes in, and a document goes, while the text of the first is made."""
    place = each_place
    for name in ("a.txt", "b.txt", "c.txt"):
        place.write(name, f"The words of {name}.\n")
    place.scan()
    with opened(place) as (store, root):
        with store.read() as connection:
            keys = {row.path: row.id for row in reader.live(connection, root, after=0, limit=10)}
        real = normalise.normalise
        late = [
            entry("changed", b"a.txt", raw=b"late", document=keys[b"a.txt"], previous=1),
            entry("deleted", b"c.txt", document=keys[b"c.txt"], previous=1, reason="removed"),
        ]

        def interrupted(raw: bytes, name: bytes, **how: Any) -> Rendition:
            if late:
                record_by_hand(store, root, late)
                late.clear()
            return real(raw, name, **how)

        monkeypatch.setattr(normalise, "normalise", interrupted)
        counts = Counts()
        renormalise(store, root, counts, clock=clock(), dry_run=False, documents=Documents())

        assert (counts.renormalised, counts.renditions, counts.left, counts.damaged) == (2, 3, 0, 0)
        assert place.told(3) == [
            "changed a.txt @2",
            "deleted c.txt (removed)",
            "renormalised b.txt @1 (plain/next)",
            "renormalised a.txt @2 (plain/next)",
        ]
        assert findings(store) == []


@pytest.mark.usefixtures("raised")
def test_a_run_that_was_stopped_goes_on_where_it_ended(
    each_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = each_place
    for name in ("a.txt", "b.txt", "c.txt"):
        place.write(name, f"The words of {name}.\n")
    place.scan()
    monkeypatch.setattr(renormalise_module, "BATCH", 1)
    real, left = writer.add_renditions, [1]

    def stopped(*args: Any, **kwargs: Any) -> Any:
        if not left:
            raise KeyboardInterrupt
        left.clear()
        return real(*args, **kwargs)

    with opened(place) as (store, root):
        monkeypatch.setattr(writer, "add_renditions", stopped)
        with pytest.raises(KeyboardInterrupt):
            renormalise(store, root, Counts(), clock=clock(), dry_run=False, documents=Documents())
        assert place.told(3) == ["renormalised a.txt @1 (plain/next)"]
        monkeypatch.setattr(writer, "add_renditions", real)
        counts = Counts()
        renormalise(store, root, counts, clock=clock(), dry_run=False, documents=Documents())

        assert counts.renormalised == 2
        assert place.told(4) == ["renormalised b.txt @1 (plain/next)", "renormalised c.txt @1 (plain/next)"]
        assert findings(store) == []


@pytest.mark.usefixtures("raised")
def test_two_runs_at_once_add_each_rendition_once(each_place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place = each_place
    place.write("a.txt", "The words of a.\n")
    place.write("b.txt", "The words of b.\n")
    place.scan()
    real, first = writer.add_renditions, [1]

    with opened(place) as (store, root):

        def overtaken(*args: Any, **kwargs: Any) -> Any:
            if first:
                first.clear()
                renormalise(store, root, Counts(), clock=clock(), dry_run=False, documents=Documents())
            return real(*args, **kwargs)

        monkeypatch.setattr(writer, "add_renditions", overtaken)
        counts = Counts()
        renormalise(store, root, counts, clock=clock(), dry_run=False, documents=Documents())

        assert (counts.renormalised, counts.left) == (0, 0)
        assert place.told(2) == ["renormalised a.txt @1 (plain/next)", "renormalised b.txt @1 (plain/next)"]
        assert findings(store) == []
