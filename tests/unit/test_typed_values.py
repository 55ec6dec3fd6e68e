"""A type may be used first by many threads at once."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest

from ingest import typed_values

RACE = """
import sys, threading
from typing import Annotated, Literal
import msgspec
from ingest import typed_values

sys.setswitchinterval(1e-6)
for _ in range(60):
    class Part(msgspec.Struct):
        a: int = 0
    class Whole(msgspec.Struct):
        a: Annotated[int, msgspec.Meta(ge=0)] = 0
        b: Literal["x", "y"] | None = None
        c: Part | None = None
        d: list[Part] = []
    together, given = threading.Barrier(8), {"a": "1", "b": "x", "c": {"a": 2}}
    def use():
        together.wait()
        assert typed_values.convert(given, Whole, strict=False).c.a == 2
    threads = [threading.Thread(target=use) for _ in range(8)]
    for each in threads: each.start()
    for each in threads: each.join()
"""


def test_many_threads_use_a_type_first() -> None:
    ended = subprocess.run([sys.executable, "-c", RACE], capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stderr) == (0, "")


def test_values_are_converted_as_the_library_does() -> None:
    assert typed_values.convert({"a": [1]}, dict[str, list[int]]) == {"a": [1]}
    assert typed_values.decoder(list[int]).decode("[1]") == [1]
    assert typed_values.decoder(list[int]) is typed_values.decoder(list[int])
    with pytest.raises(msgspec.ValidationError):
        typed_values.convert({"a": "1"}, dict[str, int])
