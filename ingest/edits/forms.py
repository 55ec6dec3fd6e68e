"""Whether two words are forms of one, and whether a word is of a number."""

from __future__ import annotations

from ingest.text.lexicon import Lexicon
from ingest.text.misspelling import opposite_roles

# What forms of words like `try` and `use` differ by, of which two letters are left.
_SHORT_FORMS = (frozenset(("y", "ies", "ied", "ying")), frozenset(("e", "es", "ed", "ing")))


def is_figure(word: str, lexicon: Lexicon) -> bool:
    """Tell whether a word is of a number; a unit, a month or `yesterday` put for another is another."""
    return (
        word[0].isdigit()
        or word in lexicon.numbers
        or word in lexicon.magnitudes
        or word in lexicon.shares
        or lexicon.ordinal(word) is not None
        or lexicon.part_in_word(word) is not None
    )


def inflects(word: str, other: str, lexicon: Lexicon) -> bool:
    """Tell whether two words are forms of one, as far as endings tell: `raakten`, `geraakt`."""
    if opposite_roles(word, other, lexicon):
        return False
    left, right = word.removeprefix("ge"), other.removeprefix("ge")
    same = [one == other for one, other in zip(left, right, strict=False)]
    shared = same.index(False) if False in same else len(same)
    return any(
        left[stem:] in lexicon.forms and right[stem:] in lexicon.forms
        for stem in range(shared, max(2, shared - 3), -1)
    ) or (
        left[:2] == right[:2]
        and any({left[2:], right[2:]} <= forms for forms in _SHORT_FORMS)
        and {left[2:], right[2:]} != {"ed", "ing"}  # `bred`, `bring`
    )
