"""The tables of a document of Word: rows and cells as they stand, without those that were deleted."""

from __future__ import annotations

import msgspec

from ingest.normalise.documents.draft import Closed, Draft
from ingest.normalise.documents.sax import Attributes


class _Row(msgspec.Struct, kw_only=True):
    cells: list[list[Closed]]
    is_deleted: bool = False
    cell_is_deleted: bool = False


class Rows:
    """Write rows into a draft; in tables within each other the row that was begun last is open."""

    def __init__(self, draft: Draft) -> None:
        self.is_in_properties = False
        self._draft = draft
        self._rows: list[_Row] = []

    def begin(self, _: Attributes) -> None:
        """End the paragraph before a table."""
        self._draft.close("paragraph")

    def begin_row(self, _: Attributes) -> None:
        """Begin a row."""
        self._rows.append(_Row(cells=[]))

    def begin_properties(self, _: Attributes) -> None:
        """Begin what is said of a row: what is told as changed there is the row."""
        self.is_in_properties = True

    def end_properties(self) -> None:
        """End what is said of a row."""
        self.is_in_properties = False

    def delete_row(self) -> None:
        """Leave the open row out; where none is open, nothing is done."""
        if self._rows:
            self._rows[-1].is_deleted = True

    def end_row(self) -> None:
        """End the row, and write it if it was not deleted."""
        row = self._rows.pop()
        if not row.is_deleted:
            self._draft.put_row(row.cells)

    def begin_cell(self, _: Attributes) -> None:
        """Begin a cell."""
        self._draft.push()

    def delete_cell(self, _: Attributes) -> None:
        """Leave the open cell out; where no row is open, nothing is done."""
        if self._rows:
            self._rows[-1].cell_is_deleted = True

    def end_cell(self) -> None:
        """End the cell; one that stands in no row is written as its paragraphs."""
        cell = self._draft.pop()
        if not self._rows:
            self._draft.put(cell)
        elif self._rows[-1].cell_is_deleted:
            self._rows[-1].cell_is_deleted = False
        else:
            self._rows[-1].cells.append(cell)
