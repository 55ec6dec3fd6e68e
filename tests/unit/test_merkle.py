"""The tree of RFC 6962, section 2.1."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import merkle

# The inputs and roots that Certificate Transparency's implementations test themselves with.
INPUTS = [
    bytes.fromhex(words)
    for words in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
HASHES = st.lists(st.binary(max_size=8).map(merkle.leaf_hash), max_size=70)


def naive_root(leaves: list[bytes]) -> bytes:
    """The definition in the RFC, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + naive_root(leaves[:half]) + naive_root(leaves[half:])).digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_the_known_roots(size: int) -> None:
    leaves = [merkle.leaf_hash(data) for data in INPUTS[:size]]
    frontier, grown = merkle.extend((), 0, leaves)

    assert grown == size
    assert merkle.root(frontier).hex() == ROOTS[size - 1]


def test_the_empty_tree_is_the_hash_of_nothing() -> None:
    assert merkle.root(()).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_leaf_is_never_taken_for_a_node() -> None:
    """The prefixes differ: a leaf whose data are two hashes is not their parent."""
    left, right = merkle.leaf_hash(b"a"), merkle.leaf_hash(b"b")

    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)


@given(HASHES)
def test_the_root_is_the_one_of_the_definition(leaves: list[bytes]) -> None:
    frontier, size = merkle.extend((), 0, leaves)

    assert size == len(leaves)
    assert merkle.root(frontier) == naive_root(leaves)


@given(HASHES, HASHES)
def test_growing_in_two_steps_is_growing_in_one(one: list[bytes], two: list[bytes]) -> None:
    first, size = merkle.extend((), 0, one)

    assert merkle.extend(first, size, two) == merkle.extend((), 0, one + two)


@given(HASHES)
def test_the_frontier_has_one_hash_for_each_set_bit(leaves: list[bytes]) -> None:
    frontier, size = merkle.extend((), 0, leaves)

    assert len(frontier) == size.bit_count()
    assert merkle.unpack(merkle.pack(frontier)) == frontier


def test_bytes_that_are_no_frontier_are_refused() -> None:
    with pytest.raises(ValueError, match="33 bytes"):
        merkle.unpack(b"x" * 33)
