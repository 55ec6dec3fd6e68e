"""Edits with known labels: each takes an article and gives what an editor might have made of it.

What a sentence is, and where a number or a name stands, is found here by other rules than the
product's, so that both do not err alike. Whatever cannot be done to an article is left out.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable, Iterator

import msgspec

from ingest.edits.edit import Text
from tests.edits.articles import ARTICLES

_WORDS = {
    "nl": {
        "pool": "vooralsnog|kennelijk|bijzonder|regenachtig|blauwe|ingewikkeld|vreemde|grijze|hopelijk",
        "months": "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december",
        "days": "maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag",
        "numbers": "twee|drie|zeven|elf|twaalf|achttien|negentien|twintig|honderd",
        "percent": "procent",
        "aux": "is|was|zijn|wordt|kan|moeten|hebben|heeft",
        "not": "niet",
        "joints": ", maar | en ",
        "joint": " en ",
    },
    "en": {
        "pool": "apparently|peculiar|rainy|orange|complicated|strange|hopeful|generously|unusual",
        "months": "January|February|March|April|May|June|July|August|September|October|November|December",
        "days": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
        "numbers": "two|three|five|seven|eleven|eighteen|thirteen|twenty|thirty|eighty",
        "percent": "percent",
        "aux": "is|was|were|will|are|has|had",
        "not": "not",
        "joints": ", but | and ",
        "joint": " and ",
    },
}
_NOTICES = {
    "nl": (
        "Correctie: in een eerdere versie van dit artikel stond een onjuist getal.",
        "In een eerdere versie stond een verkeerd cijfer. Dat is aangepast.",
        "Rectificatie (12 mei): het eerder genoemde getal klopte niet.",
        "Dit artikel is bijgewerkt met nieuwe informatie van de gemeente.",
    ),
    "en": (
        "Correction: an earlier version of this article gave a wrong figure.",
        "This article was amended on 4 May. A figure has been put right.",
        "Update: this story has been updated to reflect new figures from the council.",
        "Editor's note: a previous version of this report was mistaken.",
    ),
}
# Put for another word, they turn the sentence round: that is the edit `negation`.
_DENIALS = "niet|geen|nooit|niemand|niets|zonder|tenzij|not|none|never|nobody|nothing|without|unless"
_NAMES_NL = """
    Westdam Oosterhaven Lindeveen Duinhoven Noorderzand Vermeer Kramer Visser Dekker Bakker Smeets Maas
    Peeters Jonker Willems Hendriks Hofstra Brouwer Prins Koster Timmer Yilmaz Postma Martens Verbeek
"""
_NAMES_EN = """
    Eastbrook Wrexton Sandley Northkeel Harper Marsh Doyle Bolton Dalton Fenton Osborne Mason Porter
    Keller Warner Reeves Whitfield Hodge Brewer Prince Coster Langley Turner Ahmed Palmer Martin Sutton
