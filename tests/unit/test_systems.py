"""Where folders are watched, and where that is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ingest.errors import Unreachable
from ingest.systems import require_tested


def test_linux_needs_no_word_and_macos_needs_one() -> None:
    require_tested("linux", {})
    require_tested("darwin", {"INGEST_UNTESTED_SYSTEM": "1"})


@pytest.mark.parametrize(
    ("platform", "variables"),
    [
        ("darwin", {}),
        ("darwin", {"INGEST_UNTESTED_SYSTEM": "0"}),
        ("win32", {"INGEST_UNTESTED_SYSTEM": "1"}),
        ("freebsd14", {}),
    ],
)
def test_elsewhere_it_is_refused_by_name(platform: str, variables: dict[str, str]) -> None:
    with pytest.raises(Unreachable, match=f"on Linux alone, and this system is {platform}$"):
        require_tested(platform, variables)


ELSEWHERE = """
import sys
from ingest import __main__, cli, systems
real = systems.require_tested
systems.require_tested = lambda platform, environment: real("darwin", environment)
# what macOS lacks
for name in ("inotify_c", "inotify_move_event_grouper"):
    sys.modules[f"watchdog.observers.{name}"] = None
__main__.main()
"""


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command, as if on macOS."""
    here = str(Path(__file__).parents[2])
    return subprocess.run(
        [sys.executable, "-c", ELSEWHERE, "--database", f"sqlite:///{folder}/s/i.db", *words],
        cwd=folder, env={"PYTHONPATH": here, "PATH": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("verb", ["watch", "scan", "check", "sync"])
def test_the_verbs_that_read_folders_refuse_and_leave_no_trace(tmp_path: Path, verb: str) -> None:
    refused = run(tmp_path, verb)

    assert (refused.returncode, refused.stdout) == (4, "")
    assert refused.stderr == (
        "error: folders are watched, scanned and checked on Linux alone, and this system is darwin\n"
        "hint: to try it on macOS all the same: INGEST_UNTESTED_SYSTEM=1\n"
    )
    assert list(tmp_path.iterdir()) == []
