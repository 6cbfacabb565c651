"""The processes of a stage: started, killed, frozen, started again, and all gone at the end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import msgspec

from tests.chaos import nursery
from tests.chaos.stage import Stage

ROOT = Path(__file__).parent.parent.parent
PATIENCE_S = 60.0
POLL_S = 0.06

EMBEDDED = ("tests.chaos.embedded",)
CELERY = ("celery", "-A", "tests.chaos.app", "--quiet")
WORKER = (
    *CELERY,
    "worker",
    "-Q",
    "pull,assess,deliver",
    "-l",
    "ERROR",
    "--without-gossip",
    "--without-mingle",
)
THREADS = (*WORKER, "-P", "threads", "-c", "4")
PREFORK = (*WORKER, "-P", "prefork", "-c", "2")
BEAT = (*CELERY, "beat", "-l", "ERROR")
PLACES = {"sqlite": (EMBEDDED,), "postgresql": (THREADS, PREFORK, BEAT)}
"""Who works on a database: everything in one process, or workers of both kinds and a beat."""
ALONE = {"sqlite": (EMBEDDED,), "postgresql": (THREADS, BEAT)}
"""The same with one worker, where each process is to reach a failpoint of its own."""


def until(met: Callable[[], object], patience_s: float = PATIENCE_S) -> bool:
    """Look until something is so, and return whether it came to be so in time."""
    deadline = time.monotonic() + patience_s
    while not met():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


def is_alive(pid: int) -> bool:
    """Whether a process runs, or is frozen."""
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


@dataclass
class Member:
    """A place in the fleet, and the process that fills it now."""

    name: str
    arguments: tuple[str, ...]
    pid: int
    arm: str = ""
    born: float = 0.0

    @property
    def alive(self) -> bool:
        """Whether the process runs, or is frozen."""
        return is_alive(self.pid)

    @property
    def children(self) -> list[int]:
        """The processes of a prefork pool, if it has one."""
        found = subprocess.run(["pgrep", "-P", str(self.pid)], capture_output=True, text=True, check=False)
        return [int(pid) for pid in found.stdout.split()]

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process and its children."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)


def all_frozen(members: Sequence[Member]) -> bool:
    """Whether each of some processes is stopped."""
    pids = ",".join(str(member.pid) for member in members)
    found = subprocess.run(["ps", "-o", "stat=", "-p", pids], capture_output=True, text=True, check=False)
    states = found.stdout.split()
    return len(states) == len(members) and all(state.startswith("T") for state in states)


class Fleet:
    """Processes of one stage, the next of them born in ``crib``.

    ``deaths`` counts those killed, by us or by a failpoint.
    """

    def __init__(self, stage: Stage, crib: "Crib", environment: dict[str, str], arms: Sequence[str]) -> None:
        """Nothing runs yet; each process gets `environment` and, while there are any, an armed failpoint."""
        self._stage = stage
        self.crib = crib
        self._environment = environment
        self._arms = list(arms)
        self.members: list[Member] = []
        self.deaths = 0

    def add(self, arguments: tuple[str, ...]) -> Member:
        """Start a process in a new place."""
        member = Member(f"{len(self.members)}-{arguments[0]}", arguments, 0)
        self.members.append(member)
        self._start(member)
        return member

    def _start(self, member: Member) -> None:
        given = self._environment
        member.arm = self._arms.pop(0) if self._arms and member.arguments != BEAT else ""
        if member.arm:
            given = given | {"SEATSIGNAL_FAILPOINTS": member.arm}
        member.born = time.monotonic()
        member.pid = self.crib.bear(self._stage.birth(member.name, *member.arguments, **given))

    def strike(self, rng: Random, children: float = 0.0) -> None:
        """Kill a random child of the prefork pools, so often as `children` says, or a random process."""
        pool = [pid for member in self.members for pid in member.children] if rng.random() < children else []
        self.deaths += len(pool[:1])
        if pool:
            with suppress(ProcessLookupError):
                os.kill(rng.choice(pool), signal.SIGKILL)
            return
        self.replace(rng.choice(self.members))

    def replace(self, member: Member) -> None:
        """Kill a process, and start another in its place."""
        nursery.end(member.pid)
        assert until(lambda: not member.alive)
        self.raise_fallen()

    def raise_fallen(self) -> None:
        """Fill the places whose processes have died, as a supervisor does."""
        for member in self.members:
            if not member.alive:
                self.deaths += 1
                self._start(member)

    @property
    def is_dying(self) -> bool:
        """Whether anybody lives, or will, with a failpoint ahead."""
        return bool(self._arms) or any(member.arm for member in self.members)

    def retire(self, life_s: float) -> None:
        """Kill those who have lived so long without reaching their failpoint."""
        for member in self.members:
            if member.arm and time.monotonic() - member.born > life_s:
                nursery.end(member.pid)

    def wait(self, met: Callable[[], object], what: str) -> None:
        """Wait until something is so; if it never is, fail with what the processes had to say."""
        assert until(met), f"{what}\n{self.logs()}"

    def logs(self) -> str:
        """What the processes had to say, the last of it."""
        return "\n".join(
            f"--- {file.name}\n{file.read_text(errors='replace')[-2_000:]}"
            for file in sorted(self._stage.folder.glob("*.log"))
        )

    def end(self) -> None:
        """Kill them all."""
        for member in self.members:
            nursery.end(member.pid)
        assert until(lambda: not any(member.alive for member in self.members))


class Crib:
    """The nursery's side of the harness."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        """Keep the process that forks."""
        self._process = process

    def bear(self, birth: nursery.Birth) -> int:
        """Start a process and return its pid; of one that is awaited, its exit status."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(msgspec.json.encode(birth) + b"\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def open_crib(code: Path = ROOT) -> Iterator[Crib]:
    """Run a nursery of some version's `code` until the end of the block; what it bore ends with it."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.nursery"], cwd=code, stdin=pipe, stdout=pipe
    ) as process:
        yield Crib(process)


@contextmanager
def fleet(
    stage: Stage,
    crib: Crib,
    filled: Sequence[tuple[str, ...]],
    *,
    arms: Sequence[str] = (),
    **environment: str,
) -> Iterator[Fleet]:
    """Run a process in each place until the end of the block."""
    made = Fleet(stage, crib, environment, arms)
    try:
        for arguments in filled:
            made.add(arguments)
        yield made
    finally:
        made.end()
