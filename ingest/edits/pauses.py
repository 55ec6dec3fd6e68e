"""Which pauses speak: a comma or another mark between words that came or went.

`Let's eat, grandma`; `eats, shoots and leaves`; `the members, who paid,`. A pause says nothing where style
alone sets it: before the `and` of a list or of a clause that begins with a pronoun; before `but` and its
like; behind a phrase or a clause that opens the sentence, where what follows cannot belong to it; at a
quotation mark or a bracket; behind a figure; around `he said`. One mark put for another says nothing either.
Of any other nobody has proved it. A full stop that came or went, with no other pause in its place, speaks
where the text is cut into sentences there, where the word behind it lost its capital, and behind a letter
that is no initial: `plan B. Ann left`. So does one that was put for a comma, a colon or a semicolon, or the
other way round. The end of a line speaks where the text is cut there and no mark was, but in Markdown. Of
plain text it speaks between two lines of three words or fewer too, and where two items of a list stand on one
line now. Dots that trail off speak wherever they stand.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ingest.diff import sequences
from ingest.edits.reading import ComparedToken
from ingest.expressions import expression
from ingest.text import roman, sentences, wordlist
from ingest.text.lexicon import Lexicon, word_set
from ingest.text.plain import plain
from ingest.text.words import unaccented

_PAUSE = expression(r"[,;:–—‐‑―−﹘]|(?:(?<=\s)|\A)-+(?=\s)|--+|[،؛、，：；]")
_STOP = expression(r"[.!?。．]")
_TRAILING = expression(r"…|\.{3,}|(?:\. ){2,}\.")
# Looked for from the beginning of a blank alone: a long one would be read again from each of its lines.
_BULLET = expression(r"(?<!\s)([^\S\n]*+)\n\s*+(?:[-*+•–—·]|#{1,6})(?=\s)")
# Behind these stands a letter that is no initial.
_LETTERED = word_set("plan option team vitamin model scenario variant optie ploeg vitamine modell")
_FIRM = word_set("co corp inc bros")
_KIND_OF_FIRM = word_set("ltd limited inc llc llp plc kg gmbh nv bv pty")  # behind those
_MOST_IN_ROW = 3  # words of a line that was not wrapped
_LONGEST_OPENING = 6  # words of a phrase that opens a sentence

_EXCEPT = word_set("but")  # `nobody but Ann`
_VERBS = word_set("is ben bent was heeft hebben had hadden gaat gaan komt komen moest wil willen wilde doet")
_SHORTEST_CLAUSE = 3  # words
_LINES = expression(r"\s*\n\s*")
_THAT = word_set("that dat dass")  # it says what is said, or something else
_WHOLE = word_set(
    "all any anybody anyone anything every everybody everyone everything no nobody none nothing nowhere"
)

Gap = tuple[int, int]


def speaking(
    was: Sequence[ComparedToken],
    became: Sequence[ComparedToken],
    old: str,
    new: str,
    lexicon: Lexicon,
    *,
    lines: bool,
    rows: bool,
) -> tuple[str, str] | None:
    """Return what stands around the first pause that speaks, before and after; None where none does.

    `lines`: the end of a line may end a sentence; else lines are taken to end where they were full. `rows`: a
    short line stands by itself, as a row of a table does.
    """
    if not _marks(old) and not _marks(new):
        return None
    begins = _Begins((was, became), (old, new), lexicon.language)
    for i, j in _gaps(was, became):
        between = _between(was, i, old), _between(became, j, new)
        if between[0] == between[1]:
            continue
        trails = [_TRAILING.search(each) is not None for each in between]
        pauses = [_pauses(each) for each in between]
        if trails[0] == trails[1]:
            if rows and _joins_items((was, i, old), (became, j, new)):
                return _around(was, i, old), _around(became, j, new)
            if pauses[0] == pauses[1]:
                wider = _between_words(was, i, old), _between_words(became, j, new)
                side = _stopped(wider)
                if side is None and lines:
                    side = _broken(wider)
                if any(map(_pauses, wider)) or side is None:
                    continue
                here, there = ((was, i), (became, j)) if not side else ((became, j), (was, i))
                if not (
                    begins.at(side, here[1])
                    or (rows and _stopped(wider) is None and _ends_row(*here, old if not side else new))
                    or _loses_capital(*here, *there)
                    or _ends_behind_letter(*here, lexicon)
                ):
                    continue
            else:
                side = pauses[1]
                read, at, text, stop = (was, i, old, j) if not side else (became, j, new, i)
                is_cut = _stopped(between) == (not side) and begins.at(not side, stop)
                if not is_cut and _is_style(read, at, text, lexicon):
                    continue
        return _around(was, i, old), _around(became, j, new)
    return None


class _Begins:
    """Where sentences begin in two texts, found when it is asked: few are."""

    def __init__(
        self,
        read: tuple[Sequence[ComparedToken], Sequence[ComparedToken]],
        texts: tuple[str, str],
        language: str | None,
    ) -> None:
        self._read, self._texts, self._language = read, texts, language
        self._found: dict[bool, list[int]] = {}

    def at(self, side: bool, gap: int) -> bool:
        """Tell whether a sentence begins in a gap between two words of the later text, or the earlier."""
        if side not in self._found:
            cut = sentences.split(self._texts[side], self._language)
            self._found[side] = [each.text_start for each in cut]
        return _begins_sentence(self._read[side], gap, self._found[side])


def _marks(text: str) -> bool:
    return _PAUSE.search(text) is not None or _STOP.search(text) is not None or "…" in text or "\n" in text


def _gaps(was: Sequence[ComparedToken], became: Sequence[ComparedToken]) -> Iterator[Gap]:
    """Yield the places between tokens that are the same place in both, by the token behind each."""
    keys = ([each.key.lower() for each in side] for side in (was, became))
    for span in sequences.align(*keys):
        if span.a_start == span.a_end or span.b_start == span.b_end:
            continue
        yield span.a_start, span.b_start
        if span.same:
            yield from zip(
                range(span.a_start + 1, span.a_end), range(span.b_start + 1, span.b_end), strict=True
            )
    yield len(was), len(became)


def _between(read: Sequence[ComparedToken], at: int, text: str) -> str:
    start = read[at - 1].end if at else 0
    end = read[at].start if at < len(read) else len(text)
    return _unmarked(text, start, end)


def _unmarked(text: str, start: int, end: int) -> str:
    """Return what stands there, as it is meant: `&nbsp;` is no pause, an item's mark is one."""
    between = plain(text[start:end])
    return _BULLET.sub("\\1\n\n", between) if start else _BULLET.sub("\\1\n\n", f"\n{between}")[1:]


