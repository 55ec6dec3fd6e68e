"""Stamps: short lines that say when a text was published, brought up to date, or takes effect.

A stamp is known by its label, whatever it says behind it: a date, a time, a placeholder such as `[DATE]`,
or nothing. `Published`, `Last updated` and the like speak of the text. `Effective` and the like speak of what
the text is about: their dates are facts. A line that is both is one of effect.
"""

from __future__ import annotations

import re

import msgspec

from ingest.diff.sentences import Piece
from ingest.expressions import expression
from ingest.facts import quantities
from ingest.text.lexicon import word_set
from ingest.text.lexicons import lexicon_of
from ingest.text.words import words

HEAD = 3  # sentences, among which a date alone is that of the text
_LONGEST = 120  # characters
_MOST_REST = 6  # words of a stamp beside its label and its dates

_PUBLISHED = (
    "published", "first published", "originally published", "publication date", "date published", "posted",
    "posted on", "updated", "last updated", "last update", "last modified", "last edited", "last revised",
    "last changed", "last amended", "last reviewed", "revised", "modified", "date modified",
    "date updated", "date of publication", "date", "dated", "issued", "created", "version date",
    "page last updated", "page last modified", "this page was last updated", "this page was last modified",
    "this page was last edited", "this policy was last updated", "this document was last updated",
    "article last updated", "gepubliceerd", "geplaatst", "laatst bijgewerkt", "voor het laatst bijgewerkt",
    "laatst gewijzigd", "laatste update", "laatste wijziging", "laatst aangepast", "laatst herzien",
    "bijgewerkt", "gewijzigd", "herzien", "datum", "publicatiedatum", "datum publicatie",
    "deze pagina is voor het laatst bijgewerkt", "veröffentlicht", "erschienen", "aktualisiert",
    "zuletzt aktualisiert", "zuletzt geändert", "letzte aktualisierung", "letzte änderung", "stand",
    "datum der veröffentlichung",
)  # fmt: skip
_EFFECT = (
    "effective", "effective date", "date of effect", "date effective", "in effect", "in force",
    "comes into force", "enters into force", "entry into force", "applicable from", "applies from",
    "valid from", "valid until", "valid through", "expires", "expiry date", "expiration date",
    "commencement", "commencement date", "deadline", "closing date", "due date", "ingangsdatum",
    "van kracht", "geldig", "in werking", "treedt in werking", "inwerkingtreding", "vervaldatum",
    "einddatum", "sluitingsdatum", "uiterste datum", "gültig ab", "gültig bis", "gültig", "in kraft",
    "in kraft getreten", "tritt in kraft", "inkrafttreten", "wirksam ab", "wirksam", "ablaufdatum",
    "stichtag",
)  # fmt: skip
_BETWEEN = word_set("""
    on at to in the of by as from since version v time date utc gmt cet cest est edt et pst pdt pt am pm
    op om te het de vanaf per uur datum tijd um der den ab uhr
""")
_SKIPPED = expression(r"[\W_]*")
_LABEL = expression(
    rf"(?:{'|'.join(sorted(map(re.escape, (*_PUBLISHED, *_EFFECT)), key=len, reverse=True))})\b",
    re.IGNORECASE,
)
_BEGUN = 3  # letters, of which no label has fewer
_BEGINNINGS = frozenset(label[:_BEGUN] for label in (*_PUBLISHED, *_EFFECT))
_OF_EFFECT = expression(
    rf"\b(?:{'|'.join(sorted(map(re.escape, _EFFECT), key=len, reverse=True))})\b", re.IGNORECASE
)
_PLACEHOLDER = expression(
    r"\[[^\]\n]{0,40}\]|\{\{?[^}\n]{0,40}\}\}?|<[^<>\n]{1,40}>|_{3,}|\.{4,}|x{2,}"
    r"|\b(?:tbd|tba|tbc|n\.?n\.?b\.?|n\.?t\.?b\.?|dd[-/.]mm[-/.]y{2,4}|mm[-/.]dd[-/.]y{2,4}|yyyy(?:-mm-dd)?)(?!\w)",
    re.IGNORECASE,
)

# Dates and times that a sentence would not be read to have: `3/4/21`, `14.30`, a year alone.
_WRITTEN = expression(
    r"\b[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}\b|\b[0-9]{1,2}[.:h][0-9]{2}\b|\b(?:19|20)[0-9]{2}\b"
)


class Stamp(msgspec.Struct, frozen=True):
    """What a stamp's label speaks of, its dates as they are written, and its other words.

    `dates` has placeholders too, in order; `is_open` says that one of them is.
    """

    of: str  # `publication` or `effect`
    dates: tuple[str, ...]
    rest: tuple[str, ...]
    is_open: bool


