"""The libraries that run with `ingest` are those that docs/ has a reason for, and those pinned."""

from __future__ import annotations

import hashlib
import re
import sys
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DEPENDENCIES: list[str] = PROJECT["project"]["dependencies"]
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
BUILD: list[str] = PROJECT["dependency-groups"]["build"]


def closure(wanted: Iterable[str]) -> set[str]:
    """The distributions that these requirements bring into this environment, themselves included."""
    found: dict[str, set[str]] = {}
    waiting = [(Requirement(words), "") for words in wanted]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        extras = {"", *requirement.extras} - found.get(name, set())
        found[name] = found.get(name, set()) | extras
        needs = metadata.requires(name) or []
        waiting += [(Requirement(words), extra) for extra in extras for words in needs]
    return set(found)


def told(extra: str | None) -> set[str]:
    """The names in the documentation's table, of an extra's rows or of the others, for this Python."""
    text = (ROOT / "docs" / "explanation" / "libraries.md").read_text()
    table = text.partition("# What it stands on\n")[2].partition("\n## ")[0]
    names: set[str] = set()
    for row in re.findall(r"^\| `.*\|$", table, re.MULTILINE):
        library, _, brings = row.strip("|").split("|")
        of = re.search(r"\(extra `(\w+)`\)", library)
        if (of and of[1]) != extra:
            continue
        for name, since in re.findall(
            r"`([\w.-]+)`(?: \((below|from) 3\.14\))?", library.partition("(extra")[0] + brings
        ):
            if not since or (since == "from") == (sys.version_info >= (3, 14)):
                names.add(canonicalize_name(name))
    return names


def test_the_design_has_a_reason_for_each_library_that_runs() -> None:
    assert told(None) == closure(DEPENDENCIES)


def test_the_design_has_a_reason_for_each_library_of_an_extra() -> None:
    for extra, wanted in EXTRAS.items():
        assert told(extra) == closure(wanted), extra


def test_what_is_pinned_is_what_runs_and_what_it_is_built_with() -> None:
    lines = (ROOT / "config/requirements.txt").read_text().splitlines()
    pins = [Requirement(line.removesuffix("\\")) for line in lines if re.match(r"[\w.-]+==", line)]
    here = {canonicalize_name(pin.name) for pin in pins if pin.marker is None or pin.marker.evaluate()}
    extras = [words for wanted in EXTRAS.values() for words in wanted]

    assert here == closure([*DEPENDENCIES, *extras, *BUILD])


def test_a_store_in_sqlite_needs_no_driver_of_a_server() -> None:
    assert not {name for name in closure(DEPENDENCIES) if name.startswith("psycopg")}


def test_the_model_of_languages_is_the_one_that_the_notice_names() -> None:
    model = ROOT / "ingest/normalise/lid.176.ftz"
    told_of = re.findall(r"\(SHA-256 ([0-9a-f]{64})\)", (ROOT / "NOTICE").read_text())

    assert told_of == [hashlib.sha256(model.read_bytes()).hexdigest()]


def test_the_licence_covers_the_data_that_the_package_holds() -> None:
    names = {
        "Creative Commons Attribution-ShareAlike License 3.0": "CC-BY-SA-3.0",
        "licence is MIT": "MIT",
        "Creative Commons Attribution License 3.0": "CC-BY-3.0",
        "Unicode License v3": "Unicode-3.0",
    }
    notice = " ".join((ROOT / "NOTICE").read_text().split())
    of_data = {short for name, short in names.items() if name in notice}

    assert len(of_data) == len(re.findall(r"licen[cs]e is MIT|License (?:3\.0|v3) \(", notice))
    assert set(PROJECT["project"]["license"].split(" AND ")) == {"Apache-2.0", *of_data}
