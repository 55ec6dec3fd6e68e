"""Settings: defaults, then the file, then the environment, then flags."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ingest.config import DEFAULT_FILE, VARIABLES, RootSettings, ServeSettings, Settings, load
from ingest.errors import ConfigError

SHIPPED = Path(__file__).parents[2] / "config" / "ingest.toml"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration of the place where the tests are run."""
    monkeypatch.chdir(tmp_path)


def written(tmp_path: Path, words: str) -> str:
    file = tmp_path / "my.toml"
    file.write_text(words)
    return str(file)


def refused(words: str, tmp_path: Path) -> str:
    file = written(tmp_path, words)
    with pytest.raises(ConfigError) as error:
        load(file=file, environment={})
    assert file in error.value.message
    return error.value.message.replace(file, "FILE")


def test_the_shipped_file_holds_every_default_value_for_value() -> None:
    shipped = tomllib.loads(SHIPPED.read_text())
    defaults = msgspec.to_builtins(Settings())
    del defaults["roots"], defaults["serve"]

    assert shipped == {
        name: list(value) if isinstance(value, tuple) else value for name, value in defaults.items()
    }
    assert load(file=str(SHIPPED), environment={}) == Settings()


def test_the_shipped_file_says_why_of_every_setting() -> None:
    """A line of why stands above each setting or above the group it is in."""
    lines = SHIPPED.read_text().splitlines()
    for at, line in enumerate(lines):
        if line and not line.startswith("#"):
            above = lines[at - 1]
            assert above.startswith("#") or (
                above and above.partition(" = ")[0] in Settings.__struct_fields__
            )
    assert "# [roots." in SHIPPED.read_text()


def test_the_example_of_a_root_is_one() -> None:
    example = "\n".join(
        line.removeprefix("# ")
        for line in SHIPPED.read_text().partition("# [roots.")[2].partition("\n\n")[0].splitlines()[1:]
        if " = " in line
    )

    assert msgspec.convert(tomllib.loads(example), RootSettings).path == "/srv/news"


def test_the_example_of_the_service_is_one() -> None:
    example = SHIPPED.read_text().partition("# [serve]\n")[2].replace("# ", "")

    assert msgspec.convert(tomllib.loads(example), ServeSettings) == ServeSettings(
        token_file="/etc/ingest/token", hosts=("history.example",), trusted_header="X-Remote-User"
    )


def test_without_anything_the_defaults_hold() -> None:
    assert load(environment={}) == Settings()


def test_the_default_file_is_read_where_it_exists(tmp_path: Path) -> None:
    (tmp_path / DEFAULT_FILE).parent.mkdir()
    (tmp_path / DEFAULT_FILE).write_text("quiet_seconds = 0.7\n")

    assert load(environment={}).quiet_seconds == 0.7
    assert load(file=written(tmp_path, ""), environment={}).quiet_seconds == 0.3


def test_flags_beat_the_environment_and_it_beats_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "quiet_seconds = 0.1\nhold_seconds = 7\nmove_seconds = 2\n")
    environment = {"INGEST_QUIET_SECONDS": "0.2", "INGEST_HOLD_SECONDS": "8"}
    found = load(file=file, environment=environment, flags={"quiet_seconds": 0.4, "backend": None})

    assert (found.quiet_seconds, found.hold_seconds, found.move_seconds) == (0.4, 8.0, 2.0)
    assert found.backend == "auto"


def test_a_variable_that_is_nearly_one_of_a_setting_is_refused_and_another_is_not() -> None:
    with pytest.raises(ConfigError, match="INGEST_DATABASE is no setting") as raised:
        load(environment={"INGEST_DATABASE": "sqlite:///there.db"})
    assert raised.value.hint == "INGEST_DATABASE_URL may be meant; set that, or unset INGEST_DATABASE"

    named = {"INGEST_DATABASE": "sqlite:///there.db", "INGEST_DATABASE_URL": "sqlite:///here.db"}
    assert load(environment=named).database_url == "sqlite:///here.db"
    of_flag = load(environment={"INGEST_DATABASE": "x"}, flags={"database_url": "sqlite:///here.db"})
    assert of_flag.database_url == "sqlite:///here.db"
    assert load(environment={"INGEST_NIGHTLY_JOB": "1"}) == Settings()


