"""What is wrong with a root."""

from __future__ import annotations

from collections import Counter

import msgspec

from ingest.clock import Clock
from ingest.disk import descriptors
from ingest.errors import RootUnavailable
from ingest.logging import Log
from ingest.moments import show
from ingest.records.fields import shown_path_or_none
from ingest.store import root_reports
from ingest.store.roots import Root

SHORT = ("unwatched", None)  # the problem of too few descriptors: it is of no path


class Problem(msgspec.Struct, frozen=True):
    """Something wrong, by a code of `docs/reference/problems.md`; `since` is microseconds.

    `hint` is for who asks for a scan: what they can do.
    """

    code: str
    path: bytes | None
    detail: str
    since: int
    hint: str | None = None


class Health:
    """The problems of one root."""

    def __init__(self, root: Root, clock: Clock) -> None:
        self.problems: dict[tuple[str, bytes | None], Problem] = {}
        self._codes: Counter[str] = Counter()  # of the problems: there may be one for each folder
        self._root = root
        self._clock = clock

    def __contains__(self, code: str) -> bool:
        return self._codes[code] > 0

    def first(self, code: str) -> Problem | None:
        """Return the first problem of this code, if there is one. Any thread may ask."""
        if code not in self:
            return None
        return next((problem for problem in list(self.problems.values()) if problem.code == code), None)

    def lost(self) -> Problem | None:
        """Tell why the root itself cannot be looked at, if it cannot."""
        return self.problems.get(("root_missing", None)) or self.problems.get(("root_replaced", None))

    def lose(self, error: RootUnavailable) -> None:
        """Note that the root itself cannot be looked at."""
        self.trouble(error.code, None, error.message, hint=error.hint)

    def trouble(
        self,
        code: str,
        path: bytes | None,
        detail: str,
        since: int | None = None,
        *,
        hint: str | None = None,
    ) -> None:
        """Note a problem; the first note of it keeps its time, now where `since` does not say."""
        known = self.problems.get((code, path))
        self._codes[code] += known is None
        if known is not None or since is None:
            since = known.since if known is not None else self._clock.wall()
        self.problems[code, path] = Problem(code, path, detail, since, hint)

    def note_shortage(self, log: Log) -> None:
        """Note that there are too few descriptors."""
        detail = descriptors.shortage()
        if SHORT not in self.problems:
            log.error("too_few_descriptors", root=self._root.name, detail=detail, hint=descriptors.HINT)
        self.trouble(*SHORT, detail)

    def clear(self, *codes: str, path: bytes | None = None) -> None:
        """End the problems of these codes that were noted for a path, or for none."""
        for code in codes:
            self._codes[code] -= self.problems.pop((code, path), None) is not None

    def rename(self, root: Root) -> None:
        """Take over the same root under another name."""
        self._root = root

    def records(self) -> list[root_reports.Problem]:
        """Return the problems as `status` shows them. Any thread may ask."""
        return [self._record(problem) for problem in list(self.problems.values())]

    def _record(self, problem: Problem) -> root_reports.Problem:
        path, path_base64 = shown_path_or_none(problem.path)
        return root_reports.Problem(
            code=problem.code,
            root=self._root.name,
            path=path,
            path_base64=path_base64,
            detail=problem.detail,
            since=show(problem.since),
        )
