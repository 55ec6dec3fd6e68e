"""Translations of words: two Dutch words with one in English say the same, where FreeDict is installed."""

from __future__ import annotations

import functools
import re
import zlib

from ingest.expressions import expression
from ingest.text.freedict import FOLDER, contents, installed
from ingest.text.words import unaccented

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_SENSE = expression(r"\A[0-9]+\. ")

Translations = dict[str, frozenset[str]]


@functools.cache
def translations(folder: str = FOLDER) -> Translations:
    """Return the English of each Dutch word, small and without accents; nothing where it cannot be read."""
    try:
        index = contents(folder, "index").decode()
        body = zlib.decompress(contents(folder, "dict.dz"), wbits=31)
    except (OSError, UnicodeDecodeError, EOFError, zlib.error):
        return {}
    found: Translations = {}
    for row in index.splitlines():
        cells = row.split("\t")
        if len(cells) != 3 or cells[0].startswith("00") or not cells[0].strip().isalpha():
            continue
        start, length = map(_number, cells[1:])
        entry = body[start : start + length].decode("utf-8", "replace").splitlines()[1:]
        english = {
            unaccented(word.strip()) for line in entry for word in re.split("[,;]", _SENSE.sub("", line))
        }
        word = unaccented(cells[0].strip())
        found[word] = found.get(word, frozenset()) | (english - {""})
    return found


def share(one: frozenset[str], other: frozenset[str], folder: str = FOLDER) -> bool:
    """Tell whether a form of one word and a form of another have a translation in common."""
    known = translations(folder) if installed(folder) else {}
    left, right = (
        frozenset[str]().union(*(known.get(form, frozenset()) for form in forms)) for forms in (one, other)
    )
    return bool(left & right)


def _number(digits: str) -> int:
    """Return a number as the index has it: digits of six bits, the high ones first."""
    value = 0
    for digit in digits:
        value = value << 6 | _VALUES.get(digit, 0)
    return value
