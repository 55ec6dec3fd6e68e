"""Put the CLDR's names of months, days and units into the files of `ingest.text.languages`.

    python -m tools.cldr [FOLDER]

The CLDR is Unicode's collection of what languages call such things, and babel carries it. A word that a file
lacks goes behind those that it has; a unit that it lacks gets a line behind the unit before it. What a file
has stays: forms that the CLDR does not know (`tagen`, `montags`) are written by hand. Prints each word that
came in. One release of babel always gives the same.

Short names of days (`do`, `so`) and of units (`in`, `m`) are words of the language too, and left to the hand.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Literal

from babel import Locale
from babel.dates import get_day_names, get_month_names
from babel.units import format_unit

from ingest.text import language_files, languages
from ingest.text.words import unaccented

FOLDER = str(Path(languages.__file__).parent)
# A language is what its countries call things: Jänner, metre.
LOCALES = {"nl": ("nl", "nl_BE"), "en": ("en", "en_GB"), "de": ("de", "de_AT", "de_CH")}
# The CLDR's name of each unit. Not `mass-pound`: `pfund` and `pound` are money first.
UNITS = {
    "second": "duration-second", "minute": "duration-minute", "hour": "duration-hour", "day": "duration-day",
    "week": "duration-week", "month": "duration-month", "year": "duration-year", "km": "length-kilometer",
    "m": "length-meter", "cm": "length-centimeter", "mm": "length-millimeter", "mile": "length-mile",
    "foot": "length-foot", "inch": "length-inch", "yard": "length-yard", "kg": "mass-kilogram",
    "gram": "mass-gram", "mg": "mass-milligram", "mcg": "mass-microgram", "ton": "mass-tonne",
    "litre": "volume-liter", "ml": "volume-milliliter", "cl": "volume-centiliter", "degree": "angle-degree",
    "hectare": "area-hectare", "acre": "area-acre", "kW": "power-kilowatt", "MW": "power-megawatt",
    "GW": "power-gigawatt", "kWh": "energy-kilowatt-hour", "MB": "digital-megabyte",
    "GB": "digital-gigabyte", "TB": "digital-terabyte",
}  # fmt: skip
LEFT_OUT = {
    "en": {"second"},  # the one after the first
    "nl": {"booggraad", "booggraden"},  # of an angle alone, not what it is outside
}

_CONTEXTS: tuple[Literal["format", "stand-alone"], ...] = ("format", "stand-alone")

Lists = dict[str, list[str]]  # of a key of a file, the words that each of its places has, in their order


def names(code: str) -> tuple[Lists, Lists]:
    """Return the months and days of a language, and its units, as a file writes words."""
    locales = [Locale.parse(name) for name in LOCALES[code]]
    both = [(context, locale) for context in _CONTEXTS for locale in locales]
    wide, short = (
        [[get_month_names(width, of, place)[month] for of, place in both] for month in range(1, 13)]
        for width in ("wide", "abbreviated")
    )
    dates = {
        "months": [_words([*long, *less], code) for long, less in zip(wide, short, strict=True)],
        "unsure_months": [
            " ".join(
                word
                for long, less in zip(wide, short, strict=True)
                for word in _words(less, code).split()
                if word not in _words(long, code).split()
            )
        ],
        "weekdays": [
            _words([get_day_names("wide", of, place)[day] for of, place in both], code) for day in range(7)
        ],
    }
    units = {
        unit: [_words([_unit(count, name, place) for count in (1, 2) for place in locales], code)]
        for unit, name in UNITS.items()
    }
    return dates, units


def _unit(count: int, name: str, locale: Locale) -> str:
    """Return the name of a unit as it stands behind a count."""
    return format_unit(count, name, "long", locale=locale).replace("\u00a0", " ").partition(" ")[2]


def _words(found: list[str], code: str) -> str:
    """Return those that are one word each and that a file may hold, none twice."""
    small = dict.fromkeys(unaccented(name.removesuffix(".")) for name in found)
    return " ".join(name for name in small if " " not in name and name not in LEFT_OUT.get(code, ()))


def _joined(there: str, more: str) -> str:
    return " ".join(dict.fromkeys([*there.split(), *more.split()]))


def merged(text: str, code: str) -> str:
    """Return a language's file with the words of the CLDR in it."""
    dates, units = names(code)
    for key, more in dates.items():
        found = re.search(rf"^{key} = (\[[^]]*\]|\"[^\"]*\")", text, re.MULTILINE)
        assert found is not None, f"{code}.toml has no {key}"
        places = iter(more)
        value = re.sub(r'"([^"]*)"', lambda old: f'"{_joined(old[1], next(places))}"', found[1])  # noqa: B023
        text = text[: found.start(1)] + value + text[found.end(1) :]
    head, title, rest = text.partition("\n[units]\n")
    table, end, tail = rest.partition("\n[")
    lines = {line.partition(" = ")[0]: line for line in table.splitlines() if line}
    order = list(lines)
    before = ""
    for unit, (more_words,) in units.items():
        have = tomllib.loads(lines[unit])[unit] if unit in lines else ""
        if unit not in lines and more_words:
            order.insert(order.index(before) + 1 if before else 0, unit)
        if words := _joined(have, more_words):
            _, _, remark = lines.get(unit, "").partition("  #")
            lines[unit] = f'{unit} = "{words}"' + (f"  #{remark}" if remark else "")
            before = unit
    return head + title + "".join(f"{lines[unit]}\n" for unit in order) + end + tail


def write(folder: Path) -> None:
    """Bring the file of each language in a folder up to the CLDR, and print the words that came in."""
    for code in language_files.CODES:
        path = folder / f"{code}.toml"
        before = path.read_text(encoding="utf-8")
        after = merged(before, code)
        path.write_text(after, encoding="utf-8")
        old, new = (tomllib.loads(text) for text in (before, after))
        for key in ("months", "weekdays"):
            for was, now in zip(old["dates"][key], new["dates"][key], strict=True):
                _tell(path, was.split()[0], was, now)
        for unit, now in new["units"].items():
            _tell(path, unit, old["units"].get(unit, ""), now)


def _tell(path: Path, what: str, was: str, now: str) -> None:
    came = [word for word in now.split() if word not in was.split()]
    if came:
        print(f"{path}: {what}: {' '.join(came)}")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else FOLDER))
