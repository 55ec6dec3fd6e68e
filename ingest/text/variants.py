"""Words that are one in another form: abbreviations and contractions written out, and small words for each
other, in Dutch and English. Closed lists; the words are small and without accents.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ingest.text.words import unaccented


def _pairs(text: str) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(pair.split("/")) for pair in text.split())


# The letters of an abbreviation, and of what it stands for.
_ABBREVIATED = _pairs("""
    bijv/bijvoorbeeld bv/bijvoorbeeld oa/onderandere oa/onderanderen oa/ondermeer om/ondermeer
    mi/mijnsinziens tm/totenmet ca/circa ca/ongeveer incl/inclusief excl/exclusief mevr/mevrouw mw/mevrouw
    dhr/deheer dhr/heer prof/professor dr/dokter dr/doctor ds/dominee blz/bladzijde blz/pagina p/pagina
    art/artikel nr/nummer dwz/datwilzeggen ivm/inverbandmet mbt/metbetrekkingtot mbv/metbehulpvan max/maximaal
    max/maximum min/minimaal min/minimum min/minuten as/aanstaande jl/jongstleden evt/eventueel
    vgl/vergelijk tav/tenaanzienvan tgv/tengevolgevan ipv/inplaatsvan nav/naaraanleidingvan mn/metname
    enz/enzovoort enz/enzovoorts etc/etcetera zgn/zogenaamd zgn/zogenaamde zgn/zogenoemd zgn/zogenoemde
    resp/respectievelijk gem/gemiddeld gem/gemiddelde vanwege/wegens zoz/zieommezijde zsm/zosnelmogelijk
    aub/alstublieft svp/alstublieft bgg/bijgeengehoor tov/tenopzichtevan tbv/tenbehoevevan
    tel/telefoon afd/afdeling vb/voorbeeld nvt/nietvantoepassing st/sint pct/procent vs/verenigdestaten
    sen/senator gov/governor rep/representative rev/reverend lt/lieutenant sgt/sergeant capt/captain
    gen/general col/colonel approx/approximately vs/versus v/versus eg/forexample ie/thatis st/street
    st/saint ave/avenue rd/road blvd/boulevard dept/department govt/government no/number hrs/hours
    mins/minutes secs/seconds inc/incorporated corp/corporation ltd/limited co/company bros/brothers
    jr/junior sr/senior mt/mount ft/feet ft/fort intl/international assn/association univ/university
    calif/california fla/florida mass/massachusetts tex/texas wash/washington conn/connecticut
    ill/illinois mich/michigan minn/minnesota pa/pennsylvania colo/colorado ariz/arizona
    noone/nobody inorderto/to priorto/before becauseof/dueto hasto/must haveto/must
    duetothefactthat/because etc/andsoon sec/section para/paragraph miv/metingangvan
    dmv/doormiddelvan maw/metanderewoorden pp/perpersoon ct/cent mon/monday tue/tuesday tues/tuesday
    wed/wednesday thu/thursday thurs/thursday fri/friday sat/saturday
    sun/sunday ma/maandag di/dinsdag wo/woensdag do/donderdag vr/vrijdag za/zaterdag zo/zondag
    cllr/councillor tv/television metwie/waarmee
    kg/kilogram km/kilometer km/kilometre cm/centimeter mm/millimeter m/meter
""")
_STREETS = ("str", "straat")

# What an English word ends in that is a word of its own when written out. `'s` is `is` or `has`.
_ENDINGS = {"'d": "'d", "n't": "not", "'re": "are", "'ll": "will", "'ve": "have", "'m": "am"}
_WHOLE = {
    "can't": ("can", "not"), "cannot": ("can", "not"), "won't": ("will", "not"), "shan't": ("shall", "not"),
    "gonna": ("going", "to"), "let's": ("let", "us"), "z'n": ("zijn",), "m'n": ("mijn",), "d'r": ("haar",),
    "'t": ("het",), "da's": ("dat", "is"), "'n": ("een",),
    **{
        f"{word}'s": (word, "is")
        for word in ("it", "he", "she", "that", "there", "what", "who", "where", "here", "how", "this")
    },
}  # fmt: skip

# Of two words one may stand for the other and say the same.
_SAME = _pairs("""
    although/though while/whilst among/amongst toward/towards until/till nearly/almost nobody/noone
    approximately/about approximately/around about/around roughly/about however/but everyone/everybody
    someone/somebody anyone/anybody upon/on amid/amidst hence/therefore thus/therefore
    indien/als ongeveer/circa bijna/haast daardoor/hierdoor hoewel/ofschoon hoewel/alhoewel reeds/al
    tevens/ook eveneens/ook sedert/sinds slechts/maar thans/nu omdat/doordat gedurende/tijdens
    echter/maar wegens/vanwege teneinde/om zodra/wanneer wanneer/als aangezien/omdat daarom/hierom
    daarna/hierna daarbij/hierbij daarmee/hiermee tussentijds/intussen intussen/inmiddels
    nadien/daarna vrijwel/nagenoeg vrijwel/bijna nagenoeg/bijna
    ieder/elk iedere/elke iedereen/eenieder zeer/erg zeer/heel erg/heel ook/eveneens tot/totdat
""")


def written_out(words: Iterable[str]) -> list[str]:
    """The words, contractions as the words they are of; those that changed are small then."""
    found: list[str] = []
    for word in words:
        low = unaccented(word) if "'" in word or "’" in word or word in ("cannot", "gonna") else ""
        whole = _WHOLE.get(low)
        ending = next((end for end in _ENDINGS if low.endswith(end)), None) if low and whole is None else None
        if whole is not None:
            found += whole
        elif ending is not None:
            found += (low.removesuffix(ending), _ENDINGS[ending])
        else:
            found.append(word)
    return found


def abbreviate(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether one of two runs of words abbreviates the other: `o.a.`, `onder andere`; `US`, `U.S.`."""
    old, new = ("".join(map(unaccented, side)) for side in (before, after))
    if frozenset((old, new)) in _ABBREVIATED:
        return True
    if any(
        one.endswith(_STREETS[0]) and other == one.removesuffix(_STREETS[0]) + _STREETS[1]
        for one, other in ((old, new), (new, old))
    ):
        return True
    return _initials(before, after) or _initials(after, before)


def _initials(short: Sequence[str], long: Sequence[str]) -> bool:
    """Whether one is the other's first letters, and all are capitals: `US` or `U.S.`, `United States`."""
    letters = "".join(short)
    together = len(short) == 1 or all(len(word) == 1 for word in short)
    begun = "".join(word[0] for word in long)
    return len(letters) > 1 and together and letters.isupper() and letters == begun and short != long


def say_the_same(gone: set[str], came: set[str]) -> set[str]:
    """Of the words that went and those that came the ones that stand for each other."""
    found = {word for pair in _SAME if pair & gone and pair & came for word in pair}
    # `he'd` is `he had` or `he would`
    return found | {"'d", "had", "would"} if "'d" in gone | came else found
