"""XML read as events, within limits: no DOCTYPE, so no entities, and no depth without end."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ingest.normalise.extraction import Limits, Refused

Attributes = dict[str, str]
Start = Callable[[Attributes], None]
End = Callable[[], None]


class Events:
    """Calls a handler for each element by its short name, `w:p`.

    `prefixes` has the short prefix of each namespace; elements and attributes of others keep theirs in full.
    `starts` and `ends` have the handlers. A handler of a start may call `leave_out`: then nothing is told
    of the element, not even its end, nor of what it holds.
    """

    prefixes: Mapping[str, str] = {}

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.starts: dict[str, Start] = {}
        self.ends: dict[str, End] = {}
        self.element = ""
        self._short: dict[str, str] = {}
        self._depth = 0
        self._left_out = 0

    def characters(self, text: str) -> None:
        """Take characters between two tags."""

    def leave_out(self) -> None:
        """Tell nothing of the element that has just begun."""
        self._left_out = self._depth

    def run(self, data: bytes) -> None:
        """Tell the events of a part."""
        from xml.parsers import expat  # noqa: PLC0415 - only XML needs it

        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = _refuse_doctype
        self._depth = self._left_out = 0
        try:
            parser.Parse(data, True)
        except (expat.ExpatError, LookupError, ValueError) as fault:  # or an encoding that it cannot read
            raise Refused("refused", "XML that is not well-formed") from fault

    def short(self, name: str) -> str:
        """Return the name with its namespace's prefix."""
        space, _, local = name.rpartition(" ")
        prefix = self.prefixes.get(space)
        return local if not space else f"{prefix}:{local}" if prefix else name

    def _start(self, name: str, attributes: Attributes) -> None:
        self._depth += 1
        if self._left_out:
            return
        if self._depth > self.limits.depth:
            raise Refused("refused", f"elements within each other more than {self.limits.depth} deep")
        short = self._short.get(name)
        if short is None:
            short = self._short[name] = self.short(name)
        handler = self.starts.get(short)
        if handler is not None:
            self.element = short
            handler(attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._left_out:
            if self._depth < self._left_out:
                self._left_out = 0
            return
        handler = self.ends.get(self._short[name])
        if handler is not None:
            handler()

    def _text(self, text: str) -> None:
        if not self._left_out:
            self.characters(text)


def _refuse_doctype(*_: object) -> None:
    raise Refused("refused", "XML with a DOCTYPE")
