"""`ingest serve`: the page and the API."""

from __future__ import annotations

import ipaddress
import os
import shlex
import stat
import sys
from contextlib import closing
from pathlib import Path

import click

from ingest import escape
from ingest.cli.call import opened, settings
from ingest.cli.options import NUMBER, is_quiet, verb
from ingest.cli.output import flush, line, note
from ingest.cli.times import calendar
from ingest.config import ServeSettings
from ingest.corpus import Corpus
from ingest.errors import ConfigError, Unreachable, UsageError
from ingest.index.fill_process import FillProcess

_HERE = ("127.0.0.1", "localhost", "::1")
_LEAST = 16  # characters of a token


@verb
@click.option("--host", metavar="H", help="The address to listen at (default: 127.0.0.1).")
@click.option("--port", metavar="P", type=NUMBER, help="The port (default: 8000; 0 takes a free one).")
def command(host: str | None, port: int | None) -> None:
    """A page to look at the history, and the same data as an API, until stopped.

    It reads; with a token, edits are reviewed there, beside the record.

    Whoever is on this machine may ask; to be reached from elsewhere it needs a token, or a proxy that says
    who asks: [serve] in the configuration. The address is printed once it answers.

    Exit: 0 stopped; 2 usage, or the extra `web` is not installed; 4 no store, or the address is taken.
    """
    chosen = settings().serve
    host, port = host or chosen.host, chosen.port if port is None else port
    if port > 65_535:
        raise UsageError(f"there is no port {port}", hint="ports are 0 to 65535")
    is_here = _is_loopback(host)
    token = None if chosen.token_file is None else _token(chosen.token_file)
    if not is_here and token is None and chosen.trusted_header is None:
        raise UsageError(
            f"{host} can be reached from elsewhere: that needs a token",
            hint="name a file with one as token_file under [serve], or a proxy's trusted_header",
        )
    try:
        from ingest.http import serving  # noqa: PLC0415 - needs the extra `web`
    except ModuleNotFoundError as error:
        raise UsageError(
            f"the page needs {error.name}, which is not installed",
            hint=f"the extra `web` has it: {shlex.quote(sys.executable)} -m pip install 'ingest[web]'",
        ) from error
    rules = settings().edit_rules
    with opened() as store, closing(FillProcess(store, rules).begin()) as filler:
        corpus = Corpus(store, rules=rules, zone=calendar().zone, filler=filler, threads=serving.THREADS)
        try:
            listener = serving.listening(host, port)
        except OSError as error:
            raise Unreachable(
                f"{host}:{port}: {os.strerror(error.errno or 0)}", hint="choose another with --port"
            ) from error
        with listener:
            _serve(corpus, listener, host, chosen, token=token, is_here=is_here)


def _serve(
    corpus: Corpus, listener: object, host: str, chosen: ServeSettings, *, token: str | None, is_here: bool
) -> None:
    from ingest.http import serving  # noqa: PLC0415 - needs the extra `web`

    place = serving.port_of(listener)
    names = [host, *chosen.hosts, *(_HERE if is_here else ())]
    shown = f"[{host}]" if ":" in host else host

    def ready() -> None:
        line(f"http://{escape.name(shown)}:{place}/")
        flush()
        if is_here and token is None and not is_quiet():
            note("anybody on this machine may read; stop with Ctrl-C")

    serving.run(
        corpus, listener, names=names, named=chosen.hosts, port=place, token=token, guarded=not is_here,
        trusted_header=chosen.trusted_header, ready=ready,
    )  # fmt: skip


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError as error:
        raise UsageError(
            f"'{host}' is no address to listen at", hint="write 127.0.0.1, ::1, 0.0.0.0 or another address"
        ) from error


def _token(file: str) -> str:
    """Return the token in a file. Raises ConfigError."""
    try:
        words = Path(file).read_text("utf-8").strip()
        mode = Path(file).stat().st_mode
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the token file {file} cannot be read: {error}") from error
    if stat.S_IMODE(mode) & 0o077:
        raise ConfigError(
            f"others may read the token file {file}", hint=f"run: chmod 600 {shlex.quote(file)}"
        )
    if len(words) < _LEAST or not words.isascii() or not words.isprintable() or " " in words:
        raise ConfigError(
            f"the token in {file} is none", hint=f"one line, {_LEAST} signs or more: openssl rand -hex 32"
        )
    return words
