"""Senders freeze between marking and the first byte, or after the last, are thought dead, and wake up."""

import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from tests.chaos.fleet import BEAT, EMBEDDED, THREADS, Crib, Fleet, Member, all_frozen, fleet
from tests.chaos.load import Load
from tests.chaos.sabotage import VARIABLE
from tests.chaos.stage import Servers, Stage, stage
from tests.chaos.verdict import Verdict, seen

SLEEPER = {"sqlite": EMBEDDED, "postgresql": (*THREADS[:-1], "1")}
"""With one thread each, so that a sleeper is at its failpoint and nowhere else."""
LEASE_S = 2.5
"""Longer than a starved machine keeps a healthy sender waiting."""


@dataclass(frozen=True)
class Frost:
    """Where the senders of a load freeze, one each; the first ``dead`` of them never wake up."""

    load: Load
    failpoints: tuple[str, ...]
    dead: int = 0


@dataclass(frozen=True)
class _Thaw:
    verdict: Verdict
    unknown_meanwhile: int


def sink(servers: Servers, crib: Crib, database: str) -> Verdict:
    """A frozen sender sends nothing once it wakes. No key is honoured here: the lease alone protects."""
    frost = Frost(Load(30), ("marked",))
    verdict = _frozen(servers, crib, database, frost, "no_keys").verdict
    control = _frozen(servers, crib, database, frost, "no_look_at_the_clock").verdict
    return verdict.against({"no_look_at_the_clock": control.duplicated})


def mail(servers: Servers, crib: Crib, database: str) -> Verdict:
    """Mail being sent as its sender froze is unknown until that one wakes up, and is never sent twice.

    ``lost`` counts what is neither seen nor listed as unknown.
    """
    frost = Frost(Load(16, "mail"), ("marked", "delivered", "marked"), dead=1)
    thaw = _frozen(servers, crib, database, frost)
    expected = thaw.unknown_meanwhile == len(frost.failpoints) and thaw.verdict.unknown == frost.dead
    return msgspec.structs.replace(thaw.verdict, ok=thaw.verdict.ok and expected)


def _frozen(servers: Servers, crib: Crib, database: str, frost: Frost, sabotage: str = "") -> _Thaw:
    """Freeze senders, let a healthy one take over, wake the sleepers up, and judge."""
    started, load = time.monotonic(), frost.load
    arms = [f"{name}=freeze" for name in frost.failpoints]
    given = {VARIABLE: sabotage, "CHAOS_THREADS": "1", "SEATSIGNAL_LEASE_S": str(LEASE_S)}
    with stage(servers, database) as chosen, fleet(chosen, crib, (), arms=arms, **given) as workers:
        load.plan(chosen.database)
        sleepers = _asleep(chosen, workers, len(arms))
        workers.add(SLEEPER[database])
        workers.wait(lambda: load.settled(chosen.database), "a healthy sender takes over")
        meanwhile = load.account(chosen.database)["unknown"]
        _wake(workers, sleepers, frost.dead)
        workers.wait(lambda: load.settled(chosen.database), "what woke up is settled")
        return _Thaw(_judged(chosen, load, frost.dead, time.monotonic() - started), meanwhile)


def _asleep(chosen: Stage, workers: Fleet, many: int) -> list[Member]:
    sleepers = [workers.add(SLEEPER[chosen.name]) for _ in range(many)]
    if not chosen.embedded:
        workers.add(BEAT)
    workers.wait(lambda: all_frozen(sleepers), "every sender freezes")
    return sleepers


def _wake(workers: Fleet, sleepers: Sequence[Member], dead: int) -> None:
    """Wake sleepers and ask them to leave, which they do when what they had begun is over; kill the dead."""
    for sleeper in sleepers[dead:]:
        sleeper.send(signal.SIGCONT)
        sleeper.send(signal.SIGTERM)
    for sleeper in sleepers[:dead]:
        sleeper.send(signal.SIGKILL)
    workers.wait(lambda: not any(sleeper.alive for sleeper in sleepers), "who woke up leaves when asked to")


def _judged(chosen: Stage, load: Load, dead: int, seconds: float) -> Verdict:
    found = seen(chosen.rehearsal, load.named(), load.system)
    unknown = load.account(chosen.database)["unknown"]
    return Verdict(
        bar=f"frozen, {load.destination}",
        database=chosen.name,
        seed=0,
        kills=dead,
        sent=found.sent,
        unique=found.unique,
        lost=found.lost - unknown,
        duplicated=found.duplicated,
        unknown=unknown,
        disorder=found.disorder,
        seconds=round(seconds, 1),
        gap_s=0.0,
        ok=found.lost == unknown and not found.duplicated,
    )
