"""Find the negation that came into a sentence or went, where that turns it round."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

from ingest.facts.equivalence import SMALL
from ingest.facts.model import Fact
from ingest.facts.word_differences import WordDifference
from ingest.text.lexicon import Lexicon
from ingest.text.misspelling import opposite
from ingest.text.variants import written_out
from ingest.text.words import unaccented, words

_NOT = frozenset(["not", "niet", "nicht"])  # `never honest` is more than `dishonest`
_ENDS = ("ot", "'t", "’t", "et", "ht")  # how `not`, `n't`, `niet` and `nicht` do
_MOST_TURNED = 0.45  # of a sentence's words: past that it is another sentence, not the opposite one


def _is_negation(word: str, lexicon: Lexicon) -> bool:
    low = unaccented(word)
    return low in lexicon.negations or low.endswith("n't")


def by_prefix(old: Sequence[str], new: Sequence[str], lexicon: Lexicon) -> bool:
    """Tell whether a `not` on one side is a prefix on the other: `not possible`, `impossible`."""
    # Most changes have no `not`, and are not looked at word by word.
    if (
        max(len(old), len(new)) < 2
        or abs(len(old) - len(new)) > 1
        or not any(word.endswith(_ENDS) for word in (*old, *new))
    ):
        return False
    long, short = ([unaccented(word) for word in written_out(side, lexicon)] for side in (old, new))
    if len(long) < len(short):
        long, short = short, long
    denied = [word for word in long if word in lexicon.negations]
    if len(long) != len(short) + 1 or len(denied) != 1 or denied[0] not in _NOT:
        return False
    if not lexicon.negations.isdisjoint(short):
        return False
    long.remove(denied[0])
    pairs = [pair for pair in zip(long, short, strict=True) if pair[0] != pair[1]]
    return len(pairs) == 1 and len(pairs[0][0]) < len(pairs[0][1]) and opposite(*pairs[0], lexicon)


def changed(before: str, after: str, differences: list[WordDifference], lexicon: Lexicon) -> list[Fact]:
    """Return the change that turned the sentence round, if their numbers differ between the two."""
    facts: list[Fact] = []
    negates = functools.partial(_is_negation, lexicon=lexicon)
    # `donot` and `do not` say the same, and so do `no more than` and `at most`
    differences = [
        each
        for each in differences
        if "".join(each.before).lower() != "".join(each.after).lower()
        and not by_prefix(each.before, each.after, lexicon)
        and not _is_phrase(each.before, each.after, lexicon)
    ]
    balance = sum(sum(map(negates, each.after)) - sum(map(negates, each.before)) for each in differences)
    for each in differences:
        was, became = list(filter(negates, each.before)), list(filter(negates, each.after))
        if len(was) != len(became) and balance:
            others = [
                sum(1 for word in side if not negates(word) and unaccented(word) not in lexicon.auxiliaries)
                for side in (each.before, each.after)
            ]
            if max(others) <= SMALL and abs(others[0] - others[1]) <= 2:
                old, new = " ".join(was) or None, " ".join(became) or None
                a_at = max(each.a_start, before.find(was[0], each.a_start) if was else 0)
                b_at = max(each.b_start, after.find(became[0], each.b_start) if became else 0)
                facts.append(Fact("negation", old, new, a_at, b_at))
        elif len(each.before) == len(each.after) == 1 and not was:
            word, other = each.before[0], each.after[0]
            if opposite(unaccented(word), unaccented(other), lexicon):
                facts.append(Fact("negation", word, other, each.a_start, each.b_start))
    if not facts or _says_but_for(before, negates, lexicon) == _says_but_for(after, negates, lexicon):
        return facts
    changed_words = sum(len(each.before) + len(each.after) for each in differences)
    if changed_words > _MOST_TURNED * (len(words(before)) + len(words(after))):
        return []
    return facts


def _is_phrase(old: Sequence[str], new: Sequence[str], lexicon: Lexicon) -> bool:
    return frozenset("".join(map(unaccented, side)) for side in (old, new)) in lexicon.phrases


def _says_but_for(text: str, negates: Callable[[str], bool], lexicon: Lexicon) -> list[str]:
    """Return the words of a sentence that are no negation and none that a negation comes or goes with."""
    return [
        low
        for word in words(text)
        if not negates(word) and (low := unaccented(word)) not in lexicon.auxiliaries
    ]
