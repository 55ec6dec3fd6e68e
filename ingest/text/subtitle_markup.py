"""The markup of subtitles: the numbers and times of cues, and what tells how they are shown.

SubRip (`.srt`) and WebVTT (`.vtt`) are read by one walk over the lines: a line of times begins a cue, the
line before it is its number or name, and what follows up to an empty line are its words.
"""

from __future__ import annotations

from ingest.expressions import expression
from ingest.text.markup import Cut, Item, Kind, Speech, without

_TIME = r"(?:[0-9]{1,4}:)?[0-9]{1,2}:[0-9]{1,2}[.,][0-9]{1,3}"
TIMES = expression(rf"[ \t]*({_TIME}[ \t]*-->[ \t]*{_TIME})[ \t]*([^\n]*)")
_BLOCK = expression(r"(NOTE|STYLE|REGION)(?:[ \t]|\Z)")
TAG = expression(r"</?(?:[A-Za-z][\w.-]{0,60}|[0-9:.]{5,20})(?:[ \t][^<>\n]{0,200})?>|\{\\[^{}\n]{1,100}\}")
_PLAIN_TAGS = ("b", "i", "u", "c", "/b", "/i", "/u", "/c", "/v", "/font", "/lang")


def read(text: str) -> Speech:
    """Return the words of the cues, and their times and other markup."""
    cuts: list[Cut] = []
    items: list[Item] = []
    lines = text.split("\n")
    starts: list[int] = []
    at = 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    block = ""
    for number, line in enumerate(lines):
        start, end = starts[number], starts[number] + len(line)
        times = TIMES.match(line) if "-->" in line else None
        if times is not None:
            block = ""
            items.append(Item("time", times[1]))
            if times[2].strip():
                items.append(Item("style", " ".join(times[2].split())))
            cuts.append(Cut(start, end))
        elif not line.strip():
            block = ""
        elif names_cue(lines, number):
            cuts.append(Cut(start, end))
            if not line.strip().isdigit():
                items.append(Item("number", line.strip()))
        elif (
            block
            or (number == 0 and line.startswith(("WEBVTT", "\ufeffWEBVTT")))
            or begins_block(lines, number)
        ):
            block = block or line[:5]
            kind: Kind = "comment" if block.startswith("NOTE") else "style"
            items.append(Item(kind, " ".join(line.split())))
            cuts.append(Cut(start, end))
        elif "<" in line or "{" in line:
            for tag in TAG.finditer(line):
                cuts.append(Cut(start + tag.start(), start + tag.end()))
                if tag[0].strip("<>").lower() not in _PLAIN_TAGS:
                    items.append(Item("style", tag[0]))
    return without(text, cuts, items)


def names_cue(lines: list[str], number: int) -> bool:
    """Tell whether a line is the number or the name of the cue whose times follow it."""
    following = lines[number + 1] if number + 1 < len(lines) else ""
    after_blank = number == 0 or not lines[number - 1].strip()
    return after_blank and "-->" in following and TIMES.match(following) is not None


def begins_block(lines: list[str], number: int) -> bool:
    """Tell whether a block begins at a line that is no cue: a note, a style, a region."""
    return (number == 0 or not lines[number - 1].strip()) and _BLOCK.match(lines[number].rstrip()) is not None
