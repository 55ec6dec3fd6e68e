"""Words of a text, folded and told apart: what the alignment, the facts and the classes all ask.

Folded, a text has one kind of quote, dash, ellipsis and blank, no soft hyphens and no capitals.
Two words are one misspelt when they are alike enough that a slip of the hand explains it, and
nothing says that both were meant.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from rapidfuzz.distance import DamerauLevenshtein

from ingest.text import wordlist
from ingest.text.lexicon import MEANT

_FIGURE = r"[0-9]+(?:[.,:][0-9]+)*+\w*+(?:['’‐‑-](?:[0-9]+(?:[.,:][0-9]+)*+\w*+|\w+))*+"
_LETTERS = r"\w+(?:['’‐‑-]\w+)*+"
_TOKEN = re.compile(rf"\s+|{_FIGURE}|{_LETTERS}|[^\w\s]")
_WORD = re.compile(rf"{_FIGURE}|{_LETTERS}")

_MARKS = str.maketrans(
    {
        **dict.fromkeys('‘’‚‛`´′ʼ“”„‟«»‹›"″＂＇', "'"),
        **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
        "…": "...",
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", None),
        **dict.fromkeys("\u00a0\u202f\u2007\u2009", " "),
    }
)
_JOINT = re.compile(r"['-]")
_DASHES = re.compile(r"-{2,}")
_DOUBLE_QUOTES = re.compile(r"'{2,}")

_COMMON_LIST = """
    a an the and or but nor so yet if then than as at by for from in into of off on onto out over to up
    with without about after before during since until while under between through against around i you
    he she it we they me him her us them my your his its our their this that these those who whom which
    what when where why how is are was were be been being am do does did done has have had having will
    would shall should can could may might must not no yes also just very more most less least much many
    some any all both each every other another such same own there here now only even still too again
    said says say one two 's don't doesn't didn't isn't aren't wasn't weren't hasn't haven't hadn't
    de het een en of maar want dus noch als dan toen nu om op in uit aan af bij voor na naar van met tot
    tegen over onder tussen door sinds tijdens zonder te ter ten ik jij je u hij zij ze wij we jullie hen
    hun hem haar mij me ons onze mijn jouw uw zijn dit dat deze die er hier daar waar wie wat welke hoe
    waarom wanneer is ben bent was waren wordt worden werd werden geworden geweest heeft hebben had hadden
    heb zal zullen zou zouden kan kunnen kon konden mag mogen mocht moet moeten moest moesten wil willen
    wilde wilden niet geen wel ook nog al meer meest minder veel weinig alle alles elke elk ieder iedere
    andere ander zulke zo zich zelf weer zei zegt aldus volgens 't 'n
