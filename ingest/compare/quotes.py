"""Where a text quotes: between double quotes of any style, or single ones that are no apostrophes.

A quotation ends with its paragraph at the latest. One that is not closed goes on to there, and a mark
that only closes has been quoting since the paragraph began, so that a sentence alone can be asked too.
Single quotes inside double ones are the quotation's own.
"""

from __future__ import annotations

import re

_MARK = re.compile(r"\n\s*\n|[\"“”„‟«»'‘’‚‹›]")
_DOUBLE = frozenset('"“”„‟«»')
_ONLY_OPENS = frozenset("„‟‘‚‹")
_ELIDED = re.compile(r"['’‘](?:s|t|n|m|k|em|tis|twas)\b|['’‘][0-9]{2}\b", re.IGNORECASE)


def find(text: str) -> list[tuple[int, int]]:
    """The ranges between the marks, in order; empty quotations are none."""
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
    """What is open after a double mark."""
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
