"""What is called cosmetic is so: an edit of one token is not, unless what is put for it is equal by name.

The property: cosmetic is an edit whose every token is paired, in order, with one that is equal under a named
equivalence. Random edits of one token of every kind are tried against it, and so are the equivalences.
"""

from __future__ import annotations

import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marisa_trie import RecordTrie

from ingest.edits.classify import classify
from ingest.edits.edit import Edit, Text
from ingest.edits.spellings import spelt_both_ways
from ingest.text import roman, wordlist
from ingest.text.lexicons import lexicon_of

BEFORE = {
    "en": "The council meets on Tuesday about the plan for the harbour."
    " Residents worry about the noise. It was late.\n\n",
    "nl": "De gemeenteraad vergadert dinsdag over het plan voor de haven."
    " Bewoners klagen over geluid. Het was laat.\n\n",
}
AFTER = {
    "en": "\n\nAlderman Jansen said that the budget has been raised. They have sent a letter to the court.\n",
    "nl": "\n\nWethouder Jansen zei dat de begroting wordt verhoogd. Zij hebben een brief gestuurd.\n",
}


def edit(before: str, after: str, language: str = "en", normaliser: str = "markdown/6") -> Edit:
    texts = (f"{BEFORE[language]}{said}{AFTER[language]}" for said in (before, after))
    old, new = (
        Text(
            text=text,
            sha256=hashlib.sha256(text.encode()).digest(),
            language=language,
            normaliser=normaliser,
        )
        for text in texts
    )
    return classify(old, new)


def in_a_sentence(
    kind: st.SearchStrategy[str], frames: tuple[str, ...]
) -> st.SearchStrategy[tuple[str, str]]:
    """Two texts that differ in one token of a kind."""
    return st.tuples(kind, kind, st.sampled_from(frames)).map(
        lambda drawn: (drawn[2].format(drawn[0]), drawn[2].format(drawn[1]))
    )


DIGITS = st.integers(1, 9999).map(str)
CAPITAL = st.sampled_from("ABCDEFGHJKLMNPQRSTUVWXYZ")
TAILED = st.one_of(
    st.tuples(DIGITS, CAPITAL).map("-".join),
    st.tuples(DIGITS, DIGITS, CAPITAL).map(lambda parts: f"{parts[0]}-{parts[1]}{parts[2]}"),
    st.tuples(st.integers(1, 9), st.integers(10, 12), st.sampled_from("hu")).map(
        lambda parts: f"{parts[0]}-{parts[1]}{parts[2]}"
    ),
    st.tuples(st.integers(2000, 2029), st.integers(1, 12), st.integers(1, 28), st.integers(0, 23)).map(
        lambda parts: "{}-{:02}-{:02}T{:02}:00".format(*parts)
    ),
    st.tuples(st.integers(1, 28), st.sampled_from(("Jan", "Feb", "Mar")), st.integers(2000, 2029)).map(
        lambda parts: "-".join(map(str, parts))
    ),
    st.tuples(DIGITS, DIGITS).map("/".join),
)
SIGNS = st.sampled_from(
    ("<", ">", "≤", "=", "≠", "✓", "✗", "👍", "👎", "★", "★★", "+", "%", "‰", "§", "&", "→", "←", "?")
)
NAMES = st.sampled_from(
    ("Jansen", "Janson", "Bakker", "Backer", "De Vries", "De Wit", "Smit", "Smith", "Li", "Lee")
)
WORDS = st.sampled_from(
    ("guilty", "innocent", "open", "closed", "yes", "no", "for", "against", "rejected", "approved")
)
ADDRESSES = st.text("abcdefg", min_size=3, max_size=6).flatmap(
    lambda name: st.sampled_from(
        (
            f"{name}@town.example",
            f"https://town.example/{name}",
            f"www.{name}.example",
            f"/srv/{name}/plan.txt",
        )
    )
)

