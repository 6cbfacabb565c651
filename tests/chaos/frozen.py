"""Senders freeze between marking and the first byte, are thought dead, and wake up."""

import signal
from collections.abc import Sequence
from dataclasses import dataclass

from tests.chaos.fleet import BEAT, EMBEDDED, THREADS, Crib, Fleet, Member, fleet
from tests.chaos.load import Load, account, settled
from tests.chaos.sabotage import VARIABLE
from tests.chaos.stage import Servers, Stage, stage
from tests.chaos.verdict import Seen, seen

SLEEPER = {"sqlite": EMBEDDED, "postgresql": (*THREADS[:-1], "1")}
"""With one thread each, so that a sleeper is at its failpoint and nowhere else."""
LEASE_S = 4.0
"""Longer than a starved machine keeps a healthy sender waiting."""
SIZE = 30


@dataclass(frozen=True)
class Frost:
    """Where the sender to a destination freezes. With no key that is honoured, the lease alone protects."""

    destination: str
    failpoint: str = "marked"


@dataclass(frozen=True)
class Thaw:
    """What is seen of each destination in the end, and how many notices are unknown: asleep, awake."""

    seen: dict[str, Seen]
    unknown_meanwhile: int
    unknown: int


def frozen(
    servers: Servers,
    crib: Crib,
    database: str,
    frosts: Sequence[Frost],
    *,
    sabotage: str = "no_keys",
    wakes: bool = True,
) -> Thaw:
    """Freeze a sender to each destination, let a healthy one take over, wake the sleepers up, and judge."""
    arms = [f"{frost.failpoint}=freeze" for frost in frosts]
    loads = [Load(SIZE, frost.destination) for frost in frosts]
    given = {VARIABLE: sabotage, "CHAOS_THREADS": "1", "SEATSIGNAL_LEASE_S": str(LEASE_S)}
    with stage(servers, database) as chosen, fleet(chosen, crib, (), arms=arms, **given) as workers:
        sleepers = [_asleep(chosen, workers, load) for load in loads]
        workers.add(SLEEPER[database])
        workers.wait(lambda: settled(chosen.database), "a healthy sender takes over")
        meanwhile = account(chosen.database)["unknown"]
        for sleeper in sleepers:
            _wake(workers, sleeper, wakes=wakes)
        workers.wait(lambda: settled(chosen.database), "what woke up is settled")
        found = {load.destination: seen(servers.rehearsal, load.keys(), load.system) for load in loads}
        return Thaw(found, meanwhile, account(chosen.database)["unknown"])


def _asleep(chosen: Stage, workers: Fleet, load: Load) -> Member:
    sleeper = workers.add(SLEEPER[chosen.name])
    if not (chosen.embedded or BEAT in [member.arguments for member in workers.members]):
        workers.add(BEAT)
    load.plan(chosen.database)
    workers.wait(lambda: sleeper.frozen, f"the sender to {load.destination} freezes")
    return sleeper


def _wake(workers: Fleet, sleeper: Member, *, wakes: bool) -> None:
    """Wake a sleeper and ask it to leave: it does so when what it had begun is over."""
    for number in (signal.SIGCONT, signal.SIGTERM) if wakes else (signal.SIGKILL,):
        sleeper.send(number)
    workers.wait(lambda: not sleeper.alive, "who woke up leaves when asked to")
