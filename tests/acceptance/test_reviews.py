"""Reviews over HTTP: who may add them, what they say, and that nothing else changes by them."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from ingest.http import reviews
from ingest.http.problems import Refused
from ingest.http.tokens import Tokens
from tests.command import PATIENCE
from tests.forked import Quick
from tests.postgres import Server
from tests.service import Answered, Service
from tests.site import Site, new_folder, new_site

if TYPE_CHECKING:
    from ingest.corpus import Corpus

TOKEN = "a-token-of-32-signs-or-about-that"
BEARER = f"Bearer {TOKEN}"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
TEXT = "The bridge will be closed for three weeks. Nobody was told.\n"


@dataclass(frozen=True)
class Reviewed:
    """A corpus of two edits, #3 and #4, and its service."""

    site: Site
    service: Service

    def post(self, body: Any, **headers: str) -> Answered:
        """A review in JSON, with the token unless told otherwise."""
        given = {"Authorization": BEARER, "Content_Type": JSON} | headers
        words = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.service.ask("POST", "/v1/reviews", words, **{k: v for k, v in given.items() if v})

    def form(self, fields: dict[str, str], **headers: str) -> Answered:
        """The form of a page, sent from it."""
        given = {"Content_Type": FORM, "Origin": self.service.address.rstrip("/")} | headers
        return self.service.ask(
            "POST", "/reviews", urlencode(fields), **{k: v for k, v in given.items() if v}
        )

    def items(self, query: str = "") -> list[dict[str, Any]]:
        """The reviews that a question gives."""
        found: list[dict[str, Any]] = self.service.get(f"/v1/reviews?{query}").json["items"]
        return found


def configured(folder: Path, more: str = "") -> tuple[str | Path, ...]:
    """The words that start a service with a token."""
    token = folder / "token"
    token.write_text(TOKEN + "\n")
    token.chmod(0o600)
    settings = folder / "serve.toml"
    settings.write_text(f'[serve]\ntoken_file = "{token}"\n{more}')
    return ("--config", settings, "--port", "0")


@contextlib.contextmanager
def served(site: Site) -> Iterator[Reviewed]:
    site.write("bridge.txt", TEXT)
    site.write("ferry.txt", "The ferry costs 13 euro.\n")
    site.scan()
    site.write("bridge.txt", TEXT.replace("three", "two"))
    site.scan()
    site.write("ferry.txt", "The ferry costs 31 euro.\n")
    site.scan()
    with Service(site.command, *configured(site.folder)) as service:
        yield Reviewed(site, service)


@contextlib.contextmanager
def beside(other: Reviewed, folder: Path, more: str = "") -> Iterator[Reviewed]:
    """Another service on the same store, with settings of its own."""
    with Service(other.site.command, *configured(folder, more)) as service:
        yield Reviewed(other.site, service)


@pytest.fixture
def one(each_site: Site) -> Iterator[Reviewed]:
    with served(each_site) as made:
        yield made


def test_a_review_is_added_listed_and_taken_back_and_the_record_stays_as_it_was(one: Reviewed) -> None:
    before = (one.site.command.records("changes"), one.site.command.record("status")["tree_root"])
    added = one.post({"change": 3, "name": "Anna", "note": "as the council decided"})
    again = one.post({"change": 3, "name": " Anna ", "note": "as the council decided"})

    assert (added.status, again.status, again.json) == (201, 200, added.json)
    change = before[0][2]
    found = added.json
    assert {**found, "id": None, "at": None} == {
        "id": None, "action": "reviewed", "of": None, "withdrawn_by": None, "change": 3,
        "change_id": change["id"], "document": change["document"], "root": change["root"],
        "path": "bridge.txt", "version": 2, "previous_version": 1, "at": None, "name": "Anna",
        "named_by": "reviewer", "note": "as the council decided",
    }  # fmt: skip
    assert one.items() == [found]
    taken = one.post({"withdraws": found["id"], "name": "Ben", "note": "the wrong one"})
    assert (taken.status, taken.json["of"], taken.json["action"]) == (201, found["id"], "withdrawn")
    assert one.post({"withdraws": found["id"], "name": "Ben", "note": "the wrong one"}).status == 200
    refused = one.post({"withdraws": found["id"], "name": "Anna"})
    assert (refused.status, refused.json["code"]) == (409, "conflict")
    assert one.items() == [{**found, "withdrawn_by": taken.json["id"]}, taken.json]
    one.post({"change": 4, "name": "Anna"})
    assert [each["change"] for each in one.items("standing=true")] == [4]
    for query, changes in (
        ("change=3", [3, 3]), ("action=withdrawn", [3]), ("name=Ben", [3]), ("prefix=ferry", [4]),
        (f"document={change['document']}", [3, 3]), ("since=1d", [3, 3, 4]), ("until=2d", []),
        ("standing=false", [3, 3]), ("root=root&name=Anna&change=4", [4]),
    ):  # fmt: skip
        assert [each["change"] for each in one.items(query)] == changes, query
    pages: list[dict[str, Any]] = []
    following: str | None = ""
    while following is not None:
        page = one.service.get(f"/v1/reviews?limit=1{following and f'&after={following}'}").json
        pages += page["items"]
        following = page["next"]
    assert pages == one.items()
    assert (one.site.command.records("changes"), one.site.command.record("status")["tree_root"]) == before
    assert "row_sums" in one.site.command.record("verify")["checked"]


