"""A person stops all that leaves, in the middle of it: how long until nothing leaves any more."""

import time

from store.installation import set_setting
from tests.chaos.fleet import Crib, fleet, until
from tests.chaos.load import Load
from tests.chaos.poison import PLACES
from tests.chaos.sabotage import VARIABLE
from tests.chaos.stage import Servers, Stage, stage
from tests.chaos.verdict import Verdict, seen

PATIENCE_S = 120.0
WITHIN_S = 5.0
"""As long as a stop may take."""


def pause(servers: Servers, crib: Crib, database: str, *, size: int) -> Verdict:
    """Stop, and go on: none is lost. ``gap_s`` is how long after the stop the last one was seen."""
    verdict = _paused(servers, crib, database, size, "")
    without = _paused(servers, crib, database, size, "no_pause")
    return verdict.against({"no_pause": without.unknown})


def _paused(servers: Servers, crib: Crib, database: str, size: int, sabotage: str) -> Verdict:
    load, started = Load(size, "plain", threads=size), time.monotonic()
    with stage(servers, database) as chosen:
        load.plan(chosen.database)
        with fleet(chosen, crib, PLACES[database], **{VARIABLE: sabotage}) as workers:
            workers.wait(lambda: chosen.rehearsal.summary()["unique"] >= size // 20, "some leave")
            stopped_s = time.time()
            _set(chosen, "chaos")
            until(lambda: load.settled(chosen.database), WITHIN_S + 1)
            late_s = _last_s(chosen) - stopped_s
            after = sum(effect["at_ms"] > 1000 * (stopped_s + WITHIN_S) for effect in _effects(chosen))
            stands = not load.settled(chosen.database)
            _set(chosen, "")
            assert until(lambda: load.settled(chosen.database), PATIENCE_S), workers.logs()
        return _judged(chosen, load, late_s, after if stands else size, time.monotonic() - started)


def _set(chosen: Stage, why: str) -> None:
    with chosen.database.write() as connection:
        set_setting(connection, "paused", why)


def _effects(chosen: Stage) -> list[dict[str, int]]:
    return list(chosen.rehearsal.ledger(system="sink")["effects"])


def _last_s(chosen: Stage) -> float:
    return max(effect["at_ms"] for effect in _effects(chosen)) / 1000


def _judged(chosen: Stage, load: Load, late_s: float, after: int, seconds: float) -> Verdict:
    """``unknown`` counts what was seen when nothing should have been any more."""
    found = seen(chosen.rehearsal, load.named())
    return Verdict(
        bar="pause",
        database=chosen.name,
        seed=0,
        kills=0,
        sent=found.sent,
        unique=found.unique,
        lost=found.lost,
        duplicated=found.duplicated,
        unknown=after,
        disorder=0,
        seconds=round(seconds, 1),
        gap_s=round(max(0.0, late_s), 2),
        ok=late_s <= WITHIN_S and not (after or found.lost or found.duplicated),
    )
