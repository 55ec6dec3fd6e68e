"""`./dev changelog`: put the fragments in `changelog/` together into CHANGELOG.md.

A fragment is a file `NAME.KIND.md` with the text of one entry; `changelog/TEMPLATE.md` says how to write it.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / "changelog"
FILE = PROJECT / "CHANGELOG.md"
# The kinds of entries, in their order, and the heading of each.
KINDS = {"upgrade": "To do when you upgrade"} | {
    kind: kind.capitalize() for kind in ("added", "changed", "deprecated", "removed", "fixed", "security")
}
_UNRELEASED = "## [Unreleased]"
_WIDTH = 118

Entries = dict[str, list[str]]  # by kind


class FragmentError(Exception):
    """A fragment, or the changelog, that is not as it should be."""


def fragments(folder: Path) -> Entries:
    """The entries in the folder, by kind, in the order of their names. Raises FragmentError."""
    found: Entries = {kind: [] for kind in KINDS}
    for file in sorted(folder.glob("*.md")):
        if file.name == "TEMPLATE.md":
            continue
        name = re.fullmatch(r"[a-z0-9-]+\.([a-z]+)\.md", file.name)
        if name is None or name[1] not in KINDS:
            raise FragmentError(
                f"{file.name}: a fragment is called NAME.KIND.md, KIND one of {', '.join(KINDS)}"
            )
        text = " ".join(file.read_text().split())
        if not text or not text.endswith("."):
            raise FragmentError(f"{file.name}: a fragment is one or more whole sentences")
        found[name[1]].append(text)
    return found


def released(changelog: str, entries: Mapping[str, list[str]], version: str, day: str) -> str:
    """The changelog in which what is unreleased, and these entries after it, are a version of this day.

    Raises FragmentError where it has no part that is unreleased, or the version already.
    """
    before, mark, rest = changelog.partition(f"{_UNRELEASED}\n")
    if not mark:
        raise FragmentError(f"CHANGELOG.md has no line {_UNRELEASED}")
    if f"## [{version}]" in rest:
        raise FragmentError(f"CHANGELOG.md has version {version} already")
    place = re.search(r"^## ", rest, re.MULTILINE)
    end = place.start() if place is not None else len(rest)
    body = _merged(rest[:end], entries)
    return f"{before}{mark}\n## [{version}] - {day}\n\n{body}\n{rest[end:]}".rstrip("\n") + "\n"


def _merged(section: str, entries: Mapping[str, list[str]]) -> str:
    """The part of the changelog with the entries put under their headings."""
    intro, *parts = re.split(r"^### (.+)\n", section, flags=re.MULTILINE)
    known = dict(zip(parts[::2], parts[1::2], strict=True))
    unknown = set(known) - set(KINDS.values())
    if unknown:
        raise FragmentError(f"CHANGELOG.md: no such kind of entry: {', '.join(sorted(unknown))}")
    made = [intro.strip()] if intro.strip() else []
    for kind, heading in KINDS.items():
        lines = [known.get(heading, "").strip(), *map(_entry, entries.get(kind, ()))]
        text = "\n".join(line for line in lines if line)
        if text:
            made.append(f"### {heading}\n\n{text}")
    return "\n\n".join(made) + "\n"


def _entry(text: str) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent="- ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def main(arguments: list[str]) -> int:
    """Show what is unreleased; with VERSION and DAY write it as that version and remove the fragments."""
    try:
        entries = fragments(FOLDER)
        if not arguments:
            print(_merged("", entries), end="")
            return 0
        if len(arguments) != 2 or not re.fullmatch(r"\d{4}-\d\d-\d\d", arguments[1]):
            print("usage: ./dev changelog [VERSION YEAR-MONTH-DAY]", file=sys.stderr)
            return 2
        FILE.write_text(released(FILE.read_text(), entries, *arguments))
    except FragmentError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for file in FOLDER.glob("*.*.md"):
        file.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
