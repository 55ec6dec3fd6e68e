"""What a call works with: its settings, the open store, the clocks."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from ingest import systems
from ingest.cli.output import note
from ingest.clock import Clock
from ingest.config import Settings, load
from ingest.store.engine import Store, open_store


def settings() -> Settings:
    """Read the settings in force for this call. Raises ConfigError."""
    chosen = click.get_current_context().ensure_object(dict)
    return load(file=chosen.get("config"), flags={"database_url": chosen.get("database")})


@contextmanager
def opened() -> Iterator[Store]:
    """Open the store that exists. Raises StoreMissing, SchemaMismatch, StoreUnavailable."""
    chosen = settings()
    store = open_store(chosen.database_url, busy_seconds=chosen.busy_seconds)
    try:
        if store.access is not None and store.access.missing:
            note(store.access.missing)
        yield store
    finally:
        store.dispose()


def require_tested_system() -> None:
    """Raise Unreachable where folders are not watched, before anything of the system's is asked for."""
    systems.require_tested(sys.platform, os.environ)


def system_clock() -> Clock:
    """Give the real clocks and the real randomness."""
    return Clock(
        monotonic=time.monotonic,
        wall=lambda: time.time_ns() // 1000,
        sleep=time.sleep,
        entropy=os.urandom,
    )
