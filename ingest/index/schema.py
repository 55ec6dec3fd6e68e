"""The tables of the index, on both databases."""

from __future__ import annotations

VERSION = 19  # of what is kept and how it is made: another one, and the index is made anew
SCHEMA = "ingest_index"
# The id of a span is its document's key and, in so many bits, its number within the document: to know which
# documents hold a word, nothing but the ids of its sentences is read. It has room for two thousand million
# documents and twice as many sentences of each, counted over all its versions.
SPAN_BITS = 32

TABLES = (
    """CREATE TABLE state (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, seq BIGINT NOT NULL,
       leaf {bytes} NOT NULL, edited BIGINT NOT NULL, classifier TEXT NOT NULL,
       rules TEXT NOT NULL, stems TEXT NOT NULL)""",
    """CREATE TABLE indexed (document_id {key} PRIMARY KEY, no INTEGER NOT NULL, spans INTEGER NOT NULL,
       normaliser TEXT NOT NULL)""",
    """CREATE TABLE edit (seq {key} PRIMARY KEY, document_id BIGINT NOT NULL, class TEXT NOT NULL,
       significance TEXT NOT NULL, flags TEXT NOT NULL, reason TEXT NOT NULL,
       page INTEGER, heading TEXT, body TEXT NOT NULL)""",
    "CREATE INDEX ix_edit_class ON edit (class, seq)",
    "CREATE INDEX ix_edit_significance ON edit (significance, seq)",
    # The edits that have a flag, or a fact of a kind: `flag:silent`, `fact:number`.
    "CREATE TABLE mark (name TEXT NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (name, seq))",
    """CREATE TABLE span (id {key} PRIMARY KEY, document_id BIGINT NOT NULL, from_no INTEGER NOT NULL,
       to_no INTEGER NOT NULL, origin_no INTEGER NOT NULL, start INTEGER NOT NULL, length INTEGER NOT NULL,
       hash BIGINT NOT NULL, edited INTEGER NOT NULL, runs TEXT)""",
    "CREATE INDEX ix_span_document ON span (document_id, to_no, hash)",
)
WORDS = {
    "sqlite": (
        # A full stop is part of a word here: it parts the word from its language.
        "CREATE VIRTUAL TABLE words USING fts5(said, stem, content='',"
        " tokenize=\"unicode61 remove_diacritics 2 tokenchars '.'\")"
    ),
    "postgresql": (
        "CREATE TABLE words (document_id BIGINT NOT NULL, number BIGINT NOT NULL, part INTEGER NOT NULL,"
        " starts SMALLINT[] NOT NULL, said TSVECTOR NOT NULL, PRIMARY KEY (document_id, number, part))"
        # A look into the index by words visits the rows of all it finds: they must be small.
        " WITH (toast_tuple_target = 128)"
    ),
}
