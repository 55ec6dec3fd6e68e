"""Phrases with which an article says that it was corrected or updated.

Those known here, in Dutch, English and German, and those of a publisher's own, in any language.

A publisher's phrase is literal text, compared without regard to capitals, quotes, dashes and blanks. Those
known here speak of the article itself: `this article was amended`, and not `the bill was amended`. Some
count only at a sentence's start and before a mark or a digit: `Update:`, `Correctie (12 maart)`.
"""

from __future__ import annotations

import functools

from ingest.edits import stamps
from ingest.edits.settings import NO_PHRASES, Phrases
from ingest.expressions import expression
from ingest.facts import quotations
from ingest.text.lexicon import Lexicon
from ingest.text.lexicons import lexicon_of
from ingest.text.words import folded, unaccented, words

_OPENING = (
    "addendum", "amended", "amendment", "clarification", "clarifications", "corrected", "correction appended",
    "correction notice", "correction", "corrections", "corrections and clarifications",
    "corrections & clarifications", "editor's note",
    "editors' note", "errata", "erratum", "note to readers", "retraction", "updated", "update",
    "aangepast", "aanvulling", "aanvullingen", "aanvullingen en verbeteringen", "bijgewerkt", "correctie",
    "correcties", "correcties en aanvullingen", "gecorrigeerd", "gerectificeerd", "herstel", "naschrift",
    "naschrift redactie", "naschrift van de redactie",
    "noot van de redactie", "noot redactie", "rectificatie", "rectificaties",
    "aktualisierung", "anmerkung der redaktion", "berichtigung", "hinweis der redaktion", "korrektur",
    "korrekturhinweis", "nachtrag", "richtigstellung",
    "redactioneel naschrift", "toevoeging", "verbetering", "verbeteringen", "verduidelijking",
)  # fmt: skip
_PIECE = (
    "(?:article|story|post|page|report|piece|item|column|headline|(?:live ?)?blog|interview|review|obituary"
    "|caption|dispatch|newsletter|explainer|analysis|feature|profile|essay|timeline|gallery|transcript|guide)"
)
_STUK = (
    "(?:artikel|nieuwsartikel|bericht|nieuwsbericht|stuk|opiniestuk|verhaal|tekst|kop|titel|(?:live)?blog"
    "|column|interview|recensie|reportage|analyse|onderschrift|bijschrift|nieuwsbrief|pagina|item|kader"
    "|inleiding|grafiek)"
)
_CHANGED = (
    "(?:updated|amended|corrected|edited|revised|changed|clarified|modified|altered|retracted|withdrawn)"
)
_AANGEPAST = (
    "(?:aangepast|gewijzigd|gecorrigeerd|bijgewerkt|geactualiseerd|aangevuld|verbeterd|herzien"
    "|gerectificeerd|ge-?[uü]pdatet?|hersteld|veranderd|verduidelijkt)"
)
_ABUIS = "(?:abusievelijk|per abuis|ten onrechte|onterecht|foutief|onjuist)"
_STAMPED = r"(?:\A|[|·•,;:(.-])\W{0,20}"  # where a line begins that says when, or a part of it
_ANYWHERE = expression(
    "|".join(
        (
            rf"\b(?:earlier|previous|prior|original) versions? of (?:this|the|our) (?:\w+ )?{_PIECE}\b",
            r"\bin an? (?:earlier|previous) version\b(?! of)",
            (
                r"\ban? (?:earlier|previous) version (?:said|stated|gave|misstated|misspelled|misspelt"
                r"|misidentified|incorrectly|wrongly|mistakenly|contained|referred|reported|named|omitted)\b"
            ),
            (
                rf"\bthis {_PIECE}(?: and \w+)?"
                rf" (?:was|were|has been|has since been|have been) (?:\w+ )?{_CHANGED}\b"
            ),
            (
                r"\bthe (?:article|story|headline)(?: and \w+)?"
                rf" (?:was|were|has been|has since been|have been) (?:\w+ )?{_CHANGED}\b(?! by\b)"
            ),
            rf"\b(?:of|on) this {_PIECE} (?:was|were|has been|have been) (?:\w+ )?{_CHANGED}\b",
            (
                r"\b(?:it|text|copy|figure|name|spelling|caption|headline|sentence|paragraph) (?:has|have)"
                r" (?:since )?been (?:corrected|updated) to (?:reflect|show|say|state|include|clarify)\b"
            ),
            (
                rf"\bthis {_PIECE} (?:originally|previously|initially|incorrectly|mistakenly|wrongly"
                r"|misstated|misspelled|misspelt|misidentified|misattributed|misquoted)\b"
            ),
            (
                r"\b(?:because of|due to|owing to) an? (?:\w+ )?error,?"
                r" (?:this|an earlier|a previous|the (?:article|story|headline))\b"
            ),
            r"\berrors? in (?:the|an|our) (?:original|earlier|previous) version\b",
            r"\bthis version corrects\b|\bthis corrects\b|\bcorrection was made\b",
            r"\A\W*updates (?:with|throughout)\b",
            r"\b(?:was|were) further (?:amended|updated|corrected) on\b",
            (
                r"\A\W*corrects? (?:the )?(?:\w+ )?(?:spelling|name|figure|headline|paragraph|date|day|typo"
                r"|attribution|title|year|age|number|byline|dateline|quote)s?\b"
            ),
            r"\bcorrects spelling\b|\bregrets? the errors?\b",
            (
                rf"\bwe have (?:since )?corrected (?:the|this|that|our|an?) (?:{_PIECE}|error|mistake"
                r"|spelling|figures?|name|text|date|quote|typo)\b"
            ),
            r"\bwe apologi[sz]e for (?:the|this|any) error\b",
            rf"{_STAMPED}(?:(?:this )?article last|last|article) (?:updated|edited|modified)\b(?! in )",
            r"\A\W*updated (?:on|at|with|to)\b|\bpublished .{0,40}\bupdated\b",
            rf"\b(?:eerdere|vorige|oudere|eerste) versies? van (?:dit|deze|het|de|ons) {_STUK}\b",
            r"\bin een (?:eerdere|vorige|oudere) versie\b(?! van)",
            rf"\b(?:dit|deze) {_STUK} (?:is|werd|zijn|werden)\b.{{0,80}}?\b{_AANGEPAST}\b",
            (
                r"\b(?:het|de) (?:artikel|bericht|stuk|verhaal|tekst|kop|titel) (?:is|werd) (?:\w+ ){0,2}?"
                r"(?:aangepast|gewijzigd|gecorrigeerd|bijgewerkt|geactualiseerd|gerectificeerd)\b"
            ),
            rf"\bde (?:kop|titel|tekst) (?:van|boven|bij) dit {_STUK} (?:is|werd)\b",
            rf"\A\W*(?:dit|dat|deze fout|die fout|de fout) (?:is|werd) (?:\w+ )?{_AANGEPAST}\W*\Z",
            rf"\b(?:fout|foutje|vergissing) (?:is|werd) (?:\w+ )?{_AANGEPAST}\b",
            (
                r"\bdoor een (?:\w+ )?(?:fout|foutje|vergissing|misverstand)\b.{0,40}"
                r"\b(?:stond|stonden|werd|is) (?:hier|in (?:dit|deze|een eerdere))\b"
            ),
            (
                r"\A\W*(?:de|het) (?:naam|spelling|datum|titel|functie|leeftijd|cijfer|bedrag|aantal"
                r"|jaartal)\b.{0,50}?\b(?:is|werd) (?:\w+ )?(?:gecorrigeerd|gerectificeerd|aangepast)\W*\Z"
            ),
            r"\banders dan (?:\w+ )?(?:eerder|aanvankelijk) (?:vermeld|gemeld|geschreven|bericht|stond)\b",
            r"\b(?:redactie|wij|we) betreur(?:t|en) (?:de|deze) (?:fout|vergissing)\b",
            (
                rf"\b(?:in|boven|bij) (?:dit|deze) {_STUK} (?:stond|stonden|werd|werden|was|is)\b.{{0,40}}?"
                rf"\b(?:eerder|aanvankelijk|oorspronkelijk|{_ABUIS})\b"
            ),
            rf"\bin (?:de \w+ (?:van|boven|bij) )?(?:dit|deze) {_STUK} stond\b",
            r"\A\W*(?:aangepast|gewijzigd|gecorrigeerd) op [0-9]",
            rf"\bhier stond (?:eerder|aanvankelijk|{_ABUIS})\b",
            r"\b(?:eerder|aanvankelijk) stond (?:hier|in dit|in deze)\b",
            r"\b(?:eerder|aanvankelijk) (?:meldden|schreven) (?:we|wij)\b",
            r"\b(?:abusievelijk|per abuis) (?:vermeld|gemeld|geschreven|genoemd|stond)\b",
            r"\bonze excuses voor de fout\b",
            (
                rf"{_STAMPED}(?:voor het )?laatste? (?:bijgewerkt|gewijzigd|update)"
                r"(?=\W*(?:[0-9]|op |om |\Z))"
            ),
            r"\bbijgewerkt (?:om|op) (?=[0-9])",
            r"\bin (?:einer|der) (?:früheren|vorherigen|ursprünglichen|ersten) (?:version|fassung)\b",
            (
                r"\bdies(?:er|e|es) (?:artikel|text|beitrag|meldung|bericht|interview) (?:wurde|ist)"
                r" (?:\w+ )?"
                r"(?:aktualisiert|korrigiert|berichtigt|geändert|überarbeitet|ergänzt)\b"
            ),
            r"\bwir haben (?:den|das|die|diesen) \w+ (?:korrigiert|berichtigt|richtiggestellt)\b",
        )
    )
)
_SIGNS = (
    "versi", "updat", "amend", "correct", "edited", "revis", "chang", "clarif", "modif", "alter", "retract",
    "withdr", "apolog", "regret", "this ", "aangepast", "gewijzigd", "gecorrig", "bijgewerkt", "actuali",
    "aangevuld", "verbeterd", "herzien", "gerectif", "pdate", "hersteld", "veranderd", "verduid", "dit ",
    "deze ", "stond", "schreven", "meldden", "abus", "excuses", "error", "betreur", "anders dan",
    "fassung", "aktualisiert", "korrigiert", "berichtigt", "geändert", "überarbeitet", "ergänzt",
    "richtiggestellt",
)  # fmt: skip
"""Of these a phrase that is looked for anywhere has one: most sentences are told by them alone."""
_SKIPPED = expression(r"[\W_]*")
_OPENS = expression(
    f"({'|'.join(sorted(_OPENING, key=len, reverse=True))})"
    r"(?:\s*(?:[\])(:\[|/*-]|[0-9]|\Z)|[.!]\s*\Z"
    # Correction, March 5: …
    r"|(?:,| on| at| op| om) [^:]{0,30}[0-9][^:]{0,20}:)"
)


