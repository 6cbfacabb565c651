"""A tiny parent that imports nothing of ours: it starts the one process again should it die."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

COMMAND = (sys.executable, "-m", "cli.embedded")
LIVED_S = 30.0
LONGEST_WAIT_S = 60.0


def supervise(command: Sequence[str] = COMMAND) -> int:
    """Keep a process running until we are told to stop; return its last exit status.

    One that dies young is started again after 1, 2, 4 … seconds, at most a minute.
    """
    stopping = threading.Event()
    child = subprocess.Popen(command)  # noqa: S603 - our own module

    def stop(_number: int, _frame: object) -> None:
        stopping.set()
        child.send_signal(signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    wait_s = 1.0
    while True:
        began = time.monotonic()
        status = child.wait()
        if stopping.is_set() or status == 0:
            return max(status, 0)
        wait_s = 1.0 if time.monotonic() - began > LIVED_S else min(wait_s * 2, LONGEST_WAIT_S)
        print(f"The process ended with {status}; starting it again in {wait_s:.0f} s.", file=sys.stderr)
        if stopping.wait(wait_s):
            return 0
        child = subprocess.Popen(command)  # noqa: S603 - our own module
