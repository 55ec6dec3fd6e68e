"""`verify` finds what is not as it was recorded, and passes what is."""

from __future__ import annotations

import itertools
import os
import random
import re
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from ingest import merkle
from tests import draw
from tests.command import Command
from tests.faults.workload import Workload
from tests.forked import Quick
from tests.postgres import Server
from tests.site import Site, new_folder, new_site

FLIPS = draw.amount(200, share=50)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def original(request: pytest.FixtureRequest) -> Iterator[Site]:
    """A store with some of everything in it: moves, deletes, returns, rejections, several versions."""
    with new_folder() as folder:
        if request.param == "sqlite":
            yield fill(new_site(folder))
            return
        server: Server = request.getfixturevalue("postgres_server")
        url = server.create_database()
        yield fill(new_site(folder, url))
        server.drop_database(url)


def fill(site: Site, *, operations: int = 60) -> Site:
    """Scans of a folder that changes between them."""
    site = site.using(INGEST_MAX_BYTES="20000")
    load = Workload(os.fsencode(site.root), os.fsencode(site.outside), seed=5)
    for _ in range(3):
        for _ in range(operations):
            load.step()
        (site.root / "large.txt").write_bytes(b"x" * 30_000)
        (site.root / "binary.txt").write_bytes(bytes(range(256)))
        (site.root / "titled.md").write_text(f"# A title of its own\n\nSaid {load.serial} times.\n")
        site.command.ask("scan", site.root, code=3)
    return site


@pytest.fixture
def copies(original: Site, request: pytest.FixtureRequest) -> Iterator[Callable[[], Site]]:
    """Makes copies of the filled store: a file beside it, or a database with it as a template."""
    url = str(original.command.database)
    made: list[str] = []

    def copy() -> Site:
        if url.startswith("sqlite"):
            other = f"sqlite:///{original.folder}/copy-{uuid.uuid4().hex}.db"
            shutil.copyfile(url.removeprefix("sqlite:///"), other.removeprefix("sqlite:///"))
        else:
            server: Server = request.getfixturevalue("postgres_server")
            other = server.create_database(template=sa.make_url(url).database)
        made.append(other)
        return replace(original, command=replace(original.command, database=other))

    yield copy
    for other in made:
        if not other.startswith("sqlite"):
            request.getfixturevalue("postgres_server").drop_database(other)


@pytest.fixture
def filled(copies: Callable[[], Site]) -> Site:
    """One copy of the filled store."""
    return copies()


def test_a_clean_store_passes(filled: Site) -> None:
    for words in (("verify",), ("verify", "--deep")):
        record = filled.command.record(*words)
        assert record["ok"] is True
    status = filled.status()
    assert record["tree_root"] == status["tree_root"]
    filled.command.ask("verify", "--expect", f"{status['seq']}:{status['tree_root']}")


def test_verify_says_what_it_checked_and_calls_nothing_whole_that_it_has_not_read(filled: Site) -> None:
    """A body of zeros passes what does not read it, and is not vouched for."""
    zeros = "zeroblob(9)" if filled.on_sqlite else "'\\x000000'::bytea"
    edited(filled, run(f"UPDATE blob SET data = {zeros} WHERE id = (SELECT min(id) FROM blob)"))

    shallow = filled.command.ask("verify")
    assert "whole" not in shallow.text
    assert re.search(r"^not checked  .*the stored bodies, the texts", shallow.text, re.MULTILINE)
    record = filled.command.record("verify")
    assert record["ok"] is True
    assert set(record["not_checked"]) - {"witnesses"} == {"bodies", "texts", "schema"}
    assert {"log", "leaves", "tree", "replay", "listing"} <= set(record["checked"])
    assert ("pages" in record["checked"]) == filled.on_sqlite
    assert record["bytes_read"] == 0

    deep = filled.command.ask("verify", "--deep", code=5)
    assert "whole" not in deep.text
    record = filled.command.records("verify", "--deep", code=5)[-1]
    assert set(record["not_checked"]) <= {"witnesses"}
    assert {"bodies", "texts", "schema"} <= set(record["checked"])
    assert record["bytes_read"] > 0