def find(sentence: str, language: str | None, own: Phrases = NO_PHRASES) -> str | None:
    """Return the phrase that makes a sentence a notice, or None.

    Of `own` phrases those of the language are looked for, or where there are none those of every language;
    they count anywhere in a sentence, and beside those known here, which are looked for in all texts. What
    somebody is quoted to have said is no known one.
    """
    text = folded(sentence)
    for each in (language,) if language is not None and own.get(language) else own:
        for phrase in own[each]:
            literal = _literal(phrase)
            if literal and literal in text:
                return phrase
    if not lexicon_of(language).is_known:
        return None
    found = _known(text)
    quoted = [] if found is None else quotations.find(sentence)
    if not quoted:
        return found
    starts, ends = [0, *(end for _, end in quoted)], [*(start for start, _ in quoted), len(sentence)]
    return _known(folded("".join(sentence[start:end] for start, end in zip(starts, ends, strict=True))))


def _known(text: str) -> str | None:
    opened = _OPENS.match(text, _past_marks(text))
    if opened:
        return opened[1]
    if not any(sign in text for sign in _SIGNS):
        return None
    found = _ANYWHERE.search(text)
    return found[0][_past_marks(found[0]) :] if found else None


_literal = functools.lru_cache(maxsize=4096)(folded)


def says_more(old: str, new: str, lexicon: Lexicon) -> bool:
    """Tell whether a notice that stood there tells of something more, and not only of a time.

    Two words that carry meaning, or one in a sentence that is longer by two.
    """
    if stamps.read(new, lexicon.language, at_head=False) is not None:
        return False
    was, becomes = words(old), words(new)
    there = {unaccented(word) for word in was}
    more = len({unaccented(word) for word in becomes} - there - lexicon.light)
    return more > 1 or (more == 1 and len(becomes) - len(was) > 1)


def _past_marks(text: str) -> int:
    marks = _SKIPPED.match(text)
    return marks.end() if marks else 0
