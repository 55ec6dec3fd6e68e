"""Rich Text Format (RTF): the text with every tracked change accepted.

Deletions, insertions, comments, hidden text, volatile fields, running heads and feet stand beside the text;
notes stand after the body. Automatic numbers, pictures and embedded objects are no text.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from ingest.expressions import expression
from ingest.normalise.documents.docx_fields import annotation as field_annotation
from ingest.normalise.documents.docx_fields import is_volatile
from ingest.normalise.documents.draft import canonical, plain
from ingest.normalise.documents.rtf_code_pages import CodePages, character
from ingest.normalise.documents.rtf_styles import Styles, is_level
from ingest.normalise.documents.rtf_text import Group, Writer, claimed_time, written_date
from ingest.normalise.documents.rtf_words import CLAIMS, HEADS, KNOWN, PARTS, SIGNS, SILENT, SYMBOLS, TIMES
from ingest.normalise.extraction import Annotation, Extracted, Limits, Refused

WAY = "rtf/5"
MEDIA_TYPE = "application/rtf"

_TOKEN = expression(
    rb"\\([a-zA-Z]{1,40})(-?[0-9]{1,10})?[ ]?"
    rb"|\\'([0-9a-fA-F]{2})"
    rb"|\\([^a-zA-Z])"
    rb"|([{}])"
    rb"|([^\\{}\r\n]+)"
    rb"|[\r\n]+|\\",
    re.DOTALL,
)


def read(data: bytes, limits: Limits) -> Extracted:
    """Return the text of a document and what stands beside it."""
    if len(data) > limits.bytes:
        raise Refused("too_large", f"more than {limits.bytes} bytes")
    if not data.lstrip().startswith(b"{\\rtf"):
        raise Refused("refused", "does not begin as RTF does")
    reader = _Reader(limits)
    reader.run(data)
    writer = reader.writer
    return writer.draft.extracted(
        way=WAY,
        media_type=MEDIA_TYPE,
        notes=[msgspec.structs.replace(block, kind="note") for block in writer.notes],
        beside={"running_heads": writer.heads, "properties": reader.claims},
    )


class _Reader:
    """Goes through the controls once. A group inherits the state around it, and gives nothing back."""

    def __init__(self, limits: Limits) -> None:
        self.writer = Writer(limits)
        self.claims: list[Annotation] = []
        self._limits = limits
        self._groups: list[Group] = []
        self._group = Group()
        self._pages = CodePages()
        self._styles = Styles()
        self._depth_of_styles = 0
        self._to_skip = 0
        self._is_first = self._is_optional = False
        self._high = 0
        self._time: dict[int, int] = {}
        self._author = ""
        self._words: dict[str, Callable[[int | None], None]] = {
            "par": self._par,
            "sect": self._par,
            "page": self._par,
            "column": self._par,
            "cell": self._cell,
            "nestcell": self._cell,
            "row": self._row,
            "nestrow": self._row,
            "pard": self._pard,
            "plain": self._plain,
            "intbl": self._intbl,
            "itap": self._itap,
            "v": self._v,
            "deleted": self._deleted,
            "revised": self._revised,
            "u": self._unicode,
            "uc": self._uc,
            "f": self._f,
            "fcharset": self._charset,
            "cpg": self._font_page,
            **self._pages.controls(),
            "s": self._style,
            "sbasedon": self._styles.base,
            **dict.fromkeys(("cs", "ts", "ds"), self._styles.drop),
            "ls": self._list,
            "outlinelevel": self._outline,
            "revauth": self._rev_author,
            "revauthdel": self._rev_author,
            "revdttm": self._rev_date,
            "revdttmdel": self._rev_date,
        }

    def run(self, data: bytes) -> None:
        at, end, match = 0, len(data), _TOKEN.match
        while at < end:
            found = match(data, at)
            if found is None:
                at += 1
                continue
            at = found.end()
            word, number, code, symbol, brace, text = found.groups()
            if text is not None:
                self._text(text)
            elif word is not None:
                value = None if number is None else int(number)
                name = word.decode("ascii")
                if name == "bin":
                    at += max(value or 0, 0)
                else:
                    self._control(name, value)
            elif brace == b"{":
                self._open()
            elif brace == b"}":
                self._close()
            elif code is not None:
                self._text(bytes((int(code, 16),)))
            elif symbol is not None:
                self._symbol(symbol)
        while self._groups:
            self._close()
        self.writer.finish()

    # Groups.

    def _open(self) -> None:
        self._flush()
        if len(self._groups) >= self._limits.depth:
            raise Refused("refused", f"groups within each other more than {self._limits.depth} deep")
        self._groups.append(self._group)
        self._group = self._group.inner()
        self._is_first, self._is_optional = True, False
        self._to_skip = 0
        outer = self._groups[-1]
        if outer.holds == "stylesheet" and len(self._groups) == self._depth_of_styles:
            self._styles.begin()
            self._begin("stylesheet", lambda ended: self._styles.end("".join(ended.said)))
        if outer.is_pair:
            # The first of two forms of one text; the second says it in Unicode.
            outer.is_pair = False
            self._group.holds = "nothing"

    def _close(self) -> None:
        self._flush()
        self._is_first = False
        self._to_skip = 0
        if not self._groups:
            return
        group, self._group = self._group, self._groups.pop()
        if group.closes is not None:
            group.closes(group)

    def _begin(self, holds: str, closes: Callable[[Group], None] | None = None) -> None:
        self._group.holds = holds
        self._group.said = []
        self._group.closes = closes

    def _destination(self, name: str) -> bool:
        """Take the control that begins a group, if it says what the group holds."""
        group = self._group
        if group.holds == "info" and (name in CLAIMS or name in TIMES):
            self._time = {}
            self._begin("claim", lambda ended: self._claim(name, ended))
        elif group.holds == "nothing":
            return True
        elif name in SILENT:
            self._begin("nothing")
        elif name in {"fonttbl", "info", "stylesheet", "revtbl"}:
            self._begin(name, self._take_default_font if name == "fonttbl" else None)
            self._depth_of_styles = len(self._groups) + 1
        elif name == "upr":
            group.is_pair = True
        elif name == "fldinst":
            if group.field is not None:
                self._begin("instruction")
                group.said = group.field
        elif name == "fldrslt":
            if group.field is not None and is_volatile("".join(group.field)):
                group.holds = "nothing"
        elif name == "field":
            group.field = []
            group.closes = self._end_field
        elif name in {"footnote", "annotation", "shptxt"} or name in HEADS:
            self.writer.push(group)
            self._group.closes = lambda _: self._end_part(name)
        elif name == "atnauthor":
            self._begin("claim", self._end_author)
        elif name == "atndate":
            self._begin("claim", self._end_date)
        elif self._is_optional and name not in KNOWN:
            self._begin("nothing")
        else:
            return False
        return True

    def _end_field(self, group: Group) -> None:
        found = field_annotation("".join(group.field or ()))
        if found is not None and self._group.is_text and not self._group.is_deleted:
            self.writer.draft.mark("fields", found)

    def _end_part(self, name: str) -> None:
        blocks = self.writer.pop()
        if name == "footnote":
            if self._group.is_text:
                self.writer.notes += blocks
        elif name == "annotation":
            author, date = self._author or None, self.writer.comment_date
            self.writer.draft.mark("comments", Annotation(text=plain(blocks), author=author, date=date))
            self.writer.comment_date = None
        elif name == "shptxt":
            self.writer.draft.put_aside(blocks)
        else:
            head = Annotation(kind=HEADS[name], text=plain(blocks))
            if blocks and head not in self.writer.heads:
                self.writer.heads.append(head)

    def _end_author(self, group: Group) -> None:
        self._author = canonical("".join(group.said))

    def _end_date(self, group: Group) -> None:
        self.writer.comment_date = written_date("".join(group.said)) or self.writer.comment_date

    def _claim(self, name: str, group: Group) -> None:
        value = canonical("".join(group.said))
        if name in TIMES:
            value = claimed_time(self._time)
        if value:
            self.claims.append(Annotation(name=TIMES.get(name, name), text=value))

    # Controls.

    def _control(self, name: str, value: int | None) -> None:
        is_first, self._is_first = self._is_first, False
        if self._to_skip and name != "u":
            self._to_skip -= 1
            return
        if (is_first or self._is_optional or name in {"upr", "field"}) and self._destination(name):
            self._is_optional = False
            return
        self._is_optional = False
        handler = self._words.get(name)
        if handler is not None:
            handler(value)
        elif name in SIGNS:
            self._say(SIGNS[name])
        elif name in PARTS and self._group.holds == "claim":
            self._time[PARTS[name]] = value or 0

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._is_optional = self._is_first
            return
        self._is_first = False
        if self._to_skip:
            self._to_skip -= 1
        elif symbol in SYMBOLS:
            self._say(SYMBOLS[symbol])
        elif symbol in b"\r\n":
            self._par(None)

    def _text(self, text: bytes) -> None:
        self._is_first = False
        if self._to_skip:
            skipped = min(self._to_skip, len(text))
            self._to_skip -= skipped
            text = text[skipped:]
        if text:
            self._group.raw.append(text)

    def _flush(self) -> None:
        group = self._group
        if group.raw:
            data = b"".join(group.raw)
            group.raw = []
            self._put(data.decode(group.page or self._pages.document, "replace"))

    def _say(self, text: str) -> None:
        self._flush()
        self._put(text)

    def _put(self, text: str) -> None:
        group = self._group
        if group.holds == "text":
            self.writer.say(group, text)
        elif group.holds == "revtbl":
            self.writer.authors += [name.strip() for name in text.split(";") if name.strip()]
        elif group.holds not in {"nothing", "fonttbl", "info"}:
            group.said.append(text)

    def _par(self, _: int | None) -> None:
        self._flush()
        if self._group.is_text:
            self.writer.end_paragraph(self._group)

    def _cell(self, _: int | None) -> None:
        self._flush()
        if self._group.is_text:
            self.writer.end_cell(self._group)

    def _row(self, _: int | None) -> None:
        self._flush()
        if self._group.is_text:
            self.writer.end_row()

    def _pard(self, _: int | None) -> None:
        self._flush()
        self._group.level, self._group.kind = 0, None

    def _plain(self, _: int | None) -> None:
        self._flush()
        group = self._group
        group.is_hidden = group.is_deleted = group.is_inserted = False
        self._take_default_font(group)

    def _take_default_font(self, _: Group) -> None:
        self._group.page = self._pages.of_default_font()

    def _intbl(self, _: int | None) -> None:
        self._group.level = max(self._group.level, 1)

    def _itap(self, value: int | None) -> None:
        self._group.level = min(max(value or 0, 0), 50)

    def _v(self, value: int | None) -> None:
        self._flush()
        self._group.is_hidden = value != 0

    def _deleted(self, value: int | None) -> None:
        self._flush()
        self._group.is_deleted = value != 0

    def _revised(self, value: int | None) -> None:
        self._flush()
        self._group.is_inserted = value != 0

    def _rev_author(self, value: int | None) -> None:
        self._group.author = value

    def _rev_date(self, value: int | None) -> None:
        self._group.date = value

    def _unicode(self, value: int | None) -> None:
        if value is not None:
            code = value & 0xFFFF
            if 0xD800 <= code < 0xDC00:
                self._high = code
            elif 0xDC00 <= code < 0xE000 and self._high:
                self._say(chr(0x10000 + ((self._high - 0xD800) << 10) + (code - 0xDC00)))
                self._high = 0
            else:
                self._say(character(code))
        self._to_skip = self._group.fallback

    def _uc(self, value: int | None) -> None:
        self._group.fallback = min(max(value or 0, 0), 100)

    def _f(self, value: int | None) -> None:
        self._flush()
        page = self._pages.of_font(value or 0)
        if self._group.holds == "text":
            self._group.page = page

    def _charset(self, value: int | None) -> None:
        if self._group.holds == "fonttbl":
            self._pages.set_charset(value)

    def _font_page(self, value: int | None) -> None:
        if self._group.holds == "fonttbl":
            self._pages.set_font(value)

    def _style(self, value: int | None) -> None:
        if self._styles.is_reading:
            self._styles.number(value)
        elif self._styles.is_heading(value):
            self._group.kind = "heading"

    def _list(self, _: int | None) -> None:
        if self._group.kind is None:
            self._group.kind = "item"

    def _outline(self, value: int | None) -> None:
        if self._styles.is_reading:
            self._styles.level(value)
        elif is_level(value):
            self._group.kind = "heading"
        elif self._group.kind == "heading":
            self._group.kind = None
