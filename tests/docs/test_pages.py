"""What README.md, docs/ and the configuration say is so: each session is run, each name looked up."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from ingest import cli, config, systems
from tests.command import Command
from tests.docs.sessions import PROJECT, masked, outputs, pages, steps

README = (PROJECT / "README.md").read_text()
VERBS = (PROJECT / "docs" / "reference" / "verbs.md").read_text()
SETTINGS = (PROJECT / "config" / "ingest.toml").read_text()
_LINK = re.compile(r"\]\(([^)#]+)(#[^)]*)?\)")


def _name(page: Path) -> str:
    return str(page.relative_to(PROJECT))


def test_the_readme_and_the_tutorial_show_the_product_at_work() -> None:
    for page, least in (("README.md", 4), ("docs/start.md", 12)):
        commands = [command for command, _ in steps((PROJECT / page).read_text())]
        assert sum(command.startswith("ingest ") for command in commands) >= least


def test_the_readme_is_a_screen_and_a_half() -> None:
    prose = re.sub(r"^```.*?^```", "", README, flags=re.MULTILINE | re.DOTALL)
    assert len(re.findall(r"\w+", re.sub(r"\]\([^)]*\)", "]", prose))) <= 600


def test_what_looks_like_a_session_is_marked_as_one() -> None:
    """A block of another kind would not be run."""
    for page in pages():
        for kind, block in re.findall(r"^```(\S*)\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL):
            assert kind == "console" or not re.search(r"^\$ ", block, re.MULTILINE), _name(page)


@pytest.mark.parametrize("page", [page for page in pages() if steps(page.read_text())], ids=_name)
def test_the_sessions_of_a_page_print_what_it_shows(page: Path, tmp_path: Path) -> None:
    """In a folder that holds a copy of `seeds/`, with nothing else of ours in the environment."""
    session = steps(page.read_text())
    printed = outputs([command for command, _ in session], tmp_path)
    for (command, shown), output in zip(session, printed, strict=True):
        assert masked(output) == masked(shown), f"$ {command}"


def test_each_page_is_reached_from_the_index_and_each_link_leads_somewhere() -> None:
    index = PROJECT / "docs" / "README.md"
    reached = set()
    others = [PROJECT / name for name in ("DESIGN.md", "CONTRIBUTING.md", "SECURITY.md")]
    for page in (*pages(), *others):
        for target, _ in _LINK.findall(page.read_text()):
            if not target.startswith("http"):
                found = (page.parent / target).resolve()
                assert found.exists(), f"{_name(page)}: {target}"
                if page in (index, index.parent / "decisions" / "README.md"):
                    reached.add(found)
    assert set(index.parent.rglob("*.md")) - reached == {index}


def test_each_file_of_the_source_that_a_page_names_is_there() -> None:
    """By its path in the project, in the package, or by its name beside one that the page named before."""
    names = {file.name for file in PROJECT.glob("ingest/**/*.py")}
    for page in (*pages(), PROJECT / "CONTRIBUTING.md"):
        for named in re.findall(r"`((?:[\w.-]+/)*[\w-]+\.(?:py|toml|tsv|service))`", page.read_text()):
            if not re.search("CODE|NAME|MONTH", named):
                places = (PROJECT / named, PROJECT / "ingest" / named)
                assert any(place.exists() for place in places) or named in names, f"{_name(page)}: {named}"


def test_masking_hides_what_varies_and_nothing_else() -> None:
    line = "#5      2026-11-22 18:57:25  moved     a.txt -> b.txt @1 (0.4 s) " + "0f" * 32
    assert masked(line) == "#5      TIME  moved     a.txt -> b.txt @1 (N s) HASH"


@pytest.mark.parametrize("verb", cli.VERBS)
def test_each_verb_is_in_the_help_and_in_the_reference(verb: str, tmp_path: Path) -> None:
    command = Command(None, tmp_path)
    assert re.search(rf"^  {verb}  ", command.ask("--help").text, re.MULTILINE)
    assert re.search(rf"^### `{verb}`\n\n    ingest {verb}\b", VERBS, re.MULTILINE)
    assert command.ask(verb, "--help").text.startswith(f"Usage: ingest {verb} ")


def test_each_verb_and_option_that_the_pages_name_is_there(tmp_path: Path) -> None:
    """In code, in line or in a block: `ingest VERB --option`."""
    named: set[tuple[str, str]] = set()
    for page in (*pages(), PROJECT / "CONTRIBUTING.md"):
        for call in re.findall(
            r"(?<![\w/.-])ingest ((?:--database \S+ |--config \S+ )?[a-z-]+(?: [^`\n|;&]*)?)",
            page.read_text(),
        ):
            verb, _, rest = re.sub(r"^(--\w+ \S+ )", "", call).partition(" ")
            if verb in cli.VERBS:
                named |= {(verb, option) for option in re.findall(r"(?<!\S)--[a-z-]+", rest)}
    assert {verb for verb, _ in named} >= {"scan", "changes", "verify", "restore", "export"}
    helps = {verb: Command(None, tmp_path).ask(verb, "--help").text for verb in {verb for verb, _ in named}}
    for verb, option in named:
        assert option in helps[verb], f"{verb} {option}"


def test_each_variable_is_a_key_of_the_configuration_that_is_shipped() -> None:
    keys = set(tomllib.loads(SETTINGS))
    assert set(config.VARIABLES.values()) <= keys
    for variable, field in config.VARIABLES.items():
        assert variable == f"INGEST_{field.upper()}"


def test_each_variable_that_is_written_anywhere_is_one() -> None:
    """In the source and in the documents: one that nobody reads would be a promise that nobody keeps."""
    known = {*config.VARIABLES, "INGEST_CONFIG", systems.UNTESTED}
    files = [*PROJECT.glob("ingest/**/*.py"), *pages()]
    for file in files:
        for variable in re.findall(r"\bINGEST_[A-Z_]+[A-Z]\b", file.read_text()):
            assert variable in known, f"{variable} in {file.name}"


def test_the_configuration_that_is_shipped_says_the_defaults() -> None:
    shipped = config.load(file=str(PROJECT / "config" / "ingest.toml"), environment={})
    assert shipped == config.Settings()


def test_each_setting_is_in_the_configuration_that_is_shipped_with_a_reason_above_it() -> None:
    for field in config.Settings.__struct_fields__:
        if field not in config.VARIABLES.values():  # a table
            assert re.search(rf"^(?:# )?\[{field}[.\]]", SETTINGS, re.MULTILINE), field
            continue
        place = re.search(rf"^{field} = ", SETTINGS, re.MULTILINE)
        assert place, field
        above = SETTINGS[: place.start()].rstrip("\n").rsplit("\n", 1)[-1]
        assert above.startswith("# ") or above.partition(" = ")[0] in {"exclude", "include"}, field
