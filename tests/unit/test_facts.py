"""Which facts an edit of a sentence changed, and which were only written otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.edits import notices
from ingest.facts import quotations
from ingest.facts.changed_facts import changed
from ingest.facts.document_words import Context
from ingest.facts.model import Fact

_PARTS = """
    3 1.000 € % procent maart March 12 2021 - – ' " “ ” not een two hundred and half miljoen . , Jan van
    Jansen niet am per cent \u0301 \u200b ½ ² 23:00 10-12 2021-13-40 drieëntwintig
"""
PARTS = st.lists(st.sampled_from([*_PARTS.split(), " ", "\n", "\n\n"]), max_size=20)
TEXTS = st.one_of(PARTS.map(" ".join), PARTS.map("".join), st.text())


def told(before: str, after: str, language: str) -> list[tuple[str, str | None, str | None]]:
    return [(fact.kind, fact.before, fact.after) for fact in changed(before, after, language)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("A third of them left.", "30-40% of them left.", ("percentage", "A third", "30-40%")),
        ("It doubled last year.", "It rose 3-5% last year.", ("percentage", "doubled", "3-5%")),
        ("30 to 40% of us left.", "Half of us left.", ("percentage", "30 to 40%", "Half")),
        ("A third of them left.", "34 % of them left.", None),
        ("It doubled last year.", "It rose 100 % last year.", None),
    ],
)
def test_a_part_or_a_multiple_is_held_against_per_cents_and_ranges_of_them(
    before: str, after: str, expected: tuple[str, str, str] | None
) -> None:
    assert told(before, after, "en") == ([] if expected is None else [expected])


VALUES = (
    "a third of", "doubled", "twice", "the second", "dozens", "several", "a", "7a", "4-11",
    "4 to 11 km", "3-5%", "2 to 3-5%", "30 %", "€5", "€5-10", "10m", "under-18s", "three-year",
    "yesterday", "next week", "in the spring", "15th century", "the mid-1980s", "12 March 2021",
    "in 2021", "1090", "Monday", "9:30", "9.75", "half nine", "½", "Jan Jansen", "J.J. Smit", "F-16",
)  # fmt: skip


def test_any_value_may_be_put_for_any_other() -> None:
    for was in VALUES:
        for became in VALUES:
            before, after = f"They saw {was} there.", f"They saw {became} there."
            for fact in changed(before, after, "en"):
                assert fact.before is not None
                assert before.startswith(fact.before, fact.a_offset)
                assert fact.after is not None
                assert after.startswith(fact.after, fact.b_offset)


@given(TEXTS, TEXTS, st.sampled_from(["nl", "en", "de", None]))
def test_every_fact_is_where_it_says(before: str, after: str, language: str | None) -> None:
    for fact in changed(before, after, language):
        if fact.kind != "negation":
            assert fact.before is None or fact.before in before[fact.a_offset :]
            assert fact.after is None or fact.b_offset <= len(after)
    assert changed(before, before, language) == ()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Er waren 3 doden.", "Er waren vier doden.", ("number", "3", "vier")),
        ("Het duurt 23 dagen.", "Het duurt 9 weken.", ("number", "23", "9")),
        ("Er zijn drie doden gemeld.", "Er zijn drie gewonden gemeld.",
         ("number", "drie doden", "drie gewonden")),
        ("Het kost 5 miljard euro.", "Het kost €6.", ("amount", "5 miljard euro", "€6")),
        ("Het kost € 5.", "Het kost $ 5.", ("amount", "€ 5", "$ 5")),
        ("De winst steeg 3%.", "De winst steeg vijf procent.", ("percentage", "3%", "vijf procent")),
        ("Hij kwam op 12 maart.", "Hij kwam op 13 maart.", ("date", "12 maart", "13 maart")),
        ("Hij kwam op 12/3/2021.", "Hij kwam op 13/3/2021.", ("date", "12/3/2021", "13/3/2021")),
        ("Het is een derde van alles.", "Het is een kwart van alles.", ("number", "een derde", "een kwart")),
        ("Het is een derde van alles.", "Het is de helft van alles.", ("number", "een derde", "helft")),
        ("In juni was het droog.", "In juli was het droog.", ("date", "juni", "juli")),
        ("Het begon zaterdagavond.", "Het begon zondagavond.", ("date", "zaterdagavond", "zondagavond")),
        ("Het begon om 10.30 uur.", "Het begon om 11.30 uur.", ("date", "10.30 uur", "11.30 uur")),
        ("Hij heeft het gedaan.", "Hij heeft het niet gedaan.", ("negation", None, "niet")),
        ("Er is daar niets gebeurd.", "Er is daar iets gebeurd.", ("negation", "niets", None)),
        ("Hij heeft geen geld.", "Hij heeft geld.", ("negation", "geen", None)),
        ("De wethouder Jansen sprak.", "De wethouder Pietersen sprak.", ("name", "Jansen", "Pietersen")),
        ("De wethouder Bos sprak.", "De wethouder Vos sprak.", ("name", "Bos", "Vos")),
        ('Hij zei: "Wij gaan door met het plan."', 'Hij zei: "Wij stoppen met het plan."',
         ("quotation", "Wij gaan door met het plan.", "Wij stoppen met het plan.")),
        ("Zij noemt het 'een stap in de goede richting'.", "Zij noemt het 'een gemiste kans voor ons'.",
         ("quotation", "een stap in de goede richting", "een gemiste kans voor ons")),
        ("Ze wonnen met 3-1.", "Ze wonnen met 3-2.", ("number", "3-1", "3-2")),
        ("Er zijn tientallen doden.", "Er zijn honderden doden.", ("number", "tientallen", "honderden")),
        ("Het bedrijf heeft in september 45 mensen.", "Het bedrijf heeft in september 21 mensen.",
         ("number", "45", "21")),
        ("Het begint volgende week in de zaal.", "Het begint volgende maand in de zaal.",
         ("date", "volgende week", "volgende maand")),
        ("Het was in het voorjaar van 2021.", "Het was in het najaar van 2021.",
         ("date", "voorjaar", "najaar")),
        ("De kerk is van de 15e eeuw.", "De kerk is van de zestiende eeuw.",
         ("date", "15e eeuw", "zestiende eeuw")),
        ("Het begint om half negen.", "Het begint om half tien.", ("date", "half negen", "half tien")),
        ("Het begint om negen uur.", "Het begint om kwart over negen.",
         ("date", "negen uur", "kwart over negen")),
        ("Het begint om twee uur 's middags.", "Het begint om twee uur 's nachts.",
         ("date", "twee uur 's middags", "twee uur 's nachts")),
        ("Dat was in de jaren tachtig.", "Dat was in de jaren negentig.",
         ("date", "jaren tachtig", "jaren negentig")),
        ("De winst is verdubbeld.", "De winst is gehalveerd.", ("number", "verdubbeld", "gehalveerd")),
        ("De kerk stamt uit 1890.", "De kerk stamt uit 1980.", ("date", "1890", "1980")),
        ("Het begint om kwart voor negen.", "Het begint om kwart over negen.",
         ("date", "kwart voor negen", "kwart over negen")),
        ("Het begint om vijf voor half tien.", "Het begint om vijf over half tien.",
         ("date", "vijf voor half tien", "vijf over half tien")),
        ("’s Ochtends was het stil.", "’s Avonds was het stil.", ("date", "Ochtends", "Avonds")),
        ("Het was -5 graden.", "Het was 5 graden.", ("number", "-5", "5")),
        ("De storing kan tot 12 uur duren.", "De storing kan tot 48 uur duren.", ("number", "12", "48")),
        ("Het begint om 12 uur 's nachts.", "Het begint om 12 uur 's middags.",
         ("date", "12 uur 's nachts", "12 uur 's middags")),
        ("Dat duurt drie weken.", "Dat duurt drie maanden.", ("number", "drie weken", "drie maanden")),
    ],
)  # fmt: skip
def test_a_changed_fact_in_dutch(before: str, after: str, expected: tuple[str, str, str]) -> None:
    assert told(before, after, "nl") == [expected]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("On March 12 he came.", "On April 12 he came.", ("date", "March 12", "April 12")),
        ("It cost a million.", "It cost a billion.", ("number", "a million", "a billion")),
        ("It was built in 980.", "It was built in 1890.", ("date", "980", "1890")),
        ("The mid-1980s were hard.", "The mid-1990s were hard.", ("date", "mid-1980s", "mid-1990s")),
        ("It starts at noon.", "It starts at midnight.", ("date", "noon", "midnight")),
        ("It starts at 8.30 in the hall.", "It starts at 9.30 in the hall.", ("date", "8.30", "9.30")),
        ("It starts at nine o'clock.", "It starts at ten o'clock.", ("date", "nine o'clock", "ten o'clock")),
        ("The trial begins next week.", "The trial begins next month.", ("date", "next week", "next month")),
        ("He went there twice.", "He went there three times.", ("number", "twice", "three")),
        (
            "The rate stands at 4.50 per cent.",
            "The rate stands at 5.8 per cent.",
            ("percentage", "4.50 per cent", "5.8 per cent"),
        ),
        ("It starts at 8.50 there.", "It starts at 9.1 there.", ("date", "8.50", "9.1")),
        ("It closed at 8.50 points.", "It closed at 9.1 points.", ("number", "8.50", "9.1")),
        ("The early-1980s were hard.", "The late-1980s were hard.", ("date", "early-1980s", "late-1980s")),
        ("They meet at 12pm.", "They meet at 12am.", ("date", "12pm", "12am")),
        ("They meet at half nine.", "They meet at 8.30.", ("date", "half nine", "8.30")),
        ("Profits halved last year.", "Profits doubled last year.", ("number", "halved", "doubled")),
        ("The law is for under-18s.", "The law is for under-16s.", ("number", "under-18s", "under-16s")),
        ("A couple of men were hurt.", "A dozen men were hurt.", ("number", "A couple", "A dozen")),
        (
            "It gave way at 8.15 a.m. there.",
            "It gave way at 8.15 p.m. there.",
            ("date", "8.15 a.m.", "8.15 p.m."),
        ),
        ("They came at 3 pm then.", "They came at 3 am then.", ("date", "3 pm", "3 am")),
        (
            "They came at ten to nine.",
            "They came at ten past nine.",
            ("date", "ten to nine", "ten past nine"),
        ),
        (
            "“It is safe, but not for children,” she said.",
            "“It is safe,” she said.",
            ("quotation", "It is safe, but not for children,", "It is safe,"),
        ),
        (
            "He left this morning by train.",
            "He left this evening by train.",
            ("date", "this morning", "this evening"),
        ),
        ("It made $1.5bn.", "It made $1.7bn.", ("amount", "$1.5bn", "$1.7bn")),
        ("Several people were hurt.", "Six people were hurt.", ("number", "Several", "Six")),
        ("A 34-year-old man fell.", "A 35-year-old man fell.", ("number", "34-year-old", "35-year-old")),
        ("The court found two men guilty.", "The court found a man guilty.", ("number", "two", "a")),
        ("He has never been there.", "He has ever been there.", ("negation", "never", None)),
        ("It was legal.", "It was illegal.", ("negation", "legal", "illegal")),
        ("He did not attend the meeting.", "He attended the meeting.", ("negation", "not", None)),
        ("They didn't know.", "They did know.", ("negation", "didn't", None)),
        ("He will speak today.", "He will speak tomorrow.", ("date", "today", "tomorrow")),
        ("The party in Leeds began.", "The party in York began.", ("name", "Leeds", "York")),
        ("He said the US would leave.", "He said the UK would leave.", ("name", "US", "UK")),
        (
            "So said Ms Van Dijk on radio.",
            "So said Ms Van Dam on radio.",
            ("name", "Van Dijk", "Van Dam"),
        ),
    ],
)
def test_a_changed_fact_in_english(before: str, after: str, expected: tuple[str, str, str]) -> None:
    assert told(before, after, "en") == [expected]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Er waren 3 doden.", "Er waren drie doden."),
        ("De zaal opent om half vier.", "De zaal opent om 15.30 uur."),
        ("De zaal opent om kwart over tien.", "De zaal opent om 22.15 uur."),
        ("Ze komen om 0.00 uur.", "Ze komen om middernacht."),
        ("De zaal opent om half tien.", "De zaal opent om 9.30 uur."),
        ("Er kwamen maandag bezoekers.", "Er kwamen 300 bezoekers."),
        ("The 1980s were hard.", "The mid-1980s were hard."),
        ("Het begint om 14.00 uur.", "Het begint om twee uur 's middags."),
        ("Het was in de jaren tachtig.", "Het was in de jaren 80."),
        ("Er zijn drie mensen omgekomen.", "Er zijn drie doden gevallen."),
        ("Het duurt drieëntwintig dagen.", "Het duurt 23 dagen."),
        ("Het kost 1.000 euro.", "Het kost €1,000."),
        ("Het kost 5 euro.", "Het kost € 5."),
        ("Het kost twee miljoen euro.", "Het kost 2.000.000 euro."),
        ("De winst steeg 3%.", "De winst steeg drie procent."),
        ("Op 12 maart kwam hij.", "Op vrijdag 12 maart 2021 kwam hij."),
        ("Hij kwam op 12/3/2021.", "Hij kwam op 12 maart 2021."),
        ("De wethouder Jansen sprak.", "De wethouder Janssen sprak."),
        ("De wethouder Jansen sprak.", "De wethouder Jan Jansen sprak."),
        ("Hij heeft geen geld.", "Hij heeft niet genoeg geld."),
        ('Hij zei: "Wij gaan door."', "Hij zei: ‘Wij gaan door’."),
        ('Hij zei: "Wij gaan door met het plan."', 'Hij zei: "Wij gaan door met het plan dat er lag."'),
        ('Hij zei: "Wij gaan door met het plan."', 'Hij zei: "Wij gaan dooor met het plan."'),
        ("Het regent in maart.", "Het regent in maaart."),
        ("Ten opzichte van vorig jaar is dat meer.", "Twee keer zoveel als vorig jaar, dat is meer."),
    ],
)
def test_no_fact_is_changed_in_dutch(before: str, after: str) -> None:
    assert told(before, after, "nl") == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("The shares fell 3%.", "The shares fell three per cent."),
        ("On March 12 he came.", "On 12 March, 2021 he came."),
        ("It began at 23:00 GMT.", "It began at 23.00 GMT."),
        ("A total of two hundred and five people came.", "A total of 205 people came."),
        ("About a third of them came.", "About 33 percent of them came."),
        ("On Monday 10 people came to the hall.", "10 people came to the hall on Monday."),
        ("It flows through Ayton and Beeford.", "It flows through Ayton, Beeford and Crake."),
        ("Police held a man in York.", "Police held a 34-year-old man in York."),
        ("So said Mr Bell at noon.", "So said the Prime Minister at noon."),
        (
            "Shares rose 3% on Monday, after falling 5% on Friday.",
            "After falling 5% on Friday, shares rose 3% on Monday.",
        ),
        ("His watch showed 9.30 then.", "His watch showed 9:30 then."),
        ("They bought two dozen eggs.", "They bought 24 eggs."),
        ("They meet at half past nine.", "They meet at 9.30."),
        ("He left the Foreign Office today.", "He left the FO today."),
        ("It was said that Mr Putin won.", "It was said that Vladimir Putin won."),
        ("The man was known to them and had a record.", "The man was not a suspect and there was no crime."),
        ("He died.", "He died on Monday in York, aged 83, police said, but did not say why."),
    ],
)
def test_no_fact_is_changed_in_english(before: str, after: str) -> None:
    assert told(before, after, "en") == []


def test_figures_that_change_places_and_nothing_else_are_changed() -> None:
    assert [
        fact.kind for fact in changed("De omzet ging van 3 naar 5.", "De omzet ging van 5 naar 3.", "nl")
    ] == [
        "number",
        "number",
    ]


def test_facts_are_found_behind_a_misspelling_at_their_own_place() -> None:
    assert changed("De mensen kochten 3 kazen.", "De meensen kochten 4 kazen.", "nl") == (
        Fact("number", "3", "4", 18, 19),
    )


def test_the_first_word_is_a_name_where_the_text_knows_the_one_it_stands_for() -> None:
    known = Context(names=frozenset({"leeds"}), small=frozenset({"officers"}))

    assert [fact.kind for fact in changed("Leeds won.", "York won.", "en", within=known)] == ["name"]
    assert changed("Leeds won.", "Officers won.", "en", within=known) == ()
    assert changed("Schools won.", "Universities won.", "en", within=known) == ()


def test_a_name_that_was_replaced_throughout_is_no_misspelling() -> None:
    before, after = "De wethouder Jansen sprak.", "De wethouder Janssen sprak."

    assert changed(before, after, "nl", within=Context(replaced=frozenset({"jansen", "janssen"}))) == (
        Fact("name", "Jansen", "Janssen", 13, 13),
    )
    assert changed(before, after, "nl", within=Context(attested=frozenset({"jansen", "janssen"}))) != ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Hij zei: "Ja." Zij niet.', ["Ja."]),
        ("„Ja”, zei zij. «Non», dit-il. »Ja«, sagte er. “Yes.”", ["Ja", "Non", "Ja", "Yes."]),
        ("Hij zei: 'Dat zijn foto's van 's ochtends.'", ["Dat zijn foto's van 's ochtends."]),
        ("Jan's book and the dogs' food", []),
        ('"Het eerste deel.\n\n"Het tweede deel." Klaar', ["Het eerste deel.", "Het tweede deel."]),
        ('gaan door. Dat is zeker," zei hij.', ["gaan door. Dat is zeker,"]),
        ('""', []),
    ],
)
def test_quotations(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in quotations.find(text)] == expected


@pytest.mark.parametrize(
    ("sentence", "language", "expected"),
    [
        ("Correction: the figure is 3.", "en", "correction"),
        ("*Correctie (12 maart): het is 3.", "nl", "correctie"),
        ("Editor’s note: this is new.", "en", "editor's note"),
        ("In een eerdere versie van dit artikel stond 3.", "nl", "eerdere versie van dit artikel"),
        ("Dit artikel  is\naangepast.", "nl", "dit artikel is aangepast"),
        ("UPDATE 14.30 uur", "nl", "update"),
        ("Updated at 14:30", None, "updated"),
        ("[Update] De minister reageerde.", "nl", "update"),
        ("Correction, March 5: the fine was lower.", "en", "correction"),
        ("Aanvullingen en verbeteringen: het is 3.", "nl", "aanvullingen en verbeteringen"),
        ("Deze tekst is op 3 mei om 14.30 uur aangepast.", "nl",
         "deze tekst is op 3 mei om 14.30 uur aangepast"),
        ("Dit stuk werd gecorrigeerd.", "nl", "dit stuk werd gecorrigeerd"),
        ("In dit artikel werd hij abusievelijk minister genoemd.", "nl",
         "in dit artikel werd hij abusievelijk"),
        ("• The headline of this article was amended on 6 May.", "en", "of this article was amended"),
        ("This story has since been updated with a reply.", "en", "this story has since been updated"),
        ("A correction was made on March 5: it is 3.", "en", "correction was made"),
        ("(Corrects figure in paragraph 3)", "en", "corrects figure"),
        ("A previous version of the story said 3.", "en", "previous version of the story"),
        ("This article was amended on 4 May.", "nl", "this article was amended"),
        ("Correction facilities were closed.", "en", None),
        ("De aanvulling op het elftal kwam.", "nl", None),
        ("Het regent.", "nl", None),
        ("De stroom in de wijk is hersteld.", "nl", None),
        ("Hij wil een correctie op de begroting.", "nl", None),
        ("In een eerdere versie van de wet stond een boete.", "nl", None),
        ("De regels waren streng, maar dat is aangepast.", "nl", None),
        ("The bill was amended on Tuesday.", "en", None),
        ("The minister misstated the figure.", "en", None),
        ("The company originally stated that nobody was hurt.", "en", None),
        ("The guidance has been updated to include masks.", "en", None),
        ("An earlier version of the vaccine failed.", "en", None),
        ("“An earlier version of this article was wrong,” he said of the blog.", "en", None),
        ("An earlier version of this article had “wrong”.", "en", "earlier version of this article"),
        ("(Updates throughout)", "en", "updates throughout"),
        # What they say of other things than the article, they say too.
        ("It was last updated in 1998.", "en", None),
        ("The law, last updated in 1998, was dropped.", "en", None),
        ("The story has been changed by the war.", "en", None),
        ("Article last updated 4 May 2020", "en", "article last updated"),
        ("De wet werd voor het laatst gewijzigd in 1998.", "nl", None),
        ("De laatste update van de app is er.", "nl", None),
        ("Geplaatst: 3 maart, laatst bijgewerkt 4 maart", "nl", "laatst bijgewerkt"),
    ],
)  # fmt: skip
def test_notices(sentence: str, language: str | None, expected: str | None) -> None:
    assert notices.find(sentence, language) == expected


def test_a_phrase_of_ones_own_is_literal() -> None:
    assert notices.find("Wij schreven “fout” (sic).", "nl", {"nl": ['"Fout" (SIC)']}) == '"Fout" (SIC)'
    assert notices.find("Wij schreven fout.", "nl", {"nl": [".*", ""]}) is None
