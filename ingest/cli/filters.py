"""Which changes are wanted: the options that `log` and `changes` share."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from ingest.edits.edit import CLASSES, FACTS, FLAGS, SIGNIFICANCES

if TYPE_CHECKING:
    from ingest.edits.settings import Rules
    from ingest.history.prefixes import Prefix
    from ingest.store.engine import Connection, Row

Function = TypeVar("Function", bound=Callable[..., Any])

TYPES = ("created", "changed", "moved", "deleted", "restored", "rejected", "renormalised")


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What a call wants of the log; None leaves a thing open. Raises UsageError for an unknown type."""

    root: str | None
    prefix: str | None
    type_: str | None
    class_: str | None
    significance: str | None
    fact: str | None
    flag: str | None

    def __post_init__(self) -> None:
        from ingest.errors import UsageError

        if self.type_ is not None and self.type_.removeprefix("document.") not in TYPES:
            raise UsageError(f"no type '{self.type_}'", hint=f"the types are: {', '.join(TYPES)}")

    @property
    def of_edits(self) -> bool:
        """Whether something is asked that only the index can tell of all changes."""
        return any(self.edits.values())

    @property
    def edits(self) -> dict[str, str | None]:
        """What is wanted of edits, as `stored_edits` takes it."""
        return {
            "kind": self.class_, "significance": self.significance, "fact": self.fact, "flag": self.flag
        }  # fmt: skip


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """The same, looked up in a store: what `reader.changes` takes; `edits` is what is wanted of edits."""

    prefix: Prefix
    type_: str | None
    among: Any
    edits: dict[str, str | None]

    @property
    def words(self) -> dict[str, Any]:
        """The arguments of `reader.changes`."""
        return {
            "root": self.prefix.root,
            "prefix": self.prefix.path,
            "type_": self.type_,
            "among": self.among,
        }


def filters(function: Function) -> Function:
    """Add the options; the command is given one `filters` in their place."""

    @click.option("--root", metavar="NAME", help="Only this root.")
    @click.option(
        "--prefix",
        metavar="PATH",
        help="Only paths below the root that begin so: a folder, or more.",
    )
    @click.option("--type", "type_", metavar="T", help=f"Only this type: {', '.join(TYPES)}.")
    @click.option("--class", "class_", metavar="C", help=f"Only edits of this class: {', '.join(CLASSES)}.")
    @click.option("--significance", metavar="S", help=f"Only such edits: {', '.join(SIGNIFICANCES)}.")
    @click.option("--fact", metavar="KIND", help=f"Only edits that changed such a fact: {', '.join(FACTS)}.")
    @click.option("--flag", metavar="F", help=f"Only edits with this flag: {', '.join(FLAGS)}.")
    @functools.wraps(function)
    def wrapped(
        *args: Any, root: str | None, prefix: str | None, type_: str | None, class_: str | None,
        significance: str | None, fact: str | None, flag: str | None, **kwargs: Any,
    ) -> Any:  # fmt: skip
        wanted = Filters(
            root=root,
            prefix=prefix,
            type_=type_,
            class_=class_,
            significance=significance,
            fact=fact,
            flag=flag,
        )
        return function(*args, filters=wanted, **kwargs)

    return wrapped  # type: ignore[return-value]  # functools.wraps keeps the call's shape


def look_up(connection: Connection, wanted: Filters) -> Chosen:
    """What the filters mean in this store. Raises NotFound, UsageError."""
    from ingest.history import prefixes, queries

    root = queries.root_id(connection, wanted.root)
    prefix = prefixes.of(connection, wanted.prefix or "", root)
    among = None
    if wanted.of_edits:
        from ingest.index import stored_edits

        among = stored_edits.chosen(**wanted.edits)
    return Chosen(
        prefix=prefix,
        type_=None if wanted.type_ is None else wanted.type_.removeprefix("document."),
        among=among,
        edits=wanted.edits,
    )


def chosen_changes(
    connection: Connection,
    chosen: Chosen,
    *,
    rules: Rules,
    indexed: bool,
    after: int = 0,
    until: int | None = None,
    limit: int | None = None,
    newest_first: bool = False,
    **words: Any,
) -> Iterator[Row]:
    """The changes that are wanted, by `words` too, in the order of `reader.changes`.

    Where edits are chosen, those that the index has are asked of it, if it is `indexed`; the others are made
    from the texts. An edit whose bytes are damaged is no edit.
    """
    from ingest.store import reader

    asked = chosen.words | words | {"newest_first": newest_first}
    if chosen.among is None:
        return reader.changes(connection, after=after, until=until, limit=limit, **asked)
    from ingest.index import state

    reached = state.edited(connection) if indexed else 0
    head = int(reader.head(connection).seq)
    known: Iterator[Row] = iter(())
    later: Iterator[Row] = iter(())
    if reached > after:
        end = reached if until is None else min(until, reached)
        known = reader.changes(connection, after=after, until=end, limit=limit, **asked)
    if reached < head and (until is None or until > reached):
        rows = reader.changes(connection, after=max(after, reached), until=until, **asked | {"among": None})
        later = (row for row in rows if _is_chosen(connection, row, chosen, rules))
    return islice(chain(later, known) if newest_first else chain(known, later), limit)


def _is_chosen(connection: Connection, row: Row, chosen: Chosen, rules: Rules) -> bool:
    from ingest.errors import IntegrityError
    from ingest.index import edits, stored_edits

    with suppress(IntegrityError):
        return stored_edits.is_chosen(edits.of(connection, row, rules=rules), **chosen.edits)
    return False
