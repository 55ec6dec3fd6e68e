"""Errors as `application/problem+json`: the only place that turns an error into a status."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from ingest import errors, escape

TYPE = "application/problem+json"
_STATUS: tuple[tuple[type[errors.IngestError], int, str], ...] = (
    (errors.IntegrityError, 500, "damaged"),
    (errors.NotFound, 404, "not_found"),
    (errors.Conflict, 409, "conflict"),
    (errors.UsageError, 400, "not_understood"),
    (errors.Unreachable, 503, "unavailable"),
)
_TITLES = {
    400: "The question is not understood",
    401: "A token is needed",
    403: "Not allowed",
    404: "There is no such thing",
    405: "This address is only read",
    406: "Not to be had in this form",
    408: "The request came too slowly",
    409: "It is not so any more",
    413: "Too large",
    414: "The address is too long",
    415: "A body of this kind is not read",
    416: "There is no such part",
    421: "This host is not served here",
    429: "Too many tries",
    431: "The request's head is too long",
    500: "What is stored is damaged, or the program is wrong",
    503: "Cannot answer now",
}


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a program is told of an error. `code` is for programs, `detail` and `hint` for people."""

    title: str
    status: int
    detail: str
    code: str
    hint: str | None = None


class Refused(Exception):
    """A request that is refused before any question is asked. Its headers go with the answer."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        hint: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.problem = Problem(
            title=_TITLES[status], status=status, code=code, detail=escape.name(detail), hint=hint
        )
        self.headers = headers or {}


def problem_of(error: errors.IngestError) -> Problem:
    """Return the problem that an error is."""
    status, code = next(
        ((status, code) for kind, status, code in _STATUS if isinstance(error, kind)), (500, "refused")
    )
    return Problem(
        title=_TITLES[status],
        status=status,
        code=getattr(error, "code", code),
        detail=escape.name(error.message),
        hint=None if error.hint is None else escape.name(error.hint),
    )


def response(problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """Return the answer that tells a problem; it is never kept by a cache."""
    body = escape.json(msgspec.json.encode(problem))
    return Response(body, problem.status, {"cache-control": "no-store", **(headers or {})}, media_type=TYPE)
