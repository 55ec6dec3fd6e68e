"""Words of languages: what a file must hold, how a text's own language hides the others, and German."""

from __future__ import annotations

import hashlib
from fractions import Fraction

import pytest

from ingest.edits.classify import classify
from ingest.edits.edit import Edit, Text
from ingest.errors import ConfigError
from ingest.text import language_files, languages
from ingest.text.languages.checks import accented
from ingest.text.lexicons import lexicon_of


def edit(before: str, after: str, language: str) -> Edit:
    old, new = (
        Text(text=f"{text}\n", sha256=hashlib.sha256(text.encode()).digest(), language=language)
        for text in (before, after)
    )
    return classify(old, new)


@pytest.mark.parametrize("code", language_files.CODES)
def test_a_file_holds_small_words_without_accents(code: str) -> None:
    lexicon = lexicon_of(code)
    (language,) = (each for each in languages.every() if each.code == code)

    assert list(accented(language)) == []
    assert lexicon.light < lexicon.common
    assert len(set(lexicon.months.values())) == 12
    assert len(set(lexicon.weekdays.values())) == 7


@pytest.mark.parametrize(
    ("was", "becomes", "wrong"),
    [
        ('code = "de"', 'code = "fr"', "code is fr"),
        ('half = "halb', 'halved = "halb', "[numbers] has halved, which no language has"),
        ('point = "komma"', "", "[numbers] lacks point"),
        ("[words.contracted]", "[words.shortened]",
            "[words] lacks contracted; [words] has shortened, which no language has"),
        ('"units-tens"', '"tens"', "Invalid enum value 'tens' - at `$.numbers.joined`"),
        ("dotted_ordinals = true", "dotted_ordinals = 1",
            "Expected `bool`, got `int` - at `$.numbers.dotted_ordinals`"),
        ('code = "de"', 'code = "de', "Illegal character '\\n' (at line 3, column 11)"),
        ("null eins zwei", "null zwei", "numbers.under_twenty has 19 and not 20"),
        (', "april apr"', "", "dates.months has 11 and not 12"),
        ('"3/2" =', '"3/0" =', "numbers.more: 3/0 is no number"),
        ("-1 =", "vor =", "dates.beside_hour: vor is no number"),
        ("das/dass", "das-dass", "words.confused: das-dass is not of 2 words with strokes between them"),
    ],
)  # fmt: skip
def test_a_file_that_is_wrong_says_what_and_where(was: str, becomes: str, wrong: str) -> None:
    whole = language_files.contents("de").decode()
    assert whole.count(was) == 1

    with pytest.raises(ConfigError) as raised:
        languages.read("de", whole.replace(was, becomes).encode())

    assert raised.value.message == f"ingest/text/languages/de.toml: {wrong}"
    assert languages.read("de", whole.encode()).code == "de"


def test_a_word_with_a_capital_or_an_accent_is_named_with_its_place() -> None:
    written = (
        language_files.contents("de")
        .decode()
        .replace('aged = "alt"', 'aged = "Alt"')
        .replace("als dann", "âls dann")
    )
    assert list(accented(languages.read("de", written.encode()))) == [
        "numbers.aged: Alt",
        "words.common: âls",
    ]


@pytest.mark.parametrize(
    ("code", "word", "number"),
    [
        ("nl", "drieentwintig", 23), ("nl", "honderdvijf", 105), ("nl", "vierduizendtwee", 4002),
        ("nl", "drieenhalf", Fraction(7, 2)), ("nl", "ten", None), ("nl", "half", None),
        ("en", "twenty-three", 23), ("en", "ten", 10), ("en", "elf", None),
        ("de", "dreiundzwanzig", 23), ("de", "einhundertfunf", 105), ("de", "zweitausendelf", 2011),
        ("de", "elf", 11), ("xx", "ten", None), (None, "elf", 11), (None, "ten", 10),
    ],
)  # fmt: skip
def test_a_number_in_one_word_is_read_by_the_language_of_the_text(
    code: str | None, word: str, number: int | Fraction | None
) -> None:
    assert lexicon_of(code).spelt(word) == number


