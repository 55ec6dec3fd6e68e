"""A page that is kept, without the two parts of it that are made at each request."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping

import msgspec

_PACK = 32_768  # characters that are sent at once


class PageHead(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a page before it is made: its name, its document, how long it is kept.

    `headers` and `cookies` go with it each time.
    """

    name: Hashable
    document: str | None
    micros: int
    headers: Mapping[str, str] = {}
    cookies: Mapping[str, str] = {}


class Parts(msgspec.Struct, frozen=True):
    """A page without the end of the log, and without whether somebody watches: both are made each time."""

    first: str
    second: str
    rest: str

    def around(self, head: int, state: str) -> str:
        """Return the page as it is now."""
        return f"{self.first}{head}{self.second}{state}{self.rest}"


def parts_of(html: str) -> Parts:
    """Cut a page at the two parts that are made each time, and leave these out."""
    first, _, rest = html.partition(' data-head="')
    _, _, rest = rest.partition('"')
    second, _, rest = rest.partition('<a class="state')
    return Parts(f'{first} data-head="', f'"{second}', rest.partition("</a>")[2])


def packed(lines: Iterator[str]) -> Iterator[bytes]:
    """Yield the lines of a page, many at once."""
    held: list[str] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line) + 1
        if size >= _PACK:
            yield "".join(f"{each}\n" for each in held).encode("utf-8", "replace")
            held, size = [], 0
    yield "".join(f"{each}\n" for each in held).encode("utf-8", "replace")
