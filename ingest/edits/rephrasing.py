"""What changed in the words of edited sentences: slips of the hand, and words that carry meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from itertools import islice

from ingest.diff.sentences import Change, Piece
from ingest.edits import extent, stamps
from ingest.edits.anchors import NO_DAYS, Days, same_day, with_part
from ingest.edits.forms import inflects, is_figure
from ingest.edits.replacements import Replacements, closing, weigh
from ingest.expressions import expression
from ingest.facts import quantities
from ingest.facts.document_words import Context
from ingest.facts.equivalence import agree, equal
from ingest.facts.model import Slot
from ingest.facts.negations import by_prefix
from ingest.text import hyphens, wordlist
from ingest.text.lemmas import PARTICLES
from ingest.text.lexicons import lexicon_of
from ingest.text.thesaurus import LANGUAGES, thesaurus_of
from ingest.text.variants import abbreviate, say_the_same, written_out
from ingest.text.words import folded, is_word, tokens, unaccented, words

MOST = 500  # of the facts, or of the words, that are looked at
_LONGEST_SHOWN = 400
_LONGEST_PHRASE = 6  # words
_NAMED = 3  # times as often a word may be seen small that has a capital here
_LONGEST_READ = 5_000  # characters of a sentence
_SHOWN = 3  # places

_LETTERS = expression(r"\b(?:[a-z]\.){2,5}")

Ranges = Sequence[tuple[int, int]]


def cut(text: str) -> str:
    """Return the text on one line, short enough to show."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_SHOWN else line[: _LONGEST_SHOWN - 1] + "…"


