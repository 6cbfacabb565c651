"""A vendor with a token bucket, asked by four processes at once: hardly a call is refused, none is early."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from time import monotonic

from sandbox.config import Rate
from sandbox.slack.bucket import Bucket
from tests.chaos.fleet import ROOT
from tests.chaos.stage import Servers, stage
from tests.chaos.verdict import Verdict

VENDOR = "counting"
CALLS_PER_MINUTE = 5_940
RATE = Rate(per_second=100.0, burst=200)
"""What the vendor allows: a little more than we take, and no more than two seconds of it at once."""
NARROW = Rate(per_second=20.0, burst=20)
"""So little that four processes ask for more than it however slow they are."""
PROCESSES = 4
REFUSED_MOST = 0.001


@dataclass
class _Counted:
    bucket: Bucket
    calls: int = 0
    refused: int = 0
    lock: Lock = field(default_factory=Lock)

    def ask(self) -> int:
        """Count a call; return the seconds to wait, 0 if it is served."""
        with self.lock:
            self.calls += 1
            wait_s = self.bucket.wait_s()
            self.refused += wait_s > 0
            return wait_s


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    counted: _Counted

    def do_GET(self) -> None:
        wait_s = self.counted.ask()
        again = f"Retry-After: {wait_s}\r\n" if wait_s else ""
        status = "429 Too Many Requests" if wait_s else "200 OK"
        self.wfile.write(f"HTTP/1.1 {status}\r\n{again}Content-Length: 2\r\n\r\n{{}}".encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as its base names it
        """Say nothing."""


def limits(servers: Servers, *, calls: int) -> Verdict:
    """Ask so often from four processes. ``unknown`` are calls refused, ``disorder`` those that came early."""
    verdict = _asked(servers, calls)
    without = _asked(servers, 5 * NARROW.burst, "unlimited", rate=NARROW)
    return verdict.against({"no_budget": without.unknown})


def _asked(servers: Servers, calls: int, *how: str, rate: Rate = RATE) -> Verdict:
    started = time.monotonic()
    with stage(servers, "postgresql") as chosen, _vendor(rate) as (url, counted):
        command = [sys.executable, "-m", "tests.chaos.calling", url, str(calls // PROCESSES), *how]
        callers = [
            subprocess.Popen(command, cwd=ROOT, env=chosen.environment, stdout=subprocess.DEVNULL)
            for _ in range(PROCESSES)
        ]
        ended = [caller.wait(600 + calls / 10) for caller in callers]
    served = counted.calls - counted.refused
    return Verdict(
        bar="rate limits",
        database="postgresql",
        seed=0,
        kills=0,
        sent=counted.calls,
        unique=served,
        lost=calls - served,
        duplicated=0,
        unknown=counted.refused,
        disorder=counted.bucket.early,
        seconds=round(time.monotonic() - started, 1),
        gap_s=0.0,
        ok=not any(ended)
        and served == calls
        and counted.refused <= REFUSED_MOST * calls
        and not counted.bucket.early,
    )


@contextmanager
def _vendor(rate: Rate) -> Iterator[tuple[str, _Counted]]:
    """A vendor that listens until the end of the block."""
    counted = _Counted(Bucket(rate, monotonic))
    door = type("Door", (_Door,), {"counted": counted})
    with ThreadingHTTPServer(("127.0.0.1", 0), door) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", counted
        finally:
            server.shutdown()
            thread.join()
