"""Text as the full-text index holds it, the same on both databases and for queries."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """The words of a text, small and without marks on their letters; all else is a blank."""
    plain = text.lower()
    if not plain.isascii():
        # Some letters are capitals only once they are taken apart, and some small ones have marks only then.
        apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", plain).lower())
        plain = "".join(char for char in apart if not unicodedata.combining(char))
    return "".join(char if char.isalnum() else " " for char in plain)
