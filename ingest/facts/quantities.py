"""Numbers, amounts, percentages, dates and names in a sentence, each with the value that it stands for.

Values are what is compared: `3`, `three` and `drie` have one, so have `1.000`, `1,000` and `1000`.
`digits` and `number_words` read the numbers, `dates` the dates.
"""

from __future__ import annotations

import functools
from fractions import Fraction

from ingest.expressions import expression
from ingest.facts import identifiers
from ingest.facts.dates import find_date
from ingest.facts.digits import read_digits, read_fraction
from ingest.facts.fractions import read_part, read_share
from ingest.facts.kinds import NUMERIC, Kind
from ingest.facts.model import (
    AgeLimit,
    CalendarDate,
    Code,
    Figure,
    Multiple,
    Ordinal,
    Quantity,
    Range,
    Repetition,
    Share,
    Slot,
    SlotParts,
    Some,
    Token,
    Tokens,
    Vague,
    Value,
    low_at,
)
from ingest.facts.names import find_names
from ingest.facts.number_words import read_number, read_ordinal
from ingest.text import roman
from ingest.text.lexicon import Lexicon
from ingest.text.lexicons import lexicon_of
from ingest.text.words import tokens, unaccented, words

_ITEMS = frozenset([*"abcdefghijklmnopqrstuvwxyz", *map(str.lower, roman.NUMBERS)])
_PARTED = expression(r"[0-9]{1,4}\.[0-9]{1,4}\Z")
_AGED = expression(r"(under|over|onder|boven|u)-?([0-9]{1,2})s?\Z")
_AGED_AFTER = expression(r"\s(?:old|oud|of age)\b")
_FOLLOWING = expression(r"\s?(\w+)")
_LONGEST_DATELINE = 80
_LONGEST_KEPT = 500  # characters of a sentence
_PLACE = expression(r"[^\W\d_a-z][^\d:,;.!?(]{0,40}\s*[,(–—-]\s*\Z")


def find(text: str, language: str | None, names: frozenset[str] = frozenset()) -> tuple[Slot, ...]:
    """Return the slots of a sentence in order, but for quotations and negations.

    `names` are known to be names. The answer is kept, since a sentence is asked for its facts, and again for
    its words: of long ones only the last few, which may have hundreds of slots.
    """
    kept = _of_sentence if len(text) <= _LONGEST_KEPT else _of_long_sentence
    return kept(text, language, names)


def _find(text: str, language: str | None, names: frozenset[str]) -> tuple[Slot, ...]:
    lexicon = lexicon_of(language)
    cut = Tokens((), lexicon)
    begin: list[int] = []  # the tokens with which a slot may
    at = 0
    for token in tokens(text):
        end = at + len(token)
        if not token.isspace():
            low = token.lower() if token.isascii() else unaccented(token)
            if (
                low in lexicon.slotted
                or not low.isalpha()
                or token in roman.NUMBERS
                or (low in _ITEMS and (text[at - 1 : at] == "(" or _is_label(cut)))
                or lexicon.is_compound(low)
            ):
                begin.append(len(cut))
            cut.append(Token(token, low, at, end))
        at = end
    found: list[Slot] = []
    past = 0
    named = identifiers.find(text, lexicon) if begin else {}
    for number in begin:
        if number < past:
            continue
        if cut[number].start in named:
            ending, code = named[cut[number].start]
            past = next((at for at in range(number, len(cut)) if cut[at].start >= ending), len(cut))
            found.append(Slot("number", code, cut[number].start, ending))
            continue
        taken = _labelled(cut, number) or find_date(cut, number) or _quantity(text, cut, number)
        if taken is not None:
            kind, value, past, weak = taken
            found.append(Slot(kind, value, cut[number].start, cut[past - 1].end, weak))
    _share_units(text, found, lexicon)
    _join_ranges(text, found, lexicon)
    found += find_names(text, cut, names, found)
    return tuple(sorted(found, key=lambda slot: slot.start))


_of_sentence = functools.lru_cache(maxsize=16_384)(_find)
_of_long_sentence = functools.lru_cache(maxsize=64)(_find)


