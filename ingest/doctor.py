"""What is wrong with this machine, the roots, the store and the configuration, and the mend."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator
from functools import partial
from importlib.metadata import version
from typing import Literal

import msgspec

from ingest import overseen, root_folder, systems, witnesses
from ingest.config import VARIABLES, Settings
from ingest.confined import probe
from ingest.disk import cookie, mounts
from ingest.disk.reachability import answers, silent_of_root
from ingest.errors import IngestError, RootUnavailable, StoreMissing, StoreUnavailable, Unreachable
from ingest.escape import path as show
from ingest.store import roots
from ingest.store.databases import missing_driver
from ingest.store.engine import Store, open_store
from ingest.store.roots import Root
from ingest.store.url import parse_url

_OTHER_VARIABLES = ("INGEST_CONFIG", systems.UNTESTED)
_WATCHES = "/proc/sys/fs/inotify/max_user_watches"
_LOW_SPACE = 256 << 20
STORE_ON_A_SERVER = (
    "SQLite's locks do not hold on every server: keep the store on a local disk, or in Postgres"
)


class Check(msgspec.Struct, frozen=True, rename={"name": "check"}):
    """One thing that was looked at, as `ingest doctor` shows it."""

    name: str
    state: Literal["ok", "warning", "error"]
    detail: str
    hint: str | None = None


def examine(settings: Settings) -> Iterator[Check]:
    """Yield every check, the machine first."""
    yield from _machine()
    yield _confinement(settings)
    yield from _environment()
    try:
        url = parse_url(settings.database_url)
    except StoreUnavailable as error:  # its file system does not answer
        yield Check("store", "error", error.message, error.hint)
        return
    if url.drivername == "sqlite":
        yield from _store_files(str(url.database))
    try:
        store = open_store(settings.database_url, busy_seconds=settings.busy_seconds)
    except StoreMissing as error:
        yield Check("store", "warning", error.message, error.hint)
        return
    except IngestError as error:
        # this is what the hint of an unknown trouble asks for
        hint = None if error.hint == "run: ingest doctor" else error.hint
        yield Check("store", "error", error.message, hint)
        return
    if store.access is None or store.access.writable:
        yield Check("store", "ok", f"{store.address} can be read")
    else:
        yield Check(
            "store", "warning", f"{store.address} may only be read here: questions are answered, nothing is"
            " captured", "capture as a user who may write it, and where its file system can be written",
        )  # fmt: skip
    yield _log(store)
    yield from _roots(store, settings)
    store.dispose()


def _confinement(settings: Settings) -> Check:
    """Tell which locks the system grants to what reads documents of other formats."""
    held = probe.locks_granted()
    names = [name for name, holds in (("seccomp", held.seccomp), ("Landlock", held.landlock)) if holds]
    told = f"documents are read behind {' and '.join(names) or 'no lock'}"
    if held.seccomp:
        return Check("confinement", "ok", told)
    if settings.documents.confine == "best":
        return Check("confinement", "warning", f'{told}, since the settings say so: confine = "best"')
    return Check(
        "confinement",
        "warning",
        "the system grants no lock: documents that are no plain text are not read (not_confined)",
        'allow seccomp in the container, or set confine = "best" in [documents]',
    )


def _machine() -> Iterator[Check]:
    try:
        systems.require_tested(sys.platform, {})
    except IngestError as error:
        yield Check("system", "error", error.message, error.hint)
    else:
        yield Check("system", "ok", sys.platform)
    yield Check("python", "ok", sys.version.split()[0])
    found = sqlite3.sqlite_version_info
    if found < (3, 35):
        yield Check("sqlite", "error", sqlite3.sqlite_version, "Python needs SQLite 3.35 or later")
    else:
        yield Check("sqlite", "ok", sqlite3.sqlite_version)
    yield _driver()
    try:
        with open(_WATCHES, encoding="ascii") as file:
            yield Check("inotify", "ok", f"{int(file.read()):,} folders can be watched by this user")
    except (OSError, ValueError):
        yield Check(
            "inotify", "warning", "this system does not tell", "roots may have to be polled: backend = poll"
        )


def _driver() -> Check:
    """Tell whether a store on Postgres could be opened; on SQLite nobody needs it."""
    missing = missing_driver()
    if missing is None:
        return Check("psycopg", "ok", version("psycopg"))
    return Check("psycopg", "ok", f"it {missing}; only a store on Postgres needs it")


def _environment() -> Iterator[Check]:
    for name in sorted(os.environ):
        known = name in VARIABLES or name in _OTHER_VARIABLES or name.startswith("INGEST_TEST_")
        if name.startswith("INGEST_") and not known:
            yield Check(
                "environment", "warning", f"{name} is no setting", "see config/ingest.toml for the names"
            )


def _store_files(database: str) -> Iterator[Check]:
    folder = os.path.dirname(database)
    if not os.path.isdir(folder):
        return
    mode = os.stat(folder).st_mode
    if mode & (stat.S_IWGRP | stat.S_IWOTH) and not mode & stat.S_ISVTX:
        yield Check("store folder", "warning", f"others can write to {folder}", f"run: chmod go-w {folder}")
    for name in (database, database + "-wal", database + "-shm", database + ".lock"):
        if os.path.exists(name) and os.stat(name).st_mode & 0o027:
            yield Check(
                "store files", "warning", f"others can read or write {name}", f"run: chmod g-w,o= {name}"
            )
    remote = mounts.remote_type(os.fsencode(folder))
    if remote is not None:
        yield Check("store file system", "warning", f"{folder} is on {remote}", STORE_ON_A_SERVER)
    free = shutil.disk_usage(folder).free
    if free < _LOW_SPACE:
        yield Check("space", "warning", f"{free:,} bytes are free at {folder}", "make room before it is full")
    else:
        yield Check("space", "ok", f"{free:,} bytes are free at {folder}")


def _log(store: Store) -> Check:
    asked = witnesses.ask(store)
    if not asked.contradictions:
        told = ", ".join(each.name for each in asked.witnesses) or "nobody, there is no witness"
        return Check("log", "ok", f"nobody saw it longer; asked: {told}")
    refused = any(each.forbids for each in asked.contradictions)
    hint = (
        witnesses.ACCEPT if refused else "run: ingest verify --deep; the index is made anew when it is asked"
    )
    return Check("log", "error", f"it was longer: {witnesses.in_words(asked.contradictions)}", hint)


def _roots(store: Store, settings: Settings) -> Iterator[Check]:
    with store.read() as connection:
        every = roots.every(connection)
    known = [root for root in every if root.retired_at is None]
    for words in settings.of_no_root(root.name for root in every):
        yield Check("configuration", "warning", words, "ingest roots has the names")
    if not known:
        yield Check("roots", "warning", "no root is known", "run: ingest watch FOLDER")
    for root in known:
        yield _root(store, root, settings)
        yield from _mounts_below(root, settings)


def _root(store: Store, root: Root, settings: Settings) -> Check:
    places = silent_of_root(root.path)[:1]
    try:
        return overseen.result(
            places, partial(_root_here, store, root, settings), Check, of_root=True, release=store.dispose
        )
    except Unreachable as error:
        return Check(f"root {root.name}", "error", error.message, error.hint)


def _root_here(store: Store, root: Root, settings: Settings) -> Check:
    name = f"root {root.name}"
    try:
        found = root_folder.open_recorded(store, root)
    except RootUnavailable as error:
        return Check(name, "error", error.message, error.hint)
    os.close(found.fd)
    if not cookie.may_be_sent(root.path):
        return Check(
            name, "warning", f"no file can be written below {show(root.path)}/.ingest/",
            "it is polled: no cookie can be sent",
        )  # fmt: skip
    if settings.backend_of(root.name) == "auto":
        why = mounts.why_polled(root.path, mounts.table())
        if why is not None:
            return Check(name, "ok", f"{show(root.path)} is polled: {why}")
    return Check(name, "ok", show(root.path))


def _mounts_below(root: Root, settings: Settings) -> Iterator[Check]:
    """Tell what is mounted below a root and is polled while the rest is watched."""
    table = mounts.table()
    if table is None or settings.backend_of(root.name) != "auto" or mounts.why_polled(root.path, table):
        return
    for point, type_ in mounts.types_below(root.path, table).items():
        if type_ not in mounts.LOCAL:
            name, place = f"root {root.name}", show(point)
            if answers(os.path.join(root.path, point)):
                why = f"{type_} is not known to tell every write"
                yield Check(name, "ok", f"{place} below it is polled: {why}")
            else:
                yield Check(
                    name, "error", f"{place} below it does not answer", "see to what is mounted there"
                )
