"""What is said on standard error of the moments that were asked for."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.cli.output import note
from ingest.cli.times import calendar
from ingest.history.log_moments import beginning_words, is_to_come
from ingest.store.engine import Connection


def note_unbegun(begins: Mapping[str, int | None]) -> None:
    """Name the roots that an answer leaves out, since their record begins later than the moment asked for."""
    for name, at in begins.items():
        note(f"left out: {beginning_words(name, at, calendar())}")


def note_to_come(connection: Connection, *words: str | None) -> None:
    """Say of each moment that was asked for and lies in the future that nothing is known of it yet."""
    for each in dict.fromkeys(words):
        if each is not None and is_to_come(connection, each, calendar()):
            note(f"{each} is still to come: what is told is as of now")
