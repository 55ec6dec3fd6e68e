"""The one way into the record: exact rows, all or nothing, in both databases."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256

import pytest

from ingest import merkle
from ingest.disk.walk import RACY, Range
from ingest.errors import LogShortened, StoreUnavailable
from ingest.ids import new_uid
from ingest.model import Signature
from ingest.store import bodies, file_states, row_checksums, tables, totals, watermark
from ingest.store.engine import Store, open_store
from ingest.store.new_rows import Sighting
from ingest.store.writer import record as write
from tests.recording import (
    LIBRARIES,
    MODIFIED,
    NORMALISER,
    OBSERVED,
    SALT,
    add_root,
    entry,
    everything,
    findings,
    opened,
    record,
    rows_of,
    signature_of,
)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with opened(database_url) as store:
        yield store


def number(n: int) -> bytes:
    return n.to_bytes(16, "big")


def seqs(store: Store) -> list[int]:
    return [row["seq"] for row in rows_of(store, tables.change)]


def test_a_new_document_is_one_row_of_each_kind(store: Store) -> None:
    root = add_root(store)
    raw = b"hello world\n"
    digest = sha256(raw).digest()
    with store.read() as connection:
        assert totals.counts(connection) == totals.Counts(documents=0, versions=0, rejected=0)
    done = record(
        store, root, [entry("created", b"a.txt", raw=raw, id_=number(7))], entropy=lambda n: b"e" * n
    )
    with store.read() as connection:
        assert totals.counts(connection) == totals.Counts(documents=1, versions=1, rejected=0)

    assert (done.seq, done.changes, done.clock_behind) == (1, 1, 0)
    (document,) = rows_of(store, tables.document)
    key = document["id"]
    assert document == {
        "id": key,
        "uid": new_uid(OBSERVED, lambda n: b"e" * n),
        "root_id": root,
        "path_bytes": b"a.txt",
        "state": "live",
        "last_no": 1,
        "last_hash": digest,
    }
    (blob,) = rows_of(store, tables.blob)
    assert (blob["hash"], blob["size"], blob["dictionary_id"], blob["uri"]) == (digest, len(raw), None, None)
    assert rows_of(store, tables.version) == [
        {
            "document_id": key,
            "no": 1,
            "hash": digest,
            "salt": SALT,
            "size": len(raw),
            "base_no": None,
            "blob_id": blob["id"],
            "delta": None,
            "observed_at": OBSERVED,
            "modified_at": MODIFIED,
            "seq": 1,
        }
    ]
    (normaliser,) = rows_of(store, tables.normaliser)
    assert (normaliser["name"], normaliser["libraries"]) == (NORMALISER, LIBRARIES)
    assert rows_of(store, tables.rendition) == [
        {
            "document_id": key,
            "no": 1,
            "normaliser_id": normaliser["id"],
            "text_hash": digest,
            "text_reason": None,
            "text_offset": 0,
            "text_length": len(raw),
            "text_blob_id": None,
            "text_delta": None,
            "media_type": "text/plain",
            "encoding": "utf-8",
            "bom": False,
            "confidence": 1000,
            "lossy": False,
            "newline": "lf",
            "language": "en",
            "title": "A title",
            "date": None,
            "date_earliest": None,
            "date_latest": None,
            "words": 2,
            "sentences": 1,
            "seq": 1,
            "beside": None,
            "beside_size": None,
            "beside_hash": None,
            "sum": row_checksums.sum_of_counts(1, 1, 1000, 2, 1),
        }
    ]
    (change,) = rows_of(store, tables.change)
    label, leaf = change.pop("recorded_at"), change.pop("leaf")
    assert change == {
        "seq": 1,
        "id": number(7),
        "observed_at": OBSERVED,
        "type": "created",
        "cause": "scan",
        "reason": None,
        "root_id": root,
        "document_id": key,
        "no": 1,
        "previous_no": None,
        "path_bytes": b"a.txt",
        "from_path_bytes": None,
        "actor": None,
        "form": 2,
        "salt": b"p" * 16,
    }
    assert rows_of(store, tables.log_head) == [{"id": 1, "seq": 1, "recorded_at": label, "frontier": leaf}]
    (row,) = rows_of(store, tables.seen)
    assert (row["path_bytes"], row["document_id"], row["inode"]) == (b"a.txt", key, 0)
    assert findings(store) == []


def test_a_life_is_told_change_by_change(store: Store) -> None:
    """Created, changed, moved, deleted, restored with other bytes, moved with other bytes."""
    root = add_root(store)
    record(store, root, [entry("created", b"a", raw=b"one")])
    (document,) = [row["id"] for row in rows_of(store, tables.document)]
    for made in (
        entry("changed", b"a", raw=b"two", document=document, previous=1),
        entry("moved", b"b", from_path=b"a", document=document, previous=2),
        entry("deleted", b"b", document=document, previous=2, reason="removed"),
        entry("restored", b"b", raw=b"three", document=document, previous=2),
        entry("moved", b"c", from_path=b"b", raw=b"four", document=document, previous=3),
    ):
        record(store, root, [made])

    told = [
        (row["seq"], row["type"], row["path_bytes"], row["from_path_bytes"], row["no"], row["previous_no"])
        for row in rows_of(store, tables.change)
    ]
    assert told == [
        (1, "created", b"a", None, 1, None),
        (2, "changed", b"a", None, 2, 1),
        (3, "moved", b"b", b"a", 2, 2),
        (4, "deleted", b"b", None, 2, 2),
        (5, "restored", b"b", None, 3, 2),
        (6, "moved", b"c", b"b", 4, 3),
    ]
    with store.read() as connection:
        contents = [bodies.get(connection, document, no) for no in (1, 2, 3, 4)]
    assert contents == [b"one", b"two", b"three", b"four"]
    (head,) = rows_of(store, tables.document)
    assert (head["path_bytes"], head["state"], head["last_no"]) == (b"c", "live", 4)
    assert [row["path_bytes"] for row in rows_of(store, tables.seen)] == [b"c"]
    assert findings(store) == []


def test_a_rejection_makes_no_version_and_names_the_last_one(store: Store) -> None:
    root = add_root(store)
    record(store, root, [entry("created", b"a", raw=b"one")])
    (document,) = [row["id"] for row in rows_of(store, tables.document)]
    record(
        store,
        root,
        [
            entry("rejected", b"a", document=document, previous=1, reason="too_large"),
            entry("rejected", b"new", reason="unreadable"),
        ],
    )

    told = [
        (row["seq"], row["document_id"], row["no"], row["previous_no"], row["reason"])
        for row in rows_of(store, tables.change)
    ]
    assert told[1:] == [(2, document, None, 1, "too_large"), (3, None, None, None, "unreadable")]
    assert len(rows_of(store, tables.version)) == 1
    assert findings(store) == []


def test_one_batch_is_one_run_of_seq_in_the_order_given(store: Store) -> None:
    root = add_root(store)
    done = record(store, root, [entry("created", b"%d" % n, raw=b"%d" % n) for n in range(500)])
    more = record(store, root, [entry("created", b"x%d" % n, raw=b"%d" % n) for n in range(3)])

    assert (done.seq, done.changes, more.seq) == (500, 500, 503)
    assert seqs(store) == list(range(1, 504))
    assert [row["path_bytes"] for row in rows_of(store, tables.change)][:500] == [
        b"%d" % n for n in range(500)
    ]
    assert len(rows_of(store, tables.blob)) == 500
    assert findings(store) == []


def test_a_delete_frees_the_path_for_a_move_in_the_same_batch(store: Store) -> None:
    root = add_root(store)
    record(store, root, [entry("created", b"a", raw=b"one"), entry("created", b"b", raw=b"two")])
    a, b = (row["id"] for row in rows_of(store, tables.document))
    record(
        store,
        root,
        [
            entry("deleted", b"b", document=b, previous=1, reason="removed"),
            entry("moved", b"b", from_path=b"a", document=a, previous=1),
        ],
    )

    assert [(row["path_bytes"], row["state"]) for row in rows_of(store, tables.document)] == [
        (b"b", "live"),
        (b"b", "deleted"),
    ]
    assert findings(store) == []


def test_a_text_that_is_no_part_of_the_bytes_is_kept_beside_them(store: Store) -> None:
    root = add_root(store)
    record(store, root, [entry("created", b"a", raw=b"raw \r\n", text="raw\n")])

    (rendition,) = rows_of(store, tables.rendition)
    assert (rendition["text_offset"], rendition["text_hash"]) == (None, sha256(b"raw\n").digest())
    with store.read() as connection:
        assert bodies.get_blob(connection, rendition["text_blob_id"]) == b"raw\n"
    assert findings(store) == []


@pytest.mark.parametrize(
    "raw", [b"", b"\n", b"x" * 5_000_000, b"a\x00b"], ids=["empty", "lf", "large", "nul"]
)
def test_bytes_come_back_as_they_were(store: Store, raw: bytes) -> None:
    root = add_root(store)
    record(store, root, [entry("created", b"a", raw=raw)])
    (document,) = [row["id"] for row in rows_of(store, tables.document)]

    with store.read() as connection:
        assert bodies.get(connection, document, 1) == raw
    assert findings(store) == []


@pytest.mark.parametrize(
    "path",
    [b"\xff\xfe", "é/ü".encode(), b"new\nline", b"p" * 2000],
    ids=["not-utf-8", "utf-8", "newline", "longest"],
)
def test_a_path_is_bytes(store: Store, path: bytes) -> None:
    root = add_root(store)
    record(store, root, [entry("created", path, raw=b"x")])

    assert [row["path_bytes"] for row in rows_of(store, tables.document)] == [path]
    with store.read() as connection:
        assert list(file_states.live_documents(connection, root, [path])) == [path]


def test_a_sighting_without_an_entry_is_no_change(store: Store) -> None:
    root = add_root(store)
    record(store, root, [entry("created", b"a", raw=b"one")])
    (document,) = [row["id"] for row in rows_of(store, tables.document)]
    touched = Sighting(path=b"a", read_at=5, signature=signature_of(9), document=document)
    done = write(
        store, root=root, entries=[], sightings=[touched], forgotten=[],
        now=lambda: 1, entropy=os.urandom,
    )  # fmt: skip

    assert done.changes == 0
    assert seqs(store) == [1]
    assert [(row["inode"], row["read_at"]) for row in rows_of(store, tables.seen)] == [(9, 5)]


@pytest.mark.parametrize(("age", "again"), [(0, True), (RACY, True), (RACY + 1, False)])
def test_a_file_changed_just_before_it_was_read_is_read_again(store: Store, age: int, again: bool) -> None:
    """R13: it could have changed once more in the same tick of the clock."""
    root = add_root(store)
    record(store, root, [entry("created", b"a", raw=b"one")])
    (document,) = [row["id"] for row in rows_of(store, tables.document)]
    ctime = (OBSERVED - age) * 1000
    looked = Sighting(path=b"a", read_at=OBSERVED, signature=Signature(1, 9, 3, 4, ctime), document=document)
    write(store, root=root, entries=[], sightings=[looked], forgotten=[], now=lambda: 1, entropy=os.urandom)

    assert [tuple(row) for row in file_states.pages(store, root, Range())] == [
        (b"a", 1, 9, 3, 4, ctime, again, document)
    ]


def test_where_the_clock_ticks_coarsely_a_file_is_read_again_for_as_long(store: Store) -> None:
    """By the stamps on each device: seconds on one, two seconds on another, nanoseconds on the third. A clock
    that is behind ours moves the window by as much."""
    root = add_root(store)
    second, at = 1_000_000, 1_700_000_010_000_000
    stamps = {
        b"1/old": (1, at - 2 * second),
        b"1/racy": (1, at - second),
        b"1/round": (1, at - 5 * second),
        b"2/old": (2, at - 4 * second),
        b"2/racy": (2, at - 2 * second),
        b"2/round": (2, at - 8 * second),
        b"3/fine": (3, at - second // 2 - 1),
        b"3/finer": (3, at - 1_234_567),
    }
    looked = [
        Sighting(path=path, read_at=at, signature=Signature(device, 9, 3, 4, ctime * 1000))
        for path, (device, ctime) in stamps.items()
    ]
    write(store, root=root, entries=[], sightings=looked, forgotten=[], now=lambda: 1, entropy=os.urandom)

    with store.read() as connection:
        assert file_states.racy(connection, root, 0) == [b"1/racy", b"2/racy"]
        assert file_states.racy(connection, root, second) == [
            b"1/old", b"1/racy", b"2/racy", b"3/fine"
        ]  # fmt: skip


def test_a_rejected_file_is_read_again(store: Store) -> None:
    root = add_root(store)
    rejected = Sighting(path=b"a", read_at=OBSERVED, signature=Signature(1, 9, 3, 4, 5), reason="unreadable")
    write(store, root=root, entries=[], sightings=[rejected], forgotten=[], now=lambda: 1, entropy=os.urandom)

    assert [tuple(row) for row in file_states.pages(store, root, Range())] == [
        (b"a", 1, 9, 3, 4, 5, True, None)
    ]


def test_a_document_where_a_rejected_file_stood_takes_its_row(store: Store) -> None:
    """Beside another new one, which has none."""
    root = add_root(store)
    rejected = Sighting(path=b"b", read_at=OBSERVED, signature=None, reason="unreadable")
    write(store, root=root, entries=[], sightings=[rejected], forgotten=[], now=lambda: 1, entropy=os.urandom)
    record(store, root, [entry("created", b"a", raw=b"one"), entry("created", b"b", raw=b"two")])

    assert [
        (row["path_bytes"], row["reason"], row["document_id"]) for row in rows_of(store, tables.seen)
    ] == [(row["path_bytes"], None, row["id"]) for row in rows_of(store, tables.document)]


def test_recorded_at_never_goes_back(store: Store) -> None:
    """SQLite's label is the host's clock, and says how far it is behind; Postgres has its own clock."""
    root = add_root(store)
    far = 4_000_000_000_000_000  # the year 2096
    answers = [
        record(store, root, [entry("created", b"%d" % at, raw=b"x")], now=lambda clock=clock: clock)  # type: ignore[misc]
        for at, clock in enumerate((far, far - 70_000_000, far + 1))
    ]

    labels = [row["recorded_at"] for row in rows_of(store, tables.change)]
    assert labels == sorted(labels)
    if store.is_sqlite:
        assert labels == [far, far, far + 1]
        assert [answer.clock_behind for answer in answers] == [0, 70_000_000, 0]
    else:
        assert labels[-1] < far
    assert findings(store) == []


class Broken(Exception):
    """Stops a transaction from within."""


def test_a_transaction_that_is_stopped_leaves_nothing(store: Store) -> None:
    root = add_root(store)
    record(store, root, [entry("created", b"a", raw=b"one")])
    before = everything(store)

    def stopped() -> int:
        raise Broken  # asked for when documents, sightings and bodies are in

    with pytest.raises(Broken):
        record(store, root, [entry("created", b"n%d" % n, raw=b"new %d" % n) for n in range(5)], now=stopped)

    assert everything(store) == before


def test_a_batch_that_fails_at_its_last_row_leaves_nothing(store: Store) -> None:
    """The changes go in last: a change's id that is there already fails after all else was written."""
    root = add_root(store)
    record(store, root, [entry("created", b"a", raw=b"one", id_=number(1))])
    before = everything(store)
    with pytest.raises(StoreUnavailable):
        record(
            store,
            root,
            [entry("created", b"b", raw=b"two"), entry("created", b"c", raw=b"three", id_=number(1))],
        )

    assert everything(store) == before
    record(store, root, [entry("created", b"b", raw=b"two")])
    assert seqs(store) == [1, 2]
    assert findings(store) == []


