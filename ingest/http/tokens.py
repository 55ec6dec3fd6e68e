"""The token: compared in constant time, and how many wrong ones an address may try.

It comes in a header, or in a field of the form by which an edit is reviewed; it is never written anywhere.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable

from ingest.http.problems import Refused

TRIES, WINDOW = 10, 60.0  # wrong tokens from one address, in so many seconds
_ADDRESSES = 4_096  # that are remembered for wrong tokens


def hashed(token: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


class Tokens:
    """The hash of the token, None where the service has none. `monotonic` is a clock in seconds."""

    def __init__(self, token: bytes | None, *, monotonic: Callable[[], float]) -> None:
        self._token = token
        self._monotonic = monotonic
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()

    @property
    def is_there(self) -> bool:
        """Tell whether the service has one."""
        return self._token is not None

    def require(self, token: str, client: str, *, challenge: str | None = None) -> None:
        """Raise Refused unless this is the token; `client` is the address from which it came.

        `challenge` is what a browser is asked with.
        """
        asked = {} if challenge is None else {"www-authenticate": challenge}
        if self._token is None:
            raise Refused(
                401,
                "token",
                "this needs the token, and the service has none",
                hint="name a file with one as token_file under [serve], and start it again",
                headers=asked,
            )
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
        if hmac.compare_digest(hashed(token), self._token):
            self._wrong.pop(client, None)
            return
        self._wrong[client] = [*wrong, now]
        self._wrong.move_to_end(client)
        while len(self._wrong) > _ADDRESSES:
            self._wrong.popitem(last=False)
        raise Refused(
            401,
            "token",
            "the token is wrong",
            hint="it is what stands in the service's token_file",
            headers=asked,
        )
