"""A page that is kept, without the two parts of it that are made at each request."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping

import msgspec

from ingest.http import answers

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
    """A page without the end of the log, and without whether somebody watches: both are made each time.

    As it is sent: a sign that is no ASCII would make each other one take as much memory as itself.
    """

    first: bytes
    second: bytes
    rest: bytes

    def around(self, head: int, state: str) -> bytes:
        """Return the page as it is now."""
        return b"".join((self.first, b"%d" % head, self.second, answers.encoded(state), self.rest))


def parts_of(html: str) -> Parts:
    """Cut a page at the two parts that are made each time, and leave these out."""
    first, _, rest = html.partition(' data-head="')
    _, _, rest = rest.partition('"')
    second, _, rest = rest.partition('<a class="state')
    return Parts(
        answers.encoded(f'{first} data-head="'),
        answers.encoded(f'"{second}'),
        answers.encoded(rest.partition("</a>")[2]),
    )


def packed(lines: Iterator[str]) -> Iterator[bytes]:
    """Yield the lines of a page, many at once."""
    held: list[str] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line) + 1
        if size >= _PACK:
            yield answers.encoded("".join(f"{each}\n" for each in held))
            held, size = [], 0
    yield answers.encoded("".join(f"{each}\n" for each in held))