def _words_beside(read: Sequence[ComparedToken], at: int) -> Gap:
    """Return the places of the words before and behind a gap, signs such as quotation marks passed over."""
    first, last = at - 1, at
    while first >= 0 and not read[first].text[0].isalnum():
        first -= 1
    while last < len(read) and not read[last].text[0].isalnum():
        last += 1
    return first, last


def _between_words(read: Sequence[ComparedToken], at: int, text: str) -> str:
    first, last = _words_beside(read, at)
    start = read[first].end if first >= 0 else 0
    end = read[last].start if last < len(read) else len(text)
    return _unmarked(text, start, end)


def _pauses(between: str) -> bool:
    return _PAUSE.search(between) is not None or "\n\n" in between


def _stopped(between: tuple[str, str]) -> bool | None:
    """Tell which side alone has a stop there, the later or not; None where both or neither has."""
    stops = [_STOP.search(each) is not None for each in between]
    return None if stops[0] == stops[1] else stops[1]


def _broken(between: tuple[str, str]) -> bool | None:
    """Tell which side alone has the end of a line there, the later or not, and neither has a stop."""
    if any(_STOP.search(each) for each in between):
        return None
    ends = ["\n" in each for each in between]
    return None if ends[0] == ends[1] else ends[1]


def _joins_items(*sides: tuple[Sequence[ComparedToken], int, str]) -> bool:
    """Tell whether an item of a list begins between two words on one side alone, and no line on the other."""
    written = [
        text[read[at - 1].end if at else 0 : read[at].start if at < len(read) else len(text)]
        for read, at, text in sides
    ]
    return any(
        _BULLET.search(one) is not None and "\n" not in other for one, other in (written, written[::-1])
    )


