"""Make the files of `ingest.text.thesaurus`: English of WordNet, Dutch of `tools/thesaurus_nl.txt`.

    python -m tools.thesaurus [FOLDER] [--wordnet PATH]

Writes `en.near.marisa` and `nl.near.marisa`, into the package or FOLDER, and prints the size of each. PATH
has the files of WordNet 3.0; Debian's package `wordnet-base` puts them into `/usr/share/wordnet`. One release
of WordNet, of pyspellchecker and of marisa-trie always gives the same bytes.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
from marisa_trie import BytesTrie

from ingest.text.thesaurus import FORM, Entry, encode
from ingest.text.wordlist import FOLDER
from tools.wordlists import words

WORDNET = Path("/usr/share/wordnet")
DUTCH = Path(__file__).with_name("thesaurus_nl.txt")

_FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
_LEAST_COUNTED = 30  # how often a word was counted that is taken
_SENSES = 5  # of a word, the commonest, and those beyond that WordNet's own texts have
_MOST_SENSES = 8
_BROADER = {"n": 4, "v": 1}  # how many steps up a broader word is one
_SHALLOW = 5  # what is nearer to the top of the nouns is broader than everything: `object`, `person`
# Files of nouns that name what can be seen or touched: animals, artefacts, parts of the body, food, natural
# objects, persons, plants, substances.
_THINGS = frozenset((5, 6, 8, 13, 17, 18, 20, 27))
_PLAIN = re.compile(r"[a-z]+(?:-[a-z]+)*\Z")

Numbered = defaultdict[str, set[int]]


class Synset(msgspec.Struct, frozen=True):
    """A row of a file of WordNet's: its place, its words, and the pointers to others."""

    key: str
    file: int
    words: tuple[str, ...]
    pointers: tuple[tuple[str, str, int, int], ...]  # sign, key, from and to which word; 0: the whole


class Relations:
    """What a language's file is to say of its words."""

    def __init__(self) -> None:
        self.things: set[str] = set()
        self.means: Numbered = defaultdict(set)
        self.broader: Numbered = defaultdict(set)
        self.opposites: Numbered = defaultdict(set)
        self.derived: Numbered = defaultdict(set)
        self.forms: dict[str, set[str]] = {}
        self._pairs = 0

    def pair(self, table: Numbered, one: str, other: str) -> None:
        """Give two words a number of their own."""
        if one != other and not table[one] & table[other]:
            self._pairs += 1
            table[one].add(self._pairs)
            table[other].add(self._pairs)

    def rows(self) -> Iterator[tuple[str, bytes]]:
        """Yield each key of the file with its bytes, without the numbers that one word alone has."""
        used = Counter(number for each in self.means.values() for number in each)
        above = Counter(number for each in self.broader.values() for number in each)
        kept = {number for number, count in used.items() if count > 1 or above[number]}
        numbers = {number: place for place, number in enumerate(sorted(kept), 1)}
        every = self.things.union(self.means, self.broader, self.opposites, self.derived)
        for word in sorted(every):
            entry = Entry(
                word in self.things,
                _numbered(self.means[word], numbers),
                _numbered(self.broader[word], numbers),
                frozenset(self.opposites[word]),
                frozenset(self.derived[word]),
            )
            if entry != Entry():
                yield word, encode(entry)
        for form, found in sorted(self.forms.items()):
            yield FORM + form, " ".join(sorted(found)).encode()


def english(folder: Path) -> Relations:
    """Return what WordNet says of the words that are used often enough."""
    counted = words("en")
    taken = {word for word, count in counted.items() if count >= _LEAST_COUNTED and _PLAIN.match(word)}
    made = Relations()
    synsets = {each.key: each for part in _FILES for each in _synsets(folder, part)}
    ranks: dict[tuple[str, str], tuple[int, int]] = {}
    for part in _FILES:
        for word, keys, tagged in _index(folder, part):
            if word in taken:
                most = min(_MOST_SENSES, max(_SENSES, tagged))
                ranks |= {(word, key): (place, tagged) for place, key in enumerate(keys[:most])}
    places = {key: number for number, key in enumerate(sorted(synsets), 1)}
    depths = _depths(synsets)
    for word, key in ranks:
        made.means[word].add(places[key])
        for above in _broader(synsets, key, depths):
            made.broader[word].add(places[above])
    for each in synsets.values():
        _pairs(made, each, synsets, taken)
    first = {word: key for (word, key), (place, _) in reversed(ranks.items()) if place == 0 and key[0] == "n"}
    often = {(word, key[0]): count for (word, key), (_, count) in ranks.items()}
    made.things = {
        word
        for word, key in first.items()
        if synsets[key].file in _THINGS
        and often[word, "n"] >= max(often.get((word, part), 0) for part in "var")
    }
    for name in _FILES.values():
        for row in (folder / f"{name}.exc").read_text().splitlines():
            form, *found = row.split()
            if _PLAIN.match(form):
                made.forms.setdefault(form, set()).update(each for each in found if _PLAIN.match(each))
    return made


