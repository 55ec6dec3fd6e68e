"""Tell which facts of a sentence an edit changed: numbers, amounts, dates, quotations, names, negations.

A fact is changed when another value stands in its place. One written differently is not (`3`,
`three`), nor one made more or less exact (`12 maart`, `12 maart 2021`; `Jansen`, `Jan Jansen`), nor one
that only came or went with its words; but a number that gave way to `several`, or came for it, is.

* A quotation is changed when its words are, beyond spelling; one that is only quoted at greater or
  lesser length is not.
* A negation is changed when their number in the sentence is, by a change of few words: the
  sentence now says the opposite. So it is where a prefix makes a word the opposite of itself.
* A name is changed when another stands in its place. One letter more or less is spelling, in
  short words a new name; but where a form was replaced throughout the text (twice or more, and none is left)
  the name was wrong and is now another: `Context.replaced`.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from collections import Counter
from itertools import chain

import msgspec

from ingest.diff import similarity
from ingest.expressions import expression
from ingest.facts import negations, quantities, quotations
from ingest.facts.document_words import Context, context_of
from ingest.facts.equivalence import agree, equal, stands_for
from ingest.facts.kinds import NUMERIC, Kind
from ingest.facts.model import Fact, Name, Slot
from ingest.facts.quotations import Ranges
from ingest.facts.swaps import turned
from ingest.facts.word_differences import WordDifference, moved_back, moved_forth, respelt, word_differences
from ingest.text import roman, wordlist
from ingest.text.lexicon import Lexicon
from ingest.text.lexicons import lexicon_of
from ingest.text.plain import plain, plain_with_places
from ingest.text.words import tokens, words

_ALIKE = 0.25
_LONGEST = 5_000
_AROUND = 300  # characters on each side of a change in a longer one
_MOST_PARTS = 100
_MOST_SLOTS = 200

_NAME_BEFORE = expression(r"(?:\b[^\W\d_a-z][\w'’-]*[ \u00a0])+\Z")
_LONGEST_NAME = 80  # characters
# A list that was numbered on says nothing else.
_LIST_MARK = expression(r"\(?[0-9]{1,5}[.)]\s+(?=\S)")
_RESPECTIVELY = expression(r"\brespecti", re.IGNORECASE)


class SentencePair(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence before and after an edit, in their language and their text.

    Without a context the sentences are their own. Quotations that begin or end in other sentences are given
    as ranges, those before and those after; without them they are looked for in the sentences.
    """

    before: str
    after: str
    language: str | None
    within: Context | None = None
    quotes: tuple[Ranges, Ranges] | None = None


def changed(
    before: str,
    after: str,
    language: str | None,
    *,
    within: Context | None = None,
    quotes: tuple[Ranges, Ranges] | None = None,
) -> tuple[Fact, ...]:
    """Return the changed facts of an edited sentence, in order. What is given is as `SentencePair` has it.

    Of a sentence of more than 5,000 characters only what is near its changes is looked at.
    """
    pair = SentencePair(before=before, after=after, language=language, within=within, quotes=quotes)
    if plain(before) is before and plain(after) is after:
        return _changed(pair)
    return _as_written(pair)


def _changed(pair: SentencePair) -> tuple[Fact, ...]:
    before, after, language = pair.before, pair.after, pair.language
    lexicon = lexicon_of(language)
    if before == after or turned(before, after, lexicon):
        return ()
    within = pair.within or context_of(before, after, language)
    differences = word_differences(before, after)
    if max(len(before), len(after)) > _LONGEST:
        return _in_parts(before, after, language, within, differences)
    spelt, shifts = respelt(after, differences, within)
    if shifts:
        differences = word_differences(before, spelt)
    if not differences:
        return ()
    found = negations.changed(before, spelt, differences, lexicon)
    if any(
        quantities.may_hold(before[each.a_start : each.a_end], spelt[each.b_start : each.b_end], lexicon)
        or _points(before, each.a_start, each.a_end)
        or _points(spelt, each.b_start, each.b_end)
        for each in differences
    ):
        old, new = (_slots(text, language, within) for text in (before, spelt))
        found += _replaced(before, spelt, old, new, differences, language)
        found += _numbered(before, spelt, differences, found)
    if pair.quotes is None:
        quotes: tuple[Ranges, Ranges] = (quotations.find(before), quotations.find(spelt))
    else:
        quoted, requoted = pair.quotes
        forth = [(moved_forth(start, shifts), moved_forth(end, shifts)) for start, end in requoted]
        quotes = (quoted, forth)
    found += _requoted(before, spelt, *quotes, lexicon)
    restored = [
        Fact(fact.kind, fact.before, fact.after, fact.a_offset, moved_back(fact.b_offset, shifts))
        for fact in found
    ]
    return tuple(sorted(restored, key=lambda fact: (fact.b_offset, fact.a_offset, fact.kind)))


