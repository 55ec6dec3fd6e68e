"""Whether a short word stands for a longer one, or is one by itself: `art. 5`, but not `the art`.

A short word that is another word too (`also_words` of the language) is an abbreviation in capitals, beside a
figure, with a stop where no sentence ends, or before a name.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter

from ingest.edits.forms import is_figure
from ingest.edits.reading import ComparedToken
from ingest.text.lexicon import Lexicon
from ingest.text.words import unaccented

_LETTERS = 3  # of an abbreviation in capitals


def stands_for_more(run: Sequence[ComparedToken], within: Sequence[ComparedToken], lexicon: Lexicon) -> bool:
    """Tell whether what stands in a place of a sentence may be an abbreviation there."""
    if len(run) != 1:
        return True
    short = run[0]
    low = unaccented(short.text)
    if 1 < len(low) <= _LETTERS and short.text.isupper():
        return True  # `VS`
    if len(low) > 1 and low not in lexicon.also_words and low not in lexicon.common:
        return True
    at = bisect_left(within, short.start, key=attrgetter("start"))
    before, behind = within[at - 1] if at else None, within[at + 1] if at + 1 < len(within) else None
    if any(each is not None and each.text[0].isdigit() for each in (before, behind)):
        return True
    if behind is None:
        return False
    if short.text[0].isupper() and behind.text[0].isupper():
        return at > 0 or short.dotted  # `Gen. Smith`
    if before is not None and before.text[0].isupper() and behind.text[0].isupper():
        return len(low) == 1 or low == "vs"  # `Smith v Jones`
    return short.dotted and behind.text[0].islower()


def before_number(word: ComparedToken, within: Sequence[ComparedToken], lexicon: Lexicon) -> bool:
    """Tell whether a number follows a word: `about 500`."""
    at = bisect_left(within, word.end, key=attrgetter("start"))
    return at < len(within) and is_figure(unaccented(within[at].text), lexicon)
