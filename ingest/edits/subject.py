"""What a substantive edit is about: the gravest thing that it touches."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from ingest.edits.edit import Class, Counts, Subject
from ingest.facts.model import Kind
from ingest.text.lexicon import NEGATIONS, word_set
from ingest.text.words import MODALS

CERTAINTY = word_set("""
    alleged allegedly alleges apparent apparently reported reportedly supposed supposedly suspected possible
    possibly probable probably likely unlikely perhaps maybe certain certainly definitely confirmed
    unconfirmed proven unproven never always only denied denies deny denying admitted admits admit admitting
    confessed confesses confess refused refuses refuse true false untrue guilty innocent
    vermeend vermeende vermoedelijk vermoedelijke mogelijk mogelijke waarschijnlijk waarschijnlijke wellicht
    misschien verluidt zogenaamd zogenaamde zogeheten verdacht verdachte zeker zekere
    bevestigd onbevestigd bewezen onbewezen altijd alleen ontkent ontkende ontkennen ontkend bekent
    bekennen weigert weigerde weigeren onwaar schuldig onschuldig
""")
"""Words that say how sure or how true something is."""

ATTRIBUTION = word_set("""
    according said says say told tells stated states claimed claims claim added adds wrote writes announced
    announces argued argues insisted insists declared declares explained explains quoted quotes
    volgens aldus zei zegt zeggen vertelde vertelt stelde stelt beweerde beweert schreef schrijft meldde meldt
    verklaarde verklaart benadrukte benadrukt citeerde citeert
""")
"""Words that say who says something."""


def subject_of(
    *,
    kind: Class,
    counts: Counts,
    facts: AbstractSet[Kind],
    words: AbstractSet[str],
    elsewhere: bool,
    quotation_gone: bool,
    headline: bool,
) -> Subject:
    """The gravest of what a substantive edit touches, the first in `edit.SUBJECTS`.

    A fact other than a negation or a quotation; the headline; a negation, or a word that says how sure or how
    true something is; who says something, or a quotation; text that went; text that came; else words put for
    others. What a cut took is text that went, whatever it held.

    `facts` are the kinds of those that changed, `words` those that came or went in edited sentences, small
    and without accents. `elsewhere` says that a `not` or an `only` is said of another word, `quotation_gone`
    that a sentence with a quotation went, `headline` that the headline is another.
    """
    if kind == "truncation":
        return "removed"
    if facts - {"negation", "quotation"}:
        return "fact"
    if headline:
        return "headline"
    if "negation" in facts or elsewhere or words & (NEGATIONS | MODALS | CERTAINTY):
        return "negation"
    if "quotation" in facts or quotation_gone or words & ATTRIBUTION:
        return "attribution"
    came = bool(counts.sentences_added or counts.words_added)
    if counts.sentences_removed or (counts.words_removed and not came):
        return "removed"
    return "added" if counts.sentences_added or (came and not counts.words_removed) else "rephrased"