def test_whole_is_said_of_what_was_read(site: Site) -> None:
    site.write_texts(a="one", b="two")
    site.command.ask("scan", site.root)

    lines = site.command.ask("verify", "--deep").text.splitlines()

    assert lines[-1] == "whole"
    assert "read         6 bytes of 2 versions" in lines
    assert not any(line.startswith("not checked") for line in lines)


def test_damage_that_a_question_meets_is_told_of_a_path_and_a_version(site: Site) -> None:
    site.write_texts(x1="one")
    site.command.ask("scan", site.root)
    site.write_texts(x1="two")
    site.command.ask("scan", site.root)
    edited(site, run("UPDATE blob SET data = zeroblob(9)"))
    asked: dict[tuple[str | Path, ...], str] = {
        ("show", "x1.txt@1"): "x1.txt@1: ",
        ("show", "--raw", "x1.txt"): "x1.txt@2: ",
        ("blame", "x1.txt"): "x1.txt@1: ",
        ("diff", "x1.txt"): "x1.txt@1: ",
        ("export", site.folder / "out", "--at", "now"): "x1.txt@2: ",
    }

    for words, named in asked.items():
        answer = site.command.run(*words)
        assert answer.code == 5, answer
        assert answer.error.startswith(named), answer
        assert answer.hint == "run: ingest verify --deep", answer


def test_the_logs_length_is_not_checked_where_nobody_else_saw_it(site: Site) -> None:
    site.write_texts(a="one")
    site.command.ask("scan", site.root)
    alone = site.folder / "alone.db"
    shutil.copyfile(site.database, alone)
    command = replace(site.command, database=f"sqlite:///{alone}")

    for words, least in (("verify",), "nothing was found in what was checked"), (("verify", "--deep"), ""):
        record = command.record(*words)
        assert record["ok"] is True
        assert record["witnesses"] == {}
        assert "witnesses" in record["not_checked"]
        assert "witnesses" not in record["checked"]
        text = command.ask(*words).text
        checked, _, rest = text.partition("not checked")
        assert "the log's length" not in checked
        assert "the log's length: no lock file, index, cursor or daemon saw it" in rest
        assert text.endswith(f"{least or 'whole as far as the log reaches'}\n")
    assert "the log's length" in site.command.ask("verify").text.partition("not checked")[0]


def test_a_time_after_the_reading_is_a_remark_and_no_finding(site: Site) -> None:
    site.write_texts(late="from another clock", near="within its doubt", now="now")
    now = time.time()
    os.utime(site.root / "late.txt", (now + 3600, now + 3600))
    os.utime(site.root / "near.txt", (now + 1, now + 1))
    site.command.ask("scan", site.root)

    (remark, record) = site.command.records("verify")

    assert (remark["what"], remark["error"]) == ("clock", False)
    assert "late.txt" in remark["detail"]
    assert (record["ok"], record["findings"], record["modified_after_observed"]) == (True, 0, 1)
    (late,) = site.command.records("show", "late.txt")
    assert remark["detail"] == (
        f"late.txt: modified_at is {late['modified_at']}, and it was read at {late['observed_at']}"
    )
    # for people as everywhere: local, in whole seconds, the offset named once
    modified, observed = (
        f"{datetime.fromisoformat(late[name]) + timedelta(hours=3):%Y-%m-%d %H:%M:%S}"
        for name in ("modified_at", "observed_at")
    )
    line = site.using(TZ="<+03>-3").command.ask("verify").text.splitlines()[0]
    assert line.endswith(f"late.txt: modified_at is {modified}+03:00, and it was read at {observed}")
    assert "1 version modified after being read" in site.command.ask("verify", "--deep").text