"""
_NAMES = {"nl": _NAMES_NL.split(), "en": _NAMES_EN.split()}


class Case(msgspec.Struct, frozen=True):
    """An edit, what it was made as, and what should be said of it."""

    made: str
    language: str
    before: Text
    after: Text
    kind: str
    facts: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    earlier: tuple[tuple[int, bytes], ...] = ()


class _Article:
    """One article under the hands of one editor."""

    def __init__(self, text: str, language: str, rng: random.Random) -> None:
        self.text, self.language, self.rng = text, language, rng
        self.words = _WORDS[language]

    def stranger(self) -> str:
        """A word that is in no article."""
        return self.rng.choice(self.words["pool"].split("|"))

    def taboo(self) -> str:
        """Words that a slip would make a fact of."""
        return "|".join(self.words[key] for key in ("months", "days", "numbers")).lower()

    def swap(self, pattern: str, put: Callable[[re.Match[str]], str], *, quoted: bool = False) -> str | None:
        """The text with one match of a pattern replaced, below the headline, in a quotation or outside."""
        below = self.text.index("\n")
        marks = [match.start() for match in re.finditer('"', self.text)]
        places = [
            match
            for match in re.finditer(pattern, self.text)
            if match.start() > below and bool(sum(mark < match.start() for mark in marks) % 2) == quoted
        ]
        if not places:
            return None
        match = self.rng.choice(places)
        return self.text[: match.start()] + put(match) + self.text[match.end() :]

    def sentences(self) -> list[tuple[int, int]]:
        """The sentences below the headline that have another of their paragraph before or after them."""
        ends = [match.start() for match in re.finditer(r'(?<=[.!?"])(?: (?=[A-Z"])|\n)', self.text)]
        starts = [self.text.index("\n") + 2]
        found = []
        for end in ends:
            if end > starts[-1]:
                found.append((starts[-1], end))
                starts.append(end + len(re.match(r"\s*", self.text[end:])[0]))  # type: ignore[index]
        return found


def _digits(rng: random.Random, text: str) -> str:
    """Another number of the same look."""
    while True:
        other = "".join(str(rng.randint(1, 9)) if char.isdigit() else char for char in text)
        if other != text:
            return other


def _other(rng: random.Random, names: str, name: str) -> str:
    return rng.choice([each for each in names.split("|") if each != name])


def number(art: _Article) -> str | None:
    """A plain number."""
    if art.rng.random() < 0.3:
        numbers = art.words["numbers"]
        return art.swap(rf"\b(?:{numbers})\b", lambda found: _other(art.rng, numbers, found[0]))
    counted = rf"(?: (?:{art.words['months']}|procent|percent|euro|miljoen|million|uur|am|pm)|[,:.]?\d|\))"
    dated = "".join(rf"(?<!\b{word} )" for word in ("in", "op", "on", "by", "since", "sinds", "voor", "from"))
    pattern = rf"(?<![\d£$.,:]){dated}(?<!groep )\b[2-9]\d{{1,2}}\b(?!{counted})"
    return art.swap(pattern, lambda found: _digits(art.rng, found[0]))


def amount(art: _Article) -> str | None:
    """An amount of money."""
    pattern = r"[£$]\d[\d.,]*\d?" if art.language == "en" else r"\b\d[\d.,]*(?=(?: miljoen)? euro)"
    return art.swap(pattern, lambda found: _digits(art.rng, found[0]))


def percentage(art: _Article) -> str | None:
    """A percentage."""
    return art.swap(rf"\d[\d.,]*(?= {art.words['percent']})", lambda found: _digits(art.rng, found[0]))


def date(art: _Article) -> str | None:
    """A month or a day of the week."""
    names = art.words[art.rng.choice(["months", "days"])]
    return art.swap(rf"\b(?:{names})\b", lambda found: _other(art.rng, names, found[0]))


def name(art: _Article) -> str | None:
    """A person's or a place's name, not at a sentence's start."""
    names = _NAMES[art.language]
    there = {each for each in names if each in art.text}
    others = [each for each in names if each not in there]
    return art.swap(rf"(?<=[a-z,] )(?:{'|'.join(names)})\b(?!-)", lambda _: art.rng.choice(others))


def negation(art: _Article) -> str | None:
    """A `not` put in or taken out."""
    if art.rng.random() < 0.4:
        return art.swap(rf"\b{art.words['not']} ", lambda _: "")
    # Before another negation it would be twice no.
    return art.swap(
        rf"\b({art.words['aux']}) (?!{art.words['not']}|geen|no|niet|nog|er)(?=[a-z])",
        lambda found: f"{found[1]} {art.words['not']} ",
    )


def quotation(art: _Article) -> str | None:
    """A word of a quotation put for another."""
    return art.swap(rf"\b(?!(?:{_DENIALS})\b)[a-z]{{4,}}\b", lambda _: art.stranger(), quoted=True)