def test_the_environment_names_the_file_and_a_flag_beats_it(tmp_path: Path) -> None:
    named = {"INGEST_CONFIG": written(tmp_path, "poll_seconds = 9\n")}
    other = tmp_path / "other.toml"
    other.write_text("poll_seconds = 8\n")

    assert load(environment=named).poll_seconds == 9.0
    assert load(file=str(other), environment=named).poll_seconds == 8.0


EXAMPLES: dict[str, Any] = {
    "database_url": "postgresql://u@h/d",
    "max_bytes": 12345,
    "backend": "poll",
    "log_level": "debug",
    "log_format": "json",
    "liveness_seconds": 3.5,
    "fill_index": False,
    "tell_new_readings": False,
    "include": ("*.txt",),
    "exclude": ("*.log", "drafts"),
    "notice_phrases": {"en": ("we erred",)},
}
WRITTEN = {
    "include": '["*.txt"]',
    "exclude": '["*.log", "drafts"]',
    "notice_phrases": '{en = ["we erred"]}',
}


@pytest.mark.parametrize("variable", VARIABLES)
def test_every_plain_setting_has_its_variable(variable: str) -> None:
    field = variable.removeprefix("INGEST_").lower()
    value = EXAMPLES.get(field, 4.5)
    written_as = WRITTEN.get(field, str(value))
    found = load(environment={variable: written_as})

    assert msgspec.to_builtins(found) == msgspec.to_builtins(
        msgspec.structs.replace(Settings(), **{field: value})
    )


def test_only_tables_have_no_variable() -> None:
    assert set(Settings.__struct_fields__) - set(VARIABLES.values()) == {"documents", "roots", "serve"}


