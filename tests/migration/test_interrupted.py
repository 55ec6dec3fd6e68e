"""A migration that fails or is killed leaves the old schema whole; the wheel carries the migrations."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from ingest.errors import StoreUnavailable
from ingest.store import tables
from ingest.store.migrate import upgrade
from tests.migration.schema import CHECKOUT, ingest, move, shape, store_at, words
from tests.migration.test_schema import execute, fill
from tests.recording import findings, opened


def copy_of_the_checkout(folder: Path) -> Path:
    """The program and its migrations, to be changed at will."""
    for name in ("ingest", "alembic", "config"):
        shutil.copytree(CHECKOUT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_a_failing_migration_leaves_the_old_schema_whole(database_url: str) -> None:
    """It fails at its second statement: an index of that name is there already, on another table."""
    fill(database_url)
    move(database_url, "0001")
    execute(database_url, "CREATE INDEX ix_coverage_root_id_from_at ON cursor (seq)")
    before = shape(database_url)
    with pytest.raises(StoreUnavailable, match="ix_coverage_root_id_from_at"):
        upgrade(database_url, busy_seconds=5)

    assert shape(database_url) == before
    assert "coverage" not in before
    execute(database_url, "DROP INDEX ix_coverage_root_id_from_at")
    assert upgrade(database_url, busy_seconds=5) == ("0001", tables.REVISION)
    with opened(database_url) as store:
        assert findings(store) == []


@pytest.mark.parametrize("start", ["0001", "base"])
def test_a_killed_migration_leaves_the_old_schema_whole(
    database_url: str, tmp_path: Path, start: str
) -> None:
    """Killed when all of the last revision is done but the commit."""
    store_at(database_url).dispose()
    if start != "base":
        fill(database_url)
        move(database_url, start)
    before = shape(database_url)
    copy = copy_of_the_checkout(tmp_path / "copy")
    last = max((copy / "alembic" / "versions").glob("*.py"))
    source = last.read_text()
    upgraded, downgraded = source.split("\n\n\ndef downgrade()")
    last.write_text(
        f"{upgraded}\n    import os\n    os.kill(os.getpid(), 9)\n\n\ndef downgrade(){downgraded}"
    )
    killed = ingest(database_url, "db", "upgrade", checkout=copy)

    assert killed.returncode == -signal.SIGKILL
    assert shape(database_url) == before
    assert upgrade(database_url, busy_seconds=30)[1] == tables.REVISION


def test_two_upgrades_at_once_both_succeed(database_url: str) -> None:
    started = [
        subprocess.Popen(
            words(database_url, "db", "upgrade"), cwd=CHECKOUT, stderr=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]

    assert [(process.communicate()[1], process.returncode) for process in started] == [("", 0)] * 4
    store = store_at(database_url)
    assert store.revision() == tables.REVISION
    store.dispose()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    source = copy_of_the_checkout(folder / "source")
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(CHECKOUT / name, source / name)
    program = f"from hatchling.build import build_wheel; print(build_wheel({str(folder)!r}))"
    built = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=source
    )
    with zipfile.ZipFile(folder / built.stdout.strip().splitlines()[-1]) as packed:
        packed.extractall(folder / "unpacked")
    shutil.rmtree(source)
    return folder / "unpacked"


def test_the_wheel_carries_every_migration_and_the_settings(wheel: Path) -> None:
    for folder, inside in (("alembic", "_migrations"), ("config", "_config")):
        for file in (CHECKOUT / folder).rglob("*"):
            if file.suffix in (".py", ".mako") or file.name == "ingest.toml":
                assert (wheel / "ingest" / inside / file.relative_to(CHECKOUT / folder)).read_bytes() == (
                    file.read_bytes()
                )
    (entry_points,) = wheel.glob("*.dist-info/entry_points.txt")
    assert "ingest = ingest.__main__:main" in entry_points.read_text()


def test_the_wheel_carries_the_model_and_the_word_lists(wheel: Path) -> None:
    data = [path for suffix in ("ftz", "marisa") for path in (CHECKOUT / "ingest").rglob(f"*.{suffix}")]

    assert sorted(path.name for path in data) == [
        "de.marisa",
        "en.marisa",
        "en.near.marisa",
        "lid.176.ftz",
        "nl.marisa",
        "nl.near.marisa",
    ]
    for path in data:
        assert (wheel / path.relative_to(CHECKOUT)).read_bytes() == path.read_bytes()


def test_the_wheel_carries_its_licence_its_notice_and_the_mark_of_its_types(wheel: Path) -> None:
    (licences,) = wheel.glob("*.dist-info/licenses")
    for name in ("LICENSE", "NOTICE"):
        assert (licences / name).read_bytes() == (CHECKOUT / name).read_bytes()
    (metadata,) = wheel.glob("*.dist-info/METADATA")
    assert (
        "\nLicense-Expression: Apache-2.0 AND MIT AND CC-BY-SA-3.0 AND CC-BY-3.0 AND Unicode-3.0\n"
        in metadata.read_text()
    )
    assert (wheel / "ingest" / "py.typed").is_file()


def test_a_store_is_made_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ingest.db"
    made = ingest(url, "db", "upgrade", "--json", checkout=wheel, cwd=tmp_path)
    checked = ingest(url, "db", "check", checkout=wheel, cwd=tmp_path)

    assert (made.returncode, made.stdout, made.stderr) == (
        0,
        f'{{"before":null,"after":"{tables.REVISION}"}}\n',
        "",
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    version = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]["version"]

    assert {path.name for path in wheel.iterdir()} == {"ingest", f"ingest-{version}.dist-info"}
