"""Media types that are asked for by name."""

from __future__ import annotations

HTML = "text/html"
RTF = "application/rtf"
MAIL = "message/rfc822"
TEXTUAL = frozenset({HTML, RTF, MAIL})  # documents that are text by themselves
