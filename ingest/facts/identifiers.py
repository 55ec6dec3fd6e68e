"""Numbers that name something, however their figures are grouped: telephone, account, card, postcode.

`+31 20 555 0123` and `+31205550123`, `1012 AB` and `1012AB`, `NL91 ABNA 0417 1643 00` are each one value.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.expressions import expression
from ingest.facts.model import Code
from ingest.text.lexicon import Lexicon, word_set

_BLANK = "[ \u00a0\u202f]"
_PART = "[ \u00a0\u202f./-]"
_APART = "(?:[ \u00a0\u202f]|[ ]?-[ ]?)"  # a stop would make a time or a date of it
_DAY = expression(r"[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}\Z")
_ACCOUNT = expression(
    rf"\b[A-Z]{{2}}[0-9]{{2}}(?:{_BLANK}?[A-Z0-9]{{4}}){{2,7}}(?:{_BLANK}?[A-Z0-9]{{1,3}})?\b"
)
_NUMBER = expression(
    rf"(?<![\w.,+])(?:"
    rf"(?P<abroad>(?:\+|00)[1-9][0-9]{{0,2}}(?:{_PART}?\(0\))?(?:{_PART}?\(?[0-9]{{1,12}}+\)?){{1,7}})"
    rf"|(?P<at_home>\(?0[1-9][0-9]{{0,4}}\)?(?:{_APART}[0-9]{{2,8}}){{1,5}}|0[1-9][0-9]{{8}})"
    rf"|(?P<american>(?:\([0-9]{{3}}\)[ ]?|[0-9]{{3}}[ .-])[0-9]{{3}}[ .-][0-9]{{4}})"
    rf"|(?P<card>[0-9]{{4}}(?:[ \u00a0-][0-9]{{4}}){{2,4}})"
    rf")(?!\w|[.,:][0-9])"
)
_POSTCODE = expression(rf"(?<![\w.,-])([1-9][0-9]{{3}}){_BLANK}?([A-Z]{{2}})(?![\w-])")
_NO_POSTCODE = word_set(
    "EU VS VN US UK UN NV BV AD BC CE SA SD SS KM KG MW GW GB MB TB MM CM ML CL HA PM AM IN OF ET IT"
)
_OF_YEARS = ("18", "19", "20")
_LEAST, _MOST = 8, 15  # figures of a telephone number
_LEAST_FIGURES = 4  # of any

PlacedCode = tuple[int, int, Code]


def find(text: str, lexicon: Lexicon) -> dict[int, tuple[int, Code]]:
    """Return where such numbers begin, each with where it ends and its value."""
    if sum(map(str.isdecimal, text)) < _LEAST_FIGURES:
        return {}
    found: dict[int, tuple[int, Code]] = {}
    past = 0
    for start, end, value in sorted((*_accounts(text), *_numbers(text), *_postcodes(text, lexicon))):
        if start >= past:
            found[start] = end, value
            past = end
    return found


def _accounts(text: str) -> Iterator[PlacedCode]:
    for written in _ACCOUNT.finditer(text):
        whole = written[0]
        ends = [len(whole), *(at for at in range(len(whole) - 1, 0, -1) if whole[at].isspace())]
        end = next((end for end in ends if _is_valid(_bare(whole[:end]))), len(whole))
        if sum(map(str.isdecimal, whole[:end])) >= _LEAST:
            yield written.start(), written.start() + end, Code(_bare(whole[:end]), "account")


def _is_valid(account: str) -> bool:
    """Tell whether the check figures of an account (ISO 13616) are right."""
    return int("".join(str(int(char, 36)) for char in account[4:] + account[:4])) % 97 == 1


def _numbers(text: str) -> Iterator[PlacedCode]:
    for written in _NUMBER.finditer(text):
        told = written[0].replace("(0)", "") if written["abroad"] else written[0]
        figures = "".join(filter(str.isdecimal, told))
        if written["abroad"]:
            figures = "+" + figures.removeprefix("00" if told.startswith("00") else "")
        if _DAY.match(written[0]):
            continue
        if written["card"] or _LEAST <= len(figures) <= _MOST:
            yield written.start(), written.end(), Code(figures, "number")


def _postcodes(text: str, lexicon: Lexicon) -> Iterator[PlacedCode]:
    at_home = lexicon.language in ("nl", None)
    for written in _POSTCODE.finditer(text):
        # In another language a year may stand before letters: `the 2019 IT budget`.
        if written[2] not in _NO_POSTCODE and (at_home or written[1][:2] not in _OF_YEARS):
            yield written.start(), written.end(), Code(written[1] + written[2], "postcode")


def _bare(written: str) -> str:
    return "".join(written.split())