def test_who_has_no_token_or_comes_from_elsewhere_adds_nothing(shared: Reviewed) -> None:
    one, before = shared, shared.items()
    body = {"change": 3, "name": "Anna"}
    own = one.service.address.rstrip("/")
    for headers, status in (
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "", "Origin": own}, 401),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://[x"}, 403),
        ({"Origin": f"{own}.evil.example"}, 403),
        ({"Origin": own, "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Content_Type": "text/plain"}, 403),
        ({"Content_Type": FORM}, 403),
        ({"Content_Type": ""}, 403),
        ({"Content_Type": "text/plain", "Origin": own}, 415),
        ({"Host": "evil.example"}, 421),
    ):
        answer = one.post(body, **headers)
        assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json"), (
            headers
        )
        assert answer.json["hint"], headers
    fields = {"change": "3", "name": "Anna", "token": TOKEN}
    for headers, status in (
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Content_Type": JSON}, 415),
        ({"Content_Type": "multipart/form-data; boundary=x"}, 415),
    ):
        assert one.form(fields, **headers).status == status, headers
    assert one.form({**fields, "token": "wrong"}).status == 401
    assert one.form({**fields, "token": ""}).status == 401
    for path in ("/v1/reviews", "/reviews"):
        for query in (f"?token={TOKEN}", "?change=3&name=Anna"):
            assert one.service.get(path + query).status in (200, 302, 400)
        assert "POST" in one.service.ask("DELETE", path).headers["allow"]
    assert one.items() == before
    assert one.form(fields).status == 303
    assert len(one.items()) == len(before) + 1


def test_an_address_that_tried_ten_wrong_tokens_waits_whichever_way_they_came(
    shared: Reviewed, tmp_path: Path
) -> None:
    before = shared.items()
    with beside(shared, tmp_path) as one:
        tried = [one.form({"change": "3", "name": "Anna", "token": str(n)}).status for n in range(5)]
        tried += [one.post({"change": 3, "name": "A"}, Authorization=f"Bearer {n}").status for n in range(5)]
        assert tried == [401] * 10
        assert one.form({"change": "3", "name": "Anna", "token": TOKEN}).status == 429
        assert one.post({"change": 3, "name": "Anna"}).status == 429
        assert one.items() == before
        told = one.service.stopped()
        assert TOKEN.encode() not in told[1]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("{", 400),
        (b"\xff", 400),
        ("[1]", 400),
        ("null", 400),
        ("{}", 400),
        ({"change": 3}, 400),
        ({"change": 3, "name": " "}, 400),
        ({"change": 3, "name": "x" * 201}, 400),
        ({"change": 3, "name": "a\0b"}, 400),
        ('{"change": 3, "name": "\\ud800"}', 400),
        ({"change": 3, "name": "Anna", "note": "x" * 4_001}, 400),
        ({"change": 3, "name": "Anna", "note": 5}, 400),
        ({"change": "3", "name": "Anna"}, 400),
        ({"change": 3.5, "name": "Anna"}, 400),
        ({"change": True, "name": "Anna"}, 400),
        ({"change": 0, "name": "Anna"}, 400),
        ({"change": -1, "name": "Anna"}, 400),
        ({"change": 10**30, "name": "Anna"}, 400),
        ({"change": 1, "name": "Anna"}, 400),  # which made a document
        ({"change": 99, "name": "Anna"}, 404),
        ({"change": 2**63 - 1, "name": "Anna"}, 404),
        ({"change": 3, "name": "Anna", "more": 1}, 400),
        ({"change": 3, "withdraws": "0" * 32, "name": "Anna"}, 400),
        ({"withdraws": "0" * 32, "name": "Anna"}, 404),
        ({"withdraws": "'; DROP TABLE review; --", "name": "Anna"}, 400),
        ({"change": 3, "name": "Anna", "note": "x" * 70_000}, 413),
    ],
)
def test_what_is_not_understood_is_a_problem_and_adds_nothing(
    shared: Reviewed, body: Any, status: int
) -> None:
    before = shared.items()
    answer = shared.post(body)

    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json["hint"]
    assert shared.items() == before