def _share_units(text: str, found: list[Slot], lexicon: Lexicon) -> None:
    """Give a bare number the unit of the one that it is joined to: `3 to 5 per cent` is `3% to 5%`."""
    for at in range(len(found) - 2, -1, -1):
        slot, following = found[at], found[at + 1]
        if slot.weak or following.kind not in ("amount", "percentage"):
            continue
        match slot.value, following.value:
            case Quantity(value=value, unit=None), (Quantity(measure=unit) | Range(measure=unit)):
                if text[slot.end : following.start].strip().lower() in lexicon.joining:
                    found[at] = Slot(following.kind, Quantity(value, unit), slot.start, slot.end)


def _join_ranges(text: str, found: list[Slot], lexicon: Lexicon) -> None:
    """Make one range of two figures of one kind with a joining word between them: `4 to 11` is `4-11`."""
    for at in range(len(found) - 2, -1, -1):
        slot, following = found[at], found[at + 1]
        if slot.kind != following.kind or slot.weak or following.weak or slot.kind not in NUMERIC:
            continue
        first, last = slot.value, following.value
        if not isinstance(first, Figure) or not isinstance(last, Figure):
            continue
        joined = text[slot.end : following.start].strip().lower()
        if first.measure in (None, last.measure) and joined in lexicon.ranging:
            value = Range(f"{first.value}-{last.value}", last.measure)
            found[at : at + 2] = [Slot(following.kind, value, slot.start, following.end)]


def may_hold(before: str, after: str, lexicon: Lexicon) -> bool:
    """Tell whether a change has anything in it that a slot is made of."""
    return _may_be(before, lexicon) or _may_be(after, lexicon)


@functools.lru_cache(maxsize=4096)  # a change is asked about by each that reads its sentence
def _may_be(text: str, lexicon: Lexicon) -> bool:
    return any(
        token != token.lower() or token[0] in "-−"
        or any(map(str.isnumeric, token)) or token in lexicon.beside or "-" in token
        or lexicon.is_compound(token) or unaccented(token) in lexicon.slotted or token in _ITEMS
        for token in tokens(text)
    )  # fmt: skip


def end_of_unit(text: str, slot: Slot, lexicon: Lexicon) -> int:
    """Tell where a slot ends, with the word of its unit: `5 km`."""
    following = _FOLLOWING.match(text, slot.end)
    unit = None if following is None else _unit_of(unaccented(following[1]), lexicon)
    if following is None or not unit or not isinstance(slot.value, Quantity) or slot.value.unit != unit:
        return slot.end
    aged = _AGED_AFTER.match(text, following.end())
    return aged.end() if aged else following.end()


def _unit_of(word: str, lexicon: Lexicon) -> str | None:
    """Return the unit of a word behind a figure: of `m` metres, which elsewhere is a letter."""
    return "m" if word == "m" else lexicon.units.get(word)


def is_dateline(text: str, language: str | None) -> bool:
    """Tell whether a text is a day alone, after a place perhaps: `Den Haag, 13 maart 2021`."""
    if len(text) > _LONGEST_DATELINE or not any(map(str.isdigit, text)):
        return False
    dates = [slot for slot in find(text, language) if slot.kind == "date"]
    first = dates[0].value if dates else None
    # A year alone may be a title's, a time alone that of what is written of.
    if not isinstance(first, CalendarDate) or first.day is None or first.month is None:
        return False
    if dates[0].start and not _PLACE.match(text[: dates[0].start]):
        return False
    at, rest = dates[0].end, []
    for slot in dates[1:]:
        rest += words(text[at : slot.start])
        at = slot.end
    return lexicon_of(language).dateline.issuperset([*rest, *words(text[at:])])


def _is_label(cut: Tokens) -> bool:
    """Tell whether the last of some tokens is one that a number stands behind."""
    return bool(cut) and cut[-1].low in roman.LABELS


