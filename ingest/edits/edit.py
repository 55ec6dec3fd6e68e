"""What is said of an edit: its class, whether it matters, its counts, facts and flags.

`rules` says when each class holds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import msgspec

from ingest.edits.annotations import Annotations
from ingest.facts.kinds import Kind

Class = Literal[
    "encoding",
    "annotation",
    "boilerplate",
    "redated",
    "whitespace",
    "typography",
    "markup",
    "revert",
    "truncation",
    "rewrite",
    "factual",
    "spelling",
    "update",
    "wording",
    "damaged",
]
Significance = Literal["none", "cosmetic", "reworded", "substantive"]
Subject = Literal["damage", "fact", "headline", "negation", "attribution", "removed", "added", "rephrased"]
FlagName = Literal["headline", "moved-down", "notice", "silent"]
CLASSES: tuple[Class, ...] = get_args(Class)
SIGNIFICANCES: tuple[Significance, ...] = get_args(Significance)
SUBJECTS: tuple[Subject, ...] = get_args(Subject)
FACTS: tuple[Kind, ...] = get_args(Kind)
FLAGS: tuple[FlagName, ...] = get_args(FlagName)


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """One version's text and what its rendition says of it. `date` is EDTF, `observed` a day, in UTC.

    `normaliser` says what made the text, and so what of it is markup; None is plain text. `annotations` are
    what stands beside it; `unread` says why there is no text, of the earlier version in words. `place_of`
    tells page and heading of a character.
    """

    text: str
    sha256: bytes
    encoding: str | None = None
    lossy: bool = False  # places of it could not be read
    unread: str | None = None  # why there is no text; what the version says of itself is not known then
    date: str | None = None
    observed: str | None = None
    title: str | None = None
    language: str | None = None
    normaliser: str | None = None
    annotations: Annotations | None = None
    place_of: Callable[[int], tuple[int | None, str | None]] | None = None


class Classifier(msgspec.Struct, frozen=True):
    """What told an edit. Two edits of equal classifiers were told by the same rules and the same lists.

    `version` is that of the rules. `lists` is a hash of the languages' files and of the root's own phrases
    and boilerplate; where the dictionary of FreeDict is installed it is named behind that.
    """

    name: str
    version: int
    lists: str


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many sentences and words; a split or merged one is edited; words that only moved do not count."""

    sentences_added: int = 0
    sentences_removed: int = 0
    sentences_edited: int = 0
    sentences_moved: int = 0
    words_added: int = 0
    words_removed: int = 0


class ChangedFact(msgspec.Struct, frozen=True, kw_only=True):
    """What a fact was and is, in which sentence, and where in the two texts.

    `page` and `heading` are where it is in the new version; null where they are not known.
    """

    kind: Kind
    before: str | None
    after: str | None
    sentence: str
    from_offset: int
    to_offset: int
    page: int | None = None
    heading: str | None = None


class Flag(msgspec.Struct, frozen=True, rename={"start": "from"}):
    """A name, and why it was raised.

    Of a paragraph that moved down `start` (in JSON `from`) and `to` are its places, from 1, and `of` is how
    many there are now; of any other flag they are null.
    """

    name: FlagName
    reason: str
    start: int | None = None
    to: int | None = None
    of: int | None = None


class Summary(msgspec.Struct, frozen=True):
    """What one line says of an edit. `flags` are the names of its flags.

    `page` and `heading` are where its first fact is; None where it has none, or where that is not known.
    """

    significance: str
    kind: str
    flags: tuple[str, ...]
    reason: str
    page: int | None = None
    heading: str | None = None

    @property
    def words(self) -> str:
        """Return significance, class and the flags that are shown: `substantive: factual, silent`."""
        openness = "silent" if "silent" in self.flags else "open"
        more = [openness] if self.significance == "substantive" else []
        more += [name for name in ("headline", "moved-down", "notice") if name in self.flags]
        return ", ".join((f"{self.significance}: {self.kind}", *more))


class Edit(msgspec.Struct, frozen=True, kw_only=True, rename={"kind": "class"}):
    """What kind of edit made a version. In JSON `kind` is `class`; at most 500 facts are named.

    `rule` is the name of the rule that decided the class.

    Of a substantive edit `silent` says whether its version brings no notice of it, and `subject` is the
    gravest thing that it is about, the first in `SUBJECTS`. Of any other both are null. `facts_reason` says
    why only figures and quotations were looked for: no words of the text's language are known.
    `ways_differ` are the normalisers of the two texts, where they are two: what differs may be the reading's.
    """

    kind: Class
    significance: Significance
    silent: bool | None = None
    subject: Subject | None = None
    rule: str
    reason: str
    classifier: Classifier
    revert_of: int | None = None
    counts: Counts = Counts()
    facts: tuple[ChangedFact, ...] = ()
    facts_reason: Literal["unknown-language"] | None = None
    flags: tuple[Flag, ...] = ()
    ways_differ: tuple[str, str] | None = None

    @property
    def summary(self) -> Summary:
        """Return the same in short."""
        flags = tuple(flag.name for flag in self.flags)
        first = next(iter(self.facts), None)
        page, heading = (None, None) if first is None else (first.page, first.heading)
        return Summary(self.significance, self.kind, flags, self.reason, page, heading)
