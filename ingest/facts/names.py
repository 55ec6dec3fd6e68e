"""Find the names of a sentence: runs of capitalised words, with the particles between them.

The first word of a sentence has a capital in any case. It is a name where the text shows elsewhere that it is
one, or where a name follows that it is no title of (`Minister Rutte`); else it is a weak slot. In a headline
in which every word has a capital, only known names are names.

Where every noun has a capital, a run is a name if it has two words or more, a particle, a second capital in a
word (`SPD`), or stands behind what somebody is called; a first word alone is none.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from ingest.expressions import expression
from ingest.facts.model import Name, Slot, Token, Tokens
from ingest.text import wordlist
from ingest.text.lexicon import Lexicon
from ingest.text.sentences import split
from ingest.text.words import is_word, unaccented

# After a word, a comma or a bracket on the same line no sentence begins.
_INNER_CAPITAL = expression(r"[A-ZÀ-ÖØ-ÞĀ-ſΆ-ΫЀ-Я](?<=[\w,;)] .)[\w'’‐‑-]*+")
_INNER_STOP = expression(r"[.!?…][\"'’”)\]]*\s+\S")
_MARKS = expression(r"[\W_]*+")
OPENS = frozenset('"“„«:•‘*')


def find_names(text: str, cut: Tokens, known: frozenset[str], taken: list[Slot]) -> list[Slot]:
    """Return runs of capitalised words, with the particles between them; none where no words are known."""
    if not cut.lexicon.is_known:
        return []
    cut = _with_initials(cut)
    starts = _inner_starts(text, cut.lexicon)
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
    begins, counted, called = True, False, False
    for at, token in enumerate(cut):
        word = is_word(token.text)
        if token.start in starts and token.low not in known and not _is_rare(token.low, cut.lexicon):
            # A common word that begins a sentence, in what was cut in parts or put together.
            if run:
                _close(found, run, cut.lexicon, called=called)
            run, pending, counted = [], [], False
            continue
        if (
            word
            and _is_capital(token.text)
            and token.start not in busy
            and not (counted and token.low in cut.lexicon.units)
            and (
                _named(token, known, cut.lexicon, begins=begins and not run, titled=titled)
                or (begins and not titled and _begins_name(cut, at, busy))
                or (at and cut[at - 1].text in cut.lexicon.before_family and len(token.text) > 2)
            )
        ):
            if not run:
                called = at > 0 and _is_called(cut, at - 1)
            run += [*pending, token]
            pending = []
        elif (
            (run or pending)
            and token.low in cut.lexicon.particles
            and text[token.start - 1 : token.start] == " "
        ):
            pending.append(token)
        else:
            if run:
                _close(found, run, cut.lexicon, called=called)
            run, pending = [], []
            if word and _is_capital(token.text) and token.start not in busy:
                if token.low in cut.lexicon.particles:
                    pending = [] if begins else [token]
                elif (
                    begins
                    and not titled
                    and cut.lexicon.capitals_are_names
                    and token.low not in cut.lexicon.common
                ):
                    # Perhaps a name, perhaps only the sentence's first word.
                    found.append(Slot("name", Name((token.low,)), token.start, token.end, weak=True))
        begins = (begins and not word) or token.text in OPENS
        counted = token.text[0].isdigit()  # `5 GB`
    _close(found, run, cut.lexicon, called=called)
    return found


def _inner_starts(text: str, lexicon: Lexicon) -> frozenset[int]:
    """Return where sentences begin behind the first, past quotation marks and brackets."""
    if _INNER_STOP.search(text) is None:
        return frozenset()
    starts = (each.text_start for each in split(text, lexicon.language)[1:])
    return frozenset(found.end() for found in (_MARKS.match(text, start) for start in starts) if found)


def _is_rare(word: str, lexicon: Lexicon) -> bool:
    return lexicon.language not in wordlist.LANGUAGES or wordlist.is_rare(word, lexicon.language)


def _is_capital(text: str) -> bool:
    """Tell whether a word is written as names are: `Smit`, `iPhone`, `s-Gravenhage` of `'s-Gravenhage`."""
    return text != text.lower()


def _begins_name(cut: Tokens, at: int, busy: set[int]) -> bool:
    """Tell whether a sentence's first word belongs to the name: `Peter Jones`, not `Mayor Jones`."""
    token, following = cut[at], cut[at + 1] if at + 1 < len(cut) else None
    if following is None or following.start != token.end + 1 or following.start in busy:
        return False
    if not following.text[0].isupper() or any(
        low in cut.lexicon.common or low in cut.lexicon.openings for low in (token.low, following.low)
    ):
        return False
    return token.low not in cut.lexicon.titles


def _with_initials(cut: Tokens) -> Tokens:
    """Return the tokens, with the letters of `U.S.` as one word."""
    if not any(map(_is_initial, cut)):
        return cut
    found = Tokens((), cut.lexicon)
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


def _named(token: Token, known: frozenset[str], lexicon: Lexicon, *, begins: bool, titled: bool) -> bool:
    if token.low in known:
        return True
    if titled and len(token.text) > 1:
        return False
    if token.low in lexicon.common:
        return len(token.text) > 1 and token.text.isupper()
    # The first word of a sentence is a name when it has a second capital: `ING`, `McDonald`.
    return not begins or (len(token.text) > 1 and _has_capitals(token))


def _close(found: list[Slot], run: list[Token], lexicon: Lexicon, *, called: bool) -> None:
    called = called or (bool(run) and _is_title(run[0], lexicon))
    while run and _is_title(run[0], lexicon):
        run = run[1:]
    if not (lexicon.capitals_are_names or called or len(run) > 1 or any(map(_has_capitals, run))):
        return
    said = tuple(token.low.removesuffix("'s") for token in run if not _is_title(token, lexicon))
    if said:
        found.append(Slot("name", Name(said), run[0].start, run[-1].end, letters="." in run[0].text))


def _is_called(cut: Tokens, at: int) -> bool:
    """Tell whether what stands before a name says what somebody is called: `Frau`, `Dr.`."""
    before = cut[at - 1] if cut[at].text == "." and at else cut[at]
    return _is_title(before, cut.lexicon) or before.low in cut.lexicon.titles


def _has_capitals(token: Token) -> bool:
    """Tell whether a word has a capital behind its first letter: `SPD`, `McDonald`."""
    return token.text[1:] != token.text[1:].lower()


def _is_title(token: Token, lexicon: Lexicon) -> bool:
    """Tell whether a word says what somebody is called; not `ING`, written so."""
    low = token.low.removesuffix("'s")
    return low in lexicon.honorifics and not (len(low) > 2 and token.text.isupper())


def names_of(text: str, lexicon: Lexicon, *, only: AbstractSet[str] | None = None) -> frozenset[str]:
    """Return the words that stand capitalised inside a sentence somewhere; none where every noun does.

    `only` these are looked for, where they are given.
    """
    if not lexicon.capitals_are_names:
        return frozenset()
    if only is None:
        seen = {word for word in _INNER_CAPITAL.findall(text) if word[0].isupper()}
        return frozenset(unaccented(word).removesuffix("'s") for word in seen) - lexicon.common
    capitals = (found[0] for found in _INNER_CAPITAL.finditer(text) if found[0][0].isupper())
    names = (unaccented(word).removesuffix("'s") for word in capitals)
    return frozenset(name for name in names if name in only) - lexicon.common
