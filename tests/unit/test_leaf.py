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
)
LEAF = leaf.of(CHANGE, VERSION, (RENDITION,))


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


@pytest.mark.parametrize("field", fields(CHANGE))
def test_every_column_of_a_change_counts(field: str) -> None:
    for value in another(getattr(CHANGE, field)):
        assert leaf.of(msgspec.structs.replace(CHANGE, **{field: value}), VERSION, (RENDITION,)) != LEAF


@pytest.mark.parametrize("field", fields(VERSION))
def test_every_column_of_its_version_counts(field: str) -> None:
    for value in another(getattr(VERSION, field)):
        assert leaf.of(CHANGE, msgspec.structs.replace(VERSION, **{field: value}), (RENDITION,)) != LEAF


@pytest.mark.parametrize("field", fields(RENDITION))
def test_every_column_of_its_rendition_counts(field: str) -> None:
    for value in another(getattr(RENDITION, field)):
        assert leaf.of(CHANGE, VERSION, (msgspec.structs.replace(RENDITION, **{field: value}),)) != LEAF


@pytest.mark.parametrize("field", ["reason", "document", "no", "previous_no", "from_path", "actor"])
def test_a_change_without_a_value_is_another_change(field: str) -> None:
    assert leaf.of(msgspec.structs.replace(CHANGE, **{field: None}), VERSION, (RENDITION,)) != LEAF


@pytest.mark.parametrize(
    "field",
    ["text_hash", "text_reason", "encoding", "confidence", "newline", "language", "title", "date", "words"],
)
def test_a_rendition_without_a_value_is_another_rendition(field: str) -> None:
    bare = msgspec.structs.replace(RENDITION, **{field: None})

    assert leaf.of(CHANGE, VERSION, (bare,)) != LEAF


def test_an_empty_title_is_not_no_title() -> None:
    leaves = {
        leaf.of(CHANGE, VERSION, (msgspec.structs.replace(RENDITION, title=title),)) for title in ("", None)
    }

    assert len(leaves) == 2


def test_version_and_renditions_count_by_being_there() -> None:
    assert (
        len(
            {
                LEAF,
                leaf.of(CHANGE, None, ()),
                leaf.of(CHANGE, VERSION, ()),
                leaf.of(CHANGE, None, (RENDITION,)),
                leaf.of(CHANGE, VERSION, (RENDITION, RENDITION)),
            }
        )
        == 5
    )


def test_a_value_cannot_slide_into_the_next_field() -> None:
    one = msgspec.structs.replace(CHANGE, type="ab", cause="c")
    other = msgspec.structs.replace(CHANGE, type="a", cause="bc")

    assert leaf.of(one, None, ()) != leaf.of(other, None, ())


def test_the_canonical_bytes_are_these() -> None:
    """Written out by another encoder: a store kept for years must give the same leaves."""

    def b64(value: bytes) -> str:
        return base64.b64encode(value).decode()

    def salted(value: bytes) -> str:
        return b64(sha256(VERSION.salt + value).digest())

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

    assert leaf.canonical(CHANGE, VERSION, (RENDITION,)) == encoded
    assert sha256(b"\x00" + encoded).digest() == LEAF


def test_neither_content_nor_title_is_in_the_canonical_bytes() -> None:
    """So that a body can be erased: the bytes without the salt do not tell even its hash."""
    canonical = leaf.canonical(CHANGE, VERSION, (RENDITION,))

    for secret in (VERSION.hash, b"t" * 32, b"A title", VERSION.salt):
        assert secret not in canonical
        assert base64.b64encode(secret) not in canonical


def test_every_column_of_the_schema_is_committed_or_is_layout() -> None:
    """A column that is added to the schema must be put into the leaf, or be named here."""
    places = {"document_id", "root_id", "path_bytes", "from_path_bytes", "normaliser_id"}
    layout = {"base_no", "blob_id", "delta", "text_offset", "text_length", "text_blob_id", "text_delta"}
    own = {"leaf", "seq"}
    for table, committed in (
        (tables.change, set(fields(CHANGE)) - {"document", "root", "path", "from_path"}),
        (tables.version, set(fields(VERSION))),
        (tables.rendition, set(fields(RENDITION)) - {"salt", "normaliser", "libraries"}),
    ):
        assert {column.name for column in table.columns} - places - layout - own == committed - own
