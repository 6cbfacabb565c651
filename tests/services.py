"""Find or install real PostgreSQL and Redis, and run them on loopback, on free ports, in throw-away folders.

``python -m tests.services`` makes sure that both are there, and a browser, or says what to do and fails.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import redis as client

PACKAGES = {"postgres": "postgresql", "redis-server": "redis-server"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OWNER = "postgres"


def find(program: str) -> Path | None:
    """Return the path of a server program, looking where Debian and others keep PostgreSQL too."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    places += [Path(p) for p in ("/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql/bin")]
    path = os.pathsep.join([*map(str, places), os.environ.get("PATH", "")])
    found = shutil.which(program, path=path)
    return Path(found) if found else None


def _missing() -> list[str]:
    needed = {"initdb": "postgres", "postgres": "postgres", "redis-server": "redis-server"}
    missing = {PACKAGES[name] for program, name in needed.items() if find(program) is None}
    return sorted(missing if browser() else {*missing, BROWSERS[0]})


def browser() -> Path | None:
    """Return the path of a Chromium."""
    return next((path for name in BROWSERS if (path := find(name))), None)


def ensure() -> None:
    """Install what is missing if this user may; otherwise end with the command to run."""
    missing = _missing()
    if not missing:
        return
    command = f"apt-get update && apt-get install -y {' '.join(missing)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.exit(f"The tests need {' and '.join(missing)}. Install them: sudo sh -c '{command}'")
    print(f"Installing {', '.join(missing)} ...", flush=True)  # noqa: T201 - a command speaks
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["sh", "-c", command]
    done = subprocess.run(install, check=False, env=environment, stdout=subprocess.DEVNULL)
    if done.returncode or _missing():
        sys.exit(f"Could not install {' and '.join(missing)}; run: {command}")


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Redis:
    """A Redis of our own: AOF, ``noeviction``."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def flush(self) -> None:
        """Forget everything, as after a careless command."""
        with client.Redis(port=self.port) as connection:
            connection.flushall()

    def restart(self) -> None:
        """Stop at once, as a crash would, and start again with what is on disk."""
        _end(self.process, signal.SIGKILL)
        self.process = _start_redis(self.port, self.folder)


def _start_redis(port: int, folder: Path) -> subprocess.Popen[bytes]:
    program = find("redis-server")
    assert program, "run `python -m tests.services` first"
    options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--appendonly", "yes"]
    options += ["--maxmemory-policy", "noeviction", "--save", ""]
    process = subprocess.Popen([str(program), *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout
    for line in process.stdout:
        if b"Ready to accept connections" in line:
            return process
    raise RuntimeError(f"redis-server ended with {process.wait()}")


@contextmanager
def redis() -> Iterator[Redis]:
    """Run Redis until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="seatsignal-redis-") as name:
        port = free_port()
        server = Redis(port, Path(name), _start_redis(port, Path(name)))
        try:
            yield server
        finally:
            _end(server.process, signal.SIGTERM)


@dataclass
class PostgreSQL:
    """A PostgreSQL of our own, over loopback, without passwords."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    def url(self, database: str) -> str:
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/{database}"

    def restart(self) -> None:
        """Stop at once, as a crash would, and start again."""
        _end(self.process, signal.SIGQUIT)
        self.process = _start_postgres(self.port, self.folder, durable=False)


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as the user that its package made."""
    return {"user": OWNER, "group": OWNER} if os.geteuid() == 0 else {}


def _start_postgres(port: int, folder: Path, *, durable: bool) -> subprocess.Popen[bytes]:
    program = find("postgres")
    assert program, "run `python -m tests.services` first"
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "fsync": "on" if durable else "off",  # a test's machine does not crash; its server may
        "max_connections": 200,
        "logging_collector": "off",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    process: subprocess.Popen[bytes] = subprocess.Popen(
        [str(program), "-D", str(folder / "data"), *options],
        stderr=subprocess.PIPE, cwd=folder, **_unprivileged(),
    )  # fmt: skip
    assert process.stderr
    for line in process.stderr:
        if b"ready to accept connections" in line:
            _drain(process)
            return process
    raise RuntimeError(f"postgres ended with {process.wait()}")


def _drain(process: subprocess.Popen[bytes]) -> None:
    """Keep reading what nobody wants, so that a full pipe never stops the server."""
    threading.Thread(target=_read_to_its_end, args=(process.stderr,), daemon=True).start()


def _read_to_its_end(pipe: IO[bytes] | None) -> None:
    """Read until the pipe ends, or is closed under our hands as the server stops."""
    with suppress(ValueError, OSError):
        for _ in pipe or ():
            pass


@contextmanager
def postgresql(*, durable: bool = False) -> Iterator[PostgreSQL]:
    """Run PostgreSQL until the end of the block, ``durable`` as in service or faster for tests."""
    initdb = find("initdb")
    assert initdb, "run `python -m tests.services` first"
    with tempfile.TemporaryDirectory(prefix="seatsignal-postgres-") as name:
        folder = Path(name)
        if _unprivileged():
            shutil.chown(folder, OWNER, OWNER)
        make = [
            str(initdb),
            "-D",
            str(folder / "data"),
            "-A",
            "trust",
            "-U",
            OWNER,
            "-E",
            "UTF8",
            "--no-sync",
        ]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL, cwd=folder, **_unprivileged())
        port = free_port()
        server = PostgreSQL(port, folder, _start_postgres(port, folder, durable=durable))
        try:
            yield server
        finally:
            _end(server.process, signal.SIGINT)


def _end(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    process.send_signal(number)
    process.wait(timeout=20)
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()


if __name__ == "__main__":
    ensure()
