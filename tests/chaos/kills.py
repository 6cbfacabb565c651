"""Bars in which processes are killed, and the controls that must fail them."""

from functools import partial
from random import Random

from tests.chaos.fleet import ALONE, PATIENCE_S, PLACES, Crib, Fleet
from tests.chaos.load import Load
from tests.chaos.play import Plot, balanced, play
from tests.chaos.stage import Servers, Stage, stage
from tests.chaos.verdict import Verdict
from worker.embedded import THREADS

CONTROLS = {"no_keys": "duplicated", "no_sweep": "lost", "no_order": "disorder"}
"""What must show without each safeguard."""


def _strike(_stage: Stage, fleet: Fleet, rng: Random, *, children: float) -> None:
    fleet.strike(rng, children)


def kills(
    servers: Servers,
    crib: Crib,
    database: str,
    *,
    size: int,
    processes: int,
    children: int = 0,
    seed: int = 0,
) -> Verdict:
    """Nothing owed is lost, nothing is seen twice, threads keep their order, whoever is killed when.

    ``processes`` are killed whole, and beside them about so many ``children`` of a prefork pool, where
    there is one.
    """
    if database == "sqlite":
        children = 0
    strikes = processes + children
    strike = partial(_strike, children=children / strikes)
    plot = Plot("kills", Load(size), seed, PLACES[database], strike, strikes)
    with stage(servers, database) as chosen:
        return play(chosen, crib, plot)


def control(servers: Servers, crib: Crib, database: str, sabotage: str) -> Verdict:
    """The same without one safeguard. Processes die by themselves, where it matters: after an answer."""
    plot = Plot(
        f"kills, {sabotage}",
        Load(150, threads=15),
        seed=0,
        places=ALONE[database],
        arms=("delivered=kill@4",) * 2,
        sabotage=sabotage,
        standstill_s=4.0 if CONTROLS[sabotage] == "lost" else PATIENCE_S,
        enough=CONTROLS[sabotage],
    )
    with stage(servers, database) as chosen:
        return play(chosen, crib, plot)


def controls(servers: Servers, crib: Crib, database: str) -> dict[str, int]:
    """Return what each sabotage shows; nothing of it may be zero."""
    return {name: getattr(control(servers, crib, database, name), shows) for name, shows in CONTROLS.items()}


def slack(servers: Servers, crib: Crib, database: str) -> Verdict:
    """Killed between Slack's answer and our settling: the next attempt finds the message by its key."""
    verdict = _slack(servers, crib, database)
    return verdict.against({"no_search": _slack(servers, crib, database, "no_search").duplicated})


def teams(servers: Servers, crib: Crib, database: str) -> Verdict:
    """Killed as a workflow has answered: no card is lost, and each thread that died shows one twice."""
    verdict = _teams(servers, crib, database)
    return verdict.against({"no_restating": _teams(servers, crib, database, "no_restating").unknown})


def _teams(servers: Servers, crib: Crib, database: str, sabotage: str = "") -> Verdict:
    plot = Plot(
        "teams",
        Load(60, "teams"),
        seed=0,
        places=ALONE[database],
        arms=("delivered=kill@2", "delivered=kill@3", "delivered=kill"),
        sabotage=sabotage,
    )
    with stage(servers, database) as chosen:
        found = play(chosen, crib, plot)
        whole = not (found.lost or found.unknown) and balanced(chosen.database)
    return found.named("teams", ok=whole and found.duplicated <= found.kills * THREADS)


def _slack(servers: Servers, crib: Crib, database: str, sabotage: str = "") -> Verdict:
    plot = Plot(
        "slack",
        Load(60, "slack"),
        seed=0,
        places=ALONE[database],
        arms=("delivered=kill@2", "delivered=kill@3", "delivered=kill"),
        sabotage=sabotage,
        enough="duplicated" if sabotage else "",
    )
    with stage(servers, database) as chosen:
        return play(chosen, crib, plot)
