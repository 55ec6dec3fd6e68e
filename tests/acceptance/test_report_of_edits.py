"""The report of edits that nobody announced: which are silent, in what order, and the same wherever told."""

from __future__ import annotations

import re

from tests.site import Site

ARTICLE = """# Court acquits the mayor

The court heard the case of the mayor on Monday. Reporters had come from all over the country.

The mayor denied the charges in a long statement. He allegedly took 5,000 euros from a builder in 2019.

"I did nothing wrong," said the mayor after the hearing. Nobody else wanted to speak on the square.

The trial goes on next week in the same room. The files must go to the defence, according to the judge.
"""
QUOTED = '"I did nothing wrong," said the mayor after the hearing. '
# Of each edit: its document, what is put for what, and what it is about. In the order in which they are made.
EDITS = (
    ("rephrased", "a long statement", "an angry letter", "rephrased"),
    ("emptied", ARTICLE, "", "removed text"),
    ("added", "the judge.\n", "the judge. The mayor has left the town for good.\n", "added text"),
    ("quotation", QUOTED, "", "attribution and quotation"),
    ("removed", "The trial goes on next week in the same room. ", "", "removed text"),
    ("admitted", "denied", "admitted", "negation and modality"),
    ("sum", "5,000 euros", "50,000 euros", "facts"),
    ("source", ", according to the judge", "", "attribution and quotation"),
    ("alleged", "allegedly ", "", "negation and modality"),
    ("convicts", "acquits", "convicts", "headline"),
)
ORDER = {
    "facts": ["sum"],
    "headline": ["convicts"],
    "negation and modality": ["alleged", "admitted"],
    "attribution and quotation": ["source", "quotation"],
    "removed text": ["removed", "emptied"],
    "added text": ["added"],
    "rephrased": ["rephrased"],
}
NOTICE = "\nCorrection: an earlier version of this article was wrong.\n"


def edit_all(site: Site, *, notice: str = "") -> None:
    """The ten edits, one after the other."""
    for name, *_ in EDITS:
        site.write(f"{name}.md", ARTICLE)
    site.scan()
    for name, old, new, _ in EDITS:
        assert old in ARTICLE
        site.write(f"{name}.md", ARTICLE.replace(old, new) + notice)
        site.scan()


def groups_of(text: str, heading: str) -> dict[str, list[str]]:
    """The documents below each heading of a category in the report for a terminal, by what they are about."""
    found: dict[str, list[str]] = {}
    group: list[str] | None = None
    for line in text.splitlines():
        if line and not line.startswith(" "):
            group = None
            if line.startswith(f"{heading}: "):
                group = found.setdefault(line.removeprefix(f"{heading}: "), [])
        elif group is not None and (entry := re.match(r"  (\S+)\.md @", line)):
            group.append(entry[1])
    return found


def groups_of_page(page: str, category: str) -> dict[str, list[str]]:
    """The same of the page."""
    (section,) = re.findall(rf'<section id="{category}">(.*?)</section>', page, re.DOTALL)
    found = {}
    for part in section.split("<h3>")[1:]:
        name, _, rest = part.partition("</h3>")
        found[name.lower()] = re.findall(r"<article><h4><code>(\w+)\.md</code>", rest)
    return found


def test_ten_edits_without_a_notice_are_silent_and_the_gravest_stand_first(each_site: Site) -> None:
    site = each_site
    edit_all(site)
    page = site.folder / "page.html"

    text = site.command.ask("report", "--html", page).text
    report = site.command.record("report")
    log = site.command.records("log", "--flag", "silent")

    assert text.splitlines()[1] == (
        "10 changed silently, 0 changed in the open, 0 reworded, 0 cosmetic, 0 of no significance, 10 added"
    )
    assert (report["counts"]["silent"], report["counts"]["open"]) == (10, 0)
    assert "substantive" not in report["counts"]
    assert list(groups_of(text, "changed silently").items()) == list(ORDER.items())
    made = page.read_text()
    assert list(groups_of_page(made, "silent").items()) == list(ORDER.items())
    assert re.search(r">Changed silently</th><td class=\"n\">10</td>", made)
    assert {name: about for name, _, _, about in EDITS} == {
        name: about for about, names in ORDER.items() for name in names
    }
    assert [each["path"] for each in log] == [f"{name}.md" for name, *_ in reversed(EDITS)]
    assert {(each["edit"]["significance"], each["edit"]["silent"]) for each in log} == {("substantive", True)}
    assert site.command.records("log", "--flag", "notice") == []


def test_the_same_edits_with_a_notice_are_open_and_a_later_notice_excuses_nothing(site: Site) -> None:
    edit_all(site, notice=NOTICE)
    site.write("late.md", ARTICLE)
    site.scan()
    site.write("late.md", ARTICLE.replace("5,000", "50,000"))
    site.scan()
    site.write("late.md", ARTICLE.replace("5,000", "50,000") + NOTICE)
    site.scan()

    text = site.command.ask("report").text
    late = [each["edit"]["silent"] for each in site.command.records("log", "late.md", "--type", "changed")]

    assert text.splitlines()[1] == (
        "1 changed silently, 11 changed in the open, 0 reworded, 0 cosmetic, 0 of no significance, 11 added"
    )
    assert groups_of(text, "changed silently") == {"facts": ["late"]}
    assert groups_of(text, "changed in the open")["headline"][0] == "convicts"
    assert late == [False, True]


def test_an_edit_to_a_document_that_moved_or_came_back_counts(site: Site) -> None:
    site.write("gone.md", ARTICLE)
    site.scan()
    (site.root / "gone.md").unlink()
    site.scan()
    site.write("gone.md", ARTICLE.replace("denied", "admitted"))
    site.scan()

    (restored,) = site.command.records("log", "--flag", "silent")

    assert restored["type"] == "document.restored"
    assert groups_of(site.command.ask("report").text, "changed silently") == {
        "negation and modality": ["gone"]
    }
