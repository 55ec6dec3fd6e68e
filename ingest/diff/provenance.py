"""Tell which version each sentence of a document came from, and inside an edited one each run of words.

A `Lineage` is given the versions in order. It keeps a `Span` for each stay of a sentence: the versions
that held it, without a gap. Sentences are known by what they say without white space:

* what stands in both versions is the same span, wherever it moved;
* what comes back after it was away begins a new span that keeps its first origin;
* what is left and shares most of its words with a sentence that went from the same place is an
  edit of it: `runs` then says of each run of words which version brought it;
* the rest is new.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate

import msgspec

from ingest.diff import sequences, similarity
from ingest.diff.queues import Queues
from ingest.text.sentences import Sentence, most, pieces, split_again
from ingest.text.words import tokens, without_blanks

OPEN = 2**31 - 1  # `to_no` of what the last version still holds
MOST_COMPARED = 2_500  # pairs of sentences of one gap; past it those alone that share rare words
MOST_UNMATCHED = 20_000  # sentences on one side, as in `sentences`; past it nothing is an edit
MOST_UNMATCHED_CHARACTERS = 400_000  # of them, as there
_MOST_HELD = 4_000_000  # characters, and `_EACH` for each sentence
_EACH = 100
_SHARED = 0.5  # of the weight of the lighter one

Runs = tuple[tuple[int, int], ...]  # (version, characters without the blanks), in order


class PlacedSentence(msgspec.Struct, frozen=True):
    """A sentence as it stands in one text; `key` is what it says, in 63 bits."""

    key: int
    offset: int
    text: str


class Span(msgspec.Struct):
    """One stay of a sentence. `to_no` alone changes, and `edited`, when it ends.

    `no`, `offset` and `length` say where its text can be read; `edited` that an edit of it took its
    place. `runs` is None where all of it came with `origin_no`.
    """

    key: int
    from_no: int
    to_no: int
    origin_no: int
    offset: int
    length: int
    runs: Runs | None = None
    edited: bool = False
    id: int = 0

    @property
    def no(self) -> int:
        """Return the version in which it is read."""
        return self.from_no


class Cutter:
    """Cut texts into sentences; remember each paragraph that was cut. A sentence lies in one paragraph."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str | None], tuple[tuple[int, int, str], ...]] = {}
        self._keys: dict[str, int] = {}
        self._size = 0
        self._last: dict[str | None, tuple[str, list[Sentence]]] = {}

    def cut(self, text: str, language: str | None) -> list[PlacedSentence]:
        """Return the sentences of a text, in order; past the bound of `most`, larger pieces."""
        found: list[PlacedSentence] = []
        at, bound = 0, most(len(text))
        while at <= len(text):
            end = text.find("\n\n", at)
            end = len(text) if end < 0 else end
            held = self._of(text[at:end], language)
            found += [
                PlacedSentence(key, at + offset, said) for key, offset, said in held[: bound - len(found)]
            ]
            if len(found) == bound:
                last = found[-1]
                found += self._beyond(text, last.offset + len(last.text))
                break
            at = end + 2
        return found

    def _of(self, paragraph: str, language: str | None) -> tuple[tuple[int, int, str], ...]:
        held = self._held.get((paragraph, language))
        if held is None:
            if self._size > _MOST_HELD:
                self._held.clear()
                self._keys.clear()
                self._size = 0
            held = self._held[paragraph, language] = tuple(self._cut(paragraph, language))
            self._size += len(paragraph) + _EACH * len(held)
        return held

    def _beyond(self, text: str, start: int) -> Iterator[PlacedSentence]:
        for each in pieces(text, start):
            said = text[each.text_start : each.text_end]
            if said:
                yield PlacedSentence(key_of(said), each.text_start, said)

    def _cut(self, paragraph: str, language: str | None) -> Iterator[tuple[int, int, str]]:
        # What is new is mostly what the last new one was, with an edit.
        sentences = split_again(paragraph, language, *self._last.get(language, ("", [])))
        self._last[language] = paragraph, sentences
        for each in sentences:
            said = paragraph[each.text_start : each.text_end]
            if not said:
                continue
            key = self._keys.get(said)
            if key is None:
                key = self._keys[said] = key_of(said)
            yield key, each.text_start, said