def _ends_row(read: Sequence[ComparedToken], at: int, text: str) -> bool:
    """Tell whether the line end before a token parts two short lines, as of a list or a verse."""
    end = text.find("\n", read[at - 1].end) if at else -1
    if end < 0:
        return False
    behind = text[end + 1 :].lstrip().partition("\n")[0]
    before = text[:end].rpartition("\n")[2]
    return all(0 < len(line.split()) <= _MOST_IN_ROW for line in (before, behind))


def _begins_sentence(read: Sequence[ComparedToken], at: int, begins: Sequence[int]) -> bool:
    """Tell whether a sentence begins between two words."""
    first, last = _words_beside(read, at)
    if first < 0 or last >= len(read):
        return False
    if unaccented(read[first].text) in _FIRM and unaccented(read[last].text) in _KIND_OF_FIRM:
        return False  # `& Co. Ltd`
    found = bisect_right(begins, read[last].start) - 1
    return found >= 0 and begins[found] >= read[first].end


def _loses_capital(
    read: Sequence[ComparedToken], at: int, other: Sequence[ComparedToken], there: int
) -> bool:
    """Tell whether the word behind a stop has a capital that it lacks without the stop: `plan A. Not all`."""
    (_, one), (_, two) = _words_beside(read, at), _words_beside(other, there)
    if not at or one >= len(read) or two >= len(other):
        return False
    return read[one].text[0].isupper() and other[two].text[0].islower()


def _ends_behind_letter(read: Sequence[ComparedToken], at: int, lexicon: Lexicon) -> bool:
    """Tell whether a sentence may end behind a letter that is no initial: `plan B. Ann left`."""
    first, last = _words_beside(read, at)
    if first < 0 or last >= len(read) or not read[last].text[0].isupper():
        return False
    before = first
    while before >= 0 and len(read[before].text) == 1 and read[before].text.isalpha():
        before -= 1
    if before < 0 or before == first:
        return False
    word = unaccented(read[before].text)
    if first - before > 1 or read[first].text.islower():  # `in the U.S. Ann left`, but not `the U.S. Army`
        behind = unaccented(read[last].text)
        may_begin = wordlist.is_rare(behind, lexicon.language) and behind not in lexicon.styled
        return may_begin and (word in lexicon.articles or read[first].text.islower())
    if word in lexicon.common or word in lexicon.honorifics or word in lexicon.titles:
        return False
    return read[before].text.islower() or word in roman.LABELS or word in _LETTERED


def _is_style(read: Sequence[ComparedToken], at: int, text: str, lexicon: Lexicon) -> bool:
    """Tell whether a pause before a token is one that style alone sets there."""
    if at == 0 or at >= len(read):
        return True  # at an end of the sentence
    before, behind = read[at - 1], read[at]
    if not behind.is_word or not before.is_word or behind.is_address or before.is_address:
        return True  # a quotation mark, a bracket, an address
    if _is_figure(before) or (_is_day(before, lexicon) and (at > 1 or _is_sure_day(before, lexicon))):
        return True
    if _STOP.search(text[before.end : behind.start]):
        return True  # of an abbreviation, or of a sentence
    word = unaccented(behind.text)
    if word in lexicon.joiners:
        return _joins(read, at, text, lexicon)
    if word in lexicon.paused:
        return not _has_scope(word, read[:at], lexicon)
    if _opens(read, at, word, lexicon) and not any(
        _pauses(_between(read, place, text)) for place in range(1, at)
    ):
        return True
    return _is_aside(read, at, text, lexicon) or _is_time(read, at, text, lexicon)


def _has_scope(word: str, before: Sequence[ComparedToken], lexicon: Lexicon) -> bool:
    """Tell whether it depends on the pause before a word what of the sentence it belongs to.

    `nobody, but Ann`; `for five years and for further terms, unless ended by notice`.
    """
    said = {unaccented(each.text) for each in before}
    if word in _EXCEPT:
        return not _WHOLE.isdisjoint(said)
    return word in lexicon.conditions and not lexicon.joiners.isdisjoint(said)


