"""How far the index is, and by which phrases its edits are told.

The spans reach `seq`, the edits `edited`. The two differ only while the edits are made anew, since other
phrases make a notice than before: those kept beyond `edited` would be by the old ones, so there are none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy.engine import Connection

from ingest.errors import StoreUnavailable
from ingest.index.place import Index
from ingest.index.schema import VERSION
from ingest.store import reader

if TYPE_CHECKING:
    # A log for people asks the index without what compares texts.
    from ingest.compare.notices import Phrases

_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(dict[str, tuple[str, ...]]).decode


def behind(index: Index, phrases: Phrases | None = None) -> int:
    """How many changes of the log a prepared index has not taken in yet, told by these phrases."""
    with index.reading() as connection:
        here = phrases is None or told_by(connection, phrases)
        return int(reader.head(connection).seq) - (edited(connection) if here else 0)


def edited(connection: Connection) -> int:
    """The seq up to which the index has the edits."""
    return int(_of(connection, "edited"))


def phrases_of(connection: Connection) -> Phrases:
    """The phrases by which the index tells edits."""
    return _decode(_of(connection, "phrases"))


def _of(connection: Connection, column: str) -> Any:
    found = connection.exec_driver_sql(f"SELECT {column} FROM state WHERE id = 1").one_or_none()
    if found is None:  # a server shows a new table before what was written with it
        raise StoreUnavailable("the index is being made anew by another process", code="store_locked")
    return found[0]


def told_by(connection: Connection, phrases: Phrases) -> bool:
    """Whether the index tells edits by these phrases."""
    return written(phrases_of(connection)) == written(phrases)


def written(phrases: Phrases) -> str:
    """Phrases as the index keeps them. Their order within a language is kept: the first found is named."""
    return _encode({language: own for language, own in phrases.items() if own}).decode()


def record(index: Index) -> dict[str, Any]:
    """The state of a prepared index, as `ingest index status` shows it."""
    with index.reading() as connection:
        one = connection.exec_driver_sql
        seq = int(_of(connection, "seq"))
        head = int(reader.head(connection).seq)
        return {
            "index": index.address,
            "version": VERSION,
            "seq": seq,
            "behind": head - edited(connection),
            "documents": one("SELECT count(*) FROM indexed").scalar_one(),
            "edits": one("SELECT count(*) FROM edit").scalar_one(),
            "spans": one("SELECT count(*) FROM span").scalar_one(),
        }
