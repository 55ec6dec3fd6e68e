"""The closed classes of words that facts are made of, in Dutch and English: numbers, months, units.

Words are in small letters and without accents. Both languages are always looked up, since an article
in one quotes the other; a word that means different things in the two stands where it is rarer wrong.
"""

from __future__ import annotations

from fractions import Fraction


def word_set(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


def _list(text: str) -> list[str]:
    return text.split()


def _table(text: str) -> dict[str, str]:
    """From lines of `name: form form`, each form's name."""
    rows = (line.split(":") for line in text.strip().splitlines())
    return {form: name.strip() for name, forms in rows for form in forms.split()}


_UNDER_TWENTY_NL = _list("""
    nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien
    zeventien achttien negentien
""")
_TENS_NL = _list("twintig dertig veertig vijftig zestig zeventig tachtig negentig")
_UNDER_TWENTY_EN = _list("""
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen
""")
_TENS_EN = _list("twenty thirty forty fifty sixty seventy eighty ninety")


def _dutch() -> dict[str, Fraction]:
    """Every whole number below a thousand that is written as one word, and halves below twenty."""
    below = dict(enumerate(_UNDER_TWENTY_NL))
    for ten, name in enumerate(_TENS_NL, 2):
        below[ten * 10] = name
        below.update({ten * 10 + unit: f"{below[unit]}en{name}" for unit in range(1, 10)})
    words = {name: Fraction(number) for number, name in below.items()}
    for hundred in range(1, 10):
        prefix = ("" if hundred == 1 else below[hundred]) + "honderd"
        words[prefix] = Fraction(hundred * 100)
        for number in range(1, 100):
            words[prefix + below[number]] = words[f"{prefix}en{below[number]}"] = Fraction(
                hundred * 100 + number
            )
    for number in range(2, 20):
        words[f"{below[number]}enhalf"] = words[f"{below[number]}enhalve"] = number + Fraction(1, 2)
    words |= {"anderhalf": Fraction(3, 2), "anderhalve": Fraction(3, 2)}
    return words


def _english() -> dict[str, Fraction]:
    words = {name: Fraction(number) for number, name in enumerate(_UNDER_TWENTY_EN)}
    for ten, name in enumerate(_TENS_EN, 2):
        words[name] = Fraction(ten * 10)
        words.update({f"{name}-{_UNDER_TWENTY_EN[unit]}": Fraction(ten * 10 + unit) for unit in range(1, 10)})
    return words | {"dozen": Fraction(12), "dozijn": Fraction(12)}


NUMBERS = _dutch() | _english()

_ORDINALS_NL = _list("""
    eerste tweede derde vierde vijfde zesde zevende achtste negende tiende elfde twaalfde dertiende
    veertiende vijftiende zestiende zeventiende achttiende negentiende twintigste
""")
_ORDINALS_EN = _list("""
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
    fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth
""")
ORDINALS = {word: number for line in (_ORDINALS_NL, _ORDINALS_EN) for number, word in enumerate(line, 1)}

MAGNITUDES = {
    form: Fraction(size)
    for size, forms in (
        (12, "dozen dozijn"),
        (100, "hundred honderd"),
        (1000, "thousand duizend"),
        (10**6, "million miljoen mln mio"),
        (10**9, "billion miljard mld bn mrd"),
        (10**12, "trillion biljoen"),
    )
    for form in forms.split()
}

# Alone they are an article or a pronoun; beside another number they are 1.
ONES = word_set("een a an one")

# Signs for a part of one.
SIGNS = {
    "½": Fraction(1, 2),
    "⅓": Fraction(1, 3),
    "⅔": Fraction(2, 3),
    "¼": Fraction(1, 4),
    "¾": Fraction(3, 4),
}

# What follows a small number in `two thirds of`, `een kwart van`, and what is a part of the whole alone.
PARTS = {
    form: size
    for size, forms in (
        (3, "third thirds derde"),
        (4, "quarter quarters kwart"),
        (5, "fifth fifths vijfde"),
        (10, "tenth tenths tiende"),
    )
    for form in forms.split()
}
SHARES = {
    form: Fraction(share)
    for share, forms in (
        ("1/2", "half helft"),
        ("1/3", "one-third eenderde"),
        ("2/3", "two-thirds tweederde"),
        ("1/4", "one-quarter"),
        ("3/4", "three-quarters driekwart"),
        ("1/5", "one-fifth"),
        ("2/5", "two-fifths"),
        ("3/5", "three-fifths"),
        ("4/5", "four-fifths"),
    )
    for form in forms.split()
}

VAGUE = _table("""
    tens: tientallen dozens scores tens
    hundreds: honderden hundreds
    thousands: duizenden thousands
    millions: miljoenen millions
    billions: miljarden billions
""")
SOME = word_set("""
    several some many few enkele meerdere verschillende sommige veel weinig enige numerous handful handvol
    paar
""")

# How often, and how many fold.
REPEATED = {
    form: number
    for number, forms in ((2, "twice tweemaal"), (3, "thrice driemaal"), (4, "viermaal"), (5, "vijfmaal"))
    for form in forms.split()
}
FOLDS = {
    form: Fraction(fold)
    for fold, forms in (
        ("1/2", "halved gehalveerd halveert halveerde"),
        ("2", "doubled verdubbeld verdubbelt verdubbelde"),
        ("3", "tripled trebled verdrievoudigd verdrievoudigt verdrievoudigde"),
        ("4", "quadrupled verviervoudigd verviervoudigt verviervoudigde"),
        ("5", "quintupled vervijfvoudigd"),
    )
    for form in forms.split()
}

MONTHS = {
    form: number
    for number, forms in enumerate(
        (
            "januari january jan",
            "februari february feb febr",
            "maart march mrt mar",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "augustus august aug",
            "september sep sept",
            "oktober october okt oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for form in forms.split()
}
# Month names that are other words too: months only beside a day or a year.
UNSURE_MONTHS = word_set("may march mar jan feb febr mrt apr jun jul aug sep sept okt oct nov dec")

WEEKDAYS = {
    form: number
    for number, forms in enumerate(
        (
            "maandag monday maandagen mondays",
            "dinsdag tuesday",
            "woensdag wednesday",
            "donderdag thursday",
            "vrijdag friday",
            "zaterdag saturday",
            "zondag sunday",
        ),
        1,
    )
    for form in forms.split()
}
PARTS_OF_DAY = "ochtend morgen middag avond nacht"
PARTS_OF_DAY_AFTER = word_set("ochtends morgens middags avonds nachts")
WEEKDAYS |= {day + part: number for day, number in WEEKDAYS.items() for part in PARTS_OF_DAY.split()}

RELATIVE = _table("""
    today: vandaag today vanochtend vanmorgen vanmiddag vanavond tonight
    yesterday: gisteren yesterday gisteravond gisterochtend gistermiddag
    before yesterday: eergisteren
    tomorrow: tomorrow morgenavond morgenochtend morgenmiddag
""")

# `next week`, `vorig jaar`: which one, and of what.
WHICH = _table("""
    last: last past vorige vorig afgelopen verleden
    this: this deze dit
    next: next coming volgende volgend komende komend
""")
PERIODS = _table("""
    week: week weeks weken
    weekend: weekend
    month: month months maand maanden
    year: year years jaar jaren
    quarter: quarter kwartaal
    season: season seizoen
    morning: morning ochtend
    afternoon: afternoon middag
    evening: evening avond
    night: night nacht
""")
SEASONS = {
    form: number
    for number, forms in enumerate(
        ("spring lente voorjaar", "summer zomer", "autumn herfst najaar", "winter"), 1
    )
    for form in forms.split()
}
# Their hours.
TIMES_OF_DAY = {"noon": 12, "midday": 12, "midnight": 0, "middernacht": 0}

CURRENCIES = _table("""
    EUR: € euro euros eur
    USD: $ dollar dollars usd us$
    GBP: £ pond pound pounds gbp
    JPY: ¥ yen
    CHF: frank francs chf
    NLG: gulden guldens nlg
""")
PERCENT = _table("""
    %: % procent percent pct
    pp: procentpunt procentpunten
""")

UNITS = _table("""
    second: seconde seconden seconds
    minute: minuut minuten minute minutes min
    hour: uur uren hour hours
    day: dag dagen day days
    week: week weken weeks
    month: maand maanden month months
    year: jaar jaren year years
    km: km kilometer kilometers kilometre kilometres
    m: meter meters metre metres
    cm: cm centimeter centimeters centimetre centimetres
    mm: mm millimeter millimeters millimetre millimetres
    mile: mijl mijlen mile miles
    foot: foot feet voet
    inch: inch inches
    yard: yard yards
    kg: kg kilo kilogram kilos kilograms
    gram: gram grams g
    mg: mg milligram milligrams
    mcg: mcg microgram micrograms
    pound: lb lbs
    ton: ton tonnes tons tonne
    litre: liter liters litre litres l
    ml: ml milliliter milliliters millilitre millilitres
    cl: cl centiliter centiliters
    degree: graad graden degree degrees
    hectare: hectare hectaren hectares ha
    acre: acre acres
    kW: kw kilowatt kilowatts
    MW: mw megawatt megawatts
    GW: gw gigawatt gigawatts
    kWh: kwh
    MWh: mwh
    MB: mb megabyte megabytes
    GB: gb gigabyte gigabytes
    TB: tb terabyte terabytes
    people: mensen personen people persons
    dead: doden dead deaths
    hurt: gewonden injured wounded
    times: keer maal times
""")

NEGATIONS = word_set("""
    niet geen nooit niemand niets nergens noch nimmer evenmin geenszins not no never none nobody nothing
    nowhere neither nor cannot without zonder unless tenzij
""")

# A letter from a negation, and its opposite.
AFFIRMATIONS = word_set("iets iemand ooit ergens ever either")

HONORIFICS = word_set("""
    mr mrs ms miss mx dr sir lord lady dame prof professor president prime minister chancellor senator
    councillor mayor det insp pc sgt doctor dhr mevr mevrouw meneer drs ir ing mw
""")

# What stands behind a number in one Dutch word, and the unit that it is.
COMPOUNDED = {
    "jarig": "year", "jarige": "year", "jarigen": "year", "daags": "day", "daagse": "day", "weeks": "week",
    "weekse": "week", "maands": "month", "maandse": "month", "urig": "hour", "urige": "hour",
    **dict.fromkeys(("koppig", "koppige", "delig", "delige", "ledig", "ledige", "baans", "voudig", "voudige",
                     "persoons", "kamer", "kamerwoning")),
}  # fmt: skip

# What stuck to a figure makes it so many times as much; `m` does before or after a currency alone.
STUCK = {"bn": 10**9, "mln": 10**6, "mld": 10**9, "mrd": 10**9, "tn": 10**12, "k": 1000}

# With a name they say nothing that it does not.
FORMS_OF_ADDRESS = word_set("mr mrs ms miss mx sir lord lady dame dhr mevr mevrouw meneer heer drs ir ing mw")

# Between the words of a name, or before its first.
PARTICLES = word_set("van de den der ten ter het 't von du la le of di da al el bin")

# Before a name at a sentence's start, and no part of it.
TITLES = HONORIFICS | word_set("""
    burgemeester wethouder minister staatssecretaris premier koning koningin prins prinses voorzitter
    directeur trainer coach bondscoach spits keeper doelman verdediger middenvelder aanvaller advocaat
    officier rechter hoogleraar dokter commissaris raadslid kamerlid fractievoorzitter fractieleider
    lijsttrekker schrijver schrijfster zanger zangeres acteur actrice regisseur journalist woordvoerder
    woordvoerster topman topvrouw
    oud-minister oud-premier oud-burgemeester oud-wethouder agent wielrenner schaatser tennisser
    king queen prince princess governor coach manager striker goalkeeper captain officer detective sergeant
    judge justice director chairman chairwoman chair spokesman spokeswoman spokesperson author singer actor
    actress pope bishop archbishop general colonel representative congressman congresswoman secretary attorney
    former ex-president ex-minister police officers doctors reporter journalist editor
""")
OPENINGS = word_set("""
    neither either both zowel noch
    later earlier meanwhile however nevertheless although though moreover furthermore afterwards finally
    eventually recently previously initially instead today tonight once yet still also perhaps maybe
    daarna vervolgens bovendien eerder inmiddels intussen ondertussen later echter toch eindelijk
    uiteindelijk onlangs aanvankelijk eerst vooral alleen zelfs misschien hoewel ofschoon zodra nadat
""")

# By language, words of the other language's classes that mean something else in it.
FALSE_FRIENDS = {
    "nl": word_set("half ten dozen tens scores no an a one may march second min minute ton hour dead pounds"),
    "en": word_set("elf mei veel over pond dag een min uur ton franc frank"),
}

SLOTTED = frozenset(
    (
        *NUMBERS, *ORDINALS, *MAGNITUDES, *PARTS, *SHARES, *VAGUE, *SOME, *ONES, *MONTHS, *WEEKDAYS,
        *RELATIVE, *WHICH, *PERIODS, *SEASONS, *TIMES_OF_DAY, *REPEATED, *FOLDS, *CURRENCIES, *PERCENT,
        *UNITS, "per", "cent", "percentage", "point", "points", "am", "pm", "half", "bn", "us", "eeuw",
        "century", "couple", "voor", "over", "past", *PARTS_OF_DAY_AFTER,
    )
)  # fmt: skip
"""The words and marks without which, capitals and digits aside, there is no slot."""

MEANT = frozenset(
    (
        *NUMBERS, *ORDINALS, *MAGNITUDES, *PARTS, *SHARES, *VAGUE, *MONTHS, *WEEKDAYS, *RELATIVE, *NEGATIONS,
        *AFFIRMATIONS, *SOME, "am", "pm",
    )
)  # fmt: skip
"""Words that never are each other's misspelling: `juni` and `juli`, `niets` and `iets`."""


def spelt(word: str) -> Fraction | None:
    """The value of one word: below a thousand, or with `duizend` in it."""
    value = NUMBERS.get(word)
    if value is None and "duizend" in word and len(word) < 60:
        thousands, _, rest = word.partition("duizend")
        many = NUMBERS.get(thousands) if thousands else Fraction(1)
        more = NUMBERS.get(rest.removeprefix("en")) if rest else Fraction(0)
        if many is not None and more is not None and (thousands or rest):
            value = many * 1000 + more
    return value
