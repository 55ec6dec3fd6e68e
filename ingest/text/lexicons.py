"""The lexicons: of each language over the others, and of a text whose language is not told."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import combinations
from typing import Any

from ingest.expressions import expression
from ingest.text import languages
from ingest.text.language_words import all_words, spelt_numbers
from ingest.text.languages import Language, Table, Words
from ingest.text.lexicon import Lexicon, word_set

_SIGNS = {
    "½": Fraction(1, 2),
    "⅓": Fraction(1, 3),
    "⅔": Fraction(2, 3),
    "¼": Fraction(1, 4),
    "¾": Fraction(3, 4),
}
_CURRENCY_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
_MEASURES = ("units", "currencies", "percent")
_COUNTED = (*_MEASURES, "magnitudes")
_NEVER_SLIPS = ("ordinals", "magnitudes", "parts", "shares", "vague", "months", "relative", "some")
_NONE = expression(r"(?!)")


@functools.cache
def lexicon_of(code: str | None) -> Lexicon:
    """Return the lexicon of a language (ISO 639-1), or of a text whose language is not told (None).

    That one has the languages of `languages.UNTOLD`, none before the other. A language without a file has
    signs alone.
    """
    known = {language.code: language for language in languages.every()}
    if code is None:
        return _Merge([(known[each], frozenset()) for each in languages.UNTOLD], None).lexicon()
    if code not in known:
        return _Merge([], code).lexicon()
    shadow = frozenset(all_words(known[code]))
    others = [(language, shadow) for language in known.values() if language.code != code]
    # the primary comes last, and so wins where two have a word in one table
    return _Merge([*others, (known[code], frozenset())], code).lexicon()


@functools.cache
def every_common() -> frozenset[str]:
    """Return the common words of all languages: they weigh little in a comparison, whatever the language."""
    return frozenset(word for language in languages.every() for word in language.words.common.split())


class _Merge:
    """Languages, each with the words that it may not tell since the text's own language has them."""

    def __init__(self, parts: list[tuple[Language, frozenset[str]]], code: str | None) -> None:
        self.parts = parts
        self.code = code

    def lexicon(self) -> Lexicon:
        """Return the tables that the languages make together."""
        own = self.parts[-1][0] if self.parts and self.code is not None else None
        weekdays = self.numbered(lambda each: each.dates.weekdays)
        parts_of_day = self.named(lambda each: each.dates.parts_of_day)
        weekday_parts = {day + word: part for day in weekdays for word, part in parts_of_day.items()}
        weekdays |= {day + part: number for day, number in weekdays.items() for part in parts_of_day}
        common = self.words(lambda each: each.words.common)
        weighty = self.words(lambda each: each.words.weighty)
        honorifics = self.words(lambda each: each.names.honorifics)
        thousands = tuple(
            (each.numbers.thousand, each.numbers.joiner) for each, _ in self.parts if each.numbers.thousand
        )
        joints = "|".join(sorted(self.words(lambda each: each.words.joints)))
        numbers = {
            word: value
            for each, hidden in self.parts
            for word, value in spelt_numbers(each)
            if word not in hidden
        }
        made: dict[str, Any] = {
            "ordinals": dict(self.ordinals()),
            "magnitudes": self.fractions(lambda each: each.numbers.magnitudes),
            "ones": self.words(lambda each: each.numbers.ones),
            "parts": self.integers(lambda each: each.numbers.parts),
            "shares": self.fractions(lambda each: each.numbers.shares),
            "vague": self.named(lambda each: each.numbers.vague),
            "some": self.words(lambda each: each.numbers.some),
            "repeated": self.integers(lambda each: each.numbers.repeated),
            "folds": self.fractions(lambda each: each.numbers.folds),
            "months": self.numbered(lambda each: each.dates.months),
            "relative": self.named(lambda each: each.dates.relative),
            "which": self.named(lambda each: each.dates.which),
            "periods": self.named(lambda each: each.dates.periods),
            "seasons": self.numbered(lambda each: each.dates.seasons),
            "times_of_day": self.integers(lambda each: each.dates.times_of_day),
            "currencies": _CURRENCY_SIGNS | self.named(lambda each: each.currencies),
            "percent": {"%": "%"} | self.named(lambda each: each.percent),
            "units": self.named(lambda each: each.units),
            "parts_of_day_after": self.words(lambda each: each.dates.parts_of_day_after),
            "beside_hour": self.integers(lambda each: each.dates.beside_hour),
        }
        compounded = {
            form: None if unit == "none" else unit
            for form, unit in self.rows(lambda each: each.numbers.compounded)
        }
        ends: dict[str, list[str]] = {}
        for end in (*compounded, *made["ordinals"], *made["parts"]):
            ends.setdefault(end[-3:], []).append(end)
        negations = self.words(lambda each: each.words.negations)
        modals = self.words(lambda each: each.words.modals)
        same = self.pairs(lambda each: each.words.same)
        opposed = self.pairs(lambda each: each.words.opposed)
        sureness = self.words(lambda each: each.words.certainty)
        affirmations = self.words(lambda each: each.words.affirmations)
        centuries = self.words(lambda each: each.dates.centuries)
        ranging = frozenset(("-", "–", *(way for each, _ in self.parts for way in each.numbers.ranging)))
        before_family = self.words(lambda each: each.names.before_family)
        articles = self.words(lambda each: each.words.articles)
        equals = self.words(lambda each: each.words.equals)
        openings = self.words(lambda each: each.names.openings)
        english = "per cent percentage point points am pm half bn us couple"
        structural = word_set(english if self.parts else "")
        half_hour_words = self.words(lambda each: each.dates.half_hour_words)
        halves = self.words(lambda each: each.numbers.halves)
        unsure_months = self.words(lambda each: each.dates.unsure_months)
        address = self.words(lambda each: each.names.forms_of_address)
        written = [each for each, _ in (self.parts if own is None else self.parts[-1:])]
        half_hours = {
            half + word: int(numbers[word])
            for each in written
            if each.dates.half_hour == "before"
            for half in each.dates.half_hour_words.split()
            for word in each.numbers.under_twenty.split()[1:13]
            if word in numbers
        }
        slotted = structural.union(
            half_hour_words, half_hours, halves, numbers, weekdays, *made.values(), centuries
        )
        meant = word_set("am pm").union(
            numbers, weekdays, negations, affirmations,
            *(made[name] for name in _NEVER_SLIPS),
        )  # fmt: skip
        return Lexicon(
            language=None if own is None else own.code,
            is_known=bool(self.parts),
            capitals_are_names=bool(self.parts) and (own is None or own.names.capitals == "names"),
            month_first=own is None or own.dates.order == "mdy",
            half_before=own is not None and own.dates.half_hour == "before",
            decimal_marks=frozenset(".,") if own is None else frozenset(own.numbers.decimal_mark),
            dotted_ordinals=own is not None and own.numbers.dotted_ordinals,
            numbers=numbers,
            thousands=thousands,
            places=re.compile(rf"(?:{'|'.join(made['ordinals'])})\Z") if self.parts else _NONE,
            unsure_places=self.words(lambda each: each.numbers.unsure_places),
            ordinal_endings=self.words(lambda each: each.numbers.ordinal_endings),
            signs=_SIGNS,
            plain_parts=self.words(lambda each: each.numbers.plain_parts),
            compounded=compounded,
            endings={last: tuple(alike) for last, alike in ends.items()},
            stuck={form: size for each, _ in self.parts for form, size in each.stuck.items()},
            joiners=self.words(lambda each: each.numbers.joiner),
            point=self.words(lambda each: each.numbers.point),
            before_two=self.words(lambda each: each.numbers.before_two),
            before_part=self.words(lambda each: each.numbers.before_part),
            behind_whole=self.words(lambda each: each.numbers.behind_whole),
            ranging=ranging,
            halves=halves,
            # `van` is too common a word to tell of a name
            beside=ranging.union(self.words(lambda each: each.numbers.aged), before_family) - {"van"},
            joining=word_set("- – —") | self.words(lambda each: each.numbers.joining),
            weekdays=weekdays,
            weekday_parts=weekday_parts,
            day_parts=self.named(lambda each: each.dates.day_parts),
            unsure_months=unsure_months,
            hours=self.words(lambda each: each.dates.hours),
            before_year=self.words(lambda each: each.dates.before_year),
            before_month=self.words(lambda each: each.dates.before_month),
            before_season=self.words(lambda each: each.dates.before_season),
            before_time=self.words(lambda each: each.dates.before_time),
            before_half=self.words(lambda each: each.dates.before_half),
            dateline=self.words(lambda each: each.dates.dateline),
            centuries=centuries,
            decades=self.words(lambda each: each.dates.decades),
            on_the_hour=self.words(lambda each: each.dates.on_the_hour),
            quarter_hour=self.words(lambda each: each.dates.quarter_hour),
            half_hour_words=half_hour_words,
            half_hours=half_hours,
            calendar=frozenset(made["months"]).union(weekdays),
            counted=frozenset[str]().union(*(made[name] for name in _COUNTED)),
            measures=frozenset[str]().union(*(made[name] for name in _MEASURES)),
            negations=negations,
            common=common,
            weighty=weighty,
            light=common - weighty,
            modals=modals,
            opposed=opposed,
            opposed_words=frozenset[str]().union(*opposed),
            confused=self.pairs(lambda each: each.words.confused),
            same=same,
            same_words=frozenset[str]().union(*same),
            loose=self.pairs(lambda each: each.words.loose),
            abbreviated=self.pairs(lambda each: each.words.abbreviated),
            also_words=self.words(lambda each: each.words.also_words),
            contracted={
                short: tuple(long.split())
                for each, _ in self.parts
                for short, long in each.words.contracted.items()
            },
            contracted_endings={
                ending: word
                for each, _ in self.parts
                for ending, word in each.words.contracted_endings.items()
            },
            participles=self.words(lambda each: each.words.participles),
            auxiliaries=self.words(lambda each: each.words.auxiliaries),
            articles=articles,
            equals=equals,
            linking=articles | equals,
            joints=re.compile(rf",? (?:{joints}) |, |; " if joints else ", |; "),
            by=self.words(lambda each: each.words.by),
            be=self.words(lambda each: each.words.be),
            plurals=tuple(sorted(self.words(lambda each: each.words.plurals))),
            unmarked_plurals=self.words(lambda each: each.words.unmarked_plurals),
            turning=negations | self.words(lambda each: each.words.turning),
            pointing=self.words(lambda each: each.words.pointing),
            doubled=self.words(lambda each: each.words.doubled),
            inflections=frozenset(own.words.inflections.split()) | {""} if own else frozenset(),
            conditions=self.words(lambda each: each.words.conditions),
            scoping=self.words(lambda each: each.words.scoping),
            sureness=sureness,
            certainty=sureness | negations | modals,
            phrases=self.pairs(lambda each: each.words.phrases).union(
                self.alike(lambda each: each.words.extent)
            ),
            extent=self.runs(lambda each: each.words.extent),
            fillers=self.words(lambda each: each.words.fillers),
            attribution=self.words(lambda each: each.words.attribution),
            forms=self.words(lambda each: each.words.forms) | {""},
            pronouns={
                form: (person, does or None)
                for form, value in self.rows(lambda each: each.words.pronouns)
                for person, _, does in [value.partition(" ")]
            },
            accented=self.pairs(lambda each: each.words.accented),
            slips=frozenset(
                tuple(slip.split("/")) for each, _ in self.parts for slip in each.words.slips.split()
            ),
            paused=self.words(lambda each: each.words.paused),
            leading=self.words(lambda each: each.words.leading),
            clauses=self.words(lambda each: each.words.clauses),
            particles=self.words(lambda each: each.names.particles),
            before_family=before_family,
            honorifics=honorifics,
            forms_of_address=address,
            titles=honorifics | self.words(lambda each: each.names.titles),
            openings=openings,
            capitalised=self.words(lambda each: each.names.capitalised).union(
                weekdays, {month for month in made["months"] if month not in unsure_months}
            ),
            styled=honorifics - address
            | self.words(lambda each: each.names.titles) - address
            | self.words(lambda each: each.names.styled),
            noun_endings=tuple(own.names.noun_endings.split()) if own else (),
            before_noun=frozenset(own.names.before_noun.split()) if own else frozenset(),
            also_names=unsure_months | self.words(lambda each: each.names.also_names),
            also_families=self.words(lambda each: each.names.also_families),
            no_things=common.union(openings, made["relative"]),
            variants=self.spellings(lambda each: each.spelling.variants),
            regional=self.spellings(lambda each: each.spelling.regional),
            prefixes=_Merge(self.parts[-1:] if own else self.parts, self.code).spellings(
                lambda each: each.spelling.prefixes
            ),
            apart=self.words(lambda each: each.spelling.apart),
            apart_otherwise=self.words(lambda each: each.spelling.apart_otherwise),
            negating=self.words(lambda each: each.spelling.negating),
            slotted=slotted,
            meant=meant,
            **made,
        )

    def ordinals(self) -> Iterator[tuple[str, str]]:
        """Yield each word for a place in an order with the number word that it is made of."""
        for each, hidden in self.parts:
            numbers = each.numbers
            cardinals = [*numbers.under_twenty.split()[1:], *numbers.tens.split()]
            pairs = [*zip(numbers.ordinals.split(), cardinals, strict=True)]
            pairs += ((word, of) for of, words in numbers.more_ordinals.items() for word in words.split())
            for word, cardinal in pairs:
                forms = (word, *(word + end for end in numbers.ordinal_forms.split()))
                yield from ((form, cardinal) for form in forms if form not in hidden)

    def words(self, of: Callable[[Language], Words]) -> frozenset[str]:
        """Return the words of a list, of all languages."""
        return frozenset(
            word for each, hidden in self.parts for word in of(each).split() if word not in hidden
        )

    def pairs(self, of: Callable[[Language], Words]) -> frozenset[frozenset[str]]:
        """Return the pairs of a list, but those of which the text's own language has both words."""
        return frozenset(
            frozenset(pair.split("/"))
            for each, hidden in self.parts
            for pair in of(each).split()
            if not hidden.issuperset(pair.split("/"))
        )

    def spellings(self, of: Callable[[Language], Words]) -> tuple[tuple[str, str], ...]:
        """Return the pairs of a list in their order."""
        pairs = (pair.partition("/") for each, _ in self.parts for pair in of(each).split())
        return tuple((one, other) for one, _, other in pairs)

    def rows(self, of: Callable[[Language], Table]) -> Iterator[tuple[str, str]]:
        """Yield each word of a table with what it stands for."""
        for each, hidden in self.parts:
            for value, forms in of(each).items():
                yield from ((form, value) for form in forms.split() if form not in hidden)

    def runs(self, of: Callable[[Language], Table]) -> dict[str, tuple[tuple[tuple[str, ...], str], ...]]:
        """Return the runs of words of a table by their first word, the longest first, with what each is.

        A word that the text's own language has begins no run of another: Dutch `over` is no English one.
        """
        found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for each, hidden in self.parts:
            for value, forms in of(each).items():
                for first, *others in (form.split("_") for form in forms.split()):
                    if first not in hidden:
                        found.setdefault(first, []).append(((*others,), value))
        return {first: tuple(sorted(each, key=lambda run: -len(run[0]))) for first, each in found.items()}

    def alike(self, of: Callable[[Language], Table]) -> Iterator[frozenset[str]]:
        """Yield the pairs of runs that stand for one thing in a table, each without blanks."""
        for each, _ in self.parts:
            for forms in of(each).values():
                runs = [form.removesuffix("_#").replace("_", "") for form in forms.split()]
                yield from map(frozenset, combinations(runs, 2))

    def named(self, of: Callable[[Language], Table]) -> dict[str, str]:
        """Return a table by its words."""
        return dict(self.rows(of))

    def integers(self, of: Callable[[Language], Table]) -> dict[str, int]:
        """Return a table of whole numbers by its words."""
        return {form: int(value) for form, value in self.rows(of)}

    def fractions(self, of: Callable[[Language], Table]) -> dict[str, Fraction]:
        """Return a table of numbers by its words."""
        return {form: Fraction(value) for form, value in self.rows(of)}

    def numbered(self, of: Callable[[Language], Iterable[Words]]) -> dict[str, int]:
        """Return each word of the lists that stand in an order, with its place in it, from 1."""
        return {
            form: number
            for each, hidden in self.parts
            for number, forms in enumerate(of(each), 1)
            for form in forms.split()
            if form not in hidden
        }
