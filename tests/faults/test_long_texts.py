"""What one long text holds while it is compared and indexed: at most 12 times its text, and 64 MiB.

Each verb runs in a process of its own; what it holds is its peak of memory beyond that of the same verb on a
text of one line. A comparison has two texts.
"""

from __future__ import annotations

import random
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.command import Command

LETTERS = [chr(code) for code in range(0x41, 0x110000) if unicodedata.category(chr(code))[0] == "L"]
PARTS = {
    "paragraphs": ("a\n", "b\n"),
    "no stop": ("a b c ", "d e f ", "g h i "),
    "ligature": ("\ufdfa" * 40, "\ufdfa" * 41),
    "long words": ("x" * 2_000, "y" * 2_001),
    "marks": ("e\u0301\u0323\u0302", "o\u0308\u0332"),
}
DIFFERENT = {"words": "Woord{}", "one sentence": "w{:x}", "two words": "W{0:x} z{0:x}."}
# The command, and what it and its children held at most, in KiB. What `wait` tells of a process is never less
# than what the one held that started it.
PROGRAM = """
import re, resource, sys
from pathlib import Path
from ingest.cli import run

code = run(sys.argv[2:])
own = int(re.search("VmHWM:\\\\s*(\\\\d+)", Path("/proc/self/status").read_text())[1])
Path(sys.argv[1]).write_text(str(max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)))
sys.exit(code)
"""
VERBS = (("diff", "a.txt"), ("index", "update"), ("blame", "a.txt"))
MORE = (("diff", "a.txt", "--json"), ("diff", "a.txt", "--stat"), ("diff", "a.txt", "--word"))


def _text(kind: str, lines: int, order: int) -> str:
    """A text of so many lines; of another order, the same lines."""
    if kind == "letters":
        found = [LETTERS[number % len(LETTERS)] for number in range(lines)]
    elif kind == "signs":
        return "\ufdfa" * lines + "a" * order
    elif kind in DIFFERENT:
        found = [DIFFERENT[kind].format(number) for number in range(lines)]
    else:
        found = [f"{PARTS[kind][number % len(PARTS[kind])]}{number % 10}" for number in range(lines)]
    random.Random(order).shuffle(found)
    return {"no stop": "", "one sentence": " "}.get(kind, "\n").join(found) + "\n"


def _peaks(folder: Path, verbs: Sequence[tuple[str, ...]], *texts: str) -> dict[str, int]:
    """The peak of each verb, in bytes, over these versions of one document."""
    command = Command(database=f"sqlite:///{folder}/store.db", cwd=folder)
    (folder / "root").mkdir(parents=True)
    for text in texts:
        (folder / "root" / "a.txt").write_text(text)
        command.ask("scan", "root")
    found = {}
    for words in verbs:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, folder / "peak", *command.argv(*words)[3:]],
            cwd=folder,
            env=command.environment(),
            stdout=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == (1 if words[0] == "diff" else 0)
        found[" ".join(words)] = int((folder / "peak").read_text()) * 1024
    return found


def _big(kind: str, lines: int) -> object:
    return pytest.param(kind, lines, VERBS + MORE, id=f"{lines} {kind}", marks=pytest.mark.full)


@pytest.mark.parametrize(
    ("kind", "lines", "verbs"),
    [
        ("letters", 400_000, VERBS),
        ("paragraphs", 200_000, VERBS),
        _big("letters", 1_500_000),
        _big("words", 1_000_000),
        _big("one sentence", 1_000_000),
        _big("two words", 1_000_000),
        _big("paragraphs", 1_000_000),
        _big("no stop", 300_000),
        _big("ligature", 10_000),
        _big("signs", 1_000_000),
        _big("long words", 1_500),
        _big("marks", 300_000),
    ],
)
def test_a_text_holds_twelve_times_its_length(
    tmp_path: Path, kind: str, lines: int, verbs: Sequence[tuple[str, ...]]
) -> None:
    texts = [_text(kind, lines, order) for order in (1, 2)]
    size = sum(len(text.encode()) for text in texts)
    without = _peaks(tmp_path / "short", verbs, "A line.\n", "Another line.\n")

    held = {verb: peak - without[verb] for verb, peak in _peaks(tmp_path / "long", verbs, *texts).items()}

    most = 12 * size + (64 << 20)
    assert {verb: f"{peak >> 20} of {most >> 20} MiB" for verb, peak in held.items() if peak > most} == {}
