"""What a substantive edit is about: the gravest thing that it touches."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from ingest.edits.edit import Counts, Subject
from ingest.facts.kinds import Kind
from ingest.text.lexicon import Lexicon


def subject_of(
    *,
    counts: Counts,
    facts: AbstractSet[Kind],
    words: AbstractSet[str],
    elsewhere: bool,
    quotation_gone: bool,
    headline: bool,
    lexicon: Lexicon,
) -> Subject:
    """Return the gravest of what a substantive edit touches, the first in `edit.SUBJECTS`.

    A fact other than a negation or a quotation; the headline; a negation, or a word that says how sure or how
    true something is; who says something, or a quotation; text that went; text that came; else words put for
    others.

    `facts` are the kinds of those that changed, `words` those that came or went in edited sentences, small
    and without accents. `elsewhere` says that a `not` or an `only` is said of another word, `quotation_gone`
    that a sentence with a quotation went, `headline` that the headline is another.
    """
    if facts - {"negation", "quotation"}:
        return "fact"
    if headline:
        return "headline"
    if "negation" in facts or elsewhere or words & lexicon.certainty:
        return "negation"
    if "quotation" in facts or quotation_gone or words & lexicon.attribution:
        return "attribution"
    came = bool(counts.sentences_added or counts.words_added)
    if counts.sentences_removed or (counts.words_removed and not came):
        return "removed"
    return "added" if counts.sentences_added or (came and not counts.words_removed) else "rephrased"