def _points(text: str, start: int, end: int) -> bool:
    """Tell whether a place is the point before a figure: `.5`."""
    return text[start:end] == "." and text[end : end + 1].isdecimal()


def _as_written(pair: SentencePair) -> tuple[Fact, ...]:
    """Return the changed facts of two sentences as they are meant, shown and placed as they are written."""
    (old, old_places), (new, new_places) = plain_with_places(pair.before), plain_with_places(pair.after)
    quotes = pair.quotes and (_placed(pair.quotes[0], old_places), _placed(pair.quotes[1], new_places))
    meant = msgspec.structs.replace(pair, before=old, after=new, quotes=quotes)
    return tuple(
        Fact(
            fact.kind,
            _written(fact.before, fact.a_offset, pair.before, old, old_places),
            _written(fact.after, fact.b_offset, pair.after, new, new_places),
            old_places[fact.a_offset],
            new_places[fact.b_offset],
        )
        for fact in _changed(meant)
    )


def _placed(ranges: Ranges, places: list[int]) -> Ranges:
    return [(bisect_left(places, start), bisect_left(places, end)) for start, end in ranges]


def _written(said: str | None, at: int, text: str, meant: str, places: list[int]) -> str | None:
    if said is None or not meant.startswith(said, at):
        return said
    return text[places[at] : places[at + len(said)]]


def _in_parts(
    before: str, after: str, language: str | None, within: Context, differences: list[WordDifference]
) -> tuple[Fact, ...]:
    """Return the changed facts of a long sentence, quotations aside, found in what is around its changes."""
    parts: list[list[WordDifference]] = []
    for each in differences:
        if parts and each.a_start - parts[-1][-1].a_end < 2 * _AROUND:
            parts[-1].append(each)
        else:
            parts.append([each])
    found: list[Fact] = []
    for part in parts[:_MOST_PARTS]:
        # what is around is the same in both, and is cut at a blank
        start, end = part[0].a_start, part[-1].a_end
        ahead = start - 1 - before.find(" ", max(0, start - _AROUND), start) if start > _AROUND else start
        behind = (
            before.rfind(" ", end, end + _AROUND) - end if end + _AROUND < len(before) else len(before) - end
        )
        ahead, behind = (ahead if ahead < start else 0), max(behind, 0)
        a_at, b_at = start - ahead, part[0].b_start - ahead
        old, new = before[a_at : end + behind], after[b_at : part[-1].b_end + behind]
        if max(len(old), len(new)) > _LONGEST:
            continue
        found += (
            msgspec.structs.replace(fact, a_offset=a_at + fact.a_offset, b_offset=b_at + fact.b_offset)
            for fact in changed(old, new, language, within=within, quotes=([], []))
        )
    return tuple(found)


def _slots(text: str, language: str | None, within: Context) -> list[Slot]:
    found = quantities.find(text, language, within.names)
    mark = _LIST_MARK.match(text)
    first = mark.end() if mark else 0
    return [slot for slot in found if slot.start >= first and not _is_plain(slot, within)][:_MOST_SLOTS]


def _is_plain(slot: Slot, within: Context) -> bool:
    """Tell whether a sentence's first word is one that stands in small letters elsewhere."""
    return slot.weak and isinstance(slot.value, Name) and slot.value.words[0] in within.small


