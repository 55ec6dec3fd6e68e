"""The languages that documents are in, and the names by which a call may ask for one."""

from __future__ import annotations

import re

from ingest.errors import NotFound
from ingest.store import listing
from ingest.store.engine import Connection

# What people write for the languages that a text is most often in, and its ISO 639-1 code.
_NAMES = {
    "en": ("english", "engels"),
    "nl": ("dutch", "nederlands", "flemish", "vlaams"),
    "de": ("german", "deutsch", "duits"),
    "fr": ("french", "français", "francais", "frans"),
    "es": ("spanish", "español", "espanol", "spaans"),
    "it": ("italian", "italiano", "italiaans"),
    "pt": ("portuguese", "português", "portugues", "portugees"),
    "pl": ("polish", "polski", "pools"),
    "ru": ("russian", "russisch"),
    "tr": ("turkish", "türkçe", "turks"),
    "ar": ("arabic", "arabisch"),
    "zh": ("chinese", "chinees"),
    "ja": ("japanese", "japans"),
    "uk": ("ukrainian", "oekraïens"),
    "sv": ("swedish", "svenska", "zweeds"),
    "da": ("danish", "dansk", "deens"),
    "no": ("norwegian", "norsk", "noors"),
    "fi": ("finnish", "suomi", "fins"),
    "el": ("greek", "grieks"),
    "cs": ("czech", "čeština", "tsjechisch"),
}
_CODES = {name: code for code, names in _NAMES.items() for name in names}


def code_of(words: str) -> str:
    """Return the code that the words mean as far as they look like one: `EN` and `en-GB` are `en`."""
    return re.split("[-_]", words, maxsplit=1)[0].lower()


def unknown(connection: Connection, words: str) -> str | None:
    """Tell why nothing can be found in this language: no text is in it. None where one is."""
    there = listing.languages(connection)
    if code_of(words) in there:
        return None
    code = _CODES.get(words.casefold())
    if code in there:
        return f"no text is in '{words}': write {code}"
    meant = f", which is {code}" if code else ""
    known = f"there are texts in {', '.join(there)}" if there else "no text has a known language"
    return f"no text is in '{words}'{meant}; {known}"


def require(connection: Connection, words: str | None) -> None:
    """Raise NotFound for a language that no text is in."""
    why = None if words is None else unknown(connection, words)
    if why is not None:
        raise NotFound(why, hint="ask for one that a text is in, or for every language")
