"""What the head of a Markdown text says of it: its title, its date, its language."""

from __future__ import annotations

import re

from ingest.expressions import expression
from ingest.normalise import date, language
from ingest.normalise.date import Date
from ingest.normalise.format import Metadata
from ingest.text import front_matter
from ingest.text.front_matter import FrontMatter

_TITLES = ("title",)
# In order: the first that can be read counts. When a text was changed is not its date.
_DATES = (
    "date", "publishdate", "published", "pubdate", "publicationdate", "datepublished", "publishedat",
    "publishedon", "publishedtime", "issued", "created", "createdat", "datecreated",
)  # fmt: skip
_LANGUAGES = ("lang", "language", "locale")

_TIME = r"(?:[01]?[0-9]|2[0-3])(?::[0-5][0-9](?::[0-6][0-9](?:[.,][0-9]+)?)?)(?:[ \t]*[AaPp]\.?[Mm]\.?)?"
_OFFSET = r"(?:[Zz]|UTC|GMT|[+-][0-9]{1,2}(?::?[0-9]{2})?)?"
_BEHIND_DAY = rf"(?:(?:[Tt]|,?[ \t]+){_TIME}[ \t]*{_OFFSET})?"
_DAY_AND_TIME = expression(rf"([0-9]{{4}})([-/.])([0-9]{{2}})\2([0-9]{{2}}){_BEHIND_DAY}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?[ \t]+)?"
_DAY_FIRST = expression(
    rf"{_WEEKDAY}([0-9]{{1,2}})[ \t]+{_MONTH},?[ \t]+([0-9]{{4}}){_BEHIND_DAY}", re.IGNORECASE
)
_MONTH_FIRST = expression(
    rf"{_WEEKDAY}{_MONTH}[ \t]+([0-9]{{1,2}}),?[ \t]+([0-9]{{4}}){_BEHIND_DAY}", re.IGNORECASE
)
_LANGUAGE_TAG = expression(r"([A-Za-z]{2})(?:[-_][A-Za-z0-9]+)*(?:\.[A-Za-z0-9-]+)?")
_UNFIT = expression("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def read(text: str) -> tuple[Metadata, int]:
    """Return title, date and language of the front matter, and the offset at which the text begins.

    The text begins behind the front matter and the comments. Of several values for one thing the first that
    can be read counts; a title within another field is none. A date is a day or a month as EDTF has it, or
    one day written with its year first or with the month's English name; a time of day after it is left out.
    Of a language region and script are left out: `nl-NL` is `nl`.
    """
    head = front_matter.find(text)
    if head is None:
        return Metadata(), front_matter.beginning(text)
    said = Metadata(
        title=next(filter(None, map(_title, _values(head, _TITLES))), None),
        date=next(filter(None, map(_date, _values(head, _DATES))), None),
        language=next(filter(None, map(_language, _values(head, _LANGUAGES))), None),
    )
    return said, head.end + front_matter.beginning(text[head.end : head.end + front_matter.LOOK_AT])


def _values(head: FrontMatter, names: tuple[str, ...]) -> list[str]:
    """Return the values under these names, in the order of the names; names are the same in any capitals."""
    written = [(re.sub("[-_ ]", "", field.name.lower()), field.value) for field in head.fields]
    return [value for name in names for key, value in written if key == name]


def _title(value: str) -> str | None:
    """Return a title on one line. A line end, a control character or half a pair of surrogates is a blank."""
    return _UNFIT.sub(" ", value).strip() or None


def _date(value: str) -> Date | None:
    value = value.strip()
    if day := _DAY_AND_TIME.fullmatch(value):
        return date.read(f"{day[1]}-{day[3]}-{day[4]}")
    if day := _DAY_FIRST.fullmatch(value):
        return date.read(f"{day[3]}-{_month(day[2])}-{int(day[1]):02}")
    if day := _MONTH_FIRST.fullmatch(value):
        return date.read(f"{day[3]}-{_month(day[1])}-{int(day[2]):02}")
    return date.read(value)


def _month(name: str) -> str:
    return f"{_MONTHS.index(name[:3].lower()) + 1:02}"


def _language(value: str) -> str | None:
    tag = _LANGUAGE_TAG.fullmatch(value.strip())
    code = tag[1].lower() if tag else ""
    return code if code in language.CODES else None
