"""The five rules of identity, one by one."""

from __future__ import annotations

from hashlib import sha256

from ingest import identity
from ingest.identity import (
    Decision,
    DeletedDocument,
    FormerPath,
    LiveDocument,
    MissingDocument,
    ReadFile,
    decide,
)
from ingest.model import DocumentKey, GoneReason


def hash_of(raw: bytes) -> bytes:
    return sha256(raw).digest()


def file(
    path: bytes, raw: bytes, inode: int, *, renamed_from: tuple[bytes, ...] = (), arrivals: int = 0
) -> ReadFile:
    formers = tuple(FormerPath(path=old, arrivals=arrivals) for old in renamed_from)
    return ReadFile(path=path, sha256=hash_of(raw), device=1, inode=inode, renamed_from=formers)


def live(key: int, path: bytes, raw: bytes, inode: int | None, version: int = 1) -> LiveDocument:
    return LiveDocument(
        document=DocumentKey(key), path=path, version=version, sha256=hash_of(raw), device=1, inode=inode
    )


def gone(live: LiveDocument, *, reason: GoneReason = "removed", expired: bool = True) -> MissingDocument:
    return MissingDocument(live=live, reason=reason, expired=expired)


def decided(
    *appeared: ReadFile,
    live: tuple[LiveDocument, ...] = (),
    missing: tuple[MissingDocument, ...] = (),
    deleted: dict[bytes, DeletedDocument] | None = None,
) -> list[Decision]:
    return decide(
        files=appeared,
        live={entry.path: entry for entry in live},
        missing=missing,
        deleted=deleted or {},
    )


def deleted(key: int, path: bytes, reason: GoneReason = "removed", version: int = 1) -> Decision:
    return Decision(
        type="deleted", path=path, document=DocumentKey(key), previous=version, reason=reason, same=True
    )


def moved(key: int, old: bytes, new: bytes, *, same: bool = True) -> Decision:
    return Decision(type="moved", path=new, document=DocumentKey(key), previous=1, from_path=old, same=same)


def created(path: bytes) -> Decision:
    return Decision(type="created", path=path, document=None)


# -- rule 1: a file at a live document's path is that document -------------------------------


def test_a_file_at_its_path_with_other_bytes_is_changed() -> None:
    here = live(1, b"a", b"old", 10, version=3)

    assert decided(file(b"a", b"new", 10), live=(here,)) == [
        Decision(type="changed", path=b"a", document=DocumentKey(1), previous=3)
    ]


def test_a_file_at_its_path_with_the_same_bytes_is_no_change() -> None:
    """A touch, a chmod, a rewrite, an atomic save of what was there."""
    assert decided(file(b"a", b"old", 99), live=(live(1, b"a", b"old", 10),)) == []


def test_a_file_moved_over_another_is_that_other_changed_and_itself_deleted() -> None:
    """`mv -f a b`, whatever the inode and the reported rename say."""
    a, b = live(1, b"a", b"A", 10), live(2, b"b", b"B", 20)

    assert decided(file(b"b", b"A", 10, renamed_from=(b"a",)), live=(b,), missing=(gone(a),)) == [
        deleted(1, b"a"),
        Decision(type="changed", path=b"b", document=DocumentKey(2), previous=1),
    ]


def test_a_file_moved_over_one_with_the_same_bytes_is_only_deleted() -> None:
    a, b = live(1, b"a", b"same", 10), live(2, b"b", b"same", 20)

    assert decided(file(b"b", b"same", 10), live=(b,), missing=(gone(a),)) == [deleted(1, b"a")]


def test_a_swap_of_two_files_is_two_changes() -> None:
    a, b = live(1, b"a", b"A", 10), live(2, b"b", b"B", 20)

    assert decided(
        file(b"a", b"B", 20, renamed_from=(b"tmp", b"b")),
        file(b"b", b"A", 10, renamed_from=(b"a",)),
        live=(a, b),
    ) == [
        Decision(type="changed", path=b"a", document=DocumentKey(1), previous=1),
        Decision(type="changed", path=b"b", document=DocumentKey(2), previous=1),
    ]


def test_a_document_read_at_its_path_is_not_deleted_as_well() -> None:
    """It went, came back and was read: whoever still held it for missing is late."""
    here = live(1, b"a", b"old", 10)

    assert decided(file(b"a", b"new", 11), live=(here,), missing=(gone(here),)) == [
        Decision(type="changed", path=b"a", document=DocumentKey(1), previous=1)
    ]


def test_a_document_read_at_its_path_is_no_other_files_past() -> None:
    here = live(1, b"a", b"old", 10)

    assert decided(file(b"a", b"old", 10), file(b"b", b"old", 10), live=(here,), missing=(gone(here),)) == [
        created(b"b")
    ]


# -- rule 2: the rename was reported, or device, inode and bytes agree -----------------------


def test_a_reported_rename_is_a_move() -> None:
    old = live(1, b"a", b"A", 10)

    assert decided(file(b"b", b"A", 10, renamed_from=(b"a",)), missing=(gone(old),)) == [moved(1, b"a", b"b")]


