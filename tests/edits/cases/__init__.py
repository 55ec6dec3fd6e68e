"""Labelled pairs, a row each in a TSV: what was read and judged by hand."""

from __future__ import annotations

from pathlib import Path


def rows(name: str, *, columns: bool = False) -> list[tuple[str, ...]]:
    """The rows of a file of this folder; a cell has no tab and no line end.

    The columns' names are the first of them where they are asked for.
    """
    lines = (Path(__file__).parent / f"{name}.tsv").read_text(encoding="utf-8").rstrip("\n").split("\n")
    found = [tuple(line.split("\t")) for line in lines]
    assert len({len(row) for row in found}) == 1, f"{name}: rows differ in length"
    return found if columns else found[1:]
