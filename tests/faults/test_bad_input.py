"""What files may contain and be called: none stops, slows, deceives or leaves the service.

Every case of the table lies at once in one root, among twenty good files, and is asked for one by one.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import shutil
import socket
import stat
import struct
import threading
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from tests.command import Record, path_of
from tests.daemon import Daemon, until
from tests.postgres import Server
from tests.site import Site, new_folder, new_site

LIMIT = 4_000_000
GOOD = {b"good-%d.txt" % n: b"A good file, the %dth of twenty.\n" % n for n in range(20)}


def png() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
    )


def bomb() -> bytes:
    """A document of 3 KB that unpacks to 3 MB, in an archive that names a thousand parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<a>" + b"x" * 3_000_000)
        for number in range(1000):
            archive.writestr(f"{number}", b"")
    return out.getvalue()


class Payload:
    """What unpickling would run."""

    def __reduce__(self) -> tuple[object, ...]:
        return (os.system, ("touch ran",))


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY x SYSTEM "file:///etc/passwd">]><l>&c;&x;</l>"""
YAML = b"---\ntitle: !!python/object/apply:os.system ['touch ran']\n---\ntext\n"
ESCAPES = b"A line of plain text.\n" * 40 + b"\x1b[31mred\x1b[0m \x1b]52;c;aGk=\x07 over \xc2\x9b31m"

# File name to content, by the catalogue's id.
FILES: dict[str, dict[bytes, bytes]] = {
    "IN-01": {b"bom.txt": b"\xef\xbb\xbfhi"},
    "IN-02": {
        b"utf16-le.txt": "\ufeffhé".encode("utf-16-le"),
        b"utf16-be.txt": "\ufeffhé".encode("utf-16-be"),
        b"utf16-bare.txt": b"h\0i\0",
        b"utf16-odd.txt": b"\xff\xfeh",
    },
    "IN-03": {b"latin.txt": b"caf\xe9 au lait\n" * 5, b"holes.txt": b"\x81\x8d"},
    "IN-04": {b"mixed.txt": "één ".encode() * 50 + b"\xe9" + b" brug" * 50},
    "IN-05": {b"nul.txt": b"a\0b"},
    "IN-06": {
        b"picture.txt": png(),
        b"program.txt": b"\x7fELF\x02\x01\x01" + bytes(57),
        b"base.txt": b"SQLite format 3\0" + bytes(84),
    },
    "IN-07": {},
    "IN-08": {b"bomb.docx": bomb()},
    "IN-09": {b"laughs.xml": LAUGHS, b"laughs.txt": LAUGHS},
    "IN-10": {b"broken.pdf": b"%PDF-1.7\n1 0 obj\n<< /Prev 0 >>", b"short.pdf": b"%PDF-"},
    "IN-11": {
        "caf\u00e9.txt".encode(): "caf\u00e9".encode(),
        "cafe\u0301.txt".encode(): "cafe\u0301".encode(),
        b"Case.txt": b"upper",
        b"case.txt": b"lower",
    },
    "IN-12": {b"empty.txt": b"", b"blank.txt": b"   ", b"newline.txt": b"\n"},
    "IN-13": {
        b"crlf.txt": b"a\r\nb\r\n",
        b"cr.txt": b"a\rb\r",
        b"mixed-ends.txt": b"a\r\nb\nc\rd",
        b"separators.txt": "a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg\x1dh\x1ei".encode(),
    },
    "IN-14": {
        b"trojan.txt": "if access \u202e\u2066// check\u2069 \u2066begin".encode(),
        b"zero-width.txt": "a\u200bb\u200dc\ufeffd".encode(),
        "\u202etxt.exe\u2066.txt".encode(): b"a name with overrides",
    },
    "IN-15": {"p\u0430ypal.txt".encode(): b"cyrillic", b"paypal.txt": b"latin"},
    "IN-16": {b"one-line.txt": b"word " * 700_000, b"many-lines.txt": b"x\n" * 1_000_000},
    "IN-18": {
        b"escapes.txt": ESCAPES,
        b"\x1b[31mred\x1b[0m\x07.txt": b"a name with escapes",
        b"over\rwritten.txt": b"r",
    },
    "IN-19": {b"x\n2026-01-01 INFO ok.txt": b"a name of two lines"},
    "IN-20": {b'"><img src=x onerror=alert(1)>.txt': b"<script>alert(1)</script> javascript:alert(1)"},
    "IN-21": {b"100%_\\'.txt": b"100% of a_c and 'quotes' \\"},
    "IN-22": {b"=cmd().csv": b"=cmd|' /C calc'!A0\n"},
    "IN-25": {b"cookie-0123456789abcdef": b"a name like ours", b"root-id": b"another"},
    "IN-26": {b"front.md": YAML, b"front.txt": YAML, b"pickled.txt": pickle.dumps(Payload())},
    "names": {
        b"\xff\xfe\x80.txt": b"a name that is no text",
        b"n" * 251 + b".txt": b"the longest name",
        b"-rf": b"a name like an option",
        b" leading and trailing ": b"blanks",
        b"@3.txt": b"a name like a version",
        b"a@3": b"a name that ends like a version",
        b"seq:1": b"a name like a moment",
        b"$(touch ran)`touch ran`;touch ran.txt": b"shell",
        b"con.txt": b"reserved elsewhere",
        b"...": b"left out",
        b"tab\tname.txt": b"tab",
        "\u0085\u009bname.txt".encode(): b"c1",
    },
}
LEFT_OUT = {b"..."}
CASES = [(case, name) for case, files in FILES.items() for name in files if name not in LEFT_OUT]


@dataclass(frozen=True)
class Filled:
    """The root with everything in it, watched from before the first file was written."""

    site: Site
    daemon: Daemon
    documents: dict[bytes, Record]

    def shown(self, name: bytes) -> Record:
        """The record of a file's newest version."""
        return self.site.command.record("show", self.documents[name]["document"])


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def filled(request: pytest.FixtureRequest) -> Iterator[Filled]:
    with contextlib.ExitStack() as held:
        folder = held.enter_context(new_folder())
        url = None
        if request.param == "postgres":
            server: Server = request.getfixturevalue("postgres_server")
            url = server.create_database()
            held.callback(server.drop_database, url)
        site = new_site(folder, url).using(INGEST_MAX_BYTES=str(LIMIT))
        daemon = held.enter_context(site.watch())
        for name, content in GOOD.items():
            (site.root / os.fsdecode(name)).write_bytes(content)
        for files in FILES.values():
            for name, content in files.items():
                Path(os.fsdecode(os.fsencode(site.root) + b"/" + name)).write_bytes(content)
        with (site.root / "sparse.txt").open("wb") as file:
            file.truncate(1 << 40)
        os.mkfifo(site.root / "fifo.txt")
        door = held.enter_context(socket.socket(socket.AF_UNIX))
        door.bind(str(site.root / "socket.txt"))
        (site.root / "link.txt").symlink_to("/etc/passwd")
        (site.root / "loop").symlink_to(site.root)
        if os.geteuid() == 0:
            with contextlib.suppress(OSError):
                os.mknod(site.root / "zero.txt", 0o666 | stat.S_IFCHR, os.makedev(1, 5))
        daemon.sync()
        documents = {path_of(one): one for one in site.command.records("ls")}
        yield Filled(site, daemon, documents)


