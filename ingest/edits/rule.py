"""What a rule is that tells edits, and what came of asking it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from ingest.edits.edit import Class, Significance, Subject
from ingest.edits.pair import Pair
from ingest.edits.questions import Answer


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule. `when` says in a sentence when it holds; `asks` finds out, from the two versions alone.

    `evidence` is how far the versions were compared when it holds, and so what an edit can tell of: only the
    `versions`, their `sentences` (there are counts), or their `facts` too (and a notice). `subject` is what a
    substantive edit is about, where the rule alone says so.
    """

    name: str
    kind: Class
    significance: Significance | None
    when: str
    asks: Callable[[Pair], Answer]
    evidence: Literal["versions", "sentences", "facts"] = "facts"
    subject: Subject | None = None


class RuleAnswer(msgspec.Struct, frozen=True):
    """A rule that was asked, and its answer."""

    rule: Rule
    answer: Answer
