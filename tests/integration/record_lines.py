"""Each record as the verbs print it with --json, byte for byte, of a small corpus.

`python -m tests.integration.record_lines` writes what a run on SQLite prints to `record_lines.txt`.
"""

from __future__ import annotations

import os
import re
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests import forked
from tests.command import Command, Word
from tests.daemon import Daemon
from tests.forked import Quick
from tests.service import Service

FILE = Path(__file__).with_suffix(".txt")
# What differs from run to run, and between the databases.
_VARYING = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "TIME"),
    (re.compile(r'"(seconds|bytes_stored|bytes_index)":[0-9.]+'), r'"\1":N'),
    (re.compile(r'"(tree_root)":"[0-9a-f]{64}"'), r'"\1":"HASH"'),
    (re.compile(r"\b[0-9a-f]{32}\b"), "ID"),
    (re.compile(r'"id":"0[0-9a-v]{25}"'), '"id":"ID"'),
    (re.compile(r'"index":"[^"]*","version":\d+'), '"index":"PLACE","version":N'),
    (re.compile(r'"(checked|not_checked)":\[[^]]*\]'), r'"\1":[]'),
    (re.compile(r'"witnesses":{[^}]*}'), '"witnesses":{}'),
    (re.compile(r'"cursor":(\d+|null),"lag":(\d+|null)'), '"cursor":N,"lag":N'),
    (re.compile(r'"(normaliser_libraries)":"[^"]*"'), r'"\1":"RELEASES"'),
    (re.compile(r'"classifier":{[^}]*}'), '"classifier":{}'),
    (re.compile(r'"asked":\[({[^{}]*})(,{[^{}]*})*\]'), r'"asked":[\1]'),
)


def lines(command: Command, folder: Path) -> str:
    """What each verb prints, below a line `$ VERB`; then what the service gives of the same."""
    return "".join(f"$ {name}\n{_masked(out, folder)}" for name, out in _outputs(command, folder))


def _masked(out: bytes, folder: Path) -> str:
    text = out.decode("utf-8", "strict")
    text = text.replace(str(folder), "/srv").replace(f'"{socket.gethostname()}"', '"HOST"')
    for pattern, word in _VARYING:
        text = pattern.sub(word, text)
    return text


def _outputs(command: Command, folder: Path) -> Iterator[tuple[str, bytes]]:
    root = folder / "news"

    def ask(*words: Word, code: int = 0) -> tuple[str, bytes]:
        told = " ".join(os.fsdecode(word) for word in words).replace(str(folder), "/srv")
        return told, command.ask(*words, code=code, json=True).out

    _write(root / "bridge.txt", "The bridge will be closed for three weeks. Nobody was told.\n")
    _write(root / "ferry.txt", "The ferry is free.\n")
    _write(root / "quay.txt", "The quay is mended.\n")
    yield ask("scan", root)
    _write(root / "bridge.txt", "Bridge\n\nThe bridge will be closed for two weeks. Nobody was told.\n")
    (root / "ferry.txt").unlink()
    (root / "quay.txt").rename(root / "harbour.txt")
    _write(root / os.fsdecode(b"caf\xe9.txt"), "A name that is not UTF-8.\n")
    (root / "draft.tmp").write_bytes(b"left out")
    (root / "picture.bin").write_bytes(b"\x00\x01\x02")
    (root / "large.bin").write_bytes(b"")
    os.truncate(root / "large.bin", 64 * 1024 * 1024 + 1)
    yield ask("check", code=112)
    yield ask("scan", root, code=3)
    yield ask("check")
    yield ask("index", "update")
    for words in (
        ("log",), ("changes", "--text"), ("ls",), ("ls", "--deleted"), ("ls", "--rejected"),
        ("show", "bridge.txt"), ("show", "picture.bin"), ("blame", "bridge.txt"),
        ("blame", "bridge.txt", "--deleted"), ("explain", "bridge.txt"), ("explain", "bridge.txt", "1", "1"),
        ("search", "weeks"), ("coverage",), ("report",), ("report", "--since", "seq:4"),
        ("report", "--prefix", "bri"), ("index", "status"), ("index", "rebuild"), ("verify",),
        ("renormalise", "--dry-run"), ("roots",), ("roots", "rename", "news", "desk"),
        ("roots", "rename", "desk", "news"), ("db", "check"), ("status",),
        ("cursors", "move", "desk", "2"), ("cursors",), ("cursors", "remove", "desk"),
        ("restore", "bridge.txt@1", "--to", "first.txt"), ("export", "then"),
    ):  # fmt: skip
        yield ask(*words)
    for words in (
        ("diff", "bridge.txt"), ("diff", "bridge.txt", "--word"), ("diff", "--from", "seq:3"),
        ("diff", "bridge.txt", "--stat"),
    ):  # fmt: skip
        yield ask(*words, code=1)
    (document,) = (each["document"] for each in command.records("ls") if each["path"] == "bridge.txt")
    with Service(command, "--port", "0") as service:
        for path in (
            "status", "report", "report?prefix=bri", "coverage", "documents", f"documents/{document}",
            f"documents/{document}/versions", f"documents/{document}/versions/1", "changes",
        ):  # fmt: skip
            yield f"GET /v1/{path}".replace(document, "ID"), service.get(f"/v1/{path}").body + b"\n"
    with Daemon(command, root):
        yield "status beside watch", command.ask("status", json=True).out
        yield ask("sync")
        yield "scan beside watch", command.ask("scan", root, code=3, json=True).out
    yield "roots retire news", command.ask("roots", "retire", "news", json=True).out
    yield "status of a retired root", command.ask("status", json=True).out


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        FILE.write_text(lines(Quick(f"sqlite:///{made}/store/ingest.db", Path(made)), Path(made)))
    forked.close()