def _joins(read: Sequence[ComparedToken], at: int, text: str, lexicon: Lexicon) -> bool:
    """Tell whether an `and` goes on with a list, or begins a clause, with a pause before it or without.

    `they fired the managers, and staff left` is neither, nor do names behind a thing need to be a list:
    `my parents, Ann, and Bob`.
    """
    pauses = [place for place in range(1, at) if _pauses(_between(read, place, text))]
    if pauses:
        last = read[pauses[-1] : at]
        named = all(each.text[0].isupper() for each in last) and lexicon.capitals_are_names
        return not named or read[pauses[-1] - 1].text[0].isupper()
    following = unaccented(read[at + 1].text) if at + 1 < len(read) else ""
    return following in lexicon.pronouns and lexicon.pronouns[following][1] != "bears"


def _is_time(read: Sequence[ComparedToken], at: int, text: str, lexicon: Lexicon) -> bool:
    """Tell whether the pause begins or ends words that say when: `, until 14 May,`."""
    ends = [
        place for place in range(at - _LONGEST_OPENING, at + _LONGEST_OPENING + 1) if 0 < place < len(read)
    ]
    set_off = [place for place in ends if _pauses(_between(read, place, text))]
    for first, end in pairwise(set_off):
        inside = read[first:end]
        if at in (first, end) and unaccented(inside[0].text) in lexicon.leading | lexicon.before_half:
            return any(map(_is_figure, inside))
    return False


def _is_day(read: ComparedToken, lexicon: Lexicon) -> bool:
    """Tell whether a word is of the calendar, and not `may` or `march`."""
    word = unaccented(read.text)
    return word in lexicon.calendar and not (word in lexicon.unsure_months and read.text.islower())


def _is_sure_day(read: ComparedToken, lexicon: Lexicon) -> bool:
    """Tell whether a word of the calendar is no other word where it begins a sentence: not `March`."""
    return unaccented(read.text) not in lexicon.unsure_months


def _is_figure(read: ComparedToken) -> bool:
    return read.slot is not None or read.text[0].isdigit()


def _opens(read: Sequence[ComparedToken], at: int, word: str, lexicon: Lexicon) -> bool:
    """Tell whether what stands before the pause opens the sentence: `However`, `When it rains`."""
    first = unaccented(read[0].text)
    if first in lexicon.clauses:
        if lexicon.language == "nl":  # the clause ends with its verb, or what follows begins with one
            verbs = lexicon.modals | lexicon.be | lexicon.auxiliaries | _VERBS
            subject = at + 1 < len(read) and unaccented(read[at + 1].text) in lexicon.pronouns
            ends = subject or word in verbs or unaccented(read[at - 1].text) in verbs
            return at >= _SHORTEST_CLAUSE and ends
        return word in lexicon.pronouns and lexicon.pronouns[word][1] != "bears"
    if first not in lexicon.leading or at > _LONGEST_OPENING:
        return False
    if lexicon.language != "en":
        return True  # the verb follows
    # What follows cannot belong to the phrase: `In short, stories sell`, `However, you do it`.
    begins = word in lexicon.common or word in lexicon.articles or read[at].text[0].isupper()
    turns = first == "however" and word in lexicon.pronouns
    return begins and not turns and not read[at - 1].text.endswith("ing")


def _is_aside(read: Sequence[ComparedToken], at: int, text: str, lexicon: Lexicon) -> bool:
    """Tell whether the pause begins or ends two words that say who speaks: `he said`."""
    for first in (at, at - 2):
        if first < 0 or first + 2 > len(read):
            continue
        who, says = (unaccented(each.text) for each in read[first : first + 2])
        if who not in lexicon.pronouns or says not in lexicon.attribution:
            continue
        if first == 0 and unaccented(read[at].text) in _THAT:
            continue
        begins = first == 0 or _pauses(_between(read, first, text))
        if begins and (first + 2 == len(read) or _pauses(_between(read, first + 2, text))):
            return True
    return False


def _around(read: Sequence[ComparedToken], at: int, text: str) -> str:
    start = read[at - 1].start if at else 0
    end = read[at].end if at < len(read) else len(text)
    return " ".join(_LINES.sub(" / ", text[start:end].strip()).split())  # as verses are quoted
