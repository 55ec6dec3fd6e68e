"""The language of a page: its words, its numbers, its dates. English is what the templates are written in."""

from __future__ import annotations

import functools
import tomllib
from datetime import UTC, date, datetime, timedelta, tzinfo
from importlib import resources
from typing import Any

from markupsafe import Markup

from ingest import escape, moments
from ingest.web import reasons

LANGUAGES = ("en", "nl")
_MONTH = 30 * 86_400_000_000  # microseconds, nearly
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}


@functools.cache
def _table(language: str) -> dict[str, str]:
    return {} if language == "en" else _read(language)


@functools.cache
def _names(language: str) -> dict[str, str]:
    return {code: said[language] for code, said in _read("languages").items()}


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((resources.files("ingest.web") / f"{name}.toml").read_text("utf-8"))


def language_of(said: str, accepted: str) -> str:
    """Return the language of a page: the one that was chosen, else the first known that a browser accepts."""
    if said in LANGUAGES:
        return said
    weighed = []
    for place, part in enumerate(accepted.split(",")):
        code, _, weight = part.strip().partition(";q=")
        code = code.partition("-")[0].lower()
        if code in LANGUAGES and (share := _number(weight)) > 0:  # with 0 it is not accepted
            weighed.append((-share, place, code))
    return min(weighed)[2] if weighed else LANGUAGES[0]


def _number(words: str) -> float:
    try:
        return float(words) if words else 1.0
    except ValueError:
        return 0.0


class Words:
    """Says a sentence of the templates in a language, with its values in their places."""

    def __init__(self, language: str, zone: tzinfo, now: int) -> None:
        self.language = language
        self._table = _table(language)
        self._zone = zone
        self._now = now
        self._today = self._local(now)
        self._whens: dict[int, str] = {}  # a page says many times again and again

    def __call__(self, sentence: str, **values: object) -> str:
        """Return a sentence; `{n}` in it is the value of that name."""
        said = self._table.get(sentence, sentence)
        return said.format(**{name: self._shown(value) for name, value in values.items()}) if values else said

    def reason(self, english: str) -> str:
        """Return the reason of an edit; one that is not known in this language is marked as English."""
        said = reasons.translation(english, self.language)
        return self.english(english) if said is None else said

    def of_text(self, code: str) -> str:
        """Return the name of the language of a text; its code where it has none here."""
        return _names(self.language).get(code, code)

    def error(self, english: str) -> str:
        """Return what an error says, its hint, or what is said of a query, as `reason` does."""
        said = reasons.translation(english, self.language, of="errors")
        return self.english(english) if said is None else said

    def english(self, words: str) -> str:
        """Return English words, marked as English where the page is in another language."""
        if self.language == "en":
            return words
        return Markup('<span lang="en">{}</span>').format(escape.text(words))

    def number(self, value: int) -> str:
        """Return a whole number with a sign between its thousands."""
        return f"{value:,}" if self.language == "en" else f"{value:,}".replace(",", ".")

    def _shown(self, value: object) -> str:
        return self.number(value) if isinstance(value, int) else str(value)

    def month(self, number: int) -> str:
        """Return the name of a month."""
        return _MONTHS[self.language].split()[number - 1]

    def day(self, micros: int, *, year: bool | None = None) -> str:
        """Return a local day; its year where that is another one than now, or as `year` says."""
        when, now = self._local(micros), self._today
        shown = f"{when.day} {self.month(when.month)}"
        with_year = when.year != now.year if year is None else year
        return f"{shown} {when.year}" if with_year else shown

    def time(self, micros: int, *, seconds: bool = False) -> str:
        """Return a local time of day."""
        return self._local(micros).strftime("%H:%M:%S" if seconds else "%H:%M")

    def when(self, micros: int) -> str:
        """Return day and time; today and yesterday by these words."""
        if micros not in self._whens:
            when, today = self._local(micros).date(), self._today.date()
            if when == today:
                day = self("today")
            elif when == today - timedelta(days=1):
                day = self("yesterday")
            else:
                day = self.day(micros)
            self._whens[micros] = f"{day} {self.time(micros)}{self._which(micros)}"
        return self._whens[micros]

    def _which(self, micros: int) -> str:
        """Return the offset of a local time that occurs twice, where the clock is set back."""
        local = self._local(micros)
        again = local.replace(fold=1 - local.fold)
        return "" if again.utcoffset() == local.utcoffset() else f" {self._offset(micros)}"

    def written(self, recorded: str | None) -> str:
        """Return day and time of a time as records have it."""
        micros = micros_of(recorded)
        return self("at an unknown time") if micros is None else self.when(micros)

    def edtf(self, words: str | None) -> str:
        """Return a document's own date with the precision that it has."""
        if words is None:
            return ""
        try:
            parts = [int(part) for part in words.split("-")]
            if len(parts) == 3:
                day = date(parts[0], parts[1], parts[2])
                return f"{day.day} {self.month(day.month)} {day.year}"
            if len(parts) == 2 and 1 <= parts[1] <= 12:
                return f"{self.month(parts[1])} {parts[0]}"
        except ValueError:
            pass
        return words

    def zone(self) -> str:
        """Return the offset of the times on the page, and that of the other season where there is one."""
        here = self._offset(self._now)
        others = {self._offset(self._now - each * _MONTH) for each in range(1, 12)} - {here}
        return self("{here}, in another season {there}", here=here, there=min(others)) if others else here

    def _offset(self, micros: int) -> str:
        return moments.offset_name(moments.offset_at(micros, self._zone))

    def _local(self, micros: int) -> datetime:
        try:
            return (_EPOCH + timedelta(microseconds=micros)).astimezone(self._zone)
        except OverflowError:
            return _EPOCH


def micros_of(recorded: str | None) -> int | None:
    """Return a time as records have it in microseconds."""
    if recorded is None:
        return None
    return moments.to_micros(datetime.fromisoformat(recorded))
