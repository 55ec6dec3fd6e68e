"""The service over HTTP: what it gives, and whom it lets in."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import re
import shutil
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from ingest.http.server import listening
from tests.command import Command
from tests.daemon import until
from tests.service import Service
from tests.site import Site, new_folder, new_site

EVERYWHERE = "0.0.0.0"  # noqa: S104  # a test listens, for a moment
HOSTILE = "<script>alert(1)</script> \"'>&\u202egnp.exe \x1b[31m The price is 13 euro.\n"


@dataclass(frozen=True)
class Served:
    """A corpus of four documents and its service."""

    site: Site
    service: Service
    ids: dict[str, str]

    def versions(self, path: str) -> str:
        """Where the versions of a document are."""
        return f"/v1/documents/{self.ids[path]}/versions"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with new_folder() as folder:
        site = new_site(folder, HOME=str(folder))
        bridge = "The bridge will be closed for three weeks. Nobody was told. The mayor is away.\n"
        site.write("bridge.txt", bridge)
        site.write("ferry.txt", "The ferry is free.\n")
        site.write("<img src=x onerror=alert(1)>.txt", HOSTILE)
        site.write("picture.bin", "\x00\x01\x02")
        site.scan()
        site.write("bridge.txt", bridge.replace("three", "two"))
        site.write("<img src=x onerror=alert(1)>.txt", HOSTILE.replace("13", "31"))
        site.scan()
        (site.root / "ferry.txt").unlink()
        site.scan()
        with Service(site.command, "--port", "0") as service:
            items = service.get("/v1/documents?limit=1000").json["items"]
            gone = service.get("/v1/documents?deleted=true").json["items"]
            yield Served(site, service, {each["path"]: each["document"] for each in [*items, *gone]})


# -- what it gives ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/v1/documents", ("ls",)),
        ("/v1/documents?deleted=true", ("ls", "--deleted")),
        ("/v1/documents?at=seq:2", ("ls", "--at", "seq:2")),
        ("/v1/documents?prefix=br", ("ls", "br")),
        ("/v1/changes", ("changes",)),
        ("/v1/changes?since=4&type=changed", ("changes", "--since", "4", "--type", "changed")),
        ("/v1/changes?flag=silent", ("changes", "--flag", "silent")),
        ("/v1/search?q=price", ("search", "price")),
        ("/v1/search?q=ferry&every=true", ("search", "ferry", "--all-versions")),
        ("/v1/documents/{bridge.txt}/blame/2", ("blame", "bridge.txt")),
        ("/v1/documents/{bridge.txt}/blame/2?deleted=true", ("blame", "bridge.txt", "--deleted")),
        ("/v1/documents/{bridge.txt}/versions/1", ("show", "bridge.txt@1")),
        ("/v1/documents/{bridge.txt}/versions/prev", ("show", "bridge.txt@1")),
        ("/v1/documents/{picture.bin}/versions/1", ("show", "picture.bin")),
        ("/v1/report?until=seq:7", ("report", "--until", "seq:7")),
    ],
)
def test_it_gives_the_records_of_the_command_line(served: Served, path: str, words: tuple[str, ...]) -> None:
    for name, uid in served.ids.items():
        path = path.replace(f"{{{name}}}", uid)
    answer = served.service.get(path).json

    printed = served.site.command.records(*words)
    assert answer.get("items", [answer]) == printed
    assert printed


def test_the_whole_report_is_the_page_of_the_command_line(served: Served) -> None:
    answer = served.service.get("/report.html?until=seq:7")
    printed = served.site.command.run("report", "--until", "seq:7", "--html", "-").out

    assert answer.text == printed.decode()
    told = served.site.command.record("report", "--until", "seq:7")
    assert served.service.get("/report.json?until=seq:7").json == {**told, "reviews": []}


def test_the_page_of_the_report_has_a_part_of_what_is_grave_and_says_which(served: Served) -> None:
    whole = served.service.get("/report").text
    beyond = served.service.get("/report?after=1").text

    assert whole.count("<li><h4>") == 2
    assert "1 to 2 of 2" not in whole
    assert beyond.count("<li><h4>") == 1
    assert "2 to 2 of 2" in beyond
    # the parts are of one report, whatever is recorded meanwhile
    (back,) = set(re.findall('href="([^"]*)" rel="prev"', beyond))
    assert re.fullmatch(r"/report\?until=seq%3A\d+#part", back)
    assert '<h2 class="part tab" id="part" tabindex="-1">2 to 2 of 2</h2>' in beyond


def test_the_page_of_the_report_has_what_was_reworded_a_line_each_and_what_moved_down(site: Site) -> None:
    site.write("a.txt", "The firm began work in May. It was a warm day.\n")
    site.write("b.txt", "It began.\n\nSome 400 signed.\n\nIt rained.\n\nIt cost 5 euro.\n")
    site.scan()
    site.write("a.txt", "The firm started work in May. It was a warm day.\n")
    site.write("b.txt", "It began.\n\nIt rained.\n\nIt cost 6 euro.\n\nSome 400 signed.\n")
    site.scan()

    with Service(site.command, "--port", "0") as service:
        text = service.get("/report").text

    (line,) = re.findall('<ul class="lines">\n<li>(.*?)</li>\n</ul>', text)
    assert re.sub("<[^>]*>", "", line).split(" ")[0] == "a.txt"
    assert line.endswith("<span>“began” became “started”: synonyms</span>")
    assert "<b>moved down</b>: paragraph 2 is now 4 of 4: “Some 400 signed.”</p>" in text
    moved = re.findall(r'<p class="said"[^>]*>([^<]*)</p><p class="soft">moved here from', text)
    assert moved == ["It rained."]


def test_a_file_with_the_name_of_an_id_hides_no_document(site: Site) -> None:
    site.write("a.txt", "It is the first.\n")
    site.scan()
    with Service(site.command, "--port", "0") as service:
        (first,) = service.get("/v1/documents").json["items"]
        site.write(first["document"], "It is the second.\n")
        site.scan()

        found = service.get(f"/v1/documents/{first['document']}/versions/1")

    assert (found.status, found.json["path"], found.json["text"]) == (200, "a.txt", "It is the first.\n")


def test_a_reader_that_lags_is_told_each_change_once_in_order(site: Site) -> None:
    site.scan()
    with Service(site.command, "--port", "0") as service:
        for number in range(45):
            site.write(f"{number:02d}.txt", f"It is number {number}.\n")
        site.scan()
        with service.stream("/v1/changes?feed=eventsource&since=2") as stream:
            told = stream(b"id: 45\n")

    assert re.findall(rb"^id: (\d+)$", told, re.MULTILINE) == [b"%d" % seq for seq in range(3, 46)]


def test_a_diff_is_that_of_the_command_line_with_its_counts(served: Served) -> None:
    answer = served.service.get(f"/v1/documents/{served.ids['bridge.txt']}/diff/prev/latest").json

    printed = served.site.command.record("diff", "--word", "--stat", "bridge.txt", code=1)
    assert answer == printed


def test_a_diff_by_sentence_tiles_both_texts_and_as_markup_is_text(served: Served) -> None:
    name = "<img src=x onerror=alert(1)>.txt"
    address = f"/v1/documents/{served.ids[name]}/diff/1/2"
    pieces = served.service.get(f"{address}?unit=sentence").json["pieces"]
    markup = served.service.get(address, Accept="text/html")

    assert [piece["kind"] for piece in pieces] == ["edited"]
    assert markup.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script>" not in markup.text
    assert "&lt;script&gt;" in markup.text
    assert "<del>13</del><ins>31</ins>" in markup.text
    assert "\x1b" not in markup.text


def test_a_version_is_its_text_or_its_bytes_by_what_is_accepted(served: Served) -> None:
    address = served.versions("bridge.txt") + "/1"
    text = served.service.get(address, Accept="text/plain")
    raw = served.service.get(address, Accept="application/octet-stream")

    expected = b"The bridge will be closed for three weeks. Nobody was told. The mayor is away.\n"
    assert (text.body, raw.body) == (expected, expected)
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert raw.headers["etag"] == f'"{hashlib.sha256(expected).hexdigest()}"'
    assert raw.headers["content-disposition"].startswith('attachment; filename="bridge.txt"')
    assert raw.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert "immutable" in raw.headers["cache-control"]
    named = served.service.get(served.versions("bridge.txt") + "/latest", Accept="application/octet-stream")
    assert "immutable" not in named.headers["cache-control"]
    assert served.service.get(served.versions("picture.bin") + "/1", Accept="text/plain").status == 404


@pytest.mark.parametrize(
    ("asked", "status", "part", "told"),
    [
        ({"Range": "bytes=0-9"}, 206, slice(0, 10), "bytes 0-9/79"),
        ({"Range": "bytes=70-"}, 206, slice(70, 79), "bytes 70-78/79"),
        ({"Range": "bytes=70-999"}, 206, slice(70, 79), "bytes 70-78/79"),
        ({"Range": "bytes=-5"}, 206, slice(74, 79), "bytes 74-78/79"),
        ({"Range": "bytes=-999"}, 206, slice(0, 79), "bytes 0-78/79"),
        ({"Range": "bytes=79-"}, 416, None, "bytes */79"),
        ({"Range": "bytes=-0"}, 416, None, "bytes */79"),
        ({"Range": "bytes=5-4"}, 200, slice(0, 79), None),
        ({"Range": "bytes=-"}, 200, slice(0, 79), None),
        ({"Range": "bytes=0-1,5-6"}, 200, slice(0, 79), None),
        ({"Range": "lines=0-1"}, 200, slice(0, 79), None),
        ({"Range": "bytes=0-9", "If-Range": '"another"'}, 200, slice(0, 79), None),
        ({"Range": "bytes=0-9", "Accept-Encoding": "gzip"}, 200, slice(0, 79), None),
    ],
)
def test_who_was_cut_off_asks_for_the_rest_of_a_version(
    served: Served, asked: dict[str, str], status: int, part: slice | None, told: str | None
) -> None:
    whole = b"The bridge will be closed for three weeks. Nobody was told. The mayor is away.\n"
    for kind in ("text/plain", "application/octet-stream"):
        answer = served.service.get(served.versions("bridge.txt") + "/1", Accept=kind, **asked)

        assert (answer.status, answer.headers.get("content-range")) == (status, told)
        if part is None:
            assert answer.json["code"] == "range"
        else:
            assert answer.body == whole[part]
            assert answer.headers["accept-ranges"] == "bytes"
    head = served.service.ask("HEAD", served.versions("bridge.txt") + "/1", Range="bytes=0-9")
    assert (head.status, "content-range" in head.headers) == (200, False)


def test_what_a_reader_has_is_not_sent_again(served: Served) -> None:
    for path in ("/v1/documents", served.versions("bridge.txt") + "/1", "/v1/openapi.json"):
        first = served.service.get(path)
        again = served.service.get(path, If_None_Match=f'"x", W/{first.headers["etag"]}')
        head = served.service.ask("HEAD", path)

        assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
        assert (head.status, head.body) == (200, b"")
        assert head.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize(
    "path", ["/", "/documents", "/v1/status", "/v1/changes", "/report.html", "/v1/changes?feed=eventsource"]
)
def test_the_head_of_an_answer_says_what_the_answer_would(served: Served, path: str) -> None:
    head = served.service.ask("HEAD", path)

    assert (head.status, head.body) == (200, b"")
    if path in ("/report.html", "/v1/changes?feed=eventsource"):
        assert "content-length" not in head.headers  # it is sent as it is made
    else:
        whole = served.service.get(path)
        assert head.headers["content-length"] == str(len(whole.body))
        assert head.headers["content-type"] == whole.headers["content-type"]


def test_a_long_answer_is_packed_for_who_takes_it(served: Served) -> None:
    plain = served.service.get("/v1/openapi.json")
    packed = served.service.get("/v1/openapi.json", Accept_Encoding="gzip")

    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


def test_lists_are_read_page_by_page_and_nothing_is_told_twice(served: Served) -> None:
    for path, name in (
        ("/v1/documents?", "after"),
        ("/v1/changes?", "since"),
        (f"{served.versions('bridge.txt')}?", "after"),
    ):
        whole = served.service.get(path).json["items"]
        found, following = [], ""
        while True:
            page = served.service.get(f"{path}limit=1{following}").json
            found += page["items"]
            if page["next"] is None:
                break
            following = f"&{name}={page['next']}"

        assert len(whole) > 1
        assert found == whole


def test_the_description_names_every_route_and_its_schemas_hold(served: Served) -> None:
    described = served.service.get("/v1/openapi.json").json

    assert described["openapi"] == "3.1.0"
    assert sorted(described["paths"]) == [
        "/v1/changes", "/v1/coverage", "/v1/documents", "/v1/documents/{id}",
        "/v1/documents/{id}/blame/{rev}", "/v1/documents/{id}/diff/{from}/{to}",
        "/v1/documents/{id}/versions", "/v1/documents/{id}/versions/{rev}", "/v1/feed.atom", "/v1/report",
        "/v1/reviews", "/v1/search", "/v1/status",
    ]  # fmt: skip
    names = described["components"]["schemas"]
    for reference in set(json.dumps(described).split('"#/components/schemas/')[1:]):
        assert reference.partition('"')[0] in names
    for path, operations in described["paths"].items():
        parameters = [each for each in operations["get"]["parameters"] if each["in"] == "query"]
        asked = path.format(id=served.ids["bridge.txt"], rev="1", **{"from": "1", "to": "2"})
        for each in parameters:
            if "maximum" in str(each["schema"]):
                needed = "q=a&" if path == "/v1/search" else ""
                refused = served.service.get(f"{asked}?{needed}{each['name']}=1e99")
                assert refused.status == 400, (path, each["name"])


def test_the_feed_goes_on_where_a_reader_was_and_tells_what_comes(served: Served) -> None:
    site, service = served.site, served.service
    head = service.get("/v1/status").json["seq"]
    events = service.address.removeprefix("http://").rstrip("/")
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as connection:
        connection.sendall(
            f"GET /v1/changes?feed=eventsource HTTP/1.1\r\nHost: {events}\r\n"
            f"Accept-Encoding: gzip\r\nLast-Event-ID: {head - 1}\r\n\r\n".encode()
        )
        stream = connection.makefile("rb")
        assert b"200 OK" in stream.readline()

        def told() -> tuple[bytes, dict[str, object]]:
            while not (line := stream.readline()).startswith(b"id: "):
                assert line
            assert stream.readline() == b"event: change\n"
            return line.strip(), json.loads(stream.readline().removeprefix(b"data: "))

        number, change = told()
        assert (number, change["seq"]) == (f"id: {head}".encode(), head)
        site.write("quay.txt", "The quay is mended.\n")
        site.scan()
        number, change = told()
        assert (number, change["path"]) == (f"id: {head + 1}".encode(), "quay.txt")
        assert change == service.get(f"/v1/changes?since={head}").json["items"][0]
        with service.stream("/v1/changes?feed=eventsource&since=0&limit=1") as late:
            late(f"id: {head + 1}\n".encode())  # far behind, it is told all


def test_the_body_of_an_answer_does_not_wait_for_its_head_to_be_acknowledged() -> None:
    with listening("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.proto == socket.IPPROTO_TCP  # by which the loop tells that it may not hold back


def test_what_is_kept_is_given_again_until_its_document_changes(served: Served) -> None:
    site, service = served.site, served.service
    site.write("kept.txt", "The lock is open.\n")
    site.write("other.txt", "The weir is shut.\n")
    site.scan()
    uid = next(each["document"] for each in service.get("/v1/documents?prefix=kept").json["items"])
    asked = (
        f"/v1/documents/{uid}", f"/v1/documents/{uid}/versions", f"/v1/documents/{uid}/versions/latest",
        f"/v1/documents/{uid}/blame/1", f"/documents/{uid}", "/v1/changes?since=0&limit=3",
    )  # fmt: skip
    own = f"/documents/{uid}"  # the page, which says of which second its health is
    first = [service.get(path) for path in asked]
    for path, each in zip(asked, first, strict=True):
        assert path == own or service.get(path).headers["etag"] == each.headers["etag"]
        assert path == own or service.get(path, If_None_Match=each.headers["etag"]).status == 304
    until(lambda: service.get(own, If_None_Match=service.get(own).headers["etag"]).status == 304)
    site.write("other.txt", "The weir is open.\n")
    site.scan()
    head = service.get("/v1/status").json["seq"]
    page = service.get(f"/documents/{uid}").text
    assert f'data-head="{head}"' in page
    site.write("kept.txt", "The lock is shut.\n")
    site.scan()
    now = [service.get(path) for path in asked]
    assert now[0].json["version"] == 2
    assert [each["version"] for each in now[1].json["items"]] == [1, 2]
    assert now[2].json["text"] == "The lock is shut.\n"
    assert now[3].json == first[3].json
    assert "shut" in now[4].text
    assert now[5].body == first[5].body
    (site.root / "kept.txt").unlink()
    site.scan()
    assert service.get(asked[0]).json["deleted_at"] is not None


def test_a_store_that_is_replaced_is_told_and_gone_on_with(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    site = new_site(tmp_path, url, HOME=str(tmp_path))
    site.write("old.txt", "It was here.\n")
    site.write("older.txt", "So was this.\n")
    site.scan()
    with Service(site.command, "--port", "0") as service:
        known = service.get("/v1/documents").json["items"]
        assert [each["path"] for each in known] == ["old.txt", "older.txt"]
        assert "older.txt" in service.get("/documents").text
        with service.stream("/v1/changes?feed=eventsource&since=2") as stream:
            stream(b"retry: 2000")
            for file in tmp_path.glob("store.db*"):
                file.unlink()
            missing = service.get("/v1/documents")
            assert (missing.status, missing.json["hint"] is not None) == (503, True)
            (site.root / "older.txt").unlink()
            shutil.rmtree(site.root / ".ingest")
            site.scan()
            told = stream(b"store_replaced")
            assert b"event: replaced" in told
            assert b"id:" not in told.partition(b"event: replaced")[2]
        assert [each["path"] for each in service.get("/v1/documents").json["items"]] == ["old.txt"]
        assert "older.txt" not in service.get("/documents").text
        with service.stream("/v1/changes?feed=eventsource", last_event_id="2") as again:
            assert b"the log ends at #1" in again(b"store_replaced")
            site.write("new.txt", "It is new.\n")
            site.scan()
            assert b"new.txt" in again(b"event: change\ndata: ")


@pytest.mark.parametrize("feed", ["eventsource", "longpoll&timeout=60&since=99"])
def test_it_stops_at_once_under_who_waits(tmp_path: Path, feed: str) -> None:
    """Neither a reader of the stream, nor one that reads nothing of it, holds it up."""
    site = new_site(tmp_path, f"sqlite:///{tmp_path}/store.db", HOME=str(tmp_path))
    for number in range(40):
        site.write(f"{'long ' * 40}{number}.txt", f"It is number {number}.\n")
    site.scan()
    service = Service(site.command, "--port", "0")
    service.__enter__()
    with contextlib.ExitStack() as held:
        waiting = held.enter_context(service.stream(f"/v1/changes?feed={feed}"))
        for _ in range(3):
            deaf = held.enter_context(socket.socket())
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1_024)
            deaf.connect(("127.0.0.1", service.port))
            deaf.sendall(
                f"GET /v1/changes?feed={feed} HTTP/1.1\r\nHost: 127.0.0.1:{service.port}\r\n\r\n".encode()
            )
        if feed == "eventsource":
            waiting(b"id: 40")
        assert service.get("/v1/status").status == 200  # those before it were taken
        began = time.monotonic()
        code, told = service.stopped()
        assert time.monotonic() - began < 3
        assert (code, told.splitlines()[1:]) == (0, [])


def test_who_waits_is_told_at_once_and_who_waits_in_vain_nothing(served: Served) -> None:
    head = served.service.get("/v1/status").json["seq"]
    began = time.monotonic()
    page = served.service.get(f"/v1/changes?since={head}&feed=longpoll&timeout=0.3").json

    assert page == {"items": [], "next": None}
    assert time.monotonic() - began >= 0.3
    assert served.service.get("/v1/changes?since=0&feed=longpoll&limit=1").json["items"][0]["seq"] == 1


def test_the_atom_feed_holds_names_as_text(served: Served) -> None:
    feed = served.service.get("/v1/feed.atom")

    assert feed.headers["content-type"] == "application/atom+xml"
    assert "&lt;img src=x onerror=alert(1)&gt;.txt: changed" in feed.text
    assert "<img" not in feed.text


WORDS = (
    "", "cosmetic,reworded", "now", "today", "yesterday", "3d", "9999w", "seq:1", "#1", "2026-11-28",
    "2026-02-28T23:59", "2999-12-28T00:00:59.123456+12:59",
)  # fmt: skip


def test_whatever_the_description_allows_is_understood(served: Served) -> None:
    described = served.service.get("/v1/openapi.json").json
    seen = 0
    for path, operations in described["paths"].items():
        asked = path.format(id=served.ids["bridge.txt"], rev="1", **{"from": "1", "to": "2"})
        for each in operations["get"]["parameters"]:
            schema = each["schema"]
            assert "anyOf" not in schema  # "null" is no word for nothing
            given = list(schema.get("enum", ()))
            if "pattern" in schema:
                given += [words for words in WORDS if re.search(schema["pattern"], words)]
            for words in given:
                seen += 1
                needed = asked if each["in"] == "query" else path.format(
                    **{"id": served.ids["bridge.txt"], "rev": "1", "from": "1", "to": "2",
                       each["name"]: quote(words)}
                )  # fmt: skip
                more = "?q=a" if path == "/v1/search" and each["name"] != "q" else "?"
                more += f"&{each['name']}={quote(words)}" if each["in"] == "query" else ""
                assert served.service.get(needed + more).status in (200, 404), (path, each["name"], words)
    assert seen > 100


def test_the_longest_place_in_a_list_is_a_cursor(served: Served) -> None:
    deepest = f"{b'docs'.hex()}.{('/'.join(['x' * 255] * 16)).encode().hex()}.1"
    assert served.service.get(f"/v1/documents?limit=1&after={deepest}").status == 200
    assert served.service.get(f"/documents.json?after={deepest}").status == 200


@pytest.mark.parametrize("length", [40_000, 50_000, 400_000])
def test_a_head_that_is_too_long_is_refused_in_one_piece_or_many(served: Served, length: int) -> None:
    host = f"127.0.0.1:{served.service.port}"
    answer = served.service.raw(f"GET / HTTP/1.1\r\nHost: {host}\r\nX: {'a' * length}\r\n\r\n".encode())

    assert answer.startswith(b"HTTP/1.1 200 " if length == 40_000 else b"HTTP/1.1 431 ")


def test_every_error_has_a_hint(served: Served) -> None:
    of_bridge = f"/v1/documents/{served.ids['bridge.txt']}"
    for path in (
        "/v1/nothing", "/nothing", "/v1/documents?limit=1&limit=2", "/v1/documents/x",
        f"/v1/documents/{'0' * 32}", f"{of_bridge}/versions/99", f"{of_bridge}/versions/x",
        "/v1/search?q=%00", "/v1/report?since=now&until=2d",
        "/assets/x/y", "/v1/documents/%00", "/v1/search?q=" + "a" * 40_000,
    ):  # fmt: skip
        assert served.service.get(path).json["hint"], path
    assert served.service.get("/v1/status", Accept="image/png").status == 406
    assert served.service.get("/v1/changes?feed=eventsource", Last_Event_ID="x").json["hint"]
    assert served.service.ask("PUT", "/v1/status").json["hint"]
    broken = served.service.raw(b"GET / HTTP/1.1\r\n\r\n")
    assert b"content-type: application/problem+json" in broken
    assert json.loads(broken.partition(b"\r\n\r\n")[2])["hint"]


# -- whom it lets in ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/documents/../../etc/passwd", 404),
        ("/v1/documents/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 404),
        ("/v1/documents/..%5c..%5cetc", 404),
        ("/v1/documents/%00", 400),
        ("/v1/documents/%ff", 400),
        ("/v1/documents/bridge.txt", 404),
        ("/v1/documents//etc/passwd/versions/1", 404),
        ("/assets/x/../../pages.py", 404),
        ("/assets/x/..%2fnl.toml", 404),
        ("/v1/documents?limit=-1", 400),
        ("/v1/documents?limit=1000000000", 400),
        ("/v1/documents?limit=NaN", 400),
        ("/v1/documents?limit=%D9%A1", 400),
        ("/v1/documents?limit=1&limit=2", 400),
        ("/v1/documents?at='%20OR%201=1--", 400),
        ("/v1/documents?after=;DROP%20TABLE", 400),
        ("/v1/documents?after=WzEsMiwzXQ", 400),
        ("/v1/documents?root=%27", 404),
        ("/v1/documents?nothing=1", 400),
        ("/v1/changes?since=-1", 400),
        ("/v1/changes?since=99999999999999999999", 400),
        ("/v1/changes?type=x%0d%0aSet-Cookie:%20a=b", 400),
        ("/v1/search", 400),
        ("/v1/search?q=" + "a" * 40_000, 414),
        ("/v1/changes?feed=eventsource&type=nothing", 400),
        ("/documents/x?view=none", 400),
        ("/documents?at=yesterweek", 400),
    ],
)
def test_what_is_not_understood_is_a_problem_with_a_code(served: Served, path: str, status: int) -> None:
    answer = served.service.get(path)

    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert sorted(answer.json)[:4] == ["code", "detail", "hint", "status"] or "hint" not in answer.json
    assert answer.json["status"] == status
    assert "Traceback" not in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("path", "status", "detail", "hint"),
    [
        ("{bridge}?only=99", 404, "version 2 has no sentence of version 99",
         "its sentences are of version 1, 2"),
        ("{bridge}?view=age&to=1&only=2", 404, "version 1 has no sentence of version 2",
         "its sentences are of version 1"),
        ("{picture}?only=1", 404, "version 1 has no sentence of version 1", "none of its sentences is shown"),
        ("{bridge}?before=4", 404, "there is no list of versions before 4", "the versions are 1 to 2"),
        ("{bridge}?before=1", 404, "there is no list of versions before 1", "the versions are 1 to 2"),
        ("{bridge}?part=2", 404, "the text has no part 2", "it has 1"),
        ("{picture}?part=2", 404, "the text has no part 2", "it has 1"),
        ("{bridge}?from=1&to=3", 404, "bridge.txt has no version 3", "its versions are 1 to 2"),
        ("/?lang=xx", 400, "no lang 'xx'", "write one of: en, nl"),
        ("/documents?at=2020-01-01", 404, None, "ask for a later moment, or run: ingest coverage"),
        ("/documents?at=yesterweek", 400, "'yesterweek' is not a moment", None),
        ("/documents?nothing=1", 400, None, None),
        ("{bridge}?view=x", 400, "there is no view 'x'", "write inline, sides or age"),
        ("{bridge}?at=x", 400, "'at' names no sentence", "take it from the link of a sentence"),
        ("/changes?reviewed=x", 400, "no reviewed 'x'", "write one of: no, yes"),
        ("/changes?since=99", 404, "there is no change #99", None),
        ("/changes?class=x", 400, "no class 'x'", None),
        ("/documents?at=seq:2&seq=2", 400, "'at' and 'seq' both name a moment", "give one of the two"),
        ("/documents?language=xx", 404, "no text is in 'xx'; there are texts in en",
         "ask for one that a text is in, or for every language"),
        ("/search?q=bridge&language=xx", 404, "no text is in 'xx'; there are texts in en", None),
        ("/search?language=xx", 404, "no text is in 'xx'; there are texts in en", None),
        ("/search?root=x", 404, "no root named 'x'", None),
        ("/v1/search?q=bridge&language=xx", 404, "no text is in 'xx'; there are texts in en", None),
        ("/v1/documents?language=xx", 404, "no text is in 'xx'; there are texts in en", None),
        ("/v1{bridge}/diff/1/2?unit=x", 400, "no unit 'x'", "write one of: line, sentence, word"),
        ("/v1/changes?feed=x", 400, "no feed 'x'", "write one of: eventsource, longpoll, normal"),
        ("/v1/feed.atom?feed=longpoll", 400, None,
         "they are: since, limit, root, prefix, type, class, significance, fact, flag"),
        ("/v1/reviews?change=99", 404, "there is no change #99", None),
        ("/v1/reviews?action=x", 400, "no action 'x'", None),
    ],
)  # fmt: skip
def test_what_names_nothing_is_told_with_what_there_is(
    served: Served, path: str, status: int, detail: str | None, hint: str | None
) -> None:
    for name in ("bridge.txt", "picture.bin"):
        path = path.replace(f"{{{name.partition('.')[0]}}}", f"/documents/{served.ids[name]}")

    answer = served.service.get(path)
    assert answer.status == status
    assert answer.json["detail"] == detail or detail is None
    assert answer.json["hint"] == hint or hint is None
    if not path.startswith("/v1/"):
        page, _, query = path.partition("?")
        data = served.service.get(f"{page.rstrip('/') or '/overview'}.json?{query}")
        assert (data.status, data.json) == (status, answer.json)
        dutch = served.service.get(path, Accept="text/html", Accept_Language="nl")
        assert (dutch.status, '<html lang="nl">' in dutch.text) == (status, True)
        assert '<span lang="en">' not in dutch.text


def test_no_version_of_no_document_is_found_by_a_path_that_leads_out(served: Served) -> None:
    for rev in ("0", "3", "-1", "1e1", "{cursor:x}", "%7Bcursor:x%7D"):
        assert served.service.get(f"{served.versions('bridge.txt')}/{rev}").status in (400, 404)


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil", "127.0.0.1", "127.0.0.1:1", "", "localhost"]
)
def test_another_host_is_refused(served: Served, host: str) -> None:
    for path in ("/", "/v1/status", "/assets/x/style.css"):
        answer = served.service.get(path, Host=host)
        assert (answer.status, answer.json["code"]) == (421, "host")
    page = served.service.get("/", Host=host, Accept="text/html", Accept_Language="nl")
    assert (page.status, page.headers["content-type"]) == (421, "text/html; charset=utf-8")
    assert "<h1>Deze host wordt hier niet bediend.</h1><p>onder die naam" in page.text


def test_this_machine_by_each_of_its_names_is_let_in(served: Served) -> None:
    for host in ("127.0.0.1", "localhost", "LOCALHOST", "[::1]"):
        assert served.service.get("/v1/status", Host=f"{host}:{served.service.port}").status == 200


def test_a_request_without_one_host_is_refused(served: Served) -> None:
    host = f"Host: 127.0.0.1:{served.service.port}\r\n".encode()
    for head in (b"", host + host):
        assert b" 400 " in served.service.raw(b"GET /v1/status HTTP/1.1\r\n" + head + b"\r\n")[:20]


def test_no_answer_lets_another_origin_read_it(served: Served) -> None:
    asked = served.service.get("/v1/status", Origin="http://evil.example")
    preflight = served.service.ask(
        "OPTIONS", "/v1/status", Origin="http://evil.example", Access_Control_Request_Method="GET"
    )

    assert asked.status == 200
    assert preflight.status == 405
    assert not [name for name in (*asked.headers, *preflight.headers) if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/", "/v1/status", "/nothing", "/v1/feed.atom", "/documents"])
def test_every_answer_says_what_a_browser_may_do_with_it(served: Served, path: str) -> None:
    headers = served.service.get(path).headers

    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers


def test_only_questions_are_taken_and_none_has_a_body(served: Served) -> None:
    host = f"HTTP/1.1\r\nHost: 127.0.0.1:{served.service.port}\r\n"
    for method in ("PUT", "DELETE", "PATCH", "POST", "OPTIONS", "TRACE", "X"):
        for path in ("/v1/status", "/", "/nothing"):
            told = served.service.raw(f"{method} {path} {host}Connection: close\r\n\r\n".encode())
            assert told.startswith(b"HTTP/1.1 405 "), (method, path)  # whether it has a body or not
            assert b"\r\nallow: GET, HEAD\r\n" in told
    assert b"\r\nallow: GET, HEAD, POST\r\n" in served.service.raw(f"PUT /v1/reviews {host}\r\n".encode())
    assert served.service.ask("GET", "/v1/status", body=b"x").status == 413
    for origin in ({}, {"Origin": "null"}, {"Origin": "http://evil.example"}):
        assert served.service.ask("POST", "/v1/reviews", body=b"a=b", **origin).status == 403
        assert served.service.ask("POST", "/v1/status", body=b"a=b", **origin).status == 405
    own = served.service.ask("POST", "/v1/reviews", body=b"", Origin=served.service.address.rstrip("/"))
    assert own.status == 401
    assert b" 413 " in served.service.raw(f"POST /v1/reviews {host}\r\n".encode())[:20]
    large = f"POST /v1/reviews {host}Content-Length: 9999999999\r\n\r\n"
    assert b" 413 " in served.service.raw(large.encode())[:20]
    chunked = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{served.service.port}\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert b" 413 " in served.service.raw(chunked.encode())[:20]


def test_a_head_without_end_is_refused(served: Served) -> None:
    start = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{served.service.port}\r\nX: ".encode()
    assert b" 431 " in served.service.raw(start + b"a" * 80_000)[:20]


def test_whoever_dawdles_is_cut_off_and_keeps_nobody_waiting(served: Served) -> None:
    slow = [socket.create_connection(("127.0.0.1", served.service.port)) for _ in range(50)]
    try:
        for connection in slow:
            connection.sendall(b"GET / HTT")
        began = time.monotonic()
        assert served.service.get("/v1/documents").status == 200
        assert time.monotonic() - began < 5
        slow[0].settimeout(30)
        with contextlib.suppress(ConnectionResetError):
            assert slow[0].recv(100) == b""
    finally:
        for connection in slow:
            connection.close()


def test_from_elsewhere_it_needs_a_token_that_is_nowhere_to_be_read(tmp_path: Path) -> None:
    command = Command(f"sqlite:///{tmp_path}/store.db", tmp_path)
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.txt").write_text("A text.\n")
    command.ask("scan", tmp_path / "news")
    refused = command.ask("serve", "--host", EVERYWHERE, "--port", "0", code=2)
    assert refused.notes[0] == "error: 0.0.0.0 can be reached from elsewhere: that needs a token"
    token = tmp_path / "token"
    token.write_text("a-token-of-32-signs-or-about-that\n")
    settings = tmp_path / "ingest.toml"
    settings.write_text(f'[serve]\ntoken_file = "{token}"\nhosts = ["history.example"]\n')
    asked = ("--config", settings, "--host", EVERYWHERE, "--port", "0")
    assert "others may read" in command.ask("serve", *asked, code=2).notes[0]
    token.chmod(0o600)

    with Service(command, *asked) as service:
        service.headers["Host"] = "history.example"
        assert service.get("/v1/status").status == 401
        page = service.get("/", Accept="text/html")
        assert page.headers["www-authenticate"].startswith("Basic ")
        assert (page.status, page.headers["content-type"]) == (401, "text/html; charset=utf-8")
        assert "<h1>A token is needed.</h1>" in page.text
        assert service.get("/overview.json", Accept="text/html").json["code"] == "token"
        bearer = "Bearer a-token-of-32-signs-or-about-that"
        assert service.get("/v1/status", Authorization=bearer).status == 200
        assert service.get("/v1/status?token=a-token-of-32-signs-or-about-that").status == 401
        basic = "Basic YW5uYTphLXRva2VuLW9mLTMyLXNpZ25zLW9yLWFib3V0LXRoYXQ="
        assert service.get("/v1/status", Authorization=basic).status == 200
        statuses = [service.get("/v1/status", Authorization=f"Bearer {n}").status for n in range(11)]
        assert statuses == [401] * 10 + [429]
        assert service.get("/v1/status", Authorization=bearer).status == 429
        _, told = service.stopped()
    assert b"a-token-of" not in told


def test_without_a_store_or_a_free_port_it_says_so(tmp_path: Path, served: Served) -> None:
    command = Command(f"sqlite:///{tmp_path}/none.db", tmp_path)
    assert "no store at" in command.ask("serve", code=4).notes[0]
    taken = served.site.command.ask("serve", "--port", str(served.service.port), code=4)
    assert taken.notes[0] == f"error: 127.0.0.1:{served.service.port}: Address already in use"
    assert served.site.command.ask("serve", "--host", "history.example", code=2).notes[0] == (
        "error: 'history.example' is no address to listen at"
    )


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/documents/{bridge.txt}/versions?after=9007199254740991", 200),
        ("/v1/documents/{bridge.txt}/versions?after=9223372036854775807", 400),
        ("/v1/changes?since=9007199254740991", 200),
        ("/v1/changes?since=9223372036854775807", 400),
        ("/v1/feed.atom?since=9007199254740991", 200),
        ("/v1/changes?significance=", 400),
        ("/v1/documents/{picture.bin}/blame/1", 404),
        ("/v1/documents/{picture.bin}/diff/1/1?unit=sentence", 404),
    ],
)
def test_the_ends_of_what_may_be_asked(served: Served, path: str, status: int) -> None:
    for name, uid in served.ids.items():
        path = path.replace(f"{{{name}}}", uid)

    assert served.service.get(path).status == status
