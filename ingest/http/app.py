"""The application: routes, what stands before them, and errors turned into answers at the edge."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import msgspec
from anyio import to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from ingest.corpus import Corpus
from ingest.errors import IngestError, UsageError
from ingest.http import answers, openapi, parameters, problems
from ingest.http.admission import Admission, Rights
from ingest.http.api import CHANGES, ENDPOINTS, Endpoint, Page
from ingest.http.feed import Feed
from ingest.http.pages import Pages
from ingest.http.problems import Problem, Refused
from ingest.http.reviews import Reviews
from ingest.http.tokens import Tokens

AT_ONCE = 8  # questions that are answered at the same time; the others wait
_LEAST = 1_000  # bytes below which nothing is packed


def application(corpus: Corpus, rights: Rights, feed: Feed) -> ASGIApp:
    """Return the service as an application, which starts the feed and stops it."""
    tokens = Tokens(rights.token, monotonic=time.monotonic)
    own = Pages(corpus, has_token=tokens.is_there)
    posted = Reviews(corpus, tokens, told=feed.look)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = AT_ONCE
        feed.start()
        try:
            yield
        finally:
            feed.stop()

    routes = [
        *(Route(each.path, _endpoint(corpus, each)) for each in ENDPOINTS),
        Route(CHANGES.path, _changes(feed)),
        Route(openapi.PATH, _description()),
        *posted.routes(),
        *own.routes(),
    ]
    inner = Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=[Middleware(GZipMiddleware, minimum_size=_LEAST, compresslevel=5)],
        exception_handlers=_handlers(own),
    )
    return Admission(inner, rights=rights, tokens=tokens)


def _endpoint(corpus: Corpus, endpoint: Endpoint) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        return answers.response(endpoint.answer(corpus, request), request)

    return answer


def _changes(feed: Feed) -> Callable[[Request], object]:
    async def answer(request: Request) -> Response:
        asked = parameters.read(request, parameters.Changes)
        wanted, since = asked.filters, asked.since
        if asked.feed == "eventsource":
            if last := request.headers.get("last-event-id"):
                since = _seq_of(last)
            await to_thread.run_sync(partial(feed.records, since, wanted, 1))  # an error is told before
            headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
            if request.method == "HEAD":
                return Response(headers=headers, media_type="text/event-stream")
            return StreamingResponse(
                feed.events(since, wanted), headers=headers, media_type="text/event-stream"
            )
        found, place = await to_thread.run_sync(partial(feed.records, since, wanted, asked.limit))
        if asked.feed == "longpoll" and not found and request.method != "HEAD":
            ends = time.monotonic() + asked.timeout
            while not found and (left := ends - time.monotonic()) > 0:
                if not await feed.wait(place, left):
                    break
                found, place = await to_thread.run_sync(partial(feed.records, place, wanted, asked.limit))
        more = len(found) == asked.limit
        page = Page(items=found, next=str(place) if more else None)
        return answers.response(answers.of_record(page), request)

    return answer


def _seq_of(words: str) -> int:
    if not words.isascii() or not words.isdigit() or len(words) > 18:
        raise UsageError("Last-Event-ID is no seq", hint="send the id of the last event")
    return int(words)


def _description() -> Callable[[Request], Response]:
    made = answers.Answer(body=msgspec.json.encode(openapi.description()), media_type=answers.JSON)
    return lambda request: answers.response(made, request)


def _handlers(own: Pages) -> dict[int | type[Exception], Callable[[Request, Exception], Response]]:
    """Return what makes an answer of each kind of error: a page for who reads pages."""

    def told(request: Request, problem: Problem, headers: dict[str, str] | None = None) -> Response:
        path = request.url.path
        is_page = not path.startswith("/v1/") and not path.endswith(".json")
        if is_page and "text/html" in request.headers.get("accept", ""):
            return own.failure(request, problem, headers or {})
        return problems.response(problem, headers)

    def failed(request: Request, error: Exception) -> Response:
        assert isinstance(error, IngestError)
        return told(request, problems.of(error))

    def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return told(request, error.problem, error.headers)

    def no_route(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        status = error.status_code
        code, words, hint = (
            "not_found",
            "there is no such page",
            "GET /v1/openapi.json describes every address",
        )
        if status == 405:
            allowed = (error.headers or {}).get("allow") or (error.headers or {}).get("Allow", "GET, HEAD")
            code, words, hint = "method", f"the methods are {allowed}", "ask with one of these"
        return told(request, Refused(status, code, words, hint=hint).problem, dict(error.headers or {}))

    def unforeseen(request: Request, _error: Exception) -> Response:
        defect = Refused(500, "defect", "the program met what it did not foresee", hint="its log says what")
        return told(request, defect.problem)

    return {IngestError: failed, Refused: refused, HTTPException: no_route, Exception: unforeseen}