def test_a_reported_rename_with_other_bytes_is_a_move_with_a_version() -> None:
    old = live(1, b"a", b"A", 10)

    assert decided(file(b"b", b"new", 77, renamed_from=(b"a",)), missing=(gone(old),)) == [
        moved(1, b"a", b"b", same=False)
    ]


def test_a_reported_rename_counts_only_if_the_old_path_is_gone() -> None:
    """SEQ-20: a rename may be reported of a file that never was there, or that is there again."""
    assert decided(file(b"b", b"B", 10, renamed_from=(b"never",))) == [created(b"b")]


def test_a_chain_of_reported_renames_leads_back_to_the_document() -> None:
    old = live(1, b"a", b"A", 10)

    assert decided(file(b"c", b"A", 10, renamed_from=(b"b", b"a")), missing=(gone(old),)) == [
        moved(1, b"a", b"c")
    ]


def test_the_same_inode_with_the_same_bytes_is_a_move() -> None:
    """Nobody reported it: the daemon was stopped."""
    old, twin = live(1, b"a", b"A", 10), live(2, b"other", b"A", 11)

    assert decided(file(b"b", b"A", 10), missing=(gone(twin, expired=False), gone(old))) == [
        moved(1, b"a", b"b")
    ]


def test_the_same_inode_with_other_bytes_is_no_move() -> None:
    """Inode numbers are used again at once."""
    old = live(1, b"a", b"A", 10)

    assert decided(file(b"b", b"B", 10), missing=(gone(old),)) == [deleted(1, b"a"), created(b"b")]


def test_the_same_inode_on_another_device_does_not_count() -> None:
    """Two missing twins, so that the bytes alone tell nothing."""
    one, two = live(1, b"a", b"A", 10), live(2, b"b", b"A", 11)
    stranger = ReadFile(path=b"c", sha256=hash_of(b"A"), device=2, inode=10)

    assert decided(stranger, missing=(gone(one), gone(two))) == [
        deleted(1, b"a"),
        deleted(2, b"b"),
        created(b"c"),
    ]


def test_a_report_goes_before_an_inode_and_an_inode_before_bytes() -> None:
    reported, by_inode, by_bytes = live(1, b"r", b"X", 10), live(2, b"i", b"X", 11), live(3, b"y", b"Y", 12)
    files = (
        file(b"new-y", b"Y", 90),
        file(b"new-i", b"X", 11),
        file(b"new-r", b"X", 91, renamed_from=(b"r",)),
    )

    assert decided(*files, missing=(gone(reported), gone(by_inode), gone(by_bytes))) == [
        moved(3, b"y", b"new-y"),
        moved(2, b"i", b"new-i"),
        moved(1, b"r", b"new-r"),
    ]


def test_what_was_reported_is_believed_before_an_inode() -> None:
    """Inode numbers are used again: the rename is the better witness."""
    reported, by_inode = live(1, b"r", b"X", 10), live(2, b"i", b"X", 11)

    assert decided(
        file(b"new", b"X", 11, renamed_from=(b"r",)), missing=(gone(reported), gone(by_inode))
    ) == [deleted(2, b"i"), moved(1, b"r", b"new")]


def test_a_swapped_pair_in_a_moved_folder_is_told_apart_by_inode() -> None:
    one, two = live(1, b"d/a", b"same", 10), live(2, b"d/b", b"same", 11)

    assert decided(file(b"e/a", b"same", 11), file(b"e/b", b"same", 10), missing=(gone(one), gone(two))) == [
        moved(2, b"d/b", b"e/a"),
        moved(1, b"d/a", b"e/b"),
    ]


def test_no_hard_link_is_held_against_those_that_have_a_document() -> None:
    """Else a folder of many links, as a mirror may hold, would take the square of their number."""

    class Taken(set[int]):
        asked = 0

        def __contains__(self, document: object) -> bool:
            self.asked += 1
            return super().__contains__(document)

    number, taken = 200, Taken()
    was = {b"old%d" % n: gone(live(n, b"old%d" % n, b"x", 7)) for n in range(number)}
    now = [file(b"new%d" % n, b"x", 7) for n in range(number)]
    for _, half in identity._same_inode(now, was, taken):
        taken.add(half.live.document)

    assert taken == set(range(number))
    assert taken.asked < 3 * number


def test_each_hard_link_of_a_moved_folder_is_moved() -> None:
    """They share device, inode and bytes: which goes where cannot be told, but each is a move."""
    links = tuple(gone(live(n, b"d/%d" % n, b"", 10)) for n in (1, 2, 3))
    found = decided(*(file(b"e/%d" % n, b"", 10) for n in (1, 2, 3)), missing=links)

    assert [decision.type for decision in found] == ["moved"] * 3
    assert {decision.document for decision in found} == {1, 2, 3}


# -- rule 3: exactly one missing document has the same, non-empty bytes ---------------------


