"""Phrases with which an article says that it was corrected or updated: those known here, in Dutch and
English, and those of a publisher's own, in any language.

A phrase is literal text, compared without regard to capitals, quotes, dashes and blanks. Some
count only at a sentence's start and before a mark or a digit: `Update:`, `Correctie (12 maart)`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from ingest.compare.words import folded

Phrases = Mapping[str, Sequence[str]]  # a publisher's own, by language
NONE: Phrases = MappingProxyType({})

_OPENING = {
    "en": (
        "correction", "corrections", "clarification", "update", "updated", "editor's note",
        "editors' note", "erratum", "note to readers", "amendment", "corrected", "retraction",
    ),
    "nl": (
        "correctie", "rectificatie", "aanvulling", "naschrift", "verduidelijking", "update",
        "bijgewerkt", "noot van de redactie", "redactioneel naschrift", "herstel", "verbetering",
        "errata", "erratum", "aangepast", "gecorrigeerd", "toevoeging",
    ),
}  # fmt: skip
_ANYWHERE = {
    "en": (
        "an earlier version of this", "a previous version of this", "an earlier version said",
        "earlier versions of this", "previous versions of this", "in an earlier version",
        "in a previous version", "this article was updated", "this article has been updated",
        "this story was updated", "this story has been updated", "this post has been updated",
        "this page was updated", "this report has been updated", "this piece was updated",
        "this article was amended", "this article has been amended", "was amended on",
        "this article was corrected", "this article has been corrected",
        "this story has been corrected", "this story was corrected", "this corrects",
        "corrects spelling", "we have corrected", "has been corrected to", "was corrected to",
        "the headline has been", "the headline was changed", "the headline was amended",
        "has been updated to reflect", "has been updated to include", "updated to include",
        "updated to reflect", "updated with", "this article originally", "this story originally said",
        "originally stated", "originally misstated", "incorrectly stated", "misstated",
        "we apologise for the error", "we apologize for the error", "we regret the error",
        "regrets the error", "last updated", "article was edited on", "has been clarified",
        "this version corrects", "updated on", "updated at",
    ),
    "nl": (
        "een eerdere versie van dit", "in een eerdere versie", "eerdere versie van dit artikel",
        "in een vorige versie", "een vorige versie van dit", "dit artikel is aangepast",
        "dit artikel is bijgewerkt", "dit artikel is gecorrigeerd", "dit artikel is geactualiseerd",
        "dit artikel is gewijzigd", "dit artikel werd aangepast", "dit artikel is op",
        "dit bericht is aangepast", "dit bericht is bijgewerkt", "dit bericht is gecorrigeerd",
        "dit bericht is geactualiseerd", "dit stuk is aangepast", "dit verhaal is aangepast",
        "de kop is aangepast", "de kop van dit artikel is", "de tekst is aangepast",
        "in dit artikel stond eerder", "in dit artikel stond aanvankelijk", "in dit bericht stond",
        "hier stond eerder", "hier stond aanvankelijk", "eerder stond in dit",
        "aanvankelijk stond in dit", "aanvankelijk stond hier", "eerder meldden we",
        "eerder meldden wij", "eerder schreven we", "eerder schreven wij", "dit is gecorrigeerd",
        "dat is aangepast", "dit is aangepast", "dat is gecorrigeerd", "is hersteld",
        "onze excuses voor de fout", "laatst bijgewerkt", "laatste update", "bijgewerkt om",
        "bijgewerkt op", "correctie op",
    ),
}  # fmt: skip
_STAMPS = (
    "published", "first published", "gepubliceerd", "geplaatst", "last updated", "last modified", "laatst",
    "laatste update", "updated", "bijgewerkt", "posted",
)  # fmt: skip
_SKIPPED = re.compile(r"[\W_]*")
_AFTER_OPENING = re.compile(r"\s*(?:[:(\[|/*-]|[0-9]|\Z)|[.!]\s*\Z")


def find(sentence: str, language: str | None, own: Phrases = NONE) -> str | None:
    """The phrase that makes a sentence a notice, or None.

    Phrases of the language are looked for; where none are known in it, those of every language. `own`
    phrases count anywhere in a sentence, and beside the known ones.
    """
    text = folded(sentence)
    for each in (language,) if language is not None and own.get(language) else own:
        for phrase in own[each]:
            literal = _literal(phrase)
            if literal and literal in text:
                return phrase
    spoken = (language,) if language in _ANYWHERE else ("en", "nl")
    start = _past_marks(text)
    for each in spoken:
        for phrase in _OPENING[each]:
            if text.startswith(phrase, start) and _AFTER_OPENING.match(text, start + len(phrase)):
                return phrase
        for phrase in _ANYWHERE[each]:
            if phrase in text:
                return phrase
    return None


_literal = functools.lru_cache(maxsize=4096)(folded)


def is_stamp(sentence: str) -> bool:
    """Whether a sentence is a short line that only says when it was published or brought up to date."""
    if len(sentence) > 120 or not any(map(str.isdigit, sentence)):
        return False
    text = folded(sentence)
    return text.startswith(_STAMPS, _past_marks(text))


def _past_marks(text: str) -> int:
    marks = _SKIPPED.match(text)
    return marks.end() if marks else 0