class Wording:
    """The words of the edited sentences of two texts."""

    def __init__(
        self,
        a: str,
        b: str,
        edited: Sequence[Piece],
        context: Context,
        language: str | None,
        *,
        days: Days = NO_DAYS,
    ) -> None:
        self._a, self._b = a, b
        self._edited = edited
        self._context = context
        self._language = language
        self._days = days
        self._lexicon = lexicon_of(language)
        self._slips: dict[tuple[str, str], bool] = {}
        self._changed: tuple[set[str], set[str]] | None = None
        self._by_change: list[tuple[list[str], list[str]]] = []
        self._phrases: list[tuple[str, str]] = []

    def slips(self) -> list[str] | None:
        """Return the misspellings that are all there is to the edit, as `old → new`; else None."""
        slips: list[str] = []
        for piece in self._edited:
            if piece.kind in ("split", "merged"):
                return None
            for change in piece.changes:
                old, new = words(change.before), words(change.after)
                if _joined(old) == _joined(new):
                    if folded(change.before).count("'") != folded(change.after).count("'"):
                        return None
                    slips.append(_slip(change))
                    continue
                if len(old) + len(new) == 1 and self._doubled(change):
                    slips.append(_slip(change))
                    continue
                if len(old) != len(new):
                    return None
                for was, became in zip(old, new, strict=True):
                    if was == became:
                        continue
                    if not self.is_slip(was, became):
                        return None
                    slips.append(f"{cut(was)} → {cut(became)}")
        return slips

    def says_otherwise(self, change: Change) -> bool:
        """Tell whether a change is more than typography and slips of the hand."""
        old, new = words(change.before), words(change.after)
        if _joined(old) == _joined(new):
            return False
        return len(old) != len(new) or not all(
            was == became or self.is_slip(was, became) for was, became in zip(old, new, strict=True)
        )

    @cached_property
    def opposed(self) -> set[str]:
        """Return the small words that were put for each other and say something else."""
        old, new = self.changed()
        if particles := self._particles(old, new):
            return particles
        if self._lexicon.opposed_words.isdisjoint(old) or self._lexicon.opposed_words.isdisjoint(new):
            return set()
        return {
            word for pair in self._lexicon.opposed if pair & old and pair & new for word in pair & (old | new)
        }

    def _particles(self, old: set[str], new: set[str]) -> set[str]:
        """Return the particles of a Dutch verb that stayed: `neemt het aan`, `neemt het over`."""
        changed = old | new
        if self._lexicon.language != "nl" or not len(old) == len(new) == 1 or not changed <= PARTICLES:
            return set()
        closes = all(side <= closing(text) for side, text in zip((old, new), self._texts, strict=True))
        return changed if closes else set()

    @cached_property
    def modals(self) -> set[str]:
        """Return the modal verbs that came where there was none, or went and left none."""
        modals = self._lexicon.modals
        old, new = self.changed()
        if bool(old & modals - self._same) == bool(new & modals - self._same):
            return set()
        return (old | new) & modals

    @cached_property
    def _same(self) -> set[str]:
        return say_the_same(*self.changed(), self._lexicon)

    @cached_property
    def carried(self) -> set[str]:
        """Return the words that carry meaning and came or went, inflections aside."""
        lexicon, same = self._lexicon, self._same
        is_number = partial(is_figure, lexicon=lexicon)
        old, new = self.changed()
        turned = self.opposed | self.modals
        # `Mr` for `Mrs` says something else
        both = old & lexicon.forms_of_address and new & lexicon.forms_of_address
        address = frozenset() if both else lexicon.forms_of_address
        gone, came = (
            {word for word in side - same - address if word in turned or word not in lexicon.light}
            for side in (old, new)
        )
        # The same figure, written otherwise: what no fact came of says the same in sum, if it was all read.
        read = all(piece.a_end - piece.a_start <= _LONGEST_READ for piece in self._edited)
        if read and any(map(is_number, gone)) and any(map(is_number, came)):
            gone, came = ({word for word in side if not is_number(word)} for side in (gone, came))
        if len(gone) + len(came) > MOST:
            return gone | came
        return {word for word in gone if not any(inflects(word, other, lexicon) for other in came)} | {
            word for word in came if not any(inflects(word, other, lexicon) for other in gone)
        }

    @cached_property
    def replacements(self) -> Replacements | None:
        """Return the words that came, went or were put for each other.

        None in a language without a thesaurus.
        """
        thesaurus = thesaurus_of(self._language)
        if thesaurus is None:
            return None
        carried = self.carried  # which makes the changes
        return weigh(self._by_change, carried, self._texts, self._lexicon, thesaurus)

    def rephrased(self) -> str:
        """Name the first of the words that were put for others, as they are written."""
        shown = ", ".join(self.written(word) for word in islice(sorted(self.carried), 5))
        return f"rephrased: {shown}"

    def replaced(self) -> str:
        """Say which words came, went or were put for each other, the gravest first; empty for none."""
        return (self.replacements or Replacements()).told(self.written)

    def written(self, word: str) -> str:
        """Return a small word without accents as it first stands in what changed, else itself."""
        return self._written.get(word, word)

    @cached_property
    def _written(self) -> Mapping[str, str]:
        changes = (change for piece in self._edited for change in piece.changes)
        every = (word for change in changes for side in (change.before, change.after) for word in words(side))
        return {unaccented(word): cut(word) for word in reversed(tuple(every))}

    def otherwise(self) -> list[tuple[str, str]]:
        """Return the first places of which the words differ, before and after, shortened."""
        changes = (change for piece in self._edited for change in piece.changes)
        return [(cut(each.before), cut(each.after)) for each in islice(changes, _SHOWN)]

    @property
    def _texts(self) -> tuple[str, str]:
        """Return the edited sentences, before and after."""
        return (
            "\n".join(self._a[piece.a_start : piece.a_end] for piece in self._edited),
            "\n".join(self._b[piece.b_start : piece.b_end] for piece in self._edited),
        )

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the words that came or went alone and are names."""
        found = self.replacements or Replacements()
        rare = {
            word
            for word in (*found.gone, *found.came)
            if wordlist.is_rare(word, self._language, times=_NAMED)
        }
        return (self._context.names & rare) - self._context.small if rare else frozenset()

    def others(self) -> set[str]:
        """Return the words that came or went, those aside that stand for each other."""
        old, new = self.changed()
        return (old | new) - self._same

    def changed(self) -> tuple[set[str], set[str]]:
        """Return the words that went, and those that came.

        One that is the other with a slip in it did neither, nor did `US` for `United States`, nor the words
        of a value that is only written otherwise.
        """
        if self._changed is not None:
            return self._changed
        old, new = Counter[str](), Counter[str]()
        light = self._lexicon.light
        for piece in self._edited:
            if stamps.redates(self._a, self._b, piece, self._language):
                continue
            same_a, same_b = self._same_values(piece)
            old_extent, new_extent = self._same_extent(piece)
            for change in piece.changes:
                if self.same_day(
                    with_part(self._a, change.a_start, change.a_end, self._lexicon),
                    with_part(self._b, change.b_start, change.b_end, self._lexicon),
                ):
                    continue
                was = written_out(_outside(same_a, change.before, change.a_start), self._lexicon)
                became = written_out(_outside(same_b, change.after, change.b_start), self._lexicon)
                if abbreviate(was, became, self._lexicon) or self._is_one_apart(was, became):
                    continue
                if len(was) == len(became):
                    pairs = [pair for pair in zip(was, became, strict=True) if not self.is_slip(*pair)]
                    was, became = ([pair[side] for pair in pairs] for side in (0, 1))
                small = ([*map(unaccented, was)], [*map(unaccented, became)])
                is_phrase = self._is_phrase(was, became)
                equal_words = set[str]()
                if is_phrase or old_extent:  # `nearly` and `almost` say the same, and are no phrase
                    equal_words = say_the_same(set(small[0]), set(small[1]), self._lexicon)
                if (is_phrase and not equal_words) or by_prefix(was, became, self._lexicon):
                    self._phrases.append((cut(change.before), cut(change.after)))
                    continue
                gone = [word for word in small[0] if word in equal_words or word not in old_extent]
                came = [word for word in small[1] if word in equal_words or word not in new_extent]
                if len(gone) < len(was) and len(came) < len(became) and light.issuperset((*gone, *came)):
                    self._phrases.append((cut(change.before), cut(change.after)))
                if not self._is_joined(gone, came):
                    self._by_change.append((gone, came))
                old.update(gone)
                new.update(came)
        self._changed = set(old - new), set(new - old)
        return self._changed

    def _is_joined(self, gone: Sequence[str], came: Sequence[str]) -> bool:
        """Tell whether words with a meaning were joined or parted: `goede morgen`, not `the rapist`."""
        return (
            len(gone) != len(came)
            and "".join(gone).replace("-", "") == "".join(came).replace("-", "")
            and self._lexicon.common.isdisjoint((*gone, *came))
        )

    def _is_one_apart(self, was: Sequence[str], became: Sequence[str]) -> bool:
        """Tell whether words were joined or parted that make no other word: `thedestruction`."""
        parts, joined = (was, became) if len(was) > len(became) else (became, was)
        if not len(parts) > len(joined) == 1:
            return False
        old, new = "".join(parts).lower(), joined[0].lower()
        if old.replace("-", "") != new.replace("-", ""):
            return False
        apart = "_".join(map(unaccented, parts))
        if apart in self._lexicon.apart or apart in self._lexicon.apart_otherwise:
            return True
        return hyphens.joins(list(map(str.lower, parts)), new, self._language)

    def _is_phrase(self, was: Sequence[str], became: Sequence[str]) -> bool:
        """Tell whether one of two runs of words is a way to say the other: `is able to`, `can`."""
        if not was or not became or max(len(was), len(became)) > _LONGEST_PHRASE:
            return False
        joined = frozenset("".join(map(unaccented, side)) for side in (was, became))
        return joined in self._lexicon.phrases and self._lexicon.language in LANGUAGES

    @property
    def phrases(self) -> list[tuple[str, str]]:
        """Return the runs of words that were put for others that are known to say much the same."""
        self.changed()
        return self._phrases

    def _same_values(self, piece: Piece) -> tuple[Ranges, Ranges]:
        """Tell where in the two texts an edited sentence says the same number, amount or date."""
        lexicon = self._lexicon
        if not any(quantities.may_hold(change.before, change.after, lexicon) for change in piece.changes):
            return [], []
        a_text = self._a[piece.a_start : piece.a_end].rstrip()
        b_text = self._b[piece.b_start : piece.b_end].rstrip()
        if max(len(a_text), len(b_text)) > _LONGEST_READ:
            return [], []
        old, new = ([slot for slot in self._slots(text) if not slot.weak] for text in (a_text, b_text))
        a_found: list[tuple[int, int]] = []
        b_found: list[tuple[int, int]] = []
        for slot in old:
            other = next((each for each in new if equal(slot, each) or agree(slot, each, lexicon)), None)
            if other is not None:
                new.remove(other)
                a_found.append(
                    (
                        piece.a_start + slot.start,
                        piece.a_start + quantities.end_of_unit(a_text, slot, lexicon),
                    )
                )
                b_found.append(
                    (
                        piece.b_start + other.start,
                        piece.b_start + quantities.end_of_unit(b_text, other, lexicon),
                    )
                )
        return a_found, b_found

    def _same_extent(self, piece: Piece) -> tuple[set[str], set[str]]:
        """Return the words of an edited sentence, before and after, that say the same of how much."""
        old, new = self._a[piece.a_start : piece.a_end], self._b[piece.b_start : piece.b_end]
        if max(len(old), len(new)) > _LONGEST_READ or self._lexicon.language not in LANGUAGES:
            return set(), set()
        return extent.alike(old, new, self._lexicon)

    def _slots(self, text: str) -> tuple[Slot, ...]:
        return quantities.find(text, self._language, self._context.names)

    @property
    def context(self) -> Context:
        """Return what the two texts say of their words."""
        return self._context

    def same_day(self, before: str, after: str) -> bool | None:
        """Tell whether two ways to tell a day tell the same; None where neither is as seen from the text."""
        if not quantities.may_hold(before, after, self._lexicon):
            return None
        return same_day(before, after, self._days, self._language)

    def is_slip(self, was: str, became: str) -> bool:
        """Tell whether one word may be the other with a slip of the hand in it."""
        known = self._slips.get((was, became))
        if known is None and was.replace("-", "").lower() == became.replace("-", "").lower() != "":
            known = True  # whether a hyphen makes another word is asked of the proof
            self._slips[was, became] = known
        if known is None:
            known = self._slips[was, became] = self._context.misspelt(was, became)
        return known

    def _doubled(self, change: Change) -> bool:
        """Tell whether the one word that came or went stands beside itself."""
        text, start, end = (
            (self._a, change.a_start, change.a_end)
            if words(change.before)
            else (self._b, change.b_start, change.b_end)
        )
        word = words(text[start:end])[0].lower()
        before, after = words(text[max(0, start - 40) : start]), words(text[end : end + 40])
        return word in [each.lower() for each in (*before[-1:], *after[:1])]


def _slip(change: Change) -> str:
    return f"{cut(change.before) or 'nothing'} → {cut(change.after) or 'nothing'}"


def _outside(ranges: Ranges, text: str, start: int) -> list[str]:
    """Return the words of a text outside these ranges, `e.g.` as one; `start` is where it begins."""
    if not ranges:
        return words(_LETTERS.sub(lambda found: found[0].replace(".", ""), text) if "." in text else text)
    found: list[str] = []
    at = start
    for token in tokens(text):
        if is_word(token) and not any(first <= at < end for first, end in ranges):
            found.append(token)
        at += len(token)
    return found


def _joined(parts: list[str]) -> str:
    return "".join(parts).lower().replace("-", "").replace("’", "'")
