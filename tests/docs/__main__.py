"""`./dev docs`: write the pages of reference, the picture, and what the sessions of the pages print."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.docs import picture, records, reference, sessions
from tests.forked import Quick


def main() -> None:
    """Write each file that is not as it should be, and name it."""
    for name, made in reference.PAGES.items():
        _write(reference.FOLDER / f"{name}.md", made())
    with tempfile.TemporaryDirectory() as folder:
        shapes = records.printed(Quick(None, Path(folder)), Path(folder))
    _write(reference.FOLDER / "records.md", reference.records(shapes))
    with tempfile.TemporaryDirectory() as folder:
        drawn = picture.drawn(picture.report(Quick(None, Path(folder)), Path(folder)))
    if sessions.masked(drawn) != sessions.masked(_read(picture.FILE)):
        _write(picture.FILE, drawn)
    for page in sessions.pages():
        with tempfile.TemporaryDirectory() as folder:
            _write(page, sessions.renewed(page.read_text(), Path(folder)))


def _read(file: Path) -> str:
    return file.read_text() if file.exists() else ""


def _write(file: Path, text: str) -> None:
    if text != _read(file):
        file.write_text(text)
        print(file.relative_to(sessions.PROJECT))


if __name__ == "__main__":
    main()
