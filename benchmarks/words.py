"""A vocabulary that is made, not copied: word forms with the frequencies and the repetition of news prose.

Two languages, one like Dutch and one like English: the real function words of each come first, the other
forms are built from syllables, stems and endings. How often a form comes follows Zipf and Mandelbrot. Words
that often stand together are units of their own, and a document keeps to the words of a few subjects and to
its own names, as reports do.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

FORMS = 30_000  # of each language
COLLOCATIONS = 9_000
SUBJECTS = 400
SUBJECT_FORMS = 70
SUBJECT_COLLOCATIONS = 24
NAMES = 4_000

_FUNCTION_WORDS = {
    "nl": (
        "de van het een en in is dat op te zijn voor met die niet er aan om ook als dan maar bij uit nog"
        " naar heeft ze door over wordt hij worden meer tot kan werd of hebben was deze al zich we had geen"
        " moet veel dit wel zo toch nu na zou ik tegen daar hun waar onder omdat tussen zegt volgens jaar"
        " zal sinds wie wat binnen zonder alle eerst ging zei kunnen moeten willen waren mensen tijdens"
        " andere twee eerste nieuwe vandaag week maand gisteren dag tijd plan land stad partij kabinet"
    ).split(),
    "en": (
        "the of and to in a is that for it was on are as with be at by he this from have or his not but"
        " they which an were been has had their one will would there we more all if can about who when"
        " what so out up said also after first new two could into than them some other time over its no"
        " only may should year these most now people between before because under where both while last"
        " since against during without still many must says week month yesterday day plan country city"
        " party government minister report according"
    ).split(),
}
_STARTS = {
    "nl": "b br d dr f g gr h j k kl kr l m n p pl pr r s sch sl st str t tr v vl w z zw".split(),
    "en": "b bl br c ch cl cr d dr f fl g gr h j l m n p pl pr qu r s sh sl sp st str t th tr v w wh".split(),
}
_VOWELS = {
    "nl": "a aa e e ee i ie o oo oe u uu ij ei ou ui".split(),
    "en": "a a e e i i o o u ea ee oo ou ai".split(),
}
_CLOSES = {
    "nl": ["", "", "", "g", "k", "l", "m", "n", "n", "r", "s", "t", "cht", "nd", "rt", "st", "ng", "ls"],
    "en": ["", "", "", "ck", "d", "l", "m", "n", "n", "r", "s", "t", "ght", "nd", "nt", "st", "ng", "ss"],
}
_ENDINGS = {
    "nl": ["", "", "", "en", "en", "e", "e", "s", "t", "de", "ing", "ingen", "heid", "lijk", "er", "atie"],
    "en": ["", "", "", "s", "s", "ed", "ed", "ing", "ing", "er", "ly", "tion", "ment", "ness", "al", "ity"],
}
_OPENERS = {
    "nl": ["", "", "", "", "", "ge", "ver", "be", "on", "uit", "aan", "op", "over"],
    "en": ["", "", "", "", "", "", "re", "un", "in", "con", "pre", "over"],
}


@dataclass(frozen=True)
class Language:
    """What the documents of one language are made of; the parts that are chosen from stand in tuples.

    `units` are words and collocations, `weights` their running totals for `random.choices`; a subject is the
    units that its documents use more often than others do.
    """

    code: str
    forms: tuple[str, ...]
    units: tuple[str, ...]
    weights: tuple[float, ...]
    subjects: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]


@lru_cache(maxsize=4)
def language(code: str, seed: int) -> Language:
    """The language `nl` or `en` of a seed; the same for the same seed, on every machine."""
    draw = random.Random(f"{seed} {code}")
    forms = _forms(draw, code)
    weights = [1 / (rank + 2.7) ** 1.07 for rank in range(1, len(forms) + 1)]
    running = list(accumulate(weights))
    # Pairs and triples as often as their rarest word would let them be: below half the words' own weight.
    joined = [
        " ".join(draw.choices(forms, cum_weights=running, k=draw.choice((2, 2, 3))))
        for _ in range(COLLOCATIONS)
    ]
    together = [0.45 / (rank + 12) ** 0.98 for rank in range(1, COLLOCATIONS + 1)]
    content = forms[len(_FUNCTION_WORDS[code]) :]
    subjects = tuple(
        (
            *draw.sample(content[: FORMS // 2], SUBJECT_FORMS),
            *draw.sample(joined, SUBJECT_COLLOCATIONS),
        )
        for _ in range(SUBJECTS)
    )
    names = tuple(_name(draw, code) for _ in range(NAMES))
    return Language(
        code, tuple(forms), (*forms, *joined), tuple(accumulate([*weights, *together])), subjects, names
    )


def _forms(draw: random.Random, code: str) -> list[str]:
    known = dict.fromkeys(_FUNCTION_WORDS[code])
    while len(known) < FORMS:
        # Frequent words are short: the stems grow with the rank.
        most = 1 if len(known) < 1_500 else 2
        stem = "".join(_syllable(draw, code) for _ in range(draw.randint(1, most)))
        # A stem brings its family along, as it does in prose.
        for _ in range(draw.randint(1, 4)):
            known[draw.choice(_OPENERS[code]) + stem + draw.choice(_ENDINGS[code])] = None
    return [form for form in known if len(form) > 1 or form == "a"][:FORMS]


def _syllable(draw: random.Random, code: str) -> str:
    return draw.choice(_STARTS[code]) + draw.choice(_VOWELS[code]) + draw.choice(_CLOSES[code])


def _name(draw: random.Random, code: str) -> str:
    first = "".join(_syllable(draw, code) for _ in range(draw.randint(1, 2))).capitalize()
    last = "".join(_syllable(draw, code) for _ in range(draw.randint(1, 3))).capitalize()
    between = draw.choice((" ", " ", " van ", " de ")) if code == "nl" else " "
    return first + between + last
