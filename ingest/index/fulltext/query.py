"""What a person asks for, taken apart: words, phrases, beginnings of words, AND, OR, NOT.

    brug Westdam            both, or forms of theirs (`bruggen`), somewhere in the document
    "de brug bij Westdam"   these words in a row as they stand, within one sentence
    verkeer*                any word that begins so
    brug OR pont            either; AND binds closer than OR
    brug NOT Westdam        documents with the one and without the other

Only AND, OR and NOT in capitals, between or before words, and quotes that come in pairs mean anything;
a star means something at the end of a word or of a phrase, before its last quote or after it. All else is
text: what is neither letter nor digit parts words, and a symbol must stand where it was asked for: `100%`,
`C++`, `a_c`.
In a script that puts no blank between its words, any stretch of characters is a word: `港口`.
No query is an error.
"""

from __future__ import annotations

import re

import msgspec

from ingest.expressions import expression
from ingest.index.fulltext.folding import has_symbol, literal, query_words

_NEXT = expression(r"\s*(\S)")
_WORD = expression(r'[^\s"]+|"')
_POSSESSIVE = expression(r"(?<=\w)['’]s?(?=\W*$)", re.IGNORECASE)  # `week's` is a form of `week`
_OPERATORS = frozenset(("AND", "OR", "NOT"))
MOST = 64  # words and phrases; what comes after them is left out


class Term(msgspec.Struct, frozen=True):
    """Words in a row, folded; with `prefix` the last one only begins so.

    `literal` is what must stand there, where the words alone would lose a symbol. A word that is not `exact`
    stands for its other forms too.
    """

    words: tuple[str, ...]
    prefix: bool = False
    literal: str = ""
    exact: bool = False

    @property
    def is_phrase(self) -> bool:
        """Tell whether it is asked for as it stands: in quotes, or as words in a row."""
        return self.exact or len(self.words) > 1


class Clause(msgspec.Struct, frozen=True):
    """Everything in `wanted` and nothing in `unwanted`; without the former, all that lacks the latter."""

    wanted: tuple[Term, ...]
    unwanted: tuple[Term, ...]


def parse(query: str) -> list[Clause]:
    """Return the clauses of which one must hold; none where the query has no word in it."""
    clauses: list[Clause] = []
    wanted: list[Term] = []
    unwanted: list[Term] = []
    parts = _parts(query)
    for at, part in enumerate(parts):
        if isinstance(part, Term):
            negated = at > 0 and parts[at - 1] == "NOT"
            (unwanted if negated else wanted).append(part)
        elif part == "OR" and (wanted or unwanted):
            clauses.append(Clause(tuple(wanted), tuple(unwanted)))
            wanted, unwanted = [], []
    if wanted or unwanted:
        clauses.append(Clause(tuple(wanted), tuple(unwanted)))
    return clauses


def query_notes(query: str, clauses: list[Clause]) -> list[str]:
    """Return what somebody who wrote this query should know of it."""
    told = []
    if not clauses:
        told.append("the query has no word in it: nothing can be found")
    if query.count('"') % 2:
        told.append("a quotation mark has no other half: what comes after it is no phrase")
    if any(word in _OPERATORS for word in _words_of(query)):
        told.append("AND, OR or NOT has nothing to join here: it is looked for as a word")
    return told


def _words_of(query: str) -> list[str]:
    """Return the operators that a query has as words, where they have nothing to join."""
    return [name for name, part in _named_parts(query) if isinstance(part, Term)]


def _parts(query: str) -> list[Term | str]:
    return [part for _, part in _named_parts(query)]


def _named_parts(query: str) -> list[tuple[str, Term | str]]:
    """Return terms and operators as they are written; an operator with nothing to join is a word."""
    found: list[tuple[str, Term | None]] = []
    at = 0
    while place := _NEXT.match(query, at):
        at = place.start(1)
        end = query.find('"', at + 1) if query[at] == '"' else -1
        if end > 0:
            inside, at = query[at + 1 : end], end + 1
            star = query[at : at + 1] == "*"
            at += star
            found.append(("", _term(inside, prefix=star or inside.endswith("*"), exact=True)))
            continue
        match = _WORD.match(query, at)
        assert match is not None
        at = match.end()
        word = match[0]
        found.append((word, _term(word, prefix=word.endswith("*"))))
    parts: list[tuple[str, Term | str]] = []
    last = max((number for number, (_, term) in enumerate(found) if term is not None), default=0)
    for number, (name, term) in enumerate(found):
        if name in _OPERATORS and number < last and (parts or name == "NOT"):
            parts.append((name, name))
        elif term is not None:
            parts.append((name, term))
    return parts[: 2 * MOST]


def _term(text: str, *, prefix: bool, exact: bool = False) -> Term | None:
    if not exact and not prefix:
        text = _POSSESSIVE.sub("", text)
    words, begins = query_words(text)
    text = text[:-1] if prefix and text.endswith("*") else text
    prefix = prefix or begins
    exact = exact and len(words) == 1 and not prefix  # words in a row and beginnings are so anyway
    return Term(words, prefix, literal(text) if has_symbol(text) else "", exact) if words else None
