"""Bytes packed and unpacked: alone, with a dictionary, as a delta; nothing but the same bytes comes back."""

from __future__ import annotations

import random
import sys
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import IntegrityError
from ingest.store import compression, deltas
from ingest.store.compression import Dictionary
from ingest.store.deltas import Chain, StoredBody

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

WORDS = [f"word{number}" for number in range(3000)]
CHANCE = random.Random(7)
BODIES = [" ".join(CHANCE.choices(WORDS, k=400)).encode() for _ in range(400)]


def digest(raw: bytes) -> bytes:
    return sha256(raw).digest()


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    content = compression.train(BODIES[:300])
    assert content is not None
    return Dictionary(1, digest(content), content)


@given(st.binary(max_size=5000))
def test_what_is_packed_alone_comes_back(raw: bytes) -> None:
    assert compression.unpack(compression.whole(raw, None), None, size=len(raw), digest=digest(raw)) == raw


@given(st.binary(max_size=3000), st.binary(max_size=3000))
def test_a_delta_gives_the_bytes_again(base: bytes, raw: bytes) -> None:
    made = compression.delta(base, raw)
    assert made is not None
    assert compression.apply(base, made, size=len(raw), digest=digest(raw)) == raw


def test_a_dictionary_makes_small_bodies_smaller(dictionary: Dictionary) -> None:
    for raw in BODIES[300:]:
        packed = compression.whole(raw, dictionary)
        assert len(packed) < len(compression.whole(raw, None))
        assert compression.unpack(packed, dictionary, size=len(raw), digest=digest(raw)) == raw


def test_a_changed_word_is_a_delta_of_a_few_bytes() -> None:
    raw = BODIES[0]
    changed = raw.replace(raw.split()[200], b"another", 1)
    made = compression.delta(raw, changed)
    assert made is not None
    assert len(made) < 40


def test_an_edit_in_twenty_megabytes_is_a_small_delta() -> None:
    raw = CHANCE.randbytes(20_000_000)
    changed = raw[:5_000_000] + b"put in" + raw[5_000_000:]
    made = compression.delta(raw, changed)
    assert made is not None
    assert len(made) < 20_000
    assert compression.apply(raw, made, size=len(changed), digest=digest(changed)) == changed


@pytest.mark.parametrize("at", range(0, 400, 7))
def test_damage_is_an_error_and_never_other_bytes(dictionary: Dictionary, at: int) -> None:
    """Some bits of a frame's header mean nothing: then the same bytes come back."""
    raw = BODIES[0]
    for used in (None, dictionary):
        packed = compression.whole(raw, used)
        damaged = packed[:at] + bytes([packed[at] ^ 0x10]) + packed[at + 1 :]
        try:
            found = compression.unpack(damaged, used, size=len(raw), digest=digest(raw))
        except IntegrityError:
            continue
        assert (at, found) == (0, raw)


def test_nothing_is_unpacked_past_the_recorded_size() -> None:
    """A few bytes that would become a gigabyte."""
    bomb = compression.whole(bytes(50_000_000), None)
    assert len(bomb) < 5000
    with pytest.raises(IntegrityError):
        compression.unpack(bomb, None, size=1000, digest=None)


@pytest.mark.parametrize(
    ("chain", "raw", "is_delta"),
    [
        (Chain(BODIES[0], 0, 0, 1500), BODIES[0] + b" more", True),
        (Chain(BODIES[0], deltas.DEEPEST - 1, 0, 1500), BODIES[0] + b" more", True),
        (Chain(BODIES[0], deltas.DEEPEST, 0, 1500), BODIES[0] + b" more", False),
        (Chain(BODIES[0], 3, 3000, 1500), BODIES[0] + b" more", False),
        (Chain(BODIES[0], 0, 0, 1500), BODIES[1], False),
        (Chain(b"", 0, 0, 9), BODIES[0], False),
    ],
    ids=["first", "deepest", "too-deep", "too-long", "rewritten", "was-empty"],
)
def test_a_chain_ends_where_reading_would_become_slow(chain: Chain, raw: bytes, is_delta: bool) -> None:
    assert (deltas.delta(chain, raw) is not None) == is_delta


def test_what_was_packed_with_another_dictionary_is_not_made_without_it(dictionary: Dictionary) -> None:
    raw = BODIES[0]
    packed = StoredBody((compression.whole(raw, dictionary), len(raw)), dictionary.id, (), digest(raw))

    assert deltas.unrolled(packed, dictionary).raw == raw
    for wrong in (Dictionary(2, dictionary.hash, dictionary.content), None):
        with pytest.raises(IntegrityError, match="dictionary 1"):
            deltas.unrolled(packed, wrong)


@pytest.mark.parametrize("data", [7, None, "text", 0.5])
def test_a_value_that_is_no_bytes_any_more_is_damage(data: object) -> None:
    """A flipped bit can make a number of a blob."""
    with pytest.raises(IntegrityError, match="no bytes"):
        compression.unpack(data, None, size=3, digest=None)  # type: ignore[arg-type]
    with pytest.raises(IntegrityError, match="no bytes"):
        compression.apply(b"abc", data, size=3, digest=None)  # type: ignore[arg-type]


AFTER = {
    "a byte": b"\0",
    "the same frame again": compression.whole(BODIES[0], None),
    "an empty frame": compression.whole(b"", None),
    "a frame with a magic number": zstd.compress(b""),
    "a frame to be skipped": b"\x50\x2a\x4d\x18\x01\0\0\0x",
}