@pytest.mark.parametrize(
    ("before", "after", "facts"),
    [
        (
            "Der Rat stimmte mit 13 zu 5 Stimmen dafür.",
            "Der Rat stimmte mit 31 zu 5 Stimmen dafür.",
            [("number", "13", "31")],
        ),
        (
            "Der Angeklagte hat die Tat begangen.",
            "Der Angeklagte hat die Tat nicht begangen.",
            [("negation", None, "nicht")],
        ),
        (
            "Bundeskanzler Olaf Scholz reiste nach Paris.",
            "Bundeskanzler Friedrich Merz reiste nach Paris.",
            [("name", "Olaf Scholz", "Friedrich Merz")],
        ),
        (
            "Die Wahl fand am 12. März 2021 statt.",
            "Die Wahl fand am 13. März 2021 statt.",
            [("date", "12. März 2021", "13. März 2021")],
        ),
        (
            "Ein Drittel der Mitglieder blieb zu Hause.",
            "Ein Viertel der Mitglieder blieb zu Hause.",
            [("number", "Ein Drittel", "Ein Viertel")],
        ),
        (
            "Die Polizei nahm drei Verdächtige fest.",
            "Die Polizei nahm vier Verdächtige fest.",
            [("number", "drei", "vier")],
        ),
        (
            "Die Kosten stiegen auf 1.204 Euro.",
            "Die Kosten stiegen auf 1.377 Euro.",
            [("amount", "1.204 Euro", "1.377 Euro")],
        ),
        (
            "Frau Weber leitet die Abteilung seit 2019.",
            "Frau Becker leitet die Abteilung seit 2019.",
            [("name", "Weber", "Becker")],
        ),
        (
            "Der Minister sagte: „Wir ändern das Gesetz bald.“",
            "Der Minister sagte: „Wir ändern das Gesetz nie.“",
            [
                ("negation", None, "nie"),
                ("quotation", "Wir ändern das Gesetz bald.", "Wir ändern das Gesetz nie."),
            ],
        ),
    ],
)
def test_facts_of_german(before: str, after: str, facts: list[tuple[str, str | None, str | None]]) -> None:
    found = edit(before, after, "de")

    assert sorted((fact.kind, fact.before, fact.after) for fact in found.facts) == facts
    assert (found.kind, found.silent) == ("factual", True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Das alte Haus am Markt wird abgerissen.", "Das alte Gebäude am Markt wird abgerissen."),
        ("Das Unternehmen kann die Preise erhöhen.", "Das Unternehmen muss die Preise erhöhen."),
        ("Er kündigte an, das Werk zu schließen.", "Sie kündigte an, das Werk zu schließen."),
    ],
)
def test_a_noun_put_for_another_is_no_name_in_german(before: str, after: str) -> None:
    found = edit(before, after, "de")

    assert (found.kind, found.significance, found.facts) == ("wording", "substantive", ())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Die Stadt zahlte dreiundzwanzig Millionen Euro.", "Die Stadt zahlte 23 Mio. Euro."),
        ("Die Sitzung beginnt um halb neun.", "Die Sitzung beginnt um 8.30 Uhr."),
        ("Rund 40 Prozent der Befragten stimmten zu.", "Rund 40 % der Befragten stimmten zu."),
        ("Der Zug fährt z. B. am Dienstag.", "Der Zug fährt zum Beispiel am Dienstag."),
        ("Die Verhandlungen wurden gestern abgebrochen.", "Die Verhandlungen wurden gestern abgebrochn."),
    ],
)
def test_what_says_the_same_in_german_is_cosmetic(before: str, after: str) -> None:
    assert edit(before, after, "de").significance == "cosmetic"


def test_a_notice_in_german_is_one_and_a_language_without_a_file_has_none_of_its_own() -> None:
    before = "Der Rat stimmte mit 13 zu 5 Stimmen dafür."
    after = "Der Rat stimmte mit 31 zu 5 Stimmen dafür.\n\nKorrektur: In einer früheren Version stand 13."

    assert edit(before, after, "de").silent is False
    assert edit(before, after, "xx").silent is True


def test_a_language_without_a_file_has_figures_and_quotations_and_says_so() -> None:
    figures = edit("Le maire Dupont a vu 12 plans.", "Le maire Martin a vu 13 plans.", "xx")
    words = edit("Le maire Dupont n'a pas vu le plan.", "Le maire Martin a vu le plan.", "xx")
    slip = edit("Le gouvernement a un plan.", "Le gouvernment a un plan.", "xx")

    assert [(fact.kind, fact.before, fact.after) for fact in figures.facts] == [("number", "12", "13")]
    assert (words.kind, words.significance, words.facts) == ("wording", "substantive", ())
    assert (slip.kind, slip.significance) == ("wording", "substantive")
    assert {each.facts_reason for each in (figures, words, slip)} == {"unknown-language"}
    assert edit("Twelve men came.", "Ten men came.", "en").facts_reason is None
