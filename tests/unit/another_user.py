"""Code run as a user who may not read everything: root may, and tests are often run as root."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

_BEFORE = """
import json, os, sys
from ingest.disk import cookie, read, walk
from ingest.disk.patterns import Patterns
root = os.open(sys.argv[1], os.O_RDONLY)
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
"""


def run(folder: Path, program: str) -> Any:
    """What `program` puts into `answer`; it has the folder open as `root`."""
    done = subprocess.run(
        [sys.executable, "-c", f"{_BEFORE}\n{program}\nprint(json.dumps(answer))", os.fspath(folder)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    return json.loads(done.stdout)