HYPHENED = st.sampled_from(
    (
        "re-sign",
        "resign",
        "re-cover",
        "recover",
        "un-ionized",
        "unionized",
        "co-op",
        "coop",
        "man-date",
        "mandate",
    )
)
REGNAL = st.tuples(
    st.sampled_from(("John Paul", "Henry", "World War")), st.sampled_from(list(roman.NUMBERS)[:30])
).map(" ".join)
ITEMS = st.sampled_from([number.lower() for number in roman.NUMBERS][:40])
CASED = st.sampled_from(
    ("Polish", "polish", "Who", "WHO", "who", "Turkey", "turkey", "Will", "will", "It", "IT")
)
SHORT_AND_LONG = st.sampled_from(
    (
        "art",
        "article",
        "mass",
        "Massachusetts",
        "sun",
        "Sunday",
        "fig",
        "figure",
        "rev",
        "reverend",
        "ill",
        "Illinois",
    )
)
PARTIES = st.sampled_from(
    ("licensor", "licensee", "promisor", "promisee", "lessor", "lessee", "payer", "payee")
)
SCOPE = st.sampled_from(
    (
        "He left only. Ann stayed",
        "He left. Only Ann stayed",
        "He left only, Ann stayed",
        "He left, only Ann stayed",
        "Only he left. Ann stayed",
        "He left. Ann only stayed",
    )
)
LEVELS = st.sampled_from(("#", "##", "###", "**"))
DEPTHS = st.sampled_from(("", "   "))
PARTING = st.sampled_from(("\n>\n", "\n"))

EDITS = st.one_of(
    in_a_sentence(
        TAILED, ("The case {} is closed.", "Room {} is open to all.", "They met in {} there.", "{}")
    ),
    in_a_sentence(
        SIGNS, ("The value is {} 5 there.", "Type {} in the town.", "The vote: {} for them.", "## {}")
    ),
    in_a_sentence(NAMES, ("They spoke with {} about it.", "- {}", "| {} |", "{} was there.", "## {}")),
    in_a_sentence(WORDS, ("- {}", "| Jansen | {} |", "## {}", "**{}**", "The vote was {}.")),
    in_a_sentence(ADDRESSES, ("Write to {} for help.", "See [it]({}) there.", "- {}", "`{}`")),
    in_a_sentence(
        DIGITS, ("It costs {} euros.", "| {} | 7 |", "{}. It is open.", "See [^{}] there.", "<p id={}>It</p>")
    ),
    st.sampled_from(("guilty of it", "an agreement", "smoking here")).map(
        lambda said: (f"## Not {said}", f"## {said}")
    ),
    st.tuples(NAMES, NAMES).map(
        lambda pair: (
            f"{pair[0]} was freed. {pair[1]} was fined.",
            f"{pair[1]} was freed. {pair[0]} was fined.",
        )
    ),
    st.tuples(DIGITS, DIGITS).map(
        lambda pair: (f"- Mon: {pair[0]}\n- Tue: {pair[1]}", f"- Mon: {pair[1]}\n- Tue: {pair[0]}")
    ),
    in_a_sentence(HYPHENED, ("They {} it there.", "The {} man left.", "- {}")),
    in_a_sentence(REGNAL, ("They saw {} there.", "{} was there.", "## {}")),
    in_a_sentence(ITEMS, ("See item ({}) of it.", "({}) the costs of it;", "See section {} of it.")),
    in_a_sentence(CASED, ("They saw the {} there.", "They met {} and left.", "See the U.S. {} there.")),
    in_a_sentence(SHORT_AND_LONG, ("They saw the {} there.", "It was {} for them.", "Some {} left.")),
    in_a_sentence(PARTIES, ("The {} pays it.", "- {}", "| {} | 7 |", "The {}s pay it.")),
    in_a_sentence(SCOPE, ("{} there", "They met. {} there.")),
    in_a_sentence(
        LEVELS, ("# It\n\n{} Cats\n\nThey sleep.\n\n## Dogs", "{} Cats\n\nThey sleep.\n\n### Dogs")
    ),
    in_a_sentence(DEPTHS, ("- tea\n{}- milk\n- bread", "They sell:\n\n1. tea\n{}1. milk")),
    in_a_sentence(PARTING, ("> They met him.{}> He left.", "> They met him.{}> He left.\n> They stayed.")),
    st.permutations(["They", "met", "him", "there", "today"]).map(
        lambda order: ("They met him there today", " ".join(order))
    ),
)


@given(EDITS, st.booleans())
def test_an_edit_of_one_token_is_never_cosmetic(pair: tuple[str, str], turned: bool) -> None:
    before, after = reversed(pair) if turned else pair
    found = edit(before, after)

    assert (found.significance in ("none", "cosmetic")) == (before == after)


