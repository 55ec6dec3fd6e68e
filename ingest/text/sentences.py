r"""Cut a text into sentences that tile it: joined in order they are the text, character for character.

The blank after a sentence is the end of its tile, outside its text; blank before the first one is
the start of that. An empty line always ends a sentence. A single line end does, unless the lines
look wrapped: the next begins with a small letter, or its first word had no room on the line
before. Full stops of abbreviations, initials, numbers, ordinals and list marks end nothing,
and nothing ends before a small letter. Dutch and English are known; what is not known of another
language costs sentences cut too early, never an error.

How many sentences a text has is bounded by its length (`most`), and how many places where one might end
are looked at by `MOST_PLACES`. What lies beyond is cut into larger pieces, which count as sentences; so is
a sentence of more than `LONGEST` characters. Where a piece ends is told by what stands there, and not by
how far it is from the beginning: past an edit the same pieces come again. No word is cut, but where a
script puts no blanks between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from zlib import crc32

import msgspec

from ingest.expressions import expression, possessive
from ingest.text import abbreviations

MOST_PLACES = 4_000_000
LONGEST = 10_000  # characters of a sentence
_MOST = 20_000  # sentences of a text, or one for each so many characters of a longer one
_EACH = 80
_PIECE = 1_000  # characters at least of what lies beyond
_MOST_ALIKE = 400_000  # characters of texts of which one is cut as the other was: no bound is near
_BEGINS = 40  # characters by which a sentence is found again
_AHEAD = 200  # characters behind a sentence that can tell whether it ends there

_CLOSERS = "\"'’”“»›«)\\]}*_"
_CLOSING = possessive(rf"[{_CLOSERS}]|\[[0-9]{{1,3}}\]")
# Each begins with a mark of one set, by which the search goes past whatever is none.
_PLACE = expression(
    r"[.!?…؟۔।。！？｡\n](?:(?<=\n)|(?<=[。！？｡])[。！？｡]*+[」』”’）]*+"
    rf"|(?<=[.!?…؟۔।])(?<![.!?…؟۔।]{{2}})[.!?…؟۔।]*+{_CLOSING}(?=\s))"
)
_BLANK = expression(r"\s*+")
# Where a piece may end: behind a stop or a line, behind a blank, else at a mark or in a run without blanks.
_STOP_OR_LINE = expression(r"(?<=[.!?…؟۔।]\s)(?=\S)|(?<=\n)(?=\S)|(?<=[。！？｡])(?=[^\s。！？｡」』”’）])")
_GAP = expression(r"(?<=\s)(?=\S)")
_NO_BLANKS = (
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_ANY = expression(rf"(?<=\s)(?=\S)|(?<=[^\w\s])(?=\w)|(?<={_NO_BLANKS})(?={_NO_BLANKS})")
_AROUND = 8  # characters on each side of a place tell whether a piece ends there
_OPENERS = expression(r"[\"'‘’“”„‚«‹»›(\[{*_¿¡]{0,100}+")
_INITIALS = expression(r"(?:[^\W\d_]\.)+\Z|(?:Th|Ch|Chr|Ph|Joh|Jac|Fr|Ij|IJ|Tj|Sj|Hub|Wm)\.\Z")
_DIGITS = expression(r"[0-9]{1,4}\.\Z")
_LIST_LINE = expression(r"(?:[-*•–—·#>|]|[0-9]{1,3}[.)])[^\S\n]")
_ELIDED = expression(r"['’‘`][stnmk]\b")
_WORD = expression(r"[^\W\d_]*+")

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


def most(length: int) -> int:
    """Return how many sentences a text of so many characters is cut into before pieces are taken."""
    return max(_MOST, length // _EACH)


def split(text: str, language: str | None) -> list[Sentence]:
    """Return the sentences of a text in order; none for the empty text. Linear in its length."""
    return list(_split(text, language, 0))


def split_again(
    text: str, language: str | None, before: str, sentences: Sequence[Sentence]
) -> list[Sentence]:
    """Return the same as `split`, given the sentences of a text before; what both have is not read again."""
    bound = most(len(text))
    if not sentences or max(len(text), len(before)) > _MOST_ALIKE or len(sentences) >= most(len(before)):
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
        if len(found) >= bound:
            return split(text, language)
    return found


def pieces(text: str, start: int) -> Iterator[Sentence]:
    """Yield what lies beyond the bound, from `start` on, in pieces."""
    text_start = _past_blank(text, start)
    while start < len(text):
        end = _piece_end(text, text_start, _PIECE)
        yield Sentence(start, end, text_start, _text_end(text, end))
        start = text_start = end


def _split(text: str, language: str | None, start: int) -> Iterator[Sentence]:
    """Yield the sentences from one on that begins at `start`."""
    count, bound = 0, most(len(text))
    text_start = _past_blank(text, start)
    if text_start == len(text):
        if start < len(text):
            yield Sentence(start, len(text), start, start)
        return
    spoken = language or "en"
    cut = None  # where the sentence is cut that has begun, once it is that long
    for number, place in enumerate(_PLACE.finditer(text, text_start)):
        if number == MOST_PLACES:
            yield from pieces(text, start)
            return
        end = place.end()
        if end <= text_start:
            continue
        following = end + 1 if text[end : end + 1] == " " else end
        if text[following : following + 1].isspace():
            following = _past_blank(text, following)
        while following - text_start > LONGEST:
            cut = cut or _piece_end(text, text_start, LONGEST)
            if cut > following:
                break
            yield Sentence(start, cut, text_start, _text_end(text, cut))
            start = text_start = cut
            cut, count = None, count + 1
        if end <= text_start:
            continue
        if following == len(text):
            break
        if not _is_end(text, text_start, place, following, spoken):
            continue
        stop = _text_end(text, place.start() if place[0] == "\n" else end)
        yield Sentence(start, following, text_start, stop)
        start = text_start = following
        cut, count = None, count + 1
        if count >= bound:
            yield from pieces(text, start)
            return
    while start < len(text):
        end = len(text)
        if end - text_start > LONGEST:
            end = _piece_end(text, text_start, LONGEST)
        yield Sentence(start, end, text_start, _text_end(text, end))
        start = text_start = end


def _piece_end(text: str, start: int, least: int) -> int:
    """Return where a piece that begins at `start` ends: behind `least` characters, before five times as many.

    A word that is longer, and the blank at the end of the text, are in one piece with what they belong to.
    """
    at = start + least
    for pattern, of in ((_STOP_OR_LINE, 4), (_GAP, 16)):
        for each in pattern.finditer(text, at, at + least):
            around = text[each.end() - _AROUND : each.end() + _AROUND].encode("utf-8", "surrogatepass")
            if crc32(around) % of == 0:
                return each.end()
        at += least
    for pattern, end in ((_STOP_OR_LINE, at + least), (_GAP, at + 2 * least), (_ANY, len(text))):
        found = pattern.search(text, at, end)
        if found is not None:
            return found.end()
    return len(text)


def _text_end(text: str, end: int) -> int:
    """Return where what is said before `end` ends; there is something."""
    while text[end - 1].isspace():
        end -= 1
    return end


def _past_blank(text: str, start: int) -> int:
    blank = _BLANK.match(text, start)
    return blank.end() if blank else start


def _is_end(text: str, text_start: int, place: re.Match[str], following: int, language: str) -> bool:
    """Tell whether the sentence from `text_start` on ends at `place`, with the next text at `following`."""
    end = place.end()
    if text[following].islower() and text[end - 1 : following] in _SMALL_GOES_ON:
        return False
    if place[0] == "\n":
        return _line_ends(text, place.start(), following, text_start)
    if following > end + 1 and "\n\n" in text[end : min(following, end + 80)]:
        return True
    return _ends(text, text_start, place, following, language)


def _line_ends(text: str, at: int, following: int, text_start: int) -> bool:
    """Tell whether the line end at `at` ends the sentence that began at `text_start`."""
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
    furthest = following + _MOST_WRAPPED + _LONGEST_WORD
    next_end = text.find("\n", following, furthest)
    if next_end < 0:
        next_end = min(len(text), furthest)
    first = text.find(" ", following, next_end)
    word = (first if first >= 0 else next_end) - following
    # A writer of wrapped lines put the word here because line, blank and word were too wide.
    return next_end - following > line + 1 + word


def _ends(text: str, text_start: int, place: re.Match[str], following: int, language: str) -> bool:
    """Tell whether the stop at `place` ends a sentence, given the next text at `following`."""
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
    """Tell whether the one full stop before `end` belongs to an abbreviation, an initial or a number."""
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
