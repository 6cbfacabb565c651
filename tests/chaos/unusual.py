"""Days beyond what is usual: after four weeks of ordinary days the brake holds one that stands out of them.

Each play draws such a past from its seed and judges days at and around the edge, a day being all runs of 24
hours. The edge is counted here anew, in fractions; what left is read from the notices alone.
"""

import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from itertools import count
from math import inf
from pathlib import Path
from random import Random
from unittest.mock import patch

from sqlalchemy import delete, insert, select

from config.settings import Settings
from health import brake
from store import outbox
from store.database import Connection, Database, clock
from store.schema import migrate
from store.tables import accounts, audit, notices, runs
from tests.chaos.verdict import Verdict
from tests.owed import AUTOMATIC, go_live, notice
from worker.bell import Aside
from worker.deployment import Deployment
from worker.process import open_deployment
from worker.release import release

HOUR_MS = 3_600_000
DAY_H, DAYS = 24, 28
ACTIVE = 5_000
FLOOR, SHARE, SIGMAS = 25, Fraction(1, 20), 3
AS_OF = date(2026, 6, 1)


def unusual(*, plays: int, seed: int = 0) -> Verdict:
    """Play so many pasts. ``sent`` are days, ``unique`` those of which it was decided as it must be.

    ``lost`` are usual days that were held, ``duplicated`` others that were let pass. ``figures`` has how many
    days of each kind there were.
    """
    started = time.monotonic()
    with _installation() as here:
        told = _played(here, plays, seed)
        with patch.object(brake, "_usual_most", lambda *_: inf):
            free = _played(here, 1, seed)
    wrong = told["usual, held"] + told["unusual, passed"]
    verdict = Verdict(
        bar="unusual days",
        database="sqlite",
        seed=seed,
        kills=0,
        sent=told.total(),
        unique=told.total() - wrong,
        lost=told["usual, held"],
        duplicated=told["unusual, passed"],
        unknown=0,
        disorder=0,
        seconds=round(time.monotonic() - started, 1),
        gap_s=0.0,
        ok=not wrong and min(told["usual, passed"], told["unusual, held"]) >= plays,
        figures={"usual": told["usual, passed"], "unusual": told["unusual, held"]},
    )
    return verdict.against({"no_sigmas": free["unusual, passed"]})


def is_usual(day: int, before: Sequence[int]) -> bool:
    """Whether a day's number is within the floor, or three deviations above the mean of the days before."""
    mean = Fraction(sum(before), len(before))
    variance = sum((Fraction(each) - mean) ** 2 for each in before) / len(before)
    above = day - mean
    return day <= FLOOR or above <= 0 or above**2 <= SIGMAS**2 * variance


@contextmanager
def _installation() -> Iterator[Deployment]:
    """A live one with a book in which a share of the accounts allows more than four weeks do."""
    with tempfile.TemporaryDirectory(prefix="seatsignal-unusual-") as folder:
        url = f"sqlite:///{Path(folder, 'played.sqlite3')}"
        database = Database(url)
        migrate(database)
        go_live(database)
        with database.write() as connection:
            connection.execute(insert(accounts), [{"key": f"a{n}", "fresh": 1} for n in range(ACTIVE)])
        database.close()
        here = open_deployment(Settings(database_url=url, modes=AUTOMATIC), Aside())
        try:
            yield here
        finally:
            here.database.close()


def _played(here: Deployment, plays: int, seed: int) -> Counter[str]:
    told: Counter[str] = Counter()
    for number in range(plays):
        rng = Random(f"unusual/{seed + number}")
        before = _past(rng)
        for day in _days(rng, before):
            kind = "usual" if is_usual(day, before) else "unusual"
            told[f"{kind}, {'passed' if _is_let_pass(here, rng, before, day) else 'held'}"] += 1
    return told


def _past(rng: Random) -> list[int]:
    """Ordinary days, the latest first; quiet ones all alike, or such as have more and less."""
    mean = rng.choice((rng.uniform(0, 8), rng.uniform(20, 90)))
    deviation = rng.choice((0, rng.uniform(2, 25)))
    return [max(0, round(rng.gauss(mean, deviation))) for _ in range(DAYS)]


def _days(rng: Random, before: Sequence[int]) -> Iterator[int]:
    """The last number that is usual, the first that is not, and one further on each side."""
    edge = next(day for day in count() if not is_usual(day, before))
    yield from (edge - 1, edge, rng.randrange(edge), rng.randint(edge, int(SHARE * ACTIVE)))


def _is_let_pass(here: Deployment, rng: Random, before: Sequence[int], day: int) -> bool:
    """Release the last run of a day with that past, and look whether what it owes may leave."""
    with here.database.write() as connection:
        for table in (notices, runs, audit):
            connection.execute(delete(table))
        for back, worse in enumerate(before):
            for part in _parts(rng, worse):
                _run(connection, part, DAY_H * (back + 1) + rng.uniform(0.1, 23.9), "released")
        *earlier, last = _parts(rng, day)
        for part in earlier:
            _run(connection, part, rng.uniform(0.1, 23.9), "released")
        run = _run(connection, last, 0, "open")
        outbox.plan(connection, run, [notice("news")])
    release(here, run)
    with here.database.read() as connection:
        status = connection.execute(select(notices.c.status).where(notices.c.key == "news")).scalar_one()
    return bool(status == "due")


def _parts(rng: Random, whole: int) -> list[int]:
    """Split a day's number among one to three runs."""
    cuts = sorted(rng.randint(0, whole) for _ in range(rng.randrange(3)))
    return [end - start for start, end in zip((0, *cuts), (*cuts, whole), strict=True)]


def _run(connection: Connection, worse: int, hours_ago: float, status: str) -> int:
    """A run that is judged to its end."""
    opened_ms = clock(connection) - int(hours_ago * HOUR_MS)
    values = {"as_of": AS_OF, "live": True, "status": status, "worsened": worse, "opened_ms": opened_ms}
    return int(connection.execute(insert(runs).values(values).returning(runs.c.id)).scalar_one())