def test_the_root_that_status_shows_to_people_is_the_one_to_expect(site: Site) -> None:
    site.write_texts(a="one")
    site.command.ask("scan", site.root)
    kept = [
        re.findall(r"^tree root +(\S+)$", site.command.ask(verb).text, re.MULTILINE)
        for verb in ("status", "verify")
    ]
    assert kept[0] == kept[1]
    site.write_texts(a="two")
    site.command.ask("scan", site.root)

    site.command.ask("verify", "--expect", kept[0][0])
    site.command.ask("verify", "--expect", "1:" + "0" * 64, code=5)


# -- one bit ---------------------------------------------------------------------------------


def questions(site: Site) -> list[list[str]]:
    """What can be asked: every listing, and some versions, since `--deep` read the bytes of each."""
    asked = [["ls"], ["ls", "--deleted"], ["ls", "--rejected"], ["log"], ["coverage"], ["roots"]]
    made = [
        f"{change['document']}@{change['version']}"
        for change in site.command.records("changes")
        if change["version"] is not None and change["version"] != change["previous_version"]
    ]
    for name in made[:: len(made) // 3]:
        asked += [["show", name], ["show", "--raw", name]]
    return [words if "--raw" in words else ["--json", *words] for words in asked]


def test_a_flipped_bit_is_found_or_changes_no_answer(site: Site) -> None:
    """Any bit of the file that holds something, one at a time. Where `verify --deep` says that all is well,
    it is: what it passes answers as before."""
    fill(site, operations=40)
    asked = questions(site)
    whole = site.database.read_bytes()
    written = [at for at, byte in enumerate(whole) if byte]
    copy = site.folder / "copy" / "ingest.db"
    copy.parent.mkdir()
    flipped = Quick(f"sqlite:///{copy}", site.folder)
    chance = random.Random(f"2024 {draw.commit()}")
    found = 0
    right = Quick(site.command.database, site.folder).outputs(asked)
    assert len(right) == len(asked) > 10
    copy.write_bytes(whole)
    assert flipped.run("verify", "--deep").code == 0
    for number in range(FLIPS):
        at, bit = chance.choice(written), chance.randrange(8)
        _put(copy, whole, at, bit)
        code = flipped.run("verify", "--deep").code
        if code != 0:
            assert code in {4, 5}, f"exit {code} at {at}:{bit}"
            found += 1
            continue
        assert flipped.outputs(asked) == right, f"flip {number}, byte {at}, bit {bit}"
    assert found > 0


def _put(copy: Path, whole: bytes, at: int, bit: int) -> None:
    for name in copy.parent.glob("ingest.db*"):
        name.unlink()
    copy.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << bit)]) + whole[at + 1 :])


# -- one row ---------------------------------------------------------------------------------

Edit = Callable[[sa.Connection], object]


def run(statement: str) -> Edit:
    def edit(connection: sa.Connection) -> None:
        assert connection.exec_driver_sql(statement).rowcount > 0, "it edits nothing"

    return edit


def swap(table: str, key: str, column: str) -> Edit:
    """Give two rows each other's value."""

    def edit(connection: sa.Connection) -> None:
        rows = connection.exec_driver_sql(
            f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY {key}"
        ).all()
        (one, first), (other, second) = next((a, b) for a, b in itertools.pairwise(rows) if a[1] != b[1])
        update = sa.text(f"UPDATE {table} SET {column} = :value WHERE {key} = :key")
        connection.execute(update, {"value": second, "key": one})
        connection.execute(update, {"value": first, "key": other})

    return edit


def swap_two_changes(connection: sa.Connection) -> None:
    """Two neighbours in the log change places, leaves and all."""
    for old, new in ((3, -1), (4, 3), (-1, 4)):
        connection.exec_driver_sql(f"UPDATE change SET seq = {new} WHERE seq = {old}")


