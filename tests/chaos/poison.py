"""One notice in a hundred breaks whoever sends it: it is put aside, and the rest hardly slower for it.

That one of them kills cannot be known before it has killed. So it is compared with what the rest takes where
as many processes die of something else, once for each such notice; how long a process takes to be started
again is nothing of ours. What it takes where nobody dies is told beside it.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from random import Random

import msgspec
from sqlalchemy import select

from store import outbox, unsettled
from store.database import Database
from store.settlement import MAX_STRIKES
from store.tables import notices
from tests.chaos import nursery
from tests.chaos.fleet import BEAT, EMBEDDED, POLL_S, THREADS, Crib, fleet
from tests.chaos.load import Load
from tests.chaos.play import balanced
from tests.chaos.sabotage import VARIABLE
from tests.chaos.sink import KILLS, poisoned
from tests.chaos.stage import Servers, Stage, stage
from tests.chaos.verdict import Verdict, seen

PLACES = {"sqlite": (EMBEDDED,), "postgresql": (THREADS, THREADS, BEAT)}
PATIENCE_S = 120.0
SLOWER, TELLING = 1.2, 1_000
"""So many times as long as without poison the slowest twentieth takes, among as many as make it telling."""
INNOCENT_STRIKES = 3
"""One as it is in hand with poison, one as it is tried beside what nobody suspects yet, and one of chance."""


@dataclass(frozen=True)
class Course:
    """How a load went: who died, how long a healthy notice took at the 95th percentile, who stands where.

    The most attempts are those of a poison, the most strikes those of a healthy notice.
    """

    deaths: int
    p95_ms: int
    seconds: float
    healthy: Counter[str]
    poison: Counter[str]
    most_attempts: int
    most_strikes: int


def poison(servers: Servers, crib: Crib, database: str, *, size: int) -> Verdict:
    """Deliver with poison among it, mend the destination, replay what was put aside twice, deliver it once.

    ``figures`` has times at the 95th percentile, in milliseconds, and the most strikes of a healthy notice.
    """
    load, started = Load(size, threads=size), time.monotonic()
    figures = _without(servers, crib, database, load) if size >= TELLING else {}
    with stage(servers, database) as chosen:
        course = _course(chosen, crib, load, "poison")
        again, nothing = _replayed(chosen), _replayed(chosen)
        mended = _course(chosen, crib, load, "callwise", planned=True)
        verdict = _judged(chosen, load, course, mended, time.monotonic() - started)
    put_aside = course.poison == {"quarantined": again} and course.most_attempts <= MAX_STRIKES
    slow = bool(figures) and course.p95_ms > SLOWER * figures["p95_where_as_many_die_ms"]
    spared = course.most_strikes <= INNOCENT_STRIKES
    held = verdict.named(verdict.bar, ok=verdict.ok and put_aside and spared and not nothing and not slow)
    figures |= {"innocent_strikes": course.most_strikes}
    return msgspec.structs.replace(held, figures={"p95_ms": course.p95_ms, **figures})


def _without(servers: Servers, crib: Crib, database: str, load: Load) -> dict[str, float]:
    """Return how long the rest takes without poison: where nobody dies, and where as many do."""
    with stage(servers, database) as chosen:
        calm = _course(chosen, crib, load, "callwise")
    killing = [number for number, key in enumerate(load.named()) if poisoned(key) == KILLS]
    with stage(servers, database) as chosen:
        struck = _course(chosen, crib, load, "callwise", deaths=killing)
    return {"p95_where_as_many_die_ms": struck.p95_ms, "p95_without_ms": calm.p95_ms}


def control(servers: Servers, crib: Crib, database: str) -> int:
    """Return how often a poison was tried where nobody counts, in the time that it takes to put it aside."""
    load = Load(10, threads=10)
    with (
        stage(servers, database) as chosen,
        fleet(chosen, crib, PLACES[database], **_how("poison_for_ever")) as workers,
    ):
        load.plan(chosen.database)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and _most(chosen.database) <= MAX_STRIKES:
            workers.raise_fallen()
            time.sleep(POLL_S)
        return _most(chosen.database)


def _how(sabotage: str) -> dict[str, str]:
    return {VARIABLE: sabotage}


def _course(
    chosen: Stage, crib: Crib, load: Load, sabotage: str, *, planned: bool = False, deaths: Sequence[int] = ()
) -> Course:
    """Let workers deliver until nothing is open, starting again whoever dies.

    One of them is killed each time so many are sent as ``deaths`` names.
    """
    if not planned:
        load.plan(chosen.database)
    started, rng, left = time.monotonic(), Random(0), list(deaths)
    with fleet(chosen, crib, PLACES[chosen.name], **_how(sabotage)) as workers:
        while not _settled(stands := load.account(chosen.database)):
            assert time.monotonic() - started < PATIENCE_S + load.size, workers.logs()
            if left and stands["sent"] >= left[0]:
                left.pop(0)
                nursery.end(rng.choice([each for each in workers.members if each.arguments != BEAT]).pid)
            workers.raise_fallen()
            time.sleep(POLL_S)
        counted = workers.deaths
    return _told(chosen.database, counted, time.monotonic() - started)


def _settled(stands: Counter[str]) -> bool:
    return stands.keys().isdisjoint(outbox.OPEN)


def _told(database: Database, deaths: int, seconds: float) -> Course:
    query = select(notices.c.key, notices.c.status, notices.c.strikes, notices.c.settled_ms)
    with database.read() as connection:
        rows = [row for row in connection.execute(query) if row.key.startswith("sink ")]
    ill = [row for row in rows if poisoned(row.key)]
    first = min(row.settled_ms for row in rows)
    took = sorted(row.settled_ms - first for row in rows if not poisoned(row.key))
    return Course(
        deaths,
        took[ceil(0.95 * len(took)) - 1],
        seconds,
        Counter(row.status for row in rows if not poisoned(row.key)),
        Counter(row.status for row in ill),
        max((row.strikes for row in ill), default=0),
        max((row.strikes for row in rows if not poisoned(row.key)), default=0),
    )


def _most(database: Database) -> int:
    with database.read() as connection:
        return max((row[0] for row in connection.execute(select(notices.c.strikes))), default=0)


def _replayed(chosen: Stage) -> int:
    with chosen.database.write() as connection:
        return len(unsettled.replay(connection, None, actor="chaos"))


def _judged(chosen: Stage, load: Load, course: Course, mended: Course, seconds: float) -> Verdict:
    found = seen(chosen.rehearsal, load.named())
    healthy = course.healthy == {"sent": course.healthy.total()}
    return Verdict(
        bar="poison",
        database=chosen.name,
        seed=0,
        kills=course.deaths,
        sent=found.sent,
        unique=found.unique,
        lost=found.lost,
        duplicated=found.duplicated,
        unknown=mended.healthy["unknown"] + mended.poison["unknown"],
        disorder=0,
        seconds=round(seconds, 1),
        gap_s=0.0,
        ok=healthy and not (found.lost or found.duplicated) and balanced(chosen.database),
    )
