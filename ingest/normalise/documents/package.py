"""A document that is a ZIP of parts: Word's, OpenDocument's, EPUB. Its limits come before it is unpacked."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from ingest.normalise.extraction import Limits, Refused

if TYPE_CHECKING:
    import zipfile

_MEGABYTE = 1_000_000
_ENCRYPTED = 0x1
_STORED, _DEFLATED = 0, 8
# An entry of the directory has 46 bytes and its name; more than this for each has no use.
_ENTRY = 256
_END = b"PK\x05\x06"
_END_LENGTH = 22
_LONGEST_COMMENT = 65_535


class Package:
    """The parts of a package by name. What is damaged, encrypted or past a limit is `Refused`."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        import zipfile  # noqa: PLC0415 - only a package needs it
        import zlib  # noqa: PLC0415 - the same

        self._limits = limits
        self._unpacked = 0
        self._faults = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError)
        if len(data) > limits.bytes:
            raise Refused("too_large", f"more than {limits.bytes} bytes")
        _look_at_directory(data, limits)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except self._faults as fault:
            raise Refused("refused", "a damaged ZIP") from fault
        self._parts: dict[str, zipfile.ZipInfo] = {}
        for part in self._zip.infolist():
            self._parts[part.filename] = part
        if len(self._parts) > limits.members:
            raise Refused("refused", f"more than {limits.members} parts")

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def names(self) -> list[str]:
        """Return the names of all parts, in the order of the package."""
        return list(self._parts)

    def read(self, name: str) -> bytes:
        """Return a part's bytes."""
        part = self._parts.get(name)
        if part is None:
            raise Refused("refused", f"the part {name[:200]!r} is missing")
        if part.flag_bits & _ENCRYPTED:
            raise Refused("password", "the package is encrypted")
        if part.compress_type not in {_STORED, _DEFLATED}:
            raise Refused("refused", "a part is packed in a way that no such document has")
        self._unpacked += part.file_size
        if part.file_size > self._limits.markup or self._unpacked > self._limits.unpacked:
            raise Refused("too_large", f"the part {name[:200]!r} unpacks to {part.file_size} bytes")
        if part.file_size > _MEGABYTE and part.file_size > part.compress_size * self._limits.ratio:
            raise Refused("refused", f"a part grows by more than {self._limits.ratio} times")
        try:
            return self._zip.read(part)
        except self._faults as fault:
            raise Refused("refused", "a damaged part of the package") from fault

    def size(self, name: str) -> int:
        """Return how many bytes a part has, as the directory says."""
        return self._parts[name].file_size


def _look_at_directory(data: bytes, limits: Limits) -> None:
    """Refuse a directory of more parts than are taken, before it is read."""
    at = data.rfind(_END, max(len(data) - _END_LENGTH - _LONGEST_COMMENT, 0))
    if at < 0:
        raise Refused("refused", "a damaged ZIP")
    parts = int.from_bytes(data[at + 10 : at + 12], "little")
    size = int.from_bytes(data[at + 12 : at + 16], "little")
    if parts > limits.members or size > limits.members * _ENTRY:
        raise Refused("refused", f"more than {limits.members} parts")


def resolved(base: str, target: str) -> str:
    """Return the part that `target` means in the folder `base`; Refused where it is outside the package."""
    names = [] if target.startswith("/") or not base else base.split("/")
    for step in target.lstrip("/").split("/"):
        if step == "..":
            if not names:
                raise Refused("refused", f"the part {target[:200]!r} lies outside the package")
            names.pop()
        elif step not in {"", "."}:
            names.append(step)
    return "/".join(names)
