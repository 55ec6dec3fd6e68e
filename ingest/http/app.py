"""The application: routes, what stands before them, and errors turned into answers at the edge."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Hashable
from contextlib import aclosing, asynccontextmanager
from functools import partial

import msgspec
from anyio import to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ingest.corpus import Corpus
from ingest.errors import IngestError, UsageError
from ingest.history.changes import Filters
from ingest.http import answers, openapi, parameters, problems
from ingest.http.admission import Admission, Rights
from ingest.http.answers import Answer
from ingest.http.api import CHANGES, ENDPOINTS, Endpoint, Page
from ingest.http.feed import Feed
from ingest.http.pages import Pages
from ingest.http.problems import Problem, Refused
from ingest.http.replies import Stays
from ingest.http.response_cache import ResponseCache
from ingest.http.reviews import Reviews
from ingest.http.server import Wire
from ingest.http.tokens import Tokens
from ingest.store.write_check import StoreState
from ingest.web import render

AT_ONCE = 8  # questions that are answered at the same time; the others wait
_LEAST = 1_000  # bytes below which nothing is packed


def application(corpus: Corpus, rights: Rights, feed: Feed, kept: ResponseCache) -> ASGIApp:
    """Return the service as an application, which starts the feed and stops it, and closes what is kept."""
    tokens = Tokens(rights.token, monotonic=time.monotonic)
    own = Pages(corpus, kept, has_token=tokens.is_there)
    posted = Reviews(corpus, tokens, on_added=feed.look)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = AT_ONCE
        feed.start()
        try:
            yield
        finally:
            feed.stop()
            kept.close()

    routes = [
        *(Route(each.path, _endpoint(corpus, kept, each)) for each in ENDPOINTS),
        Route(CHANGES.path, _changes(feed, kept)),
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
    return Admission(inner, rights=rights, tokens=tokens, refusal=partial(_refusal, own))


def _endpoint(
    corpus: Corpus, kept: ResponseCache, endpoint: Endpoint
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        path = {name: str(value) for name, value in request.path_params.items()}
        ask = partial(endpoint.answer, corpus, request)
        if endpoint.stays(path):
            kind = answers.wanted(request, endpoint.media_types)
            found = await _once(kept, request, _name(request, kind), path["id"], ask)
        else:
            found = await to_thread.run_sync(ask)
        return answers.response(found, request)

    return answer


def _name(request: Request, kind: str) -> Hashable:
    return request.scope["path"], request.scope["query_string"], kind


async def _look(kept: ResponseCache) -> StoreState:
    return kept.look() if kept.is_quick else await to_thread.run_sync(kept.look)


async def _once(
    kept: ResponseCache, request: Request, name: Hashable, document: str, ask: Callable[[], Answer]
) -> Answer:
    """Return the answer that is kept, or the one that is made now and kept while it stays the same."""
    seen = await _look(kept)
    _note_that_it_stays(request, Stays(document=document, seen=seen))
    found = kept.find(name, Answer)
    if found is None:
        found = answers.with_etag(await to_thread.run_sync(ask))
        kept.keep(name, found, document=document, size=len(found.body), seen=seen)
    return found


def _note_that_it_stays(request: Request, stays: Stays) -> None:
    wire = request.scope["state"].get("wire")
    if isinstance(wire, Wire):
        wire.stays = stays


def _changes(feed: Feed, kept: ResponseCache) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        asked = parameters.read(request, parameters.Changes)
        wanted, since = asked.filters, asked.since
        if asked.feed == "eventsource":
            return await _events(feed, request, since, wanted)
        seen = await _look(kept)
        name = _name(request, asked.feed)
        if (whole := kept.find(name, Answer)) is not None:
            _note_that_it_stays(request, Stays(document=None, seen=seen))
            return answers.response(whole, request)
        found, place = await to_thread.run_sync(partial(feed.records, since, wanted, asked.limit))
        if asked.feed == "longpoll" and not found and request.method != "HEAD":
            ends = time.monotonic() + asked.timeout
            while not found and (left := ends - time.monotonic()) > 0:
                if not await feed.wait(place, left):
                    break
                found, place = await to_thread.run_sync(partial(feed.records, place, wanted, asked.limit))
        more = len(found) == asked.limit
        page = answers.with_etag(answers.of_record(Page(items=found, next=str(place) if more else None)))
        if more and place <= seen.head:  # what comes later is on another one
            kept.keep(name, page, document=None, size=len(page.body), seen=seen)
            _note_that_it_stays(request, Stays(document=None, seen=seen))
        return answers.response(page, request)

    return answer


async def _events(feed: Feed, request: Request, since: int, wanted: Filters) -> Response:
    """Answer with a stream of events."""
    if last := request.headers.get("last-event-id"):
        since = _seq_of(last)
    await to_thread.run_sync(partial(feed.records, since, wanted, 1))  # an error is told before
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    if request.method == "HEAD":
        return answers.head_of_stream(headers, "text/event-stream")
    return _Stream(partial(feed.events, since, wanted, request.state.wire), headers)


class _Stream(Response):
    """Server-sent events, as they come. Who does not listen any more is told by the connection alone."""

    media_type = "text/event-stream"

    def __init__(self, begin: Callable[[], AsyncGenerator[bytes]], headers: dict[str, str]) -> None:
        super().__init__(headers=headers)
        del self.headers["content-length"]
        self._begin = begin

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send the events until there are no more."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async with aclosing(self._begin()) as events:
            async for part in events:
                await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _seq_of(words: str) -> int:
    if not words.isascii() or not words.isdigit() or len(words) > 18:
        raise UsageError("Last-Event-ID is no seq", hint="send the id of the last event")
    return int(words)


def _description() -> Callable[[Request], Response]:
    made = answers.Answer(body=msgspec.json.encode(openapi.description()), media_type=answers.JSON)
    return lambda request: answers.response(made, request)


def _reads_pages(request: Request) -> bool:
    """Tell whether who asks reads pages at this address, and not data."""
    path: str = request.scope["path"]
    is_page = not path.startswith("/v1/") and not path.endswith(".json")
    return is_page and "text/html" in request.headers.get("accept", "")


def _refusal(own: Pages, request: Request, problem: Problem, headers: dict[str, str]) -> Response:
    """Answer who is not let in: a page for who reads pages, with nothing of the store in it."""
    if not _reads_pages(request):
        return problems.response(problem, headers)
    html = render.page("refused", own.words(request), {"problem": problem})
    return Response(html, problem.status, {"cache-control": "no-store", **headers}, media_type=answers.HTML)


def _handlers(own: Pages) -> dict[int | type[Exception], Callable[[Request, Exception], Response]]:
    """Return what makes an answer of each kind of error: a page for who reads pages."""

    def answer(request: Request, problem: Problem, headers: dict[str, str] | None = None) -> Response:
        if _reads_pages(request):
            return own.failure(request, problem, headers or {})
        return problems.response(problem, headers)

    def failed(request: Request, error: Exception) -> Response:
        assert isinstance(error, IngestError)
        return answer(request, problems.problem_of(error))

    def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return answer(request, error.problem, error.headers)

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
        return answer(request, Refused(status, code, words, hint=hint).problem, dict(error.headers or {}))

    def unforeseen(request: Request, _error: Exception) -> Response:
        defect = Refused(500, "defect", "the program met what it did not foresee", hint="its log says what")
        return answer(request, defect.problem)

    return {IngestError: failed, Refused: refused, HTTPException: no_route, Exception: unforeseen}
