r"""Cuts a text into sentences that tile it: joined in order they are the text, character for character.

The blank after a sentence is the end of its tile, outside its text; blank before the first one is
the start of that. An empty line always ends a sentence. A single line end does, unless the lines
look wrapped: the next begins with a small letter, or it would have fitted no word of more on the
line before. Full stops of abbreviations, initials, numbers, ordinals and list marks end nothing,
and nothing ends before a small letter. Dutch and English are known; what is not known of another
language costs sentences cut too early, never an error.

Past `MOST` sentences, or `MOST_PLACES` places where one might have ended, the rest of the text is one
sentence, so that no text takes more memory or time than that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from ingest.text import abbreviations

MOST = 500_000
MOST_PLACES = 4_000_000
_MOST_ALIKE = 400_000  # characters of texts of which one is cut as the other was: no bound is near
_BEGINS = 40  # characters by which a sentence is found again
_AHEAD = 200  # characters behind a sentence that can tell whether it ends there

_CLOSERS = "\"'’”“»›«)\\]}*_"
_PLACE = re.compile(
    rf"(?<![.!?…؟۔।])[.!?…؟۔।]++(?:[{_CLOSERS}]|\[[0-9]{{1,3}}\])*+(?=\s)|[。！？｡]++[」』”’）]*+|\n"
)
_BLANK = re.compile(r"\s*+")
_OPENERS = re.compile(r"[\"'‘’“”„‚«‹»›(\[{*_¿¡]{0,100}+")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+\Z|(?:Th|Ch|Chr|Ph|Joh|Jac|Fr|Ij|IJ|Tj|Sj|Hub|Wm)\.\Z")
_DIGITS = re.compile(r"[0-9]{1,4}\.\Z")
_LIST_LINE = re.compile(r"(?:[-*•–—·#>|]|[0-9]{1,3}[.)])[^\S\n]")
_ELIDED = re.compile(r"['’‘`][stnmk]\b")
_WORD = re.compile(r"[^\W\d_]*+")

# A stop or a line end, and the blank before a small letter: the case of most stops that end nothing.
_SMALL_GOES_ON = frozenset({". ", "! ", "? ", "… ", "\n"})

_LONGEST_WORD = 24
_LEAST_WRAPPED, _MOST_WRAPPED = 40, 120

_MORE_LIST = """
    burg. weth. mgr. past. kol. kap. lkol. maj. sgt. gebr. fa. fam. mln. mld. mio. o.m. m.a.w. m.u.v.
    m.i.v. t/m. e.g. i.e. v.l.n.r. n.o.t.k. jhr. sr. zr. ds. em. z.o.z. z.s.m. a.u.b. s.v.p. ong. gem. max.
    min. dir. wnd. plv. drs. ir. nr. no. nos. art. c. circa. mt. ft. dept. univ. assoc. gov. sen. rep.
    supt. insp. det. cllr. mr. mrs. ms. dr. prof. rev.
"""
_MORE = frozenset(_MORE_LIST.split())
# Of these some are whole words, or names' ends: they join before a digit alone.
_BEFORE_NUMBER_LIST = "no. nr. art. c. max. min. gem. ong. mt. rep. dir. fa. em. maj. past. det."
_BEFORE_NUMBER = frozenset(_BEFORE_NUMBER_LIST.split())

_TAILS = abbreviations.TAILS.union(word[-3:] for word in _MORE | _BEFORE_NUMBER)
_PLAIN_WORD = 5  # letters and the stop, so that it is neither a letter nor `Chr.`

# What often begins a sentence, so that an abbreviation in capitals before it has ended the last one.
_STARTS_LIST = """
    the a an in on at it he she they we you i this that these those but and however there his her its their
    when while after before as for if by from with what who why how where police officials some many most
    de het een in op bij hij zij ze wij we je dit dat deze die maar en er zijn haar hun toen terwijl na
    voor als met wat wie waarom hoe waar volgens ook daar daarna hier om door uit van over sinds eerder
