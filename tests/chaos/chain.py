"""The whole job over HTTP under kills: pull, assess, release and deliver, each of them again and again.

What people saw in the end, what the CRM says and what is known of the vendors is what a clean run makes
of the same day. A notice under which too many senders died waits in quarantine until an operator, here the
play, replays it.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from random import Random
from typing import NamedTuple

import msgspec
from sqlalchemy import func, select

from health.identity import OUR_ID
from store import outbox, unsettled
from store.tables import notices, runs, source_status
from tests.chaos.company import MONDAY
from tests.chaos.days import Monday, begin, open_monday
from tests.chaos.fleet import BEAT, EMBEDDED, THREADS, Fleet, fleet
from tests.chaos.kept import Facts, kept
from tests.chaos.sabotage import VARIABLE
from tests.chaos.stage import Stage, stage
from tests.chaos.vendors import SOURCES, Told, Town, Vendors, matter
from tests.chaos.verdict import Verdict

PLACES = {"sqlite": (EMBEDDED,), "postgresql": (THREADS, THREADS, BEAT)}
SENDING = ("claimed", "rendered", "marked", "delivered", "settled")
"""Steps that are reached while something is owed."""
ALWAYS = {"pulled": 3, "stored": 3, "judged": 3, "assessed": 3, "released": 1}
"""Steps that are reached whenever a job's turn comes, and how often in one turn at least."""
OFTEN = 0.3
"""How soon each source is pulled and every account judged again: in parts of the time of a clean run."""
LIFE_S = 2.0
"""How long a process lives at most that is to die, or as long as a clean run takes: then it dies anywhere."""
TICK_S = 0.3
PATIENCE_S = 60.0
"""How long nothing may change."""
SHOWN = 20
"""Facts named at most of each of two runs that do not agree."""
POLL_S = 0.3


def arms(seed: int, rounds: int) -> tuple[str, ...]:
    """The steps at which processes die: those of sending first, while something is owed."""
    rng = Random(seed)
    sending = [f"{name}=kill@{rng.randint(1, 2)}" for _ in range(rounds) for name in SENDING]
    always = [f"{name}=kill@{rng.randint(1, most)}" for _ in range(rounds) for name, most in ALWAYS.items()]
    rng.shuffle(sending)
    rng.shuffle(always)
    early = [arm for pair in zip(sending, always, strict=True) for arm in pair]
    late = [f"{name}=kill" for name in rng.sample(list(ALWAYS), 2)]
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
    life_s: float
    calm_ms: int = 0
    read_ms: int = 0
    last: object = None
    changed: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        while not self.is_over() and time.monotonic() - self.changed < PATIENCE_S:
            self.fleet.raise_fallen()
            self.fleet.retire(self.life_s)
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
        return bool(judged) and stands.owed.keys().isdisjoint(outbox.OPEN) and not self._replayed(stands)

    def _replayed(self, stands: _Stands) -> bool:
        """Do as an operator who reads that too many senders died of a notice, and say if there was one."""
        if "quarantined" not in stands.owed:
            return False
        with self.stage.database.write() as connection:
            return bool(unsettled.replay(connection, None, actor="operator"))

    def _note(self, state: object) -> None:
        if state != self.last:
            self.last, self.changed = state, time.monotonic()


def doubled(told: Told) -> bool:
    """Whether anything was told twice."""
    return any(count > 1 for count in told.values())


@dataclass(frozen=True)
class Plot:
    """Who dies where on which database, which stands at the eve's end, and with which safeguard gone."""

    database: str
    eve: str
    dying: Sequence[str]
    seed: int = 0
    sabotage: str = ""


def chain(town: Town, clean: Monday, eve: str, database: str, *, seed: int, rounds: int) -> Verdict:
    """Play Monday under kills."""
    return _played(town, clean, Plot(database, eve, arms(seed, rounds), seed))


