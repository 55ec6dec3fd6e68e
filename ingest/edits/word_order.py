"""Whether edited sentences say something else by where their words stand, or by a negation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

import msgspec

from ingest.diff.sentences import Piece
from ingest.edits import extent
from ingest.edits.rephrasing import MOST, cut
from ingest.facts.document_words import Context
from ingest.facts.negations import by_prefix
from ingest.facts.swaps import exchanged
from ingest.text.lexicon import Lexicon
from ingest.text.thesaurus import thesaurus_of
from ingest.text.variants import written_out
from ingest.text.words import is_word, tokens, unaccented, words

_MOST_EXCHANGED = 100  # edited sentences among which such ones are looked for

_STOPS, _PAUSES = frozenset(".!?;"), frozenset(",:–—")
_SIDES = (attrgetter("before"), attrgetter("after"))


class SmallWord(msgspec.Struct, frozen=True):
    """A small word, in which sentence of some it stands, and whether a pause or a stop stands before it."""

    word: str
    sentence: int
    pauses: bool


@dataclass(frozen=True)
class WordOrder:
    """The order of the words in the edited sentences of two texts."""

    a: str
    b: str
    edited: Sequence[Piece]
    context: Context
    lexicon: Lexicon
    language: str | None

    def exchanged(self) -> tuple[str, str] | None:
        """Return two things that took each other's place in a sentence."""
        for piece in self.edited:
            before, after = self.a[piece.a_start : piece.a_end], self.b[piece.b_start : piece.b_end]
            found = exchanged(before, after, self.context, self.lexicon)
            if found is not None:
                return found
        return None

    def exchanged_between(self) -> tuple[str, str] | None:
        """Return two words of two sentences that took each other's place: `A was freed`, `B was fined`."""
        parts: list[tuple[set[str], set[str]]] = []
        for piece in self.edited[:_MOST_EXCHANGED]:
            old, new = (
                {_single(word) for change in piece.changes for word in words(text(change))} for text in _SIDES
            )
            parts.append((old - new, new - old))
        for at, (gone, came) in enumerate(parts):
            for others_gone, others_came in parts[at + 1 :]:
                one, other = (
                    sorted(word for word in both if word not in self.lexicon.light)
                    for both in (gone & others_came, came & others_gone)
                )
                if one and other:
                    return one[0], other[0]
                here, there = gone & others_came, came & others_gone
                for turned in self.lexicon.opposed if here and there else ():
                    if turned & here and turned & there:
                        return min(turned & here), min(turned & there)
        return None

    def stands_elsewhere(self) -> str | None:
        """Return a word such as `not` or `only` that is before another word now, among the same ones."""
        for piece in self.edited:
            old, new = (
                [word.lower() for word in words(text)]
                for text in (self.a[piece.a_start : piece.a_end], self.b[piece.b_start : piece.b_end])
            )
            if old != new and len(old) == len(new) <= MOST and sorted(old) == sorted(new):
                articles = self.lexicon.articles
                old, new = ([each for each in side if each not in articles] for side in (old, new))
                for word in self.lexicon.pointing.intersection(old):
                    if _followed_by(word, old) != _followed_by(word, new):
                        return word
            elif (denied := self._denied_elsewhere(old, new)) is not None:
                return denied
        return None

    def crossed(self) -> str | None:
        """Return a word such as `only` that is on the other side of a pause now: `He left. Only Ann did`."""
        if not any(
            self.lexicon.scoping.intersection(map(unaccented, words(self.a[piece.a_start : piece.a_end])))
            for piece in self.edited
        ):
            return None
        for first, last in _neighbours(self.edited):
            old = _parted(self.a[first.a_start : last.a_end])
            new = _parted(self.b[first.b_start : last.b_end])
            if old != new and len(old) == len(new) <= MOST and (found := self._crossed(old, new)) is not None:
                return found
        return None

    def _crossed(self, old: Sequence[SmallWord], new: Sequence[SmallWord]) -> str | None:
        scoping = self.lexicon.scoping
        if [each.word for each in old] == [each.word for each in new]:
            apart = ([*(each.pauses for each in side), True] for side in (old, new))
            was, became = map(pairwise, apart)
            for each, gone, came in zip(old, was, became, strict=True):
                if each.word in scoping and gone == came[::-1] != came:
                    return each.word
        elif sorted(each.word for each in old) == sorted(each.word for each in new):
            within = [
                sorted((each.word, each.sentence) for each in side if each.word in scoping)
                for side in (old, new)
            ]
            if old[-1].sentence == new[-1].sentence:
                return next((one[0] for one, other in zip(*within, strict=True) if one != other), None)
        return None

    def _denied_elsewhere(self, old: Sequence[str], new: Sequence[str]) -> str | None:
        """Return a negation of another verb now: `did not rule that he must`, `ruled that he must not`.

        Only where auxiliaries make it so; in Dutch its place is that of the verb.
        """
        if not self.lexicon.auxiliaries or max(len(old), len(new)) > MOST:
            return None
        if self.lexicon.negations.isdisjoint(old) and not {"'t", "’t"} & {word[-2:] for word in old}:
            return None  # most sentences
        (was, denied, places), (became, denies, others) = map(self._said, (old, new))
        if not denied or len(denied) != len(denies) or places == others or not 1 < len(was) == len(became):
            return None
        thesaurus = thesaurus_of(self.language)
        alike = thesaurus is not None and all(
            one == other or thesaurus.nearness(one, other) == "same"
            for one, other in zip(was, became, strict=True)
        )
        moved = (word for word, one, other in zip(denied, places, others, strict=True) if one != other)
        return next(moved, None) if alike else None

    def _said(self, sentence: Sequence[str]) -> tuple[list[str], list[str], list[int]]:
        """Return the words with a meaning, the negations, and before how many of those each stands."""
        meant: list[str] = []
        denied: list[str] = []
        places: list[int] = []
        for word in map(unaccented, written_out(list(sentence), self.lexicon)):
            if word in self.lexicon.negations:
                denied.append(word)
                places.append(len(meant))
            elif word not in self.lexicon.common and word not in self.lexicon.auxiliaries:
                meant.append(word)
        return meant, denied, places

    def turned(self) -> tuple[str, str] | None:
        """Return the first edited sentence of which one side has a negation and the other none, as shown."""
        for piece in self.edited:
            old, new = self.a[piece.a_start : piece.a_end], self.b[piece.b_start : piece.b_end]
            if _letters(old) == _letters(new):
                continue  # `donot`, `do not`
            if any(by_prefix(words(each.before), words(each.after), self.lexicon) for each in piece.changes):
                continue
            same = extent.alike(old, new, self.lexicon)  # `no more than`, `at most`
            if self._negates(old, same[0]) != self._negates(new, same[1]):
                return cut(old), cut(new)
        return None

    def _negates(self, text: str, but: set[str]) -> bool:
        said = written_out(words(text), self.lexicon)
        return not (self.lexicon.negations - but).isdisjoint(map(unaccented, said))


def _neighbours(edited: Sequence[Piece]) -> Iterator[tuple[Piece, Piece]]:
    """Yield the first and the last of each run of edited pieces that follow each other in both texts."""
    first = last = None
    for piece in edited:
        if first is not None and last is not None:
            if last.a_end == piece.a_start and last.b_end == piece.b_start:
                last = piece
                continue
            yield first, last
        first = last = piece
    if first is not None and last is not None:
        yield first, last


def _parted(text: str) -> list[SmallWord]:
    """Return the words of a text, each with its sentence, and whether a pause or a stop stands before it."""
    found: list[SmallWord] = []
    sentence, pauses = 0, True
    for mark in tokens(text):
        if is_word(mark):
            found.append(SmallWord(unaccented(mark), sentence, pauses))
            pauses = False
        elif mark in _STOPS or mark in _PAUSES:
            sentence += mark in _STOPS and not pauses
            pauses = True
    return found


def _single(word: str) -> str:
    """Return a word small and without accents; a capital alone stays one, since it may be a name."""
    return word if len(word) == 1 and word.isupper() else unaccented(word)


def _followed_by(word: str, within: list[str]) -> list[str]:
    return sorted(other for one, other in zip(within, [*within[1:], ""], strict=True) if one == word)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()
