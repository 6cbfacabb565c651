"""The broker forgets or dies, the database dies: work is late by a moment, and none of it is lost."""

from collections.abc import Callable
from random import Random

from tests.chaos.fleet import PLACES, Crib, Fleet
from tests.chaos.load import Load
from tests.chaos.play import Plot, play
from tests.chaos.stage import Servers, Stage, stage
from tests.chaos.verdict import Verdict


def strike_broker(chosen: Stage, fleet: Fleet, rng: Random) -> None:
    """Redis forgets everything, or is killed and starts again."""
    act: Callable[[], None] = rng.choice((chosen.servers.redis.flush, chosen.servers.redis.restart))
    act()
    fleet.deaths += 1


def strike_database(chosen: Stage, fleet: Fleet, _rng: Random) -> None:
    """PostgreSQL is killed and starts again."""
    chosen.servers.postgresql.restart()
    fleet.deaths += 1


def broker(servers: Servers, crib: Crib, *, size: int, strikes: int, seed: int = 0) -> Verdict:
    """Few notices are owed at a time, so that each few need a bell that is heard.

    Workers that end with their connection are started again, as their supervisor would.
    """
    places = PLACES["postgresql"]
    return _play(servers, crib, Plot("broker", Load(size), seed, places, strike_broker, strikes, ahead=10))


def database(servers: Servers, crib: Crib, *, size: int, strikes: int, seed: int = 0) -> Verdict:
    """Nobody starts a worker again: they must all outlive it."""
    places = PLACES["postgresql"]
    plot = Plot("database", Load(size), seed, places, strike_database, strikes, supervised=False)
    return _play(servers, crib, plot)


def _play(servers: Servers, crib: Crib, plot: Plot) -> Verdict:
    with stage(servers, "postgresql") as chosen:
        return play(chosen, crib, plot)
