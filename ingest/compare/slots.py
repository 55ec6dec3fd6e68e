"""Numbers, amounts, percentages, dates and names in a sentence, each with the value that it stands for.

Values are what is compared: `3`, `three` and `drie` have one, so have `1.000`, `1,000` and `1000`, and
`12 maart` and `March 12`. Three digits after a mark are thousands, in both languages. A year alone is
a date where a preposition or a bracket stands before it; a clock time is a date.
"""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise

from ingest.compare import lexicon
from ingest.compare.lexicon import word_set
from ingest.compare.names import find_names
from ingest.compare.slot import Kind, Slot, Token, low_at
from ingest.compare.words import tokens, unaccented, words

_DIGITS = re.compile(r"([0-9][0-9.,]*)(-?[^\W\d_]*)(?:-[\w-]*)?\Z")
_GROUPED = re.compile(
    r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]+)?\Z"
    r"|[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?\Z"
)
_PLAIN = re.compile(r"[0-9]+(?:[.,][0-9]+)?\Z")
_RANGE = re.compile(r"[0-9]{1,4}(?:[-‐‑][0-9]{1,4})+\Z")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})(?:-([0-9]{1,2}))?\Z")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-.]([0-9]{1,2})[-.]([0-9]{4})\Z")
_CLOCK = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(am|pm|u|uur)?\Z")
_HOUR = re.compile(r"([0-9]{1,2})(am|pm)\Z")
_HALVES = word_set("am pm uur u gmt bst utc cet cest est edt")
_DAY = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th|e|ste|de)?\Z")
_YEAR = re.compile(r"(?:1[5-9]|20)[0-9]{2}\Z")
_DECADE = re.compile(r"([0-9]{4}|[0-9]{2})s\Z")
_LONGEST_DIGITS = 40
_ORDINAL_ENDINGS = word_set("st nd rd th e de ste -st -nd -rd -th -e -de -ste")
_YEAR_FOLLOWS = word_set("""
    in since sinds van from until till tot before voor after na of by early late eind begin medio jaar
    year season seizoen en and door to per vanaf the het spring summer autumn winter zomer najaar
    voorjaar
""")
_MONTH_FOLLOWS = word_set("in of since until last next early late this by from mid")
_PART_BEFORE = word_set("of van more less fewer meer minder higher lower hoger lager")
_AT_A_TIME = word_set("on at om op by uur")
_LONGEST_DATELINE = 80
_COUNTED = frozenset((*lexicon.UNITS, *lexicon.CURRENCIES, *lexicon.PERCENT, *lexicon.MAGNITUDES))


def find(text: str, language: str | None, names: frozenset[str] = frozenset()) -> list[Slot]:
    """The slots of a sentence in order, but for quotations and negations; `names` are known to be names."""
    strange = lexicon.FALSE_FRIENDS.get(language or "", frozenset())
    cut: list[Token] = []
    at = 0
    for token in tokens(text):
        if not token.isspace():
            low = unaccented(token) or token
            cut.append(Token(token, "~" + low if low in strange else low, at, at + len(token)))
        at += len(token)
    found: list[Slot] = []
    number = 0
    while number < len(cut):
        taken = _date(cut, number, month_first=language != "nl") or _quantity(text, cut, number)
        if taken is None:
            number += 1
            continue
        kind, value, end, weak = taken
        found.append(Slot(kind, value, cut[number].start, cut[end - 1].end, weak))
        number = end
    return sorted([*found, *find_names(text, cut, names, found)], key=lambda slot: slot.start)


def is_dateline(text: str, language: str | None) -> bool:
    """Whether a text is a date alone, after a place perhaps: `Den Haag, 13 maart 2021`."""
    if len(text) > _LONGEST_DATELINE or not any(map(str.isdigit, text)):
        return False
    dates = [slot for slot in find(text, language) if slot.kind == "date"]
    if not dates:
        return False
    place, at, rest = words(text[: dates[0].start]), dates[0].start, []
    for slot in dates:
        rest += words(text[at : slot.start])
        at = slot.end
    return (
        len(place) < 4
        and all(word[0].isupper() or word in _AT_A_TIME for word in place)
        and _AT_A_TIME.issuperset([*rest, *words(text[at:])])
    )


_Taken = tuple[Kind, tuple[object, ...], int, bool]


