"""A record of a row goes by names: each field of a record is in its row, or is given."""

from __future__ import annotations

import msgspec
import pytest
import sqlalchemy as sa
from msgspec import UNSET, UnsetType

from ingest import records
from ingest.store import listing


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    path: str
    path_base64: str | UnsetType = UNSET
    sha256: str
    text_sha256: str | None
    seen_at: str | None
    gone_at: str | None


class Read(msgspec.Struct):
    key: int
    name: str
    path: bytes
    sha256: bytes
    text_sha256: bytes | None
    seen_at: int
    gone_at: int | None


ROW = Read(7, "a", b"x", b"\x01", None, 1, None)
SHOWN = Seen(
    name="a", path="p", sha256="01", text_sha256=None, seen_at="1970-01-01T00:00:00.000001Z", gone_at=None
)


def test_hashes_and_times_are_written_as_the_contract_writes_them() -> None:
    assert records.of_row(Seen, ROW, path="p") == SHOWN


def test_a_row_of_a_database_is_one_of_names_too() -> None:
    columns = [sa.literal(value).label(name) for name, value in msgspec.structs.asdict(ROW).items()]
    with sa.create_engine("sqlite://").connect() as connection:
        (row,) = connection.execute(sa.select(*columns))

    assert records.of_row(Seen, row, path="p") == SHOWN


def test_what_is_given_stands_for_what_the_row_has() -> None:
    made = records.of_row(Seen, ROW, path="p", path_base64="eA==", seen_at="then")

    assert (made.path, made.path_base64, made.seen_at) == ("p", "eA==", "then")


def test_a_field_that_neither_has_is_an_error() -> None:
    with pytest.raises(TypeError, match="document"):
        records.of_row(records.Document, ROW, path="p")


def test_a_row_of_the_list_has_the_columns_that_a_document_shows() -> None:
    shown = set(records.Document.__struct_fields__) - {"path_base64"}

    assert set(listing.DocumentRow.__struct_fields__) == shown | {"id"}
    assert [column.name for column in listing.FACTS] == list(listing.Facts.__struct_fields__)
