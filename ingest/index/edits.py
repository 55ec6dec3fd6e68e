"""The edit that a change of the log made, from the two texts as they are stored.

Derived, in no leaf, and by the same rules the same whenever it is made: both texts are those of the
normaliser that read the new version first, among those that read both. A later renormalisation alters no
edit.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

import msgspec

from ingest import moments, standoff, text_reasons
from ingest.edits.classify import classify
from ingest.edits.damage import UNREADABLE
from ingest.edits.edit import Edit, Text
from ingest.edits.settings import RootRules, Rules
from ingest.errors import IntegrityError
from ingest.index import reread, version_standoff
from ingest.model import DocumentKey, Rendition
from ingest.standoff import NOWHERE, Places, Standoff
from ingest.store import bodies, versions
from ingest.store.engine import Connection, Row


class Texts(msgspec.Struct, frozen=True):
    """What an edit is made from; `earlier` are the numbers and hashes of older versions with the new text."""

    before: Text
    after: Text
    earlier: tuple[tuple[int, bytes], ...]


def edit_of(connection: Connection, row: Row, *, rules: Rules) -> Edit | None:
    """Return the edit of a change, a row of `reader.changes`; None where there is none to speak of.

    That is where the change made no new version, or one of the two versions has no text that can be told of.
    `rules` are those of the settings. Raises IntegrityError where bytes are damaged.
    """
    if not made_version(row):
        return None
    return between(connection, row.key, row.previous_version, row.version, rules=rules.of(row.root))


def between(
    connection: Connection, document: DocumentKey, first: int, last: int, *, rules: RootRules
) -> Edit | None:
    """Return the edit from one version of a document to another; None where one has no text to compare.

    To an earlier one it is what going back changes, and no `revert`.
    """
    found = texts(connection, document, first, last)
    if found is None:
        return None
    return classify(found.before, found.after, earlier=found.earlier, rules=rules)


def texts(connection: Connection, document: DocumentKey, first: int, last: int) -> Texts | None:
    """Return the two texts that `between` compares; None and errors as it has them."""
    pair = pair_between(connection, document, first, last)
    if pair is None:
        return one_sided(connection, document, first, last)
    old, new = read(connection, document, pair)
    return Texts(old, new, earlier(connection, document, pair))


def one_sided(connection: Connection, document: DocumentKey, first: int, last: int) -> Texts | None:
    """Return the texts of two versions of which one has none, that one empty; None where both or neither has.

    None too where the later version cannot be read for another reason than its bytes (a reader that is not
    installed, or that failed): it is not damaged.
    """
    before = versions.renditions(connection, document, first, first)
    after = versions.renditions(connection, document, last, last)
    if last < first or (before and after):
        return None
    if after:
        return _came(connection, document, first, after[0])
    row = versions.one(connection, document, last)
    if not before or row is None or row.text_reason not in UNREADABLE:
        return None
    old = text_of(connection, bodies.get(connection, document, first), before[-1])
    return Texts(old, msgspec.structs.replace(old, text="", sha256=b"", unread=row.text_reason), ())


def _came(connection: Connection, document: DocumentKey, first: int, row: Row) -> Texts | None:
    """Return the text that came where there was none; None where it is empty."""
    new = text_of(connection, bodies.get(connection, document, row.version), row)
    why = versions.one(connection, document, first)
    if why is None or why.text_reason is None or not new.text.strip():
        return None
    old = msgspec.structs.replace(
        new, text="", sha256=b"", lossy=False, unread=text_reasons.in_words(why.text_reason)
    )
    again = versions.with_text(connection, document, row.text_sha256, normaliser=row.normaliser, before=first)
    return Texts(old, new, tuple((no, row.text_sha256) for no in again))


def pair_between(
    connection: Connection, document: DocumentKey, first: int, last: int
) -> tuple[Row, Row] | None:
    """Return the renditions of two versions that are compared; None where there are none with text."""
    if last == first + 1:
        return pair_of(versions.renditions(connection, document, first, last))
    found = versions.renditions(connection, document, first, first)
    return pair_of(found + versions.renditions(connection, document, last, last))


def read(connection: Connection, document: DocumentKey, pair: tuple[Row, Row]) -> tuple[Text, Text]:
    """Return the texts of two renditions. Raises IntegrityError."""
    first, last = (row.version for row in pair)
    if last == first + 1:
        raws = dict(bodies.run(connection, document, first, last))
    else:
        raws = {no: bodies.get(connection, document, no) for no in (first, last)}
    return both_texts(connection, (raws[pair[0].version], raws[pair[1].version]), pair)


def both_texts(
    connection: Connection,
    raws: tuple[bytes, bytes],
    pair: tuple[Row, Row],
    known: Sequence[tuple[Row, Text]] = (),
) -> tuple[Text, Text]:
    """Return the texts of two renditions, from the bytes of their versions. Raises IntegrityError.

    Those that are `known` are not read again. Where two normalisers made them, the older bytes are read again
    in the newer one's way, and nothing is recorded by that; where they cannot be, each text stays as it is.
    """
    old, new = (
        next((text for row, text in known if row is each), None) or text_of(connection, raw, each)
        for raw, each in zip(raws, pair, strict=True)
    )
    if old.normaliser != new.normaliser:
        way = pair[1].normaliser
        made = reread.in_way(raws[0], way)
        if made is not None and made.text is not None and made.normaliser == new.normaliser:
            old = msgspec.structs.replace(_as_made(made, made.text), observed=old.observed)
    return old, new


def _as_made(made: Rendition, text: str) -> Text:
    return Text(
        text=text,
        sha256=sha256(text.encode()).digest(),
        encoding=made.encoding,
        date=made.date,
        title=made.title,
        language=made.language,
        normaliser=made.normaliser,
        lossy=made.lossy,
        annotations=None
        if made.beside is None
        else msgspec.to_builtins(standoff.read(made.beside).annotations),
    )


def earlier(
    connection: Connection, document: DocumentKey, pair: tuple[Row, Row]
) -> tuple[tuple[int, bytes], ...]:
    """Return number and hash of each version before the two that has the text of the later one.

    By the same normaliser. None of them where the first is the later one.
    """
    old, new = pair
    if new.version < old.version:
        return ()
    again = versions.with_text(
        connection, document, new.text_sha256, normaliser=new.normaliser, before=old.version
    )
    return tuple((no, new.text_sha256) for no in again)


def made_version(row: Row) -> bool:
    """Tell whether a change made a version that has another before it."""
    if row.previous_version is None or row.version is None or row.type == "rejected":
        return False
    return bool(row.version > row.previous_version)


def pair_of(renditions: list[Row]) -> tuple[Row, Row] | None:
    """Return the two renditions that are compared; given are those of two versions, by version and age.

    Two by one normaliser where there are such, else the older version's last and the newer one's first.
    """
    if not renditions:
        return None
    last = renditions[-1].version
    for new in (each for each in renditions if each.version == last):
        same = [each for each in renditions if each.version != last and each.normaliser == new.normaliser]
        # With the same libraries too, where there is such a one.
        same.sort(key=lambda each: each.normaliser_id != new.normaliser_id)
        if same:
            return same[0], new
    old = next((each for each in reversed(renditions) if each.version != last), None)
    new = next(each for each in renditions if each.version == last)
    return None if old is None else (old, new)


def rendition_by(found: Sequence[Row], normaliser: str) -> Row | None:
    """Return a version's newest rendition with text by this normaliser, else the newest."""
    return next(
        (each for each in reversed(found) if each.normaliser == normaliser), found[-1] if found else None
    )


