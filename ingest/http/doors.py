"""Who may ask, and how much: hosts, tokens, limits, and the headers that every answer has.

Nothing here knows what is asked. A token is compared in constant time, comes in a header alone, and is never
written anywhere.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest.http import problems
from ingest.http.problems import Refused

LONGEST_ADDRESS = 32_768  # bytes of path and query
LARGEST_BODY = 65_536
TRIES, WINDOW = 10, 60.0  # wrong tokens from one address, in so many seconds
_ADDRESSES = 4_096  # that are remembered for wrong tokens
_READS = ("GET", "HEAD")
_DESCRIBED = "GET /v1/openapi.json describes every address"

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "vary": "Accept, Accept-Language, Cookie",
}


class Rights(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to let in. `hosts` are the exact values of Host; without `guarded` anybody may read.

    `token` is the hash of the token, None where there is none. `trusted_header` names the header in which a
    proxy says who asks.
    """

    hosts: frozenset[str]
    guarded: bool
    token: bytes | None = None
    trusted_header: str | None = None


def hosts_of(names: list[str], port: int) -> frozenset[str]:
    """Return the values of Host that name this service: each name with the port, and alone at port 80."""
    shown = [f"[{name}]" if ":" in name and not name.startswith("[") else name for name in names]
    found = {f"{name.lower()}:{port}" for name in shown}
    return frozenset(found | ({name.lower() for name in shown} if port == 80 else set()))


def hashed(token: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


class Doors:
    """What stands before the routes. `monotonic` is a clock in seconds."""

    def __init__(self, app: ASGIApp, *, rights: Rights, monotonic: Callable[[], float]) -> None:
        self._app = app
        self._rights = rights
        self._monotonic = monotonic
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(message)
            await send(message)

        try:
            headers = Headers(scope=scope)
            self._check_form(scope, headers)
            scope["state"]["person"] = self._person(scope, headers)
        except Refused as refused:
            closing = {"connection": "close", **refused.headers}
            await problems.response(refused.problem, closing)(scope, receive, answer)
            return
        await self._app(scope, receive, answer)

    def _check_form(self, scope: Scope, headers: Headers) -> None:
        """Raise Refused for a request that no page and no client of ours makes."""
        host = headers.getlist("host")
        if len(host) != 1 or host[0].lower() not in self._rights.hosts:
            raise Refused(
                421,
                "host",
                "the Host of the request is none that is served here",
                hint="name it under [serve] hosts",
            )
        if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_ADDRESS:
            raise Refused(
                414, "address", f"an address has {LONGEST_ADDRESS:,} bytes at most", hint="ask for less"
            )
        if "\0" in scope["path"] or "\ufffd" in scope["path"]:
            raise Refused(400, "address", "the address is not UTF-8, or holds a NUL", hint=_DESCRIBED)
        if scope["method"] in _READS:
            if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
                raise Refused(413, "body", "a question has no body", hint="say all in the address")
            return
        if scope["method"] != "POST":
            raise Refused(
                405, "method", "this method is not taken", hint="ask with GET or HEAD",
                headers={"allow": "GET, HEAD"},
            )  # fmt: skip
        length = headers.get("content-length", "")
        if "transfer-encoding" in headers or not length.isascii() or not length.isdigit():
            raise Refused(413, "body", "a body says its length", hint="send Content-Length")
        if int(length) > LARGEST_BODY:
            raise Refused(413, "body", f"a body has {LARGEST_BODY:,} bytes at most", hint="send less")
        origin = headers.get("origin")
        if origin is None or urlsplit(origin).netloc.lower() != host[0].lower():
            raise Refused(
                403, "origin", "a change is made from this service's own pages alone", hint="ask with GET"
            )

    def _person(self, scope: Scope, headers: Headers) -> str | None:
        """Return who asks, by a token or by the proxy's word; None for anybody. Raises Refused."""
        rights = self._rights
        if rights.trusted_header is not None and headers.get(rights.trusted_header):
            return headers[rights.trusted_header]
        said = headers.get("authorization")
        if said is not None and rights.token is not None:
            return self._named(said, (scope.get("client") or ("?", 0))[0])
        if rights.guarded or scope["method"] not in _READS:
            raise Refused(
                401,
                "token",
                "this needs the token",
                hint="Authorization: Bearer TOKEN; in a browser any name, and the token as the password",
                headers={"www-authenticate": 'Basic realm="ingest", charset="UTF-8"'},
            )
        return None

    def _named(self, said: str, client: str) -> str:
        assert self._rights.token is not None
        now = self._monotonic()
        wrong = [at for at in self._wrong.get(client, ()) if now - at < WINDOW]
        if len(wrong) >= TRIES:
            raise Refused(
                429,
                "tries",
                "too many wrong tokens came from this address",
                hint="wait a minute",
                headers={"retry-after": "60"},
            )
        name, token = _credentials(said)
        if hmac.compare_digest(hashed(token), self._rights.token):
            self._wrong.pop(client, None)
            return name
        self._wrong[client] = [*wrong, now]
        self._wrong.move_to_end(client)
        while len(self._wrong) > _ADDRESSES:
            self._wrong.popitem(last=False)
        raise Refused(
            401,
            "token",
            "the token is wrong",
            hint="it is what stands in the service's token_file",
            headers={"www-authenticate": 'Basic realm="ingest"'},
        )


def _credentials(said: str) -> tuple[str, str]:
    """Return the name and the token of an Authorization header; empty ones where it holds none."""
    scheme, _, rest = said.partition(" ")
    if scheme.lower() == "bearer":
        return "token", rest.strip()
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, token = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name or "token", token


def _add_headers(message: Message) -> None:
    given = {name.lower() for name, _ in message["headers"]}
    message["headers"] = [
        *message["headers"],
        *(
            (name.encode(), value.encode())
            for name, value in _ALWAYS.items()
            if name.encode() not in given or name == "vary"
        ),
    ]
