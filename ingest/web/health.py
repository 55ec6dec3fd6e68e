"""The health that every page shows, asked again and again of a store that hardly changes."""

from __future__ import annotations

import socket

from ingest import status, witnesses
from ingest.corpus import Corpus
from ingest.daemon import running_daemons
from ingest.media_types import TEXTUAL
from ingest.model import BEGINNING, Seq
from ingest.store import reader, totals

_WORDS = {"ok": "watching", "degraded": "watching, with problems", "blind": "not seen to watch"}


class Health:
    """The health of a corpus. One of these serves every thread."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._confined = 0, BEGINNING  # the generation, and the seq up to which nothing went unread

    def shown(self) -> dict[str, object]:
        """Return the health, the words that a page has for it, and when it was so."""
        state = self.now()
        return {"state": state, "words": _WORDS.get(state, "not watching"), "at": self._corpus.now()}

    def now(self) -> str:
        """Return the health that `status` tells; of the documents only those that changed are looked at."""
        corpus = self._corpus
        reports = running_daemons.reports(corpus.store)
        contradictions = witnesses.ask(corpus.store).contradictions
        generation, confined = self._confined
        if generation != corpus.generation:
            generation, confined = corpus.generation, BEGINNING
        with corpus.store.read() as connection:
            head = Seq(reader.head(connection).seq)
            after = confined if confined <= head else BEGINNING
            is_confined = totals.is_confined(connection, TEXTUAL, after=after)
            if is_confined:
                self._confined = generation, head
            return status.health(
                connection, now=corpus.now(), host=socket.gethostname(), live=reports.live,
                unheard=reports.unheard, contradictions=contradictions, is_confined=is_confined,
            )  # fmt: skip