"""
COMMON = frozenset(_COMMON_LIST.split())

_WEIGHTY = frozenset(
    (
        "against", "without", "before", "after", "more", "less", "fewer", "all", "both", "only", "never",
        "always", "must", "may", "might", "most", "least", "many", "much", "few", "under",
        "tegen", "zonder", "na", "meer", "minder", "alle", "alles", "moet", "moeten", "moest", "moesten",
        "veel", "weinig", "meest", "mag", "mogen", "zou", "zouden",
    )
)  # fmt: skip
LIGHT = COMMON - _WEIGHTY
"""The common words that say little: an edit that touches no others is cosmetic."""

_CONFUSED = frozenset(
    frozenset(pair.split("/"))
    for pair in (
        "their/there", "their/they're", "there/they're", "your/you're", "its/it's", "then/than", "to/too",
        "of/off", "were/where", "who's/whose", "who/whom", "a/an", "lose/loose", "lead/led", "affect/effect",
        "principal/principle", "reign/rein", "altar/alter", "decent/descent", "peace/piece", "chord/cord",
        "weather/whether", "compliment/complement", "stationary/stationery", "discreet/discrete", "role/roll",
        "breath/breathe", "site/sight", "side/site", "cite/site", "knew/new", "price/prize", "waive/wave",
        "tack/tact", "sink/sync", "counsel/consul", "council/counsel", "diffuse/defuse", "adverse/averse",
        "wreak/wreck", "wander/wonder", "bear/bare", "brake/break", "heal/heel", "hear/here", "hole/whole",
        "pedal/peddle", "plain/plane", "poor/pour", "rite/right", "sole/soul", "steal/steel", "tail/tale",
        "vain/vein", "waist/waste", "weak/week", "born/borne", "canvas/canvass", "coarse/course",
        "desert/dessert", "dual/duel", "elicit/illicit", "ensure/insure", "flair/flare", "forth/fourth",
        "horde/hoard", "loath/loathe", "pore/pour", "prophecy/prophesy", "raise/raze", "team/teem",
        "hun/hen", "hun/zij", "als/dan", "dat/die", "dit/deze", "na/naar", "me/mijn", "u/uw", "jou/jouw",
        "mij/mijn", "nog/noch", "wil/wilt", "word/wordt", "te/ten", "te/ter", "basen/bazen", "sonde/zonde",
        "rede/reden", "licht/ligt", "hart/hard", "wij/wei", "jouw/jou",
    )
)  # fmt: skip
"""Pairs of common words of which one is often written for the other."""


def tokens(text: str) -> list[str]:
    """Words, blanks and single marks; joined they are the text. `1.000` and `34-jarige` are one each."""
    return _TOKEN.findall(text)


def words(text: str) -> list[str]:
    """The words alone, as written."""
    return _WORD.findall(text)


def is_word(token: str) -> bool:
    """Whether a token is a word, and not a blank or a mark."""
    return token[0].isalnum() or token[0] == "_"


def without_blanks(text: str) -> str:
    """The text without white space."""
    return "".join(text.split())


def folded(text: str) -> str:
    """The text with its typography and capitals folded, and each blank one space."""
    marked = unicodedata.normalize("NFC", text.lower()).translate(_MARKS)
    if "--" in marked:
        marked = _DASHES.sub("-", marked)
    if "''" in marked:
        marked = _DOUBLE_QUOTES.sub("'", marked)
    return " ".join(marked.split())


def unaccented(word: str) -> str:
    """A word in small letters and without the marks on its letters."""
    if word.isascii():
        return word.lower()
    small = word.lower().translate(_MARKS)
    if small.isascii():
        return small
    return "".join(char for char in unicodedata.normalize("NFD", small) if not unicodedata.combining(char))


OPPOSED = frozenset(
    frozenset(pair.split("/"))
    for pair in (
        "he/she", "his/her", "him/her", "to/from", "into/out", "in/out", "up/down", "over/under", "by/from",
        "will/may", "will/can", "will/could", "will/should", "would/should", "would/have", "would/has",
        "will/have", "will/has", "could/should", "and/or", "by/for", "on/off", "us/them", "we/they",
        "en/of", "in/uit", "door/van", "zal/kan", "zullen/kunnen", "heeft/zal", "hebben/zullen", "wij/zij",
        "by/to", "until/from", "since/until", "we/you", "us/you", "our/your", "my/your", "met/tot",
        "met/naar", "tot/vanaf", "tot/sinds", "wij/u", "we/u", "ons/u", "onze/uw", "ons/uw", "wij/jij",
        "we/je", "ik/jij",
        "ons/hen", "hij/zij", "hij/ze", "zijn/haar", "hem/haar", "naar/van", "door/voor", "boven/onder",
    )
)  # fmt: skip
"""Pairs of common words of which one put for the other says something else."""

MODALS = frozenset(
    (
        "will", "would", "shall", "should", "can", "could", "may", "might", "must",
        "zal", "zullen", "zou", "zouden", "kan", "kunnen", "kon", "konden", "mag", "mogen", "moet", "moeten",
    )
)  # fmt: skip
"""Words that make of what is what may be: an edit that brings the first one says something else."""

_VARIANTS = (("ise", "ize"), ("isi", "izi"), ("isa", "iza"), ("our", "or"), ("re", "er"), ("yse", "yze"),
             ("grey", "gray"), ("gement", "gment"), ("practis", "practic"), ("licens", "licenc"), ("ss", "s"),
             ("sulph", "sulf"), ("ae", "e"), ("oe", "e"), ("ence", "ense"), ("ogue", "og"),
             ("ll", "l"))  # fmt: skip
_FAR = (("plough", "plow"), ("cheque", "check"), ("kerb", "curb"), ("tyre", "tire"), ("enquir", "inquir"),
        ("whisky", "whiskey"), ("gaol", "jail"), ("ageing", "aging"), ("adviser", "advisor"),
        ("programme", "program"), ("storey", "story"), ("draught", "draft"), ("mould", "mold"),
        ("sceptic", "skeptic"), ("jewellery", "jewelry"), ("aluminium", "aluminum"), ("cosy", "cozy"),
        ("doughnut", "donut"), ("pyjama", "pajama"), ("moustache", "mustache"))  # fmt: skip
_DUTCH_ENDINGS = ("dt", "d", "t", "")
_VOWELS = frozenset("aeiouy")
_LONGEST = 64  # letters; the distance takes the square of it


def misspelt(
    before: str,
    after: str,
    attested: Container[str] = (),
    names: Container[str] = (),
    language: str | None = None,
) -> bool:
    """Whether the one word may be the other with a slip of the hand in it.

    Within a Damerau-Levenshtein distance of 2 for words of six letters and more, of 1 for shorter
    ones; a distance of 2, and two words with capitals, ask for the same first letter. Words with a
    digit are never, nor two short ones in capitals. Of two common words, or two that are both
    `attested` (folded) elsewhere, or two that the language has (`vocabulary`), each was meant, unless the
    two are often confused (`then`, `than`), are one in British and American spelling, or end in the Dutch
    `d`, `t` and `dt`. So was each of two numbers or months, and where a prefix makes the opposite: `legal`,
    `illegal`. Two names (`names` has one of them, folded) that sound alike are one: `John`, `Jon`; else one
    with another consonant is another: `Iran`, `Iraq`.
    """
    old, new = unaccented(before), unaccented(after)
    if (
        old == new
        or {old, new} in _CONFUSED
        or _spelt_otherwise(old, new, language)
        or (old[-1] == new[-1] in "sd" and {old[:-1], new[:-1]} in _CONFUSED)
    ):
        return True
    if (before.isupper() and after.isupper() and len(before) < 6) or len(old) == len(new) == 1:
        return False
    if not all(part.isalpha() for word in (old, new) for part in _JOINT.split(word) if part):
        return False
    if (old in MEANT and new in MEANT) or (old in COMMON and new in COMMON) or opposite(old, new):
        return False
    if old in attested and new in attested:
        return False
    longest = max(len(old), len(new))
    if longest > _LONGEST:
        return False
    turned = sorted(old) == sorted(new)
    if longest < 4 and not (old in COMMON or new in COMMON or turned):
        return False
    distance = DamerauLevenshtein.distance(old, new, score_cutoff=2)
    # A slip seldom takes the first letter, so two long words or names that differ there are two.
    named = before[:1].isupper() and after[:1].isupper()
    if (named or distance == 2) and old[0] != new[0] and old[:2] != new[1::-1]:
        return False
    if distance > (1 if longest < 6 else 2):
        return False
    if named and (old in names or new in names):
        if _sound(old) == _sound(new):
            return True
        if len(old) == len(new) and not turned:
            replaced = [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
            if len(replaced) > 1 or not set(replaced[0]) <= _VOWELS:
                return False
    return not wordlist.both_meant(before, after, language) or _one_word(old, new, language)


def _sound(name: str) -> str:
    """What is heard of a folded name: consonants, the first vowel and the last letter, roughly."""
    spelt = name[0] + name[1:].replace("h", "")
    for one, other in (("ck", "k"), ("c", "k"), ("z", "s"), ("ie", "i"), ("y", "i")):
        spelt = spelt.replace(one, other)
    spelt = re.sub(r"(.)\1+", r"\1", spelt)
    first = next((at for at, char in enumerate(spelt) if char in _VOWELS), 0) + 1
    return spelt[:first] + "".join(char for char in spelt[first:-1] if char not in _VOWELS) + spelt[-1:]


def _spelt_otherwise(old: str, new: str, language: str | None) -> bool:
    """Whether two words are one in British and American, or in older and newer Dutch spelling."""
    for british, american in _FAR:
        for one, other in ((old, new), (new, old)):
            if british in one and one.replace(british, american) == other:
                return True
    if language == "en" or abs(len(old) - len(new)) != 1:
        return False
    # `pannekoek`, `pannenkoek`
    short, long = sorted((old, new), key=len)
    same = [pair[0] == pair[1] for pair in zip(short, long, strict=False)]
    at = same.index(False) if False in same else len(short)
    between = len(short) > 7 and 2 < at < len(short) - 2
    return between and long[at - 1 : at + 1] == "en" and short[at:] == long[at + 1 :]


def _one_word(old: str, new: str, language: str | None) -> bool:
    """Whether two words are one in two spellings, or two endings of a Dutch verb that sound alike."""
    if language == "nl":
        for ending in _DUTCH_ENDINGS:
            stem = old.removesuffix(ending)
            if old.endswith(ending) and any(new == stem + other for other in _DUTCH_ENDINGS):
                return True
    return any(
        old.replace(one, other) == new.replace(one, other) or new.replace(other, one) == old
        for one, other in _VARIANTS
        if one in old or one in new
    )


def opposite(old: str, new: str) -> bool:
    """Whether a prefix turns one of two folded words into the other: `on-`, `un-`, `il-` and their like."""
    short, long = sorted((old, new), key=len)
    if len(short) < 4 or not long.endswith(short):
        return False
    prefix = long[: len(long) - len(short)].rstrip("-")
    return prefix in {"on", "un", "in", "im", "il", "ir", "dis", "non", "niet", "anti", "mis"}
