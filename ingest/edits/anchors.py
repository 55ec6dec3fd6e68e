"""Days that a text tells as seen from its own: whether `today` and `on Saturday` are one.

The text's own day is the document's date, or else the day on which the version was observed (in UTC).
"""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from ingest.facts import quantities
from ingest.facts.model import CalendarDate, Period, Relative
from ingest.text.lexicon import Lexicon
from ingest.text.lexicons import lexicon_of
from ingest.text.words import unaccented, words

_LONGEST = 60  # characters of what tells a day
_PART = 20  # characters, within which the part of a day stands behind it
_DAYS = {"before yesterday": -2, "yesterday": -1, "today": 0, "tomorrow": 1, "after tomorrow": 2}

Days = tuple[date | None, date | None]
NO_DAYS: Days = (None, None)


class _DayReference(msgspec.Struct, frozen=True):
    """A day, or what is said of one; `is_anchor` says that it is as seen from the text's own.

    `said` is how many days from it, where it is.
    """

    day: CalendarDate | None
    part: str | None
    is_anchor: bool
    said: int | None = None


def own_day(dated: str | None, observed: str | None) -> date | None:
    """Return a text's own day: that of its date, as EDTF has it, or of its observation."""
    for each in (dated, observed):
        try:
            return date.fromisoformat(each or "")
        except ValueError:
            continue
    return None


def same_day(before: str, after: str, days: Days, language: str | None) -> bool | None:
    """Return whether two ways to tell a day tell the same; None where neither is as seen from the text.

    A day that cannot be reckoned is not the same.
    """
    if max(len(before), len(after)) > _LONGEST:
        return None
    lexicon = lexicon_of(language)
    old = _day_reference(before, days[0], language, lexicon)
    new = _day_reference(after, days[1], language, lexicon)
    if old is None or new is None or not (old.is_anchor or new.is_anchor):
        return None
    if old.part and new.part and old.part != new.part:
        return False
    if old.day is None or new.day is None:
        # `this morning`, said in two ways of a day that is not known
        return days[0] == days[1] and old.part == new.part and old.said is not None and old.said == new.said
    pairs = zip(msgspec.structs.astuple(old.day), msgspec.structs.astuple(new.day), strict=True)
    both = [(was, became) for was, became in pairs if was is not None and became is not None]
    return bool(both) and all(was == became for was, became in both)


def with_part(text: str, start: int, end: int, lexicon: Lexicon) -> str:
    """Return `text[start:end]` with the word that follows, if that is a part of the day: `Monday night`."""
    following = words(text[end : end + _PART])[:1]
    return f"{text[start:end]} {following[0]}" if lexicon.day_parts.keys() & following else text[start:end]


def _day_reference(
    text: str, own: date | None, language: str | None, lexicon: Lexicon
) -> _DayReference | None:
    slots = [slot for slot in quantities.find(text, language, frozenset()) if slot.kind != "name"]
    if len(slots) != 1 or slots[0].kind != "date":
        return None
    (slot,) = slots
    around = map(unaccented, words(f"{text[: slot.start]} {text[slot.end :]}"))
    if not all(word in lexicon.dateline or word in lexicon.day_parts for word in around):
        return None
    part = next((part for word, part in lexicon.day_parts.items() if _has(text, word)), None)
    match slot.value:
        case Relative(day) if day in _DAYS:
            return _DayReference(_on(own, _DAYS[day]), part, is_anchor=True, said=_DAYS[day])
        case Period(which, period) if period in lexicon.day_parts.values():
            if which not in ("this", "last"):
                return None
            after = -1 if which == "last" else 0
            return _DayReference(_on(own, after), period, is_anchor=True, said=after)
        case CalendarDate(hour=None, minute=None) as day:
            return _DayReference(day, day.part or part, is_anchor=False)
    return None


def _has(text: str, word: str) -> bool:
    return any(each.endswith(word) for each in map(unaccented, words(text)))


def _on(own: date | None, after: int) -> CalendarDate | None:
    if own is None:
        return None
    day = own + timedelta(days=after)
    return CalendarDate(day.isoweekday(), day.day, day.month, day.year)
