"""What a change's leaf commits to: everything but the layout of bodies."""

from __future__ import annotations

import base64
import json
from hashlib import sha256

import msgspec
import pytest

from ingest import leaf
from ingest.leaf import LeafChange, LeafRendition, LeafVersion
from ingest.store import tables

CHANGE = LeafChange(
    seq=7,
    id=b"i" * 16,
    recorded_at=11,
    observed_at=10,
    type="moved",
    cause="watch",
    reason="removed",
    root=b"r" * 16,
    document=b"d" * 16,
    no=2,
    previous_no=1,
    path=b"new",
    from_path=b"old",
    actor="somebody",
    form=2,
    salt=b"p" * 16,
)
VERSION = LeafVersion(no=2, salt=b"s" * 16, hash=b"h" * 32, size=5, observed_at=10, modified_at=9)
RENDITION = LeafRendition(
    no=2,
    salt=b"s" * 16,
    normaliser="plain/1",
    libraries="x=1",
    text_hash=b"t" * 32,
    text_reason="binary",
    media_type="text/plain",
    encoding="utf-8",
    bom=False,
    confidence=900,
    lossy=False,
    newline="lf",
    language="en",
    title="A title",
    date="2021-02",
    date_earliest="2021-02-01",
    date_latest="2021-02-28",
    words=3,
    sentences=1,
    beside_hash=b"b" * 32,
)
LEAF = leaf.hash_of(CHANGE, VERSION, (RENDITION,))
OF_FORM_1 = msgspec.structs.replace(CHANGE, form=1, salt=None)
BARE = msgspec.structs.replace(RENDITION, beside_hash=None)
LEAF_OF_FORM_1 = leaf.hash_of(OF_FORM_1, VERSION, (BARE,))
NOT_KNOWN_AT_CAPTURE = {"words", "sentences", "confidence"}


def another(value: object) -> list[object]:
    """Values other than this one, of its type; None for what may be none."""
    match value:
        case bool():
            return [not value]
        case int():
            return [value + 1, -value]
        case str():
            return [value + "x", ""]
        case bytes():
            return [value[:-1] + bytes([value[-1] ^ 1]), value + b"\0"]
    raise AssertionError(value)


def fields(value: msgspec.Struct) -> list[str]:
    return list(value.__struct_fields__)


@pytest.mark.parametrize("field", [name for name in fields(CHANGE) if name != "form"])
def test_every_column_of_a_change_counts(field: str) -> None:
    for value in another(getattr(CHANGE, field)):
        assert leaf.hash_of(msgspec.structs.replace(CHANGE, **{field: value}), VERSION, (RENDITION,)) != LEAF


@pytest.mark.parametrize("field", [name for name in fields(CHANGE) if name not in ("form", "salt")])
def test_every_column_of_a_change_of_form_1_counts(field: str) -> None:
    for value in another(getattr(OF_FORM_1, field)):
        other = msgspec.structs.replace(OF_FORM_1, **{field: value})
        assert leaf.hash_of(other, VERSION, (BARE,)) != LEAF_OF_FORM_1


def test_the_form_counts() -> None:
    assert leaf.hash_of(CHANGE, VERSION, (BARE,)) != LEAF_OF_FORM_1


@pytest.mark.parametrize("form", [0, 3, -1, 255])
def test_a_form_that_there_is_none_of_has_no_leaf(form: int) -> None:
    with pytest.raises(ValueError, match=f"no form {form}"):
        leaf.hash_of(msgspec.structs.replace(CHANGE, form=form), VERSION, (RENDITION,))


def test_what_a_form_does_not_cover_has_no_leaf() -> None:
    """Else it could be put beside a change later, and nothing would tell."""
    with pytest.raises(ValueError, match="form 1"):
        leaf.hash_of(OF_FORM_1, VERSION, (RENDITION,))
    with pytest.raises(ValueError, match="form 1"):
        leaf.hash_of(msgspec.structs.replace(OF_FORM_1, salt=b"s" * 16), VERSION, (BARE,))
    with pytest.raises(ValueError, match="salt"):
        leaf.hash_of(msgspec.structs.replace(CHANGE, salt=None), VERSION, (RENDITION,))


