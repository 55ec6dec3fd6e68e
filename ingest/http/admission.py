"""Who may ask, and how much: hosts, tokens, limits, and the headers that every answer has.

Nothing here knows what is asked. No page from elsewhere can make a browser send a request that changes
something: it must come from this service's own pages, or as JSON. Before a browser sends JSON for a page from
elsewhere it asks the service for leave (CORS), and none is given here.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest.http.problems import Problem, Refused
from ingest.http.tokens import Tokens

LONGEST_ADDRESS = 32_768  # bytes of path and query
LONGEST_HEAD = 49_152  # bytes of these and of all headers
LARGEST_BODY = 65_536
FORM = "/reviews"  # where the form of a page goes, with the token in a field of it
_METHODS = {"/v1/reviews": "GET, HEAD, POST", FORM: "GET, HEAD, POST"}  # addresses that take POST too
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


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks: by the proxy's word, or a name that came with the token; whether that came."""

    name: str | None = None
    by_proxy: bool = False
    has_token: bool = False


def hosts_of(names: list[str], port: int) -> frozenset[str]:
    """Return the values of Host that name this service: each name with the port, and alone at port 80."""
    shown = [f"[{name}]" if ":" in name and not name.startswith("[") else name for name in names]
    found = {f"{name.lower()}:{port}" for name in shown}
    return frozenset(found | ({name.lower() for name in shown} if port == 80 else set()))


class Admission:
    """What stands before the routes."""

    def __init__(
        self, app: ASGIApp, *, rights: Rights, tokens: Tokens,
        refusal: Callable[[Request, Problem, dict[str, str]], Response],
    ) -> None:  # fmt: skip
        self._app = app
        self._refusal = refusal
        self._rights = rights
        self._tokens = tokens

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
            self._require_well_formed(scope, headers)
            scope["state"]["asker"] = self._asker(scope, headers)
        except Refused as refused:
            closing = {"connection": "close", **refused.headers}
            await self._refusal(Request(scope), refused.problem, closing)(scope, receive, answer)
            return
        await self._app(scope, receive, answer)

    def _require_well_formed(self, scope: Scope, headers: Headers) -> None:
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
        if _head_bytes(scope) > LONGEST_HEAD:
            raise Refused(
                431, "head", f"an address and headers have {LONGEST_HEAD:,} bytes at most", hint="say less"
            )
        if "\0" in scope["path"] or "\ufffd" in scope["path"]:
            raise Refused(400, "address", "the address is not UTF-8, or holds a NUL", hint=_DESCRIBED)
        taken = _METHODS.get(scope["path"], ", ".join(_READS))
        if scope["method"] not in taken.split(", "):
            raise Refused(
                405, "method", "this method is not taken", hint=f"what is taken here: {taken}",
                headers={"allow": taken},
            )  # fmt: skip
        if scope["method"] in _READS:
            if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
                raise Refused(413, "body", "a question has no body", hint="say all in the address")
            return
        length = headers.get("content-length", "")
        if "transfer-encoding" in headers or not length.isascii() or not length.isdigit():
            raise Refused(413, "body", "a body says its length", hint="send Content-Length")
        if int(length) > LARGEST_BODY:
            raise Refused(413, "body", f"a body has {LARGEST_BODY:,} bytes at most", hint="send less")
        if not _is_own(headers, host[0]):
            raise Refused(
                403, "origin", "a change is made from this service's own pages, or by a program in JSON",
                hint="send content-type: application/json, and no Origin but this service's",
            )  # fmt: skip

    def _asker(self, scope: Scope, headers: Headers) -> Asker:
        """Return who asks. Raises Refused where that is not enough.

        Where a proxy says who asks, the credentials are the proxy's own business, unless something is posted.
        """
        rights = self._rights
        posts, is_form = scope["method"] not in _READS, scope["path"] == FORM
        names = headers.getlist(rights.trusted_header) if rights.trusted_header is not None else []
        if len(names) > 1:
            raise Refused(
                400, "header", f"{rights.trusted_header} is there more than once: one may be the asker's own",
                hint="have the proxy take it away from what others send",
            )  # fmt: skip
        named = names[0] if names else None
        said = headers.get("authorization")
        if said is not None and self._tokens.is_there and (not named or (posts and not is_form)):
            name, token = _credentials(said)
            client = (scope.get("client") or ("?", 0))[0]
            self._tokens.require(token, client, challenge='Basic realm="ingest"')
            return Asker(name=named or name, by_proxy=bool(named), has_token=True)
        if (rights.guarded and not named) or (posts and not is_form):
            raise Refused(
                401,
                "token",
                "this needs the token" if self._tokens.is_there else "this needs a token, and there is none",
                hint="Authorization: Bearer TOKEN; in a browser any name, and the token as the password"
                if self._tokens.is_there
                else "name a file with one as token_file under [serve], and start the service again",
                headers={"www-authenticate": 'Basic realm="ingest", charset="UTF-8"'},
            )
        return Asker(name=named, by_proxy=bool(named))


def _head_bytes(scope: Scope) -> int:
    """Count what a request says before its body, about as it was sent."""
    headers = sum(len(name) + len(value) + len(": \r\n") for name, value in scope["headers"])
    return len(scope["raw_path"]) + len(scope["query_string"]) + headers


def _is_own(headers: Headers, host: str) -> bool:
    """Tell whether no page from elsewhere made a browser send a request that changes something."""
    origins = headers.getlist("origin")
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    if not origins:
        return media_type(headers) == "application/json"
    try:
        parts = urlsplit(origins[0])
    except ValueError:
        return False
    return len(origins) == 1 and parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()


def media_type(headers: Headers) -> str:
    """Return of what kind a body is said to be."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _credentials(said: str) -> tuple[str, str]:
    """Return the name and the token of an Authorization header; empty ones where it holds none."""
    scheme, _, rest = said.partition(" ")
    if scheme.lower() == "bearer":
        return "", rest.strip()
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, token = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, token


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
