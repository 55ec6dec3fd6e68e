"""Ask whether a version lost what could be read of the one before: to damage, not to an editor.

Of a version without a text nothing else can be said. Where places of a text cannot be read, it is damage
alone if all that can be read stood in the version before, in this order.
"""

from __future__ import annotations

from ingest.edits.pair import Pair
from ingest.edits.questions import Answer, no, yes
from ingest.expressions import expression

# Why no text can be made of the bytes themselves, whoever reads them.
UNREADABLE = {
    "binary": "it is no text any more",
    "nul": "NULs stand in it",
    "undecodable": "its bytes are characters of no encoding",
}
_LOST = expression("\ufffd+")
_MOST_PLACES = 10_000


def unreadable(pair: Pair) -> Answer:
    """Ask whether a version that had a text has none."""
    why = pair.after.unread
    if why is None:
        return no("both versions have a text")
    return yes(f"it can no longer be read: {UNREADABLE[why]}")


def lost_characters(pair: Pair) -> Answer:
    """Ask whether nothing changed but that places cannot be read."""
    if not pair.after.lossy:
        return no("each place of the text can be read")
    before, after = pair.before.text, pair.after.text
    found = len(_LOST.findall(after)) - len(_LOST.findall(before))
    if found <= 0:
        return no("no more places than before cannot be read")
    if found > _MOST_PLACES or not _stood_before(_LOST.split(after), before):
        return no("more differs than places that cannot be read")
    places = "1 place" if found == 1 else f"{found} places"
    return yes(f"{places} can no longer be read; what can be read stood there before")


def _stood_before(parts: list[str], before: str) -> bool:
    """Tell whether a text begins with the first part, ends with the last and has the others between.

    Blank at the end of either does not count.
    """
    first, *between, last = parts
    if not before.startswith(first):
        return False
    at = len(first)
    for part in between:
        at = before.find(part, at)
        if at < 0:
            return False
        at += len(part)
    last = last.rstrip()
    end = len(before.rstrip()) if last else len(before)
    return before.endswith(last, 0, end) and at <= end - len(last)
