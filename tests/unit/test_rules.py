"""Each rule has cases that it decides, the docs say what the table says, and a version goes with it."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest

from ingest.edits import classifier
from ingest.edits.classify import classify
from ingest.edits.edit import CLASSES, Class, Text
from ingest.edits.pair import Pair
from ingest.edits.rules import RULES, ask
from ingest.edits.settings import RootRules
from ingest.text import language_files, thesaurus, wordlist

PROJECT = Path(__file__).parents[2]
CASES = PROJECT / "tests" / "edits" / "cases" / "rules.tsv"

# The rules and the words as they are in this version of the classifier.
PINNED = (16, "9419f55883cd01b6")


def cases() -> list[dict[str, str]]:
    with CASES.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def text(written: str, language: str, besides: dict[str, str]) -> Text:
    content = written.replace("\\n", "\n")
    known: dict[str, Any] = {name: besides.get(name) for name in ("title", "date", "encoding", "normaliser")}
    known["annotations"] = {
        kind: [{"text": besides[kind]}]
        for kind in ("comments", "cue_times", "running_heads")
        if kind in besides
    }
    return Text(
        text=content,
        sha256=hashlib.sha256(content.encode()).digest(),
        language=language or None,
        lossy=bool(besides.get("lossy")),
        unread=besides.get("unread") or None,
        **known,
    )


def pair_of(case: dict[str, str]) -> tuple[Text, Text, list[tuple[int, bytes]], RootRules]:
    """The two versions of a case; `besides` has what is not in the texts, `old → new` or one for both."""
    besides = dict(part.split("=", 1) for part in case["besides"].split("; ") if part)
    sides = [
        {
            name: value.split(" → ")[-at]
            for name, value in besides.items()
            if " → " in value or name == "normaliser"
        }
        for at in (0, 1)
    ]
    before, after = (
        text(case[side], case["language"], own) for side, own in zip(("before", "after"), sides, strict=True)
    )
    earlier = [(1, after.sha256)] if besides.get("earlier") == "after" else []
    patterns = (besides["boilerplate"],) if "boilerplate" in besides else ()
    return before, after, earlier, RootRules(boilerplate=patterns)


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case['rule']} {case['language']}")
def test_a_case_is_decided_by_its_rule(case: dict[str, str]) -> None:
    before, after, earlier, rules = pair_of(case)
    found = classify(before, after, earlier=earlier, rules=rules)

    assert (found.rule, found.kind, found.significance) == (case["rule"], case["class"], case["significance"])


def test_each_rule_decides_two_cases_or_more_and_every_class_has_a_rule() -> None:
    decided = Counter(case["rule"] for case in cases())

    assert {rule.name: decided[rule.name] for rule in RULES if decided[rule.name] < 2} == {}
    assert set(decided) == {rule.name for rule in RULES}
    assert {rule.kind for rule in RULES} == set(CLASSES) == set(get_args(Class))


def test_a_rule_has_a_name_of_its_own_and_the_last_holds_for_whatever_is_left() -> None:
    names = [rule.name for rule in RULES]

    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch("[a-z]+(-[a-z]+)*", name)] == []
    before, after, earlier, rules = pair_of(cases()[-1])
    *_, last = ask(Pair(before, after, earlier=earlier, rules=rules))
    assert (last.rule, last.answer.holds) == (RULES[-1], True)


def test_the_rules_are_asked_in_order_up_to_the_one_that_gives_the_significance() -> None:
    revert = next(case for case in cases() if case["rule"] == "earlier-text")
    before, after, earlier, rules = pair_of(revert)
    found = list(ask(Pair(before, after, earlier=earlier, rules=rules)))

    assert [each.rule for each in found] == list(RULES[: len(found)])
    assert [each.rule.name for each in found if each.answer.holds] == ["earlier-text", "changed-fact"]
    assert found[-1].answer.saw == "amount “25 euros” to “23 euros”"


def test_the_docs_have_the_rules_as_they_are_declared() -> None:
    page = (PROJECT / "docs" / "reference" / "edits.md").read_text()
    rows = re.findall(r"^\| `([a-z-]+)` \| `([a-z]+)` \| ([^|]+) \| (.+) \|$", page, re.MULTILINE)

    assert rows == [
        (
            rule.name,
            rule.kind,
            f"`{rule.significance}`" if rule.significance else "that of the next rule that holds",
            rule.when,
        )
        for rule in RULES
    ]


def test_other_rules_or_words_are_another_version_of_the_classifier() -> None:
    """Where this fails, what edits are told by has changed: raise `classifier.VERSION`, and pin both anew."""
    found = hashlib.sha256(language_files.fingerprint().encode())
    for rule in RULES:
        found.update(f"\n{rule.name} {rule.kind} {rule.significance} {rule.subject}".encode())
    for language in wordlist.LANGUAGES:
        found.update((Path(wordlist.FOLDER) / f"{language}.marisa").read_bytes())
    for language in thesaurus.LANGUAGES:
        found.update((Path(wordlist.FOLDER) / f"{language}.near.marisa").read_bytes())

    assert (classifier.VERSION, found.hexdigest()[:16]) == PINNED


def test_the_classifier_of_an_edit_says_by_which_lists_it_was_told() -> None:
    before, after, *_ = pair_of(cases()[-1])
    told = [
        classify(before, after, rules=rules).classifier
        for rules in (
            RootRules(),
            RootRules({"en": ()}),
            RootRules({"en": ("we erred", "we were wrong")}),
            RootRules({"en": ("we were wrong", "we erred")}),
            RootRules(boilerplate=("* shares", "Updated:*")),
            RootRules(boilerplate=("Updated:*", "* shares")),
        )
    ]

    assert {(each.name, each.version) for each in told} == {("ingest", classifier.VERSION)}
    assert all(re.fullmatch("[0-9a-f]{16}", each.lists) for each in told)
    assert told[0] == told[1]
    assert told[4] == told[5]
    assert len({each.lists for each in told}) == 4