def read(sentence: str, language: str | None, *, at_head: bool = True) -> Stamp | None:
    """Return what a sentence is as a stamp; None where it is none.

    It begins with a label; or at the head of a text it is a day alone (`quantities.is_dateline`) or a
    placeholder alone.
    """
    if len(sentence) > _LONGEST:
        return None
    text = " ".join(sentence.split())
    label = _label_of(text)
    if label is None:
        return _without_label(text, language) if at_head else None
    of = "effect" if _OF_EFFECT.search(text) else "publication"
    dates, rest, is_open = _parts(text[label.end() :], language)
    if len(rest) > _MOST_REST:
        return None
    follows = text[label.end() :].lstrip(" *_")
    if rest and not dates and follows[:1] != ":":
        return None  # `Updated guidance for schools`
    if (
        label[0].lower() in ("date", "dated", "datum", "stand", "created", "valid", "geldig")
        and rest
        and not dates
    ):
        return None
    return Stamp(of, dates, rest, is_open)


def stand_for(old: str, new: str, language: str | None) -> bool:
    """Tell whether one stamp was put for another that speaks of the same."""
    was, becomes = read(old, language), read(new, language)
    return was is not None and becomes is not None and was.of == becomes.of


def redates(a: str, b: str, piece: Piece, language: str | None) -> bool:
    """Tell whether an edited sentence is a stamp of publication twice, and its dates alone are others."""
    if piece.kind != "edited" or min(piece.a_end - piece.a_start, piece.b_end - piece.b_start) > 2 * _LONGEST:
        return False
    was = read(a[piece.a_start : piece.a_end].strip(), language, at_head=piece.a_sentences[0] < HEAD)
    if was is None or was.of != "publication":
        return False
    becomes = read(b[piece.b_start : piece.b_end].strip(), language, at_head=piece.b_sentences[0] < HEAD)
    return becomes is not None and becomes.of == was.of and becomes.rest == was.rest


def filled_in(old: str, new: str, language: str | None) -> tuple[str, str] | None:
    """Return a placeholder and the date put for it, or a date and the placeholder, in a stamp of effect."""
    if not (_label_of(old) and _OF_EFFECT.search(new)):
        return None
    was, becomes = (read(text, language, at_head=False) for text in (old, new))
    if was is None or becomes is None or not was.of == becomes.of == "effect":
        return None
    if was.is_open == becomes.is_open or not was.dates or not becomes.dates:
        return None
    return was.dates[0], becomes.dates[0]


def is_bare(sentence: str, language: str | None) -> bool:
    """Tell whether a sentence is a stamp of publication under a label and says nothing else."""
    stamp = read(sentence, language, at_head=False)
    return stamp is not None and stamp.of == "publication" and not stamp.rest


def _without_label(text: str, language: str | None) -> Stamp | None:
    bare = text.strip(" *_#()[]")
    if quantities.is_dateline(bare, language):
        dates, rest, _ = _parts(bare, language)
        return Stamp("publication", dates, rest, is_open=False)
    alone = _PLACEHOLDER.fullmatch(text.strip(" *_#"))
    if alone and any(word in text.lower() for word in ("date", "datum")):
        return Stamp("publication", (alone[0],), (), is_open=True)
    return None


def _parts(text: str, language: str | None) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """Return the dates and placeholders of a text, its other words, and whether there was a placeholder."""
    blanks = _PLACEHOLDER.findall(text)
    if blanks:
        text = _PLACEHOLDER.sub(" ", text)
    dates: list[str] = []
    others: list[str] = []
    at = 0
    for slot in quantities.find(text, language):
        if slot.kind == "date" and slot.start >= at:
            others.append(text[at : slot.start])
            dates.append(text[slot.start : slot.end])
            at = slot.end
    beside = " ".join((*others, text[at:]))
    dates += _WRITTEN.findall(beside)
    small = lexicon_of(language).dateline | _BETWEEN
    rest = tuple(low for word in words(_WRITTEN.sub(" ", beside)) if (low := word.lower()) not in small)
    return (*dates, *blanks), rest, bool(blanks)


def _label_of(text: str) -> re.Match[str] | None:
    """Return the label with which a text begins, past its marks; how most begin tells that they have none."""
    at = _past_marks(text)
    begins = text[at : at + _BEGUN]
    if begins.isascii() and begins.lower() not in _BEGINNINGS:
        return None
    return _LABEL.match(text, at)


def _past_marks(text: str) -> int:
    marks = _SKIPPED.match(text)
    return marks.end() if marks else 0
