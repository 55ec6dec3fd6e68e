"""Two versions of a document as the rules compare them.

Each part is made when it is first asked for, and once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import msgspec

from ingest.diff import sequences
from ingest.diff.sentences import Comparison, compare
from ingest.edits import boilerplate, short_sentences, speech, split_sentences
from ingest.edits.anchors import own_day
from ingest.edits.annotations import AnnotationDifference, differences
from ingest.edits.boilerplate import Remainder
from ingest.edits.difference import Difference, bare, counts_of
from ingest.edits.edit import ChangedFact, Counts, Text
from ingest.edits.settings import RootRules
from ingest.text.words import same_folded_words, same_words, without_blanks

_ROWS = "markdown"  # the way of texts in which the end of a line is a blank
_CUES = "subtitles"  # that of texts whose lines are as wide as a picture


class Pair:
    """The texts of two versions, without the boilerplate of their root, and what lies between them.

    `before` and `after` have what is said alone: no boilerplate, no markup; where only boilerplate differs,
    they have the same text. `earlier` are the numbers and text hashes of versions before `before`.
    `comparison` is of the texts without boilerplate; where there is markup it is made anew.
    """

    def __init__(
        self,
        before: Text,
        after: Text,
        *,
        earlier: Sequence[tuple[int, bytes]],
        rules: RootRules,
        comparison: Comparison | None = None,
    ) -> None:
        self.rules = rules
        self.earlier = earlier
        self.language = after.language or before.language
        # what of it differs, if nothing else does
        self.boilerplate: tuple[str | None, str | None] | None = None
        self._cut: tuple[Remainder, Remainder] | None = None
        if rules.boilerplate and before.text != after.text:
            old, new = (
                boilerplate.strip(each.text, each.language, rules.boilerplate) for each in (before, after)
            )
            if old.cut or new.cut:
                self._cut = old, new
                gone, came = boilerplate.difference(old, new)
                if (gone or came) is not None and boilerplate.same_rest(old, new):
                    self.boilerplate = gone, came
                rest = new.text if self.boilerplate is None else old.text
                before = msgspec.structs.replace(before, text=old.text)
                after = msgspec.structs.replace(after, text=rest)
        # with their markup, to tell whether they are equal
        self._written = before.text, after.text
        reads = speech.speech_of if before.text != after.text else speech.whole
        self._speech = speech.titled_alike(reads(before), reads(after))
        a, b = (each.text for each in self._speech)
        if a is not before.text or b is not after.text:
            comparison = None
        self.before = msgspec.structs.replace(before, text=a)
        self.after = msgspec.structs.replace(after, text=b)
        self._comparison = comparison

    @property
    def same_text(self) -> bool:
        """Tell whether the texts are equal, markup and all."""
        return self._written[0] == self._written[1]

    @property
    def same_but_for_blanks(self) -> bool:
        """Tell whether the texts are equal without white space, markup and all."""
        old, new = self.apart if self._is_all_speech else sequences.apart(*self._written)
        return without_blanks(old) == without_blanks(new)

    @cached_property
    def apart(self) -> tuple[str, str]:
        """Return the stretches of the two texts that differ: see `sequences.apart`."""
        return sequences.apart(self.before.text, self.after.text)

    @property
    def _is_all_speech(self) -> bool:
        return self._written[0] is self.before.text and self._written[1] is self.after.text

    @cached_property
    def same_speech(self) -> bool:
        """Tell whether the same words and signs stand in both, whatever their markup is."""
        old, new = self.apart
        return without_blanks(old) == without_blanks(new) and same_words(old, new)

    @cached_property
    def same_run(self) -> bool:
        """Tell whether the same words follow each other in both, wherever a sentence ends."""
        return self.same_speech or same_folded_words(*self.apart)

    @cached_property
    def markup(self) -> list[speech.Difference]:
        """Return what of the markup differs."""
        if self.same_text:
            return []
        found = speech.differences(*self._speech)
        if all((each.normaliser or "").startswith(_ROWS) for each in (self.before, self.after)):
            found += speech.outlined(self._written, *self._speech)
        return found

    @cached_property
    def beside(self) -> list[AnnotationDifference]:
        """Return what differs beside the texts."""
        return differences(self.before.annotations, self.after.annotations, same_text=self.same_text)

    @cached_property
    def headline(self) -> tuple[str | None, str | None] | None:
        """Return the two headlines, where they differ by more than typography; boilerplate is none."""
        titles = [each for each in self.markup if each.nature == "title"]
        if titles and titles[0].before and titles[0].after:
            return titles[0].before, titles[0].after
        said = (speech.headline(each) for each in (self.before, self.after))
        old, new = (
            None if title is None or boilerplate.matches(title, self.rules.boilerplate) else title
            for title in said
        )
        if old == new or (old and new and bare(old) == bare(new)):
            return None
        return old, new

    @cached_property
    def comparison(self) -> Comparison:
        """Return the two texts, sentence by sentence; a short one that was put for another is edited."""
        a, b = self.before.text, self.after.text
        comparison = self._comparison or compare(a, b, language=self.language)
        paired = short_sentences.pair(a, b, comparison, self.language)
        return split_sentences.join_parts(a, b, paired, self.language)

    @cached_property
    def counts(self) -> Counts:
        """Tell how many sentences and words came, went or were edited."""
        return counts_of(self.comparison)

    @cached_property
    def difference(self) -> Difference:
        """Return the facts, words and notice of what differs."""
        before, after = self.before, self.after
        return Difference(
            self.before.text,
            self.after.text,
            self.language,
            self.comparison,
            self.rules.phrases,
            beside=speech.facts(self.markup),
            days=(own_day(before.date, before.observed), own_day(after.date, after.observed)),
            lines=not (after.normaliser or "").startswith(_ROWS),
            rows=not (after.normaliser or "").startswith((_ROWS, _CUES)),
        )

    @cached_property
    def revert_of(self) -> int | None:
        """Return the newest of the earlier versions that had the text of `after`; None where none had."""
        return max((number for number, sha256 in self.earlier if sha256 == self.after.sha256), default=None)

    @property
    def facts(self) -> tuple[ChangedFact, ...]:
        """Return the changed facts, with their places in the whole texts."""
        return tuple(
            msgspec.structs.replace(
                fact, from_offset=self._place(0, fact.from_offset), to_offset=self._place(1, fact.to_offset)
            )
            for fact in self.difference.facts
        )

    def _place(self, side: int, offset: int) -> int:
        """Tell where a place of what is said is in the whole text of its version."""
        there = self._speech[side].place(offset)
        return there if self._cut is None else self._cut[side].place(there)
