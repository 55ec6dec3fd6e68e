"""Find where a text quotes, and tell which quotations an edit changed.

A quotation stands between double quotes of any style, or single ones that are no apostrophes. It ends with
its paragraph at the latest. One that is not closed goes on to there, and a mark that only closes has been
quoting since the paragraph began, so that a sentence alone can be asked too. Single quotes inside double ones
are the quotation's own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ingest.diff import similarity
from ingest.expressions import expression
from ingest.facts.equivalence import SMALL
from ingest.text.lexicon import Lexicon
from ingest.text.lexicons import every_common
from ingest.text.words import is_word, tokens, unaccented, words

_MARK = expression(r"[\"“”„‟«»'‘’‚‹›\n](?:(?<!\n)|\s*\n)")
_DOUBLE = frozenset('"“”„‟«»')
_ONLY_OPENS = frozenset("„‟‘‚‹")
_ELIDED = expression(r"['’‘](?:s|t|n|m|k|em|tis|twas)\b|['’‘][0-9]{2}\b", re.IGNORECASE)

_ALIKE = 0.25
_SPEECH = 3  # words: what is shorter, or a title, may have its marks for the sake of the tone

Range = tuple[int, int]
Ranges = Sequence[Range]
_Quotation = tuple[int, int, tuple[str, ...]]


def find(text: str) -> list[tuple[int, int]]:
    """Return the ranges between the marks, in order; empty quotations are none."""
    found: list[tuple[int, int]] = []
    paragraph = 0
    opened: tuple[str, int] | None = None
    for match in _MARK.finditer(text):
        mark, at = match[0], match.start()
        if len(mark) > 1:
            if opened and opened[0] in _DOUBLE:
                found.append((opened[1], at))
            opened, paragraph = None, match.end()
        elif mark in _DOUBLE:
            opened = _double(text, found, opened, mark, at, paragraph)
        elif opened is None:
            if _opens_single(text, mark, at):
                opened = mark, at + 1
        elif opened[0] not in _DOUBLE and mark in "'’›" and _closes_single(text, at):
            found.append((opened[1], at))
            opened = None
    if opened and opened[0] in _DOUBLE:
        found.append((opened[1], len(text)))
    return [(start, end) for start, end in found if text[start:end].strip()]


def _double(
    text: str,
    found: list[tuple[int, int]],
    opened: tuple[str, int] | None,
    mark: str,
    at: int,
    paragraph: int,
) -> tuple[str, int] | None:
    """Return what is open after a double mark."""
    if opened and opened[0] in _DOUBLE:
        found.append((opened[1], at))
        return None
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    closes = mark in "”»" or (mark == '"' and before and not before.isspace() and not after.isalnum())
    if closes and before not in ("(", "["):
        # `»so«` opens with the mark that closes elsewhere.
        if mark == "»" and after.isalnum() and (not before or before.isspace()):
            return mark, at + 1
        if not any(start >= paragraph for start, _ in found):
            found.append((paragraph, at))
        return None
    return mark, at + 1


def _opens_single(text: str, mark: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if before.isalnum() or not after or after.isspace() or mark in "’›":
        return False
    if mark in _ONLY_OPENS and mark != "‘":
        return True
    return _ELIDED.match(text, at) is None


def _closes_single(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return not before.isspace() and not (before.isalnum() and after.isalnum())


def changed(
    before: str, after: str, old: Ranges, new: Ranges, lexicon: Lexicon
) -> Iterator[tuple[Range, Range, tuple[bool, bool]]]:
    """Yield where each changed quotation is in the two texts, and in which of them it is quoted.

    `old` and `new` are the ranges that are quoted. One whose words changed goes with the one most like it;
    speech that lost its marks, or got them, stands in the other text without.
    """
    was = [(start, end, _said(before[start:end])) for start, end in old]
    became = [(start, end, _said(after[start:end])) for start, end in new]
    same = Counter(said for _, _, said in was) & Counter(said for _, _, said in became)
    was, became = _others(was, Counter(same)), _others(became, Counter(same))
    alone: list[_Quotation] = []
    for start, end, said in was:
        mine = similarity.bag(" ".join(said))
        scored = [
            (similarity.likeness(mine, similarity.bag(" ".join(each[2]))), -n)
            for n, each in enumerate(became)
        ]
        best = max(scored, default=(0.0, 0))
        if best[0] < _ALIKE and not (
            len(was) == len(became) == 1
            and (
                max(len(said), len(became[0][2])) < SMALL
                or _same_around(before, after, (start, end), became[0][:2])
            )
        ):
            alone.append((start, end, said))
            continue
        b_start, b_end, new_said = became.pop(-best[1])
        if not _lengthened(said, new_said) or lexicon.turning & (set(said) ^ set(new_said)):
            yield (start, end), (b_start, b_end), (True, True)
    for start, end, said in alone:
        unmarked = _unmarked(before, (start, end), said, after, new)
        if unmarked is not None:
            yield (start, end), unmarked, (True, False)
    for start, end, said in became:
        unmarked = _unmarked(after, (start, end), said, before, old)
        if unmarked is not None:
            yield unmarked, (start, end), (False, True)


def _unmarked(marked: str, where: Range, said: tuple[str, ...], text: str, quoted: Ranges) -> Range | None:
    """Return where another text says the words of a quotation without quoting them; None where it does not.

    A title and a few words are not looked for. Nor is a quotation that has a mark at neither end: another
    mark is missing in its paragraph, and it only seems to be one.
    """
    start, end = where
    speech = words(marked[start:end])
    if len(said) < _SPEECH or not any(word.islower() and word not in every_common() for word in speech):
        return None
    if not _MARK.match(marked[max(0, start - 1) : start]) and not _MARK.match(marked[end : end + 1]):
        return None
    heard: list[str] = []
    places: list[Range] = []
    at = 0
    for token in tokens(text):
        if is_word(token):
            heard.append(unaccented(token))
            places.append((at, at + len(token)))
        at += len(token)
    for first in range(len(heard) - len(said) + 1):
        if heard[first] == said[0] and tuple(heard[first : first + len(said)]) == said:
            start, end = places[first][0], places[first + len(said) - 1][1]
            if not any(start < each_end and each_start < end for each_start, each_end in quoted):
                return start, end
    return None


def _same_around(before: str, after: str, old: tuple[int, int], new: tuple[int, int]) -> bool:
    """Tell whether nothing but the quotations differs, and something else is there."""
    around = words(before[: old[0]]), words(before[old[1] :])
    return any(around) and around == (words(after[: new[0]]), words(after[new[1] :]))


def _said(text: str) -> tuple[str, ...]:
    return tuple(unaccented(word) for word in words(text))


def _others(each: list[_Quotation], same: Counter[tuple[str, ...]]) -> list[_Quotation]:
    left: list[_Quotation] = []
    for quotation in each:
        if same[quotation[2]]:
            same[quotation[2]] -= 1
        else:
            left.append(quotation)
    return left


def _lengthened(old: tuple[str, ...], new: tuple[str, ...]) -> bool:
    """Tell whether the one is a stretch of the other, two words shorter or more."""
    short, long = sorted((old, new), key=len)
    if len(long) - len(short) < 2 or not short:
        return not short and not long
    return any(long[at : at + len(short)] == short for at in range(len(long) - len(short) + 1))