def _date(cut: list[Token], at: int, *, month_first: bool) -> _Taken | None:
    """(weekday, day, month, year, hour, minute) at a token, and where it ends."""
    low = cut[at].low
    if low in lexicon.RELATIVE:
        return "date", ("relative", lexicon.RELATIVE[low]), at + 1, True
    weekday = lexicon.WEEKDAYS.get(low)
    if weekday is None:
        return _calendar(cut, at, None, month_first=month_first)
    after = at + 2 if low_at(cut, at + 1) == "," else at + 1
    dated = _calendar(cut, after, weekday, month_first=month_first) if after < len(cut) else None
    if dated is not None and dated[1][1] is not None:
        return dated
    return "date", (weekday, None, None, None, None, None), at + 1, False


def _calendar(cut: list[Token], at: int, weekday: int | None, *, month_first: bool) -> _Taken | None:
    low = cut[at].low
    if low[0].isdigit():
        if (iso := _ISO.match(low)) and int(iso[2]) <= 12:
            day = int(iso[3]) if iso[3] else None
            return "date", (weekday, day, int(iso[2]), int(iso[1]), None, None), at + 1, False
        if (written := _DAY_FIRST.match(low)) and int(written[2]) <= 12:
            return (
                "date",
                (weekday, int(written[1]), int(written[2]), int(written[3]), None, None),
                at + 1,
                False,
            )
        if slashed := _slashed(cut, at, month_first=month_first):
            return "date", (weekday, *slashed, None, None), at + 5, False
        if clock := _clock(cut, at):
            return clock
        if decade := _DECADE.match(low):
            return "date", ("decade", decade[1]), at + 1, False
        if numbered := _DAY.match(low):
            month_at = at + 2 if low_at(cut, at + 1) == "of" else at + 1
            month = lexicon.MONTHS.get(low_at(cut, month_at))
            if month is not None and 1 <= int(numbered[1]) <= 31:
                year, end = _year(cut, month_at + 1)
                return "date", (weekday, int(numbered[1]), month, year, None, None), end, False
        if _YEAR.match(low) and _is_year(cut, at):
            return "date", (weekday, None, None, int(low), None, None), at + 1, False
        return None
    month = lexicon.MONTHS.get(low)
    if month is None:
        return None
    # `in september 45 mensen` is no date; nor is the English of it.
    day_there = _DAY.match(low_at(cut, at + 1)) if month_first else None
    if day_there and low_at(cut, at + 2) in lexicon.UNITS:
        day_there = None
    if day_there and 1 <= int(day_there[1]) <= 31:
        year, end = _year(cut, at + 2)
        return "date", (weekday, int(day_there[1]), month, year, None, None), end, False
    year, end = _year(cut, at + 1)
    sure = low not in lexicon.UNSURE_MONTHS or (
        cut[at].text[0].isupper() and low_at(cut, at - 1) in _MONTH_FOLLOWS
    )
    if year is not None or sure:
        return "date", (weekday, None, month, year, None, None), end, False
    return None


def _slashed(cut: list[Token], at: int, *, month_first: bool) -> tuple[int, int, int] | None:
    """Day, month and year of `12/3/2021`; the language's order, unless a month would be past 12."""
    parts = cut[at : at + 5]
    if [part.text for part in parts[1::2]] != ["/", "/"] or not _YEAR.match(low_at(cut, at + 4)):
        return None
    if any(part.end != following.start for part, following in pairwise(parts)):
        return None
    if not all(re.fullmatch("[0-9]{1,2}", part.low) for part in parts[0:4:2]):
        return None
    first, second, year = (int(part.low) for part in parts[::2])
    day, month = (second, first) if (month_first and first <= 12) or second > 12 else (first, second)
    return (day, month, year) if 1 <= month <= 12 and 1 <= day <= 31 else None


def _year(cut: list[Token], at: int) -> tuple[int | None, int]:
    """A year at a token, after a comma perhaps, and where the date ends."""
    year_at = at + 1 if low_at(cut, at) == "," else at
    year = low_at(cut, year_at)
    return (int(year), year_at + 1) if _YEAR.match(year) else (None, at)


def _is_year(cut: list[Token], at: int) -> bool:
    before, after = low_at(cut, at - 1), low_at(cut, at + 1)
    if (
        after in lexicon.UNITS
        or after in lexicon.CURRENCIES
        or after in lexicon.PERCENT
        or after in lexicon.MAGNITUDES
    ):
        return False
    if before in lexicon.CURRENCIES:
        return False
    return before in _YEAR_FOLLOWS or before in "(-/" or after in (")", ".", ",", ";", "")


