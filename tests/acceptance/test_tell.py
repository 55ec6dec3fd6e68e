"""Each change is told as one line of JSON, and none is lost, whatever happens to the daemon or its log."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

from tests.command import PATIENCE, Command
from tests.daemon import until
from tests.site import Site

FIELDS = [
    *("seq", "id", "type", "root", "document", "path", "from_path", "version", "previous_version", "sha256"),
    *("text_sha256", "size", "observed_at", "recorded_at", "modified_at", "cause", "reason", "actor", "edit"),
]


def test_each_change_is_one_line_with_the_fields_of_the_contract(each_site: Site) -> None:
    """The log line, `log` and `changes` show the same record."""
    site = each_site
    site.write("a.txt", "one\n")
    site.write("b.txt", "two\n")
    with site.watch() as daemon:
        site.write("a.txt", "one, mended\n")
        (site.root / "b.txt").rename(site.root / "c.txt")
        daemon.sync()
        (site.root / "c.txt").unlink()
        daemon.sync()
        (site.root / "c.txt").write_text("back\n")
        daemon.sync()
    changes = site.command.records("changes")

    assert [sorted(change) for change in changes] == [sorted(FIELDS)] * len(changes)
    assert [{name: line[name] for name in FIELDS} for line in daemon.changes] == changes
    assert site.command.records("log") == changes[::-1]
    assert [change["seq"] for change in changes] == list(range(1, 7))
    kinds = [change["edit"] and change["edit"]["class"] for change in changes]
    assert kinds == [None, None, "wording", None, None, "wording"]
    for change in changes:
        assert change["actor"] == {"kind": "unknown", "name": None, "confidence": None}
        for name in ("observed_at", "recorded_at", "modified_at"):
            assert len(change[name]) == len("2021-02-20T12:00:00.000000Z"), change
            assert change[name].endswith("Z")


def test_starting_scanning_and_stopping_are_told(site: Site) -> None:
    site.write("a.txt", "x\n")
    with site.watch() as daemon:
        daemon.sync()

    assert [line["event"] for line in daemon.lines] in (
        ["started", "change", "scan_finished", "stopped"],
        ["started", "scan_finished", "change", "stopped"],
    )
    for line in daemon.lines:
        assert line["level"] == "info"
        assert line["event"].replace("_", "").isalpha()


def test_a_rejected_file_is_told_once(site: Site) -> None:
    site.write("a.txt", "x\n")
    with (site.root / "huge.txt").open("wb") as file:
        file.truncate(1 << 40)
    with site.watch() as daemon:
        daemon.sync()
        site.scan(code=3)
    told = [(line["type"], line["path"], line["reason"]) for line in daemon.changes]

    assert sorted(told) == [
        ("document.created", "a.txt", None),
        ("document.rejected", "huge.txt", "too_large"),
    ]


def test_no_line_is_lost_over_a_kill_between_the_commit_and_the_line(each_site: Site) -> None:
    """Killed at random moments under load: over all lives every seq has a line, in order within each life."""
    site = each_site
    chance = random.Random(7)
    daemon = site.watch()
    written = 0
    for _ in range(6):
        daemon.start()
        daemon.wait_started()
        for _ in range(40):
            site.write(f"{written % 25}.txt", f"{written} {chance.random()}\n")
            written += 1
        time.sleep(chance.uniform(0.0, 0.6))
        daemon.kill()
    with daemon:
        daemon.sync()
    changes = site.command.records("changes")
    told = [line["id"] for line in daemon.changes]

    assert {change["id"] for change in changes} == set(told)
    assert [change["seq"] for change in changes] == list(range(1, len(changes) + 1))
    first: dict[str, int] = {}
    for line in daemon.changes:
        first.setdefault(line["id"], line["seq"])
    assert list(first.values()) == sorted(first.values())
    site.holds(sample=0)


def test_a_line_whose_cursor_was_not_moved_is_told_again(site: Site) -> None:
    """A change recorded without a daemon is told by the next one; what was told is not told twice."""
    site.write("a.txt", "x\n")
    site.scan()
    with site.watch() as daemon:
        daemon.wait_for("change", seq=1)
    with site.watch() as again:
        site.write("b.txt", "y\n")
        again.wait_for("change", seq=2)

    assert [line["seq"] for line in daemon.changes] == [1]
    assert [line["seq"] for line in again.changes] == [2]


def test_a_text_that_the_database_cannot_read_keeps_no_change_from_being_told(site: Site) -> None:
    for body in ("one\n", "two\n", "three\n"):
        site.write("a.txt", body)
        site.scan()
    with closing(sqlite3.connect(site.folder / "store" / "ingest.db")) as database, database:
        database.execute("UPDATE rendition SET title = CAST(x'ff' AS TEXT) WHERE no = 2")
    with site.watch(ready="started") as daemon:
        until(lambda: len(daemon.changes) == 3, what="the line of the third version")

    assert [line["seq"] for line in daemon.events("edit_not_made")] == [2, 3]
    assert [change["edit"] for change in daemon.changes] == [None, None, None]


def test_a_daemon_whose_log_cannot_be_written_goes_on(site: Site) -> None:
    """Standard error is full: the store is not the log."""
    with Path("/dev/full").open("wb") as full:
        process = subprocess.Popen(
            site.command.argv("watch", site.root),
            cwd=site.folder,
            env=site.command.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=full,
        )
    try:
        until((site.folder / "store" / "ingest.db.sock").exists)
        site.write("a.txt", "x\n")
        site.command.ask("sync")
        assert site.told() == ["created a.txt @1"]
        status = site.command.record("status")
        assert (status["health"], status["log_errors"] > 0) == ("ok", True)
    finally:
        process.terminate()
    assert process.wait(PATIENCE) == 0


def test_a_daemon_whose_reader_went_away_goes_on(site: Site) -> None:
    daemon = subprocess.Popen(
        site.command.argv("watch", site.root),
        cwd=site.folder,
        env=site.command.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert daemon.stderr is not None
    assert json.loads(daemon.stderr.readline())["event"] == "started"
    daemon.stderr.close()
    try:
        for number in range(5):
            site.write(f"{number}.txt", f"{number}\n")
        site.command.ask("sync")
        assert len(site.told()) == 5
    finally:
        daemon.terminate()
    assert daemon.wait(PATIENCE) == 0


def test_output_to_a_full_device_is_an_error_and_no_traceback(site: Site) -> None:
    site.write("0.txt", "x\n")
    site.scan()
    for words in (["changes"], ["log"], ["ls"], ["status"], ["--help"], ["show", "0.txt"]):
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                site.command.argv(*words),
                cwd=site.folder,
                env=site.command.environment(),
                stdout=full,
                stderr=subprocess.PIPE,
                check=False,
            )

        assert b"Traceback" not in done.stderr
        assert done.stderr.startswith(b"error: "), done.stderr
        assert (words, done.returncode) == (words, 4)


def test_output_to_a_reader_that_takes_one_line_ends_quietly(site: Site) -> None:
    """As with `| head -1`, of more than a pipe holds."""
    for number in range(1500):
        site.write(f"{number % 30}/{number}.txt", f"{number}\n")
    site.scan()
    for verb in ("changes", "log", "ls"):
        process = subprocess.Popen(
            site.command.argv(verb, json=True),
            cwd=site.folder,
            env=site.command.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())
        process.stdout.close()
        errors = process.stderr.read()
        process.stderr.close()

        assert (verb, process.wait(PATIENCE), errors) == (verb, 0, b"")


def test_a_cursor_does_not_move_past_what_could_not_be_written(site: Site) -> None:
    """A consumer whose disk is full gets the same changes again."""
    for number in range(5):
        site.write(f"{number}.txt", f"{number}\n")
    site.scan()
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            site.command.argv("changes", "--cursor", "mine", json=True),
            cwd=site.folder,
            env=site.command.environment(),
            stdout=full,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    assert done.returncode == 4

    assert len(site.command.records("changes", "--cursor", "mine")) == 5
    assert site.command.records("changes", "--cursor", "mine") == []


def test_a_password_in_the_database_url_is_shown_nowhere(site: Site) -> None:
    wrong = Command("postgresql://someone:very-secret@localhost:1/nothing", site.folder)
    for words in (
        ["ls"],
        ["watch", site.root],
        ["scan", site.root],
        ["status"],
        ["doctor"],
        ["db", "check"],
    ):
        answer = wrong.run(*words)
        assert answer.code == (1 if words == ["doctor"] else 4)
        assert b"very-secret" not in answer.out + answer.err
    variable = Command(None, site.folder, {"INGEST_DATABASE_URL": str(wrong.database)})
    assert b"very-secret" not in variable.run("ls").err


def test_a_log_on_a_terminal_is_readable_and_clean(site: Site) -> None:
    """`console` is what a terminal gets: one line a change, escaped."""
    site.write("x\x1b[31m\nred.txt", "y\n")
    process = subprocess.Popen(
        site.command.argv("watch", site.root),
        cwd=site.folder,
        env=site.command.environment() | {"INGEST_LOG_FORMAT": "console"},
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    lines = [process.stderr.readline().decode() for _ in range(3)]
    process.send_signal(signal.SIGTERM)
    lines += process.stderr.read().decode().splitlines()
    process.stderr.close()
    assert process.wait(PATIENCE) == 0

    (change,) = [line for line in lines if "created" in line]
    assert "x\\u{001b}[31m\\u{000a}red.txt" in change
    assert not any(os.linesep in line.rstrip("\n") for line in lines)


def test_on_a_terminal_a_change_is_shown_with_the_time_it_was_recorded(site: Site) -> None:
    """Not the time at which its line is written: a scan may have recorded it long before."""
    site.write("a.txt", "one\n")
    site.scan()
    (change,) = site.command.records("changes")
    time.sleep(1.1)
    master, slave = os.openpty()
    with subprocess.Popen(
        site.command.argv("watch", site.root),
        cwd=site.folder,
        env=site.command.environment(),
        stdin=subprocess.DEVNULL,
        stderr=slave,
    ) as daemon:
        os.close(slave)
        shown = b""
        while b"a.txt" not in shown:
            shown += os.read(master, 4096)
        daemon.terminate()
    os.close(master)

    line = next(line for line in shown.decode().splitlines() if "a.txt" in line)
    day, _, second = change["recorded_at"][:19].partition("T")
    assert line.removeprefix(f"{day} ").startswith(f"{second} #1 created")
