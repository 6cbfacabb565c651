"""The whole job over HTTP under kills: pull, assess, release and deliver, each of them again and again.

What people saw in the end, what the CRM says and what is known of the vendors is what a clean run makes
of the same day.
"""

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from sqlalchemy import func, select

from store import outbox
from store.tables import notices, runs, source_status
from tests.chaos.company import MONDAY
from tests.chaos.days import Monday, begin, open_monday
from tests.chaos.fleet import BEAT, EMBEDDED, THREADS, Crib, Fleet, fleet
from tests.chaos.kept import kept
from tests.chaos.sabotage import VARIABLE
from tests.chaos.stage import Servers, Stage, stage
from tests.chaos.vendors import SOURCES, Told, Vendors, matter
from tests.chaos.verdict import Verdict

PLACES = {"sqlite": (EMBEDDED, EMBEDDED), "postgresql": (THREADS, THREADS, BEAT)}
SENDING = ("claimed", "rendered", "marked", "delivered", "settled")
"""Steps that are reached while something is owed."""
ALWAYS = ("pulled", "stored", "judged", "assessed", "released")
"""Steps that are reached whenever a job's turn comes."""
OFTEN_S = 2
"""How often each source is pulled, and every account judged."""
LIFE_S = 4.0
"""How long a process lives at most that is to die: where its step is not reached, it dies anywhere."""
PATIENCE_S = 60.0
"""How long nothing may change."""
POLL_S = 0.05


def arms(seed: int, rounds: int) -> tuple[str, ...]:
    """The steps at which processes die: those of sending first, while something is owed."""
    rng = Random(seed)
    sending = [f"{name}=kill@{rng.randint(1, 2)}" for _ in range(rounds) for name in SENDING]
    always = [f"{name}=kill@{rng.randint(1, 3)}" for _ in range(rounds) for name in ALWAYS]
    rng.shuffle(sending)
    rng.shuffle(always)
    early = [arm for pair in zip(sending, always, strict=True) for arm in pair]
    late = [f"{name}=kill" for name in rng.sample(ALWAYS, 2)]
    return (*early, *late)


class _Stands(NamedTuple):
    """How far a database has come, by its own clock."""

    now_ms: int
    read_ms: int
    """Since when every source has been read to its end; the earliest of them."""
    judged_ms: int
    """When the last run over every account began that is released."""
    owed: Mapping[str, int]


def _stands(chosen: Stage) -> _Stands:
    with chosen.database.read() as connection:
        known = {row.source: row for row in connection.execute(select(source_status))}
        read = [known[name].pulled_ms if name in known and not known[name].failure else 0 for name in SOURCES]
        judged = select(func.max(runs.c.opened_ms)).where(runs.c.kind == "full", runs.c.status == "released")
        judged_ms = connection.execute(judged).scalar() or 0
        return _Stands(
            chosen.database.now(), min(each or 0 for each in read), judged_ms, outbox.account_of(connection)
        )


@dataclass
class _Play:
    """Processes die one after another; those after them live until nothing is left to do."""

    stage: Stage
    fleet: Fleet
    vendors: Vendors
    enough: bool
    calm_ms: int = 0
    read_ms: int = 0
    last: object = None
    changed: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        while not self.is_over() and time.monotonic() - self.changed < PATIENCE_S:
            self.fleet.raise_fallen()
            self.fleet.retire(LIFE_S)
            time.sleep(POLL_S)

    def is_over(self) -> bool:
        """Whether all is read, judged and sent since the last death."""
        stands = _stands(self.stage)
        self._note((self.fleet.deaths, stands.owed))
        if self.enough:
            return doubled(self.vendors.told())
        if self.fleet.is_dying:
            return False
        self.calm_ms = self.calm_ms or stands.now_ms
        if stands.read_ms > self.calm_ms:
            self.read_ms = self.read_ms or stands.now_ms
        judged = self.read_ms and stands.judged_ms > self.read_ms
        return bool(judged) and stands.owed.keys().isdisjoint(outbox.OPEN)

    def _note(self, state: object) -> None:
        if state != self.last:
            self.last, self.changed = state, time.monotonic()


