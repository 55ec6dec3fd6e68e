"""Name the words of which a word may be a form, by its endings.

More are named than there are: whoever asks looks them up, or asks whether two words have one in common.
Forms that no ending tells (`began`, `begon`) stand in the files of `thesaurus`.
"""

from __future__ import annotations

from collections.abc import Iterator

_LONGEST = 40  # letters: what is longer is no form of a word
_VOWELS = frozenset("aeiouy")

_ENGLISH = (
    ("ies", "y"), ("ied", "y"), ("ses", "s"), ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("shes", "sh"),
    ("oes", "o"), ("ves", "f"), ("ves", "fe"), ("men", "man"), ("s", ""), ("es", "e"), ("ed", ""),
    ("ed", "e"), ("ing", ""), ("ing", "e"), ("ier", "y"), ("iest", "y"), ("er", ""), ("er", "e"),
    ("est", ""), ("est", "e"), ("ily", "y"), ("ly", ""), ("'s", ""), ("s'", "s"),
)  # fmt: skip
_DOUBLING = ("ed", "ing", "er", "est")

# Before the `ge` of a participle: `aangenomen`, and so the word is looked for without it.
PARTICLES = frozenset((
    "aan", "achter", "af", "bij", "binnen", "buiten", "dicht", "door", "goed", "heen", "in", "mee", "na",
    "neer", "om", "onder", "op", "open", "over", "rond", "samen", "schoon", "stil", "tegen", "terug", "thuis",
    "toe", "uit", "vast", "vol", "voor", "voort", "vrij", "weg",
))  # fmt: skip
_DUTCH = ("den", "ten", "de", "te", "en", "e", "d", "t", "s", "'s", "n", "er", "ere", "st", "ste")


def lemmas(word: str, language: str) -> tuple[str, ...]:
    """Return the words of which this one may be a form, in a language that has rules; itself aside."""
    if not 3 <= len(word) <= _LONGEST:
        return ()
    found = _english(word) if language == "en" else _dutch(word) if language == "nl" else iter(())
    return tuple(each for each in dict.fromkeys(found) if each != word and len(each) > 1)


def _english(word: str) -> Iterator[str]:
    for ending, other in _ENGLISH:
        if not word.endswith(ending) or (ending == "s" and word.endswith("ss")):
            continue
        stem = word.removesuffix(ending)
        if len(stem) < 2:
            continue
        if ending in _DOUBLING and not other and len(stem) > 2 and stem[-1] == stem[-2]:
            yield stem[:-1]
        yield stem + other


def _dutch(word: str) -> Iterator[str]:
    for base in (word, *_participle(word)):
        if base != word:
            yield from _dutch_words(base)
        for ending in _DUTCH:
            if not base.endswith(ending) or len(base) - len(ending) < 2:
                continue
            stem = base.removesuffix(ending)
            if ending in ("en", "e", "er", "ere"):
                yield from _dutch_words(_closed(stem))
                if stem.endswith(("er", "el", "ig", "em")):
                    yield from _dutch_words(stem)
            else:
                yield from _dutch_words(stem)
        yield from _infinitives(base)


def _participle(word: str) -> Iterator[str]:
    """Yield the word without the `ge` of a participle and what closes it: `aangenomen`, `gewerkt`."""
    for particle in ("", *sorted(PARTICLES)):
        before = f"{particle}ge"
        if (
            word.startswith(before)
            and len(word) > len(before) + 2
            and word.endswith(("d", "t", "en", "de", "te"))
        ):
            verb = word.removeprefix(before)
            yield particle + (verb if verb != "geten" else "eten")  # `gegeten`


def _dutch_words(stem: str) -> Iterator[str]:
    """Yield the stem, which may be a noun, and the verbs of which it may be the stem."""
    yield stem
    yield from _infinitives(stem)


def _infinitives(stem: str) -> Iterator[str]:
    """Yield the verbs of which this may be the stem: `koop`, `stop`, `kies`, `lever`."""
    if len(stem) < 2 or stem[-1] in _VOWELS:
        if stem.endswith(("ga", "sta", "doe", "zie")):
            yield f"{stem}n" if stem[-1] == "e" else f"{stem}an"
        elif stem.endswith(("aai", "ooi", "oei", "ei")):
            yield f"{stem}en"  # `gooit`
        return
    if len(stem) > 2 and stem[-2] == stem[-3] and stem[-2] in "aeou":
        open_stem = stem[:-2] + stem[-1]
        yield f"{open_stem}en"
        if stem[-1] in "fs":
            yield f"{open_stem[:-1]}{'v' if stem[-1] == 'f' else 'z'}en"
        return
    yield f"{stem}en"
    if stem[-2] in _VOWELS and (len(stem) < 3 or stem[-3] not in _VOWELS):
        yield f"{stem}{stem[-1]}en"
    if stem[-1] in "fs":
        yield f"{stem[:-1]}{'v' if stem[-1] == 'f' else 'z'}en"


def _closed(stem: str) -> str:
    """Return a stem as it is written without the ending that opened it: `grot` of `grote` is `groot`."""
    if len(stem) < 2:
        return stem
    if stem[-1] == stem[-2] and stem[-1] not in _VOWELS:
        return stem[:-1]
    last = stem[-1]
    sound = stem[:-1] + {"v": "f", "z": "s"}.get(last, last)
    if last in _VOWELS or stem[-2] not in "aeou" or (len(stem) > 2 and stem[-3] in _VOWELS):
        return sound
    return stem[:-1] + stem[-2] + sound[-1]
