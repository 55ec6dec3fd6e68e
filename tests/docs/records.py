"""The records as a run prints them, and as the service gives them: with which fields, in which order."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from ingest.records import Review
from tests.command import Command, Record
from tests.daemon import Daemon

_TABLES = ("left_out", "normalisers", "without_text", "witnesses")  # whose keys are no names of fields
Shape = dict[str, None]  # the names of fields in their order; those within another are `outer.inner`


def printed(command: Command, folder: Path) -> dict[str, Shape]:
    """Each record by its name, with the fields that the verbs print of a small corpus in an empty folder."""
    root = folder / "news"
    _write(root / "bridge.txt", "The bridge will be closed for three weeks. Nobody was told.\n")
    _write(root / "ferry.txt", "The ferry is free.\n")
    _write(root / "quay.txt", "The quay is mended.\n")
    command.ask("scan", root)
    _write(root / "bridge.txt", "Bridge\n\nThe bridge will be closed for two weeks. Nobody was told.\n")
    (root / "ferry.txt").unlink()
    (root / "quay.txt").rename(root / "harbour.txt")
    _write(root / os.fsdecode(b"caf\xe9.txt"), "A name that is not UTF-8.\n")
    (root / "large.bin").write_bytes(b"")
    os.truncate(root / "large.bin", 64 * 1024 * 1024 + 1)
    differing = command.ask("check", code=112, json=True).records
    scanned = command.ask("scan", root, code=3, json=True).records
    command.ask("index", "update")
    records = command.records
    log = [*records("log"), *records("changes", "--text")]
    report = records("report", "--since", "seq:4")
    found: dict[str, list[Record]] = {
        "change": log,
        "document": [*records("ls"), *records("ls", "--deleted")],
        "rejected": records("ls", "--rejected"),
        "version": records("show", "bridge.txt"),
        "diff": records("diff", "bridge.txt", code=1),
        "diff of the corpus": records("diff", "--from", "seq:3", code=1),
        "scan": scanned[-1:],
        "scanned file": scanned[:-1],
        "check": differing[-1:],
        "checked file": differing[:-1],
        "explain": records("explain", "bridge.txt"),
        "blame": records("blame", "bridge.txt"),
        "search": records("search", "weeks"),
        "restore": records("restore", "bridge.txt@1", "--to", "first.txt"),
        "cursor": _cursors(command),
        "coverage": records("coverage"),
        "report": report,
        "verify": records("verify"),
        "root": records("roots"),
        "index": records("index", "status"),
        "doctor": records("doctor"),
        "renormalise": records("renormalise", "--dry-run"),
        "schema": records("db", "check"),
    }
    command.ask("export", "then")
    with Daemon(command, root):
        found["status"] = records("status")
        found["sync"] = records("sync")
    # A review is given by the service alone.
    return {name: _shape(each) for name, each in found.items()} | {"review": dict.fromkeys(_names(Review))}


def _names(record: type[msgspec.Struct]) -> tuple[str, ...]:
    return record.__struct_encode_fields__


def _cursors(command: Command) -> list[Record]:
    command.ask("changes", "--cursor", "desk", "--limit", "1")
    return command.records("cursors")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def _shape(records: Iterable[Record]) -> Shape:
    assert records
    return dict.fromkeys(name for record in records for name in _fields(record, ""))


def _fields(record: Mapping[str, Any], before: str) -> Iterator[str]:
    for name, value in record.items():
        yield before + name
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict) and name not in _TABLES:
                yield from _fields(inner, f"{before}{name}.")