def add_a_rendition(connection: sa.Connection) -> None:
    """One of a first version, that claims to be made by the change which made the second."""
    columns = [column["name"] for column in sa.inspect(connection).get_columns("rendition")]
    taken = ["999" if name == "normaliser_id" else "second.seq" if name == "seq" else f"first.{name}"
             for name in columns]  # fmt: skip
    connection.exec_driver_sql("INSERT INTO normaliser (id, name, libraries) VALUES (999, 'other/1', '')")
    run(
        f"INSERT INTO rendition ({', '.join(columns)}) SELECT {', '.join(taken)} FROM rendition AS first "
        "JOIN rendition AS second ON second.document_id = first.document_id AND second.no = 2 "
        "WHERE first.no = 1 ORDER BY first.document_id LIMIT 1"
    )(connection)


LATEST = "(SELECT max(seq) FROM change)"
EDITS: dict[str, Edit] = {
    "a path in the log": run("UPDATE change SET path_bytes = path_bytes || path_bytes WHERE seq = 2"),
    "a label": run("UPDATE change SET recorded_at = recorded_at + 1 WHERE seq = 2"),
    "when it was observed": run("UPDATE change SET observed_at = observed_at - 1 WHERE seq = 2"),
    "a cause": run("UPDATE change SET cause = 'watch' WHERE seq = 2"),
    "a reason": run("UPDATE change SET reason = 'excluded' WHERE type = 'deleted'"),
    "an actor": run('UPDATE change SET actor = \'{"kind":"user","name":"root"}\' WHERE seq = 2'),
    "a size": run("UPDATE version SET size = size + 1 WHERE no = 1"),
    "a hash of a version": swap("version", "seq", "hash"),
    "a salt": swap("version", "seq", "salt"),
    "a modification time": run("UPDATE version SET modified_at = modified_at + 1 WHERE seq = 2"),
    "a title": run("UPDATE rendition SET title = 'another' WHERE title IS NOT NULL"),
    "a text's hash": swap("rendition", "seq", "text_hash"),
    "a text's reason": run("UPDATE rendition SET text_reason = 'nul' WHERE text_reason = 'binary'"),
    "a language": run("UPDATE rendition SET language = 'eo' WHERE language IS NOT NULL"),
    "a count of words": run("UPDATE rendition SET words = words + 1 WHERE words > 0"),
    "a leaf": swap("change", "seq", "leaf"),
    "two changes in each other's place": swap_two_changes,
    "a deleted change": run("DELETE FROM change WHERE seq = 5"),
    "the last change deleted": run(f"DELETE FROM change WHERE seq = {LATEST}"),
    "a deleted version": run("DELETE FROM version WHERE seq = (SELECT max(seq) FROM version)"),
    "a deleted rendition": run("DELETE FROM rendition WHERE seq = (SELECT min(seq) FROM rendition)"),
    "an added rendition": add_a_rendition,
    "a version under another number": run(
        "UPDATE version SET no = no + 70 WHERE seq = (SELECT max(seq) FROM version)"
    ),
    "a document that the listing calls deleted": run(
        "UPDATE document SET state = 'deleted' WHERE id = (SELECT max(id) FROM document WHERE state = 'live')"
    ),
    "a path in the listing": run(
        "UPDATE document SET path_bytes = path_bytes || path_bytes "
        "WHERE id = (SELECT max(id) FROM document WHERE state = 'live')"
    ),
    "a blob's hash": run("UPDATE blob SET hash = zeroblob(32) WHERE id = (SELECT min(id) FROM blob)"),
    "a blob's size": run("UPDATE blob SET size = size + 1 WHERE id = (SELECT min(id) FROM blob)"),
    "versions with each other's body": swap("version", "seq", "blob_id"),
    "a head that says less": run("UPDATE log_head SET seq = seq - 1"),
}
# Making a copy of a database takes seconds on Postgres: one edit a table there.
ON_POSTGRES = {
    "a label",
    "a size",
    "a title",
    "two changes in each other's place",
    "the last change deleted",
    "a document that the listing calls deleted",
    "bodies in each other's place",
}


