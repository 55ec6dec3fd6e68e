"""How a root was observed, in a sentence. Pure."""

from __future__ import annotations

from ingest import escape
from ingest.web.overview import RootCoverage
from ingest.web.words import Words

_WHOLE = "{name} has been watched since {when}, without a gap."
_NEVER = (
    "{name} is on record since {when}, and was at no time watched: an edit that was undone could be missing."
)
_ONCE = "{name} has been watched since {when}, but for one stretch: from {a} to {b} it was {state}."
_SINCE = "{name} has been watched since {b}; before that, from {a}, it was {state}."
_OFTEN = (
    "{name} is on record since {when}, with {n} stretches in which it was not watched; the last began {a}."
)


def sentence(place: RootCoverage, words: Words) -> str:
    """Return a sentence that says how a root was observed, with its gaps."""
    name = escape.name(place.name)
    if place.begins_at is None:
        return words("{name} has no record yet.", name=name)
    begins = words.when(place.begins_at)
    gaps = [each for each in place.stretches if each.state != "watched"]
    if not gaps:
        return words(_WHOLE, name=name, when=begins)
    if len(gaps) == len(place.stretches):
        return words(_NEVER, name=name, when=begins)
    last = gaps[-1]
    if len(gaps) == 1:
        ends = words("now") if last.until is None else words.when(last.until)
        since, state = words.when(last.since), words(last.state)
        if last == place.stretches[0]:
            return words(_SINCE, name=name, a=since, b=ends, state=state)
        return words(_ONCE, name=name, when=begins, a=since, b=ends, state=state)
    return words(_OFTEN, name=name, when=begins, n=len(gaps), a=words.when(last.since))
