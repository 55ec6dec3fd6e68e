"""Subtitles: SubRip and WebVTT, kept as written; `text/subtitle_markup.py` tells their words from times."""

from __future__ import annotations

from ingest.normalise.format import Format, Metadata


def _metadata(text: str) -> Metadata:
    times = text.find("-->")
    return Metadata(body=0 if times < 0 else text.find("\n", times) + 1)


def _as_written(text: str) -> str:
    return text


SUBRIP = Format(
    normaliser="subtitles/1",
    media_type="application/x-subrip",
    extensions=(b"srt",),
    body=_as_written,
    metadata=_metadata,
)
WEBVTT = Format(
    normaliser="subtitles/1",
    media_type="text/vtt",
    extensions=(b"vtt",),
    body=_as_written,
    metadata=_metadata,
)
