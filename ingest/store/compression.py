"""How bytes are packed: alone, with a dictionary, or as what differs from the version before.

Frames are Zstandard (RFC 8878) without magic number, size and checksum: what stands beside them in
the store says the size and the SHA-256, and both are checked on every read.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from hashlib import sha256

import msgspec

from ingest.errors import IntegrityError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEVEL_OF_DELTA = 6
DICTIONARY_BYTES = 256 * 1024
SAMPLE_BYTES = 8 * 1024 * 1024  # a dictionary is trained on no more
SMALL = 64 * 1024  # a dictionary does not help a body larger than this
LARGEST_SIZE = 8_000_000_000  # bytes; a file has at most 2 GB, its text at most four times that
LARGEST_WINDOW = 27  # 128 MiB, two texts together; beyond it nothing is packed as a delta
_MAGIC = b"\x28\xb5\x2f\xfd"  # frames written before there were dictionaries have it
_LEARNT = b"\x37\xa4\x30\xec"  # how a dictionary in the format's own form begins
_SHORTEST_PREFIX = 8  # bytes; Zstandard looks for nothing in a shorter one

_Parameter = zstd.CompressionParameter
_Options = dict[int, int]
_PLAIN: _Options = {_Parameter.content_size_flag: 0, _Parameter.checksum_flag: 0, _Parameter.dict_id_flag: 0}
# Levels 3 and 4 as they are for a source of unknown size. Written out, since the library would choose others
# by the size of a body: so a keyframe is byte for byte what earlier releases stored.
_COMMON: _Options = {
    _Parameter.window_log: 21,
    _Parameter.search_log: 1,
    _Parameter.min_match: 5,
    _Parameter.target_length: 0,
    _Parameter.strategy: zstd.Strategy.dfast,
    **_PLAIN,
}
_ALONE: _Options = {
    **_COMMON,
    _Parameter.compression_level: 3,
    _Parameter.chain_log: 16,
    _Parameter.hash_log: 17,
}
_WITH_DICTIONARY: _Options = {
    **_COMMON,
    _Parameter.compression_level: 4,
    _Parameter.chain_log: 18,
    _Parameter.hash_log: 18,
}
_DELTA: _Options = {_Parameter.compression_level: LEVEL_OF_DELTA, **_PLAIN}
_LIMITS: _Options = {zstd.DecompressionParameter.window_log_max: LARGEST_WINDOW}

_Prefix = tuple[zstd.ZstdDict, int]  # a prefix as the library takes it: bytes that a frame may refer to


class _OfThread(threading.local):
    """What the library made for one thread: a compressor serves one at a time."""

    def __init__(self) -> None:
        self.compressors: dict[bytes | None, zstd.ZstdCompressor] = {}  # by the hash of their dictionary
        self.dictionaries: dict[bytes, zstd.ZstdDict] = {}


_own = _OfThread()


class Dictionary(msgspec.Struct, frozen=True):
    """Text that documents share, under the key it has in the store."""

    id: int
    hash: bytes
    content: bytes


def train(bodies: Sequence[bytes]) -> bytes | None:
    """Return a dictionary for bodies like these; None when there is too little to learn from."""
    small = [body for body in bodies if len(body) <= SMALL]
    step = max(1, sum(map(len, small)) // SAMPLE_BYTES)
    samples = small[::step]
    if not any(samples):
        return None
    try:
        return zstd.train_dict(samples, DICTIONARY_BYTES).dict_content
    except zstd.ZstdError:
        return None


def whole(raw: bytes, dictionary: Dictionary | None) -> bytes:
    """Return a body packed on its own, with a dictionary if one is given."""
    return _packed(_compressor(dictionary), raw)


def delta(base: bytes, raw: bytes) -> bytes | None:
    """Return what makes `raw` of `base`; None where the two are too large for that."""
    window = _window(base, raw)
    if window > LARGEST_WINDOW:
        return None
    options = _DELTA
    if window > 20:
        # The level's own table would remember only the last megabyte of the base.
        options = options | {_Parameter.window_log: window, _Parameter.hash_log: min(24, window - 2)}
    return _packed(zstd.ZstdCompressor(options=options, zstd_dict=_prefix(base)), raw)


def unpack(data: bytes, dictionary: Dictionary | None, *, size: int, digest: bytes | None) -> bytes:
    """Undo `whole`, never past the known size; one frame and nothing after it. Raises IntegrityError."""
    _require_plausible(size, data)
    frame = data if data.startswith(_MAGIC) else _MAGIC + data
    try:
        raw = _one_frame(frame, size, _dictionary(dictionary))
    except zstd.ZstdError as error:
        raise IntegrityError(f"stored bytes cannot be unpacked: {error}") from error
    return checked(raw, size=size, digest=digest)


def apply(base: bytes, data: bytes, *, size: int, digest: bytes | None) -> bytes:
    """Undo `delta`; one frame and nothing after it. Raises IntegrityError."""
    _require_plausible(size, data)
    try:
        raw = _one_frame(_MAGIC + data, size, _prefix(base))
    except zstd.ZstdError as error:
        raise IntegrityError(f"a stored delta cannot be applied: {error}") from error
    return checked(raw, size=size, digest=digest)


def _prefix(base: bytes) -> _Prefix | None:
    return zstd.ZstdDict(base, is_raw=True).as_prefix if len(base) >= _SHORTEST_PREFIX else None


def _packed(compressor: zstd.ZstdCompressor, raw: bytes) -> bytes:
    """Return one frame without its magic number, which the library cannot leave out."""
    return compressor.compress(raw, compressor.FLUSH_FRAME)[len(_MAGIC) :]


def _one_frame(frame: bytes, size: int, dictionary: zstd.ZstdDict | _Prefix | None) -> bytes:
    """Return what a frame holds.

    Raises IntegrityError where it holds more than `size` bytes, is cut short or has anything after it, else
    ZstdError.
    """
    decompressor = zstd.ZstdDecompressor(zstd_dict=dictionary, options=_LIMITS)
    raw = decompressor.decompress(frame, max(1, size))
    if not decompressor.eof:
        raise IntegrityError(f"a stored frame is cut short, or holds more than {size} bytes")
    if decompressor.unused_data:
        raise IntegrityError(f"{len(decompressor.unused_data)} bytes follow a stored frame")
    return raw


def _require_plausible(size: object, data: object) -> None:
    """Raise IntegrityError where a damaged row says a size, or holds a value, that was never written."""
    if not isinstance(data, bytes):  # in SQLite each value says its kind: one flipped bit makes it another
        raise IntegrityError("stored bytes are no bytes")
    if not isinstance(size, int) or not 0 <= size <= LARGEST_SIZE:
        raise IntegrityError(f"recorded size {size!r} is none that anything has")


def checked(raw: bytes, *, size: int, digest: bytes | None) -> bytes:
    """Return the bytes, if they are those that were recorded; without a digest by their size alone.

    Raises IntegrityError.
    """
    if len(raw) != size:
        raise IntegrityError(f"recorded size {size} is not that of the stored bytes, {len(raw)}")
    if digest is not None and sha256(raw).digest() != digest:
        raise IntegrityError("stored bytes have another hash")
    return raw


def _window(base: bytes, raw: bytes) -> int:
    return max(10, (len(base) + len(raw)).bit_length())


def _compressor(dictionary: Dictionary | None) -> zstd.ZstdCompressor:
    """Return this thread's compressor for a dictionary, or for none."""
    key = None if dictionary is None else dictionary.hash
    known = _own.compressors
    if key not in known:
        options = _ALONE if dictionary is None else _WITH_DICTIONARY
        loaded = None if dictionary is None else _loaded(dictionary).as_undigested_dict
        known[key] = zstd.ZstdCompressor(options=options, zstd_dict=loaded)
    return known[key]


def _dictionary(dictionary: Dictionary | None) -> zstd.ZstdDict | None:
    """Return this thread's value of a dictionary to unpack with: the library prepares it at its first use."""
    if dictionary is None:
        return None
    known = _own.dictionaries
    if dictionary.hash not in known:
        known[dictionary.hash] = _loaded(dictionary)
    return known[dictionary.hash]


def _loaded(dictionary: Dictionary) -> zstd.ZstdDict:
    """Return the library's value of a dictionary, which is in the format's own form or any bytes."""
    return zstd.ZstdDict(dictionary.content, is_raw=not dictionary.content.startswith(_LEARNT))
