"""Abbreviations whose full stop does not end a sentence, in Dutch and English.

Both who counts sentences and who cuts a text into them ask here. The count is part of the record,
so a word added to these lists is a new version of the normaliser.
"""

from __future__ import annotations

OPENING = "\"'([{“‘„‚«‹"

_GO_ON_LIST = """
    dhr. mevr. mej. mw. drs. dr. ir. ing. mr. prof. bc. ds. jhr. jkvr. mrs. ms. messrs.
    o.a. m.b.t. m.n. m.i. i.v.m. i.p.v. i.t.t. i.h.b. i.h.k.v. n.a.v. t.a.v. t.b.v. t.g.v. t.o.v. t.w.
    t.n.v. d.m.v. d.w.z. d.d. v.d. v.a. a.h.w. a.d.h.v. o.b.v. o.g.v. o.l.v. w.o. z.g. z.g.n. zgn. bijv.
    b.v. nl. nml. mbt. ca. vgl. resp. e.g. i.e. viz. cf. vs. approx.
"""
# In Dutch these are words, or stand for words that end a sentence.
_WORDS_IN_DUTCH_LIST = "rev. hon. gen. col. capt. lt. sgt. gov. sen. rep. pres. st."
_MAY_END_LIST = """
    jl. l.l. a.s. e.d. e.a. enz. etc. e.v. o.i.d. afb. art. blz. pag. p. pp. nr. nrs. hfst. fig. figs.
    vol. tel. incl. excl. min. max. sec. jan. feb. febr. mrt. apr. jun. jul. aug. sep. sept. okt. oct.
    nov. dec. a.m. p.m. inc. ltd. corp. co. jr. sr. al. ed. eds. n.chr. v.chr.
"""
_GO_ON_IN_DUTCH = frozenset(_GO_ON_LIST.split())
_GO_ON = _GO_ON_IN_DUTCH.union(_WORDS_IN_DUTCH_LIST.split())
_MAY_END = frozenset(_MAY_END_LIST.split())
# Most sentences end in none of these, and need no closer look. Only a first letter may be a capital.
_WORDS = {form for word in _GO_ON_IN_DUTCH | _GO_ON | _MAY_END for form in (word, word.capitalize())}
TAILS = frozenset(word[-3:] for word in _WORDS)
SHORT = frozenset(word for word in _WORDS if len(word) < 3)


def joins(piece: str, following: str, language: str) -> bool:
    """Tell whether a sentence that `piece` seems to end goes on in `following`, which has no blank before it.

    It does after `drs.`, and after `jl.` when a small letter or a digit follows. An abbreviation
    in capitals is none. At most the last 24 characters of the piece are looked at.
    """
    ending = piece[-24:].rstrip()
    if ending[-3:] not in TAILS and ending[-2:] not in SHORT:
        return False
    word = ending.rsplit(None, 1)[-1].lstrip(OPENING)
    word = word[:1].lower() + word[1:]
    if word in (_GO_ON_IN_DUTCH if language == "nl" else _GO_ON):
        return True
    return word in _MAY_END and (following[:1].islower() or following[:1].isdigit())
