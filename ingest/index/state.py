"""How far the index is, and by which rules its edits were made.

The spans reach the change `seq`, the edits the change `edited`. The two differ only while the edits are made
anew, by another classifier or other settings: then the index has no edits beyond `edited`. The rules are kept
by the keys of roots, whose names may change.
"""

from __future__ import annotations

import msgspec
from sqlalchemy.engine import Connection

from ingest.edits import classifier
from ingest.edits.settings import Rules
from ingest.errors import StoreUnavailable
from ingest.index.database import Index
from ingest.index.schema import VERSION
from ingest.model import Seq
from ingest.store import reader, roots
from ingest.store.engine import Row

_encode = msgspec.json.Encoder(order="sorted").encode


class _StoredRules(msgspec.Struct):
    """The rules as the index keeps them, by the key of each root."""

    phrases: dict[str, tuple[str, ...]] = {}
    boilerplate: dict[str, tuple[str, ...]] = {}


_decode = msgspec.json.Decoder(_StoredRules).decode


def behind(index: Index, rules: Rules | None = None) -> int:
    """Tell how many changes a prepared index has not taken in; with `rules`, with edits by these."""
    with index.reading() as connection:
        has_any = rules is None or has_edits_by(connection, rules)
        return Seq(reader.head(connection).seq) - (edits_seq(connection) if has_any else 0)


def edits_seq(connection: Connection) -> Seq:
    """Return the seq up to which the index has the edits."""
    return Seq(_row(connection, "edited").edited)


def sentences_seq(connection: Connection) -> Seq:
    """Return the seq up to which the index has the sentences."""
    return Seq(_row(connection, "seq").seq)


def edits_state(connection: Connection) -> tuple[Seq, tuple[str, str]]:
    """Return the seq up to which the index has the edits, and the classifier and rules that made them."""
    row = _row(connection, "edited, classifier, rules")
    return Seq(row.edited), (str(row.classifier), str(row.rules))


def rules_of(connection: Connection) -> Rules:
    """Return the rules by which the index makes edits, with the boilerplate of each root by its name now."""
    kept = _decode(_row(connection, "rules").rules)
    by_name = {name: kept.boilerplate.get(str(key)) for key, name in roots.names(connection).items()}
    return Rules(kept.phrases, {name: patterns for name, patterns in by_name.items() if patterns})


def _row(connection: Connection, columns: str) -> Row:
    found = connection.exec_driver_sql(f"SELECT {columns} FROM state WHERE id = 1").one_or_none()
    if found is None:  # a server shows a new table before what was written with it
        raise StoreUnavailable("the index is being made anew by another process", code="store_locked")
    return found


def has_edits_by(connection: Connection, rules: Rules, row: Row | None = None) -> bool:
    """Tell whether the edits of the index are by these rules and the classifier of this program.

    `row` is its row, where it is at hand.
    """
    row = _row(connection, "classifier, rules") if row is None else row
    if row.classifier != classifier.without_settings():
        return False
    return bool(row.rules == rules_text(connection, rules))


def rules_text(connection: Connection, rules: Rules) -> str:
    """Return rules as the index keeps them; of the boilerplate that of known roots, which alone have edits.

    Phrases within a language stay in their order, since the first that is found is named; patterns are
    sorted, since theirs says nothing.
    """
    patterns = {
        str(key): sorted(rules.boilerplate.get(name, ())) for key, name in roots.names(connection).items()
    }
    phrases = {language: own for language, own in rules.phrases.items() if own}
    kept = {"phrases": phrases, "boilerplate": {root: own for root, own in patterns.items() if own}}
    return _encode({name: each for name, each in kept.items() if each}).decode()


class IndexState(msgspec.Struct, frozen=True, kw_only=True):
    """How far the index is, and what it holds, as `ingest index status` shows it."""

    index: str
    version: int
    seq: int
    behind: int
    documents: int = 0
    edits: int = 0
    spans: int = 0


def record(index: Index) -> IndexState:
    """Return the state of the index.

    One that is not there, or is of no use, has taken in nothing. Raises LogShortened.
    """
    if not index.usable():
        with index.store.read() as connection:
            head = Seq(reader.head(connection).seq)
        return IndexState(index=index.address, version=VERSION, seq=0, behind=head)
    with index.reading() as connection:
        one = connection.exec_driver_sql
        head = Seq(reader.head(connection).seq)
        return IndexState(
            index=index.address,
            version=VERSION,
            seq=sentences_seq(connection),
            behind=head - edits_seq(connection),
            documents=one("SELECT count(*) FROM indexed").scalar_one(),
            edits=one("SELECT count(*) FROM edit").scalar_one(),
            spans=one("SELECT count(*) FROM span").scalar_one(),
        )
