"""HTML cut into tags and text, as browsers cut it, in time that grows with its length and no faster.

What looks like a tag and never ends is text, so that no word is lost. Comments, declarations, scripts and
styles are left out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import msgspec

from ingest.expressions import expression, possessive
from ingest.normalise.extraction import Refused

# A quotation mark holds a value only behind an equals sign; one that is never closed is a character.
_AFTER_EQUALS = r"=\s*+" + possessive(r""""[^"]*"|'[^']*'""", "?")
_TAG = expression(rf"<(/?)([a-zA-Z][^\s/>]*+)({possessive(f'[^>=]++|{_AFTER_EQUALS}')})>")
_ATTRIBUTE = expression(r"""([^\s/>="'][^\s/>=]*)(?:\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'>][^\s>]*)))?""")
_RAW = {"script", "style", "iframe", "noembed", "xmp", "textarea", "title"}
_SHOWN_RAW = {"xmp", "textarea", "title"}
_RAW_END = {name: expression(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in _RAW}
_ZEROS = expression(r"&#0+(?=[0-9])")
_BEYOND = expression(r"&#[0-9]{8,};?")  # any character's number
_MANY = 10_000
_LONG = 20_000


class Token(msgspec.Struct, frozen=True):
    """Text (`name` is empty), or a tag: `text` is then what stands between its name and its end."""

    name: str
    text: str
    is_end: bool = False


def tokens(text: str) -> Iterator[Token]:
    """Return the tags and the texts, in order; names are lower-case, character references resolved."""
    at, end = 0, len(text)
    while at < end:
        opened = text.find("<", at)
        if opened < 0:
            break
        if opened > at:
            yield Token("", unescaped(text[at:opened]))
        following = text[opened + 1 : opened + 2]
        named = text[opened + 2 : opened + 3] if following == "/" else following
        is_tag = named.isascii() and named.isalpha()
        if following in {"!", "?"} or (following == "/" and not is_tag):
            at = _after_comment(text, opened)
        elif is_tag:
            tag = _TAG.match(text, opened)
            if tag is None:
                at = opened
                break
            name = tag[2].lower()
            if len(tag[3]) > _LONG and tag[3].count("=") > _MANY:
                raise Refused("refused", f"a tag with more than {_MANY} attributes")
            yield Token(name, tag[3], bool(tag[1]))
            at = tag.end()
            if name in _RAW and not tag[1]:
                closing = _RAW_END[name].search(text, at)
                body_end = end if closing is None else closing.start()
                if name in _SHOWN_RAW:
                    yield Token("", unescaped(text[at:body_end]))
                at = body_end
        else:
            yield Token("", "<")
            at = opened + 1
    if at < end:
        yield Token("", unescaped(text[at:]))


def unescaped(text: str) -> str:
    """Return the text with its character references resolved, however long their numbers are."""
    if "&#" in text:
        text = _BEYOND.sub("\ufffd", _ZEROS.sub("&#", text))
    return html.unescape(text)


def attributes(tag: str) -> dict[str, str]:
    """Return the attributes of a tag, names in lower case; the first of each name counts."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(tag):
        value = match[2] or match[3] or match[4] or ""
        found.setdefault(match[1].lower(), unescaped(value))
    return found


def _after_comment(text: str, opened: int) -> int:
    """Return where the comment or declaration that begins here has ended, if need be with the text."""
    if not text.startswith("<!--", opened):
        closed = text.find(">", opened)
        return len(text) if closed < 0 else closed + 1
    for short in ("<!-->", "<!--->"):
        if text.startswith(short, opened):
            return opened + len(short)
    closed = text.find("-->", opened + 4)
    return len(text) if closed < 0 else closed + 3
