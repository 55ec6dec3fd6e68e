"""Line ends: which ones a text uses, and one kind for all. Only CR, LF and CR LF end a line."""

from __future__ import annotations


def style(text: str) -> str | None:
    """Return `lf`, `crlf` or `cr`, `mixed` for more than one of them, None for a text of one line."""
    if "\r" not in text:
        return "lf" if "\n" in text else None
    crlf = text.count("\r\n")
    kinds = [
        kind
        for kind, found in (
            ("lf", text.count("\n") - crlf),
            ("crlf", crlf),
            ("cr", text.count("\r") - crlf),
        )
        if found
    ]
    return kinds[0] if len(kinds) == 1 else "mixed"


def to_lf(text: str) -> str:
    r"""Return the text with `\n` for every line end; the same object when there is nothing to do."""
    if "\r" not in text:
        return text
    return text.replace("\r\n", "\n").replace("\r", "\n")
