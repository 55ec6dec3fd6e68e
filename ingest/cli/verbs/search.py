"""`ingest search`: full text over the current texts, or over every version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import click

from ingest import escape, moments
from ingest.change_line import shown_place
from ingest.cli.call import opened
from ingest.cli.empty_answer import say_why
from ingest.cli.index_snapshot import caught_up
from ingest.cli.moment_notes import note_to_come
from ingest.cli.options import NUMBER, as_json, verb
from ingest.cli.output import emit, line, note, paint
from ingest.cli.times import Times, calendar
from ingest.history import languages, log_moments, naming, prefixes
from ingest.index.fulltext import search
from ingest.index.fulltext.query import Clause, Term, parse, query_notes
from ingest.store import roots
from ingest.store.engine import Connection, Store

SHOWN = 160  # characters of a sentence
SPELT = 4  # stretches of versions


@verb
@click.argument("words", nargs=-1, required=True, metavar="QUERY")
@click.option("--all-versions", "every", is_flag=True, help="Every version ever, deleted documents too.")
@click.option("-n", "limit", type=NUMBER, metavar="N", help="At most N documents.")
@click.option("--root", metavar="NAME", help="Only this root.")
@click.option("--prefix", metavar="PATH", help="Only paths below the root that begin so: a folder, or more.")
@click.option("--language", metavar="L", help="Only texts in this language, by its ISO 639-1 code: en, nl.")
@click.option("--date", "date", metavar="D", help="Only documents of this day, month or year: 2021-02.")
@click.option("--since", metavar="M", help="Only versions recorded from this moment on.")
@click.option("--until", metavar="M", help="Only versions recorded up to this moment.")
def command(
    words: tuple[str, ...], every: bool, limit: int | None, root: str | None, prefix: str | None,
    language: str | None, date: str | None, since: str | None, until: str | None,
) -> None:  # fmt: skip
    """The documents that hold the words, those first that do most often, and the versions that do.

    Words must all be there; "…" is a phrase within one sentence, word* a beginning; AND, OR, NOT join.
    All else is text. A word stands for its forms in English, Dutch and German texts, elsewhere for itself.
    In Chinese, Japanese and Thai, which have no blanks between words, any run of letters is found.

    Exit: 0; 2 no such root, date or moment; 4 no store.
    """
    days = None if date is None else moments.days(date)
    query = " ".join(words)
    clauses = parse(query)
    for why in query_notes(query, clauses):
        note(why)
    with opened() as store, _asked(store, clauses) as connection:
        if connection is None:
            return
        below = prefixes.prefix_of(connection, prefix or "", naming.root_id(connection, root))
        wanted = search.SearchFilters(
            root=below.root,
            prefix=below.path,
            language=None if language is None else languages.code_of(language),
            days=days,
            since=None if since is None else log_moments.resolve_since(connection, since, calendar()) + 1,
            until=None if until is None else log_moments.resolve_moment(connection, until, calendar()),
        )
        note_to_come(connection, since, until)
        several = len(roots.every(connection)) > 1
        terms = [term for clause in clauses for term in clause.wanted]
        times = Times()
        found = False
        hits = islice(search.find(connection, clauses, wanted, every=every), limit)
        for hit, record, recorded in search.matches(connection, hits):
            found = True
            if as_json():
                emit(record)
            else:
                ends = (record.first_version, record.last_version)
                when = [times.show(recorded[number]) for number in dict.fromkeys(ends)]
                _show(record, terms, when, several=several, whole=hit.is_whole)
        if not found:
            say_why(connection, prefix=below, language=language, until=until)


@contextmanager
def _asked(store: Store, clauses: list[Clause]) -> Iterator[Connection | None]:
    """Open a snapshot with the index brought up to the log; None where nothing is asked of it."""
    if not clauses:
        yield None
        return
    with caught_up(store) as (connection, _):
        yield connection


# What begins with a dash is as likely to be asked for as anything else: `-5%`.
command.ignore_unknown_options = True


def _show(record: search.Match, words: list[Term], when: list[str], *, several: bool, whole: bool) -> None:
    where = escape.name(record.path)
    if several:
        where = f"{escape.name(record.root)}/{where}"
    versions = [(each.first, each.last) for each in record.versions]
    held = ", ".join(
        f"@{first}" if first == last else f"@{first}..@{last}" for first, last in versions[:SPELT]
    )
    if len(versions) > SPELT:
        held += f", … @{record.last_version}"
    gone = "  deleted" if record.deleted else ""
    later = "" if whole else "  its newest text is not in the index"
    line(f"{where}  {paint(held, fg='yellow')}  {' to '.join(dict.fromkeys(when))}{gone}{later}")
    if record.snippet:
        where = escape.text(shown_place(record.page, record.heading))
        said = _marked(_cut(" ".join(record.snippet.split()), words), words)
        line(f"    {said}{f'  ({where})' if where else ''}")


def _cut(text: str, words: list[Term]) -> str:
    """Return so much of a sentence as fits a line, around the first word that was asked for."""
    if len(text) <= SHOWN:
        return text
    found = _pattern(words).search(text)
    at = max(0, (found.start() if found else 0) - SHOWN // 3)
    part = text[at : at + SHOWN]
    return ("…" if at else "") + part + ("…" if at + SHOWN < len(text) else "")


def _marked(text: str, words: list[Term]) -> str:
    shown = escape.text(text)
    return _pattern(words).sub(lambda found: paint(found[0], bold=True), shown) if words else shown


def _pattern(words: list[Term]) -> re.Pattern[str]:
    """Give the words as they may be written, without regard to accents."""
    plain = {re.escape(word) for term in words for word in term.words}
    return re.compile(rf"\b(?:{'|'.join(sorted(plain, key=len, reverse=True)) or '(?!)'})", re.IGNORECASE)
