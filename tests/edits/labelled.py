"""How edits that were labelled by hand are called: `python -m tests.edits.labelled [FILE] [--wrong]`.

`cases/labelled.tsv` has them: whether an edit changes what is said (`content`) or how (`language`), judged by
reading it, before any rule was run.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from ingest.edits.classify import classify
from ingest.edits.edit import SIGNIFICANCES, Edit, Text

AROUND = {
    "en": ("The council met on Tuesday. Residents asked about the works.", "It ended late on Friday."),
    "nl": ("De raad kwam dinsdag bijeen. Bewoners vroegen naar het werk.", "Het werd vrijdag laat."),
}
Row = tuple[str, str, str, str, str]


def read(path: Path) -> list[Row]:
    """Return language, kind, label, before and after of each row."""
    _, *lines = path.read_text(encoding="utf-8").splitlines()
    return [(first, kind, label, before, after) for first, kind, label, before, after in map(_cells, lines)]


def told(language: str, before: str, after: str) -> Edit:
    """Return the edit of one sentence among others that stay."""
    first, last = AROUND[language]
    old, new = (f"{first} {each} {last}" for each in (before, after))
    return classify(*(Text(text=text, sha256=text.encode(), language=language) for text in (old, new)))


def shares(rows: list[Row]) -> dict[tuple[str, str], Counter[str]]:
    """Count what edits are called, by language and label."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for language, _, label, before, after in rows:
        found.setdefault((language, label), Counter())[told(language, before, after).significance] += 1
    return found


def main() -> None:
    """Print the shares, or each edit that is called otherwise than its label asks."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("file", nargs="?", type=Path, default=Path(__file__).parent / "cases" / "labelled.tsv")
    asked.add_argument("--wrong", action="store_true")
    given = asked.parse_args()
    rows = read(given.file)
    if given.wrong:
        for language, kind, label, before, after in rows:
            edit = told(language, before, after)
            if (edit.significance == "substantive") != (label == "content"):
                print(f"{language} {label} {kind}: {edit.significance} ({edit.rule}: {edit.reason})")
                print(f"    {before}\n    {after}")
    for (language, label), counts in shares(rows).items():
        total = counts.total()
        cells = ", ".join(f"{name} {counts[name] / total:.3f}" for name in reversed(SIGNIFICANCES))
        print(f"{language} {label} ({total}): {cells}")


def _cells(line: str) -> tuple[str, str, str, str, str]:
    language, kind, label, before, after = line.split("\t")
    return language, kind, label, before, after


if __name__ == "__main__":
    main()
