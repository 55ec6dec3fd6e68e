"""A document that became unreadable has an edit, from the index and without it."""

from __future__ import annotations

from hashlib import sha256

import msgspec

from ingest.edits.settings import NONE
from ingest.index import edits
from ingest.model import Content
from ingest.normalise import normalise
from ingest.report import build
from ingest.store import reader, tables
from ingest.store.new_rows import prepare
from tests.integration.test_index import brought_up, rows
from tests.recording import MODIFIED, SALT, add_root, entry, opened, record, rows_of

TEXT = b"The council met on Tuesday. It spoke of the harbour.\n"
STATES = [TEXT, TEXT + bytes(64), b"\x89PNG\r\n\x1a\n" + bytes(40), TEXT]


def test_damage_is_an_edit_and_so_is_what_can_be_read_again(database_url: str) -> None:
    with opened(database_url) as store:
        root = add_root(store)
        document: int | None = None
        for no, raw in enumerate(STATES):
            content = Content(raw=raw, sha256=sha256(raw).digest(), rendition=normalise(raw, b"a.txt"))
            made = entry("changed" if no else "created", b"a.txt", document=document, previous=no or None)
            version = prepare(content, modified_at=MODIFIED, salt=SALT, before=None, dictionary=None)
            record(store, root, [msgspec.structs.replace(made, version=version)])
            document = int(rows_of(store, tables.document)[0]["id"])
        index = brought_up(store)
        kept = [(row[0], row[2], row[3], row[5]) for row in rows(index, "edit")]
        with store.read() as connection:
            changes = list(reader.changes(connection))
            told = [edits.edit_of(connection, row, rules=NONE) for row in changes]
        index.dispose()

    damaged = "1 place can no longer be read; what can be read stood there before"
    assert kept == [
        (2, "damaged", "substantive", damaged),
        (3, "damaged", "substantive", "it can no longer be read: it is no text any more"),
        (4, "revert", "substantive", "the text is that of version 1 again"),
    ]
    assert [edit and (edit.kind, edit.reason, edit.subject) for edit in told] == [
        None,
        ("damaged", damaged, "damage"),
        ("damaged", "it can no longer be read: it is no text any more", "damage"),
        ("revert", "the text is that of version 1 again", "added"),
    ]
    assert {build.category_of(edit) for edit in told if edit} == {"silent"}
