"""What differs beside two texts: comments, tracked changes, hidden text, running heads, and whatever else.

Annotations are as they are recorded: for each kind a list of entries. Two entries are the same wherever they
stand, since whatever is edited above moves them; beside one text each has its place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from ingest.edits.field_instructions import instruction

_Entry = Mapping[str, object]  # one annotation, its fields by name
Annotations = Mapping[str, Sequence[_Entry]]
Weight = Literal["none", "cosmetic", "reworded"]

# Who reads the document may act on it, so nobody can say that nothing was said.
SPEAKING = ("tracked_changes", "comments", "hidden", "attachments")
TIMING = ("cue_times",)
_PLACED = frozenset({"place", "page"})
_NUMBERED = frozenset({"pages", "pages_without_text"})
_NAMES = {
    "tracked_changes": ("tracked change", "tracked changes"),
    "comments": ("comment", "comments"),
    "hidden": ("piece of hidden text", "pieces of hidden text"),
    "attachments": ("attachment", "attachments"),
    "fields": ("field", "fields"),
    "running_heads": ("running head", "running heads"),
    "cue_times": ("time of a cue", "times of cues"),
    "properties": ("property", "properties"),
    "pages": ("page", "pages"),
    "pages_without_text": ("page without text", "pages without text"),
}
_SHOWN = 60  # characters of what an annotation says


class AnnotationDifference(msgspec.Struct, frozen=True):
    """What differs in one kind of annotation, in a sentence."""

    kind: str
    words: str

    @property
    def weight(self) -> Weight:
        """Tell how much it can matter where nothing else differs."""
        if self.kind in SPEAKING:
            return "reworded"
        return "cosmetic" if self.kind in TIMING else "none"


def differences(
    before: Annotations | None, after: Annotations | None, *, same_text: bool
) -> list[AnnotationDifference]:
    """Return what differs, the kinds that speak first."""
    old, new = before or {}, after or {}
    found: list[AnnotationDifference] = []
    if old == new:
        return found
    for kind in _NAMES:
        were, are = old.get(kind, ()), new.get(kind, ())
        gone, came = _numbers(were, are) if kind in _NUMBERED else _apart(kind, were, are)
        if gone or came:
            found.append(AnnotationDifference(kind, _words(kind, gone, came, same_text=same_text)))
        elif same_text and (moved := _elsewhere(kind, were, are)):
            found.append(AnnotationDifference(kind, f"{_counted(kind, moved)} at another place"))
    return found


def _elsewhere(kind: str, old: Sequence[_Entry], new: Sequence[_Entry]) -> int:
    """Tell how many entries stand beside other words of one text, as when two speakers are exchanged."""
    if kind not in (*SPEAKING, *TIMING):
        return 0
    were, are = ([(each.get("place"), _key(kind, each)) for each in side] for side in (old, new))
    return sum((Counter(were) - Counter(are)).values())


def _apart(kind: str, old: Sequence[_Entry], new: Sequence[_Entry]) -> tuple[list[_Entry], list[_Entry]]:
    """Return the entries that are only in the first, and only in the second."""
    if kind == "fields":
        old, new = ([each for each in side if _asked(each) is not None] for side in (old, new))
    keys = [[_key(kind, each) for each in side] for side in (old, new)]
    left = [Counter(keys[0]) - Counter(keys[1]), Counter(keys[1]) - Counter(keys[0])]
    found: list[list[_Entry]] = [[], []]
    for at, side in enumerate((old, new)):
        for key, each in zip(keys[at], side, strict=True):
            if left[at][key]:
                left[at][key] -= 1
                found[at].append(each)
    return found[0], found[1]


def _key(kind: str, entry: _Entry) -> tuple[tuple[str, object], ...]:
    """Return what makes an entry the same as another, wherever it stands."""
    said = sorted((name, value) for name, value in entry.items() if name not in _PLACED)
    if kind == "fields":
        said = [(name, _asked(entry) if name == "text" else value) for name, value in said]
    return tuple(said)


def _asked(field: _Entry) -> str | None:
    return instruction(field.get("kind"), field.get("text"))


def _numbers(old: Sequence[_Entry], new: Sequence[_Entry]) -> tuple[list[_Entry], list[_Entry]]:
    """Return pages that only one side has: where they begin is the text's doing."""
    shared = min(len(old), len(new))
    return list(old[shared:]), list(new[shared:])


def _words(kind: str, gone: Sequence[_Entry], came: Sequence[_Entry], *, same_text: bool) -> str:
    if kind == "tracked_changes" and gone and not came and same_text:
        return f"{_counted(kind, len(gone))} accepted"
    if kind == "properties":
        names = sorted({str(each.get("name") or "unnamed") for each in (*gone, *came)})
        return f"other properties: {', '.join(names)}"
    told = []
    if kind == "attachments":
        both = {each.get("name") for each in gone} & {each.get("name") for each in came} - {None}
        changed = [each for each in came if each.get("name") in both]
        if changed:
            told.append(f"{_counted(kind, len(changed))} changed{_said(kind, changed)}")
        gone, came = ([each for each in side if each.get("name") not in both] for side in (gone, came))
    if came:
        told.append(f"{_counted(kind, len(came))} added{_by(came)}{_said(kind, came)}")
    if gone:
        told.append(f"{_counted(kind, len(gone))} removed{_by(gone)}{_said(kind, gone)}")
    return ", ".join(told)


def _counted(kind: str, number: int) -> str:
    one, several = _NAMES[kind]
    return one if number == 1 else f"{number:,} {several}"


def _by(entries: Sequence[_Entry]) -> str:
    authors = sorted({str(each["author"]) for each in entries if each.get("author")})
    return f" by {', '.join(authors[:3])}" if authors else ""


def _said(kind: str, entries: Sequence[_Entry]) -> str:
    """Return what the entry says, where there is one."""
    words = entries[0].get("name" if kind == "attachments" else "text")
    if len(entries) != 1 or not words or kind == "pages":
        return ""
    said = " ".join(str(words).split())
    return f": “{said if len(said) <= _SHOWN else said[: _SHOWN - 1] + '…'}”"
