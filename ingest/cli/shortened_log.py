"""What `watch` and `scan` do before they add to a log that somebody saw longer."""

from __future__ import annotations

from collections.abc import Callable

import click

from ingest import witnesses
from ingest.clock import Clock
from ingest.errors import AlreadyRunning
from ingest.store.engine import Store
from ingest.witnesses import Contradiction

accept_option = click.option(
    "--accept-shortened-log",
    is_flag=True,
    help="Go on with a log that has lost its end; the ledger of coverage says so.",
)


def forbidding(store: Store, *, accept: bool, taken: AlreadyRunning | None = None) -> list[Contradiction]:
    """Give the witnesses because of which nothing may be added to the log, where that is to be accepted.

    `taken` says who else captures into the store. Raises LogShortened where it is not to be accepted, and
    what `taken` says where it is: whoever captures would add to the log meanwhile.
    """
    found = [each for each in witnesses.ask(store).contradictions if each.forbids]
    if not accept:
        witnesses.refuse(found)
    elif found and taken is not None:
        raise taken
    return found


def go_on(
    store: Store,
    contradictions: list[Contradiction],
    *,
    accept: bool,
    clock: Clock,
    tell: Callable[[str], None],
) -> None:
    """Go on with the log as it is, where that was asked for, and tell it.

    The roots to be captured are recorded by now: the entry of the ledger is of each.
    """
    if contradictions:
        witnesses.accept(store, contradictions, wall=clock.wall())
        tell(f"the log goes on as it is: {witnesses.in_words(contradictions)}")
    elif accept:
        tell("no witness saw the log longer: there was nothing to accept")
