"""What may stand behind the `?` of an address: a struct a route, with its bounds, read strictly."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, inspect
from starlette.requests import Request

from ingest.edits.edit import CLASSES, FACTS, FLAGS, SIGNIFICANCES
from ingest.errors import UsageError
from ingest.history.changes import TYPES, Filters
from ingest.model import ReviewAction
from ingest.typed_values import convert

T = TypeVar("T", bound=msgspec.Struct)
_MOMENTS = (
    r"now|today|yesterday|[1-9]\d{0,3}[smhdw]|seq:\d{1,18}|#\d{1,18}"
    r"|[12]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])"
    r"(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?(?:Z|[+-](?:0\d|1[0-2]):[0-5]\d)?)?"
)
REV = rf"^(?:\d{{1,9}}|first|latest|prev|{_MOMENTS})$"  # the common forms: more are read
_CURSOR = r"^(?:[1-9a-f][0-9a-f]|0[1-9a-f])*\.(?:[0-9a-f]{2})*\.\d{1,18}$"
_SEVERAL = rf"^(?:{'|'.join(SIGNIFICANCES)})(?:,(?:{'|'.join(SIGNIFICANCES)}))*$"


def _of(*known: str) -> Meta:
    """Describe one of some words; whoever reads it says which there are."""
    return Meta(max_length=1_000, extra_json_schema={"enum": list(known)})


def _like(pattern: str) -> Meta:
    return Meta(max_length=1_000, extra_json_schema={"pattern": pattern})


Words = Annotated[str, Meta(max_length=1_000, pattern=r"^[^\x00]*$")]
Name = Annotated[str, Meta(max_length=255, pattern=r"^[^\x00]*$")]
Moment = Annotated[str, _like(f"^(?:{_MOMENTS})$")]
Cursor = Annotated[str, Meta(max_length=12_000, pattern=_CURSOR)]
Uid = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$")]
Limit = Annotated[int, Meta(ge=1, le=1_000)]
# No log is longer, every program counts so far without loss, and what is one more fits both databases.
Seq = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class Nothing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No parameter."""


class Documents(Nothing, frozen=True, kw_only=True):
    """`after` is the `next` of the page before."""

    prefix: Words = ""
    at: Moment | None = None
    root: Name | None = None
    language: Name | None = None
    deleted: bool = False
    after: Cursor | None = None
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


class Newest(Nothing, frozen=True, kw_only=True, rename={"type_": "type", "class_": "class"}):
    """`since` is a seq: what comes after it."""

    since: Seq = 0
    limit: Limit = 100
    root: Name | None = None
    prefix: Words | None = None
    type_: Annotated[str, _of(*TYPES, *(f"document.{each}" for each in TYPES))] | None = None
    class_: Annotated[str, _of(*CLASSES)] | None = None
    significance: Annotated[str, _like(_SEVERAL)] | None = None
    fact: Annotated[str, _of(*FACTS)] | None = None
    flag: Annotated[str, _of(*FLAGS)] | None = None

    @property
    def filters(self) -> Filters:
        """Return what is wanted of the log. Raises UsageError."""
        return Filters(
            root=self.root,
            prefix=self.prefix,
            type_=self.type_,
            class_=self.class_,
            significance=self.significance,
            fact=self.fact,
            flag=self.flag,
        )


class Changes(Newest, frozen=True, kw_only=True):
    """The filters of the log, and whether to wait for more."""

    feed: Literal["normal", "longpoll", "eventsource"] = "normal"
    timeout: Annotated[float, Meta(ge=0, le=60)] = 30.0


class Search(Nothing, frozen=True, kw_only=True):
    """`every` asks every version, not the current ones alone; `at` those that stood at that moment."""

    q: Words
    every: bool = False
    at: Moment | None = None
    root: Name | None = None
    prefix: Words = ""
    language: Name | None = None
    limit: Limit = 50


class Period(Nothing, frozen=True, kw_only=True):
    """From one moment to another, as the command line writes moments."""

    since: Moment | None = None
    until: Moment | None = None
    root: Name | None = None
    prefix: Words = ""
    document: Words | None = None


class Stretches(Nothing, frozen=True, kw_only=True):
    """A period of the ledger, of one root or of all."""

    root: Name | None = None
    since: Moment | None = None
    until: Moment | None = None


class Reviews(Nothing, frozen=True, kw_only=True):
    """`standing` takes those by which an edit is reviewed; `after` is the `next` of the page before."""

    document: Uid | None = None
    change: Annotated[int, Meta(ge=1, le=2**63 - 1)] | None = None
    root: Name | None = None
    prefix: Words = ""
    name: Words | None = None
    action: ReviewAction | None = None
    standing: bool | None = None
    since: Moment | None = None
    until: Moment | None = None
    after: Seq = 0
    limit: Limit = 100


def read(request: Request, kind: type[T], *, blank_is_none: bool = False) -> T:
    """Return the parameters of a request. With `blank_is_none` an empty one is none. Raises UsageError."""
    given = [
        (name, value) for name, value in request.query_params.multi_items() if value or not blank_is_none
    ]
    for name, number in Counter(name for name, _ in given).items():
        if number > 1:
            raise UsageError(f"'{name}' is given more than once", hint="write each once")
    try:
        return convert(dict(given), kind, strict=False)
    except msgspec.ValidationError as error:
        words = str(error)
        _require_known(dict(given), kind, words)
        known = ", ".join(kind.__struct_encode_fields__)
        raise UsageError(
            f"the parameters are not understood: {words[:1].lower()}{words[1:]}",
            hint=f"they are: {known}" if known else "this address takes none",
        ) from error


def _require_known(given: dict[str, str], kind: type[msgspec.Struct], words: str) -> None:
    """Raise UsageError for a value that is none of those there are, where that is what was wrong."""
    if not words.startswith("Invalid enum value"):
        return
    about = inspect.type_info(kind)
    assert isinstance(about, inspect.StructType)
    for field in about.fields:
        kinds = field.type.types if isinstance(field.type, inspect.UnionType) else (field.type,)
        known = [value for each in kinds if isinstance(each, inspect.LiteralType) for value in each.values]
        if known and given.get(field.encode_name, known[0]) not in known:
            raise UsageError(
                f"no {field.encode_name} '{given[field.encode_name][:64]}'",
                hint=f"write one of: {', '.join(map(str, known))}",
            )
