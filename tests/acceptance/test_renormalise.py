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
from tests.command import Command, Record, Word
from tests.recording import entry, findings, wall
from tests.recording import record as record_by_hand
from tests.site import Site

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


def newer(site: Site) -> Newer:
    """The newer program on the same store."""
    return Newer(site.command.database, site.command.cwd, site.command.variables)


def history(site: Site) -> None:
    """Two documents of two versions and one, a Markdown file, and one that was deleted."""
    site.write("a.txt", "The colour is red.\nNothing else.\n")
    site.write("b.txt", "No such word.\n")
    site.write("c.md", "The colour of Markdown.\n")
    site.write("d.txt", "A colour that went.\n")
    site.scan()
    site.write("a.txt", "The colour is blue.\nNothing else.\n")
    (site.root / "d.txt").unlink()
    site.scan()


def test_every_version_of_a_live_document_gets_another_text_and_no_edit(each_site: Site) -> None:
    site = each_site
    history(site)
    before = oracle.snapshot(site.command)

    said = newer(site).ask("renormalise").text
    dry = newer(site).record("renormalise", "--dry-run")

    assert said == "root: 2 of 3 documents have another rendition (3 plain/next)\n"
    assert site.told(before.anchor[0]) == [
        "renormalised a.txt @2 (plain/next)",
        "renormalised b.txt @1 (plain/next)",
    ]
    assert (dry["renormalised"], dry["renditions"]) == (0, 0)
    assert site.command.ask("show", "a.txt").text == "The color is blue.\nNothing else.\n"
    assert site.command.ask("show", "a.txt@1").text == "The color is red.\nNothing else.\n"
    assert site.command.ask("show", "a.txt@1", "--normaliser", "plain/6").text.startswith(
        "The colour is red."
    )
    assert site.command.ask("show", "--raw", "a.txt").out == b"The colour is blue.\nNothing else.\n"
    change = site.command.records("log", "a.txt")[0]
    assert change["type"] == "document.renormalised"
    assert (change["version"], change["previous_version"], change["edit"]) == (2, 2, None)
    (listed,) = site.command.records("ls", "a.txt")
    assert change["text_sha256"] == listed["text_sha256"] != before.changes[-1]["text_sha256"]
    oracle.holds(site.command, {"root": site.root}, before=before)
    assert site.command.ask("verify", "--deep").code == 0


def test_what_was_done_is_not_done_again_and_an_older_program_adds_nothing(site: Site) -> None:
    history(site)
    newer(site).ask("renormalise")
    seq = site.seq

    assert newer(site).ask("renormalise").text == "root: 0 of 3 documents have another rendition\n"
    assert site.command.ask("renormalise").text == "root: 0 of 3 documents have another rendition\n"
    assert site.seq == seq


def test_a_dry_run_counts_and_writes_nothing(site: Site) -> None:
    history(site)
    seq = site.seq

    said = newer(site).ask("renormalise", "--dry-run", "root").text
    counted = newer(site).record("renormalise", "--dry-run")

    assert said == "root: 2 of 3 documents would have another rendition (3 plain/next)\n"
    assert counted == {
        "root": "root", "dry_run": True, "documents": 3, "renormalised": 2, "renditions": 3, "left": 0,
        "damaged": 0, "seq": 0, "normalisers": {"plain/next": 3},
    }  # fmt: skip
    assert site.seq == seq
    assert newer(site).refused("renormalise", "nowhere", code=2).error == "no root 'nowhere'"


def test_a_document_that_was_deleted_has_its_turn_when_it_is_back(site: Site) -> None:
    history(site)
    newer(site).ask("renormalise")
    site.write("d.txt", "A colour that went.\n")
    site.scan()
    seq = site.seq

    newer(site).ask("renormalise")

    assert site.told(seq) == ["renormalised d.txt @1 (plain/next)"]
    site.holds(sample=0)


def test_an_edit_after_it_is_an_edit_of_the_words_alone(site: Site) -> None:
    """The old texts were read by the new normaliser too, so its other spelling is no part of the edit."""
    history(site)
    newer(site).ask("renormalise")
    site.write("a.txt", "The colour is green.\nNothing else.\n")

    newer(site).ask("scan", site.root, code=0)

    change = newer(site).records("log", "a.txt", "-n", "1")[0]
    assert change["type"] == "document.changed"
    assert change["edit"]["class"] == "wording"
    assert change["edit"]["counts"]["words_added"] == 1
    assert site.command.ask("diff", "a.txt", code=1).text.count("color") == 2


def test_beside_a_running_daemon(site: Site) -> None:
    history(site)
    with site.watch():
        newer(site).ask("renormalise")
        site.write("a.txt", "Written after it.\n")
        site.command.ask("sync")

    assert site.told()[-3:] == [
        "renormalised a.txt @2 (plain/next)",
        "renormalised b.txt @1 (plain/next)",
        "changed a.txt @3",
    ]
    site.holds(sample=0)


def test_the_index_shows_no_edit_and_no_other_origin(each_site: Site) -> None:
    """Filled before and after, or made anew: the same edits and the same versions of each sentence."""
    site = each_site
    history(site)

    def told() -> tuple[list[Any], list[Any]]:
        edits = [(one["seq"], one["edit"]) for one in site.command.records("log") if one["edit"]]
        lines = site.command.ask("blame", "a.txt").text.splitlines()
        return edits, [line.split()[0] for line in lines if line]

    before = told()
    newer(site).ask("renormalise")
    after = told()
    site.command.ask("index", "rebuild")

    assert [seq for seq, _ in before[0]] == [5]
    assert before == after == told()
    assert [one["seq"] for one in site.command.records("log", "--significance", "substantive")] == [5]


