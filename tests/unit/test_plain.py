"""The one folding: what is the same, written otherwise, and what is not."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.edits.classify import classify
from ingest.edits.edit import Text
from ingest.facts import changed_facts
from ingest.index.fulltext.folding import fold
from ingest.normalise import count
from ingest.text.plain import plain, plain_with_places
from ingest.text.words import folded

SAME = [
    ("Dijkstra IJburg", "Dĳkstra Ĳburg"),
    ("office finds figure fly", "oﬃce ﬁnds ﬁgure ﬂy"),
    ("We don't share foto's", "We don`t share foto´s"),
    ("2021 euro", "２０２１ euro"),
    ("2021", "٢٠٢١"),
    ("2021", "۲۰۲۱"),
    ("2021", "२०२१"),
    ("2021", "๒๐๒๑"),
    ("ABC, abc!", "ＡＢＣ， ａｂｃ！"),
    ("カタ", "ｶﾀ"),
    ("bold 12", "𝐛𝐨𝐥𝐝 𝟏𝟐"),
    ("Hoofdstuk IV", "Hoofdstuk Ⅳ"),
    ("a half is 1/2", "a half is ½"),
    ("havenplannen", "ha\u00adven\u00adplan\u00adnen"),
    ("havenplannen", "haven\u200bplannen"),
    ("sluiswerken", "sluis\u2060wer\ufeffken"),
    ("tekst", "\u200etekst\u200f"),
    ("gemeenteraad", "gemeente-\nraad"),
    ("gemeenteraad", "gemeente\u00ad\nraad"),
    ("gemeenteraad", "gemeente\u2010 \n  raad"),
    ("ex-minister e-mail", "ex-\nminister e-\nmail"),
    ("de haven", "de&nbsp;haven"),
    ("havenplan", "haven&shy;plan"),
    ("foto’s & “meer” – één", "foto&rsquo;s &amp; &ldquo;meer&rdquo; &#8211; &eacute;&#xE9;n"),
    ("café’s één €", "cafÃ©â€™s Ã©Ã©n â‚¬"),
    ("Łódź jest ładna", "Å\x81Ã³dÅº jest Å‚adna"),
    ("صلى", "ﺻﻠﻰ"),
    ("⽕", "火"),
    ("CO2 H2O C12H22O11", "CO₂ H₂O C₁₂H₂₂O₁₁"),
    ("Ca(OH)2 PM2.5 B12", "Ca(OH)₂ PM₂.₅ B₁₂"),
    ("20 m2, 4 km2, 3 cm3 30m2", "20 m², 4 km², 3 cm³ 30m²"),
]
OTHER = [
    ("x2", "x²"),
    ("x2", "x₂"),
    ("102", "10²"),
    ("team2", "team²"),
    ("CO2", "CO²"),
    ("m2", "m³"),
    ("21/2", "2½"),
    ("1", "①"),
    ("a - b", "a-b"),
    ("Noord-\nHolland", "NoordHolland"),
    ("18-\n304", "18304"),
    ("IRMÃ”", "IRMÔ"),
    ("< 5", "> 5"),
    ("&foo;", "foo"),
    ("AT&T;", "ATT"),
    ("résumé", "resume"),
    ("n°", "no"),
]


@pytest.mark.parametrize(("meant", "written"), SAME)
def test_what_is_the_same_written_otherwise_is_so_for_all_that_ask(meant: str, written: str) -> None:
    assert folded(written) == folded(meant)
    assert fold(written).strip() == fold(meant).strip()
    assert count.words(written) == count.words(plain(meant))
    old, new = (Text(text=f"Er staat {text} in.", sha256=text.encode()) for text in (meant, written))
    assert classify(old, new).significance in ("none", "cosmetic")
    assert classify(new, old).significance in ("none", "cosmetic")


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_what_says_something_else_stays_so(one: str, other: str) -> None:
    assert plain(one) != plain(other)


@pytest.mark.parametrize(
    "text", ["gewone tekst", "Eén café, “ja” — € 5 ex-premier & co.", "x-\n\ny", "", "- a\n- b"]
)
def test_a_text_in_which_nothing_is_written_otherwise_is_the_same_object(text: str) -> None:
    assert plain(text) is text


def test_the_digits_of_every_script_are_digits() -> None:
    for code in range(0x10000):
        if unicodedata.category(chr(code)) == "Nd":
            assert plain(chr(code)) == str(unicodedata.decimal(chr(code))), hex(code)


@given(st.text(st.sampled_from("a-\n\u00adÃ©â€™&nbsp;#8217;½2ĳ２\u200b IVⅣC₂m²”É\xa0")))
def test_each_character_has_the_place_that_it_had(text: str) -> None:
    meant, places = plain_with_places(text)

    assert meant == plain(text)
    assert len(places) == len(meant) + 1
    assert places == sorted(places)
    assert places[-1] == len(text)
    for at, char in enumerate(meant):
        assert (
            char == text[places[at]]
            or text[places[at]] != plain(text[places[at]])
            or text[places[at]] in "-&Ãâ\u00ad₂²"
        )


@pytest.mark.parametrize("piece", ["&", "&a", "-\n", "Ã", "â€", "\u00ad", "½", "ĳ", "a-\n"])
@pytest.mark.timeout(20)
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))

    assert sys.getsizeof(plain(text)) < 8_000_000


def test_a_fact_beside_what_is_written_otherwise_is_shown_and_placed_as_it_stands() -> None:
    before, after = "Dĳkstra betaalt ２００ euro.", "Dijkstra betaalt 300 euro."
    (fact,) = changed_facts.changed(before, after, "nl")

    assert (fact.kind, fact.before, fact.after) == ("amount", "２００ euro", "300 euro")
    assert before[fact.a_offset :].startswith("２００")
    assert after[fact.b_offset :].startswith("300")
    assert changed_facts.changed("Dĳkstra betaalt ２００ euro.", "Dijkstra betaalde 200 euro.", "nl") == ()
