"""Fields of Word: an instruction, and the result that Word last made of it."""

from __future__ import annotations

from ingest.normalise.documents.draft import canonical
from ingest.normalise.extraction import Annotation

# Their results change without an edit.
VOLATILE = frozenset(
    {
        *("DATE", "EDITTIME", "FILENAME", "FILESIZE", "INDEX", "NUMCHARS", "NUMPAGES", "NUMWORDS", "PAGE"),
        *("PAGEREF", "PRINTDATE", "REVNUM", "SAVEDATE", "SECTIONPAGES", "TIME", "TOA", "TOC"),
    }
)


class _Field:
    __slots__ = ("instruction", "is_silent")

    def __init__(self) -> None:
        self.instruction: list[str] = []
        self.is_silent = True


class Fields:
    """The fields that are open at a place. `is_silent` where what stands there is no text."""

    def __init__(self) -> None:
        self.is_trusted = True
        self._open: list[_Field] = []
        self._silent = 0

    @property
    def is_silent(self) -> bool:
        """Tell whether an instruction or a volatile result is open."""
        return self._silent > 0 and self.is_trusted

    def begin(self) -> None:
        """Begin a field: its instruction follows."""
        self._open.append(_Field())
        self._silent += 1

    def instruct(self, text: str) -> None:
        """Add to the instruction of the innermost field."""
        if self._open:
            self._open[-1].instruction.append(text)

    def separate(self) -> None:
        """End the instruction: the result follows."""
        if self._open and not is_volatile("".join(self._open[-1].instruction)) and self._open[-1].is_silent:
            self._open[-1].is_silent = False
            self._silent -= 1

    def end(self) -> Annotation | None:
        """End the innermost field; return what it was."""
        if not self._open:
            return None
        field = self._open.pop()
        self._silent -= field.is_silent
        return annotation("".join(field.instruction))


def is_volatile(instruction: str) -> bool:
    """Tell whether the result of a field changes without an edit."""
    return instruction.split(None, 1)[:1] != [] and instruction.split(None, 1)[0].upper() in VOLATILE


def annotation(instruction: str) -> Annotation | None:
    """Return what stands beside the text for a field; None for one without an instruction."""
    text = canonical(instruction)
    return Annotation(kind=text.split(None, 1)[0].upper(), text=text) if text else None
