"""Why an answer is empty, said where it could only be so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.cli.output import note

if TYPE_CHECKING:
    from ingest.history.prefixes import Prefix
    from ingest.store.engine import Connection


def say_why(connection: Connection, *, prefix: Prefix, language: str | None = None) -> None:
    """Note on standard error what nobody has of what was asked for; nothing where somebody has it all."""
    from ingest.history import languages, prefixes

    unknown = prefixes.unknown(connection, prefix)
    spoken = None if language is None else languages.unknown(connection, language)
    for why in (unknown, spoken):
        if why is not None:
            note(why)
