"""Text as the full-text index holds it, the same on both databases and for queries."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """The words of a text, small and without marks on their letters; all else is a blank."""
    plain = text.lower()
    if not plain.isascii():
        plain = "".join(
            char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char)
        )
    return "".join(char if char.isalnum() else " " for char in plain)
