"""All sources are pulled over HTTP by workers that die at one page after another.

In the end the database knows what a clean pull of another database knows, and at no death did a cursor
stand ahead of the rows.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Literal, NamedTuple, get_args

from sqlalchemy import select

from store.tables import source_status
from tests.chaos import nursery
from tests.chaos.company import SUNDAY
from tests.chaos.days import Sunday, begin, end_sunday
from tests.chaos.fleet import is_alive
from tests.chaos.kept import kept, of, stored
from tests.chaos.sabotage import VARIABLE
from tests.chaos.stage import Stage, stage
from tests.chaos.vendors import SOURCES, Town
from tests.chaos.verdict import Verdict

Where = Literal["asked", "pulled", "stored"]
"""While the vendor is asked and holds its answer; once a page is read; once it is stored."""
PULLER = "tests.chaos.pulling"
PATIENCE_S = 60.0
"""How long nothing may change."""
POLL_S = 0.08
MOST = 0.7
"""Of the deaths that must have come: the last of a source may find that nothing is left to read."""


class Death(NamedTuple):
    """Where a worker dies, and at about which page of all there are."""

    where: Where
    page: int


Deaths = Mapping[str, Sequence[Death]]
"""By source, in the order of their pages."""
CONTROLS: Mapping[str, tuple[Deaths, str]] = {
    "cursor_first": ({"stripe": [Death("pulled", 2), Death("pulled", 4)]}, "lost"),
    "no_comparison": ({"keygen": [Death("stored", 3)]}, "duplicated"),
}
"""Who dies without each safeguard, and what must show then."""


class Eve(NamedTuple):
    """A database that was pulled under kills, judged in silence, and is live since."""

    verdict: Verdict
    url: str


def seeded(clean: Sunday, seed: int, each: int) -> Deaths:
    """Choose so many deaths of each source, or all there can be: three at every page."""
    return {name: list(_seeded(len(clean.cursors[name]), Random(f"{seed} {name}"), each)) for name in SOURCES}


def _seeded(pages: int, rng: Random, each: int) -> Iterator[Death]:
    places = list(get_args(Where))
    if each >= pages * len(places):
        yield from (Death(where, page) for page in range(1, pages + 1) for where in places)
        return
    rng.shuffle(places)
    for at, page in enumerate(sorted(rng.choices(range(1, pages + 1), k=each))):
        yield Death(places[at % len(places)], page)


@dataclass
class _Source:
    """One source's workers, one after another."""

    stage: Stage
    town: Town
    clean: Sunday
    name: str
    deaths: list[Death]
    sabotage: str
    pid: int = 0
    asked: bool = False
    kills: int = 0
    ahead: int = 0
    batch: int = 0
    cursor: str | None = None
    ended: bool = False

    def look(self) -> bool:
        """Let the next worker begin where one has died; return whether the source is read to its end."""
        alive = bool(self.pid) and is_alive(self.pid)
        self._read()
        if self.pid and not alive:
            self._bury()
        if self.ended:
            self.end()
            return True
        if not self.pid:
            self._bear()
        if self.asked and not self.town.vendors.at[self.name].waiting():
            nursery.end(self.pid)  # its question is held: it waits for the answer
        return False

    def end(self) -> None:
        """Let no worker be left."""
        if self.pid:
            nursery.end(self.pid)

    def _read(self) -> None:
        """Note how far the source is stored."""
        query = select(source_status).where(source_status.c.source == self.name)
        with self.stage.database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row:
            self.batch, self.cursor, self.ended = row.batch, row.cursor, row.pulled_ms is not None

    def _bury(self) -> None:
        """Count a death, and look whether the cursor was ahead of the rows."""
        self.pid, self.kills = 0, self.kills + 1
        there = sum(stored(self.stage.database, self.name).values())
        self.ahead += there < sum(
            self.clean.rows[self.name].get(page, 0) for page in range(1, self._page() + 1)
        )

    def _page(self) -> int:
        """How many pages the cursor says are stored; where several share it, the first."""
        with suppress(ValueError):
            return self.clean.cursors[self.name].index(self.cursor) + 1
        return 0

    def _bear(self) -> None:
        death = self.deaths.pop(0) if self.deaths else None
        more = {VARIABLE: self.sabotage, "SEATSIGNAL_BROKER_URL": "memory://"}
        self.asked = death is not None and death.where == "asked"
        if death:
            nth = max(1, death.page - self._page())
            if self.asked:
                self.town.vendors.at[self.name].faults(self.name, "hang", after=nth - 1)
            else:
                more["SEATSIGNAL_FAILPOINTS"] = f"{death.where}=kill@{nth}"
        given = self.town.vendors.settings | more
        self.pid = self.town.crib.bear(self.stage.birth(self.name, PULLER, self.name, **given))


