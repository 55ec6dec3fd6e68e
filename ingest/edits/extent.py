"""Find what says how much, how many or how often: `partly`, `at most`, `one of`, `usually`.

Each is told by what it says, so that one that was put for another of the same kind (`partly`, `in part`)
changes nothing. `some` and its like alone say no more than what stands behind them, nor do they and `few`
where that is a time. The closed lists are the language's `extent`.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from ingest.diff.sentences import Piece
from ingest.edits.forms import is_figure
from ingest.text.lexicon import Lexicon
from ingest.text.words import unaccented, words

_FIGURE = "#"
_SOME = "some"  # alone it says no more than what it stands before: `some people`, `people`
_FEW = frozenset((_SOME, "few"))

_TIMES = frozenset(("second", "minute", "hour", "day"))

ExtentWord = tuple[str, str]  # what it says, and how it is written


def changed(
    a: str, b: str, pieces: Sequence[Piece], others: AbstractSet[str], lexicon: Lexicon
) -> tuple[str, str] | None:
    """Return the first that went and the first that came, either may be empty; None for neither.

    Each edited sentence is compared by itself. `others` are the words that came or went, small and without
    accents: what is returned has at least one of them.
    """
    for piece in pieces:
        old = _found(a[piece.a_start : piece.a_end], lexicon)
        new = _found(b[piece.b_start : piece.b_end], lexicon)
        if not old and not new:
            continue
        gone, came = (_alone(*sides) for sides in ((old, new), (new, old)))
        kinds = {kind for kind, _ in (gone, came) if kind}
        if kinds and kinds != {_SOME} and not others.isdisjoint((*_bare(gone[1]), *_bare(came[1]))):
            return gone[1], came[1]
    return None


def alike(old: str, new: str, lexicon: Lexicon) -> tuple[set[str], set[str]]:
    """Return the words of two sentences that say the same of how much, each written otherwise.

    They do where both sentences say it in one order. A word that stands elsewhere in its sentence too is
    left out.
    """
    was, became = _found(old, lexicon), _found(new, lexicon)
    if was == became or [kind for kind, _ in was] != [kind for kind, _ in became]:
        return set(), set()
    sides: list[set[str]] = []
    for text, found in ((old, was), (new, became)):
        count = Counter(map(unaccented, words(text)))
        sides.append({word for _, written in found for word in _bare(written) if count[word] == 1})
    return sides[0], sides[1]


def _alone(side: Sequence[ExtentWord], other: Sequence[ExtentWord]) -> ExtentWord:
    """Return the first of what one side alone says; nothing where there is none."""
    left = Counter(kind for kind, _ in side) - Counter(kind for kind, _ in other)
    return next((each for each in side if left[each[0]]), ("", ""))


def _bare(written: str) -> list[str]:
    return list(map(unaccented, written.split()))


@functools.lru_cache(maxsize=16)  # each question about an edited sentence asks
def _found(text: str, lexicon: Lexicon) -> tuple[ExtentWord, ...]:
    """Return what a sentence says of how much, in order; of two that begin at a word the longer one."""
    said = words(text)
    small = list(map(unaccented, said))
    if lexicon.extent.keys().isdisjoint(small):
        return ()
    found: list[ExtentWord] = []
    past = 0
    for at, word in enumerate(small):
        if at < past or word not in lexicon.extent:
            continue
        for run, kind in lexicon.extent[word]:
            following = small[at + 1 : at + 1 + len(run)]
            pairs = zip(run, following, strict=False)
            if len(following) == len(run) and all(_matches(*pair, lexicon) for pair in pairs):
                past = at + 1 + len(run) - (run[-1:] == (_FIGURE,))
                of_time = past < len(small) and _is_time(small[past], lexicon)
                if kind not in _FEW or not of_time:  # `few years ago`
                    found.append((kind, " ".join(said[at:past])))
                break
    return tuple(found)


def _is_time(word: str, lexicon: Lexicon) -> bool:
    return word in lexicon.periods or lexicon.units.get(word) in _TIMES


def _matches(one: str, word: str, lexicon: Lexicon) -> bool:
    return is_figure(word, lexicon) if one == _FIGURE else one == word
