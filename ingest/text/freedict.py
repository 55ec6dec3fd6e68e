"""The Dutch-English dictionary of FreeDict, where it is installed.

It is read and never carried along: its licence is another (GPL 2 or later). Debian's package
`dict-freedict-nld-eng` puts it where it is looked for.
"""

from __future__ import annotations

import functools
import hashlib

NAME = "freedict-nld-eng"
FOLDER = "/usr/share/dictd"


@functools.cache
def installed(folder: str = FOLDER) -> str | None:
    """Return the name of the dictionary that is installed, with a hash of its index; None without one."""
    try:
        found = contents(folder, "index")
    except OSError:
        return None
    return f"{NAME}/{hashlib.sha256(found).hexdigest()[:8]}"


def contents(folder: str, ending: str) -> bytes:
    """Return what a file of the dictionary holds, by the ending of its name."""
    with open(f"{folder}/{NAME}.{ending}", "rb") as file:
        return file.read()