def _labelled(cut: Tokens, at: int) -> SlotParts | None:
    """Return a number or letter that names something: `Section II`, `version 2.10`, `12(1)(a)`."""
    said = cut[at].text
    number = roman.NUMBERS.get(said)
    if at and said in _ITEMS and cut[at - 1].low in (roman.LABELS if len(said) > 1 else roman.POINTS):
        return "number", Code(said, "item"), at + 1, False
    if at and (number is not None or _PARTED.match(said)):
        label = cut[at - 2] if at > 1 and cut[at - 1].text in ".(" else cut[at - 1]
        pronoun = (
            said == "I" and cut.lexicon.language != "nl" and label.text == label.low
        )  # `a section I read`
        if number is None and (label.low in roman.LABELS or label.low in roman.VERSIONS):
            return "number", Code(said, "part"), at + 1, False
        if number is not None and label.low in roman.LABELS and not pronoun:
            return "number", Quantity(Fraction(number)), at + 1, False
    if cut[at].low in _ITEMS and low_at(cut, at - 1) == "(" and low_at(cut, at + 1) == ")":
        return "number", Code(said, "item"), at + 1, False
    return None


def _quantity(text: str, cut: Tokens, at: int) -> SlotParts | None:
    """Return a number with its magnitude, currency, percent sign or unit, at a token."""
    if told := _part_or_place(cut, at) or _in_a_word(cut, at):
        return told
    low = cut[at].low
    currency, is_below = cut.lexicon.currencies.get(low), _is_sign(cut, at, "-−")
    first = at + 1 if currency or is_below else at
    if first >= len(cut):
        return None
    if _is_sign(cut, at, "."):  # `.5`
        first = at + 1
    read = read_fraction(cut, first) or read_digits(text, cut, first) or _spelt(cut, first)
    if read is None:
        return None
    value, end, suffix = read
    if first > at and cut[at].text == "." and isinstance(value, Fraction):
        value = Fraction(f"0.{cut[first].low.rstrip('.,')}") if cut[first].low.isdecimal() else value
    if suffix == "ordinal":
        return "number", Ordinal(int(str(value))), end, False
    if isinstance(value, str):
        if suffix != "range":
            return "number", Code(value, suffix), end, False
        return _with_range(cut, value, end, currency)
    weak = low_at(cut, first) in cut.lexicon.ones and end == first + 1
    while low_at(cut, end) in cut.lexicon.magnitudes and end < first + 8:
        value *= cut.lexicon.magnitudes[low_at(cut, end)]
        end, weak = end + 1, False
    if low_at(cut, end) == "." and cut[end - 1].low in ("mln", "mld", "mio", "mrd"):
        end += 1
    millions = currency or low_at(cut, end) in cut.lexicon.currencies  # what an `m` at the figure is for
    if suffix in cut.lexicon.stuck or (suffix == "m" and millions):
        value, weak, suffix = value * cut.lexicon.stuck.get(suffix, 10**6), False, ""
    elif low_at(cut, end) == "m" and (currency or low_at(cut, end + 1) in cut.lexicon.currencies):
        value, end, weak = value * 10**6, end + 1, False  # `$3 m`
    if is_below:
        value = -value
    if currency:
        return "amount", Quantity(value, currency), end, False
    return _with_unit(cut, value, end, suffix, weak=weak)


def _part_or_place(cut: Tokens, at: int) -> SlotParts | None:
    """Return a part of a whole, `a third of`, or a place in an order, `twenty-first`."""
    if not read_share(cut, at) and (part := read_part(cut, at)):
        return "number", Share(part[0]), part[1], False
    if place := read_ordinal(cut, at):
        return "number", Ordinal(place[0]), place[1], False
    return None


def _with_range(cut: Tokens, value: str, end: int, currency: str | None) -> SlotParts:
    """Return a range with the unit, or currency, of its figures."""
    kind, quantity, end, _ = _with_unit(cut, Fraction(2), end, "", weak=False)
    if currency:
        return "amount", Range(value, currency), end, False
    return kind, Range(value, quantity.unit), end, False


def _is_sign(cut: Tokens, at: int, signs: str) -> bool:
    """Tell whether one of these marks begins the number after it."""
    if cut[at].text not in signs or not low_at(cut, at + 1)[:1].isdigit():
        return False
    return cut[at].end == cut[at + 1].start and (at == 0 or cut[at - 1].end < cut[at].start)