@pytest.mark.parametrize(("case", "name"), CASES, ids=[f"{case}-{name!a}"[:60] for case, name in CASES])
def test_bytes_come_back_as_they_were(filled: Filled, case: str, name: bytes) -> None:
    document = filled.documents[name]
    content = FILES[case][name]
    shown = filled.site.command.run("show", "--raw", document["document"])

    assert shown.code == 0
    assert shown.out == content
    assert document["sha256"] == sha256(content).hexdigest()
    text = filled.site.command.run("show", document["document"])
    assert text.code == (0 if document["text_sha256"] else 2), text


def test_the_good_files_are_all_there_and_nothing_else_is(filled: Filled) -> None:
    expected = GOOD.keys() | {name for _, name in CASES}

    assert filled.documents.keys() == expected
    assert not (filled.site.folder / "ran").exists()
    assert not (filled.site.root / "ran").exists()


def test_what_is_too_large_is_rejected_listed_and_changes_no_health(filled: Filled) -> None:
    status = filled.site.status()
    rejected = [(problem["code"], problem["path"]) for problem in status["problems"]]

    assert ("too_large", "sparse.txt") in rejected
    assert {code for code, _ in rejected} == {"too_large"}
    assert status["health"] == "ok"
    assert status["rejected"] == len(rejected)


