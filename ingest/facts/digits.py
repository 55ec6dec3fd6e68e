"""Numbers that are written in digits: `1.000`, `2½`, `5km`, `2020-21`, `2/3`.

Three digits after a mark are thousands, in each of the languages.
"""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise
from math import gcd

from ingest.expressions import expression
from ingest.facts.model import Tokens, low_at
from ingest.text.lexicon import Lexicon, word_set

_DIGITS = expression(r"([0-9][0-9.,]*)(-?(?:[ck]?m[23]|[^\W\d_]*))((?:[-‐‑][^\W\d_]+)*)\Z")
_OLD = word_set("-old -olds -oud -oude -alt -alte -alter -alten")  # behind `5-year`
_GROUPED = expression(
    r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]+)?\Z"
    r"|[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?\Z"
)
_THOUSANDS = expression(r"[1-9][0-9]{0,2}(?:[.,][0-9]{3})+\Z")
_PLAIN = expression(r"[0-9]+(?:[.,][0-9]+)?\Z")
_RANGE = expression(r"[0-9][0-9.,]*(?:[-‐‑][0-9][0-9.,]*)+\Z")
_LONGEST_DIGITS = 40
_LONGEST_PARTS = 12  # of a whole, in figures
_STUCK_UNITS = word_set("m c f s am pm u h x er ers")


def read_digits(text: str, cut: Tokens, at: int) -> tuple[Fraction | str, int, str] | None:
    """Return a number in digits: its value, where it ends, and what is attached to it."""
    token = cut[at].low
    if not token[0].isdigit():
        return None
    if _RANGE.match(token):
        return _range(*re.split("[-‐‑]", token)), at + 1, "range"
    parts = _DIGITS.match(token)
    if parts is None or len(parts[1]) > _LONGEST_DIGITS or (parts[3] and parts[3] not in _OLD):
        return token, at + 1, ""  # `2021-0220-T1`, `18-304b`
    # `3-1` with a longer dash is three tokens without a blank between them.
    if at + 2 < len(cut) and cut[at + 1].text in "–—/" and cut[at + 2].low[0].isdigit():
        unbroken = cut[at].end == cut[at + 1].start and cut[at + 1].end == cut[at + 2].start
        if unbroken and (cut[at + 1].text != "/" or (len(token) == 4 and low_at(cut, at + 3) != "/")):
            return _range(token, cut[at + 2].low), at + 3, "range"
    written, suffix = parts[1].rstrip(".,"), parts[2]
    end = at + 1
    if written.isdecimal() and len(written) <= 3:
        while end < len(cut) and len(written) < _LONGEST_DIGITS and _is_group(text, cut, end):
            written += cut[end].low
            end += 1
    if suffix in cut.lexicon.ordinal_endings and (written.isdecimal() or _THOUSANDS.match(written)):
        return written.replace(".", "").replace(",", ""), end, "ordinal"
    if _GROUPED.match(written):
        last = max(written.rfind("."), written.rfind(","))
        tail = written[last + 1 :]
        mixed = "." in written and "," in written
        whole = written[:last] if mixed else written
        value = Fraction(whole.replace(".", "").replace(",", ""))
        return (value + Fraction(f"0.{tail}") if mixed else value), end, suffix
    if written.isdecimal() and suffix in cut.lexicon.signs:
        return int(written) + cut.lexicon.signs[suffix], end, ""  # `2½`
    if _PLAIN.match(written):
        if suffix and not (suffix.removeprefix("-").isalpha() or suffix in cut.lexicon.units):
            return token, end, ""  # `10²`
        if suffix.isalpha() and not _is_unit(suffix, cut.lexicon):
            return token, end, ""  # `article 7a`, `5G`
        return Fraction(written.replace(",", ".")), end, suffix
    return written, end, ""


def read_fraction(cut: Tokens, at: int) -> tuple[Fraction | str, int, str] | None:
    """Return a part that two figures say, `2/3`, as `½` is written too; not `24/7`, `1/2/2021`."""
    parts = cut[at : at + 3]
    if len(parts) < 3 or parts[1].text != "/" or not all(part.low.isdecimal() for part in parts[::2]):
        return None
    number, size = (int(part.low) for part in parts[::2])
    if any(part.end != following.start for part, following in pairwise(parts)):
        return None
    around = low_at(cut, at - 1), low_at(cut, at + 3)
    if not 0 < number < size <= _LONGEST_PARTS or gcd(number, size) > 1 or "/" in around:
        return None
    return Fraction(number, size), at + 3, ""


def _is_unit(suffix: str, lexicon: Lexicon) -> bool:
    """Tell whether letters at a figure are its unit: `5km`, and not `5G`."""
    return any(suffix in known for known in (_STUCK_UNITS, lexicon.units, lexicon.stuck, lexicon.compounded))


def _range(first: str, *others: str) -> str:
    """Return a range in one form: `2020-21`, `2020/21` and `2020-2021` are one; any other is as it stands."""
    padded = any(len(part) > 1 and part[0] == "0" and part[1].isdigit() for part in (first, *others))
    if len(others) == 1 and not padded and all(map(_PLAIN.match, (first, *others))):
        if re.fullmatch("(?:19|20)[0-9]{2}", first) and re.fullmatch("[0-9]{2}", others[0]):
            return f"{first}-{first[:2]}{others[0]}"
        return "-".join(str(Fraction(part.replace(",", "."))) for part in (first, *others))
    return "-".join((first, *others))


def _is_group(text: str, cut: Tokens, at: int) -> bool:
    token = cut[at].low
    return (
        len(token) == 3
        and token.isascii()
        and token.isdigit()
        and text[cut[at - 1].end : cut[at].start] in (" ", "\u00a0", "\u202f")
    )
