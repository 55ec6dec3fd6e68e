"""How bytes are packed: alone, with a dictionary, or as what differs from the version before.

Frames are Zstandard (RFC 8878) without magic number, size and checksum: what stands beside them in
the store says the size and the SHA-256, and both are checked on every read.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import msgspec
import zstandard

from ingest.errors import IntegrityError

LEVEL = 3
LEVEL_WITH_DICTIONARY = 4
LEVEL_OF_DELTA = 6
DICTIONARY_BYTES = 256 * 1024
SAMPLE_BYTES = 8 * 1024 * 1024  # a dictionary is trained on no more
SMALL = 64 * 1024  # a dictionary does not help a body larger than this
LARGEST_SIZE = 8_000_000_000  # bytes; a file has at most 2 GB, its text at most four times that
LARGEST_WINDOW = 27  # 128 MiB, two texts together; beyond it nothing is packed as a delta
LONGEST_EMPTY = 32  # bytes; a frame that holds nothing has a header, a block's header and at most a checksum
_MAGIC = zstandard.FRAME_HEADER  # frames written before there were dictionaries have it
_PLAIN: dict[str, int] = {
    "format": zstandard.FORMAT_ZSTD1_MAGICLESS,
    "write_content_size": 0,
    "write_checksum": 0,
    "write_dict_id": 0,
}

_local = threading.local()  # a compressor serves one thread at a time


class Dictionary(msgspec.Struct, frozen=True):
    """Text that documents share, under the key it has in the store."""

    id: int
    hash: bytes
    content: bytes


def train(bodies: Sequence[bytes]) -> bytes | None:
    """A dictionary for bodies like these; None when there is too little to learn from."""
    small: list[bytes | bytearray | memoryview] = [body for body in bodies if len(body) <= SMALL]
    step = max(1, sum(map(len, small)) // SAMPLE_BYTES)
    try:
        return bytes(zstandard.train_dictionary(DICTIONARY_BYTES, small[::step]).as_bytes())
    except zstandard.ZstdError:
        return None


def whole(raw: bytes, dictionary: Dictionary | None) -> bytes:
    """A body packed on its own, with a dictionary if one is given."""
    return bytes(_compressor(dictionary).compress(raw))


def delta(base: bytes, raw: bytes) -> bytes | None:
    """What makes `raw` of `base`; None where the two are too large for that."""
    window = _window(base, raw)
    if window > LARGEST_WINDOW:
        return None
    wide: dict[str, int] = {}
    if window > 20:
        # The level's own table would remember only the last megabyte of the base.
        wide = {"window_log": window, "hash_log": min(24, window - 2)}
    parameters = zstandard.ZstdCompressionParameters.from_level(
        LEVEL_OF_DELTA, source_size=len(raw), dict_size=len(base), **wide, **_PLAIN
    )
    prefix = zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    return bytes(zstandard.ZstdCompressor(compression_params=parameters, dict_data=prefix).compress(raw))


def unpack(data: bytes, dictionary: Dictionary | None, *, size: int, digest: bytes | None) -> bytes:
    """Undo `whole`, never past the known size; one frame and nothing after it. Raises IntegrityError."""
    _believable(size, data)
    decompressor = _decompressor(dictionary, magic=data.startswith(_MAGIC))
    try:
        raw = _one_frame(decompressor, data, size)
    except zstandard.ZstdError as error:
        raise IntegrityError(f"stored bytes cannot be unpacked: {error}") from error
    return checked(raw, size=size, digest=digest)


def apply(base: bytes, data: bytes, *, size: int, digest: bytes | None) -> bytes:
    """Undo `delta`; one frame and nothing after it. Raises IntegrityError."""
    _believable(size, data)
    prefix = zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    decompressor = zstandard.ZstdDecompressor(
        dict_data=prefix, max_window_size=1 << LARGEST_WINDOW, format=zstandard.FORMAT_ZSTD1_MAGICLESS
    )
    try:
        raw = _one_frame(decompressor, data, size)
    except zstandard.ZstdError as error:
        raise IntegrityError(f"a stored delta cannot be applied: {error}") from error
    return checked(raw, size=size, digest=digest)


def _one_frame(decompressor: zstandard.ZstdDecompressor, data: bytes, size: int) -> bytes:
    """What the frame holds, at most `size` bytes. Raises IntegrityError where anything follows it, else
    ZstdError.
    """
    if size:
        # The library looks for what follows only where the frame gave all of `size`; the caller refuses less.
        return decompressor.decompress(data, max_output_size=size, allow_extra_data=False)
    # The library takes a size of nought for one that is not known; its other way is bounded by the input.
    if len(data) > LONGEST_EMPTY:
        raise IntegrityError(f"{len(data)} bytes are stored of an empty body")
    frame = decompressor.decompressobj()
    raw = frame.decompress(data)
    if not frame.eof:
        raise IntegrityError("the frame of an empty body is cut short")
    if frame.unused_data:
        raise IntegrityError(f"{len(frame.unused_data)} bytes follow the frame of an empty body")
    return raw


def _believable(size: object, data: object) -> None:
    if not isinstance(data, bytes):  # a bit of SQLite's says what kind of value it is
        raise IntegrityError("stored bytes are no bytes")
    if not isinstance(size, int) or not 0 <= size <= LARGEST_SIZE:
        raise IntegrityError(f"recorded size {size!r} is none that anything has")


def checked(raw: bytes, *, size: int, digest: bytes | None) -> bytes:
    """The bytes, if they are those that were recorded; a digest of None is not looked at."""
    if len(raw) != size:
        raise IntegrityError(f"recorded size {size} is not that of the stored bytes, {len(raw)}")
    if digest is not None and sha256(raw).digest() != digest:
        raise IntegrityError("stored bytes have another hash")
    return raw


def _window(base: bytes, raw: bytes) -> int:
    return max(10, (len(base) + len(raw)).bit_length())


def _compressor(dictionary: Dictionary | None) -> zstandard.ZstdCompressor:
    key = None if dictionary is None else dictionary.hash
    held: dict[bytes | None, zstandard.ZstdCompressor] = _of_thread("compressors")
    if key not in held:
        level = LEVEL if dictionary is None else LEVEL_WITH_DICTIONARY
        parameters = zstandard.ZstdCompressionParameters.from_level(level, **_PLAIN)
        if dictionary is None:
            held[key] = zstandard.ZstdCompressor(compression_params=parameters)
        else:
            content = zstandard.ZstdCompressionDict(dictionary.content)
            content.precompute_compress(compression_params=parameters)
            held[key] = zstandard.ZstdCompressor(compression_params=parameters, dict_data=content)
    return held[key]


def _decompressor(dictionary: Dictionary | None, *, magic: bool) -> zstandard.ZstdDecompressor:
    key = (None if dictionary is None else dictionary.hash, magic)
    held: dict[tuple[bytes | None, bool], zstandard.ZstdDecompressor] = _of_thread("decompressors")
    if key not in held:
        format_ = zstandard.FORMAT_ZSTD1 if magic else zstandard.FORMAT_ZSTD1_MAGICLESS
        content = None if dictionary is None else zstandard.ZstdCompressionDict(dictionary.content)
        held[key] = zstandard.ZstdDecompressor(dict_data=content, format=format_)
    return held[key]


def _of_thread(name: str) -> dict[Any, Any]:
    found: dict[Any, Any] | None = getattr(_local, name, None)
    if found is None:
        found = {}
        setattr(_local, name, found)
    return found