def test_the_oracle_holds_over_all_of_it(filled: Filled) -> None:
    filled.site.holds(after=[filled.daemon])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (b"bom.txt", "hi"),
        (b"utf16-le.txt", "hé"),
        (b"utf16-be.txt", "hé"),
        (b"empty.txt", ""),
        (b"crlf.txt", "a\nb\n"),
        (b"cr.txt", "a\nb\n"),
        (b"mixed-ends.txt", "a\nb\nc\nd"),
        (b"front.txt", YAML.decode()),
    ],
)
def test_the_text_is(filled: Filled, name: bytes, text: str) -> None:
    assert filled.shown(name)["text"] == text


@pytest.mark.parametrize("name", [b"nul.txt", b"picture.txt", b"program.txt", b"base.txt", b"pickled.txt"])
def test_what_is_no_text_says_why(filled: Filled, name: bytes) -> None:
    shown = filled.shown(name)

    assert shown["text"] is None
    assert shown["text_reason"] in {"binary", "nul", "undecodable"}


def test_a_text_without_a_mark_in_utf16_is_not_taken_for_text_with_nuls(filled: Filled) -> None:
    text = filled.shown(b"utf16-bare.txt")["text"]

    assert text is None or "\0" not in text


@pytest.mark.parametrize("name", [b"mixed.txt", b"holes.txt", b"utf16-odd.txt"])
def test_what_was_guessed_or_lost_is_flagged(filled: Filled, name: bytes) -> None:
    shown = filled.shown(name)

    assert shown["text"] is None or shown["lossy"] or shown["confidence"] < 1
    assert shown["text"] is None or "\ufffd" not in shown["text"] or shown["lossy"]


def test_names_that_look_alike_are_documents_of_their_own(filled: Filled) -> None:
    for names in (
        ("caf\u00e9.txt".encode(), "cafe\u0301.txt".encode()),
        (b"Case.txt", b"case.txt"),
        ("p\u0430ypal.txt".encode(), b"paypal.txt"),
    ):
        assert len({filled.documents[name]["document"] for name in names}) == 2


def test_no_answer_holds_an_escape_and_no_line_is_broken_in_two(filled: Filled) -> None:
    """`Command` asserts of each answer that it holds no control character; here: of every listing, and of
    the daemon's own lines."""
    for words in (("ls",), ("log",), ("status",), ("changes",), ("coverage",), ("roots",), ("check",)):
        for json_lines in (False, True):
            answer = filled.site.command.run(*words, json=json_lines)
            assert answer.code == 0, answer
    filled.daemon.check_lines()
    assert len(filled.daemon.changes) >= len(filled.documents)
    forged = [line for line in filled.daemon.lines if "2026-01-01 INFO" in line["event"]]
    assert forged == []


@pytest.mark.parametrize("name", [b"escapes.txt", b"trojan.txt", b"separators.txt"])
def test_a_text_with_controls_is_shown_escaped_and_diffed_escaped(filled: Filled, name: bytes) -> None:
    document = filled.documents[name]["document"]
    shown = filled.site.command.run("show", document)

    assert shown.code == 0
    assert b"\\u{" in shown.out
    exact = filled.shown(name)["text"]
    assert exact.split() == FILES[_case(name)][name].decode("utf-8", "replace").split() or exact


def _case(name: bytes) -> str:
    return next(case for case, files in FILES.items() if name in files)


@pytest.mark.parametrize(
    "name", [b"-rf", b"@3.txt", b"seq:1", b" leading and trailing ", b"\xff\xfe\x80.txt"]
)
def test_a_file_is_reached_by_its_name_whatever_it_is_called(filled: Filled, name: bytes) -> None:
    shown = filled.site.command.run("show", "--raw", "--", name)

    assert shown.code == 0, shown
    assert shown.out == FILES["names"][name]


def test_memory_stayed_bounded(filled: Filled) -> None:
    """The largest file read was 3.5 MB; a terabyte was refused before it was opened."""
    lines = Path(f"/proc/{filled.daemon.pid}/status").read_text().splitlines()
    (peak,) = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]

    assert peak < 350_000, f"{peak} kB"


def test_a_rejected_file_leaves_rejection_when_it_is_mended(filled: Filled) -> None:
    site = filled.site
    before = site.status()["rejected"]
    with (site.root / "mended.txt").open("wb") as file:
        file.truncate(LIMIT + 1)
    filled.daemon.sync()
    assert site.status()["rejected"] == before + 1
    (site.root / "mended.txt").write_text("small now")
    filled.daemon.sync()

    assert site.status()["rejected"] == before
    assert site.command.ask("show", "mended.txt").out == b"small now"
    assert [kind for kind, path, _ in site.log() if path == "mended.txt"] == ["rejected", "created"]
    (site.root / "mended.txt").unlink()
    filled.daemon.sync()


