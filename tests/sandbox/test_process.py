import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
import requests

from tests.rehearsal import ROOT, start_sandbox

PATIENCE_S = 10


@contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen, dict]]:
    command = [sys.executable, "-m", "sandbox", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_but_not_the_end_of_its_input(number):
    with started() as (process, where):
        assert where["pid"] == process.pid
        process.stdin.close()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.5)
        assert requests.get(f"{where['http']}/healthz", timeout=PATIENCE_S).json() == {"ok": True}
        process.send_signal(number)
        assert process.wait(timeout=PATIENCE_S) == 0
        assert process.stderr.read() == ""


def test_it_ends_with_its_parent_and_listens_on_loopback_alone():
    with started("--with-parent") as (process, where):
        assert where["http"].startswith("http://127.0.0.1:")
        assert where["smtp"].startswith("127.0.0.1:")
        assert process.communicate(timeout=PATIENCE_S) == ("", "")
        assert process.returncode == 0


def test_it_ends_although_a_client_still_waits():
    with started("--with-parent") as (process, where):
        fault = {"system": "sink", "fault": "hang"}
        requests.post(f"{where['http']}/faults", json=fault, timeout=PATIENCE_S)
        with closing(HTTPConnection(where["http"].removeprefix("http://"))) as waiting:
            waiting.request("POST", "/sink/keyed", "{}")
            wait_until_played(where["http"])
            assert process.communicate(timeout=PATIENCE_S) == ("", "")


def wait_until_played(http: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while requests.get(f"{http}/faults", timeout=PATIENCE_S).json():
        assert time.monotonic() < deadline


def test_it_is_small():
    with started() as (process, _):
        status = Path(f"/proc/{process.pid}/status")
        resident_kb = int(status.read_text().split("VmHWM:")[1].split()[0]) if status.exists() else 0
    assert resident_kb < 80_000


def test_a_taken_port_is_a_failure():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-m", "sandbox", "--http-port", str(taken.getsockname()[1])]
        refused = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=PATIENCE_S, check=False)
    assert refused.returncode != 0
    assert refused.stdout == b""
    assert b"address already in use" in refused.stderr


def test_the_judge_survives_its_own_restart(tmp_path: Path):
    file = tmp_path / "ledger.jsonl"
    with start_sandbox(ledger_file=file) as first:
        requests.post(f"{first.http}/sink/keyed", json={"key": "a"}, timeout=PATIENCE_S)
    with start_sandbox(ledger_file=file) as second:
        again = requests.post(f"{second.http}/sink/keyed", json={"key": "a"}, timeout=PATIENCE_S)
        assert again.json()["repeated"] is True
        assert second.summary()["unique"] == 1