@pytest.fixture(scope="module")
def shared() -> Iterator[Reviewed]:
    """A corpus and its service for the tests that take the reviews as they find them."""
    with new_folder() as folder:
        site = new_site(folder, HOME=str(folder))
        with served(site) as made:
            yield made


def test_a_hostile_note_is_kept_as_it_is_and_shown_as_text(shared: Reviewed) -> None:
    note = "<script>alert(1)</script>\n\u202egnp 'DROP TABLE review; --"
    added = shared.form({"change": "3", "name": "<b>A</b>", "note": note, "token": TOKEN})
    assert added.headers["location"].endswith("#reviews")
    assert shared.items()[-1]["note"] == note
    page = shared.service.get(added.headers["location"].partition("#")[0], Accept="text/html")
    for each in (page, shared.service.get("/changes", Accept="text/html"), shared.service.get("/report")):
        assert "<script>alert" not in each.text
        assert "<b>A</b>" not in each.text
        assert "&lt;b&gt;A&lt;/b&gt;" in each.text
        assert "\u202e" not in each.text
        assert TOKEN not in each.text
    assert shared.service.get("/report.json").json["reviews"] == shared.items()
    whole = shared.service.get("/report.html").text
    assert whole.count("reviewed by &lt;b&gt;A&lt;/b&gt;, ") == 1
    assert "<script>alert" not in whole
    asked = shared.service.get("/reviews", Accept="text/html")
    assert (asked.status, asked.headers["location"]) == (302, "/changes?reviewed=yes")
    assert shared.service.get("/reviews.json").headers["location"] == "/v1/reviews"


def test_a_service_without_a_token_takes_no_review_and_says_so(shared: Reviewed) -> None:
    before = shared.items()
    with Service(shared.site.command, "--port", "0") as service:
        answer = service.ask("POST", "/v1/reviews", '{"change":1,"name":"A"}', Content_Type=JSON)
        with_one = service.ask(
            "POST", "/v1/reviews", '{"change":1,"name":"A"}', Content_Type=JSON, Authorization=BEARER
        )
        assert (answer.status, with_one.status) == (401, 401)
        assert "token_file" in answer.json["hint"]
        assert service.get("/v1/reviews").json == {"items": before, "next": None}


def test_the_name_is_the_proxys_where_one_says_who_asks(shared: Reviewed, tmp_path: Path) -> None:
    before = len(shared.items())
    with beside(shared, tmp_path, 'trusted_header = "X-Person"\n') as one:
        zoe = "Zoë de Vries".encode().decode("latin-1")
        assert one.post({"change": 3}, Authorization="", X_Person=zoe).status == 401
        added = one.post({"change": 3, "note": "seen"}, X_Person=zoe).json
        assert (added["name"], added["named_by"]) == ("Zoë de Vries", "proxy")
        other = one.post({"change": 4, "name": "Anna"}, X_Person=zoe)
        assert (other.status, "proxy" in other.json["detail"]) == (400, True)
        assert one.post({"change": 4, "name": "Zoë  de Vries"}, X_Person=zoe).status == 201
        assert one.form({"change": "4", "token": TOKEN, "note": "again"}, X_Person=zoe).status == 303
        assert [each["named_by"] for each in one.items()[before:]] == ["proxy"] * 3
        assert one.post({"change": 4, "name": "Anna"}).json["named_by"] == "reviewer"
        host = f"Host: 127.0.0.1:{one.service.port}\r\n"
        twice = f"GET /v1/status HTTP/1.1\r\n{host}X-Person: Zoe\r\nX-Person: Anna\r\n\r\n"
        assert one.service.raw(twice.encode()).startswith(b"HTTP/1.1 400 ")


