"""Make the word lists of `ingest.text.wordlist` from those that pyspellchecker carries.

    python -m tools.wordlists [FOLDER]

Writes `en.marisa`, `nl.marisa` and `de.marisa`, into the package or FOLDER, and prints the size of each. One
release of pyspellchecker and of marisa-trie always gives the same bytes.
"""

from __future__ import annotations

import gzip
import sys
from importlib import resources
from pathlib import Path

import msgspec
from marisa_trie import RecordTrie

from ingest.text.wordlist import FOLDER, LANGUAGES, RECORD


def words(language: str) -> dict[str, int]:
    """Return the words of a language, each with how often it was counted."""
    packed = resources.files("spellchecker").joinpath("resources", f"{language}.json.gz").read_bytes()
    return msgspec.json.decode(gzip.decompress(packed), type=dict[str, int])


def write(folder: Path) -> None:
    """Write the list of each language, and print its name and size."""
    for language in LANGUAGES:
        counted = sorted(words(language).items())
        trie = RecordTrie(RECORD, ((word, (count,)) for word, count in counted))
        path = folder / f"{language}.marisa"
        trie.save(str(path))
        print(f"{path}: {len(counted):,} words, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else FOLDER))
