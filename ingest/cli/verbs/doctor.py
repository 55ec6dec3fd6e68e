"""`ingest doctor`: what is wrong with this machine, root, store or configuration, and the mend."""

from __future__ import annotations

from ingest import doctor, escape
from ingest.cli.call import settings
from ingest.cli.options import as_json, verb
from ingest.cli.output import emit, line, paint

_COLOUR = {"ok": "green", "warning": "yellow", "error": "red"}


@verb
def command() -> int:
    """Look for what is wrong with this machine, the roots, the store and the configuration.

    Exit: 0; 1 an error was found (a warning is none); 2 the configuration cannot be read.
    """
    found = errors = 0
    for check in doctor.examine(settings()):
        found += check.state != "ok"
        errors += check.state == "error"
        if as_json():
            emit(check)
            continue
        line(
            f"{paint(f'{check.state:<8}', fg=_COLOUR[check.state])} {check.name}: {escape.name(check.detail)}"
        )
        if check.hint and check.state != "ok":
            line(f"         {escape.name(check.hint)}")
    if not as_json():
        line("nothing is wrong" if not found else f"{found} to look at")
    return 1 if errors else 0