class Step(NamedTuple):
    """A version: its number, bytes and text, with number and bytes of the one before.

    `known` are the renditions of the two that were read, each with its text.
    """

    no: int
    raw: bytes
    text: Text | None
    before: tuple[int, bytes] | None
    known: list[tuple[Row, Text]]


def steps(
    connection: Connection,
    key: DocumentKey,
    stretch: tuple[int, int],
    renditions: Mapping[int, Sequence[Row]],
    normaliser: str,
    *,
    alone: bool,
) -> Iterator[Step]:
    """Yield the versions of a stretch, the first and the last included. Raises IntegrityError.

    With `alone` a step is without the version before, of which nothing is held.
    """
    before: tuple[int, bytes] | None = None
    known: list[tuple[Row, Text]] = []
    for no, raw in bodies.run(connection, key, *stretch):
        row = rendition_by(renditions.get(no, ()), normaliser)
        text = None if row is None else text_of(connection, raw, row)
        if not alone:
            known = known[-1:] + ([] if row is None or text is None else [(row, text)])
        yield Step(no, raw, text, before, known)
        before = None if alone else (no, raw)


def text_of(connection: Connection, raw: bytes, row: Row) -> Text:
    """Return a rendition's text and what `classify` asks of its version. Raises IntegrityError."""
    body = bodies.text(connection, raw, row, digest=row.text_sha256)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise IntegrityError(f"the text of version {row.version} is not UTF-8") from error
    known = version_standoff.standoff_of(row)
    return Text(
        text=text,
        sha256=row.text_sha256,
        encoding=row.encoding,
        lossy=bool(row.lossy),
        date=row.date,
        observed=(moments.show(row.observed_at) or "")[:10] or None,
        title=row.title,
        language=row.language,
        normaliser=row.normaliser,
        annotations=None if known is None else msgspec.to_builtins(known.annotations),
        place_of=_places(text, known, row.normaliser),
    )


def _places(
    text: str, known: Standoff | None, normaliser: str
) -> Callable[[int], tuple[int | None, str | None]]:
    @functools.cache
    def found() -> Places | None:
        return reread.places(text, known, normaliser)  # few edits ask

    def place_of(offset: int) -> tuple[int | None, str | None]:
        places = found()
        place = NOWHERE if places is None else places.at(offset)
        return place.page, place.heading

    return place_of
