"""Tell who does what to whom: whether two things of a sentence took each other's place, all else as it was.

Other words may change places by word order alone, which each language lets move. So each of the two must be a
thing that does something, and between them must stand more than what joins equals; between two names nothing
need stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.expressions import expression
from ingest.facts import agreement
from ingest.facts.document_words import Context
from ingest.text.lexicon import Lexicon, word_set
from ingest.text.words import unaccented, words

MOST = 500  # words of a sentence
_STOP = expression(r"[.!?;]\s")
_LONGEST_THING = 5  # words
_EQUATE = word_set("is was are were ist sind war waren zijn")  # `Jansen is de minister`
_LONGEST = 2_000  # characters of a sentence that is cut at each joint


def exchanged(before: str, after: str, within: Context, lexicon: Lexicon) -> tuple[str, str] | None:
    """Return two things that changed places in an edited sentence: `the company sued the city`.

    None where nothing did, or only the order of words is another.
    """
    old, new = ([unaccented(word) for word in words(text)] for text in (before, after))
    if old == new or max(len(old), len(new)) > MOST:
        return None
    if turned(before, after, lexicon):
        return None
    people = _people(old, new, lexicon)
    for was, became, text in ((old, new, after), (new, old, before)):
        told = None if people else _passive(was, became, lexicon)
        if told and any(map(set(told).issubset, _sentences(text))):
            people = told
    if people is not None:
        return people
    old, new = _without_joint(old, new, lexicon), _without_joint(new, old, lexicon)
    if len(old) != len(new) or old == new or sorted(old) != sorted(new):
        return agreement.exchanged(old, new, lexicon)
    if not lexicon.capitals_are_names:  # all nouns have one: `Müller verklagte Schmidt`
        within = Context(names=_with_capitals(before) & _with_capitals(after))
    return _things(old, new, within, lexicon)


def _without_joint(said: list[str], other: Sequence[str], lexicon: Lexicon) -> list[str]:
    """Return the words without the `and` that a sentence lost when it was cut in two."""
    if len(said) != len(other) + 1:
        return said
    joint = next(
        (word for word in said if word in lexicon.equals and said.count(word) > other.count(word)), None
    )
    at = said.index(joint) if joint else len(said)
    return [*said[:at], *said[at + 1 :]]


def _with_capitals(text: str) -> frozenset[str]:
    return frozenset(unaccented(word) for word in words(text) if word[0].isupper())


def _sentences(text: str) -> Iterator[set[str]]:
    """Yield the words of each sentence of one that was cut in parts."""
    return (set(map(unaccented, words(each))) for each in _STOP.split(text))


def turned(before: str, after: str, lexicon: Lexicon) -> bool:
    """Tell whether two parts that are joined as equals changed places whole: `A did x and B did y`."""
    old, new = before.rstrip(" .!?").lower(), after.rstrip(" .!?").lower()
    if len(old) != len(new) or len(old) > _LONGEST:
        return False
    return any(
        new == old[joint.end() :] + joint[0] + old[: joint.start()] for joint in lexicon.joints.finditer(old)
    )


def _passive(old: Sequence[str], new: Sequence[str], lexicon: Lexicon) -> tuple[str, str] | None:
    """Return the two of `Reed was hit by Dunn`, put as `Reed hit Dunn`."""
    for by in lexicon.by:
        auxiliaries = [sum(map(lexicon.be.__contains__, side)) for side in (old, new)]
        if old.count(by) != new.count(by) + 1 or auxiliaries[0] <= auxiliaries[1]:
            continue
        at = old.index(by)
        acting = next((word for word in old[at + 1 :] if word not in lexicon.common), None)
        auxiliary = max((place for place in range(at) if old[place] in lexicon.be), default=0)
        patient = next((word for word in reversed(old[:auxiliary]) if word not in lexicon.common), None)
        if acting in new and patient in new and new.index(str(patient)) < new.index(str(acting)):
            return str(patient), str(acting)
    return None


def _people(old: Sequence[str], new: Sequence[str], lexicon: Lexicon) -> tuple[str, str] | None:
    """Return two pronouns that exchanged what they do: the other one acts, or is acted upon."""
    was, became = (
        [lexicon.pronouns[word] for word in side if word in lexicon.pronouns] for side in (old, new)
    )
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


def _things(old: list[str], new: list[str], within: Context, lexicon: Lexicon) -> tuple[str, str] | None:
    differs = [at for at, (was, became) in enumerate(zip(old, new, strict=True)) if was != became]
    first, end = differs[0], differs[-1] + 1
    # Both may begin alike: `the old man hit the old dog`.
    above = range(first - 1, max(first - _LONGEST_THING, 0) - 1, -1)
    article = next((at for at in above if old[at] in lexicon.articles), first - 1)
    for start in dict.fromkeys((first, article + 1)):
        was, became = old[start:end], new[start:end]
        for one in range(1, min(_LONGEST_THING, len(was)) + 1):
            for other in range(1, min(_LONGEST_THING, len(was) - one) + 1):
                head, between, tail = was[:one], was[one : len(was) - other], was[len(was) - other :]
                if became != [*tail, *between, *head]:
                    continue
                if _act(old[start - 1 : start] if start else [], head, between, tail, within, lexicon):
                    return " ".join(head), " ".join(tail)
    return None


def _act(
    before: list[str],
    head: list[str],
    between: list[str],
    tail: list[str],
    within: Context,
    lexicon: Lexicon,
) -> bool:
    """Tell whether two parts of a sentence are things of which each could do what the other does."""
    named = [
        any(word in within.names for word in side)
        and lexicon.particles.issuperset(lexicon.common.intersection(side))
        for side in (head, tail)
    ]
    if all(named):
        # else it is a list: `Ann, Bob and Carl`
        return not between or any(word not in within.names for word in set(between) - lexicon.linking)
    if not set(between) - lexicon.linking:
        single = len(head) == len(between) == len(tail) == len(before) == 1
        return single and lexicon.articles.issuperset((*before, *between))  # `sued the city. The bank paid`
    told = ({*before, head[0]}, {*between[-1:], tail[0]})
    if all(one or side & lexicon.articles for one, side in zip(named, told, strict=True)):
        return not any(named) or not _EQUATE.issuperset(set(between) - lexicon.linking)
    sides = {*head, *tail}
    if sides <= lexicon.calendar:
        return True
    single = len(head) == len(tail) == 1 and not sides & lexicon.no_things
    if single and head[0][:3] != tail[0][:3] and lexicon.common.intersection(between) - lexicon.linking:
        return True  # `rose in May and fell in June`; not `ik vind`, `hij vindt`
    if single and before and before[0] not in lexicon.common and between[0] in lexicon.equals:
        return between[-1] not in lexicon.linking  # `wages rose and prices fell`
    # `Doctors accused nurses`, `police shot two men`
    head, tail = (
        side[1:] if len(side) == 2 and side[0] in lexicon.numbers else side for side in (head, tail)
    )
    sides = {*head, *tail}
    return (
        not before
        and len(head) == len(tail) == 1
        and not lexicon.equals.intersection(between)
        and all(
            (len(word) > 3 and word.endswith(lexicon.plurals)) or word in lexicon.unmarked_plurals
            for word in sides
        )
        and not (sides - lexicon.unmarked_plurals) & (lexicon.no_things | lexicon.calendar)
    )
