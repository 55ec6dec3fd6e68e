"""Lines of scripts without blanks: they end anywhere, and their ends are no blanks."""

from __future__ import annotations

import pytest

from ingest.normalise.documents.pdf_hyphens import Hyphens
from ingest.normalise.documents.pdf_lines import Line, Word


@pytest.mark.parametrize(
    ("elsewhere", "lines", "text"),
    [
        ("", "租赁合同\r\n双方", "租赁合同双方"),
        ("", "租赁合同，\n双方", "租赁合同，双方"),
        ("", "見出し\nカタカナ", "見出しカタカナ"),
        ("打开 GNOME 桌面", "打开\nGNOME 桌面", "打开 GNOME 桌面"),
        ("打开GNOME桌面", "打开\nGNOME桌面", "打开GNOME桌面"),
        ("打开GNOME桌面", "打开GNOME\n桌面", "打开GNOME桌面"),
        ("租赁合同", "the lease\nends", "the lease ends"),
        ("", "계약\n기간", "계약 기간"),
    ],
)
def test_the_end_of_a_line(elsewhere: str, lines: str, text: str) -> None:
    assert Hyphens([elsewhere, lines]).joined(lines) == text


@pytest.mark.parametrize(
    ("text", "width"), [("租赁合同", 10), ("「租赁", 20), ("租，赁", 20), ("lease", 100), ("合", 10)]
)
def test_what_must_fit_on_a_line_to_go_on(text: str, width: float) -> None:
    end = 10 if text == "合" else 100
    assert Line([Word(text, 0, end, 0, 10)], 0, 10, 1).first_width == width
