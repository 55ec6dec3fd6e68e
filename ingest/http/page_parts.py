"""A page that is kept: what goes around what is of the moment."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import msgspec


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a page before it is made: its name, its document, how long it is kept.

    `headers` and `cookies` go with it each time.
    """

    name: Hashable
    document: str | None
    micros: int
    headers: Mapping[str, str] = {}
    cookies: Mapping[str, str] = {}


class Parts(msgspec.Struct, frozen=True):
    """A page around what is of the moment: the end of the log, and whether somebody watches."""

    first: str
    second: str
    rest: str

    def around(self, head: int, state: str) -> str:
        """Return the page as it is now."""
        return f"{self.first}{head}{self.second}{state}{self.rest}"


def parted(html: str) -> Parts:
    """Take a page apart at what is of the moment."""
    first, _, rest = html.partition(' data-head="')
    _, _, rest = rest.partition('"')
    second, _, rest = rest.partition('<a class="state')
    return Parts(f'{first} data-head="', f'"{second}', rest.partition("</a>")[2])
