"""What the pages take as parameters."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta
from starlette.requests import Request

from ingest.http import parameters
from ingest.http.parameters import Cursor, Nothing, Seq, Words


class PageLanguage(Nothing, frozen=True, kw_only=True):
    """`lang` chooses the language of the page."""

    lang: Literal["en", "nl"] | None = None


class Documents(PageLanguage, frozen=True, kw_only=True):
    """The list's filters; `seq` is a moment by its number, `differs` how many that differ are passed over."""

    prefix: Words = ""
    at: Words | None = None
    seq: Seq | None = None
    root: Words | None = None
    language: Words | None = None
    deleted: bool = False
    after: Cursor | None = None
    differs: Annotated[int, Meta(ge=0, le=10_000_000)] = 0


class Document(PageLanguage, frozen=True, kw_only=True, rename={"first": "from", "last": "to"}):
    """Which versions, and how; `at` names a sentence, `part` one of those of a long text."""

    first: Words | None = None
    last: Words | None = None
    view: Words = "inline"
    before: Annotated[int, Meta(ge=1, le=2**31)] | None = None
    only: Annotated[int, Meta(ge=1, le=2**31)] | None = None
    at: Words | None = None
    part: Annotated[int, Meta(ge=1, le=2**31)] | None = None
    lost: bool = False


class Search(PageLanguage, frozen=True, kw_only=True):
    """The words, where and when; the page begins behind so many documents."""

    q: Words = ""
    every: bool = False
    at: Words | None = None
    after: Annotated[int, Meta(ge=0, le=100_000)] = 0
    language: Words | None = None
    root: Words | None = None


class Changes(PageLanguage, frozen=True, kw_only=True, rename={"type_": "type", "class_": "class"}):
    """The filters of the log; `reviewed` chooses edits with a review that stands, or without."""

    since: Words | None = None
    until: Words | None = None
    root: Words | None = None
    prefix: Words | None = None
    type_: Words | None = None
    class_: Words | None = None
    significance: Words | None = None
    fact: Words | None = None
    flag: Words | None = None
    reviewed: Literal["yes", "no"] | None = None


class Period(PageLanguage, frozen=True, kw_only=True):
    """The period of a report."""

    since: Words | None = None
    until: Words | None = None
    root: Words | None = None
    prefix: Words = ""


class Report(Period, frozen=True, kw_only=True):
    """The period of a report; its page begins after so many entries."""

    after: Annotated[int, Meta(ge=0, le=10_000_000)] = 0


def read(request: Request, kind: type[parameters.T]) -> parameters.T:
    """Return the parameters of a page; an empty field of a form is none. Raises UsageError."""
    return parameters.read(request, kind, blank_is_none=True)