def doubled(told: Told) -> bool:
    """Whether anything was told twice."""
    return any(count > 1 for count in told.values())


def chain(
    servers: Servers,
    crib: Crib,
    vendors: Vendors,
    clean: Monday,
    eve: str,
    database: str,
    *,
    seed: int,
    rounds: int,
) -> Verdict:
    """Play Monday from a database that stands at the eve's end."""
    return _played(servers, crib, vendors, clean, eve, database, arms(seed, rounds), seed=seed)


def control(
    servers: Servers, crib: Crib, vendors: Vendors, clean: Monday, eve: str, database: str, sabotage: str
) -> Verdict:
    """The same where nobody can tell what was sent; processes die after answers."""
    dying = ("delivered=kill", "delivered=kill@2") * 2
    return _played(servers, crib, vendors, clean, eve, database, dying, sabotage=sabotage)


def _played(
    servers: Servers,
    crib: Crib,
    vendors: Vendors,
    clean: Monday,
    eve: str,
    database: str,
    dying: Sequence[str],
    *,
    seed: int = 0,
    sabotage: str = "",
) -> Verdict:
    started = time.monotonic()
    open_monday(vendors)
    with stage(servers, database, judged=False, like=eve) as chosen:
        begin(chosen.database, MONDAY)
        given = vendors.settings | {VARIABLE: sabotage, "SEATSIGNAL_SCHEDULE": _schedule(chosen)}
        with fleet(chosen, crib, PLACES[database], arms=dying, **given) as workers:
            _Play(chosen, workers, vendors, bool(sabotage)).run()
            deaths = workers.deaths
        verdict = _judged(chosen, vendors, clean, deaths, seed, time.monotonic() - started)
    bar = f"chain, {sabotage}" if sabotage else "chain"
    return verdict.named(bar, ok=verdict.ok and deaths >= len(dying))


def _schedule(chosen: Stage) -> str:
    file = chosen.folder / "often.yaml"
    file.write_text(json.dumps({"pull": dict.fromkeys(SOURCES, OFTEN_S), "assess": OFTEN_S}))
    return str(file)


def _judged(
    chosen: Stage, vendors: Vendors, clean: Monday, deaths: int, seed: int, seconds: float
) -> Verdict:
    """Compare with a clean run what was told, what the CRM says, and what is known.

    ``lost`` counts what people and records lack and is not listed as unknown, ``duplicated`` what they have
    beyond a clean run's; ``disorder`` counts versions of facts that only one of the two knows.
    """
    told, unknown = vendors.told(), Counter(_unknown(chosen))
    news = Counter({key: 1 for key in clean.told})
    lost = sum(1 for thing in (news - told) if not unknown[thing[1]])
    records, found = clean.records, vendors.records()
    lost += sum(found.get(name) != said for name, said in records.items())
    facts = kept(chosen.database)
    strange = (facts - clean.facts).total() + (clean.facts - facts).total()
    with chosen.database.read() as connection:
        places = set(outbox.account_of(connection))
    more = (told - clean.told).total()
    return Verdict(
        bar="chain",
        database=chosen.name,
        seed=seed,
        kills=deaths,
        sent=told.total(),
        unique=len(told),
        lost=lost,
        duplicated=more,
        unknown=unknown.total(),
        disorder=strange,
        seconds=round(seconds, 1),
        gap_s=0.0,
        ok=not (lost or more or strange) and places <= {"sent", "unknown", "replaced", "suppressed"},
    )


def _unknown(chosen: Stage) -> Iterator[str]:
    """What each mail is about that nobody knows to have arrived."""
    with chosen.database.read() as connection:
        query = select(notices.c.key).where(notices.c.status == "unknown", notices.c.destination == "mail")
        yield from map(matter, connection.execute(query).scalars())
