"""What is posted: an edit reviewed, or a review taken back; by a program in JSON, or by a page's form."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from functools import partial
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

import msgspec
from anyio import to_thread
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ingest.corpus import Corpus
from ingest.errors import StoreReadOnly, UsageError
from ingest.history import reviewing
from ingest.history.reviewing import LONGEST_NAME, LONGEST_NOTE, Statement
from ingest.http import answers
from ingest.http.admission import FORM, Asker, media_type
from ingest.http.parameters import Uid
from ingest.http.problems import Refused
from ingest.http.tokens import Tokens
from ingest.model import Seq
from ingest.records import Review
from ingest.typed_values import convert

PATH = "/v1/reviews"
LISTED = "/changes?reviewed=yes"
IN_FORM = "application/x-www-form-urlencoded"
PATIENCE = 10.0  # seconds for a body to come

_FIELDS = 8  # that a form may have
Name = Annotated[
    str, Meta(min_length=1, max_length=LONGEST_NAME, description="who reviews; a proxy's word is taken first")
]
Note = Annotated[str, Meta(max_length=LONGEST_NOTE, description="why; one line or several")]


class NewReview(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An edit reviewed: `change` is the seq of the change that carries it."""

    change: Annotated[int, Meta(ge=1, le=2**63 - 1)]
    name: Name | None = None
    note: Note | None = None


class NewWithdrawal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A review taken back: `withdraws` is its id."""

    withdraws: Uid
    name: Name | None = None
    note: Note | None = None


ReviewRequest = NewReview | NewWithdrawal


class Reviews:
    """The routes by which reviews are added. `on_added` is called when one was."""

    def __init__(self, corpus: Corpus, tokens: Tokens, *, on_added: Callable[[], None]) -> None:
        self._corpus = corpus
        self._tokens = tokens
        self._on_added = on_added

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(PATH, self._in_json, methods=["POST"]),
            Route(FORM, self._by_form, methods=["POST"]),
            # Who goes back to where the form went, or writes that address, sees what was reviewed.
            Route(FORM, lambda _request: RedirectResponse(LISTED, 302), methods=["GET"]),
            Route(f"{FORM}.json", lambda _request: RedirectResponse(PATH, 302), methods=["GET"]),
        ]

    async def _in_json(self, request: Request) -> Response:
        body = await _body(request, answers.JSON)
        try:
            given = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"the body is no JSON: {error}", hint=_hint(NewReview, NewWithdrawal)) from error
        review, is_new = await self._added(posted(given, strict=True), request.state.asker)
        made = answers.of_record(review)
        return Response(
            made.body, 201 if is_new else 200, {"cache-control": "no-store"}, media_type=made.media_type
        )

    async def _by_form(self, request: Request) -> Response:
        fields = form(await _body(request, IN_FORM))
        token = fields.pop("token", "")
        asker: Asker = request.state.asker
        if not asker.has_token:
            self._tokens.require(token, request.client.host if request.client else "?")
        given = {name: value for name, value in fields.items() if value}
        review, _ = await self._added(posted(given, strict=False), asker)
        pair = urlencode({"from": review.previous_version or 1, "to": review.version})
        return RedirectResponse(f"/documents/{review.document}?{pair}#reviews", 303)

    async def _added(self, asked: ReviewRequest, asker: Asker) -> tuple[Review, bool]:
        words = _statement(asked, asker)
        corpus = self._corpus
        add: Callable[[], tuple[Review, bool]]
        if isinstance(asked, NewReview):
            add = partial(
                reviewing.review, corpus.store, Seq(asked.change), words, rules=corpus.rules, now=corpus.now,
                entropy=os.urandom,
            )  # fmt: skip
        else:
            add = partial(
                reviewing.withdraw, corpus.store, asked.withdraws, words, now=corpus.now, entropy=os.urandom
            )
        try:
            found = await to_thread.run_sync(add)
        except StoreReadOnly as error:
            raise Refused(
                403, "read_only", error.message, hint="the service may only read the store: reviews need more"
            ) from error
        self._on_added()
        return found


async def _body(request: Request, kind: str) -> bytes:
    """Return the body, if it is of this media type and comes in time. `Admission` bounds its length."""
    if media_type(request.headers) != kind:
        raise Refused(415, "media_type", f"a body here is {kind}", hint=f"send content-type: {kind}")
    try:
        async with asyncio.timeout(PATIENCE):
            return await request.body()
    except TimeoutError as error:
        raise Refused(
            408, "slow", "the body did not come in time", hint=f"send it within {PATIENCE:.0f} seconds",
            headers={"connection": "close"},
        ) from error  # fmt: skip


def form(body: bytes) -> dict[str, str]:
    """Return the fields of a form. Raises UsageError."""
    try:
        found = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=_FIELDS, errors="strict"
        )
    except ValueError as error:  # UnicodeError is one
        raise UsageError("the form is not understood", hint="send it from a page of this service") from error
    fields = dict(found)
    if len(fields) < len(found):
        raise UsageError("a field of the form is given more than once", hint="write each once")
    return fields


def posted(given: object, *, strict: bool) -> ReviewRequest:
    """Return what a body asks for; of a form, where numbers are words, not `strict`. Raises UsageError."""
    kind: type[ReviewRequest] = (
        NewWithdrawal if isinstance(given, dict) and "withdraws" in given else NewReview
    )
    try:
        return convert(given, kind, strict=strict)
    except msgspec.ValidationError as error:
        words = str(error)
        raise UsageError(
            f"the body is not understood: {words[:1].lower()}{words[1:]}", hint=_hint(kind)
        ) from error


def _hint(*kinds: type[ReviewRequest]) -> str:
    return "it has " + "; or ".join(", ".join(kind.__struct_fields__) for kind in kinds)


def _statement(asked: ReviewRequest, asker: Asker) -> Statement:
    """Return who reviews: whom the proxy names, else who says so. Raises UsageError."""
    if not asker.by_proxy:
        return reviewing.statement(asked.name or "", asked.note, named_by="reviewer")
    words = reviewing.statement(readable(asker.name or ""), asked.note, named_by="proxy")
    if asked.name is not None and reviewing.statement(asked.name, None, named_by="proxy").name != words.name:
        raise UsageError(
            f"the proxy says that this is {words.name}, and the body another name", hint="leave the name away"
        )
    return words


def readable(header: str) -> str:
    """Return the words of a header: UTF-8 where its bytes are, else Latin-1, as the standard has it."""
    try:
        return header.encode("latin-1").decode()
    except UnicodeError:
        return header
