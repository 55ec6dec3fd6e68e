"""Who does what to whom: whether two things of a sentence took each other's place, all else as it was.

What else changes places may be only word order, which both languages let move: each of the two must be one
that does something, and between them must stand more than what joins equals.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from ingest.text.lexicon import MONTHS, OPENINGS, RELATIVE, WEEKDAYS, word_set
from ingest.text.words import COMMON, unaccented, words

MOST = 500  # words of a sentence
_LONGEST_THING = 5  # words
_LONGEST = 2_000  # characters of a sentence that is cut at each joint
_ARTICLES = word_set(
    "the a an his her its their our my your de het een zijn haar hun ons onze mijn uw deze die dit dat"
)
# What stands between two things whose order means nothing.
_EQUALS = word_set("and or as well nor en of als alsmede evenals noch plus")
JOINING = _ARTICLES | _EQUALS
_CALENDAR = MONTHS.keys() | WEEKDAYS.keys()
_NO_THINGS = COMMON | OPENINGS | RELATIVE.keys()
_PLURAL = ("s", "en")
_BARE = word_set("police people men women sheep staff children mps")
_BY = ("by", "door")
_BE = word_set("is are was were be been being wordt worden werd werden geworden zijn waren")
_JOINTS = re.compile(r",? (?:and|or|en|of) |, |; ")

# Whose a pronoun is, and whether it acts (`we`), is acted upon (`us`), or may be either (`you`).
_PRONOUNS = {
    "i": ("i", "acts"), "ik": ("i", "acts"), "me": ("i", "bears"), "mij": ("i", "bears"),
    "he": ("he", "acts"), "hij": ("he", "acts"), "him": ("he", "bears"), "hem": ("he", "bears"),
    "she": ("she", "acts"), "we": ("we", "acts"), "wij": ("we", "acts"), "us": ("we", "bears"),
    "ons": ("we", "bears"), "they": ("they", "acts"), "them": ("they", "bears"), "hen": ("they", "bears"),
    "zij": ("she", "acts"), "ze": ("she", None), "you": ("you", None), "u": ("you", None),
    "jij": ("you", "acts"), "je": ("you", None), "jou": ("you", "bears"),
}  # fmt: skip


def exchanged(before: str, after: str, names: Container[str]) -> tuple[str, str] | None:
    """Two things that changed places in an edited sentence: `the company sued the city`, `we may sue you`.

    `names` are small and without accents. None where nothing did, or only the order of words is another.
    """
    old, new = ([unaccented(word) for word in words(text)] for text in (before, after))
    if old == new or max(len(old), len(new)) > MOST:
        return None
    if turned(before, after):
        return None
    people = _people(old, new) or _passive(old, new) or _passive(new, old)
    if people is not None or len(old) != len(new) or sorted(old) != sorted(new):
        return people
    return _things(old, new, names)


def turned(before: str, after: str) -> bool:
    """Whether two parts that are joined as equals changed places whole: `A did x and B did y`."""
    old, new = before.rstrip(" .!?").lower(), after.rstrip(" .!?").lower()
    if len(old) != len(new) or len(old) > _LONGEST:
        return False
    return any(new == old[joint.end() :] + joint[0] + old[: joint.start()] for joint in _JOINTS.finditer(old))


def _passive(old: Sequence[str], new: Sequence[str]) -> tuple[str, str] | None:
    """Of `Reed was hit by Dunn`, put as `Reed hit Dunn`, the two."""
    for by in _BY:
        auxiliaries = [sum(map(_BE.__contains__, side)) for side in (old, new)]
        if old.count(by) != new.count(by) + 1 or auxiliaries[0] <= auxiliaries[1]:
            continue
        at = old.index(by)
        acting = next((word for word in old[at + 1 :] if word not in COMMON), None)
        auxiliary = max((place for place in range(at) if old[place] in _BE), default=0)
        patient = next((word for word in reversed(old[:auxiliary]) if word not in COMMON), None)
        if acting in new and patient in new and new.index(str(patient)) < new.index(str(acting)):
            return str(patient), str(acting)
    return None


def _people(old: Sequence[str], new: Sequence[str]) -> tuple[str, str] | None:
    """Two pronouns that exchanged what they do: the other one acts, or is acted upon."""
    was, became = ([_PRONOUNS[word] for word in side if word in _PRONOUNS] for side in (old, new))
    if len(was) < 2 or len(was) != len(became) or was == became:
        return None
    people, others = ([person for person, _ in side] for side in (was, became))
    if people == others or sorted(people) != sorted(others):
        return None
    if sorted(map(str, was)) == sorted(map(str, became)):
        # The same forms in another order: only of those that act it means something.
        acting, others = ([person for person, case in side if case == "acts"] for side in (was, became))
        if acting == others:
            return None
    one, other = next(pair for pair in zip(people, others, strict=False) if pair[0] != pair[1])
    return one, other


def _things(old: list[str], new: list[str], names: Container[str]) -> tuple[str, str] | None:
    differs = [at for at, (was, became) in enumerate(zip(old, new, strict=True)) if was != became]
    first, end = differs[0], differs[-1] + 1
    # Both may begin alike: `the old man hit the old dog`.
    above = range(first - 1, max(first - _LONGEST_THING, 0) - 1, -1)
    article = next((at for at in above if old[at] in _ARTICLES), first - 1)
    for start in dict.fromkeys((first, article + 1)):
        was, became = old[start:end], new[start:end]
        for one in range(1, min(_LONGEST_THING, len(was)) + 1):
            for other in range(1, min(_LONGEST_THING, len(was) - one) + 1):
                head, between, tail = was[:one], was[one : len(was) - other], was[len(was) - other :]
                if became != [*tail, *between, *head]:
                    continue
                if _act(old[start - 1 : start] if start else [], head, between, tail, names):
                    return " ".join(head), " ".join(tail)
    return None


def _act(
    before: list[str], head: list[str], between: list[str], tail: list[str], names: Container[str]
) -> bool:
    """Whether two parts of a sentence are things of which each could do what the other does."""
    if all(any(word in names for word in side) and not COMMON.intersection(side) for side in (head, tail)):
        return not between or bool(set(between) - JOINING)
    if not set(between) - JOINING:
        return False
    if {*before, head[0]} & _ARTICLES and {*between[-1:], tail[0]} & _ARTICLES:
        return True
    sides = {*head, *tail}
    if sides <= _CALENDAR:
        return True
    single = len(head) == len(tail) == 1 and not sides & _NO_THINGS
    if single and head[0][:3] != tail[0][:3] and COMMON.intersection(between) - JOINING:
        return True  # `rose in May and fell in June`; not `ik vind`, `hij vindt`
    # `Doctors accused nurses`
    return (
        not before
        and len(head) == len(tail) == 1
        and not _EQUALS.intersection(between)
        and all((len(word) > 3 and word.endswith(_PLURAL)) or word in _BARE for word in sides)
        and not (sides - _BARE) & (_NO_THINGS | _CALENDAR)
    )
