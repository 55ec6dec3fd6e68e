"""Two things that took each other's place around a verb, which agrees with the other one now.

`The company sues the suppliers`, `The suppliers sue the company`: the words are not the same ones, as the
verb has another form. That it has says that the other one acts, and not only that the order of words moved.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.text.lexicon import Lexicon
from ingest.text.thesaurus import thesaurus_of
from ingest.text.variants import written_out
from ingest.text.words import unaccented

# Of one and of several, where no ending tells that the two are one verb.
_AGREEING_LIST = """
    is/are was/were has/have does/do goes/go is/zijn was/waren heeft/hebben had/hadden wordt/worden
    werd/werden kan/kunnen zal/zullen zou/zouden wil/willen mag/mogen moet/moeten gaat/gaan staat/staan
    slaat/slaan doet/doen ziet/zien
"""
_AGREEING = frozenset(frozenset(pair.split("/")) for pair in _AGREEING_LIST.split())
_LONGEST_THING = 3  # words, articles aside
_LONGEST_BETWEEN = 8
_MOST = 60  # words of a sentence


def exchanged(old: Sequence[str], new: Sequence[str], lexicon: Lexicon) -> tuple[str, str] | None:
    """Return two things that changed places around a verb; the words are small and without accents."""
    if not 3 <= len(old) <= _MOST or abs(len(old) - len(new)) > 2 or thesaurus_of(lexicon.language) is None:
        return None
    was, became = (
        [unaccented(word) for word in written_out(side, lexicon) if word not in lexicon.articles]
        for side in (old, new)
    )
    if len(was) != len(became):
        return None
    differs = [at for at, (one, other) in enumerate(zip(was, became, strict=True)) if one != other]
    if len(differs) < 3:
        return None  # two things, and the verb
    behind = was[differs[-1] + 1 :]  # where the verb may stand: `heeft de rechters bekritiseerd`
    was, became = (side[differs[0] : differs[-1] + 1] for side in (was, became))
    for one in range(1, min(_LONGEST_THING, len(was) - 2) + 1):
        for other in range(1, min(_LONGEST_THING, len(was) - one - 1) + 1):
            head, tail = was[:one], was[len(was) - other :]
            if became[:other] != tail or became[len(became) - one :] != head:
                continue
            between, agreeing = was[one : len(was) - other], became[other : len(became) - one]
            if not lexicon.common.intersection((*head, *tail)) and _agrees(
                between, agreeing, behind, lexicon
            ):
                return " ".join(head), " ".join(tail)
    return None


def _agrees(old: Sequence[str], new: Sequence[str], behind: Sequence[str], lexicon: Lexicon) -> bool:
    """Tell whether two runs of words are one, but for the form of one verb, and say what somebody does."""
    if len(old) > _LONGEST_BETWEEN or lexicon.equals.intersection(old):
        return False
    if lexicon.common.issuperset(old) and (lexicon.be.intersection(old) or lexicon.common.issuperset(behind)):
        return False
    pairs = [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
    return len(pairs) == 1 and _is_one(*pairs[0], lexicon)


def _is_one(one: str, other: str, lexicon: Lexicon) -> bool:
    thesaurus = thesaurus_of(lexicon.language)
    if thesaurus is None:
        return False
    return frozenset((one, other)) in _AGREEING or bool(thesaurus.forms(one) & thesaurus.forms(other))