def typo(art: _Article) -> str | None:
    """A slip of the hand in a word that is no number and no date."""

    def slip(found: re.Match[str]) -> str:
        word = found[0]
        at = art.rng.randint(1, len(word) - 3)
        ways = [
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + "q" + word[at + 1 :],
        ]
        return next(way for way in art.rng.sample(ways, 4) if way != word)

    return art.swap(rf"\b(?!{art.taboo()})[a-z]{{6,}}\b", slip, quoted=art.rng.random() < 0.2)


def rephrased(art: _Article) -> str | None:
    """A word put for another, outside quotations."""
    pattern = rf"(?<=[a-z] )(?!{art.taboo()}|(?:{_DENIALS})\b)[a-z]{{5,}}\b"
    return art.swap(pattern, lambda _: art.stranger())


def headline(art: _Article) -> str | None:
    """A word of the headline put for another."""
    end = art.text.index("\n")
    places = list(re.finditer(rf"\b(?!(?:{_DENIALS})\b)[a-z]{{4,}}\b", art.text[:end]))
    match = art.rng.choice(places)
    return art.text[: match.start()] + art.stranger() + art.text[match.end() :]


def inserted(art: _Article) -> str | None:
    """A sentence of another article put in."""
    strange = art.rng.choice([text for text in ARTICLES[art.language] if text[:40] != art.text[:40]])
    other = _Article(strange, art.language, art.rng)
    start, end = art.rng.choice(other.sentences())
    at = art.rng.choice(art.sentences())[1]
    return f"{art.text[:at]} {strange[start:end]}{art.text[at:]}"


def removed(art: _Article) -> str | None:
    """A sentence taken out."""
    start, end = art.rng.choice(art.sentences()[:-1])
    return art.text[:start] + art.text[end:].lstrip(" ")


def moved(art: _Article) -> str | None:
    """A sentence taken to another place, at least three sentences away."""
    places = art.sentences()
    first = art.rng.randrange(len(places) - 4)
    to = art.rng.randrange(first + 3, len(places))
    start, end = places[first]
    at = places[to][1]
    return art.text[:start] + art.text[end:at].lstrip(" ") + " " + art.text[start:end] + art.text[at:]


def split(art: _Article) -> str | None:
    """A sentence cut in two where it was joined."""
    joint = art.rng.choice(art.words["joints"].split("|"))
    clause = r"(?=(?:[a-z]+ ){4,}[^.\n\"]*\.(?: |\n))"
    return art.swap(
        rf"(?<=[a-z]{{2}} [a-z]{{5}}){joint}{clause}|(?<=[a-z]{{6}}){joint}{clause}",
        lambda found: ". " + found[0].strip(" ,").capitalize() + " ",
    )


def merged(art: _Article) -> str | None:
    """Two sentences joined."""
    return art.swap(
        r"(?<=[a-z]{3})\. (?:De|Het|Een|The|A|It|They|Zij|Dat|In|Some|Work) (?=[a-z])",
        lambda found: f"{art.words['joint']}{found[0][2:].lower()}",
    )


def whitespace(art: _Article) -> str | None:
    """Other blanks between words or paragraphs."""
    ways = (
        art.text.replace("\n\n", "\n"),
        art.text.replace(". ", ".  "),
        art.text.replace(". ", ".\n\n", 3),
        art.swap(" ", lambda _: "\u00a0"),
        art.text.rstrip(),
    )
    return art.rng.choice(ways)


def typography(art: _Article) -> str | None:
    """Other quotes, dashes or capitals."""
    end = art.text.index("\n")
    ways = [re.sub(r'"([^"]*)"', quoted, art.text) for quoted in (r"“\1”", r"‘\1’", r"„\1”", r"«\1»")]
    ways.append(art.text[:end].upper() + art.text[end:])
    return art.rng.choice(ways)


def truncation(art: _Article) -> str | None:
    """The end cut off, at a sentence's end or inside one."""
    at = int(len(art.text) * art.rng.uniform(0.2, 0.65))
    cut = art.text[:at].rsplit(" ", 1)[0]
    return cut + art.rng.choice(["", "…", "...", "\n"])


