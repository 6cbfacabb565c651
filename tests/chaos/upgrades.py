"""The schema grows under load, as it does before the version that needs it: those who run go on.

`next_version`: this one's processes, and a schema made up of all that migrations have done since
`store.schema.CODE_SINCE`: a table, columns and an index more, and rows written to that are in use. That real
migrations do no more is held by `tests/store/test_additive.py`.

`version_before`: its own processes on this one's schema, replaced by this one's one after another.
"""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import count
from random import Random

from sqlalchemy import text

from store.installation import set_setting
from store.schema import newest
from tests.chaos import before
from tests.chaos.fleet import PLACES, Crib, Fleet, open_crib
from tests.chaos.load import Load
from tests.chaos.play import Plot, play
from tests.chaos.stage import Servers, Stage, stage
from tests.chaos.verdict import Verdict

NEXT = "9999"
RESTARTS = 6
GROWN = (
    "ALTER TABLE notices ADD COLUMN of_the_next_version TEXT",
    "ALTER TABLE notices ADD COLUMN counted BIGINT NOT NULL DEFAULT 0",
    "CREATE TABLE of_the_next_version (id BIGINT PRIMARY KEY)",
    "CREATE INDEX ix_of_the_next_version ON notices (counted)",
    "UPDATE notices SET counted = attempt + 1",
    "UPDATE alembic_version SET version_num = '9999'",
)
LOCK_S = 2
MANY = 2_000
"""Deliveries of the control: more than are sent, however fast, before the schema has grown."""


def next_version(servers: Servers, crib: Crib, *, size: int, seed: int = 0) -> Verdict:
    """Grow the schema once, then restart one process after another on it."""
    verdict = _grown(servers, crib, size, seed, since=newest())
    without = _grown(servers, crib, MANY, seed, since=NEXT)
    return verdict.against({"needs_the_next": without.lost})


def version_before(servers: Servers, crib: Crib, *, size: int, seed: int = 0) -> Verdict:
    """Let the code of the version before begin, and this one's follow. Raises `before.NoHistoryError`."""
    with before.version_before() as code, open_crib(code) as older:
        strike = partial(_succeed, crib=crib, turns=count())
        plot = Plot(
            "upgrades, of the version before", Load(size), seed, PLACES["postgresql"], strike, RESTARTS
        )
        with stage(servers, "postgresql") as chosen:
            verdict = play(chosen, older, plot)
        refused = Plot("", Load(MANY), seed, PLACES["postgresql"], _forbid, strikes=1, standstill_s=6.0)
        with stage(servers, "postgresql") as chosen:
            without = play(chosen, older, refused)
    return verdict.against({"needs_this": without.lost})


def _succeed(_chosen: Stage, fleet: Fleet, _rng: Random, *, crib: Crib, turns: Iterator[int]) -> None:
    """Replace the next process by one of this version."""
    fleet.crib = crib
    fleet.replace(fleet.members[next(turns) % len(fleet.members)])


def _forbid(chosen: Stage, fleet: Fleet, _rng: Random) -> None:
    """Let nobody older work here, and those who do begin anew."""
    _allow(chosen, newest())
    for member in fleet.members:
        fleet.replace(member)


def _grown(servers: Servers, crib: Crib, size: int, seed: int, *, since: str) -> Verdict:
    strike = partial(_strike, since=since, struck=Counter())
    plot = Plot(
        "upgrades, to the next version",
        Load(size),
        seed,
        PLACES["postgresql"],
        strike,
        RESTARTS,
        standstill_s=20.0 if since <= newest() else 6.0,
    )
    with stage(servers, "postgresql") as chosen:
        return play(chosen, crib, plot)


def _strike(chosen: Stage, fleet: Fleet, rng: Random, *, since: str, struck: Counter[str]) -> None:
    """Migrate the first time; every time end a process, in whose place another starts."""
    if not struck["migrated"]:
        struck["migrated"] += 1
        _grow(chosen, since)
        for _ in range(len(fleet.members) if since > newest() else 0):
            fleet.strike(rng)
    fleet.strike(rng)


def _grow(chosen: Stage, since: str) -> None:
    with chosen.database.write() as connection:
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_S}s'"))
        for statement in GROWN:
            connection.execute(text(statement))
    _allow(chosen, since)


def _allow(chosen: Stage, since: str) -> None:
    """Say which is the oldest code that may work here."""
    with chosen.database.write() as connection:
        set_setting(connection, "code_since", since)
