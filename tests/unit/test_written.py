"""Texts as people write them: what is read, said of the edit, and found, case by case."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from ingest.edits.classify import classify
from ingest.edits.edit import Text
from ingest.index.fulltext.folding import fold, literal
from ingest.index.fulltext.query import Term, parse
from ingest.model import Rendition
from ingest.normalise import normalise

FILE = Path(__file__).parents[1] / "edits" / "cases" / "written.jsonl"
CASES = [json.loads(line) for line in FILE.read_text().splitlines()]


def read(state: str | dict[str, str], name: str) -> Rendition:
    raw = state.encode() if isinstance(state, str) else base64.b64decode(state["base64"])
    return normalise(raw, name.encode())


def text_of(made: Rendition, before: Text | None) -> Text:
    if made.text is None:
        assert before is not None
        return Text(
            text="", sha256=b"", title=before.title, language=before.language, unread=made.text_reason
        )
    return Text(
        text=made.text,
        sha256=made.text.encode(),
        encoding=made.encoding,
        lossy=made.lossy,
        date=made.date,
        title=made.title,
        language=made.language,
        normaliser=made.normaliser,
    )


def holds(text: str, term: Term) -> bool:
    """Whether the words of a term stand in a row, as an index would say of one sentence."""
    words, asked = fold(text).split(), list(term.words)
    for at in range(len(words) - len(asked) + 1):
        row = words[at : at + len(asked)]
        same = row == asked or (term.prefix and [*row[:-1]] == asked[:-1] and row[-1].startswith(asked[-1]))
        if same:
            return term.literal in literal(text)
    return False


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_text_is_read_compared_and_found_as_people_expect(case: dict[str, Any]) -> None:
    wanted = case["expected"]
    made = [read(state, case["file"]) for state in case["states"]]
    newest = made[-1]
    if len(made) > 1:
        before = text_of(made[-2], None)
        edit = classify(before, text_of(newest, before))
        assert edit.kind == wanted.get("class", edit.kind), edit.reason
        assert edit.significance in wanted.get("significance", [edit.significance]), edit.reason
    assert wanted.get("text_contains", "") in (newest.text or "")
    if "title" in wanted:
        assert newest.title in (wanted["title"] if isinstance(wanted["title"], list) else [wanted["title"]])
    assert newest.language == wanted.get("language", newest.language)
    for query in wanted.get("found_by", []):
        (clause,) = parse(query)
        assert all(holds(newest.text or "", term) for term in clause.wanted), query
