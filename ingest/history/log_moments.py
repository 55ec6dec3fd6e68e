"""Moments as places in the log: the seq or the time that a moment or a cursor means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ingest import moments
from ingest.errors import NotFound
from ingest.expressions import expression
from ingest.model import DocumentKey, RootKey, Seq
from ingest.moments import Calendar
from ingest.store import coverage, cursors, reader, roots
from ingest.store.engine import Connection

_CURSOR = expression(r"\{cursor:[^{}]+\}")


def resolve_moment(connection: Connection, words: str, calendar: Calendar) -> Seq:
    """Return the place in the log that a moment or a cursor means: the log up to and with this seq.

    A time to come is the present. Raises NotFound for a change that the log does not have, and UsageError.
    """
    if (place := _place_of(connection, words)) is not None:
        return place
    moment = moments.parse(words, calendar)
    last = Seq(reader.head(connection).seq)
    if moment.seq is not None:
        return _in_log(moment.seq, last)
    if words.lower() == "now":
        return last  # by another clock the last change may be recorded a little later
    assert moment.time is not None
    return reader.seq_at(connection, moment.time)


def resolve_since(connection: Connection, words: str, calendar: Calendar) -> Seq:
    """Return the seq before the first change that `--since` M includes; of a cursor, its own place.

    A period may begin with the change that comes next. Raises NotFound for one beyond it, and UsageError.
    """
    if (place := _place_of(connection, words)) is not None:
        return place
    moment = moments.parse(words, calendar, start=True)
    if moment.seq is not None:
        last = Seq(reader.head(connection).seq)
        return Seq(max(0, _in_log(moment.seq, last, next_=True) - 1))
    assert moment.time is not None
    return reader.seq_at(connection, moment.time - 1)


def time_of(connection: Connection, words: str, calendar: Calendar, *, start: bool = False) -> int:
    """Return the time that a moment means (microseconds); of `seq:N` and of a cursor, `recorded_at` there.

    Raises UsageError, NotFound.
    """
    place = _place_of(connection, words)
    moment = moments.Moment(seq=place) if place is not None else moments.parse(words, calendar, start=start)
    if words.lower() == "now":
        return max(calendar.now, int(reader.head(connection).recorded_at))
    if moment.time is not None:
        return moment.time
    number = moment.seq or 0
    if place is None:
        _in_log(number, Seq(reader.head(connection).seq), next_=start)
    rows = list(reader.changes(connection, after=Seq(max(0, number - 1)), limit=1))
    label = int(rows[0].recorded_at) if rows else int(reader.head(connection).recorded_at)
    return label if number else label - 1  # before the first of all


def require_change(connection: Connection, seq: int) -> None:
    """Raise NotFound for a change that the log does not have."""
    _in_log(seq, Seq(reader.head(connection).seq))


def _in_log(seq: int, last: Seq, *, next_: bool = False) -> Seq:
    """Return the seq, if the log has it, or with `next_` if it is the next one. Raises NotFound."""
    if seq > last + next_:
        raise NotFound(
            f"there is no change #{seq}", hint=f"the last is #{last}" if last else "the log has none yet"
        )
    return Seq(seq)


def is_to_come(connection: Connection, words: str, calendar: Calendar) -> bool:
    """Tell whether words are a time, or the day of one, that begins after now and after the last change."""
    if _CURSOR.fullmatch(words) or not moments.is_moment(words):
        return False
    time = moments.parse(words, calendar, start=True).time
    return time is not None and time > max(calendar.now, int(reader.head(connection).recorded_at))


def _place_of(connection: Connection, words: str) -> Seq | None:
    """Tell where a cursor stands, of `{cursor:NAME}`; None for other words. Raises NotFound."""
    if not _CURSOR.fullmatch(words):
        return None
    name = words[len("{cursor:") : -1]
    place = cursors.place(connection, name)
    if place is None:
        known = ", ".join(cursors.every(connection)) or "none"
        raise NotFound(f"no cursor named '{name}'", hint=f"the cursors are: {known}")
    return place


def recorded_place(
    connection: Connection, words: str | None, calendar: Calendar, root: str | None
) -> Seq | None:
    """Return the place in the log that a moment means, None for none.

    Raises NotFound where nothing was known yet, and UsageError.
    """
    if words is None:
        return None
    place = resolve_moment(connection, words, calendar)
    unrecorded_roots(connection, words, calendar, root)
    return place


def unrecorded_roots(
    connection: Connection, words: str, calendar: Calendar, root: str | None
) -> dict[str, int | None]:
    """Return the roots of which nothing was known yet at a moment, by name, with when their records begin.

    With `root` it alone is looked at. Raises NotFound where nothing was known of any, and UsageError.
    """
    every = [known for known in roots.every(connection) if root in (None, known.name)]
    late = _begun_after(connection, every, time_of(connection, words, calendar))
    if len(late) < len(every):
        return late
    raise NotFound(
        _nothing_known(words, late, calendar), hint="ask for a later moment, or run: ingest coverage"
    )


def before_record(connection: Connection, words: str, calendar: Calendar, root: RootKey | None) -> str | None:
    """Tell why nothing can be found up to a moment: nothing was known yet of any root, or of this one.

    None where something was.
    """
    every = [known for known in roots.every(connection) if root in (None, known.id)]
    late = _begun_after(connection, every, time_of(connection, words, calendar))
    return _nothing_known(words, late, calendar) if len(late) == len(every) else None


def _begun_after(connection: Connection, every: Sequence[roots.Root], time: int) -> dict[str, int | None]:
    """Return, by name, when the records begin that begin after a time; None for one that has not begun."""
    begins = {known.name: coverage.record_begins_at(connection, known.id) for known in every}
    return {name: at for name, at in begins.items() if at is None or at > time}


def _nothing_known(words: str, late: Mapping[str, int | None], calendar: Calendar) -> str:
    begins = ", ".join(beginning_words(name, at, calendar) for name, at in late.items())
    return f"nothing is known of {words}: {begins or 'no root was recorded yet'}"


def beginning_words(name: str, at: int | None, calendar: Calendar) -> str:
    """Return in words when a root's record begins."""
    if at is None:
        return f"the root {name} has no record yet"
    return f"the record of {name} begins at {moments.show_local(at, calendar.zone)}"


def born_at(connection: Connection, document: DocumentKey) -> int:
    """Tell when a document was first recorded."""
    return int(next(iter(reader.changes(connection, document=document, limit=1))).recorded_at)
