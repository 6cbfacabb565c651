"""``python -m tests.chaos``: every bar, on real servers; a line for each, as JSON if asked for.

Bars come in groups, each played in a process of its own with servers of its own, four at a time:
most of a play is waiting for the dead to rise. The baseline, plain Celery tasks under the same kills,
promises nothing and is there to be compared with.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial as given
from threading import Lock

import msgspec

from store.settlement import MAX_STRIKES
from tests.chaos import (
    baseline,
    chain,
    cut,
    days,
    failpoints,
    faults,
    frozen,
    hours,
    kills,
    limits,
    outage,
    partial,
    pause,
    poison,
    pulls,
    rows,
    runaway,
    soak,
    unusual,
    upgrades,
    windows,
)
from tests.chaos.fleet import Crib, open_crib
from tests.chaos.lies import KINDS
from tests.chaos.security import bars
from tests.chaos.stage import Servers, serve
from tests.chaos.theatre import theatre
from tests.chaos.vendors import Town, open_town
from tests.chaos.verdict import Verdict
from worker import log

DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Sizes:
    """How much is owed and how often something dies. Each round passes every failpoint.

    ``baseline`` is how many plain tasks are sent, with a kill for every hundred. Over HTTP, ``pulls`` of
    each source's workers die, and in ``days`` rounds of ten steps those that do the whole job. So many kinds
    of ``faults`` are played, each ``faults_each`` times, so many ``runaways``, and so many pasts before days
    that are ``unusual``; ``poison`` and ``pause`` are deliveries, ``calls`` those of a vendor with a limit,
    ``zones`` the share of all zones. At each point so many letters are ``cuts``; ``upgrades`` are deliveries,
    ``soak_s`` is how long a soak takes. Of so many ``rows`` a worker dies for each 10,000.
    Nobody dies in the bars of ``security``. The whole job ``over_http`` is done on these databases.
    """

    deliveries: int
    processes: int
    children: int
    rounds: int
    brokers: int
    databases: int
    baseline: int
    pulls: int
    days: int
    faults: int
    faults_each: int
    runaways: int
    unusual: int
    poison: int
    pause: int
    calls: int
    zones: float
    cuts: int
    upgrades: int
    soak_s: int
    rows: int
    security: bars.Tries
    over_http: tuple[str, ...] = DATABASES


QUICK = Sizes(
    400,
    processes=6,
    children=0,
    rounds=1,
    brokers=2,
    databases=1,
    baseline=300,
    pulls=1,
    days=1,
    faults=2,
    faults_each=1,
    runaways=1,
    unusual=2,
    poison=110,
    pause=200,
    calls=400,
    zones=0.005,
    cuts=1,
    upgrades=200,
    soak_s=0,
    rows=40_000,
    security=bars.TRIES["quick"],
    over_http=("postgresql",),
)
USUAL = Sizes(
    20_000,
    processes=60,
    children=140,
    rounds=3,
    brokers=8,
    databases=3,
    baseline=2_000,
    pulls=4,
    days=2,
    faults=len(KINDS),
    faults_each=1,
    runaways=5,
    unusual=20,
    poison=1_000,
    pause=500,
    calls=2_000,
    zones=0.2,
    cuts=8,
    upgrades=1_000,
    soak_s=0,
    rows=200_000,
    security=bars.TRIES["usual"],
)
FULL = Sizes(
    100_000,
    processes=300,
    children=700,
    rounds=50,
    brokers=25,
    databases=10,
    baseline=20_000,
    pulls=60,
    days=20,
    faults=len(KINDS),
    faults_each=50,
    runaways=200,
    unusual=1_000,
    poison=10_000,
    pause=10_000,
    calls=50_000,
    zones=1.0,
    cuts=250,
    upgrades=5_000,
    soak_s=3_600,
    rows=1_000_000,
    security=bars.TRIES["full"],
)


def owed(database: str, servers: Servers, crib: Crib, sizes: Sizes, seed: int) -> Iterator[Verdict]:
    """Play the bars of the outbox on a database."""
    verdict = kills.kills(
        servers,
        crib,
        database,
        size=sizes.deliveries,
        processes=sizes.processes,
        children=sizes.children,
        seed=seed,
    )
    yield verdict.against(kills.controls(servers, crib, database))
    for number in range(sizes.rounds):
        yield failpoints.failpoints(servers, crib, database, seed=seed + number)
    yield kills.slack(servers, crib, database)
    yield kills.teams(servers, crib, database)
    yield frozen.sink(servers, crib, database)
    yield frozen.mail(servers, crib, database)


def over_http(servers: Servers, crib: Crib, sizes: Sizes, seed: int) -> Iterator[Verdict]:
    """Play the bars of the whole job, with every vendor a process of its own."""
    with open_town(servers, crib) as town:
        yield from _in_town(town, sizes, seed)


def _in_town(town: Town, sizes: Sizes, seed: int) -> Iterator[Verdict]:
    sunday = days.clean_sunday(town)
    monday = days.clean_monday(town, sunday)
    pulled = pulls.controls(town, sunday)
    doubled = {"no_keys_anywhere": chain.control(town, monday).duplicated}
    for database in sizes.over_http:
        eve = pulls.pulls(town, sunday, database, seed=seed, each=sizes.pulls)
        yield eve.verdict.against(pulled)
        verdict = chain.chain(town, monday, eve.url, database, seed=seed, rounds=sizes.days)
        yield verdict.against(doubled)
    yield partial.partial(town, monday).against({"believed": partial.control(town, monday).lost})


def lied_to(_servers: Servers, _crib: Crib, sizes: Sizes, seed: int) -> Iterator[Verdict]:
    """Let sources answer wrongly, in every way there is, and policies run away."""
    with theatre() as stage:
        yield faults.faults(stage, each=sizes.faults_each, kinds=sizes.faults, seed=seed)
        yield runaway.runaway(stage, plays=sizes.runaways, seed=seed)
    yield unusual.unusual(plays=sizes.unusual, seed=seed)
    yield windows.windows(seed=seed, share=sizes.zones)
    yield hours.hours(seed=seed, share=sizes.zones)


def outages(servers: Servers, crib: Crib, sizes: Sizes, seed: int) -> Iterator[Verdict]:
    """Take away the broker and the database, and show what plain Celery makes of the same kills."""
    yield outage.broker(servers, crib, size=100 * sizes.brokers, strikes=sizes.brokers, seed=seed)
    yield outage.database(servers, crib, size=150 * sizes.databases, strikes=sizes.databases, seed=seed)
    yield baseline.baseline(servers, crib, size=sizes.baseline, strikes=sizes.baseline // 100, seed=seed)


def strained(servers: Servers, crib: Crib, sizes: Sizes, seed: int) -> Iterator[Verdict]:
    """Cut letters off, stop, ask a vendor with a limit, and upgrade."""
    yield cut.cut(servers, each=sizes.cuts)
    yield pause.pause(servers, crib, "postgresql", size=sizes.pause)
    yield limits.limits(servers, calls=sizes.calls)
    yield upgrades.next_version(servers, crib, size=sizes.upgrades, seed=seed)
    if sizes is not QUICK:  # a copy without its history has one version alone
        yield upgrades.version_before(servers, crib, size=sizes.upgrades, seed=seed)


def poisoned(servers: Servers, crib: Crib, sizes: Sizes, _seed: int) -> Iterator[Verdict]:
    """Send what breaks its senders among the rest."""
    verdict = poison.poison(servers, crib, "postgresql", size=sizes.poison)
    yield verdict.against({"for_ever": poison.control(servers, crib, "postgresql") - MAX_STRIKES})


def long_table(servers: Servers, crib: Crib, sizes: Sizes, seed: int) -> Iterator[Verdict]:
    """Pull a long table while its pullers die."""
    yield rows.rows(servers, crib, size=sizes.rows, kills=sizes.rows // 10_000, seed=seed)


def soaked(servers: Servers, crib: Crib, sizes: Sizes, seed: int) -> Iterator[Verdict]:
    """Go on for long."""
    yield soak.soak(servers, crib, seconds=sizes.soak_s, seed=seed)


Group = Callable[[Servers, Crib, Sizes, int], Iterator[Verdict]]
GROUPS: Mapping[str, Group] = {
    "sqlite": given(owed, "sqlite"),
    "http": over_http,
    "postgresql": given(owed, "postgresql"),
    "faults": lied_to,
    "outages": outages,
    "strained": strained,
    "poison": poisoned,
    "rows": long_table,
    "soak": soaked,
    "security": lambda servers, crib, sizes, seed: bars.security(servers, crib, sizes.security, seed),
}
"""Those that take longest first."""
LANES = {
    "quick": (
        ("http",),
        ("sqlite", "faults", "rows"),
        ("postgresql", "outages"),
        ("strained", "poison", "security"),
    )
}
"""Groups played with the same servers, where starting these takes longer than the play; else each alone."""
AT_ONCE = 4
SIZES = {"quick": QUICK, "usual": USUAL, "full": FULL}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Faults on real servers.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", dest="size", action="store_const", const="quick", help="two minutes")
    size.add_argument("--full", dest="size", action="store_const", const="full", help="hours")
    parser.set_defaults(size="usual")
    parser.add_argument("--only", choices=GROUPS, nargs="+", help="one group of bars, or some")
    parser.add_argument("--json", action="store_true", help="JSON Lines")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if unplayed := set(asked.only or ()) - set(_played(asked.size)):
        parser.error(f"{', '.join(unplayed)}: played with --full alone")
    return asked


def _played(size: str) -> tuple[str, ...]:
    """Return the groups that are played at a size: a soak that is cut short shows nothing."""
    return tuple(group for group in GROUPS if group != "soak" or SIZES[size].soak_s)


def _lanes(size: str) -> tuple[tuple[str, ...], ...]:
    return LANES.get(size) or tuple((group,) for group in _played(size))


def play(groups: Sequence[str], size: str, seed: int) -> Iterator[Verdict]:
    """Play groups in this process, one after another."""
    log.configure("ERROR")
    with serve() as servers, open_crib() as crib:
        for group in groups:
            yield from GROUPS[group](servers, crib, SIZES[size], seed)


def _elsewhere(told: Callable[[Verdict], None], size: str, seed: int, groups: Sequence[str]) -> int:
    """Play groups in a process of its own, and return its exit status."""
    asked = [sys.executable, "-m", "tests.chaos", "--json", "--only", *groups, "--seed", str(seed)]
    asked += [f"--{size}"] if size != "usual" else []
    with subprocess.Popen(asked, stdout=subprocess.PIPE) as played:
        assert played.stdout
        for line in played.stdout:
            told(msgspec.json.decode(line, type=Verdict))
    return played.returncode


def _say(verdict: Verdict, lock: Lock, *, as_json: bool) -> None:
    with lock:
        print(verdict.line() if as_json else verdict.words(), flush=True)  # noqa: T201 - it reports


def main() -> int:
    """Print a line per bar and return 1 if one does not hold, or could not be played."""
    asked = _arguments()
    say = given(_say, lock=Lock(), as_json=asked.json)
    if asked.only:
        verdicts = []
        for verdict in play(asked.only, asked.size, asked.seed):
            verdicts.append(verdict)
            say(verdict)
        return int(not all(verdict.ok for verdict in verdicts))
    with ThreadPoolExecutor(AT_ONCE) as lanes:
        played = given(_elsewhere, say, asked.size, asked.seed)
        return int(any(list(lanes.map(played, _lanes(asked.size)))))


if __name__ == "__main__":
    sys.exit(main())
