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
from ingest.store.engine import Connection, Row

BEHIND = 500  # a question that can do without the index brings it up only where it lacks no more changes

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
    at_once: bool = False,
) -> Iterator[tuple[Connection, bool]]:
    """Give a connection to record and index, and whether the index can be asked.

    With `rules`, only an index whose edits were made by these can be asked. It is first brought up to the
    log, by `fill`, with these exceptions:

    * With `bring` another process fills it. That is told which seq is wanted; where it answers true, the
      index is asked as far as it has come. With `at_once` it waits for nothing, and the index is asked as
      far as it had come before.
    * With `most`, an index that lacks more changes is asked as it is; where it cannot be used, a note says
      so, and the record is given alone.
    * Who may only read the index asks it as it is. If it is `needed`, a note says how far it goes; else what
      it lacks can be made from the texts.

    Raises StoreUnavailable: without `most` where the index cannot be used; where index or store is damaged,
    and a damaged index is thrown away first.
    """
    with _damage_named(index), ExitStack() as opened:
        current = _current(opened, index, rules)
        if current is not None:
            connection, row = current
            if has_all(row) or (at_once and bring is not None and bring(row.last)):
                yield connection, True
                return
    if bring is not None and bring(_head(index)):
        with _damage_named(index), as_it_is(index, note=note, rules=rules) as found:
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
            raise _no_index(index, error) from error
    except StoreUnavailable as error:
        if most is None:
            raise
        note(f"{error.message}: answered without it")
        with index.store.read() as connection:
            yield connection, False
        return
    with _damage_named(index), as_it_is(index, note=note, rules=rules) as (connection, indexed):
        if needed and most is None and not indexed:
            raise _by_other_rules(index)
        yield connection, indexed


@contextmanager
def _damage_named(index: Index) -> Iterator[None]:
    """Turn a StoreDamaged that is raised within into one that names the index or the store."""
    try:
        yield
    except StoreDamaged as error:
        raise _after_damage(index, error) from error


def _current(opened: ExitStack, index: Index, rules: Rules | None) -> tuple[Connection, Row] | None:
    """Return a connection to record and index, and how far that is; None where it cannot be asked."""
    try:
        connection = opened.enter_context(index.reading())
        found = index.look(connection)
        if found is None or (rules is not None and not state.has_edits_by(connection, rules, found)):
            return None
        return connection, found
    except StoreUnavailable:
        return None


@contextmanager
def as_it_is(index: Index, *, note: Note, rules: Rules | None = None) -> Iterator[tuple[Connection, bool]]:
    """Give a connection to the record, with the index where there is one, and whether it can be asked.

    It is taken however far it has come, but not if that is further than the log. With `rules`, only an index
    whose edits were made by these can be asked.
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
        yield (
            connection,
            found is not None and (rules is None or state.has_edits_by(connection, rules, found)),
        )


def bring_up(index: Index, *, fill: Fill, rules: Rules | None = None, most: int | None = None) -> int:
    """Bring the index up to the log, and its edits to these rules; returns what `fill` does, else 0.

    It is made anew, once, where it is damaged, and left as it is where it lacks more changes than `most`.
    """
    index.prepare()
    try:
        left = state.behind(index, rules)
        if left == 0 or (most is not None and left > most):
            return 0  # without taking the right to write
        return fill(index, rules)
    except StoreUnavailable as error:
        if error.code == "store_locked" or isinstance(error, StoreReadOnly):
            raise
        if isinstance(error, StoreDamaged) and not index.is_damaged():
            raise _after_damage(index, error) from error
        index.rebuild()
        return fill(index, rules)


def _say_how_far(index: Index, note: Note, *, rules: Rules | None) -> None:
    """Note up to which change an index goes that may only be read, unless that is the last."""
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


def _no_index(index: Index, error: StoreReadOnly) -> StoreUnavailable:
    return StoreUnavailable(
        f"there is no index at {index.address} that can be read, and none can be made:"
        f" {error.message.rpartition(': ')[2]}",
        code=error.code,
        hint="whoever may write there runs: ingest index update"
        if index.path
        else "the owner of the database runs: ingest index update; docs/how-to/postgres.md has its rights",
    )


def _by_other_rules(index: Index) -> StoreUnavailable:
    return StoreUnavailable(
        f"the edits in the index {index.address} are being made anew by another process",
        code="store_locked",
        hint="ask again; where each has its own notice_phrases or boilerplate, give them the same",
    )


def _after_damage(index: Index, error: StoreDamaged) -> StoreUnavailable:
    """Return the error that names what is damaged; where that is the index, throw it away first."""
    if not index.is_damaged():
        said = error.message.replace(index.address, index.store.address)
        return StoreDamaged(said, code=error.code, hint=error.hint)
    index.rebuild()
    return StoreUnavailable(
        f"the index {index.address} was damaged and has been thrown away",
        code="store_unreachable",
        hint="ask again: it is made anew from the store, which has lost nothing",
    )
