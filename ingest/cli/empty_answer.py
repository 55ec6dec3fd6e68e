"""Why an answer is empty: a prefix, a language or a period of which nothing is recorded."""

from __future__ import annotations

from ingest.cli.output import note
from ingest.cli.times import calendar
from ingest.history import languages, log_moments, prefixes
from ingest.history.prefixes import Prefix
from ingest.store.engine import Connection


def say_why(
    connection: Connection, *, prefix: Prefix, language: str | None = None, until: str | None = None
) -> None:
    """Note on standard error each filter that no document can match; say nothing where all may match.

    A period that ends, with `until`, before the record begins is one of which nothing is known.
    """
    unknown = prefixes.unknown(connection, prefix)
    spoken = None if language is None else languages.unknown(connection, language)
    before = None if until is None else log_moments.before_record(connection, until, calendar(), prefix.root)
    for why in (unknown, spoken, before):
        if why is not None:
            note(why)
