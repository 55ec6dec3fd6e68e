"""What a fact was in each version: the values of one place of a text, in the order they came. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import msgspec

from ingest.edits.edit import Edit

MOST = 30
FIRST, LAST = 2, 8  # values of a fact that are shown where it had more
_LABEL = 90  # characters of the sentence that names the place


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """A value and the versions, first and last, that had it; the last is null where no edit changed it.

    The first is null where it stood there before the first edit of it, and since when is not known.
    `again` says that it stood there before.
    """

    text: str
    first: int | None
    last: int | None
    again: bool = False


class Strand(msgspec.Struct, frozen=True, kw_only=True):
    """A fact over the versions; `version` changed it last, `silent` says whether that edit was silent.

    `offset` is its place in the text of that version, with `page` and `heading`. `left` counts the values
    that are left out, between the first two and the last ones. `gone` says that the newest text has the last
    value nowhere.
    """

    kind: str
    sentence: str
    values: list[Value]
    left: int
    version: int
    offset: int
    silent: bool | None
    page: int | None = None
    heading: str | None = None
    gone: bool = False


class _StrandDraft:
    def __init__(self, number: int, kind: str, sentence: str, before: str) -> None:
        self.number = number
        self.kind = kind
        self.sentence = sentence
        self.before = before
        self.values: list[tuple[str, int]] = []
        self.offset = 0
        self.silent: bool | None = None
        self.page: int | None = None
        self.heading: str | None = None


def strands(
    edits: Sequence[tuple[int, Edit]], *, until: int, newest: Callable[[], str | None]
) -> tuple[list[Strand], int]:
    """Return the facts that changed up to a version, those changed last first, and how many are left out.

    `edits` are the versions and the edits that made them, oldest first. A value that goes on from where
    another change of its kind ended, in a sentence alike, is the same fact. `newest` gives the text of the
    version; it is asked where a fact was last changed in an earlier one.
    """
    made: list[_StrandDraft] = []
    ends: defaultdict[tuple[str, str], list[_StrandDraft]] = defaultdict(list)  # by kind and last value
    for version, edit in edits:
        for fact in edit.facts if version <= until else ():
            if fact.before is None or fact.after is None:
                continue
            going_on = ends[fact.kind, fact.before.casefold()]
            alike = (each for each in going_on if _are_alike(each.sentence, fact.sentence))
            held = max(alike, key=lambda each: each.number, default=None)
            if held is None:
                held = _StrandDraft(len(made), fact.kind, fact.sentence, fact.before)
                made.append(held)
            else:
                going_on.remove(held)
            held.values.append((fact.after, version))
            held.sentence, held.silent = fact.sentence, edit.silent
            held.offset, held.page, held.heading = fact.to_offset, fact.page, fact.heading
            ends[fact.kind, fact.after.casefold()].append(held)
    made.sort(key=lambda each: -each.values[-1][1])
    shown = made[:MOST]
    text = newest() if any(each.values[-1][1] < until for each in shown) else None
    words = None if text is None else _plain(text)
    found = [_strand(each, gone=each.values[-1][1] < until and _is_gone(each, words)) for each in shown]
    return found, max(0, len(made) - MOST)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _is_gone(made: _StrandDraft, words: str | None) -> bool:
    """Tell whether a text has the last value of a fact nowhere, where it can be told by its letters."""
    value = _plain(made.values[-1][0])
    return words is not None and value not in words and value in _plain(made.sentence)


def _are_alike(before: str, after: str) -> bool:
    a, b = set(before.casefold().split()), set(after.casefold().split())
    return len(a & b) * 2 >= min(len(a), len(b))


def _strand(made: _StrandDraft, *, gone: bool) -> Strand:
    changed = made.values[0][1]
    values = [Value(text=made.before, first=1 if changed == 2 else None, last=changed - 1)]
    seen = {made.before.casefold()}
    for number, (text, first) in enumerate(made.values):
        last = made.values[number + 1][1] - 1 if number + 1 < len(made.values) else None
        values.append(Value(text=text, first=first, last=last, again=text.casefold() in seen))
        seen.add(text.casefold())
    words = " ".join(made.sentence.split())
    label = words if len(words) <= _LABEL else words[: _LABEL - 1] + "…"
    left = max(0, len(values) - FIRST - LAST)
    shown = values[:FIRST] + values[-LAST:] if left else values
    return Strand(
        kind=made.kind,
        sentence=label,
        values=shown,
        left=left,
        version=made.values[-1][1],
        offset=made.offset,
        silent=made.silent,
        page=made.page,
        heading=made.heading,
        gone=gone,
    )
