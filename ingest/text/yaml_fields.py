r"""The fields of a YAML head: a small reader of the part of YAML that people write above a text.

It knows mappings and lists by indent, flow lists and mappings, plain and quoted values over several lines,
their escapes, `|` and `>`, and comments. It makes nothing but text: tags, anchors, aliases and merge keys
stay the letters that they are. It refuses nothing: a line that it does not know is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.expressions import expression

_DEEPEST = 40  # of indents and brackets: what is deeper is read as one value

_FLOW_LINES = 200
_KEY_WORDS = 3
_NO_KEY = frozenset("\"'[]{},#&*!|>%@`")
_AFTER_COLON = frozenset((" ", "\t", ""))
_ITEM = expression(r"-(?:[ \t]+|\Z)")
_BLOCK = expression(r"([|>])(?:[+-]?[1-9]?|[1-9][+-])[ \t]*(?:#.*)?\Z")
_COMMENT = expression(r"(?:\A|[ \t])#.*")
_ESCAPE = expression(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.)|\Z)", re.DOTALL)
_ESCAPED = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_PAIR = expression("([\ud800-\udbff])([\udc00-\udfff])")

YamlField = tuple[str, str, int]  # a name, a value, and the number of the line


def fields(lines: Sequence[str]) -> Iterator[YamlField]:
    """Yield each value with its name and line: `title`, `author.name` inside another, `tags[]` of a list."""
    above: list[tuple[int, str]] = []
    at = 0
    while at < len(lines):
        line = lines[at].rstrip()
        body = line.lstrip(" \t")
        indent, number = len(line) - len(body), at
        at += 1
        if not body or body.startswith("#"):
            continue
        items = 0
        while (item := _ITEM.match(body)) and items < _DEEPEST:
            while above and above[-1][0] > indent:
                above.pop()
            if above and above[-1][0] == indent and above[-1][1].endswith("[]"):
                above.pop()
            above.append((indent, f"{_path(above)}[]"))
            indent += item.end()
            body, items = body[item.end() :], items + 1
        if not body:
            continue
        key = _key(body)
        if key is not None and len(above) < _DEEPEST:
            name, rest = key
            while above and (above[-1][0] >= indent):
                above.pop()
            path = _joined(_path(above), name)
            least = indent
        elif items:
            path, rest, least = _path(above), body, above[-1][0]
        else:
            continue
        if not rest or rest.startswith("#"):
            above.append((indent, path))
            if not _goes_deeper(lines, at, indent):
                yield path, "", number
            continue
        # the bracket that ends a flow may stand at the start of a line
        more = list(lines[at : at + _FLOW_LINES]) if rest[0] in "[{" else _deeper(lines, at, least)
        at += len(more)
        value, unread = _value(rest, more)
        at -= unread
        yield from ((name, each, number) for name, each in _spread(path, value))


def is_key(line: str) -> bool:
    """Tell whether a line begins with a key as heads have them, of few words, and not with a sentence."""
    found = _key(line.strip()) if line.strip() else None
    return found is not None and len(found[0].split()) <= _KEY_WORDS and ". " not in found[0]


def unescaped(text: str) -> str:
    """Return what a text in double quotes says: escapes read, a line end folded away."""
    if "\\" not in text:
        return text
    return _PAIR.sub(_paired, _ESCAPE.sub(_escaped, text))


def _escaped(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code is not None:
        number = int(code, 16)
        return chr(number) if number <= 0x10FFFF else "\ufffd"
    sign = found[4] or ""
    return "" if sign == "\n" else _ESCAPED.get(sign, sign)


def _paired(found: re.Match[str]) -> str:
    return (found[1] + found[2]).encode("utf-16", "surrogatepass").decode("utf-16")


def _path(above: Sequence[tuple[int, str]]) -> str:
    return above[-1][1] if above else ""


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name


def _key(body: str) -> tuple[str, str] | None:
    """Return the key that a line begins with, and what follows its colon."""
    if body[0] in "\"'":
        end = _quote_end(body, 0)
        rest = body[end:].lstrip(" \t") if end else ""
        if rest[:1] != ":" or rest[1:2] not in _AFTER_COLON:
            return None
        return _said(body[:end]).strip(), rest[1:].strip(" \t")
    if body[0] in _NO_KEY:
        return None
    end = body.find(":")
    while end > 0 and body[end + 1 : end + 2] not in _AFTER_COLON:
        end = body.find(":", end + 1)
    comment = body.find(" #")
    if end <= 0 or 0 <= comment < end:
        return None
    return body[:end].strip(), body[end + 1 :].strip(" \t")


def _goes_deeper(lines: Sequence[str], at: int, indent: int) -> bool:
    """Tell whether the next line that says something belongs to what stands at this indent."""
    for line in lines[at:]:
        body = line.strip()
        if body and not body.startswith("#"):
            here = len(line) - len(line.lstrip(" \t"))
            return here > indent or (here == indent and _ITEM.match(body) is not None)
    return False


def _deeper(lines: Sequence[str], at: int, indent: int) -> list[str]:
    """Return the lines from one on that are blank or stand deeper, without the blank ones at their end."""
    end = last = at
    while end < len(lines):
        line = lines[end]
        body = line.strip()
        if body and len(line) - len(line.lstrip(" \t")) <= indent:
            break
        end += 1
        if body:
            last = end
    return list(lines[at:last])


def _value(rest: str, more: list[str]) -> tuple[str | list[tuple[str, str]], int]:
    """Return a value, or the names and values of a flow, and how many of the lines are no part of it."""
    block = _BLOCK.match(rest)
    if block:
        return _scalar_block(more, folds=block[1] == ">"), 0
    if rest[0] in "\"'":
        whole = "\n".join([rest, *(line.strip() for line in more)])
        end = _quote_end(whole, 0)
        if end:
            return _said(whole[:end]), whole[end:].count("\n")
        return rest, len(more)
    if rest[0] in "[{":
        whole = "\n".join([rest, *(line.strip() for line in more)])
        found, end = _flow(whole)
        if end:
            return found, whole[end:].count("\n")
        return _COMMENT.sub("", rest).strip(), len(more)
    lines = [_COMMENT.sub("", line).strip() for line in [rest, *more]]
    return _folded(lines), 0


def _quote_end(text: str, start: int) -> int:
    """Return where a quoted text that begins at `start` ends; 0 where it does not."""
    quote, at = text[start], start + 1
    while at < len(text):
        char = text[at]
        if quote == '"' and char == "\\":
            at += 2
            continue
        if char == quote:
            if quote == "'" and text[at + 1 : at + 2] == "'":
                at += 2
                continue
            return at + 1
        at += 1
    return 0


def _said(quoted: str) -> str:
    """Return what a text in its quotes says."""
    inside = quoted[1:-1]
    if quoted[0] == "'":
        return _folded(inside.split("\n")).replace("''", "'")
    return unescaped(_folded(inside.split("\n")) if "\\\n" not in inside else inside)


def _folded(lines: Sequence[str]) -> str:
    """Return lines as one: a line end is a blank, an empty line a line end."""
    said = lines[0]
    for line in lines[1:]:
        if not line:
            said += "\n"
        else:
            said += line if said.endswith("\n") or not said else f" {line}"
    return said


def _scalar_block(lines: Sequence[str], *, folds: bool) -> str:
    indent = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
    cut = [line[indent:].rstrip() for line in lines]
    if not cut:
        return ""
    return _folded(cut) if folds else "\n".join(cut)


def _flow(text: str) -> tuple[list[tuple[str, str]], int]:
    """Return the names and values of a flow that begins a text, and where it ends; 0 where it does not."""
    found: list[tuple[str, str]] = []
    inside: list[tuple[int, str]] = []  # the name of what each open bracket holds
    name, said, at = "", "", 0
    is_said = False  # a value has begun
    while at < len(text):
        char = text[at]
        if char in "[{" and not is_said:
            if len(inside) == _DEEPEST:
                return [], 0
            path = _joined(_path(inside), name)
            inside.append((at, f"{path}[]" if char == "[" else path))
            name = ""
        elif char in ",]}":
            if is_said or name:
                found.append((_joined(_path(inside), name), said.strip()))
            name, said, is_said = "", "", False
            if char != ",":
                inside.pop()
                if not inside:
                    return found, at + 1
        elif char in "\"'" and not is_said:
            end = _quote_end(text, at)
            if not end:
                return [], 0
            said, is_said, at = _said(text[at:end]), True, end
            continue
        elif char == ":" and not name and (text[at - 1] in "\"'" or text[at + 1 : at + 2] in (" ", "\n", "")):
            name, said, is_said = said.strip(), "", False
        elif char == "#" and text[at - 1].isspace():
            at = text.find("\n", at)
            if at < 0:
                return [], 0
            continue
        else:
            said += " " if char == "\n" else char
            is_said = is_said or not char.isspace()
        at += 1
    return [], 0


def _spread(path: str, value: str | list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif not value:
        yield path, ""
    else:
        for name, each in value:
            yield (f"{path}{name}" if name.startswith("[]") else _joined(path, name)), each