class Stream:
    """A reader of the stream of a service."""

    def __init__(self, service: Service, query: str = "") -> None:
        host = service.address.removeprefix("http://").rstrip("/")
        self._connection = socket.create_connection(("127.0.0.1", service.port), timeout=30)
        self._connection.sendall(
            f"GET /v1/changes?feed=eventsource{query} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        )
        self._lines: BinaryIO = self._connection.makefile("rb")
        assert b"200 OK" in self._lines.readline()
        while b"retry" not in self._lines.readline():
            pass

    def next(self) -> list[str]:
        """The next event, without comments."""
        found: list[str] = []
        while True:
            line = self._lines.readline().decode().strip()
            if line.startswith(("id:", "event:", "data:")):
                found.append(line)
            elif not line and found:
                return found

    def close(self) -> None:
        self._lines.close()
        self._connection.close()


def test_the_stream_tells_a_review_without_an_id_and_changes_do_not(one: Reviewed) -> None:
    head = one.service.get("/v1/status").json["seq"]
    every, ferry = Stream(one.service, f"&since={head}"), Stream(one.service, f"&since={head}&prefix=ferry")
    added = [one.post({"change": seq, "name": "Anna"}).json for seq in (3, 4)]
    for stream, expected in ((every, added), (ferry, added[1:])):
        for each in expected:
            event, data = stream.next()
            assert (event, json.loads(data.removeprefix("data: "))) == ("event: review", each)
    ferry.close()
    with beside(one, one.site.folder) as other:  # another process adds one
        added = [other.post({"change": 3, "name": "Ben"}).json]
    event, data = every.next()
    assert (event, json.loads(data.removeprefix("data: "))) == ("event: review", added[0])
    one.site.write("quay.txt", "The quay is mended.\n")
    one.site.scan()
    assert every.next()[:2] == [f"id: {head + 1}", "event: change"]
    every.close()
    assert one.service.get(f"/v1/changes?since={head}&limit=10").json["items"][0]["path"] == "quay.txt"
    polled = one.service.get(f"/v1/changes?since={head + 1}&feed=longpoll&timeout=0.2").json
    assert polled == {"items": [], "next": None}


def test_a_poll_that_waits_is_not_woken_by_a_review(shared: Reviewed) -> None:
    head = shared.service.get("/v1/status").json["seq"]
    stream = Stream(shared.service, f"&since={head}")
    connection = http.client.HTTPConnection("127.0.0.1", shared.service.port, timeout=PATIENCE)
    with contextlib.closing(connection) as waiting:
        waiting.request("GET", f"/v1/changes?since={head}&feed=longpoll&timeout=60")
        added = shared.post({"change": 3, "name": "Who wakes nobody"}).json
        while added["id"] not in stream.next()[1]:  # told to whom it is told, then
            pass
        shared.site.write("quay.txt", "The quay is mended.\n")
        shared.site.scan()
        found = json.loads(waiting.getresponse().read())
    stream.close()
    assert [each["path"] for each in found["items"]] == ["quay.txt"]


def test_a_slow_body_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviews, "PATIENCE", 0.01)
    tokens = Tokens(None, monotonic=lambda: 0.0)
    route = reviews.Reviews(cast("Corpus", None), tokens, on_added=lambda: None).routes()[0]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-type", JSON.encode())]}

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    async def send(_message: object) -> None:
        raise AssertionError("it answers itself")

    with pytest.raises(Refused) as told:
        asyncio.run(route.handle(scope, receive, send))
    assert (told.value.problem.status, told.value.headers) == (408, {"connection": "close"})


def test_the_description_says_how_reviews_are_posted(shared: Reviewed) -> None:
    described = shared.service.get("/v1/openapi.json").json
    operation = described["paths"]["/v1/reviews"]["post"]
    assert operation["security"] == [{"token": []}]
    kinds = operation["requestBody"]["content"][JSON]["schema"]["oneOf"]
    names = [each["$ref"].rpartition("/")[2] for each in kinds]
    shapes = [described["components"]["schemas"][name] for name in names]
    assert [each["required"] for each in shapes] == [["change"], ["withdraws"]]
    assert {"200", "201", "400", "401", "403", "409", "415"} <= operation["responses"].keys()


@pytest.mark.postgres
def test_a_role_that_may_only_read_is_given_the_reviews_and_adds_none(
    folder: Path, postgres_server: Server
) -> None:
    url = postgres_server.create_database()
    owner = new_site(folder, url)
    with served(owner) as one:
        one.post({"change": 3, "name": "Anna"})
        one.service.get("/")  # which makes the index
        engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
        with engine.begin() as connection:
            for statement in (
                "DROP ROLE IF EXISTS only_reads", "CREATE ROLE only_reads LOGIN",
                "GRANT USAGE ON SCHEMA public, ingest_index TO only_reads",
                "GRANT SELECT ON ALL TABLES IN SCHEMA public, ingest_index TO only_reads",
            ):  # fmt: skip
                connection.exec_driver_sql(statement)
        role = sa.make_url(url).set(username="only_reads").render_as_string(hide_password=False)
        with Service(Quick(role, folder), *configured(folder)) as service:
            reads = Reviewed(owner, service)
            refused = reads.post({"change": 4, "name": "Anna"})
            assert (refused.status, refused.json["code"]) == (403, "read_only")
            assert reads.form({"change": "4", "name": "Anna", "token": TOKEN}).status == 403
            assert reads.items() == one.items()
            paths = ("/", "/changes", "/changes?reviewed=no", f"/documents/{reads.items()[0]['document']}")
            assert [service.get(path).status for path in paths] == [200] * 4
        with engine.begin() as connection:
            for statement in ("DROP OWNED BY only_reads", "DROP ROLE only_reads"):
                connection.exec_driver_sql(statement)
        engine.dispose()
    postgres_server.drop_database(url)
