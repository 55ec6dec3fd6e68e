"""Text from outside made safe to show: control characters and bidi controls become visible.

Everything that prints goes through here; what is stored stays as it is.
"""

from __future__ import annotations

import base64
import re

from ingest.expressions import expression

# C0, DEL, C1, the bidi embeddings, overrides and isolates, the bidi marks, line and paragraph
# separators (a terminal or a log viewer may break the line there), lone surrogates.
_UNSAFE = "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
_IN_TEXT = expression(f"[{_UNSAFE}]")
_IN_NAME = expression(f"[{_UNSAFE}\t\n]")
# The same as they stand in UTF-8, so that a long record need not be decoded: only what JSON allows raw.
_IN_JSON = expression(rb"\x7f|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]")


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"  # a byte of a name that is not UTF-8
    return f"\\u{{{code:04x}}}"


def text(value: str) -> str:
    r"""Return a document's text for people: tab and newline stay, other controls become `\u{001b}`."""
    if value.isascii() and value.isprintable():
        return value
    return _IN_TEXT.sub(_visible, value)


def name(value: str) -> str:
    """Return a name or an error for people: one line, whatever is in it."""
    if value.isascii() and value.isprintable():
        return value
    return _IN_NAME.sub(_visible, value)


def json(encoded: bytes) -> bytes:
    r"""Return encoded JSON with the controls that JSON allows raw turned into `\uXXXX`."""
    if encoded.isascii() and b"\x7f" not in encoded:
        return encoded
    return _IN_JSON.sub(lambda match: b"\\u%04x" % ord(match[0].decode()), encoded)


def is_utf8(value: str) -> bool:
    """Tell whether an argument was valid UTF-8: Python hands over other bytes as lone surrogates."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def path(raw: bytes) -> str:
    r"""Return a path as a string: UTF-8, each byte that is not valid as `\xNN`."""
    return raw.decode("utf-8", "backslashreplace")


def path_fields(field: str, raw: bytes | None) -> dict[str, str | None]:
    """Return the record fields of a path: `field`, and `field_base64` where it is not valid UTF-8."""
    if raw is None:
        return {field: None}
    try:
        return {field: raw.decode()}
    except UnicodeDecodeError:
        return {field: path(raw), f"{field}_base64": base64.b64encode(raw).decode()}
