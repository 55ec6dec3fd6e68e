"""The proof that two texts say the same: every token is paired, in order, with one that is equal.

What a token may be equal under has a name:

* typography: `reading` gives both the same key;
* another writing of one value: `3`, `three`; `9:30`, `half past nine`;
* a contraction, an abbreviation or another form of one word, from the closed lists of the language;
* a misspelling of a word of the language; never of a name, unless it stands right elsewhere in both texts;
  never one of two words that the language has, but where one of them cannot stand: `could of`;
* a word doubled; words joined or parted, with a hyphen or without, where that makes no other word;
* the date of a stamp of publication;
* a day as seen from the text's own: `today` on a Saturday, `on Saturday`.

What moved is not in order, and a comma between words is asked about by itself (`pauses`). A word, a sign or
an address that is paired with none ends the proof.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import attrgetter

import msgspec

from ingest.diff import sequences
from ingest.diff.sentences import Comparison, Piece
from ingest.edits import abbreviated, pauses, reading, slips, stamps
from ingest.edits.reading import ComparedToken
from ingest.edits.rephrasing import Wording, cut
from ingest.edits.spellings import apostrophe_alone, cannot_stand, is_numbered
from ingest.edits.values import takes_article, value, written_alike
from ingest.expressions import expression
from ingest.facts import quantities
from ingest.facts.equivalence import equal, written_otherwise
from ingest.text import hyphens, wordlist
from ingest.text.lexicon import Lexicon, word_set
from ingest.text.variants import abbreviate, say_the_same, written_out
from ingest.text.words import folded, tokens, unaccented

_LONGEST = 5_000  # characters of a sentence whose places are looked at one by one
_LONGEST_RUN = 40  # tokens of a place that differs
_LONG_FORMS = {"is": "s", "has": "s", "would": "d", "had": "d"}  # what `'s` and `'d` are short for
_UNMARKED = word_set(
    "put set cut let come become overcome run hit hurt shut cost cast burst split spread bet"
)
# These stand between such a word and its verb, as does what ends in `ly`.
_BEFORE_VERB = word_set("""
    not never ever always often just already also now then still only even soon since long once all both
    almost nearly again yet today first last later well no longer
    myself yourself himself herself itself ourselves yourselves themselves
""")
_NO_PARTICIPLES = word_set("""
    open ten seven eleven men women children when red indeed need feed breed bleed speed exceed succeed
    proceed happen listen threaten strengthen golden wooden sudden garden kitchen bed sacred naked
    wicked hundred
