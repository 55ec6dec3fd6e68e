"""The newest changes as an Atom feed."""

from __future__ import annotations

from html import escape as quote

from ingest import escape
from ingest.corpus import Corpus
from ingest.http import parameters
from ingest.http.answers import Answer
from ingest.records import Change

TYPE = "application/atom+xml"


def feed(corpus: Corpus, asked: parameters.Newest) -> Answer:
    """Return the changes after `since` that are wanted, the newest first."""
    wanted = asked.filters
    found = list(
        corpus.changes(
            asked.since, root=wanted.root, prefix=wanted.prefix, type=wanted.type_, class_=wanted.class_,
            significance=wanted.significance, fact=wanted.fact, flag=wanted.flag, limit=asked.limit,
            newest_first=True,
        )
    )  # fmt: skip
    updated = found[0].recorded_at if found else "1970-01-01T00:00:00Z"
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        "<title>ingest: changes</title>",
        "<id>urn:ingest:changes</id>",
        f"<updated>{updated}</updated>",
        "<author><name>ingest</name></author>",
        *map(_entry, found),
        "</feed>",
        "",
    ]
    return Answer(body="\n".join(lines).encode("utf-8", "replace"), media_type=TYPE)


def _entry(change: Change) -> str:
    what = change.type.removeprefix("document.")
    if change.edit is not None:
        what = f"{what}, {change.edit.summary.words}: {change.edit.reason}"
    link = ""
    if change.document is not None and change.version is not None:
        link = f'<link href="/documents/{change.document}?to={change.version}"/>'
    title = quote(escape.name(f"{change.root}/{change.path}: {change.type.removeprefix('document.')}"))
    return (
        f"<entry><id>urn:ingest:change:{change.id}</id><title>{title}</title>"
        f"<updated>{change.recorded_at}</updated>{link}<summary>{quote(escape.name(what))}</summary></entry>"
    )
