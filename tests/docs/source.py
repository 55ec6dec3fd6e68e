"""Names that the source speaks, read from its syntax: log events, problem codes, reasons of coverage."""

from __future__ import annotations

import ast
import functools
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import get_args

from ingest import model, status
from ingest.store import coverage

SOURCE = Path(__file__).parents[2] / "ingest"
_LEVELS = ("debug", "info", "warning", "error")
_NONE = 99  # no place: by its name alone
# The places of a reason among the arguments of what writes the ledger, by the name that is called.
_REASON = {"worsen": 0, "Gap": 0, "Turn": 1, "turn": 4, "_begin": 4, "Interval": 3, "_look_anew": 1}
_REASON |= {"rebuild_watcher": 0, "close": _NONE}


@functools.cache
def _calls() -> tuple[tuple[str, ast.Call], ...]:
    """Each call in the source that names what it calls, with that name."""
    found: list[tuple[str, ast.Call]] = []
    for file in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call):
                called = node.func
                if isinstance(called, ast.Attribute):
                    found.append((called.attr, node))
                elif isinstance(called, ast.Name):
                    found.append((called.id, node))
    return tuple(found)


def _texts(node: ast.expr | None) -> AbstractSet[str]:
    """The texts that an expression can be, where it says them itself or is a `failure` of a sink."""
    if isinstance(node, ast.Attribute) and node.attr == "failure":
        return _spoken("failure")
    if isinstance(node, ast.IfExp):
        return _texts(node.body) | _texts(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


@functools.cache
def _spoken(name: str) -> frozenset[str]:
    """The texts that a function of this name returns, or that are given to a variable of this name."""
    found: set[str] = set()
    for file in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name == name:
                returned = (each.value for each in ast.walk(node) if isinstance(each, ast.Return))
                found = found.union(*map(_texts, returned))
            elif isinstance(node, ast.Assign) and [getattr(each, "id", "") for each in node.targets] == [
                name
            ]:
                found |= _texts(node.value)
    return frozenset(found)


def _argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    named = [word.value for word in call.keywords if word.arg == name]
    return named[0] if named else call.args[place] if place < len(call.args) else None


def log_events() -> dict[str, tuple[set[str], set[str]]]:
    """Each event of the daemon's log: its levels, and its fields."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for name, call in _calls():
        on = call.func.value if isinstance(call.func, ast.Attribute) else None
        is_log = getattr(on, "attr", getattr(on, "id", "")) in ("log", "_log")
        if name == "tell":  # what libraries say, at a level of their own
            is_log, level = True, {"warning", "error"}
        else:
            level = {name} & set(_LEVELS)
        events = _texts(call.args[0]) if call.args and is_log and level else set()
        for event in filter(str.isidentifier, events):
            levels, fields = found.setdefault(event, (set(), set()))
            levels |= level
            fields.update(word.arg for word in call.keywords if word.arg is not None)
    return found


def problem_codes() -> set[str]:
    """Each code that `status` can show: of problems, of errors that become one, of rejected files."""
    found = set(status.REJECTIONS) | _spoken("code") | {"log_shortened", "not_confined"}
    for name, call in _calls():
        found |= _texts(_argument(call, 0 if name == "trouble" else _NONE, "code"))
    # A verb says that its own process was killed; a daemon has none of that kind.
    return found - {"", "killed"}


def scanned_reasons() -> set[str]:
    """Each reason that the source gives where it calls a root no more than scanned."""
    found: set[str] = set()
    for name, call in _calls():
        state = _argument(call, 0, "state") if name == "Turn" else _argument(call, _NONE, "state")
        states = _texts(state) or ({"scanned"} if name in ("worsen", "Gap", "_look_anew") else set())
        if name in _REASON and "scanned" in states:
            found |= _texts(_argument(call, _REASON[name], "reason"))
    return found


def coverage_reasons() -> set[str]:
    """Each reason that the ledger can give."""
    found = set(coverage.BY_DAEMON) | set(get_args(model.RejectReason)) | _spoken("code") | _spoken("trouble")
    for name, call in _calls():
        if name in _REASON:
            found |= _texts(_argument(call, _REASON[name], "reason"))
    return found - {"", *get_args(coverage.State)}