def drop_cursors(connection: sa.Connection) -> None:
    connection.exec_driver_sql("DROP TABLE cursor")


# Working state, which no leaf covers.
STATE: dict[str, Edit] = {
    "a deleted document under another root": run(
        "UPDATE document SET root_id = root_id + 2 WHERE state = 'deleted'"
    ),
    "a second head of the log": run(
        "INSERT INTO log_head SELECT id + 1, seq, recorded_at, frontier FROM log_head"
    ),
    "an interval of coverage that begins later": run("UPDATE coverage SET from_at = from_at + 1"),
    "no ledger of coverage": run("DELETE FROM coverage"),
    "a row without its sum": run("UPDATE root SET sum = NULL"),
    "a rejected path that nobody saw": run(
        "INSERT INTO seen (root_id, path_bytes, read_at, reason) SELECT id, uid, 1, 'too_large' FROM root"
    ),
    "a sighting of a document elsewhere": run(
        "INSERT INTO seen (root_id, path_bytes, document_id, read_at) "
        "SELECT root_id, uid, id, 1 FROM document WHERE state = 'live'"
    ),
    "no revision": run("DELETE FROM alembic_version"),
    "a table gone": drop_cursors,
    "a root that cannot be read": run("UPDATE root SET mounts = 'no list', sum = NULL"),
}


def test_damage_to_the_working_state_is_found(copies: Callable[[], Site]) -> None:
    missed = []
    for name, edit in STATE.items():
        site = copies()
        edited(site, edit)
        answer = site.command.run("verify")
        if answer.code != 5:
            missed.append((name, answer.code, answer.text, answer.error))
    assert missed == []


DEEP: dict[str, Edit] = {
    "bodies in each other's place": swap("blob", "id", "data"),
    "a body that is empty": run("UPDATE blob SET data = NULL WHERE id = (SELECT min(id) FROM blob)"),
}


def edited(site: Site, edit: Edit) -> None:
    engine = sa.create_engine(str(site.command.database), poolclass=sa.NullPool)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET session_replication_role = replica")  # no foreign keys
        else:
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.commit()
        with connection.begin():
            edit(connection)


def test_every_edited_deleted_or_swapped_row_is_found_and_named(
    filled: Site, copies: Callable[[], Site]
) -> None:
    missed = []
    for name, edit in {**EDITS, **DEEP}.items():
        if "postgres" in str(filled.command.database) and name not in ON_POSTGRES:
            continue
        site = copies()
        edited(site, edit)
        words = ("verify", "--deep") if name in DEEP else ("verify",)
        answer = site.command.run(*words)
        named = any(
            word in answer.out + answer.err
            for word in (b"change ", b"version ", b"document ", b"log_head", b"blob ", b"rendition ")
        )
        if answer.code != 5 or not named:
            missed.append((name, answer.code, answer.text, answer.error))
    assert missed == []


BODIES: dict[str, tuple[str, str]] = {
    "a keyframe": ("blob", "dictionary_id IS NULL AND size > 64 AND id IN (SELECT blob_id FROM version)"),
    "a keyframe with a dictionary": ("blob", "dictionary_id IS NOT NULL"),
    "an empty keyframe": ("blob", "size = 0"),
    "a delta": ("version", "delta IS NOT NULL"),
    "a text": ("blob", "id IN (SELECT text_blob_id FROM rendition)"),
    "a text as a delta": ("rendition", "text_delta IS NOT NULL"),
}
STORED = {"blob": ("id", "data"), "version": ("seq", "delta"), "rendition": ("seq", "text_delta")}


