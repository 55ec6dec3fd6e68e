"""The pages of reference, made from the code. `./dev docs` writes them; a test compares."""

from __future__ import annotations

import inspect
import re
import textwrap
import tomllib
import typing
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

import click
import msgspec

from ingest import cli, config
from ingest.cli.examples import EXAMPLES
from ingest.cli.help import CommonOption
from ingest.cli.verbs import check as check_verb
from ingest.cli.verbs import status as status_verb
from ingest.daemon import reload
from ingest.edits import edit, rules
from ingest.edits.rule import Rule
from ingest.history import observation
from tests.docs import source
from tests.docs.records import Shape

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / "docs" / "reference"
_WIDTH = 118
_MADE = "<!-- Made from the code by `./dev docs`. -->"

Meanings = Mapping[str, Mapping[str, str]]


@cache
def meanings() -> Meanings:
    """What each name means: by section, by name."""
    return tomllib.loads((Path(__file__).parent / "meanings.toml").read_text())


def _page(title: str, *parts: str) -> str:
    return "\n\n".join((f"# {title}", _MADE, *map(_laid_out, parts))) + "\n"


def _laid_out(part: str) -> str:
    """A part of a page; one that is a paragraph is broken into lines."""
    part = part.strip("\n")
    if "\n" in part or part.startswith(("#", "|", "*", " ")):
        return part
    return textwrap.fill(part, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *([cell.replace("|", r"\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _named(section: str, names: Iterable[str], head: str) -> str:
    known = meanings()[section]
    return _table((head, "meaning"), ((f"`{name}`", known[name]) for name in names))


# -- verbs ---------------------------------------------------------------------------------


def _command(verb: str) -> click.Command:
    command = cli.group.get_command(click.Context(cli.group), verb)
    assert command is not None
    return command


def _usage(verb: str, command: click.Command) -> str:
    context = click.Context(command, info_name=verb)
    arguments = [each.make_metavar(context) for each in command.params if isinstance(each, click.Argument)]
    return " ".join(("ingest", verb, *arguments))


def _options(command: click.Command, *, common: bool) -> list[tuple[str, str]]:
    context = click.Context(command, parent=click.Context(cli.group, **cli.group.context_settings))
    found = []
    for option in command.get_params(context):
        record = option.get_help_record(context)
        if record is not None and isinstance(option, click.Option):
            is_common = isinstance(option, CommonOption) or "--help" in option.opts
            if is_common is common:
                found.append((f"`{record[0]}`", " ".join(record[1].split())))
    return found


def _prose(words: str) -> str:
    """A help text as paragraphs of Markdown."""
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(words.replace("\b\n", "")))
    return "\n\n".join(
        textwrap.fill(" ".join(each.split()), _WIDTH, break_on_hyphens=False) for each in paragraphs
    )


def _verb(verb: str) -> str:
    command = _command(verb)
    parts = [f"### `{verb}`", f"    {_usage(verb, command)}", _prose(command.help or "")]
    own = _options(command, common=False)
    if own:
        parts.append(_table(("option", "does"), own))
    parts += [f"{example.about}\n\n    {example.words}" for example in EXAMPLES[verb]]
    return "\n\n".join(parts)


def verbs() -> str:
    """Every verb, by purpose: usage, what it does, its options, its exit codes, its examples."""
    parts = [
        (
            "How documents, versions, moments and roots are named is said in [naming](naming.md), what "
            "`--json` prints in [the records](records.md)."
        ),
        "\n".join(
            f"* {purpose}: {', '.join(f'[`{verb}`](#{verb})' for verb in names)}"
            for purpose, names in cli.PURPOSES.items()
        ),
        "## Options of every verb, before it or after it",
        _table(("option", "does"), _options(_command("log"), common=True)),
    ]
    for purpose, names in cli.PURPOSES.items():
        parts += [f"## {purpose}", *map(_verb, names)]
    return _page("Verbs", *parts)


# -- settings ------------------------------------------------------------------------------


def _kind(hint: Any) -> str:
    """A setting's type and bounds in words."""
    bounds: list[str] = []
    if typing.get_origin(hint) is typing.Annotated:
        hint, *metas = get_args(hint)
        for meta in metas:
            bounds += [f"from {meta.ge:,}"] if meta.ge is not None else []
            bounds += [f"to {meta.le:,}"] if meta.le is not None else []
            bounds += [f"at most {meta.max_length:,}"] if meta.max_length is not None else []
    origin, inner = typing.get_origin(hint), get_args(hint)
    if origin is typing.Literal:
        words = " or ".join(f"`{each}`" for each in inner)
    elif origin is dict:
        words = f"table of {_kind(inner[1])} each"
    elif origin is tuple:
        words = "list of text"
    elif type(None) in inner:
        words = _kind(next(each for each in inner if each is not type(None)))
    else:
        words = {str: "text", int: "whole number", float: "number", bool: "true or false"}[hint]
    return (
        words
        + (" " if bounds and bounds[0].startswith("from") else ", " if bounds else "")
        + " ".join(bounds)
    )


def _shown(value: Any) -> str:
    return f"`{msgspec.json.encode(value).decode()}`" if value is not None else ""


def _reasons() -> dict[str, str]:
    """What the configuration that is shipped says above each setting."""
    found: dict[str, str] = {}
    said: list[str] = []
    reason = ""
    for line in (PROJECT / "config" / "ingest.toml").read_text().splitlines():
        if line.startswith("# "):
            said.append(line.removeprefix("# "))
        elif key := re.match(r"(\w+) = ", line):
            reason = " ".join(each for each in said if not re.match(r"\w+ = ", each)) or reason
            found[key[1]] = reason
            said = []
        else:
            said = []
    return found


def settings() -> str:
    """Every setting: type, bounds, default, variable, what it is for."""
    hints = typing.get_type_hints(config.Settings, include_extras=True)
    variables = {field: variable for variable, field in config.VARIABLES.items()}
    reasons, parts = _reasons(), []
    defaults = config.Settings()
    for field in config.Settings.__struct_fields__:
        if field in ("documents", "roots", "serve"):
            continue
        value = getattr(defaults, field)
        restart = " A running daemon takes it at its start only." if field in reload.FIXED else ""
        parts += [
            f"## `{field}`",
            "; ".join((_kind(hints[field]), f"default {_shown(value)}", f"variable `{variables[field]}`")),
            textwrap.fill(reasons[field] + restart, _WIDTH, break_on_hyphens=False),
        ]
    own = typing.get_type_hints(config.RootSettings, include_extras=True)
    served = typing.get_type_hints(config.ServeSettings, include_extras=True)
    documents = typing.get_type_hints(config.DocumentSettings, include_extras=True)
    return _page(
        "Settings",
        "A file in TOML: `--config FILE`, `INGEST_CONFIG`, else `config/ingest.toml` where it exists. A "
        "flag beats a "
        "variable, a variable beats the file, the file beats the default. A list or a table is written in "
        "a variable as "
        "in the file. A variable that begins with `INGEST_`, is of no setting and is nearly the name of "
        "one is refused. Times are in seconds. On SIGHUP a running daemon reads the file again; what it then "
        "still does not "
        "take is named by the log line `settings_loaded`.",
        *parts,
        "## `[roots.NAME]`",
        "The roots of `ingest watch` and `ingest scan` when none is named. A table without a `path` is "
        "for a root that is "
        "named elsewhere. They have no variable.",
        _table(
            ("key", "value"), ((f"`{key}`", _kind(own[key])) for key in config.RootSettings.__struct_fields__)
        ),
        "`include`, `exclude` and `backend` add to or replace the settings of those names. `keep` is said "
        "in [what is "
        "watched](what-is-watched.md), `boilerplate` in [tell notices and "
        "boilerplate](../how-to/notices-and-boilerplate.md), `html`, `select` and `remove` in [keep a web "
        "archive](../how-to/web-archive.md).",
        "## `[documents]`",
        "How documents that are more than plain text are read: [the formats](formats.md). They have no "
        "variable.",
        _table(
            ("key", "value", "default", "reason"),
            (
                (
                    f"`{key}`",
                    _kind(documents[key]),
                    _shown(getattr(defaults.documents, key)),
                    reasons[key],
                )
                for key in config.DocumentSettings.__struct_fields__
            ),
        ),
        "## `[serve]`",
        "Where `ingest serve` listens, and whom it lets in: [the page and the "
        "API](../how-to/serve.md). They have no variable.",
        _table(
            ("key", "value", "default"),
            (
                (f"`{key}`", _kind(served[key]), _shown(getattr(defaults.serve, key)))
                for key in config.ServeSettings.__struct_fields__
            ),
        ),
    )


# -- records -------------------------------------------------------------------------------


def fields_of(shapes: Mapping[str, Shape]) -> dict[str, list[str]]:
    """The records, each with the fields that it shows: those of a record within another are not repeated."""
    inner = [name.removeprefix("edit.") for name in shapes["change"] if name.startswith("edit.")]
    found: dict[str, list[str]] = {}
    for record, shape in shapes.items():
        if record == "scanned file":
            continue
        found[record] = [
            name
            for name in shape
            if not name.endswith("_base64") and not re.search(r"(^|\.)edit\.", name)
            and not (record == "report" and name.startswith("coverage."))
        ]  # fmt: skip
        if record == "change":
            found["edit"] = inner
    return found


def meaning_of(record: str, field: str) -> tuple[str, str]:
    """The key of a field's meaning, and the meaning."""
    known = meanings()["fields"]
    for key in (f"{record}.{field}", field):
        if key in known:
            return key, known[key]
    raise KeyError(f"{record}.{field} has no meaning in tests/docs/meanings.toml")


def records(shapes: Mapping[str, Shape]) -> str:
    """Every record that a verb prints with `--json`, field by field."""
    parts = []
    for record, fields in fields_of(shapes).items():
        rows = ((f"`{field}`", meaning_of(record, field)[1]) for field in fields)
        parts += [
            f"## {record}",
            f"Given by: {meanings()['records'][record]}.",
            _table(("field", "meaning"), rows),
        ]
    return _page(
        "Records",
        "With `--json` a verb prints one object a line, UTF-8. Times are RFC 3339, UTC, with "
        "microseconds. Hashes are "
        "lower-case hex SHA-256. A field without a value is null. A path that is not valid UTF-8 is shown "
        "with `\\xNN` "
        "escapes in its field, and exactly in a field beside it, `path_base64` beside `path`, which is "
        "there only then. "
        "A field `a.b` is the field `b` of the object, or of each object of the list, `a`.",
        *parts,
    )


# -- the rest ------------------------------------------------------------------------------


def _rule(rule: Rule) -> tuple[str, ...]:
    significance = f"`{rule.significance}`" if rule.significance else "that of the next rule that holds"
    return f"`{rule.name}`", f"`{rule.kind}`", significance, rule.when


def _class(name: str) -> tuple[str, str]:
    return f"`{name}`", ", ".join(f"`{rule.name}`" for rule in rules.RULES if rule.kind == name)


def edits() -> str:
    """Rules, classes, significances, subjects, facts and flags."""
    return _page(
        "Rules, classes, facts and flags of an edit",
        "What lies between two versions of a document. [What an edit is](../explanation/edits.md) says "
        "how it is decided.",
        "## Rules",
        (
            "The first rule that holds decides, and the edit has its name as `rule`. `ingest explain` tells "
            "of one edit what each saw. The texts are compared without the root's boilerplate, and a later "
            "rule is asked only of what the earlier ones left."
        ),
        _table(("rule", "class", "significance", "holds when"), map(_rule, rules.RULES)),
        "## Classes",
        _table(("class", "rules"), map(_class, edit.CLASSES)),
        "## Significance", _named("significances", edit.SIGNIFICANCES, "significance"),
        "## Subjects", "Of a substantive edit, the gravest thing that it touches: the first of these.",
        _named("subjects", edit.SUBJECTS, "subject"),
        "## Facts", _named("facts", edit.FACTS, "fact"),
        "## Flags", _named("flags", edit.FLAGS, "flag"),
        "Each substantive edit is open or silent. An older notice excuses nothing, nor does a later one.",
    )  # fmt: skip


def coverage() -> str:
    """The states of coverage, and the reasons."""
    return _page(
        "Coverage",
        "`ingest coverage` says for which stretches of time each root was observed, and how. The "
        "stretches tile a root's "
        "time from its first scan.",
        _table(("state", "meaning"), ((f"`{state}`", words) for state, words in observation.MEANS.items())),
        textwrap.fill(observation.RESTED, _WIDTH),
        "## Reasons",
        "Why a stretch is no more than it is. A `scanned` stretch without a reason lies between two scans.",
        _named("coverage", sorted(source.coverage_reasons()), "reason"),
    )


def problems() -> str:
    """The codes of problems that `status` shows."""
    return _page(
        "Problems",
        "`ingest status` lists what is wrong. `health` is `blind` where a problem is; `degraded` with any "
        "other but a "
        "rejected file or an offline one; `stopped` where no daemon runs.",
        _named("problems", sorted(source.problem_codes()), "code"),
    )


def log_lines() -> str:
    """The events of the daemon's log."""
    known, rows = meanings()["events"], []
    for event, (levels, fields) in sorted(source.log_events().items()):
        shown = ", ".join(f"`{field}`" for field in sorted(fields))
        rows.append((f"`{event}`", " or ".join(sorted(levels)), shown, known[event]))
    return _page(
        "Log lines",
        "`ingest watch` writes a line an event to standard error: one JSON object (`log_format`), or "
        "words on a terminal. "
        "Each has `time`, `level` and `event`, and the fields named here.",
        _table(("event", "level", "fields", "when"), rows),
    )


def exit_codes() -> str:
    """The exit codes: of errors, and of each verb."""
    kinds = (
        (str(code), inspect.cleandoc(kind.__doc__ or "").split("\n", 1)[0]) for kind, code in cli._EXIT_CODES
    )
    rows = []
    for verb in cli.VERBS:
        said = re.search(
            r"^\s*Exit: (.*?)(?:\n\s*\n|\Z)", _command(verb).help or "", re.MULTILINE | re.DOTALL
        )
        assert said is not None, verb
        rows.append((f"`{verb}`", " ".join(said[1].split()).rstrip(".")))
    sums = ", ".join(f"{bit} {state}" for state, bit in check_verb._BITS.items())
    healths = ", ".join(f"{code} {health}" for health, code in status_verb._EXIT.items())
    return _page(
        "Exit codes",
        "0 is done: a question that could be answered, whatever the answer. An error is a line `error: …` "
        "on standard "
        "error, then where it helps a line `hint: …`.",
        _table(("code", "error"), sorted(kinds)),
        "Ctrl-C ends a call with 130. What else a verb answers stands below.",
        f"`check` answers 0, or the sum of {sums}. `status --exit-code` answers {healths}.",
        "## By verb",
        _table(("verb", "codes"), rows),
    )


PAGES: dict[str, Callable[[], str]] = {
    "verbs": verbs,
    "settings": settings,
    "edits": edits,
    "coverage": coverage,
    "problems": problems,
    "log-lines": log_lines,
    "exit-codes": exit_codes,
}