def test_two_live_documents_cannot_stand_at_one_path(store: Store) -> None:
    root, other = add_root(store), add_root(store, "other")
    record(store, root, [entry("created", b"a", raw=b"one")])
    before = everything(store)
    with pytest.raises(StoreUnavailable):
        record(store, root, [entry("created", b"a", raw=b"two")])

    assert everything(store) == before
    record(store, other, [entry("created", b"a", raw=b"two")])
    assert seqs(store) == [1, 2]


def test_the_head_holds_the_root_of_all_leaves(store: Store) -> None:
    root = add_root(store)
    for size in (1, 2, 3, 7):
        record(store, root, [entry("created", b"%d-%d" % (size, n), raw=b"x%d" % n) for n in range(size)])

    leaves = [row["leaf"] for row in rows_of(store, tables.change)]
    (head,) = rows_of(store, tables.log_head)
    assert merkle.unpack(head["frontier"]) == merkle.extend((), 0, leaves)[0]
    assert head["seq"] == 13


def test_what_was_recorded_is_there_when_opened_again(store: Store, database_url: str) -> None:
    root = add_root(store)
    record(store, root, [entry("created", b"a", raw=b"one")])
    before = everything(store)
    store.dispose()
    again = open_store(database_url)

    assert everything(again) == before
    again.dispose()


def test_a_store_that_another_process_holds_is_said_to_be_locked(tmp_path: os.PathLike[str]) -> None:
    url = f"sqlite:///{os.fspath(tmp_path)}/ingest.db"
    with opened(url) as holder, opened(url, busy_seconds=0.05) as waiting:
        root = add_root(holder)
        with holder.write(), pytest.raises(StoreUnavailable) as refused:
            record(waiting, root, [entry("created", b"a", raw=b"one")])
        assert refused.value.code == "store_locked"
        record(waiting, root, [entry("created", b"a", raw=b"one")])

        assert seqs(holder) == [1]


def test_nothing_is_added_to_a_log_that_its_mark_saw_longer(store: Store) -> None:
    root = add_root(store)
    record(store, root, [entry("created", b"a.txt", raw=b"one\n")])
    before = everything(store)
    watermark.write(store.watermark_path, 9, bytes(32))
    if not store.is_sqlite:
        assert watermark.read(store.watermark_path) is None
        return
    with pytest.raises(LogShortened, match=r"has 1 changes, and had 9"):
        record(store, root, [entry("created", b"b.txt", raw=b"two\n")])
    assert everything(store) == before
