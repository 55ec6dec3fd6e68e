"""Fragments are put together by kind, after what is there, and what is released stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs import changelog
from tests.docs.changelog import FragmentError

_BEFORE = """# Changelog

## [Unreleased]

### Fixed

- One thing
  over two lines.

## [0.1.0] - 2026-11-01

### Added

- The beginning.
"""
_AFTER = """# Changelog

## [Unreleased]

## [0.2.0] - 2026-12-01

### To do when you upgrade

- Do this first.

### Fixed

- One thing
  over two lines.
- Another thing.

## [0.1.0] - 2026-11-01

### Added

- The beginning.
"""


def _write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name.replace('_', '.')}.md").write_text(text)


def test_the_fragments_of_the_project_and_its_changelog_are_in_order() -> None:
    made = changelog.released(
        changelog.FILE.read_text(), changelog.fragments(changelog.FOLDER), "9.9.9", "2026-12-01"
    )
    assert "## [Unreleased]\n\n## [9.9.9] - 2026-12-01\n" in made
    assert all(
        text.split()[0] in made for texts in changelog.fragments(changelog.FOLDER).values() for text in texts
    )


def test_what_is_unreleased_becomes_a_version(tmp_path: Path) -> None:
    _write(tmp_path, b_fixed="Another\nthing.\n", a_upgrade="Do this first.", TEMPLATE="How to")
    entries = changelog.fragments(tmp_path)
    assert changelog.released(_BEFORE, entries, "0.2.0", "2026-12-01") == _AFTER
    with pytest.raises(FragmentError, match=r"version 0\.1\.0 already"):
        changelog.released(_BEFORE, entries, "0.1.0", "2026-12-01")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a_better", "Better.", "KIND one of"),
        ("a", "No kind.", "NAME.KIND"),
        ("a_fixed", "no end", "whole sentences"),
    ],
)
def test_a_fragment_of_another_form_is_refused_by_name(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    _write(tmp_path, **{name: text})
    with pytest.raises(FragmentError, match=said):
        changelog.fragments(tmp_path)
