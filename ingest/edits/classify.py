"""What kind of edit lies between two versions, whether it matters, and how openly it was made.

`rules` declares what decides class and significance. Of every edit but `boilerplate` boilerplate is no part:
the texts are compared without it, and only the places of its facts are those in the whole texts.

Flags: `headline`, the titles differ by more than typography; `notice`, a new or edited sentence says
that the article was corrected or updated, and did not before or says more now; `moved-down`, a paragraph
stands below others that it stood above; `silent`, the edit is
substantive, and this version brings no notice of it. An older notice excuses nothing, nor does a later one.
Each substantive edit is silent or open, and has a subject: see `subject`.

The reason of every class says where the date in the header is another one too.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence

import msgspec

from ingest.diff.sentences import Comparison
from ingest.edits.annotations import SPEAKING
from ingest.edits.classifier import classifier_of
from ingest.edits.difference import show, show_fact
from ingest.edits.edit import Counts, Edit, Flag, Significance, Subject, Text
from ingest.edits.pair import Pair
from ingest.edits.rule import Rule, RuleAnswer
from ingest.edits.rules import ask
from ingest.edits.settings import NONE_OF_ROOT, RootRules

_LONG = 1_000_000  # characters of two texts


def classify(
    before: Text,
    after: Text,
    *,
    earlier: Sequence[tuple[int, bytes]] = (),
    rules: RootRules = NONE_OF_ROOT,
    comparison: Comparison | None = None,
) -> Edit:
    """Tell the edit from one text to the next of a document.

    `earlier` are the numbers and text hashes of versions before `before`. `rules` are those that the root's
    settings add. `comparison` saves comparing the texts again, as they are without boilerplate.
    """
    pair = Pair(before, after, earlier=earlier, rules=rules, comparison=comparison)
    edit = _told(pair, list(ask(pair)))
    if len(before.text) + len(after.text) >= _LONG:
        del pair
        gc.collect()  # what compares two texts refers to itself, and would stay for a while
    return edit


class Explanation(msgspec.Struct, frozen=True):
    """An edit, and each rule that was asked about it, in order, with its answer."""

    edit: Edit
    asked: tuple[RuleAnswer, ...]


def explain(
    before: Text,
    after: Text,
    *,
    earlier: Sequence[tuple[int, bytes]] = (),
    rules: RootRules = NONE_OF_ROOT,
) -> Explanation:
    """Tell the edit as `classify` does, with what each rule saw that was asked."""
    pair = Pair(before, after, earlier=earlier, rules=rules)
    found = tuple(ask(pair))
    return Explanation(_told(pair, found), found)


def _told(pair: Pair, found: Sequence[RuleAnswer]) -> Edit:
    holding = [each for each in found if each.answer.holds]
    rule, reason = holding[0].rule, holding[0].answer.saw
    significance = holding[-1].rule.significance
    assert significance is not None
    edit = Edit(
        kind=rule.kind,
        significance=significance,
        rule=rule.name,
        reason=reason,
        classifier=classifier_of(pair.rules),
        subject=_subject(pair, rule, significance),
        counts=Counts() if rule.evidence == "versions" else pair.counts,
        flags=() if rule.kind == "damaged" else _headline(pair),
    )
    if rule.evidence == "facts":
        difference = pair.difference
        edit = msgspec.structs.replace(
            edit,
            revert_of=pair.revert_of,
            facts=pair.facts,
            facts_reason=None if difference.lexicon.is_known else "unknown-language",
            flags=(*edit.flags, *difference.flags()),
        )
    return _with_dates(pair, _with_what_stands_beside(pair, _with_openness(_located(pair, edit))))


def _located(pair: Pair, edit: Edit) -> Edit:
    """Return the edit with page and heading of each fact, and the ways of the texts where they differ."""
    before, after = pair.before, pair.after
    if before.normaliser != after.normaliser and before.normaliser and after.normaliser:
        edit = msgspec.structs.replace(edit, ways_differ=(before.normaliser, after.normaliser))
    place_of = after.place_of
    if place_of is None or not edit.facts:
        return edit
    facts = []
    for fact in edit.facts:
        page, heading = place_of(fact.to_offset)
        facts.append(msgspec.structs.replace(fact, page=page, heading=heading))
    return msgspec.structs.replace(edit, facts=tuple(facts))


def _with_what_stands_beside(pair: Pair, edit: Edit) -> Edit:
    """Return the edit, with the comments and tracked changes in its reason that are others too."""
    if edit.kind == "annotation" or pair.same_text:
        return edit
    told = [each.words for each in pair.beside if each.kind in SPEAKING]
    return msgspec.structs.replace(edit, reason="; ".join((edit.reason, *told))) if told else edit


def _subject(pair: Pair, rule: Rule, significance: Significance) -> Subject | None:
    if significance != "substantive":
        return None
    return rule.subject or pair.difference.subject(pair.counts, headline=pair.headline is not None)


def _headline(pair: Pair) -> tuple[Flag, ...]:
    if pair.headline is None:
        return ()
    old, new = pair.headline
    return (Flag("headline", f"the headline was {show(old)}, now {show(new)}"),)


def _with_openness(edit: Edit) -> Edit:
    """Return the edit with what it says of openness: each substantive one is silent or open."""
    if edit.significance != "substantive":
        return edit
    silent = all(flag.name != "notice" for flag in edit.flags)
    flags = edit.flags
    if silent:
        told = show_fact(edit.facts[0], "is now") if edit.facts else edit.reason
        flags = (*flags, Flag("silent", f"{told}, and no notice says so"))
    return msgspec.structs.replace(edit, silent=silent, flags=flags)


def _with_dates(pair: Pair, edit: Edit) -> Edit:
    """Return the edit, with the dates in its reason where they are others too."""
    before, after = pair.before, pair.after
    if before.date == after.date or (edit.kind == "redated" and pair.same_text):
        return edit  # its reason says so
    dates = f"the date was {before.date or 'none'}, now {after.date or 'none'}"
    return msgspec.structs.replace(edit, reason=f"{edit.reason}; {dates}")
