"""A text that is too long for one page is shown in parts, each a page that is light."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from datetime import UTC
from hashlib import sha256
from html import unescape

import msgspec
import pytest

from ingest.corpus import Corpus
from ingest.edits.settings import Rules
from ingest.errors import NotFound
from ingest.history import naming
from ingest.http.page_parameters import Document
from ingest.index import fill
from ingest.index.database import Index
from ingest.model import Content, Rendition
from ingest.store.engine import Connection
from ingest.store.new_rows import prepare
from ingest.web import document, render, text_parts
from ingest.web.answer_cache import AnswerCache
from ingest.web.words import Words
from tests.recording import SALT, add_root, entry, opened, record

PART = 3_000  # characters, a tenth of what a page shows
# A paragraph a number; one is as long as several parts, without an end of a line.
OLD = "\n\n".join(
    f"Paragraph {number} says that {number * 7} people crossed bridge {number % 13} on day {number % 30}."
    for number in range(200)
)
LONG = " ".join(f"In room {number} there are {number % 9} chairs." for number in range(260))
OLD = OLD.replace("Paragraph 100 ", f"{LONG} Paragraph 100 ")
NEW = (
    OLD.replace("Paragraph 60 says", "Paragraph 60 denies")
    .replace("In room 200 there are", "In room 200 there were")
    .replace("that 1330 people", "that 9999 people")
)
HEAVY = re.sub(r"(\d+) (people|chairs)", r"\1\1 \2", OLD)
_NOTHING = {"can": False, "name": None, "by_proxy": False, "has_token": False}

Page = Callable[..., str]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """What gives the page of the document with these parameters."""
    with (
        opened(f"sqlite:///{tmp_path_factory.mktemp('long')}/store.db") as store,
        pytest.MonkeyPatch.context() as patched,
    ):
        patched.setattr(text_parts, "PART", PART)
        patched.setattr(document, "LARGEST", 40_000)
        root = add_root(store)
        record(store, root, [entry("created", b"long.txt", raw=OLD.encode())])
        record(store, root, [entry("changed", b"long.txt", raw=NEW.encode(), document=1, previous=1)])
        bare = Rendition(normaliser="plain/1", libraries="", media_type="image/png", text_reason="binary")
        content = Content(raw=b"\0", sha256=sha256(b"\0").digest(), rendition=bare)
        version = prepare(content, modified_at=1, salt=SALT, before=None, dictionary=None)
        change = entry("changed", b"long.txt", document=1, previous=2)
        record(store, root, [msgspec.structs.replace(change, version=version)])
        record(store, root, [entry("changed", b"long.txt", raw=b"Now short.", document=1, previous=3)])
        record(store, root, [entry("changed", b"long.txt", raw=b"long. " * 7_000, document=1, previous=4)])
        record(store, root, [entry("changed", b"long.txt", raw=b"Short again.", document=1, previous=5)])
        record(store, root, [entry("changed", b"long.txt", raw=HEAVY.encode(), document=1, previous=6)])
        index = Index(store)
        index.prepare()
        fill.catch_up(index, rules=Rules())
        corpus = Corpus(store, rules=Rules())
        cache = AnswerCache(corpus.now)

        def target_of(connection: Connection) -> naming.Target:
            return naming.resolve(connection, "long.txt")

        def asked_for(**asked: object) -> str:
            wanted = Document(**{"last": "2", **asked})  # type: ignore[arg-type]
            view = document.view(
                corpus, cache, target_of, first=wanted.first, last=wanted.last, mode=wanted.view, before=None,
                with_lost=False, at=wanted.at, part=wanted.part, only=wanted.only,
            )  # fmt: skip
            values = {
                "here": "", "path": "", "data_path": "", "view": view, "asked": wanted, "head": 3,
                "watching": {"state": "ok", "words": "watching", "at": 0}, "query_values": {},
                "reviewer": _NOTHING, "only": wanted.only,
            }  # fmt: skip
            return render.page("document", Words("en", UTC, 0), values)

        yield asked_for
        index.dispose()
        corpus.close()


def shown(html: str) -> str:
    """The text of the page, its blanks and marks taken away, without what went."""
    sheet = html[html.index('<div class="text') : html.index("</section>")]
    pin, parts = '<a class="pin".*?</a>', '<p class="parts.*?</p>'
    for gone in ("<del.*?</del>", "<summary>.*?</summary>", pin, parts, "<[^>]*>"):
        sheet = re.sub(gone, "", sheet, flags=re.DOTALL)
    return "".join(unescape(sheet).split())


def number_of_parts(html: str) -> tuple[int, int]:
    found = re.search(r"part (\d+) of (\d+) of the text", html)
    assert found is not None
    return int(found[1]), int(found[2])


@pytest.mark.parametrize("view", ["inline", "age"])
def test_the_parts_are_the_whole_text(page: Page, view: str) -> None:
    _, every = number_of_parts(page(view=view))
    parts = [page(view=view, part=number) for number in range(1, every + 1)]

    assert every > 6
    assert "".join(map(shown, parts)) == "".join(NEW.split())
    assert [number_of_parts(each)[0] for each in parts] == list(range(1, every + 1))
    with pytest.raises(NotFound, match=f"no part {every + 1}"):
        page(view=view, part=every + 1)


def test_each_change_is_in_one_part_and_the_list_leads_there(page: Page) -> None:
    opened_ = page()
    links = re.findall(r'<li><a href="([^"]*)#(c\d+)"', opened_)
    here, every = number_of_parts(opened_)
    places = {
        anchor: number
        for number in range(1, every + 1)
        for anchor in re.findall(r' id="(c\d+)"', page(part=number))
    }

    assert len(links) == 3
    assert len(set(places.values())) == 3
    for address, anchor in links:
        part = re.search(r"part=(\d+)", address)
        assert places[anchor] == (here if part is None else int(part[1]))
    assert here == places[links[0][1]]  # the gravest is what one sees first
    anchors = sorted(places, key=lambda each: int(each[1:]))
    middle = page(part=places[anchors[1]])
    ways = dict(re.findall(r'part=\d+#(c\d+)" data-change="(\w+)"', middle))
    assert ways == {anchors[0]: "before", anchors[2]: "after"}
    assert re.search(r"data-change", page(part=every, view="age")) is None


def test_a_sentence_by_its_link_and_what_a_version_brought_are_in_the_part_that_is_shown(page: Page) -> None:
    at = NEW.index("Paragraph 199 says")
    assert number_of_parts(page(at=str(at)))[0] == number_of_parts(page(view="age"))[1]
    assert "Paragraph 199 says" in page(at=str(at))
    lit = page(view="age", only=2)
    assert number_of_parts(lit)[0] == 2
    assert 'class="s a5 lit"' in lit


@pytest.mark.parametrize("view", ["inline", "age", "sides"])
def test_a_link_to_a_part_leads_to_its_heading_which_says_where_one_is(page: Page, view: str) -> None:
    html = page(view=view, part=2)
    links = re.findall(r'href="([^"]*)" rel="(?:prev|next)"', html)

    assert len(links) == 4  # above the text and below it
    assert {link.partition("#")[2] for link in links} == {"part"}
    number, every = number_of_parts(html)
    told = f"part {number} of {every} of the text"
    assert f'<h2 class="part tab" id="part" tabindex="-1">{told.capitalize()}</h2>' in html
    assert f"{told} · ingest</title>" in html


def test_side_by_side_rows_go_on_in_the_next_part(page: Page) -> None:
    _, every = number_of_parts(page(view="sides"))
    parts = [page(view="sides", part=number) for number in range(1, every + 1)]
    assert [sum(f"Paragraph {number} " in each for each in parts) for number in (0, 3, 99, 199)] == [1] * 4


@pytest.mark.parametrize(("last", "text"), [("4", "Now short."), ("6", "Short again.")])
@pytest.mark.parametrize("view", ["inline", "sides"])
def test_what_can_be_compared_with_nothing_is_shown_alone(
    page: Page, last: str, text: str, view: str
) -> None:
    html = page(last=last, view=view)
    assert text in html
    assert 'class="text by-age"' in html


def test_a_page_is_light_when_every_sentence_of_a_part_changed(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_parts, "PART", 10 * PART)
    heavy = [page(first="1", last="7", view=view) for view in ("inline", "sides", "age")]
    around = sum(len(gzip.compress(render.asset(name))) for name in render.ASSETS)
    sent = [len(gzip.compress(each.encode(), 5)) + around for each in heavy]
    assert max(sent) < 100_000
    assert min(map(len, heavy)) > 8 * PART
