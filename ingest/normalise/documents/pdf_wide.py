"""Scripts that are written without blanks: Chinese and Japanese. A line of them ends anywhere."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.expressions import expression

# For classes of regular expressions: letters, and the punctuation that is as wide as they are.
WIDE = "\u2e80-\u303f\u3040-\u312f\u31a0-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
OPENING = "\u3008\u300a\u300c\u300e\u3010\u3014\u3016\u201c\u2018\uff08\uff3b\uff5b"
CLOSING = (
    "\u3001\u3002\u3009\u300b\u300d\u300f\u3011\u3015\u3017\u201d\u2019\u2026"
    "\uff01\uff09\uff0c\uff0e\uff1a\uff1b\uff1f\uff3d\uff5d"
)
_LETTER = r"[^\W_]"
_ANY = expression(f"[{WIDE}]")
_END = expression(rf"(?<=[{WIDE}{CLOSING}])[ \t]*[\r\n]+\s*(?=[{OPENING}{WIDE}])")
_END_BESIDE = expression(
    rf"(?<=[{WIDE}{CLOSING}])[ \t]*[\r\n]+\s*(?={_LETTER})|(?<=\w)[ \t]*[\r\n]+\s*(?=[{WIDE}])"
)
_MEETING = expression(rf"[{WIDE}]( ?)[a-zA-Z0-9]|[a-zA-Z0-9]( ?)[{WIDE}]")


class Wide:
    """How a document parts such letters from others: with a blank or without."""

    def __init__(self, texts: Iterable[str]) -> None:
        parted = joined = 0
        for text in texts:
            if not text.isascii() and _ANY.search(text) is not None:
                for found in _MEETING.finditer(text):
                    if found[1] or found[2]:
                        parted += 1
                    else:
                        joined += 1
        self._is_parted = parted > joined

    def joined(self, text: str) -> str:
        """Return the text without the ends of lines between letters that stand without a blank."""
        if text.isascii() or _ANY.search(text) is None:
            return text
        text = _END.sub("", text)
        return text if self._is_parted else _END_BESIDE.sub("", text)
