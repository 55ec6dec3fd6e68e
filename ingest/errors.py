"""Every error that this program raises on purpose.

    IngestError
    ├── UsageError                2   the words of the call, or the configuration, are wrong
    │   ├── ConfigError
    │   ├── Conflict              2   what is asked is not so any more
    │   └── NotFound              2   no such document, version, cursor, root or period
    ├── Unreachable               4   the store, a root or the daemon cannot be reached, or time ran out
    │   ├── StoreMissing
    │   ├── SchemaMismatch
    │   ├── StoreUnavailable
    │   │   ├── LogShortened
    │   │   └── StoreReadOnly     … since this process may only read it
    │   ├── AlreadyRunning
    │   ├── NoDaemon
    │   └── RootUnavailable
    └── IntegrityError            5   what is stored is not what was recorded
        └── StoreDamaged          5   … and the database itself says so (a StoreUnavailable too)

The text says what is wrong and names the thing; `hint` says what to do next. Exit codes
belong to the command line (`ingest.cli`), not to this module.
"""

from __future__ import annotations

from collections.abc import Sequence


class IngestError(Exception):
    """Something this program refuses to do, or cannot do."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(IngestError):
    """The call cannot be carried out as it was written."""


class ConfigError(UsageError):
    """A configuration file, a language's file, a variable or a flag holds something that is not allowed."""


class Conflict(UsageError):
    """What is asked contradicts what somebody did before."""


class NotFound(UsageError):
    """No such document, version, cursor, root or period."""


class Unreachable(IngestError):
    """The store, a root or the daemon could not be reached in time."""


class StoreMissing(Unreachable):
    """There is no store at this address, and this verb does not create one."""


class SchemaMismatch(Unreachable):
    """The store's schema is older or newer than this program."""


class StoreUnavailable(Unreachable):
    """The store refused the work for now: locked, full, read-only or the server is away.

    `code` is one of those in `docs/reference/problems.md`.
    """

    def __init__(self, message: str, *, code: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.code = code


class LogShortened(StoreUnavailable):
    """Somebody saw the log longer than it is, or saw another one.

    Nothing is added to it until that is accepted.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, code="log_shortened", hint=hint)


class StoreReadOnly(StoreUnavailable):
    """What was to be written may only be read by this process."""


class AlreadyRunning(Unreachable):
    """Another process captures this root or writes this store."""


class RootUnavailable(Unreachable):
    """The folder is not there, is not the one that was recorded, or was not looked at.

    `code` says which: one of `docs/reference/problems.md`, or `killed`: the process that looked at it was.
    """

    def __init__(self, message: str, *, code: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.code = code


def all_lost(each: Sequence[RootUnavailable]) -> RootUnavailable:
    """Return one error for several roots that cannot be looked at."""
    return RootUnavailable("; ".join(error.message for error in each), code=each[0].code, hint=each[0].hint)


class NoDaemon(Unreachable):
    """No daemon listens for this store."""


class IntegrityError(IngestError):
    """Stored bytes do not match what was recorded of them."""


class StoreDamaged(StoreUnavailable, IntegrityError):
    """The database's own pages cannot be read: no answer can be had from it."""
