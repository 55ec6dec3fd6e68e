"""The same questions to both databases: the same answers in the same order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from ingest.index import database, fill
from ingest.index.database import Index
from ingest.index.fulltext import search, stems
from ingest.index.fulltext.query import parse
from ingest.model import RootKey, Seq
from ingest.store import tables
from ingest.store.engine import Store
from tests.integration.test_index import found, text
from tests.recording import Kind, add_root, entry, opened, record, rows_of

ENGLISH = {
    "a.txt": [text("The council met for three weeks.", "This week the mayor spoke.", "A week is long.")],
    "b.txt": [text("They waited a week.", "It was the mayor's idea to wait for the note.")],
    "c.txt": [text("The week's end was near.", "They made a plan for the café.")],
    "d.txt": [text("It is not the end.", "Mr O'Brien was mad about the ex-minister.")],
    "e.txt": [
        text("The councils voted on two bridges.", "Nobody came to the meeting."),
        text("The council votes on bridges this week.", "Nobody came to the meeting."),
    ],
}
DUTCH = {
    "nl/a.txt": [text("De raad wacht al drie weken op het besluit.", "De huizen staan nu leeg in de stad.")],
    "nl/b.txt": [text("Deze week is er geen besluit van de raad.", "Het huis is verkocht aan de gemeente.")],
    "nl/c.txt": [text("De foto's van de burgemeester zijn niet scherp.", "De man liep naar de bommen.")],
    "nl/d.txt": [
        text("De brief is aan de wethouder gestuurd.", "De bomen zijn gekapt door de gemeente."),
        text("De brieven zijn aan de wethouder gestuurd.", "De boom is gekapt door de gemeente."),
    ],
}
OTHER = {"de.txt": [text("Die Wochen waren lang und die Stadt hat viele Häuser gebaut für die Menschen.")]}
UNSPACED = {
    "zh.txt": [text("北京市政府星期二宣布港口计划。", "居民用iPhone手机拍照。", "北京大学没有评论。")],
    "ja.txt": [text("東京の新聞社は港の計画を発表した。", "ｶﾀｶﾅで書いた。")],
    "th.txt": [text("สภาเทศบาลประชุมเมื่อวันจันทร์เพื่อหารือเกี่ยวกับแผนท่าเรือ")],
    "hi.txt": [text("नगर परिषद ने हिन्दी में योजना बताई।")],
}
WRITTEN = {
    "w/a.txt": [
        text("De ha\u00adven\u00adplan\u00adnen van het dorp.", "De sluis\u2060werken en\u200b\u200b de dam.")
    ],
    "w/b.txt": [text("De gemeente-\nraad en de ex-\nburgermeester.", "Dĳkwerk kost ２５０ euro per oﬃce.")],
    "w/c.md": [text("Het pr&eacute;&nbsp;terras, zoals in prÃ©haver.")],
}


@pytest.fixture
def index(database_url: str) -> Iterator[Index]:
    with opened(database_url) as store:
        root = add_root(store)
        for language, documents in (
            ("en", ENGLISH),
            ("nl", DUTCH),
            ("de", OTHER),
            ("zh", UNSPACED),
            ("nl", WRITTEN),
        ):
            for path, texts in documents.items():
                _history(store, root, path.encode(), texts, language)
        made = Index(store)
        made.prepare()
        fill.catch_up(made)
        yield made
        made.dispose()


def _history(store: Store, root: RootKey, path: bytes, texts: list[str], language: str) -> None:
    key = None
    for no, said in enumerate(texts):
        kind: Kind = "changed" if no else "created"
        made = entry(kind, path, raw=said.encode(), document=key, previous=no or None)
        assert made.version is not None
        rendition = replace(made.version.rendition, language=language)
        record(store, root, [replace(made, version=replace(made.version, rendition=rendition))])
        key = key or max(int(row["id"]) for row in rows_of(store, tables.document))


ANSWERS: list[tuple[str, dict[str, Any], list[str]]] = [
    # a word stands for its forms in the language of the sentence, and for no other language's
    ("week", {}, ["a.txt", "b.txt", "c.txt", "e.txt", "nl/a.txt", "nl/b.txt"]),
    ("weeks", {}, ["a.txt", "b.txt", "c.txt", "e.txt", "nl/a.txt", "nl/b.txt"]),
    ("weken", {}, ["nl/a.txt", "nl/b.txt"]),
    ("week's", {}, ["a.txt", "b.txt", "c.txt", "e.txt", "nl/a.txt", "nl/b.txt"]),
    ("WEEK’S", {}, ["a.txt", "b.txt", "c.txt", "e.txt", "nl/a.txt", "nl/b.txt"]),
    ("made", {}, ["c.txt"]),
    ("note", {}, ["b.txt"]),
    ("huis", {}, ["nl/a.txt", "nl/b.txt"]),
    ("brief", {}, ["nl/d.txt"]),
    ("boom", {}, ["nl/d.txt"]),
    ("bom", {}, ["nl/c.txt"]),
    ("foto's", {}, ["nl/c.txt"]),
    ("woche", {}, ["de.txt"]),
    ("mensch", {"language": "de"}, ["de.txt"]),
    ("mensch", {"language": "nl"}, []),
    ("haus", {}, ["de.txt"]),
    ("wochen", {}, ["de.txt"]),
    ("hauser", {}, ["de.txt"]),
    # the language of a query: its stems, and the words as they stand
    ("week", {"language": "nl"}, ["nl/a.txt", "nl/b.txt"]),
    ("weeks", {"language": "en"}, ["a.txt", "b.txt", "c.txt", "e.txt"]),
    ("weken", {"language": "en"}, []),
    ("wochen", {"language": "de"}, ["de.txt"]),
    # in quotes, or in a row, as they stand
    ('"week"', {}, ["a.txt", "b.txt", "c.txt", "e.txt", "nl/b.txt"]),
    ('"weeks"', {}, ["a.txt"]),
    ('"three weeks"', {}, ["a.txt"]),
    ('"three week"', {}, []),
    ('"drie weken"', {}, ["nl/a.txt"]),
    ("ex-minister", {}, ["d.txt"]),
    ("O'Brien", {}, ["d.txt"]),
    # beginnings
    ("wee*", {}, ["a.txt", "b.txt", "c.txt", "e.txt", "nl/b.txt"]),
    ("weke*", {}, ["nl/a.txt"]),
    ("weken*", {}, ["nl/a.txt"]),
    ("counc*", {}, ["a.txt", "e.txt"]),
    ('"the coun*"', {}, ["a.txt", "e.txt"]),
    ('"the council v"*', {}, ["e.txt"]),
    # several words, without, or
    ("council week", {}, ["a.txt", "e.txt"]),
    ("week NOT council", {}, ["b.txt", "c.txt", "nl/a.txt", "nl/b.txt"]),
    ("bridges OR brieven", {}, ["e.txt", "nl/d.txt"]),
    ("cafe", {}, ["c.txt"]),
    ("café", {}, ["c.txt"]),
    ("the", {}, ["a.txt", "b.txt", "c.txt", "d.txt", "e.txt"]),
    # whatever stands in a run of a script without blanks, a word or not
    ("港口", {}, ["zh.txt"]),
    ("北京", {}, ["zh.txt"]),
    ("港", {}, ["ja.txt", "zh.txt"]),
    ("划", {}, ["zh.txt"]),
    ("港口计划", {}, ["zh.txt"]),
    ("京市政", {}, ["zh.txt"]),
    ("港计", {}, []),
    ("口划", {}, []),
    ('"港口"', {}, ["zh.txt"]),
    ("港口 NOT 計画", {}, ["zh.txt"]),
    ("iPhone手机", {}, ["zh.txt"]),
    ("iphone", {}, ["zh.txt"]),
    ("新聞社", {}, ["ja.txt"]),
    ("カタカナ", {}, ["ja.txt"]),
    ("ประชุม", {}, ["th.txt"]),
    ("ประชาม", {}, []),
    ("हिन्दी", {}, ["hi.txt"]),
    ("हन्दा", {}, []),
    # what is the same, written otherwise
    ("havenplannen", {}, ["w/a.txt"]),
    ("ha\u00advenplannen", {}, ["w/a.txt"]),
    ("sluiswerken", {}, ["w/a.txt"]),
    ("gemeenteraad", {}, ["w/b.txt"]),
    ("ex-burgermeester", {}, ["w/b.txt"]),
    ("dijkwerk", {}, ["w/b.txt"]),
    ("Dĳkwerk", {}, ["w/b.txt"]),
    ("250", {}, ["w/b.txt"]),
    ("office", {}, ["w/b.txt"]),
    ("pré terras", {}, ["w/c.md"]),
    ("préhaver", {}, ["w/c.md"]),
]


def test_both_databases_answer_the_same(index: Index) -> None:
    for query, wanted, paths in ANSWERS:
        assert sorted(path for path, _ in found(index, query, **wanted)) == paths, (query, wanted)


def test_both_databases_put_the_documents_in_the_same_order(index: Index) -> None:
    """The one of which most sentences ever held the word first; of equal ones the oldest."""

    def order(query: str, **wanted: Any) -> list[str]:
        return [path for path, _ in found(index, query, **wanted)]

    assert order("week") == ["a.txt", "b.txt", "c.txt", "e.txt", "nl/a.txt", "nl/b.txt"]
    assert order("council") == ["e.txt", "a.txt"]  # two sentences, over its versions
    assert order("weeks council") == ["a.txt", "e.txt"]
    assert order("wee*") == ["a.txt", "b.txt", "c.txt", "e.txt", "nl/b.txt"]
    assert order('"the council"') == ["a.txt", "e.txt"]


def test_both_databases_find_the_versions_that_held_a_form(index: Index) -> None:
    assert found(index, "brief") == [("nl/d.txt", [(1, 2)])]
    assert found(index, '"brief"') == []
    assert found(index, '"brief"', every=True) == [("nl/d.txt", [(1, 1)])]
    assert found(index, "bridge", every=True) == [("e.txt", [(1, 2)])]
    assert found(index, '"two bridges"', every=True) == [("e.txt", [(1, 1)])]
    assert ("e.txt", [(2, 2)]) in found(index, "weeks", every=True)
    assert found(index, "week", since=2**62) == []


def test_at_a_moment_those_are_found_that_stood_there_and_held_it_then(index: Index) -> None:
    root = RootKey(1)
    key = max(int(row["id"]) for row in rows_of(index.store, tables.document))
    begun = len(rows_of(index.store, tables.change))
    said = [text("The lighthouse burns."), text("The lighthouse is dark."), text("The tower is dark.")]
    steps: list[tuple[Kind, bytes]] = [
        ("created", b"x/old.txt"), ("moved", b"new.txt"), ("deleted", b"new.txt"), ("restored", b"new.txt"),
        ("changed", b"new.txt"),
    ]  # fmt: skip
    for no, (kind, path) in enumerate(steps):
        raw = {0: said[0], 3: said[1], 4: said[2]}.get(no)
        made = entry(
            kind, path, raw=None if raw is None else raw.encode(), document=None if no == 0 else key + 1,
            previous=None if no == 0 else 1 if no < 4 else 2,
            from_path=b"x/old.txt" if kind == "moved" else None,
            reason="removed" if kind == "deleted" else None,
        )  # fmt: skip
        record(index.store, root, [made])
        key = key if no else max(int(row["id"]) for row in rows_of(index.store, tables.document)) - 1
    fill.catch_up(index)

    def at(query: str, place: int, **wanted: Any) -> list[Any]:
        with index.reading() as connection:
            held = search.SearchFilters(at=Seq(begun + place), **wanted)
            hits = search.find(connection, parse(query), held, every=False)
            return [
                ([(each.first, each.last) for each in one.versions], one.snippet)
                for _, one, _ in search.matches(connection, hits)
            ]

    assert [at("lighthouse", place) for place in range(6)] == [
        [],
        [([(1, 2)], said[0].strip())],
        [([(1, 2)], said[0].strip())],
        [],
        [([(1, 2)], said[1].strip())],
        [],
    ]
    assert [len(at("lighthouse", place, prefix=b"x/")) for place in (1, 2)] == [1, 0]
    assert [len(at("tower", place)) for place in (4, 5)] == [0, 1]
    assert len(at("week", 0)) == len(found(index, "week"))


def test_an_index_that_lags_says_nothing_of_versions_that_it_has_not_seen(index: Index) -> None:
    """Neither that they hold what the one before held, nor that they do not."""
    path, texts = b"e.txt", [*ENGLISH["e.txt"], text("All is new here.")]
    with index.store.read() as connection:
        select = sa.select(tables.document.c.id).where(tables.document.c.path_bytes == path)
        key = connection.execute(select).scalar_one()
    made = entry("changed", path, raw=texts[2].encode(), document=key, previous=2)
    record(index.store, RootKey(1), [made])

    def hit(query: str, *, every: bool, **wanted: Any) -> tuple[Any, Any, Any]:
        with index.reading() as connection:
            hits = search.find(connection, parse(query), search.SearchFilters(**wanted), every=every)
            (one,) = (made for each, made, _ in search.matches(connection, hits) if each.row.path == path)
        return [(each.first, each.last) for each in one.versions], one.last_version, one.current

    for every in (False, True):
        assert hit("meeting", every=every) == ([(1, 2)], 2, False)
        assert hit("meeting", every=every, language="en") == ([(1, 2)], 2, False)
        assert hit("meeting NOT mayor", every=every) == ([(1, 2)], 2, False)
        assert hit('"this week"', every=every) == ([(2, 2)], 2, False)
    fill.catch_up(index)
    assert hit("meeting", every=True) == ([(1, 2)], 2, False)
    assert hit("new", every=False) == ([(3, 3)], 3, True)
    assert "e.txt" not in [path for path, _ in found(index, "meeting")]


def test_what_is_told_of_hits_together_is_what_is_told_of_each(index: Index) -> None:
    """The record, the sentence and the times of each, also where a body among them is damaged."""
    query = "week OR brief OR raad OR council"
    with index.reading() as connection:
        hits = list(search.find(connection, parse(query), search.SearchFilters(), every=True))
        alone = [one for hit in hits for one in search.matches(connection, [hit], times=True)]
        assert list(search.matches(connection, iter(hits), times=True)) == alone
    said = {made.path: (made.snippet, sorted(times)) for _, made, times in alone}
    assert said == {
        "a.txt": ("The council met for three weeks.", [1]),
        "b.txt": ("They waited a week.", [1]),
        "c.txt": ("The week's end was near.", [1]),
        "e.txt": ("The council votes on bridges this week.", [1, 2]),
        "nl/a.txt": ("De raad wacht al drie weken op het besluit.", [1]),
        "nl/b.txt": ("Deze week is er geen besluit van de raad.", [1]),
        "nl/d.txt": ("De brieven zijn aan de wethouder gestuurd.", [1, 2]),
    }
    keys = {hit.row.path: hit.row.key for hit in hits}
    with index.store.write() as connection:
        of_version = sa.select(tables.version.c.blob_id).where(tables.version.c.document_id == keys[b"b.txt"])
        connection.execute(
            sa.update(tables.blob).where(tables.blob.c.id.in_(of_version)).values(data=b"nothing of the kind")
        )
    with index.reading() as connection:
        told = {made.path: made.snippet for _, made, _ in search.matches(connection, hits)}
    assert told == {path: None if path == "b.txt" else sentence for path, (sentence, _) in said.items()}


def test_an_index_of_other_stems_is_made_anew(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    assert index.usable()
    monkeypatch.setattr(database, "MADE_BY", stems.MADE_BY.replace("dutch", "dutch_porter"))
    assert not index.usable()
    index.prepare()
    assert found(index, "week") == []
    fill.catch_up(index)
    assert len(found(index, "week")) == 6


def test_a_stem_that_has_another_stem_is_no_word_of_its_own() -> None:
    """FTS5 is then asked for the column of stems alone."""
    words = [word for stem in ("en", "nl", "de") for word in _unstable(stem)]
    assert all(not stems.Stem(language).is_own(stem) for language, stem in words)


def _unstable(language: str) -> list[tuple[str, str]]:
    stem = stems.Stem(language)
    tried = ("generalisations", "minister", "begrotingen", "vaststellingen", "organisations", "houses")
    made = {stem[word] for word in tried}
    return [(language, each) for each in made if stem[each.removesuffix(f".{language}")] != each]


def test_what_is_asked_is_taken_apart_once() -> None:
    (clause,) = parse('week\'s "week" week*')
    assert [(term.words, term.exact, term.prefix) for term in clause.wanted] == [
        (("week",), False, False),
        (("week",), True, False),
        (("week",), False, True),
    ]
    assert search.SearchFilters().language is None
