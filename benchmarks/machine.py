"""What the figures were taken on: the machine in general words, and the versions of every program."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
import time
from pathlib import Path

from benchmarks import peers

REPOSITORY = Path(__file__).parent.parent


def described(folder: Path) -> list[tuple[str, str]]:
    """Name and value of each fact, in the order to show them; `folder` is where the work is done."""
    told = [(kind.name, kind.told_version() or "not installed") for kind in peers.EVERY]
    return [
        ("date", time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())),
        ("processor", _first("/proc/cpuinfo", "model name") or platform.machine()),
        ("cores", str(len(os.sched_getaffinity(0)))),
        ("memory", _memory()),
        ("kernel", f"{platform.system()} {platform.release()}"),
        ("file system", file_system(folder)),
        ("load when it began", f"{os.getloadavg()[0]:.2f} (1 minute)"),
        ("ingest", commit()),
        ("Python", platform.python_version()),
        ("SQLite", sqlite3.sqlite_version),
        *told,
    ]


def commit() -> str:
    """The commit that is measured, and whether the working tree has more."""
    words = ["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty", "--abbrev=12"]
    told = subprocess.run(words, capture_output=True, text=True, check=False)
    return told.stdout.strip() or "unknown"


def file_system(folder: Path) -> str:
    """The kind of the file system that holds a folder."""
    device = os.stat(folder).st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    with open("/proc/self/mountinfo") as mounts:
        for line in mounts:
            fields = line.split()
            if fields[2] == wanted:
                return fields[fields.index("-") + 1]
    return "unknown"


def _memory() -> str:
    total = _first("/proc/meminfo", "MemTotal")
    return f"{int(total.split()[0]) / 2**20:.0f} GiB" if total else "unknown"


def _first(file: str, name: str) -> str | None:
    """The first value under a name in one of the kernel's lists."""
    with open(file) as lines:
        for line in lines:
            key, _, value = line.partition(":")
            if key.strip() == name:
                return value.strip()
    return None
