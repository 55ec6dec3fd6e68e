"""Reviews in a real browser: the form without script and by keyboard, and what each page says after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests import browser as browsers
from tests.acceptance.test_reviews import TOKEN, Reviewed, served
from tests.browser import Watched
from tests.site import new_folder, new_site

pytestmark = pytest.mark.skipif(browsers.chromium() is None, reason="there is no Chromium; INGEST_CHROMIUM")
HOSTILE = "<script>document.title='owned'</script> \u202egnp"


@dataclass(frozen=True)
class Open:
    """A service with a token, and a browser."""

    one: Reviewed
    browser: Browser

    @contextmanager
    def at(self, path: str, **context: Any) -> Iterator[Page]:
        """A page, opened; nothing is wrong with it when it is left."""
        made = self.browser.new_context(**context)
        try:
            watched = Watched(made.new_page(), self.one.service.address)
            watched.page.goto(self.one.service.address.rstrip("/") + path)
            yield watched.page
            assert watched.wrong == []
        finally:
            made.close()

    def document(self, path: str) -> str:
        """The address of a document's page."""
        items = self.one.service.get("/v1/documents").json["items"]
        return next(f"/documents/{each['document']}" for each in items if each["path"] == path)


@pytest.fixture(scope="module")
def made() -> Iterator[Open]:
    with new_folder() as folder:
        site = new_site(folder, HOME=str(folder))
        with served(site) as one, browsers.opened() as browser:
            yield Open(one, browser)


def test_an_edit_is_reviewed_without_script_and_every_page_says_so(made: Open) -> None:
    address = made.document("bridge.txt")
    with made.at("/") as page:
        expect(page.locator("aside")).to_contain_text("Not reviewed")
        before = int(page.locator("aside a[href='/changes?reviewed=no']").inner_text().split()[0])
        page.locator("aside a[href='/changes?reviewed=no']").click()
        assert page.locator("tbody tr").count() == before == 2
    with made.at(address, java_script_enabled=False) as page:
        expect(page.locator("#reviews")).to_contain_text("Nobody has reviewed this edit.")
        page.get_by_text("Review this edit").click()
        page.get_by_label("Your name").fill("Anna de Vries")
        page.get_by_label("Note").fill(HOSTILE)
        page.get_by_label("Token").fill(TOKEN)
        page.get_by_role("button", name="Reviewed").click()
        page.wait_for_url("**#reviews")
        assert "token" not in page.url
        assert page.title() != "owned"
        expect(page.locator("#reviews li")).to_contain_text("✓ reviewed by Anna de Vries, today")
        expect(page.locator("#reviews q")).to_have_text(HOSTILE.replace("\u202e", "\\u{202e}"))
        assert "\u202e" not in page.content()
    for path in ("/changes?reviewed=yes", "/report"):
        with made.at(path) as page:
            expect(page.locator(".reviewed")).to_contain_text("✓ reviewed by Anna de Vries, today")
    with made.at("/") as page:
        expect(page.locator("aside a[href='/changes?reviewed=no']")).to_have_text("1 edit")


def test_a_review_is_taken_back_by_keyboard_and_stays_to_be_read(made: Open) -> None:
    made.one.post({"change": 4, "name": "Ben"})
    with made.at(made.document("ferry.txt"), locale="nl-NL") as page:
        page.locator("#reviews summary").first.focus()
        page.keyboard.press("Enter")
        for words in ("Cor", "de verkeerde", TOKEN):
            page.keyboard.press("Tab")
            page.keyboard.type(words)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**#reviews")
        told = page.locator("#reviews")
        expect(told).to_contain_text("Niemand heeft deze wijziging nagekeken.")
        expect(told.locator("li")).to_contain_text("was nagekeken door Ben, vandaag")
        expect(told.locator("li")).to_contain_text("teruggenomen door Cor, vandaag")
        expect(told.locator("li q")).to_have_text("de verkeerde")


def test_a_wrong_token_is_told_on_a_page_and_adds_nothing(made: Open) -> None:
    before = made.one.items()
    context = made.browser.new_context()
    page = context.new_page()
    page.goto(made.one.service.address.rstrip("/") + made.document("ferry.txt"))
    page.get_by_text("Review this edit").click()
    page.get_by_label("Your name").fill("Anna")
    page.get_by_label("Token").fill("no token at all")
    page.get_by_role("button", name="Reviewed").click()
    expect(page.locator("h1")).to_have_text("A token is needed.")
    assert "no token at all" not in page.content() + page.url
    page.go_back()
    assert page.get_by_label("Your name").input_value() == "Anna"
    context.close()
    assert made.one.items() == before


@pytest.mark.parametrize("name", ["bridge.txt", "ferry.txt"])
def test_the_panel_keeps_the_rules_of_axe_in_light_and_dark_and_fits_a_phone(made: Open, name: str) -> None:
    with made.at(made.document(name)) as page:
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = Axe().run(page).response["violations"]
            assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == [], scheme
        page.set_viewport_size({"width": 390, "height": 800})
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) == 0


def test_a_page_elsewhere_cannot_send_the_form(made: Open) -> None:
    """Even with the token: a browser says that the form is another's."""
    before = made.one.items()
    context = made.browser.new_context()
    page = context.new_page()
    form = (
        f'<form method="post" action="{made.one.service.address}reviews"><input name="change" value="3">'
        f'<input name="name" value="Eve"><input name="token" value="{TOKEN}"><button>go</button></form>'
    )
    page.route("http://evil.example/", lambda route: route.fulfill(body=form, content_type="text/html"))
    page.goto("http://evil.example/")
    with page.expect_response("**/reviews") as answered:
        page.get_by_role("button").click()
    assert answered.value.status == 403
    context.close()
    assert made.one.items() == before