def test_the_only_one_with_the_same_bytes_moved() -> None:
    """`cp` and `rm`, or a move to another file system."""
    old = live(1, b"a", b"A", 10)

    assert decided(file(b"b", b"A", 99), missing=(gone(old),)) == [moved(1, b"a", b"b")]


def test_a_document_whose_inode_was_never_recorded_moves_by_its_bytes() -> None:
    old = live(1, b"a", b"A", None)

    assert decided(file(b"b", b"A", 99), missing=(gone(old),)) == [moved(1, b"a", b"b")]


def test_empty_files_do_not_move_by_their_bytes() -> None:
    old = live(1, b"a", b"", 10)

    assert decided(file(b"b", b"", 99), missing=(gone(old),)) == [deleted(1, b"a"), created(b"b")]


def test_an_empty_file_moves_by_its_inode_or_by_report() -> None:
    old = live(1, b"a", b"", 10)

    assert decided(file(b"b", b"", 10), missing=(gone(old),)) == [moved(1, b"a", b"b")]
    assert decided(file(b"b", b"", 99, renamed_from=(b"a",)), missing=(gone(old),)) == [moved(1, b"a", b"b")]


def test_of_two_candidates_neither_moved() -> None:
    one, two = live(1, b"a", b"A", 10), live(2, b"b", b"A", 11)

    assert decided(file(b"c", b"A", 99), missing=(gone(one), gone(two))) == [
        deleted(1, b"a"),
        deleted(2, b"b"),
        created(b"c"),
    ]


def test_of_two_new_copies_the_first_is_the_moved_one() -> None:
    old = live(1, b"a", b"A", 10)

    assert decided(file(b"b", b"A", 98), file(b"c", b"A", 99), missing=(gone(old),)) == [
        moved(1, b"a", b"b"),
        created(b"c"),
    ]


def test_a_copy_beside_its_original_is_new() -> None:
    """The original did not vanish."""
    assert decided(file(b"copy", b"A", 99)) == [created(b"copy")]


# -- rules 4 and 5 ---------------------------------------------------------------------------


def test_a_file_back_at_a_deleted_documents_path_is_that_document() -> None:
    grave = {b"a": DeletedDocument(document=DocumentKey(1), version=2, sha256=hash_of(b"A"))}

    assert decided(file(b"a", b"A", 99), deleted=grave) == [
        Decision(type="restored", path=b"a", document=DocumentKey(1), previous=2, same=True)
    ]
    assert decided(file(b"a", b"new", 99), deleted=grave) == [
        Decision(type="restored", path=b"a", document=DocumentKey(1), previous=2, same=False)
    ]


def test_a_move_goes_before_a_restore() -> None:
    """Rule 2 and rule 3 are asked before rule 4: the deleted one stays deleted."""
    old = live(2, b"x", b"X", 10)
    grave = {b"a": DeletedDocument(document=DocumentKey(1), version=2, sha256=hash_of(b"X"))}

    for newcomer in (file(b"a", b"X", 10), file(b"a", b"X", 99)):
        assert decided(newcomer, missing=(gone(old),), deleted=grave) == [moved(2, b"x", b"a")]


def test_what_none_of_the_rules_knows_is_new() -> None:
    assert decided(file(b"a", b"A", 10)) == [created(b"a")]


# -- deletes ---------------------------------------------------------------------------------


def test_deletes_come_before_the_creates_and_moves() -> None:
    """A folder gave way to a file of its name, or the other way round."""
    one, two = live(1, b"d/x", b"X", 10), live(2, b"e", b"E", 11)

    found = decided(
        file(b"d", b"new", 20), file(b"z", b"E", 11), missing=(gone(two), gone(one, reason="replaced"))
    )

    assert found == [deleted(1, b"d/x", "replaced"), created(b"d"), moved(2, b"e", b"z")]


def test_one_that_has_not_waited_long_enough_is_not_deleted_yet() -> None:
    old = live(1, b"a", b"A", 10)

    assert decided(missing=(gone(old, expired=False),)) == []
    assert decided(file(b"b", b"A", 10), missing=(gone(old, expired=False),)) == [moved(1, b"a", b"b")]


def test_the_reason_of_a_delete_is_kept() -> None:
    one, two = live(1, b"a", b"A", 10), live(2, b"b", b"B", 11, version=4)

    assert decided(missing=(gone(one, reason="excluded"), gone(two))) == [
        deleted(1, b"a", "excluded"),
        deleted(2, b"b", "removed", version=4),
    ]


def test_nothing_is_decided_of_nothing() -> None:
    assert decided() == []


def test_ten_thousand_files_of_the_same_bytes_are_decided_at_once() -> None:
    """Linear: a folder of equal files that moved on another file system."""
    many = tuple(gone(live(n, b"old/%d" % n, b"same", n)) for n in range(10_000))
    files = tuple(file(b"new/%d" % n, b"same", 50_000 + n) for n in range(10_000))
    found = decided(*files, missing=many)

    assert [decision.type for decision in found] == ["deleted"] * 10_000 + ["created"] * 10_000
