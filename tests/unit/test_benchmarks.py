"""What the benchmarks stand on: the same documents and edits from a seed, and a table that judges rightly."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from benchmarks import edits, prose
from benchmarks.corpus import Corpus
from benchmarks.rows.service import Said, said_of
from benchmarks.saves import WAYS
from benchmarks.table import against, limited, markdown
from benchmarks.timing import CommandFailed, percentile, stored
from ingest.store import compression


@pytest.fixture(scope="module")
def documents() -> list[str]:
    return [prose.document(1, number) for number in range(300)]


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.txt")}


def test_the_documents_are_as_long_and_as_dense_as_news(documents: list[str]) -> None:
    bodies = [text.encode() for text in documents]
    whole = sum(map(len, bodies))

    assert 2_300 < whole / len(bodies) < 3_000
    assert 0.42 < sum(len(compression.whole(body, None)) for body in bodies) / whole < 0.50
    assert 0.34 < len(gzip.compress(b"".join(bodies))) / whole < 0.42


def test_a_document_begins_with_its_date_and_ends_without_a_newline(documents: list[str]) -> None:
    assert all(text.startswith(" date 20") for text in documents)
    assert not any(text.endswith("\n") for text in documents)


def test_an_edit_always_changes_the_text_and_little_of_it(documents: list[str]) -> None:
    for number, text in enumerate(documents):
        after = edits.edited(text, seed=1, round_=1, number=number)
        assert after != text
        assert abs(len(after) - len(text)) < 2_000


def test_a_document_keeps_its_length_through_many_edits(documents: list[str]) -> None:
    texts = documents[:40]
    before = sum(map(len, texts))
    for round_ in range(1, 51):
        texts = [edits.edited(text, seed=1, round_=round_, number=at) for at, text in enumerate(texts)]

    assert 0.5 < sum(map(len, texts)) / before < 1.5


def test_two_trees_of_a_seed_are_alike_after_the_same_rounds(tmp_path: Path) -> None:
    trees = [Corpus(tmp_path / name, 7, 60) for name in ("a", "b")]
    for tree in trees:
        tree.write()
        assert tree.edit(1, percent=10) == 6
        assert tree.edit(2, percent=50) == 30

    assert len(everything(trees[0].folder)) == 60
    assert everything(trees[0].folder) == everything(trees[1].folder)


def test_another_seed_gives_other_documents() -> None:
    assert prose.document(1, 5) != prose.document(2, 5)


@pytest.mark.parametrize("way", WAYS)
def test_each_way_to_save_leaves_the_bytes_and_nothing_else(tmp_path: Path, way: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"longer than what comes")
    WAYS[way](path, b"new")

    assert [one.name for one in tmp_path.iterdir()] == ["a.txt"]
    assert path.read_bytes() == b"new"


def test_a_ratio_at_its_bar_is_met_and_one_above_is_not() -> None:
    assert against("r", "w", 6.0, 10.0, "git", most=0.6).met is True
    assert against("r", "w", 6.1, 10.0, "git", most=0.6).met is False
    assert against("r", "w", 6.1, 10.0, "git").met is None
    assert limited("r", "w", 3000, least=3000).met is True
    assert limited("r", "w", 2999, least=3000).met is False


def test_a_peer_that_is_missing_is_said_and_judges_nothing() -> None:
    line = against("first", "scan", 6.0, None, "restic", most=0.8)

    assert line.met is None
    assert "not installed" in markdown([line])


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(value) for value in range(200, 0, -1)]

    assert percentile(values, 50) == 100
    assert percentile(values, 99) == 198
    assert percentile([3.0], 99) == 3.0


def test_stored_bytes_are_those_of_the_files_below(tmp_path: Path) -> None:
    (tmp_path / "objects").mkdir()
    (tmp_path / "objects" / "one").write_bytes(b"12345")
    (tmp_path / "hooks").mkdir()
    (tmp_path / "hooks" / "example").write_bytes(b"123")

    assert stored(tmp_path) == 8
    assert stored(tmp_path, without=("hooks",)) == 5


def test_what_the_asking_process_writes_is_taken_apart() -> None:
    lines = ["ready", "page 200 12.5", "search 503 1.0", "page 200 7.5", "unanswered 3", "cpu 0.25"]

    assert said_of(lines) == Said({"page": [0.0125, 0.0075], "search: 503": [0.001]}, 3, 0.25)
    with pytest.raises(CommandFailed, match="nothing was answered"):
        said_of(["unanswered 10000", "cpu 0.25"])
