"""What a field of a document asks for: two instructions that ask for the same are one.

A program that saves a document writes instructions anew: with switches that tell how a result looks or that
it can be clicked, an address with its slash, a link as a field or as an element of its own.
"""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from ingest.expressions import expression

_STRING = r'"(?:[^"\\]|\\.)*"'
_LOOKS = rf"\\[*@#]\s*(?:{_STRING}|\S+)"
_PART = expression(rf"{_STRING}|{_LOOKS}|\S+")
_CLICKS = frozenset((r"\h", r"\z"))
_LINK = "HYPERLINK"
_DRAWN = "SHAPE"  # a frame around a drawing: it says nothing, and is written or left out as programs like
_WITH_HOST = frozenset(("http", "https", "ftp"))


def instruction(kind: object, text: object) -> str | None:
    """Return what a field asks for, in one form; None where it asks for nothing."""
    if kind == _DRAWN:
        return None
    instruction = str(text or "")
    if kind == _LINK:
        return f"{_LINK} {_address(_target(instruction))}"
    parts = [found[0] for found in _PART.finditer(instruction)]
    return " ".join(part for part in parts if part not in _CLICKS and part[:2] not in {r"\*", r"\@", r"\#"})


def _target(instruction: str) -> str:
    """Return where a link leads, written as one address, as an instruction with its switches or alone."""
    parts = [found[0] for found in _PART.finditer(instruction)]
    if parts[:1] != [_LINK]:
        return instruction
    address = place = ""
    is_place = False
    for part in parts[1:]:
        if part.startswith("\\"):
            is_place = part == r"\l"
        elif is_place:
            place, is_place = part.strip('"'), False
        elif not address:
            address = part.strip('"')
    return f"{address}#{place}" if place else address


def _address(target: str) -> str:
    try:
        parts = urlsplit(target)
    except ValueError:  # a host that is none
        return target
    if parts.scheme not in _WITH_HOST:
        return target
    return urlunsplit(parts._replace(netloc=parts.netloc.lower(), path=parts.path or "/"))
