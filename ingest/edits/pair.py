"""Two versions of a document as the rules compare them.

Each part is made when it is first asked for, and once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import msgspec

from ingest.diff.sentences import Comparison, compare
from ingest.edits import boilerplate, put_for
from ingest.edits.boilerplate import Stripped
from ingest.edits.difference import Difference, bare, counts_of
from ingest.edits.edit import ChangedFact, Counts, Text
from ingest.edits.settings import RootRules


class Pair:
    """The texts of two versions, without the boilerplate of their root, and what lies between them.

    `before` and `after` have no boilerplate; where nothing else differs, they have the same text. `earlier`
    are the numbers and text hashes of versions before `before`. `comparison` is of the texts without it.
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
        self.boilerplate: tuple[str | None, str | None] | None = (
            None  # what of it differs, if nothing else does
        )
        self._cut: tuple[Stripped, Stripped] | None = None
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
        self.before, self.after = before, after
        self._comparison = comparison

    @property
    def same_text(self) -> bool:
        """Whether the texts are equal."""
        return self.before.text == self.after.text

    @cached_property
    def headline(self) -> tuple[str | None, str | None] | None:
        """The two headlines, where they differ by more than typography; boilerplate is none."""
        old, new = (
            None
            if each.title is None or boilerplate.matches(each.title, self.rules.boilerplate)
            else each.title
            for each in (self.before, self.after)
        )
        if old == new or (old and new and bare(old) == bare(new)):
            return None
        return old, new

    @cached_property
    def comparison(self) -> Comparison:
        """The two texts, sentence by sentence; a short one that was put for another is edited."""
        a, b = self.before.text, self.after.text
        comparison = self._comparison or compare(a, b, language=self.language)
        return put_for.paired(a, b, comparison, self.language)

    @cached_property
    def counts(self) -> Counts:
        """How many sentences and words came, went or were edited."""
        return counts_of(self.comparison)

    @cached_property
    def difference(self) -> Difference:
        """The facts, words and notice of what differs."""
        return Difference(
            self.before.text, self.after.text, self.language, self.comparison, self.rules.phrases
        )

    @cached_property
    def revert_of(self) -> int | None:
        """The newest of the earlier versions that had the text of `after`; None where none had."""
        return max((number for number, sha256 in self.earlier if sha256 == self.after.sha256), default=None)

    @property
    def facts(self) -> tuple[ChangedFact, ...]:
        """The changed facts, with their places in the whole texts."""
        if self._cut is None:
            return self.difference.facts
        old, new = self._cut
        return tuple(
            msgspec.structs.replace(
                fact, from_offset=old.place(fact.from_offset), to_offset=new.place(fact.to_offset)
            )
            for fact in self.difference.facts
        )
