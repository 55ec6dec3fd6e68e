"""How many words and sentences a text has."""

from __future__ import annotations

import pytest

from ingest.normalise import count


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        (" \n", 0),
        ("- — … !", 0),
        ("___ __", 0),
        ("\u0301\u0301", 0),
        ("een twee", 2),
        ("а-б-в foto’s-x ½ x² ª€ — “één”", 7),
        ("foto’s a’b’c ’n", 3),
        ("中 foto’s a‐b a‑b", 4),
        ("foto's foto’s VVD-leider x-y-z", 4),
        ("'s ochtends", 2),
        ("'citaat' -streep- eind-", 3),
        ("a--b a/b a_b", 5),
        ("3.5 en 1,000", 5),
        ("cafe\u0301s हिन्दी نص می\u200cروم", 4),
        ("af\u00adbreken nul\u200bbreedte", 2),
        ("gemeente-\nraad ex-\nminister", 2),
        ("𝒜𝒷 x\U0001e8d0y", 2),
        ("这是中文文本。会议", 2),
        ("a " * 100_000, 100_000),
    ],
)
def test_words(text: str, number: int) -> None:
    assert number == count.words(text)


@pytest.mark.parametrize("language", ["nl", "en", "xx"])
@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        ("\n\n", 0),
        ("... ?!", 0),
        ("Een kop zonder punt", 1),
        ("Een. Twee! Drie?", 3),
        ("Kop\n\nEen zin.\n\nNog een zin", 3),
        ("Het was jl. vrijdag.", 1),
        ("Hij zag o.a. Jansen. Zij niet.", 2),
        ("Hij zag o.a. drs. Jansen en mr. De Vries. Zij niet.", 2),
        ("Er was m.b.t. Utrecht, bijv. Zeist, niets. Klaar.", 2),
        ("Drs. Jansen kwam. Dr. Smit ging.", 2),
        ("Mr. Smith met Mrs. Jones, e.g. Mary, i.e. Ann. They left.", 2),
        ("(drs. Jansen) kwam. Hij ging.", 2),
        ("Zie nr. 3 en blz. 5. Klaar.", 2),
        ("Op 3 maart jl.\n\nDe politie kwam.", 2),
        ("Gezien door dhr.\n\nDe Vries kwam.", 2),
        ("Zij zei (mevr. Jansen luid.", 1),
        ("Dat is DS. Zij niet.", 2),
        ("Hij zei: „Ja.” Zij zei nee.", 2),
    ],
)
def test_sentences(text: str, number: int, language: str) -> None:
    assert number == count.sentences(text, language)


def test_an_abbreviation_may_end_a_sentence() -> None:
    assert count.sentences("Dat was op 3 maart jl. De politie kwam.", "en") == 2
    assert count.sentences("It began at 3 p.m. They came.", "en") == 2


def test_a_dutch_word_is_no_english_title() -> None:
    assert count.sentences("Daar is een col. De weg is steil.", "nl") == 2
    assert count.sentences("He saw Col. Smith.", "en") == 1


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(
    "sentence",
    [
        "Dit is een zin van gewone lengte, met een komma. ",
        "Kort. ",
        "Hij sprak met drs. Jansen. ",
        "Zonder alinea, " * 400 + "einde.\n\n",
        "Een alinea zonder punt\n\n",
    ],
)
def test_a_long_text_has_the_sentences_of_its_parts(sentence: str, language: str) -> None:
    times = 200_000 // len(sentence)

    assert times == count.sentences(sentence * times, language)


@pytest.mark.parametrize("language", ["nl", "en", "fr", "ru"])
@pytest.mark.parametrize(
    "blank",
    "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000",
)
def test_a_capital_before_a_wide_blank_does_not_stop_the_library(blank: str, language: str) -> None:
    assert count.sentences(f"B{blank}.(x", language) == 1


class PanicException(BaseException):
    """Named as the library's own, which is no Exception either."""


def test_a_panic_in_the_library_leaves_the_sentences_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(language: str, text: str) -> list[str]:
        raise PanicException(language, text)

    monkeypatch.setattr(count, "_library", lambda: fail)

    assert count.sentences("Een zin.", "nl") is None


def test_what_is_no_panic_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(language: str, text: str) -> list[str]:
        raise KeyboardInterrupt(language, text)

    monkeypatch.setattr(count, "_library", lambda: interrupt)

    with pytest.raises(KeyboardInterrupt):
        count.sentences("Een zin.", "nl")