def _clock(cut: list[Token], at: int) -> _Taken | None:
    low = cut[at].low
    following = low_at(cut, at + 1)
    half = following if following in _HALVES else ""
    end = at + 2 if half else at + 1
    if following in ("a", "p") and low_at(cut, at + 2) == "." and low_at(cut, at + 3) == "m":
        half = following + "m"
        end = min(at + 5, len(cut)) if low_at(cut, at + 4) == "." else at + 4
    clock = _CLOCK.match(low)
    if clock and (":" in low or clock[3] or half) and int(clock[1]) < 25 and int(clock[2]) < 60:
        half = clock[3] or half
        hour, minute = int(clock[1]), int(clock[2])
    elif on_the_hour := _HOUR.match(low):
        half, hour, minute = on_the_hour[2], int(on_the_hour[1]), 0
    elif low.isascii() and low.isdigit() and len(low) < 3 and half in ("am", "pm"):
        hour, minute = int(low), 0
    else:
        return None
    if half == "pm" and hour < 12:
        hour += 12
    return "date", (None, None, None, None, hour, minute), end, False


def _quantity(text: str, cut: list[Token], at: int) -> _Taken | None:
    """A number with its magnitude, currency, percent sign or unit, at a token."""
    low = cut[at].low
    if part := _part(cut, at):
        return "number", (part[0], "part"), part[1], False
    if low in lexicon.VAGUE:
        return "number", ("vague", lexicon.VAGUE[low]), at + 1, False
    if low in lexicon.SOME and spelt(low_at(cut, at + 1)) is None and not low_at(cut, at + 1)[:1].isdigit():
        return "number", ("some",), at + 1, True
    if low in lexicon.ORDINALS:
        return "number", ("ordinal", lexicon.ORDINALS[low]), at + 1, False
    currency = lexicon.CURRENCIES.get(low)
    first = at + 1 if currency else at
    if first >= len(cut):
        return None
    read = _digits(text, cut, first) or _spelt(cut, first)
    if read is None:
        return None
    value, end, suffix = read
    if suffix == "ordinal":
        return "number", ("ordinal", int(str(value))), end, False
    if isinstance(value, str):
        return "number", (suffix or "text", value), end, False
    weak = low_at(cut, first) in lexicon.ONES and end == first + 1
    while low_at(cut, end) in lexicon.MAGNITUDES and end < first + 8:
        value *= lexicon.MAGNITUDES[low_at(cut, end)]
        end, weak = end + 1, False
        if low_at(cut, end) == "." and cut[end - 1].low in ("mln", "mld", "mio", "mrd"):
            end += 1
    if suffix in ("m", "bn", "k") and currency:
        value *= {"m": 10**6, "bn": 10**9, "k": 1000}[suffix]
    if (
        cut[at - 1].text in ("-", "−")
        and at
        and cut[at - 1].end == cut[at].start
        and (at == 1 or cut[at - 2].end < cut[at - 1].start)
    ):
        value = -value
    if currency:
        return "amount", (value, currency), end, False
    return _with_unit(cut, value, end, suffix, weak=weak)


def _part(cut: list[Token], at: int) -> tuple[Fraction, int] | None:
    """A part of a whole, `a third of`, `two-thirds`, `de helft`, and where it ends."""
    low = cut[at].low
    if low in lexicon.SHARES and low_at(cut, at - 1) not in lexicon.ORDINALS:
        return lexicon.SHARES[low], at + 1
    size = lexicon.PARTS.get(low_at(cut, at + 1))
    number = Fraction(1) if low in lexicon.ONES else lexicon.NUMBERS.get(low)
    if size is None or number is None or number >= size or low_at(cut, at + 2) not in _PART_BEFORE:
        return None
    return number / size, at + 2


