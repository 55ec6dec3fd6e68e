"""The routes below `/v1`: each a question, its parameters and what it gives."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape as quote
from itertools import islice
from typing import Generic, TypeVar

import msgspec
from msgspec import structs
from starlette.requests import Request

from ingest import escape, records, text_reasons
from ingest.corpus import Corpus
from ingest.diff import sentences
from ingest.errors import NotFound, UsageError
from ingest.expressions import expression
from ingest.history import (
    blame,
    diffs,
    languages,
    log_moments,
    naming,
    prefixes,
    version_contents,
    version_records,
)
from ingest.history.diffs import Diff, Sides
from ingest.history.naming import Target
from ingest.http import answers, atom, parameters
from ingest.http.answers import BYTES, HTML, JSON, TEXT, Answer
from ingest.index.fulltext.search import Match
from ingest.model import DocumentKey
from ingest.records import (
    Change,
    Document,
    Lost,
    Origin,
    ReportRecord,
    Review,
    Status,
    Stretch,
    Version,
    VersionFacts,
)
from ingest.report import model
from ingest.store import listing, reviews, roots, versions
from ingest.store.engine import Connection

T = TypeVar("T")
_ID = expression(r"[0-9a-f]{32}", re.ASCII)
_PLAIN = expression(r"\d{1,9}|first|latest|prev", re.ASCII)


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A part of a list; `next` is the cursor of what follows, null at the end."""

    items: list[T]
    next: str | None