def control(town: Town, clean: Monday) -> Verdict:
    """Send what Monday owes where nobody can tell what was sent; processes die after answers."""
    dying = ("delivered=kill", "delivered=kill@2") * 2
    return _played(town, clean, Plot("sqlite", clean.owed, dying, sabotage="no_keys_anywhere"))


def _played(town: Town, clean: Monday, plot: Plot) -> Verdict:
    started = time.monotonic()
    open_monday(town.vendors)
    with stage(town.servers, plot.database, judged=False, like=plot.eve) as chosen:
        begin(chosen.database, MONDAY)
        given = town.vendors.settings | {
            VARIABLE: plot.sabotage,
            "SEATSIGNAL_TICK_S": str(TICK_S),
            "SEATSIGNAL_SCHEDULE": _schedule(chosen, ceil(OFTEN * clean.seconds)),
        }
        with fleet(chosen, town.crib, PLACES[plot.database], arms=plot.dying, **given) as workers:
            _Play(chosen, workers, town.vendors, bool(plot.sabotage), max(LIFE_S, clean.seconds)).run()
        verdict = _judged(chosen, town.vendors, clean)
    bar = f"chain, {plot.sabotage}" if plot.sabotage else "chain"
    return msgspec.structs.replace(
        verdict,
        bar=bar,
        seed=plot.seed,
        kills=workers.deaths,
        seconds=round(time.monotonic() - started, 1),
        ok=verdict.ok and workers.deaths >= len(plot.dying),
    )


def _schedule(chosen: Stage, often_s: int) -> str:
    file = chosen.folder / "often.yaml"
    file.write_text(json.dumps({"pull": dict.fromkeys(SOURCES, often_s), "assess": often_s}))
    return str(file)


def _judged(chosen: Stage, vendors: Vendors, clean: Monday) -> Verdict:
    """Compare with a clean run what was told, what the CRM says, and what is known.

    ``lost`` counts what people and records lack and is not listed as unknown, ``duplicated`` what they have
    beyond a clean run's; ``disorder`` counts versions of facts that only one of the two knows.
    """
    told, unknown = vendors.told(), Counter(_unknown(chosen))
    news = Counter(dict.fromkeys(clean.told, 1))
    lost = sum(1 for thing in (news - told) if not unknown[thing[1]])
    records, found = clean.records, vendors.records()
    lost += sum(found.get(name) != said for name, said in records.items())
    facts = kept(chosen.database)
    beyond, lacking = _unechoed(facts - clean.facts), clean.facts - facts
    for known, versions in (("here alone", beyond), ("by the clean run alone", lacking)):
        for version in [*versions.elements()][:SHOWN]:
            sys.stderr.write(f"known {known}: {version}\n")
    with chosen.database.read() as connection:
        places = set(outbox.account_of(connection))
    more = (told - clean.told).total()
    same = not (beyond or lacking)
    return Verdict(
        bar="chain",
        database=chosen.name,
        seed=0,
        kills=0,
        sent=told.total(),
        unique=len(told),
        lost=lost,
        duplicated=more,
        unknown=unknown.total(),
        disorder=beyond.total() + lacking.total(),
        seconds=0.0,
        gap_s=0.0,
        ok=same and not (lost or more) and places <= {"sent", "unknown", "replaced", "suppressed"},
    )


def _unechoed(beyond: Facts) -> Facts:
    """All but the ids that we wrote into the CRM ourselves: its index tells of them half a minute later."""
    echo = ("fact_identifiers", "hubspot", OUR_ID)
    return Counter({row: count for row, count in beyond.items() if (row[0], row[1], row[3]) != echo})


def _unknown(chosen: Stage) -> Iterator[str]:
    """What each mail is about that nobody knows to have arrived."""
    with chosen.database.read() as connection:
        query = select(notices.c.key).where(notices.c.status == "unknown", notices.c.destination == "mail")
        yield from map(matter, connection.execute(query).scalars())
