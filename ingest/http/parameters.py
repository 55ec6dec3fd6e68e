"""What may stand behind the `?` of an address: a struct a route, with its bounds, read strictly."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta
from starlette.requests import Request

from ingest.errors import UsageError
from ingest.history.changes import Filters

T = TypeVar("T", bound=msgspec.Struct)
Words = Annotated[str, Meta(max_length=1_000)]
Limit = Annotated[int, Meta(ge=1, le=1_000)]
Seq = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class Nothing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No parameter."""


class Documents(Nothing, frozen=True, kw_only=True):
    """`after` is the `next` of the page before."""

    prefix: Words = ""
    at: Words | None = None
    root: Words | None = None
    language: Words | None = None
    deleted: bool = False
    after: Words | None = None
    limit: Limit = 100


class Versions(Nothing, frozen=True, kw_only=True):
    """`after` is the `next` of the page before."""

    after: Seq = 0
    limit: Limit = 100


class Diff(Nothing, frozen=True, kw_only=True):
    """By what unit the two are compared, and whether as a record or as markup."""

    unit: Literal["line", "word", "sentence"] = "word"


class Blame(Nothing, frozen=True, kw_only=True):
    """`deleted` asks for what is not there any more."""

    deleted: bool = False


class Changes(Nothing, frozen=True, kw_only=True, rename={"type_": "type", "class_": "class"}):
    """`since` is a seq: what comes after it."""

    since: Seq = 0
    limit: Limit = 100
    feed: Literal["normal", "longpoll", "eventsource"] = "normal"
    timeout: Annotated[float, Meta(ge=0, le=60)] = 30.0
    root: Words | None = None
    prefix: Words | None = None
    type_: Words | None = None
    class_: Words | None = None
    significance: Words | None = None
    fact: Words | None = None
    flag: Words | None = None

    @property
    def filters(self) -> Filters:
        """What is wanted of the log. Raises UsageError."""
        return Filters(
            root=self.root,
            prefix=self.prefix,
            type_=self.type_,
            class_=self.class_,
            significance=self.significance,
            fact=self.fact,
            flag=self.flag,
        )


class Search(Nothing, frozen=True, kw_only=True):
    """`every` asks every version, not the current ones alone."""

    q: Words
    every: bool = False
    root: Words | None = None
    prefix: Words = ""
    language: Words | None = None
    limit: Limit = 50


class Period(Nothing, frozen=True, kw_only=True):
    """From one moment to another, as the command line writes moments."""

    since: Words | None = None
    until: Words | None = None
    root: Words | None = None
    prefix: Words = ""
    document: Words | None = None


class Stretches(Nothing, frozen=True, kw_only=True):
    """The same of the ledger."""

    root: Words | None = None
    since: Words | None = None
    until: Words | None = None


def read(request: Request, kind: type[T], *, blank_is_none: bool = False) -> T:
    """Return the parameters of a request. With `blank_is_none` an empty one is none. Raises UsageError."""
    given = [
        (name, value) for name, value in request.query_params.multi_items() if value or not blank_is_none
    ]
    names = [name for name, _ in given]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"'{name}' is given more than once")
    try:
        return msgspec.convert(dict(given), kind, strict=False)
    except msgspec.ValidationError as error:
        words = str(error)
        known = ", ".join(kind.__struct_encode_fields__)
        raise UsageError(
            f"the parameters are not understood: {words[:1].lower()}{words[1:]}",
            hint=f"they are: {known}" if known else "this address takes none",
        ) from error
