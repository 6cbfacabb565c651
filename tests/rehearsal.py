"""Starts the sandbox as a process of its own, for any test that needs vendors."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests

ROOT = Path(__file__).parent.parent
PATIENCE_S = 10


@dataclass(frozen=True)
class Rehearsal:
    """A running sandbox: where it listens, and what the judge may ask of it."""

    http: str
    smtp_host: str
    smtp_port: int
    pid: int

    def ledger(self, **query: str | int) -> dict[str, Any]:
        """All effects and their counts; `since=` a sequence number, `system=` one system."""
        return dict(self._call("GET", "/ledger", params=query))

    def summary(self) -> dict[str, Any]:
        """The counts alone."""
        return dict(self._call("GET", "/ledger/summary"))

    def faults(self, system: str, fault: str, **more: str | int) -> None:
        """Queue a fault; `times=`, `retry_after=`, `error=`, `on=`, `after=` as in `sandbox.faults.Fault`."""
        self._call("POST", "/faults", json={"system": system, "fault": fault, **more})

    def waiting(self) -> list[dict[str, Any]]:
        """The faults not yet played."""
        return list(self._call("GET", "/faults"))

    def calm(self) -> None:
        """Drop the faults not yet played."""
        self._call("DELETE", "/faults")

    def set_clock(self, at_s: float, skew_s: float = 0.0) -> None:
        """Let the stand-ins' clock stand at an instant, and answers be dated off the real time."""
        self._call("POST", "/clock", json={"at_s": at_s, "skew_s": skew_s})

    def seed(self, vendor: str, content: Any) -> None:
        """Let a vendor hold a book, in its stand-in's own form; bytes are JSON already."""
        body = {"data": content} if isinstance(content, bytes) else {"json": content}
        self._call("POST", f"/seed/{vendor}", **body)

    def reset(self) -> None:
        """Forget effects, faults, messages and mails."""
        self._call("POST", "/reset")

    def _call(self, method: str, path: str, **more: Any) -> Any:
        answer = requests.request(method, self.http + path, timeout=PATIENCE_S, **more)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def start_sandbox(
    config: dict[str, Any] | None = None, ledger_file: Path | None = None
) -> Iterator[Rehearsal]:
    """A sandbox that ends with the block, and with this process however it ends."""
    with TemporaryDirectory() as folder:
        arguments = ["--with-parent"]
        if config is not None:
            file = Path(folder, "config.json")
            file.write_text(json.dumps(config))
            arguments += ["--config", str(file)]
        if ledger_file is not None:
            arguments += ["--ledger-file", str(ledger_file)]
        with _process(arguments) as process:
            yield _rehearsal(process)


@contextmanager
def _process(arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "sandbox", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    try:
        process.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


def _rehearsal(process: subprocess.Popen[str]) -> Rehearsal:
    assert process.stdout is not None
    where = json.loads(process.stdout.readline())
    host, port = where["smtp"].split(":")
    return Rehearsal(where["http"], host, int(port), where["pid"])