@pytest.mark.parametrize("field", fields(VERSION))
def test_every_column_of_its_version_counts(field: str) -> None:
    for value in another(getattr(VERSION, field)):
        assert leaf.hash_of(CHANGE, msgspec.structs.replace(VERSION, **{field: value}), (RENDITION,)) != LEAF


@pytest.mark.parametrize("field", fields(RENDITION))
@pytest.mark.parametrize("kind", ["changed", "renormalised"])
def test_every_column_of_its_rendition_counts_that_capture_knows(field: str, kind: str) -> None:
    change = msgspec.structs.replace(CHANGE, type=kind)
    before = leaf.hash_of(change, VERSION, (RENDITION,))
    for value in another(getattr(RENDITION, field)):
        after = leaf.hash_of(change, VERSION, (msgspec.structs.replace(RENDITION, **{field: value}),))
        assert (after == before) == (field in NOT_KNOWN_AT_CAPTURE)


@pytest.mark.parametrize("field", [name for name in fields(RENDITION) if name != "beside_hash"])
def test_every_column_of_a_rendition_of_form_1_counts(field: str) -> None:
    for value in another(getattr(BARE, field)):
        other = msgspec.structs.replace(BARE, **{field: value})
        assert leaf.hash_of(OF_FORM_1, VERSION, (other,)) != LEAF_OF_FORM_1


@pytest.mark.parametrize("field", ["reason", "document", "no", "previous_no", "from_path", "actor"])
def test_a_change_without_a_value_is_another_change(field: str) -> None:
    assert leaf.hash_of(msgspec.structs.replace(CHANGE, **{field: None}), VERSION, (RENDITION,)) != LEAF


@pytest.mark.parametrize(
    "field",
    ["text_hash", "text_reason", "encoding", "newline", "language", "title", "date", "beside_hash"],
)
def test_a_rendition_without_a_value_is_another_rendition(field: str) -> None:
    bare = msgspec.structs.replace(RENDITION, **{field: None})

    assert leaf.hash_of(CHANGE, VERSION, (bare,)) != LEAF


def test_an_empty_title_is_not_no_title() -> None:
    leaves = {
        leaf.hash_of(CHANGE, VERSION, (msgspec.structs.replace(RENDITION, title=title),))
        for title in ("", None)
    }

    assert len(leaves) == 2


def test_version_and_renditions_count_by_being_there() -> None:
    assert (
        len(
            {
                LEAF,
                leaf.hash_of(CHANGE, None, ()),
                leaf.hash_of(CHANGE, VERSION, ()),
                leaf.hash_of(CHANGE, None, (RENDITION,)),
                leaf.hash_of(CHANGE, VERSION, (RENDITION, RENDITION)),
            }
        )
        == 5
    )


def test_a_value_cannot_slide_into_the_next_field() -> None:
    one = msgspec.structs.replace(CHANGE, type="ab", cause="c")
    other = msgspec.structs.replace(CHANGE, type="a", cause="bc")

    assert leaf.hash_of(one, None, ()) != leaf.hash_of(other, None, ())


def b64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def salted(value: bytes, salt: bytes = VERSION.salt) -> str:
    return b64(sha256(salt + value).digest())


def test_the_canonical_bytes_of_form_1_are_these() -> None:
    """Written out by another encoder: a store kept for years must give the same leaves."""
    written = [
        "ingest.change.v1",
        [
            7, b64(b"i" * 16), 11, 10, "moved", "watch", "removed", b64(b"r" * 16), b64(b"d" * 16), 2, 1,
            b64(b"new"), b64(b"old"), "somebody",
        ],
        [2, salted(b"h" * 32), 5, 10, 9],
        [
            [
                2, "plain/1", "x=1", salted(b"t" * 32), "binary", "text/plain", "utf-8", False, 900, False,
                "lf", "en", salted(b"A title"), "2021-02", "2021-02-01", "2021-02-28", 3, 1,
            ]
        ],
    ]  # fmt: skip
    encoded = json.dumps(written, separators=(",", ":")).encode()

    assert leaf.canonical(OF_FORM_1, VERSION, (BARE,)) == encoded
    assert sha256(b"\x00" + encoded).digest() == LEAF_OF_FORM_1