def test_a_byte_that_follows_a_stored_body_is_found_and_named(site: Site) -> None:
    """Of each kind that there is: nothing is stored but what was written."""
    chance = random.Random(24)
    words = [f"word{number}" for number in range(900)]
    several = {f"n{number}": " ".join(chance.choices(words, k=120)) for number in range(600)}
    site.write_texts(**several, empty="")
    (site.root / "large.txt").write_text(" ".join(chance.choices(words, k=20_000)))
    (site.root / "turned.txt").write_bytes("A text in UTF-16: no slice is a text.\n".encode("utf-16"))
    (site.root / "two.txt").write_bytes(("Other words, other marks: \u201cé\u201d.\n" * 90).encode("utf-16"))
    site.command.ask("scan", site.root)
    site.write_texts(n1=(site.root / "n1.txt").read_text() + " And more.")
    site.command.ask("scan", site.root)
    site.command.ask("verify", "--deep")
    sound = site.database.read_bytes()
    for name, (table, where) in BODIES.items():
        key, column = STORED[table]
        site.database.write_bytes(sound)
        edited(
            site,
            run(
                f"UPDATE {table} SET {column} = CAST({column} || x'00' AS BLOB) WHERE {key} ="
                f" (SELECT min({key}) FROM {table} WHERE {where})"
            ),
        )
        answer = site.command.ask("verify", "--deep", code=5, json=True)
        assert {finding["what"] for finding in answer.records[:-1]} <= {"body", "text"}, (name, answer)
        assert all("version " in finding["thing"] for finding in answer.records[:-1]), (name, answer)


def test_a_finding_names_the_seq(filled: Site) -> None:
    edited(filled, EDITS["a label"])

    answer = filled.command.ask("verify", code=5)

    assert "change 2" in answer.text + answer.error


# -- a shorter log ---------------------------------------------------------------------------


def shorten(by: int) -> Edit:
    """Take the last changes away with all they made, and write a head that fits."""

    def edit(connection: sa.Connection) -> None:
        size = connection.exec_driver_sql("SELECT seq FROM log_head").scalar_one() - by
        for table in ("rendition", "version", "change"):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE seq > {size}")
        rows = connection.exec_driver_sql("SELECT leaf, recorded_at FROM change ORDER BY seq").all()
        frontier, _ = merkle.extend((), 0, tuple(bytes(row[0]) for row in rows))
        connection.execute(
            sa.text("UPDATE log_head SET seq = :seq, recorded_at = :label, frontier = :frontier"),
            {"seq": size, "label": rows[-1][1], "frontier": merkle.pack(frontier)},
        )

    return edit


@pytest.mark.parametrize("by", [1, 2, 5])
def test_a_shortened_log_is_found_with_a_root_kept_outside(filled: Site, by: int) -> None:
    status = filled.status()
    kept = f"{status['seq']}:{status['tree_root']}"
    filled.command.ask("verify", "--expect", kept)
    edited(filled, shorten(by))

    answer = filled.command.ask("verify", "--expect", kept, code=5)

    assert str(status["seq"]) in answer.text + answer.error


def test_an_older_copy_of_the_store_passes_and_only_a_root_kept_outside_tells(site: Site) -> None:
    """Whoever can write the file can put back an older one, whole in itself."""
    site.write_texts(a="one")
    site.command.ask("scan", site.root)
    old = site.folder / "old.db"
    shutil.copyfile(site.database, old)
    site.write_texts(a="two", b="new")
    site.command.ask("scan", site.root)
    status = site.status()
    kept = f"{status['seq']}:{status['tree_root']}"
    rolled = Command(f"sqlite:///{old}", site.folder)

    rolled.ask("verify", "--deep")
    rolled.ask("verify", "--expect", kept, code=5)


def test_a_daemon_does_not_append_to_a_log_whose_head_is_wrong(site: Site) -> None:
    """A chain that is broken stays as it is: whoever looks later can see what was broken."""
    site.write_texts(a="one", b="two", c="three")
    site.command.ask("scan", site.root)
    edited(site, run("DELETE FROM change WHERE seq = 3"))
    site.write_texts(d="four")

    answer = site.command.run("scan", site.root)

    assert answer.code in {4, 5}, answer
    assert site.status()["seq"] == 3