def _replaced(
    before: str,
    after: str,
    old: list[Slot],
    new: list[Slot],
    differences: list[WordDifference],
    language: str | None,
) -> list[Fact]:
    """Return the slots that a change touched and that no equal one stands for, in pairs."""
    lexicon = lexicon_of(language)
    if _reordered(before, after, old, new, differences, lexicon):
        return []
    old_left = [[slot for slot in old if _touches(slot, each.a_start, each.a_end)] for each in differences]
    new_left = [[slot for slot in new if _touches(slot, each.b_start, each.b_end)] for each in differences]
    _once_each(old_left)
    _once_each(new_left)
    for was, became in zip(old_left, new_left, strict=True):
        _cancel(was, became, lexicon)
    _settle(old_left, new_left)
    _settle(new_left, old_left)
    pairs: list[tuple[Slot, Slot]] = []
    for each, was, became in zip(differences, old_left, new_left, strict=True):
        longest = max(len(each.before), len(each.after))
        for slot in list(was):
            other = next(
                (
                    new_slot
                    for new_slot in became
                    if stands_for(slot, new_slot, longest)
                    or (longest == 1 and _are_names(slot, new_slot, language))
                ),
                None,
            )
            if other is not None:
                was.remove(slot)
                became.remove(other)
                if slot.kind != "name" or before[slot.start : slot.end] != after[other.start : other.end]:
                    pairs.append((slot, other))
    facts = [_fact(before, after, *pair) for pair in _put_for_others(pairs, old, new)]
    gone, came = list(chain.from_iterable(old_left)), list(chain.from_iterable(new_left))
    _cancel(gone, came, lexicon)
    rest_old, rest_new = ([slot for slot in side if not slot.weak] for side in (gone, came))
    for kinds in (NUMERIC, {"date"}):
        was = [slot for slot in rest_old if slot.kind in kinds]
        became = [slot for slot in rest_new if slot.kind in kinds]
        # One of a kind on each side, in different changes: the words moved around it.
        if (
            len(was) == len(became) == 1
            and similarity.likeness(similarity.bag(before), similarity.bag(after)) > 2 * _ALIKE
        ):
            facts.append(_fact(before, after, was[0], became[0]))
    return facts


def _numbered(before: str, after: str, differences: list[WordDifference], found: list[Fact]) -> list[Fact]:
    """Return the names whose number in Roman letters is another: `John Paul II`, `John Paul I`."""
    numbered: list[Fact] = []
    for each in differences:
        old, new = before[each.a_start : each.a_end], after[each.b_start : each.b_end]
        if old not in roman.NUMBERS or new not in roman.NUMBERS or old == new:
            continue
        name = _NAME_BEFORE.search(before[max(0, each.a_start - _LONGEST_NAME) : each.a_start])
        if name is None or not after[: each.b_start].endswith(name[0]):
            continue
        start, now = each.a_start - len(name[0]), each.b_start - len(name[0])
        told = any(fact.a_offset <= each.a_start < fact.a_offset + len(fact.before or "") for fact in found)
        if not told:
            numbered.append(Fact("name", before[start : each.a_end], after[now : each.b_end], start, now))
    return numbered


def _put_for_others(
    pairs: list[tuple[Slot, Slot]], old: list[Slot], new: list[Slot]
) -> list[tuple[Slot, Slot]]:
    """Leave out a pair of names that both stand there as often as before, unless they changed places."""
    was, became = (Counter(slot.value for slot in side) for side in (old, new))
    exchanged = {(other.value, slot.value) for slot, other in pairs}
    return [
        (slot, other)
        for slot, other in pairs
        if not isinstance(slot.value, Name)
        or (slot.value, other.value) in exchanged
        or any(was[each.value] != became[each.value] for each in (slot, other))
    ]


def _are_names(old: Slot, new: Slot, language: str | None) -> bool:
    """Tell whether two first words of a sentence are names: no known word of the language."""
    if not (old.weak and new.weak and isinstance(old.value, Name) and isinstance(new.value, Name)):
        return False
    openings = lexicon_of(language).openings
    return all(
        word not in openings and wordlist.is_rare(word, language)
        for word in (old.value.words[0], new.value.words[0])
    )