@dataclass
class _Play:
    """Every source at once, until all are read or nothing changes any more."""

    sources: list[_Source]
    changed: float = field(default_factory=time.monotonic)
    last: object = None

    def run(self) -> None:
        left = self.sources
        while left and time.monotonic() - self.changed < PATIENCE_S:
            left = [source for source in left if not source.look()]
            state = [(source.kills, source.batch) for source in self.sources]
            if state != self.last:
                self.last, self.changed = state, time.monotonic()
            time.sleep(POLL_S)
        for source in left:
            source.end()


def pulls(town: Town, clean: Sunday, database: str, *, seed: int, each: int) -> Eve:
    """Pull everything under kills, judge that, and end the day."""
    with stage(town.servers, database, live=False) as chosen:
        verdict = _played(town, chosen, clean, seeded(clean, seed, each), seed=seed)
        end_sunday(town.vendors, chosen.database)
        return Eve(verdict, chosen.environment["SEATSIGNAL_DATABASE_URL"])


def control(town: Town, clean: Sunday, sabotage: str) -> Verdict:
    """Pull one source without a safeguard."""
    with stage(town.servers, "sqlite", live=False) as chosen:
        return _played(town, chosen, clean, CONTROLS[sabotage][0], sabotage=sabotage)


def controls(town: Town, clean: Sunday) -> dict[str, int]:
    """Return what each sabotage shows; nothing of it may be zero."""
    return {name: getattr(control(town, clean, name), shows) for name, (_, shows) in CONTROLS.items()}


def _played(
    town: Town, chosen: Stage, clean: Sunday, deaths: Deaths, *, seed: int = 0, sabotage: str = ""
) -> Verdict:
    started = time.monotonic()
    town.vendors.show(SUNDAY)
    begin(chosen.database, SUNDAY)
    sources = [_Source(chosen, town, clean, name, list(dying), sabotage) for name, dying in deaths.items()]
    _Play(sources).run()
    wanted = sum(map(len, deaths.values()))
    verdict = _judged(chosen, clean, sources, seed, time.monotonic() - started)
    bar = f"pulls, {sabotage}" if sabotage else "pulls"
    return verdict.named(bar, ok=verdict.ok and verdict.kills >= MOST * wanted)


def _judged(chosen: Stage, clean: Sunday, sources: Sequence[_Source], seed: int, seconds: float) -> Verdict:
    """Compare versions of facts; ``disorder`` counts cursors that stood ahead of the rows."""
    names = {source.name for source in sources}
    found, expected = kept(chosen.database, names), of(clean.facts, names)
    lost, more = (expected - found).total(), (found - expected).total()
    ahead = sum(source.ahead for source in sources)
    return Verdict(
        bar="pulls",
        database=chosen.name,
        seed=seed,
        kills=sum(source.kills for source in sources),
        sent=found.total(),
        unique=len(found),
        lost=lost,
        duplicated=more,
        unknown=0,
        disorder=ahead,
        seconds=round(seconds, 1),
        gap_s=0.0,
        ok=not (lost or more or ahead),
    )
