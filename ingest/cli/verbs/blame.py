"""`ingest blame`: which version each stretch of a document's text came from."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ingest import escape
from ingest.change_line import shown_place
from ingest.cli import complete
from ingest.cli.call import opened
from ingest.cli.index_snapshot import BEHIND, caught_up
from ingest.cli.moment_notes import note_to_come
from ingest.cli.options import as_json, verb
from ingest.cli.output import emit, line, note, paged, paint
from ingest.cli.times import Times, calendar
from ingest.history import blame, naming
from ingest.records import Lost, Origin
from ingest.standoff import Place
from ingest.store import versions


@verb
@click.argument("doc", metavar="DOC[@REV]", shell_complete=complete.documents)
@click.option("--rev", metavar="REV", help="The version, beside a plain DOC.")
@click.option("--words", is_flag=True, help="Each run of words, not each sentence.")
@click.option("--deleted", is_flag=True, help="What earlier versions held and this one does not.")
@click.option("--root", metavar="NAME", help="The root, where several hold the path.")
@paged
def command(doc: str, rev: str | None, words: bool, deleted: bool, root: str | None) -> None:
    """The sentences of a version, each with the version that first said it.

    Moved text keeps its origin; text that came back says when it was away. Of a document with pages or
    headings each sentence has its page, else the heading above.

    Exit: 0; 2 no such document or version, or it has no text; 4 no store; 5 its bytes are damaged.
    """
    with opened() as store, caught_up(store, most=BEHIND) as (connection, indexed):
        target, picked = naming.locate(connection, doc, calendar(), rev=rev, root=root)
        note_to_come(connection, picked)
        if target.note:
            note(target.note)
        no = naming.pick(connection, target, picked, calendar())
        found = blame.blame_of(connection, target, no, indexed=indexed, deleted=deleted)
        if as_json():
            told: Sequence[Lost | Origin] = (
                blame.lost(connection, target, no, found)
                if deleted
                else blame.origins(connection, target, no, found)
            )
        else:
            recorded = versions.recorded_at(connection, target.id, blame.numbers(found))
            placed = [] if deleted else blame.places(connection, target, no, found)
    if as_json():
        for record in told:
            emit(record)
        return
    margin = _Margin(recorded, no)
    for lost in found.lost:
        how = "edited" if lost.edited else "removed"
        margin.show(lost.version, lost.text, f"  ({how} in @{lost.removed_in}, {margin.at(lost.removed_in)})")
    for each, place in zip(() if deleted else found.sentences, placed, strict=True):
        where = _where(each.text, place)
        if words:
            for run in each.words:
                margin.show(run.version, run.text, where)
        else:
            margin.show(each.version, each.text, margin.away(each.away) + where)


def _where(text: str, place: Place) -> str:
    """Give the remark on where a sentence stands; of a heading the page alone."""
    said = text.strip()
    own = (said, said.strip("#").strip())  # of Markdown, its marks stand beside it
    heading = None if place.heading in own else place.heading
    where = escape.text(shown_place(place.page, heading))
    return f"  ({where})" if where else ""


class _Margin:
    """Lines with their version and its moment before them."""

    def __init__(self, recorded: dict[int, int], no: int) -> None:
        self._recorded = recorded
        self._times = Times()
        self._width = len(str(no)) + 1

    def show(self, version: int, text: str, remark: str = "") -> None:
        number = paint(f"@{version}".ljust(self._width), fg="yellow")
        line(f"{number} {self.at(version)}  {escape.text(' '.join(text.split()))}{remark}")

    def away(self, stretches: Sequence[tuple[int, int]]) -> str:
        """Give the remark on a sentence that came back: the versions without it, and from when to when."""
        told = (
            f"{f'@{start}' if start == end else f'@{start} to @{end}'},"
            f" {self.at(start)} to {self.at(end + 1)}"
            for start, end in stretches
        )
        return f"  (away in {'; '.join(told)})" if stretches else ""

    def at(self, version: int) -> str:
        """Tell when a version was recorded: at that moment it is the one that is shown."""
        return self._times.show(self._recorded[version])
