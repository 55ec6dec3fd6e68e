"""The language of a text: English and Dutch by their own small words, else by a model.

The words are ones that hardly another language in Latin letters has, so that three of them and none
of the other's leave no doubt, unless there are small words of a third language, whose text may quote
the titles of films. They answer for most news in a fifth of the model's time.

A licence above the text does not speak for it: paragraphs at the start that speak of copyright are passed
over where a text follows.

A text may begin with names, dates and addresses: a list of changes, a licence. Where its beginning leaves it
open, the running words of a longer stretch are asked: those in small letters that stand between blanks and
punctuation, so no name, path, address or mark-up. Of them the model has to be surer than of a beginning,
unless the small words say the same.

The model is fastText's small one, `lid.176.ftz`, which lies beside this module as it was published; NOTICE
has its licence. The library can only predict: nothing here can reach the network.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Protocol

from ingest.expressions import expression, possessive

MODEL = f"{__file__.removesuffix('language.py')}lid.176.ftz"

_LOOK_AT = 4096
_WORDS_IN = 600
_SAMPLE = 240
_FEWEST_LETTERS = 12
_SURE = 0.5

_RUNNING_IN = 16_384
_FEWEST_RUNNING = 8
_SURE_OF_RUNNING = 0.7
_RUNNING = expression(
    r"(?<![^\s(\"'‘“«„])[^\W\d_A-Z]+" + possessive(r"['’-][^\W\d_A-Z]+") + r"(?![^\s.,;:!?)\"'’”»])"
)

_ENOUGH_LETTERS = expression(rf"(?:[\W\d_]*+[^\W\d_]){{{_FEWEST_LETTERS}}}")

_LICENCE_PARTS = (
    *("copyright", "licen", "©", "(c)", "spdx-", "warrant", "public domain", "creative commons"),
    *("rights reserved", "auteursrecht", "voorbehouden", "urheberrecht", "vorbehalten", "lizenz"),
)
_PARAGRAPH_END = expression(r"\S[^\S\n]*\n[^\S\n]*(?:\n\s*|\Z)")
_LICENCE = expression(
    r"©|\(c\) ?[12][0-9]{3}|copyright|all rights reserved|\blicen[cs](?:e|es|ed|ing)\b|spdx-|public domain"
    r"|warrant(?:y|ies)\b|creative commons|auteursrecht|alle rechten voorbehouden|licentie|urheberrecht"
    r"|alle rechte vorbehalten|lizenz",
    re.IGNORECASE,
)

_DUTCH_LIST = """
    een niet zijn wordt werd worden werden naar heeft hebben deze zich hij zij wij mijn onze bij kunnen zou
    zal zullen willen tegen tijdens terwijl toen vanaf veel nieuwe zelf zegt zei gaat komt
"""
_ENGLISH_LIST = """
    the and with from which their have would could they has said not are were been this that its but his
    who when what there about after than other into him your
"""
# Of German, French, Swedish, Danish, Spanish, Italian and Portuguese; of one or two a text may be quoted.
_OTHERS_LIST = """
    und das ist nicht auf für sich dem wir im am weil les dans pour qui une sont och att som är på av til
    ikke og una por della che sono più uma não
"""
_DUTCH = frozenset(_DUTCH_LIST.split())
_ENGLISH = frozenset(_ENGLISH_LIST.split())
_ENOUGH_WORDS = 3
_OTHERS = frozenset(_OTHERS_LIST.split())
_SMALL_WORDS = _DUTCH | _ENGLISH | _OTHERS
_QUOTED = 2

# ISO 639-1.
_CODE_LIST = """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz
    ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii
    ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi
    mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw
    sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk
    ur uz ve vi vo wa wo xh yi yo za zh zu
"""
CODES = frozenset(_CODE_LIST.split())

# The model's only two-letter label that is not an ISO 639-1 code any more.
_WITHDRAWN = "sh"


def prepare() -> None:
    """Load the model."""
    _model()


def detect(text: str) -> str | None:
    """Return the ISO 639-1 code of the language at the start of the text, else of its running words.

    After blanks, at most 600 characters are looked through for the words, and 240 by the model. None of these
    counts for fewer than 12 letters, for a guess below one half, and for a language that has no two-letter
    code. Then the running words of the first 16,384 characters are asked: None for fewer than eight different
    ones, and for a guess below 0.7 that the small words do not confirm.
    """
    text = _without_licence(text)
    start = text[:_LOOK_AT].lstrip()[:_WORDS_IN]
    return _of_beginning(start) or _of_running_words(_RUNNING.findall(text[:_RUNNING_IN]))


def _without_licence(text: str) -> str:
    """Return what stands behind the first paragraphs that speak of copyright; the text if that is little."""
    rest = text[:_RUNNING_IN]
    blanks = len(rest) - len(rest.lstrip())
    first = rest.find("\n\n", blanks)  # the first paragraph ends there, or before
    low = (rest if first < 0 else rest[:first]).lower()
    for part in _LICENCE_PARTS:  # which are asked in a twentieth of the time
        if part in low:
            break
    else:
        return text
    at = 0
    while at < len(rest):
        end = _PARAGRAPH_END.search(rest, at)
        stop = end.end() if end else len(rest)
        if _LICENCE.search(rest, at, stop) is None:
            break
        at = stop
    return text[at:] if at and _ENOUGH_LETTERS.match(rest, at) else text


def _of_beginning(start: str) -> str | None:
    told = _by_small_words(frozenset(start.lower().split()))
    if told is not None:
        return told
    sample = start[:_SAMPLE].rstrip().replace("\n", " ")
    if _ENOUGH_LETTERS.match(sample) is None:
        return None
    if sample.isupper():
        # The model takes capitals alone for Japanese.
        sample = sample.lower()
    guess, score = _guessed(sample)
    return guess if score >= _SURE else None


def _of_running_words(found: list[str]) -> str | None:
    words = [word for word in found if not word[0].isupper()]
    if len(set(words)) < _FEWEST_RUNNING:
        return None
    guess, score = _guessed(" ".join(words)[:_WORDS_IN])
    sure = score >= _SURE_OF_RUNNING or guess == _by_small_words(frozenset(words))
    return guess if sure else None


def _by_small_words(words: frozenset[str]) -> str | None:
    small = words & _SMALL_WORDS  # few, so that they are told apart in no time
    dutch, english = len(small & _DUTCH), len(small & _ENGLISH)
    if (dutch and english) or dutch + english < _ENOUGH_WORDS or len(small & _OTHERS) > _QUOTED:
        return None
    return "nl" if dutch else "en"


def _guessed(sample: str) -> tuple[str | None, float]:
    """Return what the model takes a line for, and how sure it is: 0 to 1. None: no two-letter code."""
    labels, scores = _model().predict(sample, k=1, threshold=0.0)
    if not labels:
        return None, 0.0
    code = labels[0].removeprefix("__label__")
    return code if len(code) == 2 and code != _WITHDRAWN else None, float(scores[0])


class _Model(Protocol):
    """A model of languages: labels of a line and how sure they are, the surest first."""

    def predict(self, text: str, k: int, threshold: float) -> tuple[Sequence[str], Sequence[float]]: ...


@functools.cache
def _model() -> _Model:
    from fasttext import load_model  # noqa: PLC0415 - slow to load, and few texts need it

    model: _Model = load_model(MODEL)
    return model
