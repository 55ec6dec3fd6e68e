"""Name what tells edits: the version of its rules, and a hash of the lists that it reads texts with."""

from __future__ import annotations

import functools
import hashlib

import msgspec

from ingest.edits.edit import Classifier
from ingest.edits.settings import RootRules
from ingest.text import freedict, language_files

NAME = "ingest"
VERSION = 16  # of the rules and of the words that come with the program: another one, and edits are made anew
_DIGITS = 16
_encode = msgspec.json.Encoder(order="sorted").encode


def classifier_of(rules: RootRules) -> Classifier:
    """Return the classifier of a root whose settings add these phrases and patterns.

    The order of the phrases of a language counts, since the first found is named; that of patterns does not.
    """
    phrases = tuple((language, tuple(own)) for language, own in rules.phrases.items() if own)
    own = _hash(phrases, tuple(sorted(rules.boilerplate)))
    dictionary = freedict.installed()
    return Classifier(NAME, VERSION, f"{own} {dictionary}" if dictionary else own)


@functools.lru_cache(maxsize=64)  # each edit of a root asks
def _hash(phrases: tuple[tuple[str, tuple[str, ...]], ...], boilerplate: tuple[str, ...]) -> str:
    lists = {"languages": language_files.fingerprint(), "phrases": dict(phrases), "boilerplate": boilerplate}
    return hashlib.sha256(_encode(lists)).hexdigest()[:_DIGITS]


def without_settings() -> str:
    """Return the version of the rules and the hash of the languages' files, as the index keeps them."""
    dictionary = freedict.installed()
    return f"{NAME} {VERSION} {language_files.fingerprint()}{f' {dictionary}' if dictionary else ''}"