"""
_STARTS = frozenset(_STARTS_LIST.split())


class Sentence(msgspec.Struct, frozen=True, array_like=True):
    """A tile `start:end` of a text; the sentence without the blank around it is `text_start:text_end`.

    Only the first sentence has blank before it, and only a text of nothing but blank has a
    sentence without text.
    """

    start: int
    end: int
    text_start: int
    text_end: int


def split(text: str, language: str | None) -> list[Sentence]:
    """Return the sentences of a text in order; none for the empty text. Linear in its length."""
    return list(_split(text, language, 0))


def split_again(
    text: str, language: str | None, before: str, sentences: Sequence[Sentence]
) -> list[Sentence]:
    """Return the same as `split`, given the sentences of a text before; what both have is not read again."""
    if not sentences or max(len(text), len(before)) > _MOST_ALIKE:
        return split(text, language)
    known = {before[each.start : each.start + _BEGINS]: each for each in sentences}
    found: list[Sentence] = []
    at, read = 0, None
    while at < len(text):
        old = known.get(text[at : at + _BEGINS])
        # Where a sentence ends is told by what it says, the character before and some behind it.
        if old is not None and (
            text[max(0, at - 1) : at + old.end - old.start + _AHEAD]
            == before[max(0, old.start - 1) : old.end + _AHEAD]
        ):
            ahead, read = at - old.start, None
            found.append(Sentence(at, old.end + ahead, old.text_start + ahead, old.text_end + ahead))
        else:
            read = read or _split(text, language, at)
            found.append(next(read))
        at = found[-1].end
    return found


def _split(text: str, language: str | None, start: int) -> Iterator[Sentence]:
    """Yield the sentences from one on that begins at `start`."""
    count = 0
    text_start = _past_blank(text, start)
    if text_start == len(text):
        if start < len(text):
            yield Sentence(start, len(text), start, start)
        return
    spoken = language or "en"
    for number, place in enumerate(_PLACE.finditer(text, text_start)):
        if number == MOST_PLACES:
            break
        end = place.end()
        if end <= text_start:
            continue
        following = end + 1 if text[end : end + 1] == " " else end
        if text[following : following + 1].isspace():
            following = _past_blank(text, following)
        if following == len(text):
            break
        if text[following].islower() and text[end - 1 : following] in _SMALL_GOES_ON:
            continue
        if place[0] == "\n":
            ends = _line_ends(text, place.start(), following, text_start)
        else:
            parted = following > end + 1 and "\n\n" in text[end : min(following, end + 80)]
            ends = parted or _ends(text, text_start, place, following, spoken)
        if not ends:
            continue
        stop = place.start() if place[0] == "\n" else end
        while text[stop - 1].isspace():
            stop -= 1
        yield Sentence(start, following, text_start, stop)
        start = text_start = following
        count += 1
        if count == MOST - 1:
            break
    stop = len(text)
    while text[stop - 1].isspace():
        stop -= 1
    yield Sentence(start, len(text), text_start, stop)


def _past_blank(text: str, start: int) -> int:
    blank = _BLANK.match(text, start)
    return blank.end() if blank else start


def _line_ends(text: str, at: int, following: int, text_start: int) -> bool:
    """Whether the line end at `at` ends the sentence that began at `text_start`."""
    if "\n" in text[at + 1 : following]:
        return True
    if _LIST_LINE.match(text, following):
        return True
    if text[following].islower():
        return False
    line_start = max(text_start, at - _MOST_WRAPPED - 1)
    before = text.rfind("\n", line_start, at)
    line = at - (before + 1 if before >= 0 else line_start)
    if not _LEAST_WRAPPED <= line <= _MOST_WRAPPED:
        return True
    most = following + _MOST_WRAPPED + _LONGEST_WORD
    next_end = text.find("\n", following, most)
    if next_end < 0:
        next_end = min(len(text), most)
    first = text.find(" ", following, next_end)
    word = (first if first >= 0 else next_end) - following
    # A writer of wrapped lines put the word here because line, blank and word were too wide.
    return next_end - following > line + 1 + word


def _ends(text: str, text_start: int, place: re.Match[str], following: int, language: str) -> bool:
    """Whether the stop at `place` ends a sentence, given the next text at `following`."""
    if place.end() == following:
        return True
    opened = _OPENERS.match(text, following)
    after = opened.end() if opened else following
    char = text[after : after + 1] or text[following]
    if char.islower():
        # A Dutch sentence can begin with 's Ochtends or 't Was.
        elided = _ELIDED.match(text, after - 1) if after > following else None
        return elided is not None and text[elided.end() : elided.end() + 2].strip()[:1].isupper()
    if text[place.end() - 1] != "." or place[0] != ".":
        return True
    return not _goes_on(text, text_start, place.end(), after, language)


def _goes_on(text: str, text_start: int, end: int, after: int, language: str) -> bool:
    """Whether the one full stop before `end` belongs to an abbreviation, an initial or a number."""
    if text[end - 3 : end] not in _TAILS and text[end - _PLAIN_WORD : end - 1].isalpha():
        return False  # most sentences end in a word that is no abbreviation
    piece = text[max(text_start, end - _LONGEST_WORD) : end]
    following = text[after : after + _LONGEST_WORD]
    if abbreviations.joins(piece, following, language):
        return True
    parts = piece.rsplit(None, 1)
    word = parts[-1].lstrip(abbreviations.OPENING)
    if _DIGITS.match(word):
        # `1. ` at the start of a sentence is a list's mark; `12. März` is a day.
        return end - text_start == len(word) or (language in ("de", "da", "no", "fi") and len(word) <= 3)
    begins = _WORD.match(following)
    next_word = begins[0].lower() if begins else ""
    if _INITIALS.match(word):
        return next_word not in _STARTS and not (len(word) == 2 and not word[0].isupper())
    small = word[:1].lower() + word[1:]
    if small in _BEFORE_NUMBER:
        return following[:1].isdigit()
    return small in _MORE