class Sentences(msgspec.Struct, frozen=True, kw_only=True):
    """Two versions compared by sentence."""

    document: str
    first: int = msgspec.field(name="from")
    last: int = msgspec.field(name="to")
    pieces: tuple[sentences.Piece, ...]


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A route: what its parameters are, what it gives in which media types, and the question."""

    path: str
    summary: str
    parameters: type[msgspec.Struct]
    gives: tuple[object, ...]  # the shapes of its JSON
    answer: Callable[[Corpus, Request], Answer]
    media_types: tuple[str, ...]

    def stays(self, path: dict[str, str]) -> bool:
        """Tell whether its answer stays the same until one document changes: it asks no clock."""
        return "id" in path and all(is_plain(words) for name, words in path.items() if name != "id")


def _endpoint(
    path: str,
    summary: str,
    kind: type[parameters.T],
    ask: Callable[[Corpus, parameters.T, dict[str, str], str], Answer],
    *,
    gives: tuple[object, ...],
    media_types: tuple[str, ...] = (JSON,),
) -> Endpoint:
    """Return a route of a question, which is asked with parameters of its own kind."""

    def answer(corpus: Corpus, request: Request) -> Answer:
        asked = parameters.read(request, kind)
        wanted = answers.wanted(request, media_types)
        within = {name: str(value) for name, value in request.path_params.items()}
        corpus.require_in_place()
        return ask(corpus, asked, within, wanted)

    return Endpoint(
        path=path, summary=summary, parameters=kind, gives=gives, answer=answer, media_types=media_types
    )


def is_plain(words: str) -> bool:
    """Tell whether words pick a version without a moment."""
    return _PLAIN.fullmatch(words) is not None


def target_of(connection: Connection, words: str) -> Target:
    """Return the document of an id. Raises NotFound: no path is read from an address."""
    found = naming.of_id(connection, words) if _ID.fullmatch(words) else None
    if found is None:
        raise NotFound(f"no document has the id '{words[:64]}'", hint="GET /v1/documents has the ids")
    return found


def number_of(connection: Connection, corpus: Corpus, target: Target, words: str) -> int:
    """Return the number of the version that words pick. Raises NotFound, UsageError."""
    if not naming.is_rev(words) or words.startswith("{"):
        raise UsageError(f"'{words[:64]}' picks no version", hint="write 3, first, latest, prev or a moment")
    return naming.pick(connection, target, words, corpus.calendar())


def _documents(corpus: Corpus, asked: parameters.Documents, _path: dict[str, str], _kind: str) -> Answer:
    with corpus.store.read() as connection:
        below = prefixes.prefix_of(connection, asked.prefix, naming.root_id(connection, asked.root))
        until = (
            None if asked.at is None else log_moments.resolve_moment(connection, asked.at, corpus.calendar())
        )
        if asked.at is not None:
            log_moments.unrecorded_roots(connection, asked.at, corpus.calendar(), asked.root)
        every = [(root.name, root.id) for root in roots.every(connection)]
        rows = listing.page(
            connection, [root for root in every if below.root in (None, root[1])],
            until=until, prefix=below.path, deleted=asked.deleted,
            language=None if asked.language is None else languages.code_of(asked.language),
            after=None if asked.after is None else place_of(asked.after), limit=asked.limit + 1,
        )  # fmt: skip
        if not rows:
            languages.require(connection, asked.language)
    items = [records.document(row) for row in rows[: asked.limit]]
    last = rows[asked.limit - 1] if len(rows) > asked.limit else None
    return answers.of_record(Page(items=items, next=None if last is None else cursor_of(last)))


def cursor_of(row: listing.DocumentRow) -> str:
    """Return the cursor of what follows a document in the list."""
    return f"{row.root.encode().hex()}.{row.path.hex()}.{row.id}"


def place_of(cursor: str) -> listing.Place:
    """Return the place that a cursor names. Raises UsageError."""
    try:
        root, path, key = cursor.split(".")
        return bytes.fromhex(root).decode("utf-8", "replace"), bytes.fromhex(path), DocumentKey(int(key))
    except ValueError as error:
        raise UsageError("'after' is no cursor", hint="take it from 'next' of the page before") from error


def _document(corpus: Corpus, _asked: msgspec.Struct, path: dict[str, str], _kind: str) -> Answer:
    with corpus.store.read() as connection:
        target = target_of(connection, path["id"])
        facts = version_records.version_facts(connection, target, target.last)
    fields = msgspec.structs.asdict(facts)
    return answers.of_record(Document(**{name: fields[name] for name in Document.__struct_fields__}))


def _versions(corpus: Corpus, asked: parameters.Versions, path: dict[str, str], _kind: str) -> Answer:
    with corpus.store.read() as connection:
        target = target_of(connection, path["id"])
        first = asked.after + 1
        rows = versions.between(connection, target.id, first, min(first + asked.limit - 1, target.last))
        deleted = version_contents.deleted_at(connection, target)
        items = [
            version_records.facts_with(connection, target, int(row.version), row, deleted=deleted)
            for row in rows
        ]
    more = bool(items) and items[-1].version < target.last
    return answers.of_record(Page(items=items, next=str(items[-1].version) if more else None))


def _version(corpus: Corpus, _asked: msgspec.Struct, path: dict[str, str], kind: str) -> Answer:
    return version(corpus, path, kind)


def version(corpus: Corpus, path: dict[str, str], kind: str) -> Answer:
    """Return a version: its record, its text or its bytes. Raises NotFound, IntegrityError."""
    with corpus.store.read() as connection:
        target = target_of(connection, path["id"])
        no = number_of(connection, corpus, target, path["rev"])
        if kind == JSON:
            return answers.of_record(version_records.version_record(connection, target, no))
        row = version_contents.version_row(connection, target, no)
        if kind == BYTES:
            name = escape.path(target.path.rpartition(b"/")[2])
            body = version_contents.raw_bytes(connection, target, no)
            named = path["rev"].isdigit()  # another word may mean another version tomorrow
            return answers.download(body, sha256=row.sha256.hex(), name=name, for_ever=named)
        found = version_contents.text(connection, target, no)
        if found is None:
            raise NotFound(
                f"version {no} has no text: {text_reasons.in_words(row.text_reason)}",
                hint="its bytes: Accept: " + BYTES,
            )
        return answers.text(found, sha256=row.text_sha256.hex())


def _diff(corpus: Corpus, asked: parameters.Diff, path: dict[str, str], kind: str) -> Answer:
    with corpus.store.read() as connection:
        target = target_of(connection, path["id"])
        a, b = (number_of(connection, corpus, target, path[side]) for side in ("from", "to"))
        sides = diffs.between(
            connection, (target, a), (target, b), rules=corpus.rules, word=asked.unit == "word", stat=True
        )
    if asked.unit == "sentence" or kind == HTML:
        if sides.old is None or sides.new is None:
            raise NotFound("one of the versions has no text to compare")
        compared = sentences.compare(sides.old, sides.new, language=sides.language)
        if kind == HTML:
            return answers.page(answers.encoded(_markup(compared, sides)))
        return answers.of_record(Sentences(document=target.document, first=a, last=b, pieces=compared.pieces))
    return answers.of_record(sides.record)


def _markup(compared: sentences.Comparison, sides: Sides) -> str:
    """Return a comparison as a fragment: what went in `del`, what came in `ins`."""
    assert sides.old is not None
    assert sides.new is not None
    parts: list[str] = []

    def add(words: str, tag: str = "") -> None:
        shown = quote(escape.text(words))
        if shown:
            parts.append(f"<{tag}>{shown}</{tag}>" if tag else shown)

    for piece in compared.pieces:
        if piece.kind == "removed":
            add(sides.old[piece.a_start : piece.a_end], "del")
        elif piece.kind == "added":
            add(sides.new[piece.b_start : piece.b_end], "ins")
        else:
            at = piece.b_start
            for change in piece.changes:
                add(sides.new[at : change.b_start])
                add(change.before, "del")
                add(change.after, "ins")
                at = change.b_end
            add(sides.new[at : piece.b_end])
    return f"<pre>{''.join(parts)}</pre>\n"


def _blame(corpus: Corpus, asked: parameters.Blame, path: dict[str, str], _kind: str) -> Answer:
    with corpus.reading() as (connection, is_indexed):
        target = target_of(connection, path["id"])
        no = number_of(connection, corpus, target, path["rev"])
        found = blame.blame_of(connection, target, no, indexed=is_indexed, deleted=asked.deleted)
        items: list[Lost] | list[Origin] = (
            blame.lost(connection, target, no, found)
            if asked.deleted
            else blame.origins(connection, target, no, found)
        )
    return answers.of_record({"items": items, "next": None})


def _search(corpus: Corpus, asked: parameters.Search, _path: dict[str, str], _kind: str) -> Answer:
    notes: list[str] = []
    hits = corpus.search(
        asked.q, every=asked.every, at=asked.at, root=asked.root, prefix=asked.prefix,
        language=asked.language, note=notes.append,
    )  # fmt: skip
    items = list(islice(hits, asked.limit))
    if not items:
        with corpus.store.read() as connection:
            languages.require(connection, asked.language)
    found = answers.of_record(Page(items=items, next=None))
    return structs.replace(found, headers={"ingest-note": notes[-1]} if notes else {})


def _report(corpus: Corpus, asked: parameters.Period, _path: dict[str, str], _kind: str) -> Answer:
    report = corpus.report(
        since=asked.since, until=asked.until, root=asked.root, prefix=asked.prefix, document=asked.document
    )
    return answers.of_record(model.record(report))


def _coverage(corpus: Corpus, asked: parameters.Stretches, _path: dict[str, str], _kind: str) -> Answer:
    found = corpus.coverage(asked.root, since=asked.since, until=asked.until)
    return answers.of_record(Page(items=found, next=None))


def _status(corpus: Corpus, _asked: msgspec.Struct, _path: dict[str, str], _kind: str) -> Answer:
    return answers.of_record(corpus.status())


def _reviews(corpus: Corpus, asked: parameters.Reviews, _path: dict[str, str], _kind: str) -> Answer:
    calendar = corpus.calendar()
    with corpus.store.read() as connection:
        below = prefixes.prefix_of(connection, asked.prefix, naming.root_id(connection, asked.root))
        begin, end = (
            None if words is None else log_moments.time_of(connection, words, calendar, start=start)
            for words, start in ((asked.since, True), (asked.until, False))
        )
        wanted = reviews.ReviewFilters(
            document=None if asked.document is None else target_of(connection, asked.document).id,
            seq=asked.change, root=below.root, prefix=below.path, name=asked.name, action=asked.action,
            standing=asked.standing,
            since=begin, until=end,
        )  # fmt: skip
        if asked.change is not None:
            log_moments.require_change(connection, asked.change)
        rows = reviews.page(connection, wanted, after=asked.after, limit=asked.limit + 1)
    items = [records.review(row) for row in rows[: asked.limit]]
    more = len(rows) > asked.limit
    return answers.of_record(Page(items=items, next=str(rows[asked.limit - 1].key) if more else None))


def _atom(corpus: Corpus, asked: parameters.Newest, _path: dict[str, str], _kind: str) -> Answer:
    return atom.feed(corpus, asked)


ENDPOINTS = (
    _endpoint("/v1/documents", "The documents, now or at a moment, by root and path",
        parameters.Documents, _documents, gives=(Page[Document],)),
    _endpoint("/v1/documents/{id}", "A document and what is known of its newest version",
        parameters.Nothing, _document, gives=(Document,)),
    _endpoint("/v1/documents/{id}/versions", "Its versions, oldest first",
        parameters.Versions, _versions, gives=(Page[VersionFacts],)),
    _endpoint("/v1/documents/{id}/versions/{rev}", "A version: its record, its text or its bytes",
        parameters.Nothing, _version, gives=(Version,), media_types=(JSON, TEXT, BYTES)),
    _endpoint("/v1/documents/{id}/diff/{from}/{to}", "What differs between two versions",
        parameters.Diff, _diff, gives=(Diff, Sentences), media_types=(JSON, HTML)),
    _endpoint("/v1/documents/{id}/blame/{rev}", "Where each sentence of a version came from",
        parameters.Blame, _blame, gives=(Page[Origin], Page[Lost])),
    _endpoint("/v1/reviews", "Which edits were reviewed, by whom and when, in that order",
        parameters.Reviews, _reviews, gives=(Page[Review],)),
    _endpoint("/v1/search", "The documents that hold the words",
        parameters.Search, _search, gives=(Page[Match],)),
    _endpoint("/v1/report", "What happened in a period",
        parameters.Period, _report, gives=(ReportRecord,)),
    _endpoint("/v1/coverage", "How each root was observed",
        parameters.Stretches, _coverage, gives=(Page[Stretch],)),
    _endpoint("/v1/status", "Health and counts",
        parameters.Nothing, _status, gives=(Status,)),
    _endpoint("/v1/feed.atom", "The newest changes, for readers of Atom",
        parameters.Newest, _atom, gives=(), media_types=(atom.TYPE,)),
)  # fmt: skip
CHANGES = _endpoint(
    "/v1/changes", "The changes after a seq, oldest first; or as they come",
    parameters.Changes, _atom, gives=(Page[Change],), media_types=(JSON, "text/event-stream"),
)  # fmt: skip
