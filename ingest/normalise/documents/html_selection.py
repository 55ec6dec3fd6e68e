"""Those parts of a page of HTML that a person picked by CSS selectors, read as a whole page is."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from ingest.normalise import selectors
from ingest.normalise.documents import html_whole
from ingest.normalise.documents.draft import Draft
from ingest.normalise.documents.html_blocks import IMPLIED, VOID, Page
from ingest.normalise.documents.html_tokens import attributes, tokens
from ingest.normalise.extraction import Annotation, Extracted, Limits, Refused
from ingest.normalise.selectors import Matcher, MatchState

WAY = "html-selected/2"
_ENDS_PARAGRAPH_LIST = """
    p div section article aside ul ol table h1 h2 h3 h4 h5 h6 pre
"""
_ENDS_PARAGRAPH = frozenset(_ENDS_PARAGRAPH_LIST.split())


def read(data: bytes, limits: Limits, *, select: Sequence[str] = (), remove: Sequence[str] = ()) -> Extracted:
    """Return the text of what `select` picks, or of all, without what `remove` does.

    Elements that are picked within picked ones count once. Where nothing is picked, the text is empty.
    """
    if len(data) > limits.markup:
        raise Refused("too_large", f"more than {limits.markup} bytes of HTML")
    draft = Draft(limits)
    page = Page(draft, limits)
    page.read("".join(_kept(html_whole.characters(data), limits, select, remove)))
    claims = [Annotation(name=name, text=value) for name, value in page.properties.items()]
    return draft.extracted(
        way=WAY, media_type=html_whole.MEDIA_TYPE, notes=page.notes, beside={"properties": claims}
    )


class _Open:
    """An element that is open: whether it, or one that it stands in, is picked, and is removed."""

    __slots__ = ("is_picked", "is_removed", "matched", "name")

    def __init__(
        self, name: str, matched: tuple[MatchState, MatchState], *, is_picked: bool, is_removed: bool
    ) -> None:
        self.name = name
        self.matched = matched
        self.is_picked = is_picked
        self.is_removed = is_removed


def _kept(text: str, limits: Limits, select: Sequence[str], remove: Sequence[str]) -> Iterator[str]:
    """Yield the mark-up of what is kept."""
    picks = Matcher([each for words in select for each in selectors.parse(words)])
    drops = Matcher([each for words in remove for each in selectors.parse(words)])
    opened = [_Open("", (picks.root, drops.root), is_picked=not select, is_removed=False)]
    for token in tokens(text):
        above = opened[-1]
        if not token.name:
            if above.is_picked and not above.is_removed:
                yield html.escape(token.text, quote=False)
            continue
        if token.is_end:
            yield from _closed(opened, token.name)
            continue
        yield from _implied(opened, token.name)
        above = opened[-1]
        has = attributes(token.text)
        picked, is_picked = picks.at(above.matched[0], token.name, has)
        dropped, is_dropped = drops.at(above.matched[1], token.name, has)
        made = _Open(
            token.name,
            (picked, dropped),
            is_picked=above.is_picked or is_picked,
            is_removed=above.is_removed or is_dropped,
        )
        if made.is_picked and not made.is_removed:
            yield f"<{token.name}{token.text}>"
        if token.name not in VOID:
            if len(opened) > limits.depth:
                raise Refused("refused", f"more than {limits.depth} elements within each other")
            opened.append(made)


def _closed(opened: list[_Open], name: str) -> Iterator[str]:
    """End the nearest open element of this name, with all that it holds."""
    if all(each.name != name for each in opened[1:]):
        return
    while len(opened) > 1:
        last = opened.pop()
        if last.is_picked and not last.is_removed:
            yield f"</{last.name}>"
        if last.name == name:
            return


def _implied(opened: list[_Open], name: str) -> Iterator[str]:
    """Close the open elements that end where this one starts: a `li` ends the `li` before it."""
    if name in _ENDS_PARAGRAPH and opened[-1].name == "p":
        yield from _closed(opened, "p")
    ended, within = IMPLIED.get(name, (frozenset(), frozenset()))
    for each in reversed(opened[1:]):
        if each.name in within:
            return
        if each.name in ended:
            yield from _closed(opened, each.name)
            return
