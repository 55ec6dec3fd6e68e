"""Which words that carry meaning came, went, or were put for each other, and how near those are.

Not counted are forms and derivations of one word, synonyms, fillers, and a word that stands in the sentences
of the other side too. What is left is what an edit of words is weighed by.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property

import msgspec
from rapidfuzz.distance import DamerauLevenshtein

from ingest.expressions import expression
from ingest.text.lemmas import PARTICLES
from ingest.text.lexicon import Lexicon
from ingest.text.misspelling import opposite_prefixes, opposite_roles
from ingest.text.thesaurus import Nearness, Thesaurus
from ingest.text.wordlist import was_counted
from ingest.text.words import each_word, unaccented

_MOST = 24  # words of a text that are held against each other; past that much came or went
_BEGUN = 3  # letters that two forms of a word have in common, where neither is known
_ALIKE = 0.6
_SHOWN = 4
# A particle at the end of its clause: what it would govern as a preposition does not follow.
_GOES_ON = """
    aan achter als bij binnen boven buiten dan dat door dus en hoewel in langs maar met na naar naast nadat
    of om omdat onder op over per rond sinds te tegen terwijl tijdens toen tot tussen uit van vanaf vanwege
    volgens voor voordat want waar wegens zodat zodra zonder
"""
_CLOSING = expression(
    rf"\b({'|'.join(sorted(PARTICLES))})\b(?![’'-])(?=\s*(?:[^\w\s]|\Z)|\s*\n|\s+(?:{'|'.join(_GOES_ON.split())})\b)",
    re.IGNORECASE,
)

Pair = tuple[str, str]
Changes = Sequence[tuple[Sequence[str], Sequence[str]]]
Texts = tuple[str, str]
Written = Callable[[str], str]  # a small word without accents -> as it stands in the text


class Replacements(msgspec.Struct, frozen=True):
    """Words put for others, by how the two stand to each other, and words that came or went alone."""

    opposites: tuple[Pair, ...] = ()
    things: tuple[Pair, ...] = ()
    unlike: tuple[Pair, ...] = ()
    broader: tuple[Pair, ...] = ()
    misspelt: tuple[Pair, ...] = ()
    synonyms: tuple[Pair, ...] = ()
    gone: tuple[str, ...] = ()
    came: tuple[str, ...] = ()

    @property
    def weight(self) -> int:
        """Tell how many words came, went or were put for others, synonyms aside."""
        return len(self._pairs) + len(self.gone) + len(self.came)

    @property
    def words(self) -> frozenset[str]:
        """Return the words that are counted."""
        return frozenset((*self.gone, *self.came, *(word for pair in self._pairs for word in pair)))

    @property
    def _pairs(self) -> tuple[Pair, ...]:
        return (*self.opposites, *self.things, *self.unlike, *self.broader, *self.misspelt)

    def told(self, written: Written) -> str:
        """Return what was done with which words, the gravest first: `“buy” became “purchase”: synonyms`.

        Each word is shown as `written` returns it.
        """
        paired = (
            (self.opposites, "opposites"),
            (self.things, "two different things"),
            (self.unlike, "not known to mean the same"),
        )
        near = (
            (self.broader, "one is broader"),
            (self.misspelt, "one is no known word, and like the other"),
            (self.synonyms, "synonyms"),
        )
        said = [f"{_became(pair, written)}: {how}" for pairs, how in paired for pair in pairs]
        said += [_alone("went", self.gone, written)] if self.gone else []
        said += [_alone("came", self.came, written)] if self.came else []
        said += [f"{_became(pair, written)}: {how}" for pairs, how in near for pair in pairs]
        return "; ".join(said[:_SHOWN]) + (f"; and {len(said) - _SHOWN} more" if len(said) > _SHOWN else "")


def weigh(
    changes: Changes, carried: Collection[str], texts: Texts, lexicon: Lexicon, thesaurus: Thesaurus
) -> Replacements:
    """Sort the words of an edit's changes, old and new of each, of which `carried` are those with a meaning.

    `texts` are the edited sentences, before and after. Words are small and without accents.
    """
    work = _Work(carried, texts, lexicon, thesaurus)
    work.take(changes)
    if not work.many:
        work.pair_within("opposites", work.found["opposites"])
        work.pair_anywhere("same", [])
        work.pair_anywhere("synonyms", work.found["synonyms"])
        work.pair_anywhere("broader", work.found["broader"])
        work.pair_in_order()
    return Replacements(
        **{name: tuple(pairs) for name, pairs in work.found.items()},
        gone=tuple(work.left_of(0)),
        came=tuple(work.left_of(1)),
    )


class _Work:
    """The words that are left while one is found for another."""

    def __init__(
        self, carried: Collection[str], texts: Texts, lexicon: Lexicon, thesaurus: Thesaurus
    ) -> None:
        self._carried = carried
        self._texts = texts
        self._lexicon = lexicon
        self._thesaurus = thesaurus
        self.left: list[tuple[list[str], list[str]]] = []
        self.found: dict[str, list[Pair]] = {
            name: [] for name in ("opposites", "things", "unlike", "broader", "misspelt", "synonyms")
        }

    @property
    def many(self) -> bool:
        """Tell whether there are too many words to hold each against each."""
        return sum(len(old) + len(new) for old, new in self.left) > _MOST

    def left_of(self, side: int) -> list[str]:
        """Return the words of one side that are left."""
        return list(dict.fromkeys(word for each in self.left for word in each[side]))

    def take(self, changes: Changes) -> None:
        """Take the words that count: those of `carried` that stand on the other side nowhere."""
        parts = self._parted(changes)
        for change in changes:
            old, new = (
                [
                    whole.get(word, word)
                    for word in dict.fromkeys(found)
                    if word in self._carried and word not in self._lexicon.fillers and word not in same
                ]
                for found, (whole, same) in zip(change, parts, strict=True)
            )
            if old or new:
                self.left.append((old, new))
        if self.many:
            return
        changed = {word for sides in self.left for side in sides for word in side}
        for old, new in self.left:
            old[:] = [word for word in old if not self._repeats(word, 1, changed)]
            new[:] = [word for word in new if not self._repeats(word, 0, changed)]

    def _parted(self, changes: Changes) -> tuple[tuple[dict[str, str], set[str]], ...]:
        """Return of either side the verbs whose particle stands elsewhere in it, whole, and what is the same.

        The same are such particles, and verbs of which the other side has another form.
        """
        parts: tuple[tuple[dict[str, str], set[str]], ...] = ({}, set()), ({}, set())
        for side in (0, 1) if self._lexicon.language == "nl" else ():
            here = closing(self._texts[side])
            changed = {word for change in changes for word in change[side]}
            others = [word for change in changes for word in change[1 - side]]
            for word in changed & set(self._carried) if here else ():
                for particle in here - {word}:
                    verbs = {f"{particle}{form}" for form in self._thesaurus.forms(word)}
                    there = next((each for each in others if self._is_form(each, particle, verbs)), None)
                    # One that stayed may be another verb's.
                    known = filter(self._thesaurus.knows, verbs if particle in changed else ())
                    verb = min(known, default=None)
                    if there is not None:
                        parts[side][1].add(word)
                        parts[1 - side][1].add(there)
                    elif verb is not None:
                        parts[side][0][word] = verb
                    else:
                        continue
                    for _, same in parts:
                        same.add(particle)
        return parts

    def _is_form(self, word: str, particle: str, verbs: Collection[str]) -> bool:
        """Tell whether a word is a form of one of these verbs with this particle: `opgegeten`."""
        verb = word.removeprefix(particle)
        if verb == word:
            return False
        forms = self._thesaurus.forms
        return any(each in verbs for each in (*forms(word), *(f"{particle}{form}" for form in forms(verb))))

    @cached_property
    def _words(self) -> tuple[Mapping[str, Sequence[str]], ...]:
        """Return the words of either side, by how they begin."""
        return tuple(map(_by_beginning, self._texts))

    @cached_property
    def _small(self) -> tuple[str, ...]:
        return tuple(map(str.lower, self._texts))

    def _repeats(self, word: str, side: int, changed: Collection[str]) -> bool:
        """Tell whether a word, or another form of it, stands among the words of a side and stays there."""
        beginning = word[:_BEGUN]
        if beginning not in self._small[side] and self._small[side].isascii():
            return False  # most words end here, and the sentences are not cut into words
        return any(
            each == word or (each not in changed and self._thesaurus.nearness(word, each) == "same")
            for each in self._words[side].get(beginning, ())
        )

    def pair_within(self, wanted: Nearness, into: list[Pair]) -> None:
        """Pair words of one change that stand to each other so, and take them out."""
        for old, new in self.left:
            self._match(old, [new], wanted, into)

    def pair_anywhere(self, wanted: Nearness, into: list[Pair]) -> None:
        """Do the same of words wherever they stand, those of one change first."""
        self.pair_within(wanted, into)
        every = [new for _, new in self.left]
        for old, _ in self.left:
            self._match(old, every, wanted, into)

    def _match(self, old: list[str], sides: list[list[str]], wanted: Nearness, into: list[Pair]) -> None:
        for word in list(old):
            for new in sides:
                other = next((each for each in new if self._are(word, each, wanted)), None)
                if other is not None:
                    old.remove(word)
                    new.remove(other)
                    into.append((word, other))
                    break

    def _are(self, word: str, other: str, wanted: Nearness) -> bool:
        if wanted == "same" and opposite_roles(word, other, self._lexicon):
            return False
        return self._thesaurus.nearness(word, other) == wanted

    def pair_in_order(self) -> None:
        """Pair what is left of each change, side by side in order."""
        for old, new in self.left:
            for word, other in list(zip(old, new, strict=False)):
                if opposite_prefixes(word, other, self._lexicon):
                    how = "opposites"
                elif self._thesaurus.nearness(word, other) == "things":
                    how = "things"
                else:
                    how = "misspelt" if self._misspelt(word, other) else "unlike"
                self.found[how].append((word, other))
                old.remove(word)
                new.remove(other)

    def _misspelt(self, word: str, other: str) -> bool:
        """Tell whether one of two words is none of the language, and is written much like the other."""
        language = self._lexicon.language
        if opposite_roles(word, other, self._lexicon):
            return False
        if word[0] != other[0] or was_counted(word, language) == was_counted(other, language):
            return False
        return DamerauLevenshtein.normalized_similarity(word, other) >= _ALIKE


def closing(text: str) -> set[str]:
    """Return the particles that end a clause of a Dutch text, and so belong to its verb."""
    return set(map(str.lower, _CLOSING.findall(text)))


def _by_beginning(text: str) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for word in dict.fromkeys(map(unaccented, each_word(text))):
        found.setdefault(word[:_BEGUN], []).append(word)
    return found


def _became(pair: Pair, written: Written) -> str:
    return f"“{written(pair[0])}” became “{written(pair[1])}”"


def _alone(what: str, words: Sequence[str], written: Written) -> str:
    shown = ", ".join(f"“{written(word)}”" for word in words[:5]) + (", …" if len(words) > 5 else "")
    number = "one word" if len(words) == 1 else f"{len(words):,} words"
    return f"{number} {what}: {shown}"
