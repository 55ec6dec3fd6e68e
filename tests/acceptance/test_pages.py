"""The pages in a real browser: what they show, by hand and by key, without script, and with hostile texts."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests import browser as browsers
from tests.browser import Watched
from tests.service import Service
from tests.site import Site, new_folder, new_site
from tests.unit.documents.made import docx, p, pptx, shape, story

pytestmark = pytest.mark.skipif(browsers.chromium() is None, reason="there is no Chromium; INGEST_CHROMIUM")

HOSTILE = '<script>document.title="owned"</script> <img src=http://evil.example/x> \u202egnp.exe \x1b[31m'
ARTICLE = (
    "The bridge will be closed for three weeks, says the council.\n\nNobody was told. The mayor is away.\n\n"
    "The ferry is free. It runs each hour.\n\nThe quay is mended.\n\nMore is not known.\n"
)
STEPS = (
    ("three weeks", "two weeks"),
    ("Nobody was told", "Few were told"),
    ("two weeks", "three weeks"),
    ("It runs each hour.", "It runs each hour. Dogs may come along for five euro."),
)


COMMENTED = (
    '<w:commentRangeStart w:id="4"/><w:commentRangeEnd w:id="4"/><w:r><w:commentReference w:id="4"/></w:r>'
)
NOTE = 'w:author="Ann" w:date="2026-01-02T03:04:05Z"'
MEMO = docx(
    p("Repairs", properties='<w:pStyle w:val="Heading1"/>') + p("The roof is mended.", COMMENTED),
    leads={"c": ("comments", "comments.xml")},
    parts={
        "word/comments.xml": story("comments", f'<w:comment w:id="4" {NOTE}>{p("Who pays?")}</w:comment>')
    },
    properties="<dc:creator>Ann</dc:creator>",
)
SLIDES = pptx([shape("The bridge is closed."), shape("The ferry is free.")])


@dataclass(frozen=True)
class Shown:
    """A service on a corpus, a browser, and where the pages are."""

    site: Site
    service: Service
    browser: Browser
    pages: dict[str, str]

    @contextlib.contextmanager
    def at(self, name: str, **context: Any) -> Iterator[Watched]:
        """A page, opened; nothing is wrong with it when it is left."""
        made = self.browser.new_context(**context)
        try:
            watched = Watched(made.new_page(), self.service.address)
            watched.page.goto(self.service.address.rstrip("/") + self.pages.get(name, name))
            yield watched
            assert watched.wrong == []
        finally:
            made.close()


@pytest.fixture(scope="module")
def shown() -> Iterator[Shown]:
    with new_folder() as folder:
        site = new_site(folder, HOME=str(folder))
        text = ARTICLE
        site.write("article.txt", text)
        site.write("hostile.txt", f"{HOSTILE} The price is 13 euro. {'x' * 5_000}\n")
        site.write('"><img src=http:evil onerror=alert(1)>.txt', "A name.\n")
        site.write("picture.bin", "\x00\x01")
        (site.root / "memo.docx").write_bytes(MEMO)
        (site.root / "slides.pptx").write_bytes(SLIDES)
        site.scan()
        for old, new in STEPS:
            text = text.replace(old, new)
            site.write("article.txt", text)
            site.scan()
        site.write("hostile.txt", f"{HOSTILE} The price is 31 euro. {'x' * 5_000}\n")
        site.scan()
        with Service(site.command, "--port", "0") as service, browsers.opened() as browser:
            ids = {each["path"]: each["document"] for each in service.get("/v1/documents").json["items"]}
            article = f"/documents/{ids['article.txt']}"
            yield Shown(site, service, browser, {
                "overview": "/",
                "documents": "/documents",
                "moment": "/documents?at=seq:5",
                "document": article,
                "sides": f"{article}?from=1&to=5&view=sides",
                "age": f"{article}?view=age&lost=true",
                "sentence": f"{article}?to=1&view=age&at={ARTICLE.index('Nobody')}",
                "beside": f"/documents/{ids['memo.docx']}?view=age",
                "slides": f"/documents/{ids['slides.pptx']}?view=age",
                "changes": "/changes",
                "search": "/search?q=weeks&every=true",
                "report": "/report",
                "health": "/health",
                "hostile": f"/documents/{ids['hostile.txt']}",
                "binary": f"/documents/{ids['picture.bin']}",
                "missing": "/documents/00000000000000000000000000000000",
            })  # fmt: skip


EVERY = (
    "overview", "documents", "moment", "document", "sides", "age", "sentence", "beside", "changes", "search",
    "report", "health", "hostile", "binary",
)  # fmt: skip


@pytest.mark.parametrize("name", EVERY)
def test_each_page_keeps_the_rules_of_axe_in_light_and_dark_and_fits_a_phone(shown: Shown, name: str) -> None:
    with shown.at(name) as watched:
        page = watched.page
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = Axe().run(page).response["violations"]
            told = [(each["id"], [node["target"] for node in each["nodes"]][:3]) for each in found]
            assert told == [], scheme
        page.set_viewport_size({"width": 320, "height": 800})
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) == 0


@pytest.mark.parametrize("name", EVERY)
def test_each_page_says_the_same_without_script(shown: Shown, name: str) -> None:
    def both() -> list[str]:
        with shown.at(name) as scripted, shown.at(name, java_script_enabled=False) as plain:
            assert plain.page.title() == scripted.page.title()
            assert plain.page.title().endswith(" · ingest")
            return [each.page.locator("main").inner_text() for each in (scripted, plain)]

    scripted, plain = both()
    if scripted != plain:  # a minute, or a step of the chart, ended between the two
        scripted, plain = both()
    assert plain == scripted


@pytest.mark.parametrize("name", EVERY)
def test_each_page_weighs_little_and_its_data_stands_beside_it(shown: Shown, name: str) -> None:
    address = shown.pages[name]
    html = shown.service.get(address)
    path, _, query = address.partition("?")
    data = shown.service.get(f"{path}.json{'?' + query if query else ''}")

    weight = len(html.body)
    for asset in ("style.css", "page.js", "icon.svg"):
        found = html.text.partition(asset)[0].rpartition('"')[2] + asset
        answer = shown.service.get(found)
        assert (answer.status, "immutable" in answer.headers["cache-control"]) == (200, True)
        weight += len(answer.body)
    assert weight < 100_000
    assert data.headers["content-type"] == "application/json"


def test_the_overview_says_what_changed_and_each_number_leads_to_its_list(shown: Shown) -> None:
    with shown.at("overview") as watched:
        lead = watched.page.locator("h1")
        expect(lead).to_contain_text("2 documents changed")
        expect(lead).to_contain_text("in substance without a notice")
        expect(watched.page.locator(".activity text", has_text="the record begins")).to_be_visible()
        number = watched.page.locator("h1 a.silent").inner_text().split()[1]
        watched.page.locator("h1 a.silent").click()
        assert watched.page.locator("tbody tr").count() == int(number)


def test_stretches_of_the_chart_are_chosen_by_dragging_or_by_key(shown: Shown) -> None:
    with shown.at("/health") as watched:
        page = watched.page
        # one page, however long the test takes, on which every bar has edits, so that keys stop at each
        html = shown.service.get("/").text.replace(' aria-hidden="true"><rect', "><rect")
        page.route(re.compile(r"/$"), lambda route: route.fulfill(body=html, content_type="text/html"))
        page.goto(shown.service.address)
        bars = page.locator("[data-brush] svg a")
        ends = [bars.nth(number).get_attribute("href") or "" for number in (20, 23)]
        wanted = f"{ends[0].partition('&')[0]}&{ends[1].partition('&')[2]}".replace("%3A", ":")

        def place(number: int) -> tuple[float, float]:
            box = bars.nth(number).locator(".hit").bounding_box()
            assert box is not None
            return box["x"] + box["width"] / 2, box["y"] + 50

        for begin, end in ((20, 23), (23, 20)):
            page.goto(shown.service.address)
            page.mouse.move(*place(begin))
            page.mouse.down()
            page.mouse.move(*place(end), steps=4)
            assert page.locator(".hit.chosen").count() == 4
            page.mouse.up()
            page.wait_for_url("**/changes?*")
            assert page.url.replace("%3A", ":").endswith(wanted)
        page.goto(shown.service.address)
        page.locator("[data-brush] [tabindex='0']").focus()
        for key in ("Home", *["ArrowRight"] * 20, *["Shift+ArrowRight"] * 3):
            page.keyboard.press(key)
        names = [bars.nth(number).locator("title").text_content() for number in (20, 23)]
        expect(page.locator("[data-brush] output")).to_have_text(" – ".join(map(str, names)))
        page.keyboard.press("Escape")
        expect(page.locator("[data-brush] output")).to_have_text("")
        for _ in range(3):
            page.keyboard.press("Shift+ArrowLeft")
        page.keyboard.press("Enter")
        page.wait_for_url("**/changes?*")
        assert page.url.replace("%3A", ":").endswith(wanted)


def test_since_you_last_looked_is_told_from_the_last_visit(shown: Shown) -> None:
    with shown.at("overview") as watched:
        cookie = next(each for each in watched.page.context.cookies() if each["name"] == "looked")
        base, base_at, last, last_at = cookie["value"].split(".")
        assert (base, base_at) == ("0", "0")
        assert cookie["httpOnly"]
        assert cookie["sameSite"] == "Strict"
        watched.page.reload()
        expect(watched.page.locator("h1")).to_contain_text("Since the record begins")
        an_hour_ago = int(last_at) - 3_600_000_000
        looked = f"0.0.{int(last) - 1}.{an_hour_ago}"
        watched.page.context.add_cookies([{"name": "looked", "value": looked, "url": shown.service.address}])
        watched.page.reload()
        expect(watched.page.locator("h1")).to_contain_text("Since you last looked")
        expect(watched.page.locator("h1")).to_contain_text("1 document changed")


def test_a_fact_that_came_back_is_one_line_over_the_versions(shown: Shown) -> None:
    with shown.at("document") as watched:
        line = watched.page.locator(".facts tr", has_text="weeks").first
        expect(line.locator("td").first).to_have_text("three 1 → two 2–3 → three since 4, as before")


def test_two_versions_are_chosen_in_the_table_and_compared(shown: Shown) -> None:
    with shown.at("document", java_script_enabled=False) as watched:
        page = watched.page
        page.locator("details.table summary").click()
        page.locator("input[name=from][value='1']").check()
        page.locator("input[name=to][value='3']").check()
        page.get_by_role("button", name="Compare these").click()
        page.wait_for_url("**to=3**from=1")
        gone, come = (page.locator(f".text {tag}").all_inner_texts() for tag in ("del", "ins"))
        assert [each.strip() for each in gone] == ["three", "Nobody was told."]
        assert [each.strip() for each in come] == ["two", "Few were told."]


def test_the_axis_says_how_the_folder_was_observed_and_when(shown: Shown) -> None:
    with shown.at("document", java_script_enabled=False) as watched:
        told = watched.page.locator(".timeline [class^=b-] title").all_text_contents()

        assert len(told) == 1
        assert re.fullmatch(r"scanned, today \d\d:\d\d – now", told[0])


def test_the_changes_are_walked_by_key(shown: Shown) -> None:
    with shown.at(shown.pages["document"] + "?from=1&to=3") as watched:
        page = watched.page
        marks = "[...document.querySelectorAll('.sheet [id]')].map((each) => each.id)"
        places = page.evaluate(marks)
        assert len(places) > 1
        seen = []
        for key in ["n"] * (len(places) + 1) + ["p"]:
            page.keyboard.press(key)
            seen.append(page.url.partition("#")[2])
        assert seen == [*places, places[0], places[-1]]
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.name") == "q"
        page.keyboard.type("nothing")
        assert page.locator("form[role=search] input[type=search]").input_value() == "nothing"


def test_side_by_side_stands_aligned_with_a_gap_where_nothing_was(shown: Shown) -> None:
    with shown.at("sides") as watched:
        row = watched.page.locator(".row.added")
        expect(row.locator("p").nth(0)).to_have_text("nothing here in this version")
        expect(row.locator("p").nth(1)).to_contain_text("Dogs may come along for five euro.")
        assert watched.page.locator(".row p:not([dir=auto])").count() == 0
        assert watched.page.locator("h1 > bdi").count() == 1


def test_what_a_version_brought_is_lit_when_it_is_pointed_at(shown: Shown) -> None:
    with shown.at("age") as watched:
        page = watched.page
        page.locator("[data-light='3']").focus()
        assert page.locator(".s.lit").all_inner_texts() == ["Few were told."]
        page.locator("[data-light='3']").blur()
        assert page.locator(".s.lit").count() == 0
        page.locator(".s", has_text="The mayor is away.").hover()
        assert "The mayor is away." in page.locator(".s.lit").all_inner_texts()
        gone = page.locator("aside del").all_inner_texts()
        assert "Nobody was told." in gone


def test_the_link_of_a_sentence_says_where_it_is_now_and_leads_there(shown: Shown) -> None:
    with shown.at("sentence") as watched:
        page = watched.page
        here = page.locator("section.here")
        assert page.locator(".s.here").inner_text() == "Nobody was told."
        expect(here).to_contain_text("It was edited in version 3. In the newest, 5, there stands:")
        assert here.locator("q").all_inner_texts() == ["Nobody was told.", "Few were told."]
        here.get_by_role("link", name="Where it stands now").click()
        assert page.locator(".s.here").inner_text() == "Few were told."
        expect(page.locator("section.here")).to_contain_text("In these words since version 3")
        expect(page.locator("section.here")).to_contain_text("This is the newest version: it stands so now.")


def test_a_sentence_that_was_away_says_in_which_version(shown: Shown) -> None:
    with shown.at("age") as watched:
        expect(watched.page.locator(".note-in")).to_have_text(["(away in versions 2 to 3)"])


def test_where_a_page_begins_stands_in_the_text(shown: Shown) -> None:
    with shown.at("slides") as watched:
        text = watched.page.locator(".text > *").evaluate_all(
            "(all) => all.map((each) => each.innerText.replace('¶', '').trim())"
        )
        assert text == ["p. 1", "The bridge is closed.", "p. 2", "The ferry is free."]


def test_what_stands_beside_a_text_is_told_as_what_the_file_claims(shown: Shown) -> None:
    with shown.at("beside") as watched:
        section = watched.page.locator("section.beside")
        expect(section).to_contain_text("is what the file claims: nobody checked it.")
        assert section.locator("summary").all_inner_texts() == [
            "Comments: 1",
            "What the file says of itself: 1",
        ]
        comment, creator = (each.split("\n") for each in section.locator("li").all_inner_texts())
        assert comment == [
            "Who pays?", "under “Repairs”", "says it is by Ann, says it is of 2026-01-02T03:04:05Z",
        ]  # fmt: skip
        assert creator == ["creator Ann"]


def test_in_forced_colours_lines_say_what_colours_said(shown: Shown) -> None:
    with shown.at(f"{shown.pages['document']}?from=1&to=2", forced_colors="active") as watched:
        page = watched.page
        told = """name => [...document.querySelectorAll(name)].filter(each => each.offsetParent).map(each => {
            const css = getComputedStyle(each); return [css.borderBottomColor, css.backgroundColor] })"""
        menu, modes = page.evaluate(told, ".bar nav a"), page.evaluate(told, ".modes a")
        here, beside = page.locator(".bar nav a[aria-current]").all(), page.locator(".modes a").all()
        marked = [each for each in menu if menu.count(each) == 1]

        assert (len(here), len(marked)) == (2, 1)  # of the two menus one is shown
        assert [modes.count(each) for each in modes] == [1, *[len(beside) - 1] * (len(beside) - 1)]
        assert page.evaluate("getComputedStyle(document.querySelector('ins.fact')).outlineStyle") == "solid"
        widths = page.evaluate(
            "[...document.querySelectorAll('.text p')].map(each => each.className + ' ' +"
            " getComputedStyle(each).borderInlineStartWidth)"
        )
        assert len({each.split()[-1] for each in widths}) == len({each.split()[0] for each in widths}) > 1


def test_side_by_side_is_one_column_on_a_phone_and_says_what_stayed_once(shown: Shown) -> None:
    with shown.at("sides", viewport={"width": 320, "height": 700}) as watched:
        shown_rows = watched.page.locator(".row p:visible")
        kept = watched.page.locator(".row p:visible", has_text="The mayor is away.")
        assert kept.count() == 1
        assert len({each["x"] for each in (box.bounding_box() for box in shown_rows.all()) if each}) == 1
        timeline = "document.querySelector('.timeline')"
        assert watched.page.evaluate(f"{timeline}.scrollWidth > {timeline}.clientWidth")
        first = "document.querySelector('.timeline .chosen').getBoundingClientRect().right"
        assert 0 < watched.page.evaluate(first) <= 320
        watched.page.emulate_media(media="print")
        assert watched.page.evaluate(f"{timeline}.scrollWidth == {timeline}.clientWidth")
        expect(watched.page.locator("footer")).to_have_text(re.compile("Times are local to the service"))
        expect(watched.page.locator("footer p")).to_be_visible()
        expect(watched.page.locator("footer a").first).to_be_hidden()


def test_what_comes_is_counted_and_shown_when_asked_for(shown: Shown) -> None:
    with shown.at("overview") as watched:
        shown.site.write("late.txt", "It came late.\n")
        shown.site.scan()
        expect(watched.page.locator(".live a")).to_have_text("1 new, show them", timeout=20_000)

        # while nobody sees the page it holds no connection, and goes on where it was
        asked: list[str] = []
        watched.page.on("request", lambda request: asked.append(request.url))
        show = (
            "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
            " document.dispatchEvent(new Event('visibilitychange')) }"
        )
        watched.page.evaluate(show, True)
        shown.site.write("later.txt", "It came later.\n")
        shown.site.scan()
        head = shown.service.get("/v1/status").json["seq"]
        expect(watched.page.locator(".live a")).to_have_text("1 new, show them")
        watched.page.evaluate(show, False)
        expect(watched.page.locator(".live a")).to_have_text("2 new, show them", timeout=20_000)
        assert [url.partition("since=")[2] for url in asked] == [str(head - 1)]


def test_the_record_is_gone_through_with_the_slider(shown: Shown) -> None:
    with shown.at("documents") as watched:
        page = watched.page
        page.locator("#seq").focus()
        page.keyboard.press("Home")
        for _ in range(2):
            page.keyboard.press("ArrowRight")
        page.wait_for_url("**seq=3#seq")
        expect(page.locator("#seq")).to_be_focused()
        for _ in range(2):
            page.keyboard.press("ArrowLeft")
        page.wait_for_url("**seq=1#seq")
        expect(page.locator("h1")).to_contain_text("The corpus as it stood at")
        assert page.locator("table.list").first.locator("tbody tr").count() == 1


@pytest.mark.parametrize(
    ("address", "form", "kept"),
    [
        ("/changes?root={root}&class=factual&fact=date", ".filters", "root={root} class=factual fact=date"),
        ("/documents?root={root}&prefix=art&language=en", ".slider", "root={root} prefix=art language=en"),
        ("/documents?prefix=art&seq=5", ".filters", "prefix=art at=seq%3A5"),
        ("/search?q=weeks&root={root}", ".filters", "q=weeks root={root}"),
        ("/report?root={root}", ".filters", "root={root}"),
    ],
)  # fmt: skip
def test_a_form_sent_again_asks_for_what_the_page_was_asked_for(
    shown: Shown, address: str, form: str, kept: str
) -> None:
    root = shown.site.root.name
    with shown.at(address.format(root=root), java_script_enabled=False) as watched:
        with watched.page.expect_navigation():
            watched.page.locator(f"main {form} button").click()

        assert set(kept.format(root=root).split()) <= set(watched.page.url.partition("?")[2].split("&"))


def test_hostile_texts_and_names_are_text(shown: Shown) -> None:
    for name in ("hostile", "overview", "documents", "changes", "report"):
        with shown.at(name) as watched:
            assert watched.page.title() != "owned"
            assert watched.page.locator("main img").count() == 0
            html = watched.page.content()
            assert "\u202e" not in html
            assert "\x1b" not in html
    with shown.at("hostile") as watched:
        expect(watched.page.locator(".text").first).to_contain_text("\\u{202e}gnp.exe")


def test_the_page_of_the_report_is_that_of_the_command_line(shown: Shown) -> None:
    with shown.at("/report.html?until=seq:9") as watched:
        assert watched.page.locator("h1").inner_text() == "What changed"
        assert watched.page.evaluate("getComputedStyle(document.body).maxWidth") != "none"


def test_the_language_is_the_browsers_or_the_one_that_was_chosen(shown: Shown) -> None:
    with shown.at("overview", locale="nl-NL") as watched:
        page = watched.page
        assert page.locator("html").get_attribute("lang") == "nl"
        expect(page.locator("nav a").first).to_have_text("Overzicht")
        page.get_by_role("link", name="English").click()
        page.goto(shown.service.address + "health")
        expect(page.locator("h1")).to_contain_text("Health: stopped")


def test_what_is_not_there_is_said_on_a_page(shown: Shown) -> None:
    context = shown.browser.new_context()
    page = context.new_page()
    answer = page.goto(shown.service.address.rstrip("/") + shown.pages["missing"])
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("h1")).to_have_text("There is no such thing.")
    context.close()