def _with_unit(cut: list[Token], value: Fraction, end: int, suffix: str, *, weak: bool) -> _Taken:
    following = low_at(cut, end)
    if following == "us" and low_at(cut, end + 1) in lexicon.CURRENCIES:
        following, end = low_at(cut, end + 1), end + 1
    if following in lexicon.CURRENCIES and following not in "€$£¥":
        return "amount", (value, lexicon.CURRENCIES[following]), end + 1, weak
    percent = lexicon.PERCENT.get(following)
    if following == "per" and low_at(cut, end + 1) == "cent":
        percent, end = "%", end + 1
    if (following == "percentage" and low_at(cut, end + 1) in ("point", "points")) or (
        percent == "%" and low_at(cut, end + 1) in ("point", "points")
    ):
        percent, end = "pp", end + 1
    if percent:
        return "percentage", (value, percent), end + 1, False
    unit = lexicon.UNITS.get(suffix.lstrip("-")) or lexicon.UNITS.get(following)
    return "number", (value, unit), end, weak


def _digits(text: str, cut: list[Token], at: int) -> tuple[Fraction | str, int, str] | None:
    """A number in digits: its value, where it ends, and what is attached to it."""
    token = cut[at].low
    if not token[0].isdigit():
        return None
    if _RANGE.match(token):
        return re.sub("[‐‑]", "-", token), at + 1, "range"
    parts = _DIGITS.match(token)
    if parts is None or len(parts[1]) > _LONGEST_DIGITS:
        return token[:_LONGEST_DIGITS], at + 1, ""
    # `3-1` with a longer dash is three tokens without a blank between them.
    if at + 2 < len(cut) and cut[at + 1].text in "–—" and cut[at + 2].low[0].isdigit():
        unbroken = cut[at].end == cut[at + 1].start and cut[at + 1].end == cut[at + 2].start
        if unbroken:
            return f"{token}-{cut[at + 2].low}", at + 3, "range"
    written, suffix = parts[1].rstrip(".,"), parts[2]
    end = at + 1
    if written.isdecimal() and len(written) <= 3:
        while end < len(cut) and _is_group(text, cut, end):
            written += cut[end].low
            end += 1
    if suffix in _ORDINAL_ENDINGS and written.isdecimal():
        return written, end, "ordinal"
    if _GROUPED.match(written):
        last = max(written.rfind("."), written.rfind(","))
        tail = written[last + 1 :]
        mixed = "." in written and "," in written
        whole = written[:last] if mixed else written
        value = Fraction(whole.replace(".", "").replace(",", ""))
        return (value + Fraction(f"0.{tail}") if mixed else value), end, suffix
    if _PLAIN.match(written):
        return Fraction(written.replace(",", ".")), end, suffix
    return written, end, ""


def _is_group(text: str, cut: list[Token], at: int) -> bool:
    token = cut[at].low
    return (
        len(token) == 3
        and token.isascii()
        and token.isdigit()
        and text[cut[at - 1].end : cut[at].start] in (" ", "\u00a0", "\u202f")
    )


def _spelt(cut: list[Token], at: int) -> tuple[Fraction | str, int, str] | None:
    """A number in words: `drieentwintig`, `twenty-three`, `two hundred and five`."""
    low = cut[at].low
    if low in lexicon.ONES:
        return Fraction(1), at + 1, ""
    value = spelt(low)
    if value is None:
        return (Fraction(1), at, "") if low in lexicon.MAGNITUDES else None
    end = at + 1
    total = Fraction(0)
    while end < len(cut):
        following = low_at(cut, end)
        if following == "hundred":
            value, end = value * 100, end + 1
        elif (
            following == "and"
            and value % 100 == 0
            and value >= 100
            and spelt(low_at(cut, end + 1)) is not None
        ):
            value, end = value + (spelt(low_at(cut, end + 1)) or 0), end + 2
        elif 20 <= value < 100 and value % 10 == 0 and 0 < (spelt(following) or 0) < 10:
            value, end = value + (spelt(following) or 0), end + 1
        elif following == "and" and low_at(cut, end + 1) == "a" and low_at(cut, end + 2) == "half":
            value, end = value + Fraction(1, 2), end + 3
        else:
            break
    return total + value, end, ""


def spelt(word: str) -> Fraction | None:
    """The value of one word: below a thousand, or with `duizend` in it."""
    value = lexicon.NUMBERS.get(word)
    if value is None and "duizend" in word and len(word) < 60:
        thousands, _, rest = word.partition("duizend")
        many = lexicon.NUMBERS.get(thousands) if thousands else Fraction(1)
        more = lexicon.NUMBERS.get(rest.removeprefix("en")) if rest else Fraction(0)
        if many is not None and more is not None and (thousands or rest):
            value = many * 1000 + more
    return value