def written_rendition() -> list[object]:
    return [
        2, "plain/1", "x=1", salted(b"t" * 32), "binary", "text/plain", "utf-8", False, False,
        "lf", "en", salted(b"A title"), "2021-02", "2021-02-01", "2021-02-28", salted(b"b" * 32),
    ]  # fmt: skip


def test_the_canonical_bytes_of_form_2_are_these() -> None:
    written = [
        "ingest.change.v2",
        [
            7, b64(b"i" * 16), 11, 10, "moved", "watch", "removed", b64(b"r" * 16), b64(b"d" * 16), 2, 1,
            salted(b"new", b"p" * 16), salted(b"old", b"p" * 16), "somebody",
        ],
        [2, salted(b"h" * 32), 5, 10, 9],
        [written_rendition()],
    ]  # fmt: skip
    encoded = json.dumps(written, separators=(",", ":")).encode()

    assert leaf.canonical(CHANGE, VERSION, (RENDITION,)) == encoded
    assert sha256(b"\x00" + encoded).digest() == LEAF


def test_a_renormalised_document_is_covered_by_one_hash_over_its_renditions() -> None:
    """Of three: the tree of RFC 6962 over them, written out."""
    change = msgspec.structs.replace(CHANGE, type="renormalised", from_path=None)
    made = tuple(msgspec.structs.replace(RENDITION, no=no) for no in (1, 2, 3))
    leaves = [
        sha256(b"\0" + json.dumps([no, *written_rendition()[1:]], separators=(",", ":")).encode()).digest()
        for no in (1, 2, 3)
    ]
    root = sha256(b"\1" + sha256(b"\1" + leaves[0] + leaves[1]).digest() + leaves[2]).digest()
    written = [
        "ingest.change.v2",
        [
            7, b64(b"i" * 16), 11, 10, "renormalised", "watch", "removed", b64(b"r" * 16), b64(b"d" * 16), 2,
            1, salted(b"new", b"p" * 16), None, "somebody",
        ],
        None,
        [3, b64(root)],
    ]  # fmt: skip

    assert leaf.canonical(change, None, made) == json.dumps(written, separators=(",", ":")).encode()


def test_a_leaf_of_many_renditions_is_short() -> None:
    """An entry of a published log has at most 65,535 bytes."""
    change = msgspec.structs.replace(CHANGE, type="renormalised")
    made = tuple(msgspec.structs.replace(RENDITION, no=no) for no in range(2_000))

    assert len(leaf.canonical(change, None, made)) < 400


def test_neither_content_nor_title_is_in_the_canonical_bytes() -> None:
    """So that a body can be erased: the bytes without the salt do not tell even its hash."""
    canonical = leaf.canonical(CHANGE, VERSION, (RENDITION,))

    for secret in (VERSION.hash, b"t" * 32, b"A title", VERSION.salt, b"b" * 32, b"new", b"old", CHANGE.salt):
        assert secret is not None
        assert secret not in canonical
        assert base64.b64encode(secret) not in canonical


def test_every_column_of_the_schema_is_committed_or_is_layout() -> None:
    """A column that is added to the schema must be put into the leaf, or be named here."""
    places = {"document_id", "root_id", "path_bytes", "from_path_bytes", "normaliser_id"}
    layout = {"base_no", "blob_id", "delta", "text_offset", "text_length", "text_blob_id", "text_delta"}
    layout |= {"beside", "beside_size", "sum"}
    own = {"leaf", "seq", "form"}
    for table, committed in (
        (tables.change, set(fields(CHANGE)) - {"document", "root", "path", "from_path"}),
        (tables.version, set(fields(VERSION))),
        (tables.rendition, set(fields(RENDITION)) - {"salt", "normaliser", "libraries"}),
    ):
        assert {column.name for column in table.columns} - places - layout - own == committed - own
