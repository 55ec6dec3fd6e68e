"""ingest: watches folders of documents and keeps their history.

`ingest.open(url)` opens a store to ask it; what it gives is in `ingest.records`, what it raises in
`ingest.errors`. Nothing is loaded before it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.corpus import Corpus as Corpus
    from ingest.corpus import open as open  # noqa: A004 - as `gzip.open`

__version__ = "0.1.0"
__all__ = ["Corpus", "__version__", "open"]


def __getattr__(name: str) -> object:
    if name not in ("Corpus", "open"):
        raise AttributeError(f"module 'ingest' has no attribute '{name}'")
    from ingest import corpus  # noqa: PLC0415 - `import ingest` alone loads no database

    return getattr(corpus, name)
