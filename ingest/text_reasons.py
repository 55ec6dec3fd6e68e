"""Why a version has no text, in words: of one version, and of many that are counted."""

from __future__ import annotations

from collections.abc import Mapping

_WORDS = {
    "binary": ("it is no text, but binary data", "binary"),
    "nul": ("NULs stand in it", "with NULs"),
    "undecodable": ("its bytes are characters of no known encoding", "in no known encoding"),
    "unsupported": ("its format is not read", "in a format that is not read"),
    "password": ("it is encrypted", "encrypted"),
    "no_text_layer": ("its pages hold no characters: it is a scan", "scanned without characters"),
    "no_extractor": ("what reads its format is not installed", "whose reader is not installed"),
    "too_large": ("it is larger than what is read", "larger than what is read"),
    "refused": ("it is damaged, or beyond a limit of form", "damaged or beyond a limit of form"),
    "extractor_failed": (
        "its reader failed: it crashed, or took too much memory or too long",
        "whose reader failed",
    ),
    "not_confined": ("the system grants no lock to read it behind", "not read for want of a lock"),
}


def in_words(reason: str | None) -> str:
    """Say why one version has no text: a clause. A reason that is not known stands for itself."""
    return _WORDS.get(reason or "", (reason or "nobody knows why",))[0]


def counts_in_words(numbers: Mapping[str, int]) -> str:
    """Say how many have no text, by reason: `1 binary, 2 encrypted`."""
    return ", ".join(f"{many:,} {_WORDS.get(reason, ('', reason))[1]}" for reason, many in numbers.items())
