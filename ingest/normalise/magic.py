"""What bytes are by their content: kinds of file by their first bytes, and control characters."""

from __future__ import annotations

from typing import Final

UNKNOWN: Final = "application/octet-stream"
PDF: Final = "application/pdf"
_ZIP: Final = "application/zip"

# A text in which more than one character in ten is a control character is taken for binary.
CONTROL_SHARE: Final = 10

# BEL to CR, ESC and the separators FS to US stand in real texts, so they are not counted. NUL
# has rules of its own.
_CONTROLS: Final = bytes([*range(0x01, 0x07), *range(0x0E, 0x1B), 0x7F])

_PREFIXES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"\0\0\x01\0", "image/x-icon"),
    (b"%PDF-", PDF),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x7fELF", "application/x-executable"),
    (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (b"\xca\xfe\xba\xbe", "application/java-vm"),
    (b"\0asm", "application/wasm"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"OggS\0", "audio/ogg"),
    (b"fLaC\0", "audio/flac"),
    (b"ID3\x02\0", "audio/mpeg"),
    (b"ID3\x03\0", "audio/mpeg"),
    (b"ID3\x04\0", "audio/mpeg"),
    (b"\x1a\x45\xdf\xa3", "video/x-matroska"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_IN_ZIP: Final = (
    (b"word/document.xml", _OFFICE + "wordprocessingml.document"),
    (b"xl/workbook.xml", _OFFICE + "spreadsheetml.sheet"),
    (b"ppt/presentation.xml", _OFFICE + "presentationml.presentation"),
)
_ZIP_ENDS: Final = 65_536


def kind(raw: bytes) -> str | None:
    """Return the media type of a known binary kind, or None.

    Ask it only about bytes that are not a clean text: some of the marks are letters.
    """
    if raw.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(raw)
    for prefix, media_type in _PREFIXES:
        if raw.startswith(prefix):
            return media_type
    if raw.startswith(b"RIFF"):
        return _RIFF.get(raw[8:12])
    if raw[4:8] == b"ftyp" and raw[:2] == b"\0\0":
        return "video/mp4"
    if raw.startswith(b"BM") and raw[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if raw.startswith(b"MZ") and b"\0" in raw[:64]:
        return "application/vnd.microsoft.portable-executable"
    return "application/x-tar" if raw[257:262] == b"ustar" else None


def is_textual_kind(text: str) -> bool:
    """Tell whether a clean text is a file of a binary kind all the same. Only a PDF can be."""
    return text.startswith("%PDF-")


def controls(raw: bytes) -> int:
    """Tell how many bytes are control characters of the kind that texts do not have."""
    return len(raw) - len(raw.translate(None, _CONTROLS))


def _zip_kind(raw: bytes) -> str:
    if raw[30:38] == b"mimetype":
        size = int.from_bytes(raw[18:22], "little")
        declared = raw[38 : 38 + min(size, 100)]
        if declared.startswith(b"application/") and declared.isascii():
            return declared.decode("ascii").strip()
    ends = raw[:_ZIP_ENDS] + raw[-_ZIP_ENDS:]
    return next((media_type for part, media_type in _IN_ZIP if part in ends), _ZIP)
