"""A first scan in lines by folder."""

from __future__ import annotations

from collections.abc import Iterator

from ingest import escape
from ingest.cli.output import counted, kind_of
from ingest.followers.folder_counts import FolderCounts


def lines_of(counts: FolderCounts, *, several: bool) -> Iterator[str]:
    """Give the lines; with `several` the root's name stands before the folder's."""
    for count in counts.lines():
        if count.type is None or count.root is None:
            yield f"{'':<9} {counted(count.files, 'file')} in {counted(count.folders, 'more folder')}"
            continue
        where = count.folder or "."
        if several:
            where = f"{escape.name(count.root)}/{count.folder}"
        yield f"{kind_of(count.type)} {counted(count.files, 'file')} in {where}"