""")  # though they end as one
_BEFORE_VALUE = frozenset(["the", "de"])
_WITHOUT_BLANKS = expression("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff\uf900-\ufaff]+")

Run = Sequence[ComparedToken]


class Unpaired(msgspec.Struct, frozen=True):
    """The first of what has no equal: what stood there, and what stands there now; either may be empty.

    `is_order` says that the same tokens stand there in another order, or moved.
    """

    before: str
    after: str
    is_order: bool = False


class Proof:
    """Looks for what has no equal in the pieces of a comparison."""

    def __init__(
        self,
        a: str,
        b: str,
        wording: Wording,
        lexicon: Lexicon,
        language: str | None,
        *,
        lines: bool,
        rows: bool,
    ) -> None:
        self._a, self._b = a, b
        self._wording = wording
        self._lexicon = lexicon
        self._language = language
        self._lines = lines  # whether the end of a line may end a sentence
        self._rows = rows  # whether a short line is one by itself

    def unpaired(self, comparison: Comparison) -> Unpaired | None:
        """Return the first of what has no equal; None where there is no such thing."""
        return next((found for piece in comparison.pieces for found in self._of(piece)), None)

    def _of(self, piece: Piece) -> Iterator[Unpaired]:
        if piece.kind == "kept" and not piece.changes:
            return
        old, new = self._a[piece.a_start : piece.a_end], self._b[piece.b_start : piece.b_end]
        if piece.kind == "kept" and _spoken(old) == _spoken(new):
            rows = self._rows and old.strip().count("\n") != new.strip().count("\n")
            if not rows:
                return
        if stamps.redates(self._a, self._b, piece, self._language):
            return
        was, became = (reading.compared_tokens(text, self._lexicon) for text in (old, new))
        same = [each.key for each in was] == [each.key for each in became]
        if piece.kind == "moved" or (not same and piece.kind in ("removed", "added")):
            yield Unpaired(cut(old), cut(new), is_order=piece.kind == "moved" and same)
        if piece.kind in ("moved", "removed", "added"):
            return
        apart = [run for run in _differing(was, became) if not self._equal(*run, was, became)]
        if apart and not self._same_values(apart, was, became, old, new):
            gone, came = apart[0]
            order = Counter(each.key for each in was) == Counter(each.key for each in became)
            yield Unpaired(_written(old, gone), _written(new, came), is_order=order)
        elif (found := self._spoken(was, became, old, new)) is not None:
            yield Unpaired(cut(found[0]), cut(found[1]))

    def _spoken(self, was: Run, became: Run, old: str, new: str) -> tuple[str, str] | None:
        return pauses.speaking(was, became, old, new, self._lexicon, lines=self._lines, rows=self._rows)

    # -- one place that differs --------------------------------------------------------------------

    def _equal(self, gone: Run, came: Run, was: Run, became: Run) -> bool:
        """Tell whether what stood at a place and what stands there are equal."""
        if max(len(gone), len(came)) > _LONGEST_RUN or any(each.is_address for each in (*gone, *came)):
            return False
        if any(self._goes_on_with_scope(*sides) for sides in ((gone, was), (came, became))):
            return False
        if self._contracts_two(gone, came, became):
            return False
        days = [self._day(*sides) for sides in ((gone, was), (came, became))]
        if days[0].lower() != days[1].lower() and self._wording.same_day(*days):
            return True  # German `Morgen` is the morning, `morgen` tomorrow
        return (
            self._same_words(gone, came, was, became)
            or self._joined(gone, came)
            or self._doubled(gone, came, was, became)
            or self._cannot_stand(gone, came, was)
        )

    def _goes_on_with_scope(self, run: Run, whole: Run) -> bool:
        """Tell whether a negation belongs to what follows, and not to the verb: `can not only`."""
        if not run or run[-1].key not in self._lexicon.negations:
            return False
        at = bisect_left(whole, run[-1].end, key=attrgetter("start"))
        return at < len(whole) and whole[at].key in self._lexicon.scoping

    def _contracts_two(self, gone: Run, came: Run, became: Run) -> bool:
        """Tell whether a word is short for two, and the verb goes with both: `he's paid`, `he'd put`."""
        if self._lexicon.language != "en" or not gone or not came:
            return False
        keys = [each.key for each in (*gone, *came)]
        short = {key.rpartition("'")[2] for key in keys if "'" in key}
        long = {key.removesuffix("n't") for key in keys} & _LONG_FORMS.keys()
        if short.isdisjoint(_LONG_FORMS[word] for word in long):
            return False
        at = bisect_left(became, came[-1].end, key=attrgetter("start"))
        while at < len(became) and (became[at].key in _BEFORE_VERB or became[at].key.endswith("ly")):
            at += 1
        following = became[at].key if at < len(became) else ""
        if "had" in long:
            return following in _UNMARKED
        ends_as_one = following.endswith(("ed", "en")) and following not in _NO_PARTICIPLES
        return ends_as_one or following in self._lexicon.participles

    def _cannot_stand(self, gone: Run, came: Run, was: Run) -> bool:
        """Tell whether one of two words cannot stand behind the one before, so that the other is meant."""
        if not len(gone) == len(came) == 1:
            return False
        at = bisect_left(was, gone[0].start, key=attrgetter("start"))
        if not at:
            return False
        before, one, other = was[at - 1].key, gone[0].key, came[0].key
        if at == 1 and cannot_stand(before, one, other, self._lexicon):
            return True
        return not self._lexicon.slips.isdisjoint(((before, one, other), (before, other, one)))

    def _day(self, run: Run, whole: Run) -> str:
        """Return the words of a place, with the part of the day that follows and stayed: `night`."""
        following = next((each for each in whole if run and each.start >= run[-1].end), None)
        part = following is not None and following.key in self._lexicon.day_parts
        return " ".join(each.text for each in (*run, *([following] if following and part else [])))

    def _same_words(self, gone: Run, came: Run, was: Run, became: Run) -> bool:
        old, new = self._written_out(gone), self._written_out(came)
        words = [[each.text for each in side if each.is_word] for side in (old, new)]
        spoken = all(words) and all(each.is_word or each.text == "/" for each in (*old, *new))  # `t/m`
        if spoken and abbreviate(words[0], words[1], self._lexicon):
            short, side = min(
                ((gone, was), (came, became)), key=lambda each: sum(len(one.text) for one in each[0])
            )
            return abbreviated.stands_for_more(short, side, self._lexicon)
        return len(old) == len(new) and all(
            self._are_one(*pair, was, became) or self._are_near(*pair, was, became)
            for pair in zip(old, new, strict=True)
        )

    def _are_near(self, old: ComparedToken, new: ComparedToken, was: Run, became: Run) -> bool:
        """Tell whether two words that are near stand before a number, where they say the same."""
        pair = {unaccented(old.text), unaccented(new.text)}
        return pair in self._lexicon.loose and all(
            abbreviated.before_number(*each, self._lexicon) for each in ((old, was), (new, became))
        )

    def _written_out(self, run: Run) -> list[ComparedToken]:
        """Return the tokens with contractions as the words that they are of."""
        found: list[ComparedToken] = []
        for each in run:
            whole = written_out([each.text], self._lexicon) if each.is_word and each.slot is None else []
            if len(whole) < 2:
                found.append(each)
            else:
                found += (msgspec.structs.replace(each, key=word, text=word) for word in whole)
        return found

    def _are_one(self, old: ComparedToken, new: ComparedToken, whole: Run, whole_new: Run) -> bool:
        if old.key == new.key or _same_but_capitals(old, new):
            return True
        if old.slot is not None and new.slot is not None:
            same = equal(old.slot, new.slot) and written_alike(old, new, self._lexicon)
            return same or (not equal(old.slot, new.slot) and written_otherwise(old.slot, new.slot))
        if old.slot is not None or new.slot is not None:
            return False
        was, became = unaccented(old.text), unaccented(new.text)
        if was.replace("-", "") == became.replace("-", "") and was != became and not is_numbered(was, became):
            return hyphens.is_one(was, became, self._language)
        if was != became and {was, became} <= say_the_same({was}, {became}, self._lexicon):
            return {was, became} not in self._lexicon.loose
        if not (old.is_word and new.is_word) or folded(old.text) == folded(new.text):
            return False  # its capital speaks
        return (
            is_numbered(was, became)
            or (old.text.islower() and apostrophe_alone(was, became, self._lexicon))
            or self._is_slip(old, new, whole, whole_new)
        )

    def _is_slip(self, old: ComparedToken, new: ComparedToken, whole: Run, whole_new: Run) -> bool:
        if not self._wording.is_slip(old.text, new.text):
            return False
        places = slips.place_of(old, whole, self._lexicon), slips.place_of(new, whole_new, self._lexicon)
        return slips.is_proved(old.text, new.text, min(places), self._wording.context, self._lexicon)

    def _joined(self, gone: Run, came: Run) -> bool:
        """Tell whether words were joined or parted, and both ways of writing them are known for one word."""
        if not gone or not came or any(not each.is_word for each in (*gone, *came)):
            return False
        if any(two.start - one.end > 1 for run in (gone, came) for one, two in pairwise(run)):
            return False  # a comma between: `een kat, hond`
        parts, joined = ([folded(each.text) for each in side] for side in (gone, came))
        if len(parts) < len(joined):
            parts, joined = joined, parts
        old, new = ("".join(side) for side in (parts, joined))
        if old.replace("-", "") != new.replace("-", "") or any(map(str.isdigit, old)):
            return False
        if _WITHOUT_BLANKS.fullmatch(old):
            return True
        if not len(parts) > len(joined) == 1:
            return False
        if "_".join(map(unaccented, parts)) in self._lexicon.apart:
            return True
        if not hyphens.joins(parts, new, self._language):
            return False
        # Of two words with a meaning a third may be made: `man eating`, `maneating`.
        made = self._language == "en" and "-" not in new and self._lexicon.common.isdisjoint(parts)
        return not made or not all(wordlist.is_known(part, "en") for part in parts)

    def _doubled(self, gone: Run, came: Run, was: Run, became: Run) -> bool:
        """Tell whether the one word that came or went stands beside itself."""
        if len(gone) + len(came) != 1:
            return False
        (word,), side = (gone, was) if gone else (came, became)
        if not word.is_word or any(map(str.isdigit, word.key)):
            return False
        if word.key in self._lexicon.meant or word.key in self._lexicon.doubled:
            return False
        return any(
            one.key == other.key == word.key and word.start in (one.start, other.start)
            for one, other in pairwise(side)
        )

    # -- values ------------------------------------------------------------------------------------

    def _same_values(
        self, apart: Sequence[tuple[Run, Run]], was: Run, became: Run, old: str, new: str
    ) -> bool:
        """Tell whether two sentences say the same once each value stands in the place of its tokens."""
        if max(len(old), len(new)) > _LONGEST or not any(
            quantities.may_hold(_written(old, gone), _written(new, came), self._lexicon)
            or all(each.text in ",()-/" for each in (*gone, *came))  # `May 3, 2021`, `(020) 555`
            for gone, came in apart
        ):
            return False
        was, became = self._with_values(was, old), self._with_values(became, new)
        return all(self._equal(*run, was, became) for run in _differing(was, became))

    def _with_values(self, read: Run, text: str) -> list[ComparedToken]:
        slots = quantities.find(text.rstrip(), self._language, self._wording.context.names)
        found: list[ComparedToken] = []
        at = 0
        for slot in slots:
            if slot.weak or slot.kind == "name":
                continue
            end = quantities.end_of_unit(text, slot, self._lexicon)
            while at < len(read) and read[at].start < slot.start:
                found.append(read[at])
                at += 1
            if at < len(read) and read[at].start < end and read[at].start >= slot.start:
                while at < len(read) and read[at].start < end:
                    at += 1
                if found and found[-1].key in _BEFORE_VALUE and takes_article(slot):
                    found.pop()  # `the 3rd of May`, `de helft`
                found.append(value(slot, text[slot.start : end], slot.start, end))
        return [*found, *read[at:]]


def _same_but_capitals(old: ComparedToken, new: ComparedToken) -> bool:
    """Tell whether two words are one, and the capital that one begins with is due to where it stands."""
    return (
        old.slot is new.slot is None
        and old.key.lower() == new.key.lower()
        and (old.may_be_small or new.may_be_small)
        and (old.key[1:] == new.key[1:] or old.text[1:] == new.text[1:])
    )


def _spoken(text: str) -> list[str]:
    return [token for token in tokens(text) if not token.isspace()]


def _differing(was: Run, became: Run) -> Iterator[tuple[Run, Run]]:
    """Yield the places at which two readings differ; of a word whose capital alone does, the word."""
    small = ([each.key.lower() for each in side] for side in (was, became))
    for span in sequences.align(*small):
        old, new = was[span.a_start : span.a_end], became[span.b_start : span.b_end]
        if not span.same:
            yield old, new
            continue
        for one, other in zip(old, new, strict=True):
            if one.key != other.key and not _same_but_capitals(one, other):
                yield [one], [other]


def _written(text: str, run: Run) -> str:
    return cut(text[run[0].start : run[-1].end]) if run else ""
