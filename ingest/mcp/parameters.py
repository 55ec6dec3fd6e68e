"""What each tool is asked with: a struct a tool, with its bounds, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from ingest.errors import UsageError
from ingest.typed_values import convert

T = TypeVar("T", bound=msgspec.Struct)
LARGEST_PAGE = 100
LARGEST_TEXT = 50_000

Name = Annotated[
    str, Meta(min_length=1, max_length=4_096, description="A document: its id or path, or a citation.")
]
Root = Annotated[
    str, Meta(max_length=255, description="The name of a watched folder, where several hold the path.")
]
Rev = Annotated[
    str,
    Meta(max_length=64, description="A version: a number, first, latest, prev, a moment."),
]
Moment = Annotated[
    str, Meta(max_length=64, description="A moment: 2026-11-28, 2026-11-28T12:00:00Z, 7d (ago), seq:17.")
]
Prefix = Annotated[str, Meta(max_length=4_096, description="Only paths that begin with this.")]
After = Annotated[int, Meta(ge=0, le=1_000_000, description="Where to go on: `next` of the answer before.")]
Limit = Annotated[int, Meta(ge=1, le=LARGEST_PAGE, description="How many at most.")]


class Search(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words to find."""

    query: Annotated[
        str,
        Meta(min_length=1, max_length=1_000,
             description='Words that must all be there, in any of their forms; "in quotes" as they stand;'
            " word* a beginning; AND, OR, NOT in capitals."),
    ]  # fmt: skip
    every: Annotated[bool, Meta(description="Ask every version, not the current ones alone.")] = False
    root: Root | None = None
    prefix: Prefix = ""
    language: Annotated[str, Meta(max_length=35, description="ISO 639-1, as nl.")] | None = None
    after: After = 0
    limit: Limit = 20


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A document whose history is asked for."""

    document: Name
    root: Root | None = None
    before: Annotated[int, Meta(ge=1, le=2**53, description="Changes before this seq: `next`.")] | None = None
    limit: Limit = 20


class Version(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A version whose text is asked for."""

    document: Name
    version: Rev | None = None
    root: Root | None = None
    offset: Annotated[int, Meta(ge=0, le=2**40, description="The character to begin at: `next`.")] = 0
    length: Annotated[int, Meta(ge=1, le=LARGEST_TEXT, description="Characters at most.")] = 20_000


class Diff(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"first": "from"}):
    """Two versions to compare."""

    document: Name
    first: Rev = "prev"
    to: Rev = "latest"
    root: Root | None = None
    after: After = 0
    limit: Limit = 50


class Blame(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A version of whose sentences the origin is asked for."""

    document: Name
    version: Rev | None = None
    root: Root | None = None
    deleted: Annotated[bool, Meta(description="Ask for the sentences that are not there any more.")] = False
    after: After = 0
    limit: Limit = 50


class Report(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A period."""

    since: Moment = "7d"
    until: Moment | None = None
    root: Root | None = None
    prefix: Prefix = ""
    document: Name | None = None
    after: After = 0
    limit: Limit = 20


def read(kind: type[T], given: Mapping[str, object]) -> T:
    """Return the parameters of a call. Raises UsageError."""
    try:
        return convert(given, kind)
    except msgspec.ValidationError as error:
        words = str(error)
        raise UsageError(
            f"the parameters are not understood: {words[:1].lower()}{words[1:]}",
            hint=f"they are: {', '.join(kind.__struct_encode_fields__)}",
        ) from error


def schema(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the JSON Schema of a struct, an object at its root."""
    (_,), components = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    own = components.pop(kind.__name__)
    return {**own, "$defs": components} if components else own