def test_a_scan_passes_by_what_is_no_file(site: Site) -> None:
    """A FIFO opened without care blocks for ever."""
    os.mkfifo(site.root / "fifo.txt")
    (site.root / "dangling.txt").symlink_to("nowhere")
    site.write_texts(a="one")
    site.command.ask("scan", site.root)

    assert site.log() == [("created", "a.txt", 1)]


def test_a_file_that_never_rests_is_taken_all_the_same(site: Site) -> None:
    """Appended to all the time: a version after the longest wait, and the last content in the end."""
    with site.watch() as daemon, (site.root / "busy.txt").open("wb", buffering=0) as file:
        over = threading.Event()

        def append() -> None:
            while not over.wait(0.02):
                file.write(b"another line\n")

        appending = threading.Thread(target=append)
        appending.start()
        try:
            until(lambda: site.command.records("ls") or site.status()["rejected"], what="a version meanwhile")
        finally:
            over.set()
            appending.join()
        file.write(b"the last\n")
        until(lambda: site.command.run("show", "--raw", "busy.txt").out.endswith(b"the last\n"))
        daemon.sync()
        assert site.status()["rejected"] == 0


def test_a_path_too_long_is_rejected_and_the_rest_goes_on(site: Site) -> None:
    """Thirty folders of 200 bytes: longer than any one call of the system takes."""
    here = os.getcwd()
    os.chdir(site.root)
    try:
        for number in range(30):
            name = f"{number:02}" + "d" * 198
            os.mkdir(name)
            os.chdir(name)
            if number in {5, 29}:
                Path("deep.txt").write_text(f"{number} deep")
    finally:
        os.chdir(here)
    site.write_texts(a="one")
    with site.watch() as daemon:
        daemon.sync()
        status = site.status()
        assert [problem["code"] for problem in status["problems"]].count("path_too_long") == 1
        assert len(site.listing()) == 2
        assert site.command.ask("show", "a.txt").out == b"one"
    assert [found["state"] for found in site.command.records("check")[:-1]] == ["rejected"]
    shutil.rmtree(site.root / ("00" + "d" * 198))
    site.command.ask("scan", site.root)

    assert site.status()["rejected"] == 0
    assert site.listing().keys() == {"a.txt"}


def test_patterns_of_the_hostile_kind_do_not_hold_up_a_scan(site: Site) -> None:
    """Tried one way after the other they would take years."""
    config = site.folder / "ingest.toml"
    stars = "*a" * 25 + "*b"
    config.write_text(f'exclude = ["**/{stars}", "{"**/" * 30}x", "{"?*" * 40}z"]\n')
    for number in range(1000):
        (site.root / f"{'a' * 200}{number}").write_text("x")
    site.command.ask("--config", config, "scan", site.root)

    assert len(site.listing()) == 1000


def test_half_a_gigabyte_in_one_line_is_rejected_before_it_is_read(site: Site) -> None:
    with (site.root / "line.txt").open("wb") as file:
        for _ in range(512):
            file.write(b"x" * (1 << 20))
    site.write_texts(a="one")
    with site.watch() as daemon:
        assert ("rejected", "line.txt", None) in site.log()
        assert site.listing().keys() == {"a.txt"}
        lines = Path(f"/proc/{daemon.pid}/status").read_text().splitlines()
        (peak,) = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    assert peak < 200_000, f"{peak} kB"


def test_sixty_megabytes_in_one_line_are_taken_and_the_others_do_not_wait(site: Site) -> None:
    """Just below the limit; the peak of memory is a small multiple of the file."""
    line = b"The same words again and again without an end. " * 1_300_000
    with site.watch() as daemon:
        (site.root / "line.txt").write_bytes(line)
        site.write_texts(a="one")
        daemon.sync()
        assert site.listing().keys() == {"a.txt", "line.txt"}
        shown = site.command.run("show", "--raw", "line.txt")
        assert sha256(shown.out).digest() == sha256(line).digest()
        lines = Path(f"/proc/{daemon.pid}/status").read_text().splitlines()
        (peak,) = [int(words.split()[1]) for words in lines if words.startswith("VmHWM")]
    assert peak * 1024 < 12 * len(line), f"{peak} kB"
