"""Subtitles, SubRip and WebVTT: the words of the cues are the text, all else stands beside it.

A line of times begins a cue, the line before it is its number or name, and what follows up to an empty line
are its words. Times are `cue_times`, notes of WebVTT `comments`, who speaks (`<v Anna>`) `hidden`; names of
cues, styles and the file's first line are `properties`. A text without a line of times is its own words, so
that the canonical text, read again, stays as it is; and so is one whose words would be read otherwise.
"""

from __future__ import annotations

from collections.abc import Callable

from ingest import standoff
from ingest.expressions import expression
from ingest.normalise import header
from ingest.normalise.extraction import Annotation, Annotations, Block
from ingest.normalise.format import Format, Metadata
from ingest.text.subtitle_markup import TAG, TIMES, begins_block, names_cue

_NORMALISER = "subtitles/2"
_VOICE = expression(r"<v(?:\.[\w.-]{1,60})?[ \t]+([^<>\n]{1,200})>")
_UNSAFE = ("\ufeff", "%PDF-", "{\\rtf", "<")


class _Cues:
    """What was read of a file of subtitles, while it is read."""

    def __init__(self, composed: Callable[[str], str]) -> None:
        self._composed = composed
        self.text = ""
        self.blocks: list[Block] = []
        self.times: list[Annotation] = []
        self.notes: list[Annotation] = []
        self.voices: list[Annotation] = []
        self.properties: list[Annotation] = []
        self._parts: list[str] = []
        self._length = 0
        self._words: list[str] = []
        self._note: tuple[str, list[str]] | None = None

    def read(self, lines: list[str]) -> None:
        """Read all lines."""
        for number, line in enumerate(lines):
            times = TIMES.match(line) if "-->" in line else None
            if times is not None:
                self.close()
                told = " ".join(line.split())
                self.times.append(Annotation(text=told, place=self._place()))
            elif not line.strip():
                self.close()
            elif names_cue(lines, number):
                if not line.strip().isdigit():
                    self.properties.append(Annotation(kind="cue", text=line.strip()))
            elif self._note is not None:
                self._note[1].append(line.strip())
            elif begins_block(lines, number) or (number == 0 and line.startswith("WEBVTT")):
                self._note = line.split()[0], [line.strip()]
            else:
                self._say(line)
        self.close()
        self.text = "\n\n".join(self._parts) + ("\n" if self._parts else "")

    def close(self) -> None:
        """End the words, or the note, that the last lines were of."""
        if self._note is not None:
            kind, lines = self._note
            told = " ".join(lines).removeprefix("NOTE").strip()
            if kind == "NOTE":
                self.notes.append(Annotation(text=told))
            else:
                self.properties.append(Annotation(kind=kind.lower(), text=told))
            self._note = None
        said = self._composed("\n".join(self._words))
        if said.strip():
            self.blocks.append(Block(offset=self._place(), length=len(said), kind="paragraph"))
            self._parts.append(said)
            self._length += len(said) + 2
        self._words = []

    def _place(self) -> int:
        return self._length

    def _say(self, line: str) -> None:
        for voice in _VOICE.finditer(line) if "<v" in line else ():
            self.voices.append(Annotation(kind="voice", text=" ".join(voice[1].split()), place=self._place()))
        said = TAG.sub("", line).strip() if "<" in line or "{" in line else line.strip()
        if TIMES.match(said):
            said = line.strip()  # it would be a time the next time
        if said:
            self._words.append(said)


def apart(text: str, composed: Callable[[str], str]) -> tuple[str, bytes | None]:
    r"""Return the words of a text with `\n` line ends, and what stands beside them as it is recorded.

    `composed` puts a text into NFC. Without a line of times nothing stands beside the text.
    """
    lines = text.split("\n")
    if not any("-->" in line and TIMES.match(line) for line in lines):
        return text, None
    cues = _Cues(composed)
    cues.read(lines)
    if cues.text.startswith(_UNSAFE) or header.read(cues.text) is not None:
        return text, None
    annotations = Annotations(
        comments=tuple(cues.notes),
        hidden=tuple(cues.voices),
        cue_times=tuple(cues.times),
        properties=tuple(cues.properties),
    )
    return cues.text, standoff.written(cues.blocks, annotations)


def _metadata(_text: str) -> Metadata:
    return Metadata()


def _as_written(text: str) -> str:
    return text


SUBRIP = Format(
    normaliser=_NORMALISER,
    media_type="application/x-subrip",
    extensions=(b"srt",),
    body=_as_written,
    metadata=_metadata,
    apart=apart,
)
WEBVTT = Format(
    normaliser=_NORMALISER,
    media_type="text/vtt",
    extensions=(b"vtt",),
    body=_as_written,
    metadata=_metadata,
    apart=apart,
)
