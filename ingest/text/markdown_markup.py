r"""The markup of a Markdown text, by one walk over the signs that may begin some.

It knows CommonMark's inline marks, tables, footnotes, HTML, attributes in braces, and the shortcodes of Hugo,
Jekyll and WordPress. It is no parser of blocks: list marks, `#`, `>` and `|` stay in the speech, where a
sentence is told by them. An indented line behind an empty one is code, but within a list or a footnote. Each
pattern has a bound, so that the work is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ingest.expressions import expression, possessive
from ingest.text import front_matter
from ingest.text.lexicon import word_set
from ingest.text.markup import Cut, Item, Speech, attributes, without
from ingest.text.markup import addresses as addresses_of

_LINE = expression(
    r"""
    (?P<fence>[ ]{0,3}(?P<f>`{3,}|~{3,})[^\n`]{0,200}$)
    |(?P<definition>[ ]{0,3}\[(?!\^)[^\]\n]{1,200}\]:[ \t]*\S[^\n]*$)
    |(?P<order>[ \t]{0,40}(?:>[ \t]?){0,10}(?P<number>[0-9]{1,9})[.)](?=[ \t]))
    |(?P<heading>[ ]{0,3}\#(?P<level>\#{1,5})(?=[ \t]))
    |(?P<quote>[ ]{0,3}(?:>[ \t]?){1,10}[ \t]*$)
    |(?P<under>[ ]{0,3}(?:=+|-{2,})[ \t]*$)
    |(?P<row>[ ]{0,3}\|?(?:[ \t]*:?-{2,}:?[ \t]*\|){1,100}(?:[ \t]*:?-{2,}:?[ \t]*)?$)
    |(?P<rule>[ ]{0,3}(?:(?:\*[ \t]*){3,100}|(?:_[ \t]*){3,100})$)
    """,
    re.VERBOSE | re.MULTILINE,
)
_INDENTED = expression(r"(?:(?:[ ]{4}|[ ]{0,3}\t)[^\n]*\S[^\n]*(?:\n|\Z)" + possessive(r"[ \t]*\n") + ")+")
_ITEM = expression(r"[ ]{0,3}(?:[-*+]|[0-9]{1,9}[.)])(?:[ \t]|$)|[ ]{0,3}\[\^[^\]\n]{1,80}\]:", re.MULTILINE)
_QUOTED = expression(r"\A(?:[ ]{0,3}>[ \t]?){1,10}")
_ALONE = expression(r"[ ]{0,3}(?:\#{1,6}[ \t]|\|)")  # a line that is one block
# A line that begins another block, or an empty one.
_BLOCK = expression(
    r"[ \t]{0,200}(?:\n|\Z|(?:[-*+]|[0-9]{1,9}[.)])(?:[ \t]|\n|\Z)|\#{1,6}[ \t]|\||`{3}|~{3}|>|={2,}|-{2,})"
)
_LONGEST_BLANK = 200  # characters of a blank line
_SIGN = expression(r"[`<{\[\]\\*_&]|!\[|~~|==|\n")
_MARK = expression(
    r"""
    (?P<comment><!--)
    |(?P<shortcode>\{\{[<%]?|\{%)
    |(?P<braces>\{(?=[:\#.]\s?[\w\#."'-])|\{(?=[A-Za-z][\w-]{0,40}=["'\w]))
    |(?P<auto><(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]{0,2000}|[^\s<>@]{1,64}@[^\s<>]{1,255})>)
    |(?P<tag></?(?P<name>[A-Za-z][A-Za-z0-9-]{0,40})
        (?P<inside>(?:\s(?:[^<>"']|"[^"]{0,2000}"|'[^']{0,2000}'){0,2000})?)/?>)
    |(?P<note>\[\^(?P<label>[^\]\s]{1,80})\]:?)
    |(?P<wordpress>\[/?[a-z][\w-]{0,40}
        (?:\s+[\w-]{1,40}=(?:"[^"\n]{0,400}"|'[^'\n]{0,400}'|[^\s\]"']{1,200})){1,20}\s*/?\])
    |(?P<open>!?\[)
    |(?P<close>\])
    |(?P<code>(?P<ticks>`+)(?!`)(?P<verbatim>[^`](?s:.{0,2000}?))(?<!`)(?P=ticks)(?!`))
    |(?P<run>`+)  # begins no code: a run of ticks does so whole or not at all
    |(?P<escape>\\(?=[!-/:-@\[-`{-~]))
    |(?P<emphasis>\*{1,3}|_{1,3}|~~|==)
    |(?P<entity>&(?:[A-Za-z][A-Za-z0-9]{1,31}|\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6});)
    |(?P<paragraph>\n[ \t]*(?=\n))
    """,
    re.VERBOSE | re.MULTILINE,
)
_TARGET = expression(
    r"\(\s{0,20}(?:<(?P<in>[^<>\n]{0,2000})>|(?P<bare>(?:[^\s()]|\([^\s()]{0,500}\)){0,2000}))"
    r"(?P<title>\s{1,20}(?:\"[^\"]{0,1000}\"|'[^']{0,1000}'|\([^()]{0,1000}\)))?\s{0,20}\)"
)
_REFERENCE = expression(r"\[(?P<label>[^\]\[\n]{0,200})\]")
_DEFINED = expression(
    r"^[ ]{0,3}\[(?!\^)([^\]\n]{1,200})\]:[ \t]*(?:<([^<>\n]{0,2000})>|(\S{1,2000}))"
    r"(?:[ \t]+([^\n]{0,1000}))?$",
    re.MULTILINE,
)
_ENDS = {"{{<": ">}}", "{{%": "%}}", "{{": "}}", "{%": "%}"}
_LONGEST_SHORTCODE = 1_000
_MOST_MARKS = 20  # of emphasis that are open at a time
_PLACEHOLDER = expression(r"\{\{[^{}]{0,20}(?:date|datum|day|tbd)[^{}]{0,20}\}\}", re.IGNORECASE)
_PLAIN_TAGS = word_set(
    "b i em strong u small big br hr p div span ul ol li table thead tbody tr td th h1 h2 h3 h4 h5 h6 center"
    " font section article header footer main cite dfn abbr figure figcaption details summary wbr tt"
)
_STRUCK = word_set("s del strike ins")
_APART = word_set("br hr p div li td th tr h1 h2 h3 h4 h5 h6")  # tags beside which a word ends


def read(text: str) -> Speech:
    """Return what is said in a Markdown text, and its markup."""
    return _Walk(text, front_matter.find(text)).speech()


class _Walk:
    """One walk over a text."""

    def __init__(self, text: str, head: front_matter.FrontMatter | None) -> None:
        self._text = text
        self._fields = () if head is None else head.fields
        self._start = 0 if head is None else head.end
        self._cuts: list[Cut] = []
        self._items: list[Item] = []
        self._places: list[int] = []  # of the items
        self._open: list[tuple[int, int]] = []  # brackets: where they begin and end
        self._marks: list[tuple[str, int]] = []  # emphasis that was not closed yet
        self._targets: dict[str, str] = {}
        self._used: set[str] = set()
        self._end = self._start
        self._in_list = False  # where an indented line is a part of an item
        self._no_comment_ends = False  # from here on
        self._verbatim: list[Cut] = []  # what is code, and cut out of nothing
        if head is not None:
            self._cut(head.start, head.end)
        if "]:" in text:
            for found in _DEFINED.finditer(text, self._start):
                target = found[2] if found[2] is not None else found[3]
                self._targets.setdefault(_label(found[1]), f"{target} {found[4] or ''}".strip())

    def speech(self) -> Speech:
        """Return the text without its marks. Call it once."""
        text = self._text
        addresses = [each for each in addresses_of(text) if each.start >= self._start]
        following = iter((*addresses, Cut(len(text), len(text))))
        address = next(following)
        at = self._line(self._start)
        while sign := _SIGN.search(text, at):
            at = sign.start()
            while address.end <= at < len(text):
                address = next(following)
            if address.start <= at:  # a sign within an address is none
                at = max(at + 1, address.end)
                continue
            found = _MARK.match(text, at)
            self._end = at + 1
            if found is not None:
                self._end = found.end()
                _HANDLERS[found.lastgroup or ""](self, found)
            if sign[0] == "\n":
                self._break(at)
                at = self._line(at + 1)
            else:
                at = max(self._end, at + 1)
        self._take(addresses)
        unused = (
            Item("link", target, label) for label, target in self._targets.items() if label not in self._used
        )
        self._put(len(text), *unused)
        return without(text, self._cuts, self._items, self._fields, self._places)

    def _line(self, at: int) -> int:
        """Read what only stands at the beginning of a line, and return where to go on."""
        text = self._text
        first = text[at : at + 1]
        if first in (" ", "\t") and not self._in_list and _is_behind_blank(text, at):
            block = _INDENTED.match(text, at)
            if block is not None:
                return self._indented(block)
        if self._in_list and not first.isspace():
            self._in_list = False
        self._in_list = self._in_list or _ITEM.match(text, at) is not None
        if (found := _LINE.match(self._text, at)) is None:
            return at
        self._end = found.end()
        _HANDLERS[found.lastgroup or ""](self, found)
        return max(self._end, at)

    def _break(self, at: int) -> None:
        """Take two blanks or a backslash at a line's end, where the paragraph goes on, for a break in it."""
        text = self._text
        marked = text[at - 1 : at] == "\\" and text[at - 2 : at - 1] != "\\"
        if (marked or text[at - 2 : at] == "  ") and self._goes_on(at + 1):
            self._put(at, Item("break", "<br>"))
            if marked:
                self._cut(at - 1, at)

    def _goes_on(self, at: int) -> bool:
        """Tell whether a line goes on what the line before says; a heading and a row have no second one."""
        start = self._text.rfind("\n", 0, at - 1) + 1
        said = _QUOTED.sub("", self._text[start : start + _LONGEST_BLANK])
        following = _QUOTED.sub("", self._text[at : at + _LONGEST_BLANK])
        return bool(said.strip()) and not _ALONE.match(said) and not _BLOCK.match(following)

    def _take(self, addresses: list[Cut]) -> None:
        """Cut out the addresses that stand in the text, and in no other markup."""
        taken = sorted((*self._cuts, *self._verbatim))
        number, past = 0, 0
        for each in addresses:
            while number < len(taken) and taken[number].start < each.end:
                past = max(past, taken[number].end)
                number += 1
            if past <= each.start:
                self._put(each.start, Item("address", self._text[each.start : each.end]))
                self._cuts.append(each)

    def _cut(self, start: int, end: int, instead: str = "") -> None:
        self._cuts.append(Cut(start, end, instead))

    def _put(self, place: int, *items: Item) -> None:
        self._items += items
        self._places += [place] * len(items)

    def _indented(self, found: re.Match[str]) -> int:
        """Take a block of indented code as it is, and return its end."""
        written = found[0].rstrip()
        lines = (line.removeprefix("\t") if line[:1] == "\t" else line[4:] for line in written.split("\n"))
        self._put(found.start(), Item("code", "\n".join(lines)))
        end = found.start() + len(written)
        self._verbatim.append(Cut(found.start(), end))
        return end

    # -- blocks ------------------------------------------------------------------------------------

    def fence(self, found: re.Match[str]) -> None:
        """Take a block of code as it is: what stands in it has no marks."""
        mark = found["f"]
        closing = re.compile(rf"^[ ]{{0,3}}{re.escape(mark[0])}{{{len(mark)},}}[ \t]*$", re.MULTILINE)
        closed = closing.search(self._text, found.end())
        start, end = found.end(), closed.start() if closed else len(self._text)
        self._cut(found.start(), found.end())
        self._put(found.start(), Item("code", self._text[start:end].strip("\n"), found[0].strip(" `~\t")))
        self._verbatim.append(Cut(start, end))
        if closed:
            self._cut(closed.start(), closed.end())
        self._end = closed.end() if closed else len(self._text)

    def comment(self, found: re.Match[str]) -> None:
        """Cut out a comment."""
        end = -1 if self._no_comment_ends else self._text.find("-->", found.end())
        if end < 0:
            self._no_comment_ends = True
            return
        self._put(found.start(), Item("comment", " ".join(self._text[found.end() : end].split())))
        self._cut(found.start(), end + 3)
        self._end = end + 3

    def order(self, found: re.Match[str]) -> None:
        """Put the mark of a list without an order in place of a number."""
        self._put(found.start(), Item("number", found["number"]))
        self._cut(found.start("number"), found.end(), "-")

    def heading(self, found: re.Match[str]) -> None:
        """Leave one mark of a heading, however deep it stands."""
        self._cut(found.start("level"), found.end("level"))

    def dress(self, found: re.Match[str]) -> None:
        """Cut out what has no words: a rule, the line under a heading, an empty line of a quotation."""
        self._cut(found.start(), found.end())

    def paragraph(self, _found: re.Match[str]) -> None:
        """Forget what was not closed in the paragraph."""
        self._open.clear()
        self._marks.clear()

    # -- inside a line -----------------------------------------------------------------------------

    def shortcode(self, found: re.Match[str]) -> None:
        """Cut out a shortcode; a placeholder for a date is speech."""
        ending = _ENDS[found[0]]
        end = self._text.find(ending, found.end(), found.end() + _LONGEST_SHORTCODE)
        if end < 0 or _PLACEHOLDER.fullmatch(self._text[found.start() : end + len(ending)]):
            return
        self._put(found.start(), Item("shortcode", " ".join(self._text[found.end() : end].split())))
        self._cut(found.start(), end + len(ending))
        self._end = end + len(ending)

    def braces(self, found: re.Match[str]) -> None:
        """Cut out attributes in braces: `{: .wide}`, `{#top}`."""
        end = self._text.find("}", found.end(), found.end() + 1_000)
        if end < 0 or "\n" in self._text[found.end() : end]:
            return
        self._put(found.start(), *attributes(self._text[found.end() : end].lstrip(": "), ""))
        self._cut(found.start(), end + 1)
        self._end = end + 1

    def wordpress(self, found: re.Match[str]) -> None:
        """Cut out a shortcode in brackets."""
        self._put(found.start(), Item("shortcode", " ".join(found[0][1:-1].split())))
        self._cut(found.start(), found.end())

    def tag(self, found: re.Match[str]) -> None:
        """Cut out a tag of HTML; its attributes are items, and so is one that more than dresses."""
        name = found["name"].lower()
        closes = found[0].startswith("</")
        if name == "br":
            end = found.end()
            behind = self._text[end : end + _LONGEST_BLANK].lstrip(" \t")[:1]
            if behind not in ("", "\n") or self._goes_on(end + 1):
                self._put(found.start(), Item("break", "<br>"))
        elif name in _STRUCK:
            self._put(found.start(), Item("struck", "</" if closes else "<", name))
        elif name not in _PLAIN_TAGS and not closes:
            self._put(found.start(), Item("tag", name))
        self._put(found.start(), *attributes(found["inside"], name))
        self._cut(found.start(), found.end(), " " if name in _APART else "")

    def auto(self, found: re.Match[str]) -> None:
        """Cut out an address in angle brackets."""
        self._put(found.start(), Item("address", found[0][1:-1]))
        self._cut(found.start(), found.end())

    def definition(self, found: re.Match[str]) -> None:
        """Cut out the line that says where a link leads."""
        if _DEFINED.match(found[0]):
            self._cut(found.start(), found.end())
        else:
            self._end = found.start()

    def note(self, found: re.Match[str]) -> None:
        """Cut out the number of a footnote."""
        self._put(found.start(), Item("footnote", found["label"]))
        self._cut(found.start(), found.end())

    def open(self, found: re.Match[str]) -> None:
        """Remember where a link or an image may begin."""
        self._open.append((found.start(), found.end()))

    def close(self, found: re.Match[str]) -> None:
        """Cut out where a link leads, and its brackets."""
        if not self._open:
            return
        start, end = self._open.pop()
        target, past = self._target(found, end)
        if target is None:
            return
        self._put(found.start(), Item("image" if end - start > 1 else "link", target))
        self._cut(start, end)
        self._cut(found.start(), past)
        self._end = past

    def _target(self, closing: re.Match[str], begun: int) -> tuple[str | None, int]:
        inline = _TARGET.match(self._text, closing.end())
        if inline is not None:
            bare = inline["in"] if inline["in"] is not None else inline["bare"]
            title = (inline["title"] or "").strip()
            return f"{bare} {title}".strip(), inline.end()
        if not self._targets:
            return None, closing.end()
        named = _REFERENCE.match(self._text, closing.end())
        said = self._text[begun : closing.start()]
        label = _label((named["label"] if named is not None else "") or said)
        if label not in self._targets:
            return None, closing.end()
        self._used.add(label)
        return self._targets[label], closing.end() if named is None else named.end()

    def code(self, found: re.Match[str]) -> None:
        """Take code as it is, and cut out its ticks."""
        self._put(found.start(), Item("code", found["verbatim"].strip()))
        self._verbatim.append(Cut(found.start("verbatim"), found.end("verbatim")))
        self._cut(found.start("ticks"), found.end("ticks"))
        self._cut(found.end("verbatim"), found.end())

    def emphasis(self, found: re.Match[str]) -> None:
        """Cut out two marks of emphasis around words; one alone, or at a blank, is a sign."""
        mark, text = found[0], self._text
        before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
        inside = before.isalnum() and after.isalnum()
        opens = bool(after) and not after.isspace() and not (mark[0] == "_" and before.isalnum())
        closes = bool(before) and not before.isspace() and not (mark[0] == "_" and after.isalnum())
        if inside and mark[0] == "=":
            return
        begun = next((each for each in reversed(self._marks) if each[0] == mark), None) if closes else None
        if begun is None:
            if opens:
                self._marks = [*self._marks[-_MOST_MARKS:], (mark, found.start())]
            return
        while self._marks.pop() != begun:
            pass
        if mark in ("~~", "=="):
            self._put(found.start(), Item("struck", text[begun[1] + 2 : found.start()], mark))
        self._cut(begun[1], begun[1] + len(mark))
        self._cut(found.start(), found.end())

    def entity(self, found: re.Match[str]) -> None:
        """Put the character that an entity stands for in its place."""
        from html import unescape  # noqa: PLC0415 - its table of names is asked for by few texts

        said = unescape(found[0])
        if said != found[0]:
            self._cut(found.start(), found.end(), " " if said == "\u00a0" else said)


def _is_behind_blank(text: str, at: int) -> bool:
    """Tell whether a line is the first, or an empty one stands before it."""
    if at < 2:
        return at == 0 or text[0] == "\n"
    start = text.rfind("\n", max(0, at - _LONGEST_BLANK), at - 1) + 1
    return not text[start:at].strip() and text[at - 1] == "\n"


def _label(written: str) -> str:
    return " ".join(written.split()).casefold()


_HANDLERS: dict[str, Callable[[_Walk, re.Match[str]], None]] = {"run": lambda *_: None} | {
    name: getattr(_Walk, name)
    for name in (
        "fence", "comment", "shortcode", "braces", "auto", "tag", "definition", "note", "wordpress", "open",
        "close", "code", "order", "heading", "emphasis", "entity", "paragraph",
    )
} | dict.fromkeys(("escape", "under", "row", "rule", "quote"), _Walk.dress)  # fmt: skip
