"""Who may only read: every question is answered, as far as it can be, and what cannot be seen is said."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.command import Command
from tests.faults import mounts
from tests.faults.machine import needs_least_power, needs_mounts, without_power
from tests.faults.mounts import in_own_mounts
from tests.postgres import OwnServer
from tests.questions import Question, ask
from tests.site import Site

pytestmark = pytest.mark.timeout(900)  # many calls, each of which starts a process
QUESTIONS: tuple[tuple[str, ...], ...] = (
    ("log",), ("log", "--class", "factual"), ("blame", "a.txt"), ("search", "week"),
    ("report", "--until", "seq:3"),
    ("verify", "--deep"), ("check",), ("status",), ("index", "status"),
)  # fmt: skip
NOBODY = 65534


def filled(site: Site) -> None:
    """A store of three changes and its index, which others may read."""
    site.write_texts(a="This week the mayor opened two bridges.", b="Nobody was hurt.")
    site.command.ask("scan", site.root)
    site.write_texts(a="This week the mayor opened three bridges.")
    site.command.ask("scan", site.root)
    site.command.ask("index", "update")


def shared(site: Site) -> None:
    """Give the store to somebody else, and let the others read it and no more."""
    store = site.database.parent
    store.chmod(0o755)
    os.chown(store, NOBODY, NOBODY)
    for file in store.iterdir():
        os.chown(file, NOBODY, NOBODY)
        file.chmod(0o644)


def answers(command: Command) -> dict[tuple[str, ...], object]:
    """What each question is answered, but for what says when it was asked."""
    given: dict[tuple[str, ...], object] = {}
    for words in QUESTIONS:
        answer = command.ask(*words)
        assert not answer.notes, (words, answer.notes)
        given[words] = answer.out
    return given


def files(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.suffix != ".sock"}


@needs_mounts
@in_own_mounts
def test_a_store_on_a_read_only_mount_answers_every_question(site: Site) -> None:
    filled(site)
    before, held = answers(site.command), files(site.database.parent)
    mounts.make_read_only(site.database.parent)
    assert answers(site.command) == before
    assert files(site.database.parent) == held
    refused = site.command.refused("scan", site.root, code=4)
    assert refused.error.endswith("cannot be opened: Read-only file system")
    assert "where that can be written" in refused.hint
    (told,) = (each for each in site.command.records("doctor") if each["check"] == "store")
    assert (told["state"], f"{site.database} may only be read here" in told["detail"]) == ("warning", True)


@needs_mounts
@in_own_mounts
def test_a_store_on_a_read_only_mount_answers_programs(site: Site) -> None:
    filled(site)
    held = files(site.database.parent)
    mounts.make_read_only(site.database.parent)
    of = {"document": "a.txt"}
    questions: list[Question] = [
        ("search", {"query": "week"}), ("document", of), ("version", of), ("diff", of), ("blame", of),
        ("report", {"since": "seq:1"}),
    ]  # fmt: skip

    session = ask(site.command, questions)

    assert [answer.text for answer in session.answers if answer.failed] == []
    assert all(answer.structured["citations"] for answer in session.answers)
    assert session.stderr == ""
    assert files(site.database.parent) == held


@needs_least_power
def test_who_may_not_even_read_a_store_is_told_so(site: Site) -> None:
    filled(site)
    shared(site)
    reader = site.using(*without_power()).command
    for closed in (site.database, site.database.parent):
        closed.chmod(0o600 if closed == site.database else 0o700)
        for words in (("log",), ("search", "week"), ("scan", site.root)):
            refused = reader.refused(*words, code=4)
            assert refused.error == f"the store {site.database} may not be read by this user"
            assert refused.hint.startswith("ask as its owner")
        (told,) = (each for each in reader.records("doctor", code=1) if each["check"] == "store")
        assert (told["state"], told["hint"]) == ("error", refused.hint)


@needs_least_power
def test_another_user_reads_a_store_that_nobody_writes(site: Site) -> None:
    filled(site)
    before = answers(site.command)
    shared(site)
    reader = site.using(*without_power()).command
    assert answers(reader) == before
    refused = reader.refused("index", "rebuild", code=4)
    assert "may only be read" in refused.error


@needs_least_power
def test_another_user_reads_what_a_daemon_writes_meanwhile(site: Site) -> None:
    filled(site)
    with site.using(INGEST_FILL_INDEX="0").watch() as daemon:
        shared(site)
        reader = site.using(*without_power()).command
        assert [each["seq"] for each in reader.records("log")] == [3, 2, 1]
        site.write_texts(c="Three weeks later nothing had changed.")
        daemon.sync()
        assert [each["seq"] for each in reader.records("log")] == [4, 3, 2, 1]
        answer = reader.ask("search", "weeks", json=True)
        assert [each["path"] for each in answer.records] == ["a.txt"]
        assert answer.note.startswith("the index goes to change 3 of 4;")


@needs_least_power
def test_what_a_killed_daemon_left_is_read_without_shared_memory(site: Site) -> None:
    filled(site)
    with site.using(INGEST_FILL_INDEX="0").watch() as daemon:
        site.write_texts(c="Three weeks later nothing had changed.")
        daemon.sync()
        daemon.kill()
    wal, shm = (Path(f"{site.database}{end}") for end in ("-wal", "-shm"))
    assert wal.stat().st_size > 0
    shared(site)
    reader = site.using(*without_power()).command
    for remove in (False, True):
        if remove:
            shm.unlink()
        held = files(site.database.parent)
        assert [each["seq"] for each in reader.records("log")] == [4, 3, 2, 1]
        assert reader.ask("verify", "--deep").text.endswith("whole\n")
        assert files(site.database.parent) == held
    wal.chmod(0o600)
    answer = reader.ask("log", json=True)
    assert len(answer.records) < 4
    assert answer.note == f"{wal} cannot be read: the latest changes are missing"


@needs_least_power
def test_a_store_in_use_whose_side_files_cannot_be_read_is_refused(site: Site) -> None:
    filled(site)
    with site.watch():
        shared(site)
        Path(f"{site.database}-shm").chmod(0o600)
        reader = site.using(*without_power()).command
        refused = reader.refused("log", code=4)
        assert f"{site.database}-shm cannot be read" in refused.error


@needs_least_power
def test_without_an_index_that_can_be_read_a_search_says_who_can_make_one(site: Site) -> None:
    filled(site)
    os.unlink(f"{site.database}.index.db")
    shared(site)
    reader = site.using(*without_power()).command
    refused = reader.refused("search", "week", code=4)
    assert refused.error.startswith(f"there is no index at {site.database}.index.db that can be read")
    assert refused.hint == "whoever may write there runs: ingest index update"
    assert reader.ask("blame", "a.txt").text


@needs_least_power
@pytest.mark.parametrize("lagging", [True, False])
def test_edits_are_chosen_without_an_index_that_could_be_filled(site: Site, lagging: bool) -> None:
    filled(site)
    if lagging:
        site.write_texts(b="Nobody was hurt, and 12 people were helped.")
        site.using(INGEST_FILL_INDEX="0").command.ask("scan", site.root)
    else:
        os.unlink(f"{site.database}.index.db")
    shared(site)
    reader = site.using(*without_power()).command
    seqs = [4, 3] if lagging else [3]
    for words in (("--significance", "substantive"), ("--flag", "silent")):
        assert [each["seq"] for each in reader.records("log", *words)] == seqs, words
        assert [each["seq"] for each in reader.records("log", *words, "-n", "1")] == seqs[:1]
        assert [each["seq"] for each in reader.records("changes", *words)] == seqs[::-1]
        assert [each["seq"] for each in reader.records("log", *words, "--until", "seq:3")] == [3]
    assert reader.records("log", "--class", "encoding") == []
    status = reader.record("index", "status")
    assert (status["seq"], status["behind"]) == ((3, 1) if lagging else (0, 3))


@needs_least_power
def test_a_cursor_that_cannot_be_moved_is_refused_before_anything_is_told(site: Site) -> None:
    filled(site)
    site.command.ask("cursors", "move", "desk", "1")
    shared(site)
    reader = site.using(*without_power()).command
    for cursor in ("desk", "another"):
        for json in (True, False):
            refused = reader.run("changes", "--cursor", cursor, json=json)
            assert (refused.code, refused.out) == (4, b"")
            assert refused.error.startswith(f"the cursor '{cursor}' cannot be moved: ")
            assert refused.hint == "with --peek it stays where it is"
    peeked = reader.records("changes", "--cursor", "desk", "--peek")
    assert [each["seq"] for each in peeked] == [2, 3]
    assert [each["seq"] for each in site.command.records("changes", "--cursor", "desk")] == [2, 3]
    assert site.command.record("cursors")["seq"] == 3


PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "postgres.md"


@pytest.mark.postgres
def test_a_role_with_select_alone_is_answered_every_question(site: Site, own_postgres: OwnServer) -> None:
    url = own_postgres.create_database()
    owner = replace(site, command=replace(site.command, database=url))
    filled(owner)
    (rights,) = re.findall(r"^```sql\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in rights.strip().splitlines():
            connection.exec_driver_sql(statement)
    engine.dispose()

    def as_role(name: str) -> Site:
        address = sa.make_url(url).set(username=name).render_as_string(hide_password=False)
        return replace(site, command=replace(site.command, database=address))

    reader, writer = as_role("reader").command, as_role("writer")
    expected = answers(owner.command)
    given = answers(reader)
    for words, answer in given.items():
        if words != ("index", "status"):
            assert answer == expected[words], words
    writer.write_texts(c="Three weeks later nothing had changed.")
    writer.command.ask("scan", writer.root)
    answer = reader.ask("search", "weeks", json=True)
    assert [each["path"] for each in answer.records] == ["a.txt"]
    assert answer.note.startswith("the index goes to change 3 of 4;")
    for role in (reader, writer.command):
        assert "this role may not do that: must be owner" in role.refused("index", "rebuild", code=4).error
    refused = reader.run("changes", "--cursor", "desk", json=True)
    assert (refused.code, refused.out) == (4, b"")
    writer.command.ask("index", "update")
    assert [each["path"] for each in reader.records("search", "weeks")] == ["a.txt", "c.txt"]
    owner.command.ask("index", "rebuild")
    for role in (reader, writer.command):  # what is made anew has the rights of the page, too
        assert [each["path"] for each in role.records("search", "weeks")] == ["a.txt", "c.txt"]


@pytest.mark.postgres
def test_a_role_without_a_right_is_told_which_it_lacks(site: Site, own_postgres: OwnServer) -> None:
    url = own_postgres.create_database()
    owner = replace(site, command=replace(site.command, database=url))
    owner.write_texts(a="This week the mayor opened two bridges.")
    owner.command.ask("scan", owner.root)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE ROLE stranger LOGIN")
        address = sa.make_url(url).set(username="stranger").render_as_string(hide_password=False)
        stranger = replace(site.command, database=address)
    for words in (("log",), ("search", "week")):
        refused = stranger.refused(*words, code=4)
        assert "may not be read by this role: permission denied for table" in refused.error
        assert refused.hint.startswith("its owner grants it SELECT")
    with engine.begin() as connection:
        for right in ("USAGE ON SCHEMA", "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA"):
            connection.exec_driver_sql(f"GRANT {right} public TO stranger")
    engine.dispose()
    refused = stranger.refused("search", "week", code=4)
    assert refused.error.count("://") == 1
    assert "none can be made: permission denied for database" in refused.error
    assert refused.hint == (
        "the owner of the database runs: ingest index update; docs/how-to/postgres.md has its rights"
    )
