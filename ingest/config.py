"""Settings: defaults, then the file, then `INGEST_*`, then flags. Read once, passed down as values."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from ingest import escape
from ingest.disk import gitignore
from ingest.disk.patterns import Patterns
from ingest.edits.settings import Rules
from ingest.errors import ConfigError, UsageError
from ingest.store.roots import check_name

DEFAULT_FILE = "config/ingest.toml"
DEFAULT_DATABASE = "sqlite:///.ingest-store/ingest.db"

Seconds = Annotated[float, msgspec.Meta(ge=0.01, le=86_400)]
Backend = Literal["auto", "native", "poll"]
# Each is looked for in every sentence of an edit: few, and short.
Phrase = Annotated[str, msgspec.Meta(max_length=200)]
Phrases = Annotated[tuple[Phrase, ...], msgspec.Meta(max_length=100)]
# Each is tried on every line and sentence of an edited text that holds its longest word.
Pattern = Annotated[str, msgspec.Meta(max_length=200)]
Boilerplate = Annotated[tuple[Pattern, ...], msgspec.Meta(max_length=100)]
# Each is tried on every element of a page.
Selector = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Selectors = Annotated[tuple[Selector, ...], msgspec.Meta(max_length=100)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65_535)]


class DocumentSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `[documents]` table: how documents that are more than plain text are read."""

    confine: Literal["require", "best"] = "require"
    deadline_seconds: Annotated[float, msgspec.Meta(ge=0.1, le=600)] = 20.0


class RootSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[roots.NAME]` table. One without a path says how a root is treated that is named elsewhere."""

    path: Annotated[str, msgspec.Meta(min_length=1)] | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    backend: Backend | None = None
    boilerplate: Boilerplate = ()
    html: Literal["auto", "article", "whole"] = "auto"
    select: Selectors = ()
    remove: Selectors = ()


class ServeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `[serve]` table: where `ingest serve` listens, and whom it lets in."""

    host: Annotated[str, msgspec.Meta(min_length=1)] = "127.0.0.1"
    port: Port = 8000
    token_file: Annotated[str, msgspec.Meta(min_length=1)] | None = None
    hosts: tuple[str, ...] = ()
    trusted_header: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9-]+$")] | None = None


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting; `config/ingest.toml` says what each is for."""

    database_url: str = DEFAULT_DATABASE
    quiet_seconds: Seconds = 0.3
    hold_seconds: Seconds = 5.0
    move_seconds: Seconds = 1.0
    max_bytes: Annotated[int, msgspec.Meta(ge=1, le=2_000_000_000)] = 64 * 1024 * 1024
    backend: Backend = "auto"
    poll_seconds: Seconds = 5.0
    rescan_seconds: Seconds = 3600.0
    liveness_seconds: Annotated[float, msgspec.Meta(ge=0.1, le=4.0)] = 2.0
    busy_seconds: Seconds = 5.0
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "console"] = "auto"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    tell_new_readings: bool = True
    fill_index: bool = True
    notice_phrases: Annotated[dict[str, Phrases], msgspec.Meta(max_length=20)] = {}
    documents: DocumentSettings = DocumentSettings()
    roots: dict[str, RootSettings] = {}
    serve: ServeSettings = ServeSettings()

    def patterns_of(self, name: str) -> Patterns:
        """Return a root's patterns: the common ones and its own. Raises ConfigError."""
        own = self.roots.get(name)
        return Patterns(
            include=self.include + (own.include if own else ()),
            exclude=self.exclude + (own.exclude if own else ()),
            keep=own.keep if own else (),
        )

    def new_readings(self, names: Iterable[str]) -> dict[str, str]:
        """Return the patterns that an earlier release took for something else, and what they mean."""
        own = [self.roots[name] for name in names if name in self.roots]
        patterns = (*self.include, *self.exclude)
        patterns += tuple(pattern for each in own for pattern in (*each.include, *each.exclude, *each.keep))
        told = {pattern: gitignore.new_reading(pattern) for pattern in patterns}
        return {pattern: reading for pattern, reading in told.items() if reading is not None}

    @property
    def edit_rules(self) -> Rules:
        """Return what the settings add to the rules by which edits are told."""
        own = {name: root.boilerplate for name, root in self.roots.items() if root.boilerplate}
        return Rules(self.notice_phrases, own)

    def of_no_root(self, known: Iterable[str]) -> list[str]:
        """Return what to say of each table that is neither of a known root nor names a folder.

        It has no effect.
        """
        names = set(known)
        return [
            f"[roots.{name}] is of no known root and has no path: it has no effect"
            for name, root in self.roots.items()
            if root.path is None and name not in names
        ]

    def backend_of(self, name: str) -> Backend:
        """Tell how a root is watched."""
        own = self.roots.get(name)
        return own.backend if own is not None and own.backend is not None else self.backend


_TABLES = frozenset(("documents", "roots", "serve"))
# Each setting but the tables has a variable; lists and tables are written in it as in the file.
VARIABLES = {f"INGEST_{field.upper()}": field for field in Settings.__struct_fields__ if field not in _TABLES}
_NEAR = 0.8  # of the letters that a variable has in common with one of a setting that may be meant
_STRUCTURED = frozenset(("include", "exclude", "notice_phrases"))


def load(
    *,
    file: str | None = None,
    environment: Mapping[str, str] = os.environ,
    flags: Mapping[str, object] | None = None,
) -> Settings:
    """Return the settings in force. Raises ConfigError naming the file or variable and the key."""
    named = file if file is not None else environment.get("INGEST_CONFIG") or None
    values: dict[str, object] = {}
    source: dict[str, str] = {}  # where each setting that is no default comes from
    if named is not None or Path(DEFAULT_FILE).is_file():
        file = DEFAULT_FILE if named is None else named
        values = _read(Path(file))
        _convert(values, where=file, strict=True)
        source = dict.fromkeys(values, file)
    _check_variables(environment, [key for key, value in (flags or {}).items() if value is not None])
    for variable, field in VARIABLES.items():
        if environment.get(variable):
            where = f"environment variable {variable}"
            value = _of_variable(field, environment[variable], where)
            _convert({field: value}, where=where, strict=False)
            values[field], source[field] = value, where
    values.update({key: value for key, value in (flags or {}).items() if value is not None})
    settings = _convert(values, where="the settings", strict=False)
    lists = {"include": settings.include, "exclude": settings.exclude}
    for name, root in settings.roots.items():
        own = {"include": settings.include + root.include, "exclude": settings.exclude + root.exclude}
        own["keep"] = root.keep
        lists |= {f"roots.{name}.{key}": patterns for key, patterns in own.items()}
    for key, patterns in lists.items():
        try:
            gitignore.check(patterns)
        except ConfigError as error:
            where = source[key.partition(".")[0]]
            raise ConfigError(f"{where}: {key}: {error.message}", hint=error.hint) from error
    for name, root in settings.roots.items():
        _check_name(name, source["roots"])
        _check_boilerplate(name, root.boilerplate, source["roots"])
        _check_selectors(name, root, source["roots"])
    for language, phrases in settings.notice_phrases.items():
        _check_phrases(language, phrases, source["notice_phrases"])
    if settings.quiet_seconds > settings.hold_seconds:
        where = source.get("quiet_seconds") or source["hold_seconds"]
        raise ConfigError(
            f"{where}: quiet_seconds: {settings.quiet_seconds:g} is more than hold_seconds, "
            f"{settings.hold_seconds:g}",
            hint="the longest wait cannot be shorter than the quiet time",
        )
    return settings


def _check_variables(environment: Mapping[str, str], by_flag: Collection[str]) -> None:
    """Refuse a variable that is none of a setting and nearly one, so that no setting is lost in silence.

    A setting that has its own variable, or is given by a flag, is not lost.
    """
    for variable in environment:
        if not variable.startswith("INGEST_") or variable in VARIABLES:
            continue
        from difflib import get_close_matches  # noqa: PLC0415 - few environments have such a variable

        near = get_close_matches(variable, VARIABLES, 1, _NEAR)
        if near and not environment.get(near[0]) and VARIABLES[near[0]] not in by_flag:
            raise ConfigError(
                f"environment variable {variable} is no setting",
                hint=f"{near[0]} may be meant; set that, or unset {variable}",
            )


def _read(file: Path) -> dict[str, object]:
    try:
        with file.open("rb") as lines:
            return tomllib.load(lines)
    except OSError as error:
        raise ConfigError(
            f"configuration {file} cannot be read: {os.strerror(error.errno or 0)}",
            hint="name another with --config, or leave it out",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"configuration {file} is not TOML: {error}") from error


def _of_variable(field: str, words: str, where: str) -> object:
    """Return a variable's value: a scalar as it stands, a list or a table as TOML."""
    if not escape.is_utf8(words):
        raise ConfigError(f"{where}: {field}: '{words}' is not valid UTF-8")
    if field not in _STRUCTURED:
        return words
    try:
        return tomllib.loads(f"value = {words}")["value"]
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{where}: {field}: '{words}' is not TOML", hint="write it as in the file, with its quotes"
        ) from error


def _check_name(name: str, where: str) -> None:
    try:
        check_name(name)
    except UsageError as error:
        raise ConfigError(f"{where}: roots.{name}: {error.message}", hint=error.hint) from error


def _check_boilerplate(name: str, patterns: Boilerplate, source: str) -> None:
    for pattern in patterns:
        if sum(map(str.isalnum, pattern)) < 2:
            raise ConfigError(
                f"{source}: roots.{name}.boilerplate: '{pattern}' matches too many lines to tell boilerplate",
                hint="a pattern has two letters or digits at least",
            )


def _check_selectors(name: str, root: RootSettings, source: str) -> None:
    if not (root.select or root.remove):
        return
    from ingest.normalise import selectors  # noqa: PLC0415 - large, and few roots have selectors

    for key, given in (("select", root.select), ("remove", root.remove)):
        for words in given:
            try:
                selectors.parse(words)
            except ValueError as error:
                raise ConfigError(
                    f"{source}: roots.{name}.{key}: '{words}': {error}",
                    hint="names, #id, .class, [attribute=value], below each other or directly below (>)",
                ) from error


def _check_phrases(language: str, phrases: Phrases, source: str) -> None:
    if not re.fullmatch("[a-z]{2}", language):
        raise ConfigError(
            f"{source}: notice_phrases: no language '{language}'",
            hint="write its code of two letters: en, nl",
        )
    for phrase in phrases:
        if sum(map(str.isalnum, phrase)) < 2:
            raise ConfigError(
                f"{source}: notice_phrases.{language}: '{phrase}' is in too many sentences to tell a notice",
                hint="a phrase has two letters or digits at least",
            )


def _faulty_entry(values: dict[str, object], table: str) -> str:
    """Return the key of the first entry of a table that is not understood: the library does not tell it."""
    entries = values.get(table)
    kind = {"roots": RootSettings, "notice_phrases": Phrases}.get(table)
    for key, entry in entries.items() if isinstance(entries, dict) else ():
        try:
            msgspec.convert(entry, kind)
        except msgspec.ValidationError:
            return str(key)
    return "?"


def _convert(values: dict[str, object], *, where: str, strict: bool) -> Settings:
    try:
        return msgspec.convert(values, Settings, strict=strict)
    except msgspec.ValidationError as error:
        said, _, place = str(error).partition(" - at `$")
        key = place.rstrip("`").lstrip(".")
        table, within, rest = key.partition("[...]")
        key = f"{table}.{_faulty_entry(values, table)}{rest}" if within else key
        if not key and (unknown := said.partition("unknown field `")[2].rstrip("`")):
            key, said = unknown, "no such setting"
        elif "unknown field `" in said:
            key = f"{key}.{said.partition('unknown field `')[2].rstrip('`')}"
            said = "no such setting"
        raise ConfigError(
            f"{where}: {key or 'value'}: {said[:1].lower()}{said[1:]}",
            hint="every setting and its default is in config/ingest.toml",
        ) from error
