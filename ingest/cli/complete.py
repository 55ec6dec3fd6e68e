"""What a shell offers for the words of a call: documents, roots, cursors.

A shell asks while somebody types: where the store cannot be asked, it is offered nothing, and told nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import islice

import click
from click.shell_completion import CompletionItem

from ingest.config import load
from ingest.errors import IngestError
from ingest.store import cursors as stored_cursors
from ingest.store import listing, roots
from ingest.store.engine import Connection, open_store

MOST = 200  # words that are offered


def documents(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the paths of the documents that stand."""

    def ask(connection: Connection) -> list[str]:
        found = islice(listing.documents(connection, prefix=os.fsencode(incomplete)), MOST)
        return [os.fsdecode(row.path) for row in found]

    return _offered(_asked(ctx, ask), incomplete)


def folders(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the names of the roots; the folders that the shell finds, where it has one of no such name."""

    def ask(connection: Connection) -> list[str]:
        return [root.name for root in roots.every(connection)]

    # bash forgets what stands before such an item
    return [_item(incomplete, "dir"), *_offered(_asked(ctx, ask), incomplete)]


def cursors(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the names of the cursors."""

    def ask(connection: Connection) -> list[str]:
        return list(stored_cursors.of_readers(connection))

    return _offered(_asked(ctx, ask), incomplete)


def _offered(words: list[str], incomplete: str) -> list[CompletionItem]:
    # a line of the answer is a word
    fitting = (word for word in words if word.startswith(incomplete) and word.isprintable())
    return [_item(word) for word in islice(fitting, MOST)]


def _item(word: str, kind: str = "plain") -> CompletionItem:
    return CompletionItem(word, type=kind)


def _asked(ctx: click.Context, ask: Callable[[Connection], list[str]]) -> list[str]:
    said = {**ctx.find_root().params, **{name: value for name, value in ctx.params.items() if value}}
    try:
        settings = load(file=said.get("config"), flags={"database_url": said.get("database")})
        store = open_store(settings.database_url, busy_seconds=0.1)
        try:
            with store.read() as connection:
                return ask(connection)
        finally:
            store.dispose()
    except IngestError:
        return []
