"""The child: warmed, locked, then one document after another, or one alone where foreign code reads it."""

from __future__ import annotations

import codecs
import contextlib
import encodings.aliases
import importlib
import os
from functools import partial
from types import ModuleType

from ingest import expressions
from ingest.confined import frames, locks, samples
from ingest.normalise import language
from ingest.normalise.decode import decode
from ingest.normalise.document_formats import Unread
from ingest.normalise.extraction import Extracted, Limits, Refused
from ingest.text import wordlist

READERS = "ingest.normalise.documents"
_ODD = b"\xe9t\xe9 caf\xe9 na\xefve \x93quoted\x94 "


def warm(module: str) -> ModuleType | None:
    """Load a reader and all that it loads late, by having it read tiny documents; None: it is not there."""
    try:
        reader = importlib.import_module(f"{READERS}.{module}")
    except ImportError:
        return None
    for sample in samples.sample_of(module):
        with contextlib.suppress(Refused):
            reader.read(sample, Limits())
    expressions.compile_all()
    return reader


def warm_common() -> None:
    """Load what any reader may ask for: behind the lock nothing can be loaded.

    Every codec, the detector of encodings, the model of languages, the lists of words.
    """
    for name in set(encodings.aliases.aliases.values()):
        with contextlib.suppress(LookupError):
            codecs.lookup(name)
    decode(_ODD * 20)
    language.prepare()
    wordlist.is_word("qqq")


def serve(asks: int, answers: int, parent: int, readers: dict[str, ModuleType], *, once: bool) -> None:
    """Live as the child until nobody asks any more; never returns."""
    first, last = sorted((asks, answers))
    os.closerange(0, first)
    os.closerange(first + 1, last)
    os.closerange(last + 1, 1 << 16)
    try:
        frames.send(answers, frames.encode(frames.Ready(locks.lock(parent))))
        while True:
            ask = frames.decode_ask(frames.receive(asks))
            data = frames.receive(asks)
            frames.send(answers, _answer(ask, data, readers))
            del data
            if once:
                break
    except frames.Ended:
        pass
    except BaseException:  # noqa: BLE001  # the edge of a process: it ends, and the document has its reason
        os._exit(1)
    os._exit(0)


def _answer(ask: frames.Ask, data: bytes, readers: dict[str, ModuleType]) -> bytes:
    read = readers[ask.module].read
    if ask.module == "html_selection":
        read = partial(read, select=ask.html.select, remove=ask.html.remove)
    try:
        made = read(data, ask.limits)
        if not isinstance(made, Extracted):
            return frames.ELSEWHERE
        return frames.encode(frames.Text(made))
    except Refused as refusal:
        unread = Unread(refusal.reason, refusal.detail)
    except MemoryError:
        unread = Unread("extractor_failed", "it took more memory than it may")
    except Exception as fault:  # noqa: BLE001  # the edge of a process: what a reader raises is the reason
        unread = Unread("extractor_failed", f"{type(fault).__name__}: {fault}"[:200])
    return frames.encode(frames.NoText(unread))
