"""The derived index as the verbs use it: brought up to the log first, with a bar where that takes long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from ingest import records
from ingest.cli.output import note
from ingest.cli.progress import Bar
from ingest.edits.edit import Summary
from ingest.edits.settings import Rules
from ingest.errors import LogShortened, StoreDamaged, StoreReadOnly, StoreUnavailable
from ingest.index import state, stored_edits
from ingest.index.database import Index
from ingest.records import Change
from ingest.store import reader
from ingest.store.engine import Connection, Row, Store

BEHIND = 500  # changes that a verb which can do without the index takes in before it answers


@contextmanager
def caught_up(
    store: Store, *, rules: Rules | None = None, most: int | None = None, needed: bool = True
) -> Iterator[tuple[Connection, bool]]:
    """Open record and index, and say whether the index can be asked; for its edits, where `rules` tell them.

    The index is brought up to the log first. With `most` it is not where it is further behind than that,
    nor where it cannot be written: then it may still be asked for what it has. Who may only read it is
    answered from it as far as it goes, and told how far that is, unless it is not `needed`: then whoever asks
    makes what it lacks from the texts.
    """
    index = Index(store)
    try:
        try:
            bring_up(index, rules=rules, most=most)
        except StoreReadOnly as error:
            if not needed:
                pass
            elif index.usable():
                _say_how_far(index, rules=rules)
            elif most is None:
                raise _none_to_read(index, error) from error
        except StoreUnavailable as error:
            if most is None:
                raise
            note(f"{error.message}: answered without it")
            with store.read() as connection:
                yield connection, False
            return
        try:
            with as_it_is(index, rules=rules) as (connection, indexed):
                if needed and most is None and not indexed:
                    raise _told_otherwise(index)
                yield connection, indexed
        except StoreDamaged as error:
            raise _told_apart(index, error) from error
    finally:
        index.dispose()


@contextmanager
def as_it_is(index: Index, *, rules: Rules | None = None) -> Iterator[tuple[Connection, bool]]:
    """Open the record, with the index where there is one, however far it has come.

    Without one that has come further than the log.

    With `rules`, only an index whose edits they tell.
    """
    try:
        indexed = index.usable()
    except LogShortened as error:
        note(f"{error.message}; answered without it")
        indexed = False
    with index.reading() if indexed else index.store.read() as connection:
        yield connection, indexed and (rules is None or state.told_by(connection, rules))


def summaries(store: Store, rules: Rules, seqs: Sequence[int]) -> dict[int, Summary | None]:
    """Look up the edits of changes as the index has them; none where there is none that can be read."""
    index = Index(store)
    try:
        with suppress(StoreUnavailable), as_it_is(index, rules=rules) as (connection, indexed):
            return stored_edits.summaries(connection, seqs) if indexed else {}
    finally:
        index.dispose()
    return {}


def records_of(store: Store, rules: Rules, rows: Sequence[Row]) -> Iterator[Change]:
    """Give the records of many changes, with the edits that the index has: who asks does not wait for it."""
    index = Index(store)
    try:
        with as_it_is(index, rules=rules) as (connection, indexed):
            yield from records.changes(connection, rows, rules=rules, indexed=indexed)
    finally:
        index.dispose()


def _say_how_far(index: Index, *, rules: Rules | None) -> None:
    """Say up to which change an index goes that cannot be filled here, where it does not go to the last."""
    with index.store.read() as connection:
        head = int(reader.head(connection).seq)
    behind = state.behind(index, rules)
    if behind:
        note(
            f"the index goes to change {max(0, head - behind):,} of {head:,}; what came later is not in it,"
            " and it may only be read here"
        )


def _none_to_read(index: Index, error: StoreReadOnly) -> StoreUnavailable:
    return StoreUnavailable(
        f"there is no index at {index.address} that can be read, and none can be made:"
        f" {error.message.rpartition(': ')[2]}",
        code=error.code,
        hint=f"{'whoever may write there' if index.path else 'the owner of the database'} runs: ingest index"
        " update",
    )


def _told_otherwise(index: Index) -> StoreUnavailable:
    return StoreUnavailable(
        f"the edits in the index {index.address} are being made anew by another process",
        code="store_locked",
        hint="ask again; where each has its own notice_phrases or boilerplate, give them the same",
    )


def _told_apart(index: Index, error: StoreDamaged) -> StoreUnavailable:
    """Say what a question met that is damaged: a damaged index is thrown away, a damaged store is not."""
    if not index.is_damaged():
        said = error.message.replace(index.address, index.store.address)
        return StoreDamaged(said, code=error.code, hint=error.hint)
    index.rebuild()
    return StoreUnavailable(
        f"the index {index.address} was damaged and has been thrown away",
        code="store_unreachable",
        hint="ask again: it is made anew from the store, which has lost nothing",
    )


def bring_up(index: Index, *, rules: Rules | None = None, most: int | None = None) -> int:
    """Bring the index up to the log, and its edits to these rules; made anew once where it is damaged."""
    index.prepare()
    try:
        if most is not None and state.behind(index, rules) > most:
            return 0
        return _filled(index, rules)
    except StoreUnavailable as error:
        if error.code == "store_locked" or isinstance(error, StoreReadOnly):
            raise
        if isinstance(error, StoreDamaged) and not index.is_damaged():
            raise _told_apart(index, error) from error
        index.rebuild()
        return _filled(index, rules)


def _filled(index: Index, rules: Rules | None) -> int:
    """Fill the index. Raises KeyboardInterrupt with what stays where somebody stops it."""
    from ingest.index import fill  # noqa: PLC0415 - what compares texts is loaded by those that compare

    try:
        with Bar("index", "changes") as bar:
            return fill.catch_up(index, rules=rules, progress=bar.show)
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt("what was taken in stays, and the next call goes on from there") from stop
