"""Names in a sentence: runs of capitalised words, with the particles between them.

The first word of a sentence is a name where the text knows it for one, or where a name follows it that it is
no title of; else it is a weak slot, since it may only be the first word. In a headline with capitals
throughout none but the known are names.
"""

from __future__ import annotations

import re

from ingest.facts.model import Slot, Token
from ingest.text import lexicon
from ingest.text.lexicon import word_set
from ingest.text.words import COMMON, is_word, unaccented

# After a word, a comma or a bracket on the same line no sentence begins.
_INNER_CAPITAL = re.compile(r"(?<=[\w,;)] )[A-ZÀ-ÖØ-ÞĀ-ſΆ-ΫЀ-Я][\w'’‐‑-]*+")
_BEFORE_FAMILY = word_set("van der den ter ten von")
_NO_NAMES = COMMON | lexicon.OPENINGS
OPENS = frozenset('"“„«:•‘*')


def find_names(text: str, cut: list[Token], known: frozenset[str], taken: list[Slot]) -> list[Slot]:
    """Runs of capitalised words, with the particles between them."""
    cut = _with_initials(cut)
    worded = [token for token in cut if is_word(token.text)]
    capitals = sum(1 for token in worded if token.text[0].isupper())
    titled = len(worded) >= 5 and capitals * 10 >= len(worded) * 7
    busy = {
        start
        for slot in taken
        if not slot.weak
        for start in range(slot.start, min(slot.end, slot.start + 80))
    }
    found: list[Slot] = []
    run: list[Token] = []
    pending: list[Token] = []
    begins, counted = True, False
    for at, token in enumerate(cut):
        word = is_word(token.text)
        if (
            word
            and _is_capital(token.text)
            and token.start not in busy
            and not (counted and token.low in lexicon.UNITS)
            and (
                _named(token, known, begins=begins and not run, titled=titled)
                or (begins and not titled and _begins_name(cut, at, busy))
                or (at and cut[at - 1].text in _BEFORE_FAMILY and len(token.text) > 2)
            )
        ):
            run += [*pending, token]
            pending = []
        elif (
            (run or pending) and token.low in lexicon.PARTICLES and text[token.start - 1 : token.start] == " "
        ):
            pending.append(token)
        else:
            if run:
                _close(found, run)
            run, pending = [], []
            if word and _is_capital(token.text) and token.start not in busy:
                if token.low in lexicon.PARTICLES:
                    pending = [] if begins else [token]
                elif begins and not titled and token.low not in COMMON:
                    # Perhaps a name, perhaps only the sentence's first word.
                    found.append(Slot("name", (token.low,), token.start, token.end, weak=True))
        begins = (begins and not word) or token.text in OPENS
        counted = token.text[0].isdigit()  # `5 GB`
    _close(found, run)
    return found


def _is_capital(text: str) -> bool:
    """Whether a word is written as names are: `Smit`, `iPhone`, `s-Gravenhage` of `'s-Gravenhage`."""
    return text != text.lower()


def _begins_name(cut: list[Token], at: int, busy: set[int]) -> bool:
    """Whether a sentence's first word is one of the name that follows: `Peter Jones`, not `Mayor Jones`."""
    token, following = cut[at], cut[at + 1] if at + 1 < len(cut) else None
    if following is None or following.start != token.end + 1 or following.start in busy:
        return False
    if not following.text[0].isupper() or {token.low, following.low} & _NO_NAMES:
        return False
    return token.low not in lexicon.TITLES


def _with_initials(cut: list[Token]) -> list[Token]:
    """The tokens, with the letters of `U.S.` as one word."""
    if not any(map(_is_initial, cut)):
        return cut
    found: list[Token] = []
    at = 0
    while at < len(cut):
        end = at
        while end + 1 < len(cut) and _is_initial(cut[end]) and cut[end + 1].text == ".":
            end += 2
        if end - at < 4:
            found.append(cut[at])
            at += 1
            continue
        letters = [token.text for token in cut[at:end:2]]
        text, low = ".".join([*letters, ""]), "".join(letters).lower()
        found.append(Token(text, low, cut[at].start, cut[end - 1].end))
        at = end
    return found


def _is_initial(token: Token) -> bool:
    return len(token.text) == 1 and token.text.isupper()


def _named(token: Token, known: frozenset[str], *, begins: bool, titled: bool) -> bool:
    if token.low in known:
        return True
    if titled and len(token.text) > 1:
        return False
    if token.low in COMMON:
        return len(token.text) > 1 and token.text.isupper()
    # The first word of a sentence is a name when it has a second capital: `ING`, `McDonald`.
    return not begins or (len(token.text) > 1 and token.text[1:] != token.text[1:].lower())


def _close(found: list[Slot], run: list[Token]) -> None:
    while run and _is_title(run[0]):
        run = run[1:]
    value = tuple(token.low.removesuffix("'s") for token in run if not _is_title(token))
    if value:
        found.append(Slot("name", value, run[0].start, run[-1].end, letters="." in run[0].text))


def _is_title(token: Token) -> bool:
    """Whether a word says what somebody is called; not `ING`, written so."""
    low = token.low.removesuffix("'s")
    return low in lexicon.HONORIFICS and not (len(low) > 2 and token.text.isupper())


def names_of(text: str) -> frozenset[str]:
    """The words that stand capitalised inside a sentence somewhere in a text."""
    seen = {word for word in _INNER_CAPITAL.findall(text) if word[0].isupper()}
    return frozenset(unaccented(word).removesuffix("'s") for word in seen) - COMMON
