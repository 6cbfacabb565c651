"""The schema grows under load, as it does before the version that needs it: those who run go on.

The next version's migration is made up of all that migrations have done since `store.schema.CODE_SINCE`: a
table, columns and an index more, and rows written to that are in use. Processes that start afterwards are of
this version, the one before it by then. That real migrations do no more is held by
`tests/store/test_additive.py`; the code of the version before is in no fresh copy of the repository.
"""

from collections import Counter
from functools import partial
from random import Random

from sqlalchemy import text

from store.installation import set_setting
from store.schema import newest
from tests.chaos.fleet import PLACES, Crib, Fleet
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


def upgrades(servers: Servers, crib: Crib, *, size: int, seed: int = 0) -> Verdict:
    """Grow the schema once, then restart one process after another on it."""
    verdict = _played(servers, crib, size, seed, since=newest())
    without = _played(servers, crib, MANY, seed, since=NEXT)
    return verdict.against({"needs_the_next": without.lost})


def _played(servers: Servers, crib: Crib, size: int, seed: int, *, since: str) -> Verdict:
    strike = partial(_strike, since=since, struck=Counter())
    plot = Plot(
        "upgrades",
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
        set_setting(connection, "code_since", since)