@pytest.mark.parametrize(
    ("environment", "file", "where"),
    [
        ({"INGEST_EXCLUDE": "*.log"}, "", "environment variable INGEST_EXCLUDE: exclude"),
        ({"INGEST_LOG_LEVEL": "\udcff"}, "", "environment variable INGEST_LOG_LEVEL"),
        ({"INGEST_QUIET_SECONDS": "10"}, "", "environment variable INGEST_QUIET_SECONDS: quiet_seconds"),
        ({}, "[roots.a]\npath = ''\n", "my.toml: roots.a"),
        ({}, "[roots.'a/b']\npath = '/n'\n", "my.toml: roots.a/b"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(
    environment: dict[str, str], file: str, where: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as error:
        load(file=written(tmp_path, file), environment=environment)

    assert where in error.value.message


def test_an_empty_variable_is_none() -> None:
    assert load(environment={"INGEST_MAX_BYTES": "", "INGEST_CONFIG": ""}) == Settings()


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("nope = 1", "nope"),
        ("quiet_second = 0.3", "quiet_second"),
        ("quiet_seconds = 'fast'", "quiet_seconds"),
        ("quiet_seconds = '0.3'", "quiet_seconds"),
        ("quiet_seconds = true", "quiet_seconds"),
        ("quiet_seconds = 0", "quiet_seconds"),
        ("quiet_seconds = -1", "quiet_seconds"),
        ("quiet_seconds = nan", "quiet_seconds"),
        ("hold_seconds = inf", "hold_seconds"),
        ("quiet_seconds = 6", "quiet_seconds"),
        ("max_bytes = 0", "max_bytes"),
        ("max_bytes = 1.5", "max_bytes"),
        ("backend = 'magic'", "backend"),
        ("log_level = 'loud'", "log_level"),
        ("exclude = 'a'", "exclude"),
        ("exclude = [1]", "exclude"),
        ("exclude = ['../a']", "exclude"),
        ("include = ['']", "include"),
        ("database_url = 5", "database_url"),
        ("notice_phrases = ['we erred']", "notice_phrases"),
        ("notice_phrases = { en = 'we erred' }", "notice_phrases.en"),
        ("notice_phrases = { nl = ['fout'], en = [5] }", "notice_phrases.en"),
        ("notice_phrases = { english = ['we erred'] }", "english"),
        ("notice_phrases = { en = ['- ’'] }", "notice_phrases.en"),
        (f"notice_phrases = {{ en = ['{'long ' * 41}'] }}", "notice_phrases.en"),
        (f"notice_phrases = {{ en = {['we erred'] * 101} }}", "notice_phrases.en"),
        ("fill_index = 1", "fill_index"),
        ("roots = 5", "roots"),
        ("[roots.news]\npath = ''", "path"),
        ("[roots.news]\nboilerplate = '* shares'", "roots.news.boilerplate"),
        ("[roots.news]\nboilerplate = ['** *']", "roots.news.boilerplate"),
        (f"[roots.news]\nboilerplate = {['* shares'] * 101}", "roots.news.boilerplate"),
        ("[roots.news]\npath = '/a'\nfoo = 1", "foo"),
        ("[roots.news]\npath = '/a'\nbackend = 'magic'", "backend"),
        ("[roots.news]\npath = '/a'\nexclude = ['a/../b']", "exclude"),
    ],
)
def test_an_unknown_key_or_a_bad_value_names_file_and_key(words: str, key: str, tmp_path: Path) -> None:
    assert key in refused(words, tmp_path)


def test_a_roots_bad_value_names_the_root(tmp_path: Path) -> None:
    assert "roots.news.foo" in refused("[roots.news]\npath = '/a'\nfoo = 1", tmp_path)


def test_phrases_of_notices_are_by_language(tmp_path: Path) -> None:
    file = written(tmp_path, "[notice_phrases]\nen = ['we erred']\nzh = ['更正']\n")
    example = next(
        line for line in SHIPPED.read_text().splitlines() if line.startswith("# notice_phrases = ")
    )

    assert load(file=file, environment={}).notice_phrases == {"en": ("we erred",), "zh": ("更正",)}
    shown = load(file=written(tmp_path, example.removeprefix("# ")), environment={})
    assert sorted(shown.notice_phrases) == ["en", "nl"]


def test_a_file_that_is_no_toml_is_named_with_the_place(tmp_path: Path) -> None:
    assert "line 2" in refused("quiet_seconds = 0.3\nhold_seconds = = 5", tmp_path)
    (tmp_path / "my.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"my\.toml"):
        load(file=str(tmp_path / "my.toml"), environment={})


@pytest.mark.parametrize("kind", ["missing", "folder"])
def test_a_file_that_cannot_be_read_is_named(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "absent.toml" if kind == "missing" else tmp_path
    for words in ({"file": str(file), "environment": {}}, {"environment": {"INGEST_CONFIG": str(file)}}):
        with pytest.raises(ConfigError) as error:
            load(**words)
        assert str(file) in error.value.message


@pytest.mark.parametrize(
    ("variable", "value"),
    [("INGEST_QUIET_SECONDS", "soon"), ("INGEST_MAX_BYTES", "-1"), ("INGEST_BACKEND", "magic")],
)
def test_a_bad_variable_is_named(variable: str, value: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(environment={variable: value})
    assert variable in error.value.message


def test_a_root_has_its_own_patterns_beside_the_common_ones(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "exclude = ['*.log']\n[roots.news]\npath = '/n'\nexclude = ['drafts']\nbackend = 'poll'\n"
        "[roots.mail]\npath = '/m'\n",
    )
    found = load(file=file, environment={})

    assert not found.patterns_of("news").keeps_file(b"a.log")
    assert not found.patterns_of("news").keeps_file(b"drafts/a")
    assert found.patterns_of("mail").keeps_file(b"drafts/a")
    assert not found.patterns_of("never named").keeps_file(b"a.log")
    assert [found.backend_of(name) for name in ("news", "mail", "other")] == ["poll", "auto", "auto"]


def test_the_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Settings().quiet_seconds = 1.0  # type: ignore[misc]


def test_the_environment_of_the_process_is_asked_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in list(os.environ):
        if variable.startswith("INGEST_"):
            monkeypatch.delenv(variable)
    monkeypatch.setenv("INGEST_POLL_SECONDS", "11")

    assert load().poll_seconds == 11.0
