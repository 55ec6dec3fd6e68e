"""Record and index in one snapshot, the index brought up to the log first.

Who asks says how the index is filled (`fill`), since that may take long, and where notes go (`note`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from ingest.edits.settings import Rules
from ingest.errors import LogShortened, StoreDamaged, StoreReadOnly, StoreUnavailable
from ingest.index import state
from ingest.index.database import Index, has_all
from ingest.store import reader
from ingest.store.engine import Connection

BEHIND = 500  # changes that one who can do without the index takes in before answering

Fill = Callable[[Index, Rules | None], int]
Note = Callable[[str], None]
Bring = Callable[[int], bool]


@contextmanager
def caught_up(
    index: Index,
    *,
    fill: Fill,
    note: Note,
    rules: Rules | None = None,
    most: int | None = None,
    needed: bool = True,
    bring: Bring | None = None,
) -> Iterator[tuple[Connection, bool]]:
    """Open record and index, and say whether the index can be asked; for its edits, where `rules` tell them.

    The index is brought up to the log first. With `most` it is not where it is further behind than that,
    nor where it cannot be written: then it may still be asked for what it has. Who may only read it is
    answered from it as far as it goes, and told how far that is, unless it is not `needed`: then whoever asks
    makes what it lacks from the texts. With `bring` somebody else fills it; that it was told of the seq that
    is lacking is enough, and the answer is made of an index as far as it has come.
    """
    with _told(index), ExitStack() as opened:
        current = _current(opened, index, rules)
        if current is not None:
            yield current, True
            return
    if bring is not None and bring(_head(index)):
        with _told(index), as_it_is(index, note=note, rules=rules) as found:
            if found[1] or not needed:
                yield found
                return
    try:
        bring_up(index, fill=fill, rules=rules, most=most)
    except StoreReadOnly as error:
        if not needed:
            pass
        elif index.usable():
            _say_how_far(index, note, rules=rules)
        elif most is None:
            raise _none_to_read(index, error) from error
    except StoreUnavailable as error:
        if most is None:
            raise
        note(f"{error.message}: answered without it")
        with index.store.read() as connection:
            yield connection, False
        return
    with _told(index), as_it_is(index, note=note, rules=rules) as (connection, indexed):
        if needed and most is None and not indexed:
            raise _told_otherwise(index)
        yield connection, indexed


@contextmanager
def _told(index: Index) -> Iterator[None]:
    """Have what is damaged told as what it is."""
    try:
        yield
    except StoreDamaged as error:
        raise _told_apart(index, error) from error


def _current(opened: ExitStack, index: Index, rules: Rules | None) -> Connection | None:
    """Open record and index, where nothing is to be done before the index is asked."""
    try:
        connection = opened.enter_context(index.reading())
        found = index.look(connection)
        if found is None or not has_all(found):
            return None
        return connection if rules is None or state.is_by(connection, found, rules) else None
    except StoreUnavailable:
        return None


@contextmanager
def as_it_is(index: Index, *, note: Note, rules: Rules | None = None) -> Iterator[tuple[Connection, bool]]:
    """Open the record, with the index where there is one, however far it has come.

    Without one that has come further than the log.

    With `rules`, only an index whose edits they tell.
    """
    with ExitStack() as opened:
        found = None
        try:
            connection = opened.enter_context(index.reading())
            found = index.look(connection)
        except LogShortened as error:
            note(f"{error.message}; answered without it")
        except StoreUnavailable:  # it is not there, or of no use
            pass
        if found is None:
            opened.close()
            connection = opened.enter_context(index.store.read())
        yield connection, found is not None and (rules is None or state.is_by(connection, found, rules))


def bring_up(index: Index, *, fill: Fill, rules: Rules | None = None, most: int | None = None) -> int:
    """Bring the index up to the log, and its edits to these rules; made anew once where it is damaged."""
    index.prepare()
    try:
        left = state.behind(index, rules)
        if left == 0 or (most is not None and left > most):
            return 0  # who has nothing to take in takes no right to write
        return fill(index, rules)
    except StoreUnavailable as error:
        if error.code == "store_locked" or isinstance(error, StoreReadOnly):
            raise
        if isinstance(error, StoreDamaged) and not index.is_damaged():
            raise _told_apart(index, error) from error
        index.rebuild()
        return fill(index, rules)


def _say_how_far(index: Index, note: Note, *, rules: Rules | None) -> None:
    """Say up to which change an index goes that cannot be filled here, where it does not go to the last."""
    head = _head(index)
    behind = state.behind(index, rules)
    if behind:
        note(
            f"the index goes to change {max(0, head - behind):,} of {head:,}; what came later is not in it,"
            " and it may only be read here"
        )


def _head(index: Index) -> int:
    with index.store.read() as connection:
        return int(reader.head(connection).seq)


def _none_to_read(index: Index, error: StoreReadOnly) -> StoreUnavailable:
    return StoreUnavailable(
        f"there is no index at {index.address} that can be read, and none can be made:"
        f" {error.message.rpartition(': ')[2]}",
        code=error.code,
        hint="whoever may write there runs: ingest index update"
        if index.path
        else "the owner of the database runs: ingest index update; docs/how-to/postgres.md has its rights",
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
