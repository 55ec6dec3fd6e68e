"""Where LibreOffice is installed: a redline is both texts there too, and what it writes is read right."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from ingest.normalise.documents import docx, odt, rtf
from ingest.normalise.extraction import Limits
from ingest.report import redline
from tests.unit.documents.prose import paragraphs

PYTHON = Path("/usr/bin/python3")
SCRIPT = Path(__file__).with_name("in_libreoffice.py")
BODY = paragraphs(seed=3, count=8)
CASES = [
    ("One two three", "One 2 three"),
    ("One\n\nTwo", "One Two"),
    ("One Two", "One\n\nTwo"),
    ("One\n\nTwo\n\nThree", "One\n\nThree"),
    ("One\n\nTwo", "Two\n\nOne"),
    ("a\tb\n\nc", "a\tB\n\nc\td"),
    ("one\nline", "one\nother line"),
    ("<&> “quoted”", "<&> “unquoted”"),
    ("\n\n".join(BODY), "\n\n".join([BODY[0], "A new one.", *BODY[1:5], *BODY[6:], "The end."])),
]


def has_libreoffice() -> bool:
    if shutil.which("soffice") is None or not PYTHON.exists():
        return False
    return subprocess.run([PYTHON, "-c", "import uno"], check=False, capture_output=True).returncode == 0


@pytest.mark.skipif(not has_libreoffice(), reason="LibreOffice or its Python is not installed")
def test_accepted_it_is_the_new_text_and_rejected_the_old_one(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    for number, (old, new) in enumerate(CASES):
        raw = redline.docx(redline.pieces(old, new), author="A", date="2026-01-01T00:00:00Z")
        (tmp_path / f"{number}.docx").write_bytes(raw)

    subprocess.run([PYTHON, SCRIPT, tmp_path, profile], check=True, timeout=120, capture_output=True)

    for number, (old, new) in enumerate(CASES):
        for change, text in (("Accept", new), ("Reject", old)):
            shown = (tmp_path / f"{number}.{change}.txt").read_text(encoding="utf-8")
            assert shown == text.replace("\n\n", "\n"), (number, change)
        for change, text in (("Accept", new), ("Reject", old), ("None", new)):
            for ending, reader in (("odt", odt), ("docx", docx), ("rtf", rtf)):
                if (change, ending) == ("None", "rtf"):
                    continue  # LibreOffice leaves out insertions that end a paragraph when it writes RTF
                written = (tmp_path / f"{number}.{change}.{ending}.out").read_bytes()
                assert reader.read(written, Limits()).text == text, (number, change, ending)
