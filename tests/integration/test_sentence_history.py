"""Where a sentence of an old version is in the newest one, with the index and without, on both databases."""

from __future__ import annotations

import pytest

from ingest.edits.settings import Rules
from ingest.index import fill
from ingest.index.database import Index
from ingest.index.sentence_history import MOST, SentenceHistory, follow, short
from ingest.model import DocumentKey
from ingest.store import tables
from ingest.store.engine import Store
from tests.recording import add_root, entry, opened, record, rows_of

NONE = Rules({}, {})
STAYS = "The mayor opened the new bridge on Monday morning."
PRICE = "A ticket for the ferry to the other side costs {} euro in all."
GOES = "Nobody had expected so many people at the quay."
TWICE = "It rained."


def made(store: Store, texts: list[str]) -> DocumentKey:
    """A document of these versions; its key."""
    root = add_root(store)
    record(store, root, [entry("created", b"a.txt", raw=texts[0].encode())])
    key = DocumentKey(rows_of(store, tables.document)[0]["id"])
    for number, text in enumerate(texts[1:], 1):
        record(store, root, [entry("changed", b"a.txt", raw=text.encode(), document=key, previous=number)])
    return key


def text(*sentences: str) -> str:
    return "\n\n".join(sentences) + "\n"


TEXTS = [
    text(STAYS, PRICE.format(13), GOES, TWICE, TWICE),
    text(STAYS, PRICE.format(31), GOES, TWICE, TWICE),
    text(STAYS, PRICE.format(31), TWICE, TWICE),
    text(PRICE.format(44), TWICE, TWICE, STAYS, GOES),
    text(PRICE.format(44), TWICE, TWICE, STAYS),
    text("Later on.", PRICE.format(44), TWICE, TWICE, STAYS),
]


@pytest.mark.parametrize("indexed", [True, False])
def test_a_sentence_is_found_where_it_stands_was_edited_or_went(database_url: str, indexed: bool) -> None:
    with opened(database_url) as store:
        key = made(store, TEXTS)
        index = Index(store)
        index.prepare()
        fill.catch_up(index, rules=NONE)

        def of(no: int, sentence: str, *, nth: int = 0, name: str | None = None) -> SentenceHistory | None:
            offset = -1
            for _ in range(nth + 1):
                offset = TEXTS[no - 1].index(sentence, offset + 1)
            with index.reading() if indexed else store.read() as connection:
                return follow(
                    connection, key, no, offset=offset, key=short(sentence) if name is None else name,
                    last=len(TEXTS), indexed=indexed,
                )  # fmt: skip

        price = of(1, PRICE.format(13))
        assert price is not None
        assert price.now is not None
        assert (price.edited_in, price.now.text, price.gone_in) == ((2, 4), PRICE.format(44), None)
        assert TEXTS[-1][price.now.offset :].startswith(PRICE.format(44))
        gone = of(1, GOES)
        assert gone is not None
        assert (gone.edited_in, gone.now, gone.gone_in) == ((), None, 5)
        moved = of(1, STAYS)
        assert moved is not None
        assert moved.now is not None
        assert (moved.now.offset, moved.moved) == (TEXTS[-1].index(STAYS), True)
        kept = of(4, STAYS)
        assert kept is not None
        assert (kept.now is not None, kept.moved) == (True, False)
        second = of(1, TWICE, nth=1)
        assert second is not None
        assert second.now is not None
        assert second.now.offset == TEXTS[-1].rindex(TWICE)
        by_place = of(1, "other side", name="")
        assert by_place is not None
        assert by_place.said.text == PRICE.format(13)
        assert of(1, STAYS, name="00000000") is None
        index.dispose()


def test_what_was_edited_without_end_is_followed_so_far_and_says_so(database_url: str) -> None:
    texts = [text(STAYS, PRICE.format(number)) for number in range(100, 100 + MOST + 5)]
    with opened(database_url) as store:
        key = made(store, texts)
        with store.read() as connection:
            found = follow(connection, key, 1, offset=len(STAYS) + 2, key="", last=len(texts), indexed=False)

    assert found is not None
    assert (len(found.edited_in), found.reached) == (MOST + 1, MOST + 2)
    assert (found.now, found.gone_in) == (None, None)
