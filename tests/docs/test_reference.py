"""The pages of reference are what the code makes; each name has a meaning, and each meaning a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.edits import edit
from ingest.normalise import document_formats, normalisers
from tests.docs import picture, records, reference, source
from tests.docs.records import Shape
from tests.docs.sessions import masked
from tests.forked import Quick

_HINT = "run: ./dev docs"


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shape]:
    folder = tmp_path_factory.mktemp("corpus")
    return records.printed(Quick(None, folder), folder)


@pytest.mark.parametrize("name", reference.PAGES)
def test_a_page_is_what_the_code_makes(name: str) -> None:
    assert (reference.FOLDER / f"{name}.md").read_text() == reference.PAGES[name](), _HINT


def test_the_page_of_records_is_what_a_run_prints(shapes: dict[str, Shape]) -> None:
    assert (reference.FOLDER / "records.md").read_text() == reference.records(shapes), _HINT


def test_the_picture_is_that_of_a_real_report(tmp_path: Path) -> None:
    drawn = picture.drawn(picture.report(Quick(None, tmp_path), tmp_path))
    assert masked(drawn) == masked(picture.FILE.read_text()), _HINT


def test_each_meaning_is_of_something(shapes: dict[str, Shape]) -> None:
    shown = reference.fields_of(shapes)
    names = {
        "records": set(shown),
        "fields": {reference.meaning_of(each, field)[0] for each in shown for field in shown[each]},
        "significances": set(edit.SIGNIFICANCES),
        "subjects": set(edit.SUBJECTS),
        "facts": set(edit.FACTS),
        "flags": set(edit.FLAGS),
        "events": set(source.log_events()),
        "problems": source.problem_codes(),
        "coverage": source.coverage_reasons(),
    }
    assert {section: set(known) for section, known in reference.meanings().items()} == names


def test_what_is_read_from_the_source_is_what_stands_there() -> None:
    """One of each way in which the source speaks a name."""
    events = source.log_events()
    assert events["root_lost"] == ({"error"}, {"root", "code", "detail"})
    assert events["stopped"][0] == {"info", "error"}
    assert {"overflow", "watcher_warning", "library"} <= set(events)
    assert {
        "too_large",
        "root_missing",
        "root_replaced",
        "log_shortened",
        "offline",
    } <= source.problem_codes()
    assert {"killed", "late", "a watcher thread died", "root_missing", "retired"} <= source.coverage_reasons()


def test_the_page_of_formats_has_a_row_for_each_normaliser() -> None:
    page = (reference.FOLDER / "formats.md").read_text()
    table = [line for line in page.splitlines() if line.startswith("|")]
    ways = set(normalisers())
    for known in (*document_formats.FORMATS.values(), document_formats.ARTICLE, document_formats.SELECTED):
        ways.update(known.ways)

    missing = {way for way in ways if not any(f"`{way.partition('/')[0]}`" in line for line in table)}
    assert missing == set()
