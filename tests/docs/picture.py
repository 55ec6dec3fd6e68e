"""The picture of a report in the README: a small corpus, its real report on a terminal, drawn as SVG."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from collections.abc import Iterator
from html import escape
from pathlib import Path

from tests.command import Command

FILE = Path(__file__).parents[2] / "docs" / "report.svg"
_COLUMNS = 96
_WIDTH, _HEIGHT, _MARGIN = 8.2, 19, 16  # of a character, a line, and what is left free around them
# The colours of a terminal by their number, and how the lines of a report are set off.
_COLOURS = {"31": "#b3261e", "32": "#1b6e36", "33": "#8a5a00", "34": "#1d4f91", "36": "#0b6b75"}
_SGR = re.compile(r"\x1b\[([0-9;]*)m")

# Each article as it was, and as it is a day's work later.
_BEFORE = {
    "court.txt": "Court acquits director\n\nThe court acquitted the director of fraud on Monday. "
    "The bank lost 12 million euros. The prosecutor denied that the case was weak.\n",
    "bridge.txt": "Bridge closed\n\nThe bridge will be closed for three weeks. Cyclists take the ferry.\n",
    "ferry.txt": "Ferry is free\n\nThe ferry is free untill the bridge opens.\n",
    "market.txt": "Market moves\n\nThe market moves to the quay.\n",
}
_AFTER = {
    "court.txt": "Court convicts director\n\nThe court convicted the director of fraud on Monday. "
    "The bank lost 21 million euros. The prosecutor denied that the case was weak.\n",
    "bridge.txt": "Bridge closed\n\nThe bridge will be closed for five weeks. Cyclists take the ferry.\n\n"
    "Correction: an earlier version of this article said three weeks.\n",
    "ferry.txt": "Ferry is free\n\nThe ferry is free until the bridge opens.\n",
    "quay.txt": "Quay mended\n\nThe quay is mended.\n",
}


def report(command: Command, folder: Path) -> str:
    """What `ingest report` prints on a terminal of a small corpus, its colours included."""
    root = folder / "news"
    root.mkdir()
    _write(root, _BEFORE)
    command.ask("scan", root)
    (root / "market.txt").unlink()
    _write(root, _AFTER)
    command.ask("scan", root)
    return _on_terminal(command, "--no-pager", "report", "--since", f"seq:{len(_BEFORE) + 1}")


def _write(root: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        (root / name).write_text(text)


def _on_terminal(command: Command, *words: str) -> str:
    """The output of a call whose standard output is a terminal."""
    master, slave = pty.openpty()
    environment = command.environment() | {"COLUMNS": str(_COLUMNS), "TERM": "xterm"}
    environment.pop("NO_COLOR", None)
    with subprocess.Popen(
        command.argv(*words), cwd=command.cwd, env=environment, stdin=subprocess.DEVNULL, stdout=slave
    ):
        os.close(slave)
        said = b"".join(_read(master))
    os.close(master)
    return said.decode().replace("\r\n", "\n")


def _read(master: int) -> Iterator[bytes]:
    """All that is written to a terminal until nobody has it open."""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:  # how the end of a terminal is told
            return
        if not part:
            return
        yield part


def drawn(said: str) -> str:
    """Lines of a terminal as an SVG image."""
    lines = [row for line in said.rstrip("\n").split("\n") for row in _folded(line)]
    width = round(_COLUMNS * _WIDTH + 2 * _MARGIN)
    height = len(lines) * _HEIGHT + 2 * _MARGIN
    rows = (
        f'<text x="{_MARGIN}" y="{_MARGIN + 14 + _HEIGHT * number}">{"".join(_spans(line))}</text>'
        for number, line in enumerate(lines)
        if line
    )
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="A report of ingest on a terminal">'
    )
    ground = f'<rect width="{width}" height="{height}" rx="6" fill="#fbfaf7" stroke="#d9d5cc"/>'
    group = (
        '<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13.5" fill="#22201c" '
        'xml:space="preserve">'
    )
    return "\n".join((head, ground, group, *rows, "</g>", "</svg>")) + "\n"


def _folded(line: str) -> list[str]:
    """A line as a terminal shows it: one that is too long goes on below, in its colour."""
    rows, style, row, used = [], "", "", 0
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if _SGR.fullmatch(part):
            style = part
            row += part
            continue
        rest = part
        while rest:
            room = _COLUMNS - used
            row, used, rest = row + rest[:room], used + len(rest[:room]), rest[room:]
            if rest:
                rows.append(row)
                row, used = style, 0
    return [*rows, row]


def _spans(line: str) -> Iterator[str]:
    codes: list[str] = []
    for number, part in enumerate(_SGR.split(line)):
        if number % 2:
            codes = [] if part in ("", "0") else [*codes, *part.split(";")]
        elif part:
            style = "".join(_attributes(codes))
            yield f"<tspan{style}>{escape(part)}</tspan>" if style else escape(part)


def _attributes(codes: list[str]) -> Iterator[str]:
    for code in codes:
        if code in _COLOURS:
            yield f' fill="{_COLOURS[code]}"'
    if "1" in codes:
        yield ' font-weight="bold"'
    if "2" in codes:
        yield ' fill-opacity="0.6"'