def _reordered(
    before: str,
    after: str,
    old: list[Slot],
    new: list[Slot],
    differences: list[WordDifference],
    lexicon: Lexicon,
) -> bool:
    """Tell whether the sentence has the same values still, and other words changed places with them.

    Where nothing but the values did, they were swapped: `3 of 5`, `5 of 3`.
    """
    was, became = (Counter(slot.value for slot in side if not slot.weak) for side in (old, new))
    if was != became:
        return False
    if _is_list(before, old, differences, lexicon):
        return True
    return any(
        _says_more(before[each.a_start : each.a_end], each.a_start, old)
        or _says_more(after[each.b_start : each.b_end], each.b_start, new)
        for each in differences
    )


def _is_list(before: str, old: list[Slot], differences: list[WordDifference], lexicon: Lexicon) -> bool:
    """Tell whether all that changed stands in one list of names, whose order says nothing by itself."""
    start, end = differences[0].a_start, differences[-1].a_end
    listed = [slot for slot in old if slot.start < end and slot.end > start]
    if len(listed) < 2 or any(slot.kind != "name" for slot in listed) or _RESPECTIVELY.search(before):
        return False
    edges = [start, *(place for slot in listed for place in (slot.start, slot.end)), end]
    between = "".join(
        before[max(start, one) : other] for one, other in zip(edges[::2], edges[1::2], strict=True)
    )
    return lexicon.linking.issuperset(map(str.lower, words(between)))


def _says_more(text: str, start: int, found: list[Slot]) -> bool:
    """Tell whether a change holds a letter or digit outside the slots; `start` is where it begins."""
    at = 0
    for slot in found:
        if slot.end <= start + at or slot.start >= start + len(text):
            continue
        if any(map(str.isalnum, text[at : max(at, slot.start - start)])):
            return True
        at = slot.end - start
    return any(map(str.isalnum, text[at:]))


def _touches(slot: Slot, start: int, end: int) -> bool:
    return slot.start <= end + 1 and slot.end >= start - 1


def _once_each(sides: list[list[Slot]]) -> None:
    """Give a slot that two changes touch to the first."""
    seen: set[Slot] = set()
    for side in sides:
        side[:] = [slot for slot in side if slot not in seen]
        seen.update(side)


def _settle(sides: list[list[Slot]], others: list[list[Slot]]) -> None:
    """Take out a value that one change took and another put back, but where it replaced one of its kind."""
    for there, own in zip(others, sides, strict=True):
        for slot in list(there):
            if any({slot.kind, each.kind} <= NUMERIC or slot.kind == each.kind for each in own):
                continue
            for side in sides:
                if any(equal(slot, each) for each in side):
                    side.remove(next(each for each in side if equal(slot, each)))
                    there.remove(slot)
                    break


def _cancel(was: list[Slot], became: list[Slot], lexicon: Lexicon) -> None:
    """Take out what stands on both sides: first the equal, then what does not contradict."""
    for same in (equal, functools.partial(agree, lexicon=lexicon)):
        for slot in list(was):
            other = next((each for each in became if same(slot, each)), None)
            if other is not None:
                was.remove(slot)
                became.remove(other)


def _fact(before: str, after: str, old: Slot, new: Slot) -> Fact:
    kind: Kind = new.kind if old.kind == "number" else old.kind
    was, is_ = before[old.start : old.end], after[new.start : new.end]
    if was == is_:  # the same figure of something else: `three weeks`, `three months`
        was, is_ = (
            text[slot.start : slot.end] + "".join(tokens(text[slot.end : slot.end + 40])[:2])
            for text, slot in ((before, old), (after, new))
        )
    return Fact(kind, was, is_, old.start, new.start)


def _requoted(before: str, after: str, old: Ranges, new: Ranges, lexicon: Lexicon) -> list[Fact]:
    """Return quotations whose words changed, and those that are none any more, or were none."""
    facts: list[Fact] = []
    for was, became, (did, does) in quotations.changed(before, after, old, new, lexicon):
        said, says = before[slice(*was)].strip(), after[slice(*became)].strip()
        fact = Fact("quotation", said if did else None, says if does else None, was[0], became[0])
        facts.append(fact)
    return facts