def rewrite(art: _Article) -> str | None:
    """Another article, perhaps with a sentence of the old one."""
    other = art.rng.choice([text for text in ARTICLES[art.language] if text[:40] != art.text[:40]])
    start, end = art.sentences()[0]
    return other + (art.text[start:end] + "\n" if art.rng.random() < 0.5 else "")


def noticed(art: _Article) -> str | None:
    """A number changed, and a notice of it added."""
    changed = number(art) or amount(art)
    if changed is None:
        return None
    notice = art.rng.choice(_NOTICES[art.language])
    at = changed.index("\n") if art.rng.random() < 0.3 else len(changed) - 1
    return f"{changed[:at]}\n\n{notice}{changed[at:]}"


def combined(art: _Article) -> str | None:
    """A number changed, a misspelling mended, and a sentence added."""
    changed = amount(art) or percentage(art)
    for step in (typo, inserted):
        changed = step(_Article(changed, art.language, art.rng)) if changed else None
    return changed


_KINDS: dict[Callable[[_Article], str | None], tuple[str, str | None]] = {
    number: ("factual", "number"),
    amount: ("factual", "amount"),
    percentage: ("factual", "percentage"),
    date: ("factual", "date"),
    name: ("factual", "name"),
    negation: ("factual", "negation"),
    quotation: ("factual", "quotation"),
    noticed: ("factual", None),
    combined: ("factual", None),
    typo: ("spelling", None),
    rephrased: ("wording", None),
    headline: ("wording", None),
    inserted: ("update", None),
    removed: ("update", None),
    moved: ("wording", None),
    split: ("wording", None),
    merged: ("wording", None),
    whitespace: ("whitespace", None),
    typography: ("typography", None),
    truncation: ("truncation", None),
    rewrite: ("rewrite", None),
}

_SUBSTANTIVE = frozenset(
    make
    for make, (kind, _) in _KINDS.items()
    if kind in ("factual", "update", "truncation", "rewrite") or make in (rephrased, headline)
)


def version(text: str, language: str, *, encoding: str = "utf-8", date: str = "2021-02-20") -> Text:
    """A version with this text."""
    return Text(
        text=text,
        sha256=hashlib.sha256(text.encode()).digest(),
        encoding=encoding,
        date=date,
        title=text.split("\n", 1)[0].strip(),
        language=language,
    )


def cases(seed: int, *, rounds: int = 1) -> Iterator[Case]:
    """Every edit on every article, `rounds` times."""
    rng = random.Random(seed)
    for _ in range(rounds):
        for language, articles in ARTICLES.items():
            for text in articles:
                yield from _of_article(text, language, rng)


def _of_article(text: str, language: str, rng: random.Random) -> Iterator[Case]:
    before = version(text, language)
    for make, (kind, fact) in _KINDS.items():
        changed = make(_Article(text, language, rng))
        if changed is None or changed == text:
            continue
        after = version(changed, language)
        flags = set()
        if make is noticed:
            flags.add("notice")
        elif make in _SUBSTANTIVE:
            flags.add("silent")
        if make in (headline, rewrite):
            flags.add("headline")
        told = frozenset({fact}) if fact else frozenset[str]()
        yield Case(make.__name__, language, before, after, kind, told, frozenset(flags))
    redated = version(text, language, date=rng.choice(["2021-02-21", "2022-02-20", "2021-02"]))
    yield Case("redated", language, before, redated, "redated")
    recoded = version(text, language, encoding=rng.choice(["windows-1252", "utf-16"]))
    yield Case("encoding", language, before, recoded, "encoding")
    last = rephrased(_Article(text, language, rng))
    if last:
        middle = version(last, language)
        flags = {"silent"}
        yield Case(
            "revert", language, middle, before, "revert",
            flags=frozenset(flags), earlier=((1, before.sha256),),
        )  # fmt: skip