EQUAL = st.sampled_from(
    (
        ("It rose 5% there.", "It rose 5 per cent there."),
        ("He said it’s “fine” – really…", 'He said it\'s "fine" - really...'),
        ("They met at 3.30 p.m. then.", "They met at 3:30pm then."),
        ("She doesn't know of it.", "She does not know of it."),
        ("The colour is red.", "The color is red."),
        ("The goverment met.", "The government met."),
        ("They met there there.", "They met there."),
        ("It was, they said, late.", "It was they said late."),
        ("It was **late**.", "It was late."),
        ("- It was late.", "* It was late."),
        ("See [it](https://a.example).", "See [it][1].\n\n[1]: https://a.example"),
        ("A & B", "A &amp; B"),
    )
)


@given(EQUAL, EQUAL)
def test_equal_tokens_beside_each_other_are_cosmetic(one: tuple[str, str], other: tuple[str, str]) -> None:
    before, after = (f"{a}\n\n{b}" for a, b in zip(one, other, strict=True))

    assert edit(before, after).significance == "cosmetic"


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("Is it true?", "It is true.", "no-equal"),
        ("Compute a − b here.", "Compute a b here.", "no-equal"),
        ("It is 5 MW strong.", "It is 5 mW strong.", "no-equal"),
        ("The rate is 1.10 there.", "The rate is 1.1 there.", "no-equal"),
        ("Height is 5′ there.", "Height is 5″ there.", "no-equal"),
        ("The rapist left.", "Therapist left.", "different-things"),
        ("They asked the WHO for it.", "They asked the who for it.", "no-equal"),
        ("It was 12 345 there.", "It was 123 45 there.", "changed-fact"),
        ("Use `a.b` there.", "Use `a,b` there.", "changed-markup"),
    ],
)
def test_what_has_no_equal_is_told_by_its_rule(before: str, after: str, rule: str) -> None:
    assert edit(before, after).rule == rule


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("The vote: 👍 there.", "The vote: 👎 there.", "“👍” became “👎”: not known to be the same"),
        ("They met and left.", "They left and met.", "“left and” stands elsewhere"),
        ("They met ✓ there.", "They met there.", "“✓” went"),
    ],
)
def test_the_reason_names_the_first_token_without_an_equal(before: str, after: str, reason: str) -> None:
    found = edit(before, after)

    assert (found.rule, found.significance, found.reason) == ("no-equal", "reworded", reason)


@pytest.mark.parametrize(
    ("before", "after", "plain", "markdown"),
    [
        ("He left\nAnn stayed", "He left Ann stayed", "reworded", "cosmetic"),
        ("Roses are red\nViolets are blue", "Roses are red Violets are blue", "reworded", "cosmetic"),
        ("We know\nNot all do", "We know not all do", "reworded", "reworded"),
        ("They met him and were\nlate for it.", "They met him and were late for it.", "cosmetic", "cosmetic"),
    ],
)
def test_the_end_of_a_line_speaks_where_it_parts_sentences(
    before: str, after: str, plain: str, markdown: str
) -> None:
    told = {
        normaliser: edit(*pair, normaliser=normaliser).significance
        for normaliser in ("text/1", "markdown/6")
        for pair in ((before, after), (after, before))
    }

    assert told == {"text/1": plain, "markdown/6": markdown}


def test_umlauts_and_marks_that_make_another_word_are_no_slips() -> None:
    assert edit("Er is één weg.", "Er is een weg.", "nl").significance == "reworded"
    assert edit("Ze drinkt cafe creme.", "Ze drinkt café crème.", "nl").significance == "cosmetic"


LETTERS = "abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize("language", BEFORE)
def test_no_real_word_is_the_slip_of_another_one(language: str) -> None:
    """Two with a letter for another are drawn from the list of the language, however seldom each is used."""
    drawn = random.Random(7)
    every = RecordTrie(wordlist.RECORD).mmap(f"{wordlist.FOLDER}/{language}.marisa")
    words = [word for word in every.keys("st") if word.isalpha() and len(word) < 10]
    pairs: list[tuple[str, str]] = []
    while len(pairs) < 40:
        word = drawn.choice(words)
        at = drawn.randrange(len(word))
        other = word[:at] + drawn.choice(LETTERS) + word[at + 1 :]
        if other != word and other in every and not spelt_both_ways(word, other, lexicon_of(language)):
            pairs.append((word, other))

    called = {
        pair: edit(f"It has {pair[0]} there.", f"It has {pair[1]} there.", language).significance
        for pair in pairs
    }

    assert {pair: each for pair, each in called.items() if each in ("none", "cosmetic")} == {}