def _in_a_word(cut: Tokens, at: int) -> SlotParts | None:
    """Return a number that one word says: `dozens`, `several`, `twice`, `doubled`, `under-18s`."""
    low, following = cut[at].low, low_at(cut, at + 1)
    value: Value | None = None
    if low in cut.lexicon.vague:
        value = Vague(cut.lexicon.vague[low])
    elif low in cut.lexicon.folds:
        value = Multiple(cut.lexicon.folds[low])
    elif low in cut.lexicon.repeated:
        value = Repetition(Fraction(cut.lexicon.repeated[low]))
    elif aged := _AGED.match(low):
        value = AgeLimit(Fraction(aged[2]), aged[1])
    elif counted := _compounded(low, cut.lexicon):
        value = counted
    elif low in cut.lexicon.ones and following == "couple":
        return "number", Some(), at + 2, True
    elif (low == "couple" and following == "of") or (
        low in cut.lexicon.some and cut.lexicon.spelt(following) is None and not following[:1].isdigit()
    ):
        return "number", Some(), at + 1, True
    return None if value is None else ("number", value, at + 1, False)


def _compounded(low: str, lexicon: Lexicon) -> Quantity | None:
    """Return a number in a word that says what of: `three-year`, `driejarige`."""
    number, hyphen, thing = low.partition("-")
    if hyphen:
        if number in lexicon.numbers and thing.isalpha() and thing not in lexicon.numbers:
            return Quantity(lexicon.numbers[number], _attached(hyphen + thing, lexicon))
        return None
    for size in range(4, min(12, len(low) - 2)):
        thing = low[-size:]
        if thing in lexicon.compounded and low[:-size] in lexicon.numbers:
            return Quantity(lexicon.numbers[low[:-size]], lexicon.compounded[thing])
    return None


def _with_unit(
    cut: Tokens, value: Fraction, end: int, suffix: str, *, weak: bool
) -> tuple[Kind, Quantity, int, bool]:
    following = low_at(cut, end)
    if following == "us" and low_at(cut, end + 1) in cut.lexicon.currencies:
        following, end = low_at(cut, end + 1), end + 1
    if following in cut.lexicon.currencies and following not in "€$£¥":
        return "amount", Quantity(value, cut.lexicon.currencies[following]), end + 1, weak
    if not suffix:  # `20m percent`
        percent, ends = cut.lexicon.percent.get(following), end
        if following == "per" and low_at(cut, end + 1) == "cent":
            percent, ends = "%", end + 1
        if (percent == "%" or following == "percentage") and low_at(cut, ends + 1) in ("point", "points"):
            percent, ends = "pp", ends + 1
        if percent:
            return "percentage", Quantity(value, percent), ends + 1, False
    unit = _attached(suffix, cut.lexicon)
    if following == "°" and low_at(cut, end + 1) in ("c", "f"):
        unit, end = "°" + low_at(cut, end + 1), end + 2
    elif suffix in ("m", "c", "f"):
        unit = suffix
    elif suffix == "x":
        unit = "times"
    return "number", Quantity(value, unit or _unit_of(following, cut.lexicon)), end, weak


def _attached(suffix: str, lexicon: Lexicon) -> str | None:
    """Return the unit of letters at a figure; behind a hyphen what is none is one of its own: `3-A`."""
    thing = suffix.removeprefix("-")
    unit = lexicon.units.get(thing) or lexicon.compounded.get(thing)
    if unit is None and thing != suffix and thing not in lexicon.compounded:
        return suffix
    return unit


def _spelt(cut: Tokens, at: int) -> tuple[Fraction | str, int, str] | None:
    """Return a number in words or of one sign: `drieentwintig`, `two hundred and five`, `½`."""
    if cut[at].low in cut.lexicon.signs:
        return cut.lexicon.signs[cut[at].low], at + 1, ""
    read = read_number(cut, at)
    return None if read is None else (*read, "")