def dutch(path: Path) -> Relations:
    """Return what the file of our own says: a section a relation, a line a group."""
    made = Relations()
    section = ""
    number = 0
    for row in path.read_text(encoding="utf-8").splitlines():
        line = row.partition("#")[0].strip()
        if line.startswith("["):
            section = line.strip("[]")
            continue
        if not line:
            continue
        number += 1
        head, colon, rest = line.partition(":")
        group = rest.split() if colon else line.split()
        if section == "same":
            for word in group:
                made.means[word].add(number)
        elif section == "opposite":
            for one, other in _sides(group):
                made.pair(made.opposites, one, other)
        elif section == "broader":
            made.means[head].add(number)
            for word in group:
                made.broader[word].add(number)
        elif section == "things":
            made.things.update(group)
        elif section == "derived":
            for word in group[1:]:
                made.pair(made.derived, group[0], word)
        elif section == "forms":
            for form in group[1:]:
                made.forms.setdefault(form, set()).add(group[0])
        else:
            raise ValueError(f"{path.name}: no section [{section}]")
    return made


def save(folder: Path, language: str, made: Relations) -> None:
    """Write the file of a language, and print its name and size."""
    rows = list(made.rows())
    path = folder / f"{language}.near.marisa"
    BytesTrie(rows).save(str(path))
    print(f"{path}: {len(rows):,} words, {path.stat().st_size:,} bytes")


def write(folder: Path, wordnet: Path) -> None:
    """Write the file of each language."""
    save(folder, "en", english(wordnet))
    save(folder, "nl", dutch(DUTCH))


def _numbered(found: Iterable[int], numbers: Mapping[int, int]) -> frozenset[int]:
    return frozenset(numbers[each] for each in found if each in numbers)


def _sides(group: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of `a,b/c`: each word on the left with each on the right."""
    for each in group:
        left, _, right = each.partition("/")
        yield from ((one, other) for one in left.split(",") for other in right.split(","))


def _synsets(folder: Path, part: str) -> Iterator[Synset]:
    for row in (folder / f"data.{_FILES[part]}").read_text().splitlines():
        if row.startswith("  "):
            continue
        cells = row.partition(" | ")[0].split()
        count = int(cells[3], 16)
        names = tuple(re.sub(r"\(\w+\)\Z", "", cells[4 + 2 * at]).lower() for at in range(count))
        at = 4 + 2 * count
        pointers = tuple(
            (
                cells[each], _part(cells[each + 2]) + cells[each + 1],
                int(cells[each + 3][:2], 16), int(cells[each + 3], 16) % 256,
            )
            for each in range(at + 1, at + 1 + 4 * int(cells[at]), 4)
        )  # fmt: skip
        yield Synset(part + cells[0], int(cells[1]), names, pointers)


def _part(letter: str) -> str:
    return "a" if letter == "s" else letter


def _index(folder: Path, part: str) -> Iterator[tuple[str, list[str], int]]:
    """Yield each word with its senses, the commonest first, and how many of them stand in tagged texts."""
    for row in (folder / f"index.{_FILES[part]}").read_text().splitlines():
        if not row.startswith("  "):
            cells = row.split()
            count = int(cells[2])
            yield cells[0], [part + each for each in cells[-count:]], int(cells[-count - 1])


def _above(each: Synset) -> list[str]:
    return [key for sign, key, _, _ in each.pointers if sign in ("@", "@i")]


def _depths(synsets: Mapping[str, Synset]) -> dict[str, int]:
    """Return how far each noun is below the top, by its shortest way."""
    below: defaultdict[str, list[str]] = defaultdict(list)
    tops: list[str] = []
    for each in synsets.values():
        if each.key[0] == "n":
            above = _above(each)
            tops += [] if above else [each.key]
            for key in above:
                below[key].append(each.key)
    depths = dict.fromkeys(tops, 0)
    waiting = tops
    while waiting:
        found = [(key, depths[top] + 1) for top in waiting for key in below[top] if key not in depths]
        depths.update(found)
        waiting = list(dict.fromkeys(key for key, _ in found))
    return depths


def _broader(synsets: Mapping[str, Synset], key: str, depths: Mapping[str, int]) -> set[str]:
    """Return what is broader than a synset and not broader than everything."""
    if key[0] == "a":  # the head of a cluster of adjectives
        return {other for sign, other, _, _ in synsets[key].pointers if sign == "&"}
    found: set[str] = set()
    level = {key}
    for _ in range(_BROADER.get(key[0], 0)):
        level = {above for each in level for above in _above(synsets[each])}
        found |= {each for each in level if each[0] != "n" or depths[each] >= _SHALLOW}
    return found


def _pairs(made: Relations, each: Synset, synsets: Mapping[str, Synset], taken: set[str]) -> None:
    """Take the opposites and the derivations of a synset's words."""
    for sign, key, start, end in each.pointers:
        if sign not in ("!", "+", "\\") or not start:
            continue
        one, other = each.words[start - 1], synsets[key].words[end - 1]
        if one in taken and other in taken:
            made.pair(made.opposites if sign == "!" else made.derived, one, other)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", nargs="?", type=Path, default=Path(FOLDER))
    asked.add_argument("--wordnet", type=Path, default=WORDNET)
    given = asked.parse_args()
    write(given.folder, given.wordnet)
