"""An answer that could only be empty says why, on standard error; one that happens to be says nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.site import Site, new_folder, new_site

ENGLISH = "The council has met and they said that it was not about the bridge.\n"
DUTCH = "De raad heeft niet gezegd dat zij naar de brug zijn geweest, en het wordt tijd.\n"
NO_WORD = "the query has no word in it: nothing can be found"
UNCLOSED = "a quotation mark has no other half: what comes after it is no phrase"
NOBODY = "there are texts in en, nl"


@pytest.fixture(scope="module")
def spoken() -> Iterator[Site]:
    with new_folder() as folder:
        site = new_site(folder)
        site.write("news/a.txt", ENGLISH)
        site.write("news/b.txt", ENGLISH)
        site.write("nieuws/c.txt", DUTCH)
        site.scan()
        yield site


@pytest.mark.parametrize(
    ("words", "note"),
    [
        (["search", ""], NO_WORD),
        (["search", " ?! "], NO_WORD),
        (["search", '"'], f"{NO_WORD}\n{UNCLOSED}"),
        (["search", "council", "--language", "english"], "no text is in 'english': write en"),
        (["search", "council", "--language", "Deutsch"], f"no text is in 'Deutsch', which is de; {NOBODY}"),
        (["search", "council", "--language", "xx"], f"no text is in 'xx'; {NOBODY}"),
        (["search", "council", "--prefix", "nosuch/"], "no path in the store begins with 'nosuch/'"),
        (["ls", "nosuch/"], "no path in the store begins with 'nosuch/'"),
        (["ls", "--prefix", "nosuch/"], "no path in the store begins with 'nosuch/'"),
        (["ls", "--rejected", "nosuch/"], "no path in the store begins with 'nosuch/'"),
        (["ls", "--language", "english"], "no text is in 'english': write en"),
        (["search", "zeppelin"], ""),
        (["search", "brug", "--language", "en"], ""),
        (["ls", "--deleted"], ""),
        (["ls", "--rejected", "news/"], ""),
        (["ls", "news/", "--language", "nl"], ""),
    ],
)  # fmt: skip
def test_an_empty_answer_says_why_where_it_could_only_be_empty(
    spoken: Site, words: list[str], note: str
) -> None:
    answer = spoken.command.ask(*words)
    assert answer.out == b""
    assert answer.note == note


def test_an_unclosed_quotation_mark_is_said_and_the_words_are_found(spoken: Site) -> None:
    answer = spoken.command.ask("search", '"the council')
    assert "a quotation mark has no other half" in answer.note
    assert "news/a.txt" in answer.text


def test_words_without_quotation_marks_are_one_query(spoken: Site) -> None:
    assert spoken.command.ask("search", "council", "zeppelin").out == b""
    for words in (["council", "bridge"], ["council bridge"]):
        found = spoken.command.records("search", *words, "-n", "2")
        assert [record["path"] for record in found] == ["news/a.txt", "news/b.txt"]


@pytest.mark.parametrize("language", ["nl", "NL", "nl-BE"])
def test_ls_and_search_take_a_language_by_its_code(spoken: Site, language: str) -> None:
    for words in (["ls"], ["search", "brug OR bridge"]):
        found = spoken.command.records(*words, "--language", language)
        assert [record["path"] for record in found] == ["nieuws/c.txt"]


def test_a_prefix_means_the_same_to_every_verb(spoken: Site) -> None:
    for prefix, wanted in {
        "news/": ["news/a.txt", "news/b.txt"],
        "./news/a": ["news/a.txt"],
        "n": ["news/a.txt", "news/b.txt", "nieuws/c.txt"],
        "root/nieuws/": ["nieuws/c.txt"],
        str(spoken.root / "nieuws"): ["nieuws/c.txt"],
        str(spoken.root): ["news/a.txt", "news/b.txt", "nieuws/c.txt"],
    }.items():
        for words in (["ls"], ["log"], ["changes"], ["search", "council OR raad"], ["ls", "--at", "seq:3"]):
            found = spoken.command.records(*words, "--prefix", prefix)
            assert sorted(record["path"] for record in found) == wanted, (words, prefix)


def test_a_roots_name_is_that_root_and_one_in_which_nothing_was_found_is_said(site: Site) -> None:
    for name, files in {"a": ["x.txt", "y.txt"], "b": ["a-z.txt"], "e": []}.items():
        (site.folder / name).mkdir()
        for file in files:
            (site.folder / name / file).write_text(ENGLISH)
        site.command.ask("scan", site.folder / name)
    for words in (["ls"], ["log"], ["changes"], ["search", "council"]):
        for prefix, wanted in {"b": ["a-z.txt"], "b/": ["a-z.txt"], "a/": ["x.txt", "y.txt"]}.items():
            found = site.command.records(*words, "--prefix", prefix)
            assert sorted(record["path"] for record in found) == wanted, (words, prefix)
        # what a path begins with is that path
        assert [each["path"] for each in site.command.records(*words, "--prefix", "a")] == ["a-z.txt"]
        for asked in (["--prefix", "e"], ["--prefix", "e/"], ["--root", "e"]):
            answer = site.command.ask(*words, *asked, json=True)
            assert answer.out == b""
            assert answer.note == "nothing was ever found in the root 'e'", (words, asked)


def test_a_folder_asked_for_as_a_document_says_how_to_ask(spoken: Site) -> None:
    for name in ("news", "news/"):
        hint = spoken.command.refused("log", name, code=2).hint
        assert hint == "it is a folder: ingest ls news/, or ingest log --prefix news/"
    assert spoken.command.refused("log", "nosuch", code=2).hint == "run: ingest ls, or ingest ls --deleted"


def test_an_unknown_choice_names_the_choices(spoken: Site) -> None:
    for verb in ("log", "changes"):
        hint = spoken.command.refused(verb, "--type", "edited", code=2).hint
        assert "created, changed, moved, deleted, restored, rejected, renormalised" in hint
