"""Settings: defaults, then the file, then `INGEST_*`, then flags. Read once, passed down as values."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from ingest.disk.patterns import Patterns
from ingest.errors import ConfigError

DEFAULT_FILE = "config/ingest.toml"
DEFAULT_DATABASE = "sqlite:///.ingest-store/ingest.db"

Seconds = Annotated[float, msgspec.Meta(ge=0.01, le=86_400)]
Backend = Literal["auto", "native", "poll"]
# Each is looked for in every sentence of an edit: few, and short.
Phrase = Annotated[str, msgspec.Meta(max_length=200)]
Phrases = Annotated[tuple[Phrase, ...], msgspec.Meta(max_length=100)]


class RootSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[roots.NAME]` table."""

    path: str
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    backend: Backend | None = None


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
    fill_index: bool = True
    notice_phrases: Annotated[dict[str, Phrases], msgspec.Meta(max_length=20)] = {}
    roots: dict[str, RootSettings] = {}

    def patterns_of(self, name: str) -> Patterns:
        """A root's patterns: the common ones and its own. Raises ConfigError."""
        own = self.roots.get(name)
        return Patterns(
            include=self.include + (own.include if own else ()),
            exclude=self.exclude + (own.exclude if own else ()),
        )

    def backend_of(self, name: str) -> Backend:
        """How a root is watched."""
        own = self.roots.get(name)
        return own.backend if own is not None and own.backend is not None else self.backend


# The scalar settings have a variable each; lists and tables are for the file.
VARIABLES = {
    f"INGEST_{field.upper()}": field
    for field in Settings.__struct_fields__
    if field not in ("include", "exclude", "notice_phrases", "roots")
}


def load(
    *,
    file: str | None = None,
    environment: Mapping[str, str] = os.environ,
    flags: Mapping[str, Any] | None = None,
) -> Settings:
    """The settings in force. Raises ConfigError naming the file or variable and the key."""
    named = file if file is not None else environment.get("INGEST_CONFIG") or None
    values: dict[str, Any] = {}
    if named is not None or Path(DEFAULT_FILE).is_file():
        values = _read(Path(DEFAULT_FILE if named is None else named))
        _convert(values, where=str(DEFAULT_FILE if named is None else named), strict=True)
    for variable, field in VARIABLES.items():
        if environment.get(variable):
            _convert({field: environment[variable]}, where=f"environment variable {variable}", strict=False)
            values[field] = environment[variable]
    values.update({key: value for key, value in (flags or {}).items() if value is not None})
    settings = _convert(values, where="the settings", strict=False)
    source = "the settings" if named is None and not values else str(DEFAULT_FILE if named is None else named)
    lists = {"include": settings.include, "exclude": settings.exclude}
    for name, root in settings.roots.items():
        lists |= {f"roots.{name}.include": root.include, f"roots.{name}.exclude": root.exclude}
    for key, patterns in lists.items():
        try:
            Patterns(exclude=patterns)
        except ConfigError as error:
            raise ConfigError(f"{source}: {key}: {error.message}", hint=error.hint) from error
    for language, phrases in settings.notice_phrases.items():
        _check_phrases(language, phrases, source)
    if settings.quiet_seconds > settings.hold_seconds:
        raise ConfigError(
            f"{source}: quiet_seconds: {settings.quiet_seconds:g} is more than hold_seconds, "
            f"{settings.hold_seconds:g}",
            hint="the longest wait cannot be shorter than the quiet time",
        )
    return settings


def _read(file: Path) -> dict[str, Any]:
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


def _faulty_entry(values: dict[str, Any], table: str) -> str:
    """The key of the first entry of a table that is not understood: the library does not tell it."""
    entries = values.get(table)
    kind = {"roots": RootSettings, "notice_phrases": Phrases}.get(table)
    for key, entry in entries.items() if isinstance(entries, dict) else ():
        try:
            msgspec.convert(entry, kind)
        except msgspec.ValidationError:
            return str(key)
    return "?"


def _convert(values: dict[str, Any], *, where: str, strict: bool) -> Settings:
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