def key_of(sentence: str) -> int:
    """Return what a sentence says, white space aside, as a number that both databases can hold."""
    digest = blake2b(without_blanks(sentence).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


class Lineage:
    """The spans of one document, version after version.

    `live` are the spans of the last version in its order, with `said`; `gone` the last stay of each
    sentence that ended, or as many of them as the next version may ask for. `sources` says of each sentence
    of the last version that is an edit which sentences of the one before it is an edit of.
    """

    def __init__(
        self,
        live: Sequence[Span] = (),
        said: Sequence[PlacedSentence] = (),
        gone: Mapping[int, Span] | None = None,
    ) -> None:
        self.live = list(live)
        self.said = list(said)
        self.gone = dict(gone or {})
        self.begun: list[Span] = []
        self.ended: list[Span] = []
        self.sources: dict[int, list[int]] = {}

    def step(self, no: int, said: Sequence[PlacedSentence]) -> None:
        """Take the next version in."""
        old, new = self.said, list(said)
        head = 0
        while head < min(len(old), len(new)) and old[head].key == new[head].key:
            head += 1
        tail = 0
        while tail < min(len(old), len(new)) - head and old[-1 - tail].key == new[-1 - tail].key:
            tail += 1
        old_range, new_range = range(head, len(old) - tail), range(head, len(new) - tail)
        waiting = Queues((i, old[i].key) for i in old_range)
        took: dict[int, int] = {}
        for j in new_range:
            i = waiting.take(new[j].key)
            if i is not None:
                took[j] = i
        used = set(took.values())
        runs, edited = self._edits(no, old_range, new_range, used, took, new)
        here = {each.key for each in old}
        spans: list[Span] = []
        for j in new_range:
            if j in took:
                spans.append(self.live[took[j]])
                continue
            each = new[j]
            before = self.gone.get(each.key) if each.key not in here else None
            here.add(each.key)
            span = Span(
                key=each.key,
                from_no=no,
                to_no=OPEN,
                origin_no=no if before is None else before.origin_no,
                offset=each.offset,
                length=len(each.text),
                runs=runs.get(j) if before is None else _oldest(before, runs.get(j)),
            )
            spans.append(span)
            self.begun.append(span)
        for i in old_range:
            if i not in used:
                span = self.live[i]
                span.to_no = no - 1
                span.edited = i in edited
                self.gone[span.key] = span
                self.ended.append(span)
        self.live = [*self.live[:head], *spans, *self.live[len(old) - tail :]]
        self.said = new

    def _edits(
        self, no: int, old_range: range, new_range: range, used: set[int], took: dict[int, int],
        new: list[PlacedSentence],
    ) -> tuple[dict[int, Runs], set[int]]:  # fmt: skip
        """Return the runs of each new sentence that is an edit of old ones, and those old ones."""
        found: dict[int, Runs] = {}
        edited: set[int] = set()
        self.sources = {}
        for olds, news in _gaps(old_range, new_range, used, took):
            if not olds or not news or self._is_much(olds, news, new):
                continue
            old_bags, new_bags = self._bags(olds, news, new)  # of one gap: all together may be many
            if len(olds) * len(news) <= MOST_COMPARED:
                for j in news:
                    sources = [i for i in olds if _is_source(old_bags[i], new_bags[j])]
                    if sources:
                        self._edit(no, sources, j, new, found, edited)
            left = [j for j in news if j not in found]
            least = similarity.least_edited(len(olds), len(news))
            pairs = similarity.candidates(
                [old_bags[i] for i in olds], [new_bags[j] for j in left], least=least
            )
            self._best(no, [(pair.score, olds[pair.a], left[pair.b]) for pair in pairs], new, found, edited)
        olds = [i for i in old_range if i not in used]
        news = [j for j in new_range if j not in took and j not in found]
        if olds and news and not self._is_much(olds, news, new):
            old_bags, new_bags = self._bags(olds, news, new)
            # Of what stood elsewhere: it must be nearly the same.
            pairs = similarity.candidates(
                [old_bags[i] for i in olds], [new_bags[j] for j in news], least=similarity.MOVED
            )
            self._best(no, [(pair.score, olds[pair.a], news[pair.b]) for pair in pairs], new, found, edited)
        return found, edited

    def _bags(
        self, olds: Sequence[int], news: Sequence[int], new: list[PlacedSentence]
    ) -> tuple[similarity.Bags, similarity.Bags]:
        return (
            similarity.Bags(lambda i: self.said[i].text, len(olds)),
            similarity.Bags(lambda j: new[j].text, len(news)),
        )

    def _is_much(self, olds: Sequence[int], news: Sequence[int], new: Sequence[PlacedSentence]) -> bool:
        """Tell whether too much is unmatched to hold each sentence against others."""
        return any(
            len(numbers) > MOST_UNMATCHED
            or sum(len(said[number].text) for number in numbers) > MOST_UNMATCHED_CHARACTERS
            for numbers, said in ((olds, self.said), (news, new))
        )

    def _best(
        self,
        no: int,
        pairs: Iterable[tuple[float, int, int]],
        new: list[PlacedSentence],
        found: dict[int, Runs],
        edited: set[int],
    ) -> None:
        """Take each sentence that has no source yet for an edit of what it is most like, if anything.

        Of two that are as much like it, of the one that nothing else is an edit of.
        """
        for _, i, j in sorted(pairs, key=lambda pair: (-pair[0], pair[1] in edited, *pair[1:])):
            if j not in found:
                self._edit(no, [i], j, new, found, edited)

    def _edit(
        self,
        no: int,
        sources: list[int],
        j: int,
        new: list[PlacedSentence],
        found: dict[int, Runs],
        edited: set[int],
    ) -> None:
        edited.update(sources)
        self.sources[j] = sources
        found[j] = self._runs(no, sources, new[j].text)

    def _runs(self, no: int, sources: list[int], text: str) -> Runs:
        """Return the version that brought each run of words of an edited sentence."""
        old: list[str] = []
        owned: list[tuple[int, int]] = []
        for i in sources:
            span, said = self.live[i], self.said[i].text
            of_this = span.runs or ((span.origin_no, len(without_blanks(said))),)
            _add(owned, *of_this[0])
            owned += of_this[1:]
            old += _tokens(said)
        ends = list(accumulate(size for _, size in owned))
        parts = _tokens(text)
        old_at, new_at = ([0, *accumulate(map(len, side))] for side in (old, parts))
        runs: list[tuple[int, int]] = []
        for same in sequences.align(old, parts):
            start, stop = new_at[same.b_start], new_at[same.b_end]
            if not same.same:
                _add(runs, no, stop - start)
            elif start < stop:
                ahead = stop - old_at[same.a_end]
                first, last = bisect_right(ends, start - ahead), bisect_left(ends, stop - ahead)
                _add(runs, owned[first][0], min(ends[first] + ahead, stop) - start)
                if first < last:
                    runs += owned[first + 1 : last]
                    _add(runs, owned[last][0], stop - ahead - ends[last - 1])
        return tuple(runs)


@lru_cache(maxsize=64)  # what an edit brought, the next one may change
def _tokens(text: str) -> tuple[str, ...]:
    """Return the words and marks of a sentence, without the blanks."""
    return tuple(token for token in tokens(text) if not token.isspace())


def _is_source(old: similarity.Bag, new: similarity.Bag) -> bool:
    """Tell whether half of the lighter of two sentences, by the weight of its words, is in the other."""
    return similarity.shared(old, new) >= max(0.01, _SHARED * min(old.weight, new.weight))


def _add(runs: list[tuple[int, int]], owner: int, size: int) -> None:
    if size and runs and runs[-1][0] == owner:
        runs[-1] = owner, runs[-1][1] + size
    elif size:
        runs.append((owner, size))


def _oldest(before: Span, edit: Runs | None) -> Runs | None:
    """Return the runs of a sentence that came back; each word has the older origin if it is an edit too."""
    if edit is None:
        return before.runs
    length = sum(size for _, size in edit)
    owners = [_owners(before.runs or ((before.origin_no, length),)), _owners(edit)]
    runs: list[tuple[int, int]] = []
    for owner in map(min, *owners):
        _add(runs, owner, 1)
    return None if runs == [(before.origin_no, length)] else tuple(runs)


def _owners(runs: Runs) -> list[int]:
    return [owner for owner, size in runs for _ in range(size)]


def _gaps(
    old_range: range, new_range: range, used: set[int], took: dict[int, int]
) -> list[tuple[list[int], list[int]]]:
    """Return what is unmatched on both sides, between those matched sentences that kept their order."""
    kept = _rising([took[j] for j in new_range if j in took])
    gaps: list[tuple[list[int], list[int]]] = []
    at = old_range.start
    news: list[int] = []
    for j in new_range:
        if j not in took:
            news.append(j)
        elif took[j] in kept:
            gaps.append(([i for i in range(at, took[j]) if i not in used], news))
            at, news = took[j] + 1, []
    gaps.append(([i for i in range(at, old_range.stop) if i not in used], news))
    return gaps


def _rising(numbers: Sequence[int]) -> set[int]:
    """Return the longest subsequence that rises; the numbers are all different."""
    tails: list[int] = []
    back: dict[int, int] = {}
    for number in numbers:
        at = bisect_left(tails, number)
        if at:
            back[number] = tails[at - 1]
        tails[at : at + 1] = [number]
    found: set[int] = set()
    number = tails[-1] if tails else -1
    while number >= 0:
        found.add(number)
        number = back.get(number, -1)
    return found
