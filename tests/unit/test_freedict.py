"""The dictionary of FreeDict: read where it is installed, and told of in the classifier."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from ingest.edits import classifier
from ingest.edits.settings import RootRules
from ingest.text import freedict, translations

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
ENTRIES = {
    "00databaseinfo": "about\nnothing",
    "afgelasten": "afgelasten /x/\ncall off, cancel",
    "annuleren": "annuleren /x/\n1. Cancel\n2. annul",
    "vis": "vis /x/\nfish",
}


def digits(number: int) -> str:
    return (digits(number // 64) if number >= 64 else "") + DIGITS[number % 64]


@pytest.fixture
def folder(tmp_path: Path) -> str:
    body, rows = b"", []
    for word, entry in ENTRIES.items():
        packed = entry.encode()
        rows.append(f"{word}\t{digits(len(body))}\t{digits(len(packed))}\n")
        body += packed
    (tmp_path / f"{freedict.NAME}.index").write_text("".join(rows))
    (tmp_path / f"{freedict.NAME}.dict.dz").write_bytes(gzip.compress(body))
    return str(tmp_path)


def test_each_word_has_its_translations(folder: str) -> None:
    assert translations.translations(folder) == {
        "afgelasten": {"call off", "cancel"}, "annuleren": {"cancel", "annul"}, "vis": {"fish"}
    }  # fmt: skip


def test_two_words_with_one_translation_are_near(folder: str) -> None:
    one, other, third = (frozenset((word,)) for word in ("afgelasten", "annuleren", "vis"))

    assert translations.share(one, other, folder)
    assert not translations.share(one, third, folder)
    assert not translations.share(one, frozenset(("onbekend",)), folder)


@pytest.mark.parametrize("damage", ["dict.dz", "index"])
def test_without_a_whole_dictionary_nothing_is_near(folder: str, damage: str) -> None:
    Path(folder, f"{freedict.NAME}.{damage}").write_bytes(b"\xff\xfe")

    assert translations.translations(folder) == {}


def test_where_it_is_not_installed_nothing_is_said(tmp_path: Path) -> None:
    assert freedict.installed(str(tmp_path)) is None
    assert not translations.share(frozenset(("vis",)), frozenset(("vis",)), str(tmp_path))


def test_the_classifier_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freedict, "installed", lambda: None)
    without = classifier.classifier_of(RootRules())
    monkeypatch.setattr(freedict, "installed", lambda: "freedict-nld-eng/01234567")

    assert classifier.classifier_of(RootRules()).lists == f"{without.lists} freedict-nld-eng/01234567"
    assert classifier.without_settings().endswith(" freedict-nld-eng/01234567")