@pytest.mark.parametrize("after", AFTER.values(), ids=AFTER)
@pytest.mark.parametrize("raw", [b"", b"x", BODIES[0], bytes(200_000)], ids=["empty", "one", "words", "0s"])
def test_whatever_follows_a_frame_is_refused(dictionary: Dictionary, raw: bytes, after: bytes) -> None:
    for used in (None, dictionary):
        packed = compression.whole(raw, used)
        assert compression.unpack(packed, used, size=len(raw), digest=digest(raw)) == raw
        with pytest.raises(IntegrityError):
            compression.unpack(packed + after, used, size=len(raw), digest=digest(raw))
    with_magic = zstd.compress(raw)
    assert compression.unpack(with_magic, None, size=len(raw), digest=digest(raw)) == raw
    with pytest.raises(IntegrityError):
        compression.unpack(with_magic + after, None, size=len(raw), digest=digest(raw))
    made = compression.delta(BODIES[1], raw)
    assert made is not None
    assert compression.apply(BODIES[1], made, size=len(raw), digest=digest(raw)) == raw
    with pytest.raises(IntegrityError):
        compression.apply(BODIES[1], made + after, size=len(raw), digest=digest(raw))


@pytest.mark.parametrize(
    "data", [b"", b"\0", bytes(5), b"x" * 1000, compression.whole(bytes(50_000_000), None)]
)
def test_an_empty_body_is_an_empty_frame_and_nothing_else(data: bytes) -> None:
    with pytest.raises(IntegrityError):
        compression.unpack(data, None, size=0, digest=None)
    with pytest.raises(IntegrityError):
        compression.apply(b"base", data, size=0, digest=None)


# As earlier releases stored them, with another library around the same format.
STATED = (
    b"The elections will be in more than three weeks, said word7, word11 and word12; "
    b"word7 word8 word11 said no."
)
EDITED = STATED.replace(b"three", b"two")
LEARNT = bytes.fromhex(
    "37a430ec0734d957251030bcd101f01769c35fa40d7f9136fc45daacce3ffffcf3cf3f8b2eb79452a68469bf6a0683040000"
    "a680a5670100000400000000000000000000000000001f4d0000c250080060000000000000001b2200000000000064b01b00"
    "000000000000000000000000000001000000040000000800000020626520696e2038207765656b732c207361696420776f72"
    "64312c20776f7264313120616e6420776f726431323b2032353120626520696e2034207765656b732c207361696420776f72"
    "64322c20776f7264313120616e6420776f726431323b2032303220626520696e2032207765656b732c207361696420776f72"
    "64342c20776f7264313120616e6420776f726431323b2031363420626520696e2030207765656b732c207361696420776f72"
)
STORED = {
    "alone": bytes.fromhex(
        "00009d02000285101690a76d002440f69f1bcec5789b69a73c60183963677283a60f6d5d5510007169ae1ae48e"
        "261fda7a2ce14ffe4f414e2bc83f5a70a22fb03198bca9880637f74b2005004024e5ee4ac32e58566d8102"
    ),
    "with a magic number": bytes.fromhex(
        "28b52ffd206a950200a2c40f1690b56d0004b017211b2cc98c123b82e1813172c6cee4c1aad95008c1f46c468a"
        "41bb6cf2924902fccb3f42653d543eda80357dc3e7e472d24d75fcdcc7220600550d8263294dd814a3e6e8d555"
        "a0"
    ),
    "with a dictionary": bytes.fromhex(
        "00001d0200d40254686520656c656374696f6e732077696c6c6d6f7265207468616e20746872656537776f7264"
        "373831316e6f2e06fc03f8dfde9f4a2a3f54da2a54f2b5fdfcf003"
    ),
}
STORED_DELTA = bytes.fromhex("00005d000010776f02005f43c22d1982")
STORED_DELTA_OF_THREE_BYTES = bytes.fromhex("000021000061626364")


@pytest.mark.parametrize("kind", STORED)
def test_a_body_of_an_earlier_release_is_unpacked(kind: str) -> None:
    used = Dictionary(1, digest(LEARNT), LEARNT) if kind == "with a dictionary" else None
    assert compression.unpack(STORED[kind], used, size=len(STATED), digest=digest(STATED)) == STATED


def test_a_delta_of_an_earlier_release_is_applied() -> None:
    assert compression.apply(STATED, STORED_DELTA, size=len(EDITED), digest=digest(EDITED)) == EDITED
    assert compression.apply(b"abc", STORED_DELTA_OF_THREE_BYTES, size=4, digest=None) == b"abcd"


def test_what_is_stored_is_what_an_earlier_release_stored() -> None:
    assert compression.whole(STATED, None) == STORED["alone"]
    learnt = Dictionary(1, digest(LEARNT), LEARNT)
    assert compression.whole(STATED, learnt) == STORED["with a dictionary"]
    assert compression.delta(STATED, EDITED) == STORED_DELTA


def test_a_text_that_begins_as_a_dictionary_does_is_the_base_of_a_delta() -> None:
    """The library would take it for one, and refuse it."""
    base = LEARNT[:8] + b"a text of some length, which no dictionary is"
    made = compression.delta(base, base + b"!")
    assert made is not None
    assert compression.apply(base, made, size=len(base) + 1, digest=digest(base + b"!")) == base + b"!"


@pytest.mark.parametrize("bodies", [[], [b""], [b"", b""], [b"a"]], ids=len)
def test_too_little_makes_no_dictionary(bodies: list[bytes]) -> None:
    assert compression.train(bodies) is None