def test_a_version_whose_bytes_are_damaged_is_left_out_and_said(site: Site) -> None:
    history(site)
    database = str(site.command.database).removeprefix("sqlite:///")
    with closing(sqlite3.connect(database)) as connection, connection:
        # of a.txt, whose second version is a delta against it
        found = "SELECT document_id FROM version WHERE no = 2"
        keyframe = f"SELECT blob_id FROM version WHERE no = 1 AND document_id = ({found})"
        connection.execute(f"UPDATE blob SET data = x'00' WHERE id = ({keyframe})")

    done = newer(site).ask("renormalise", code=5)

    assert done.text == "root: 1 of 3 documents have another rendition (1 plain/next)\n"
    assert done.note == "2 versions cannot be read; run: ingest verify --deep"
    assert site.told()[-1] == "renormalised b.txt @1 (plain/next)"
    assert entries_of(site.command.record("report"), "a.txt") == ["document.created", "unread"]


def entries_of(report: Record, path: str) -> list[Any]:
    """The categories, or types, of the entries of one document."""
    (found,) = (document for document in report["documents"] if document["path"] == path)
    return [entry["category"] or entry["type"] for entry in found["entries"]]


def clock() -> Clock:
    """The real clocks."""
    return Clock(monotonic=lambda: 0.0, wall=wall, sleep=lambda _: None, entropy=os.urandom)


@contextmanager
def opened(site: Site) -> Iterator[tuple[Store, RootKey]]:
    """The store of a site, and the key of its root."""
    store = open_store(str(site.command.database))
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
    each_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here another version comes in, and a document goes, while the text of the first is made."""
    site = each_site
    for name in ("a.txt", "b.txt", "c.txt"):
        site.write(name, f"The words of {name}.\n")
    site.scan()
    with opened(site) as (store, root):
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
        assert site.told(3) == [
            "changed a.txt @2",
            "deleted c.txt (removed)",
            "renormalised b.txt @1 (plain/next)",
            "renormalised a.txt @2 (plain/next)",
        ]
        assert findings(store) == []


@pytest.mark.usefixtures("raised")
def test_a_run_that_was_stopped_goes_on_where_it_ended(
    each_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = each_site
    for name in ("a.txt", "b.txt", "c.txt"):
        site.write(name, f"The words of {name}.\n")
    site.scan()
    monkeypatch.setattr(renormalise_module, "BATCH", 1)
    real, left = writer.add_renditions, [1]

    def stopped(*args: Any, **kwargs: Any) -> Any:
        if not left:
            raise KeyboardInterrupt
        left.clear()
        return real(*args, **kwargs)

    with opened(site) as (store, root):
        monkeypatch.setattr(writer, "add_renditions", stopped)
        with pytest.raises(KeyboardInterrupt):
            renormalise(store, root, Counts(), clock=clock(), dry_run=False, documents=Documents())
        assert site.told(3) == ["renormalised a.txt @1 (plain/next)"]
        monkeypatch.setattr(writer, "add_renditions", real)
        counts = Counts()
        renormalise(store, root, counts, clock=clock(), dry_run=False, documents=Documents())

        assert counts.renormalised == 2
        assert site.told(4) == ["renormalised b.txt @1 (plain/next)", "renormalised c.txt @1 (plain/next)"]
        assert findings(store) == []


@pytest.mark.usefixtures("raised")
def test_two_runs_at_once_add_each_rendition_once(each_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site = each_site
    site.write("a.txt", "The words of a.\n")
    site.write("b.txt", "The words of b.\n")
    site.scan()
    real, first = writer.add_renditions, [1]

    with opened(site) as (store, root):

        def overtaken(*args: Any, **kwargs: Any) -> Any:
            if first:
                first.clear()
                renormalise(store, root, Counts(), clock=clock(), dry_run=False, documents=Documents())
            return real(*args, **kwargs)

        monkeypatch.setattr(writer, "add_renditions", overtaken)
        counts = Counts()
        renormalise(store, root, counts, clock=clock(), dry_run=False, documents=Documents())

        assert (counts.renormalised, counts.left) == (0, 0)
        assert site.told(2) == ["renormalised a.txt @1 (plain/next)", "renormalised b.txt @1 (plain/next)"]
        assert findings(store) == []


@pytest.mark.usefixtures("raised")
def test_damage_is_counted_though_another_document_is_looked_at_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.txt", "b.txt"):
        site.write(name, f"The words of {name}.\n")
    site.scan()
    with opened(site) as (store, root):
        with store.write() as connection:
            (key,) = (row.id for row in reader.live(connection, root, after=0, limit=1))
            connection.exec_driver_sql(
                "UPDATE blob SET data = x'00' WHERE id = (SELECT blob_id FROM version WHERE document_id = 2)"
            )
        late = [entry("changed", b"a.txt", raw=b"late", document=key, previous=1)]
        real = normalise.normalise

        def interrupted(raw: bytes, name: bytes, **how: Any) -> Rendition:
            if late:
                record_by_hand(store, root, late)
                late.clear()
            return real(raw, name, **how)

        monkeypatch.setattr(normalise, "normalise", interrupted)
        counts = Counts()
        renormalise(store, root, counts, clock=clock(), dry_run=False, documents=Documents())
        assert (counts.renormalised, counts.renditions, counts.left, counts.damaged) == (1, 2, 0, 1)
