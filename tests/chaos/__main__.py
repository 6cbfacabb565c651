"""``python -m tests.chaos``: every bar of the outbox, on real servers; a line for each, as JSON if asked for.

The baseline, plain Celery tasks under the same kills, promises nothing and is there to be compared with.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from tests.chaos import baseline, chain, days, failpoints, frozen, kills, outage, partial, pulls
from tests.chaos.fleet import Crib, open_crib
from tests.chaos.stage import Servers, serve
from tests.chaos.vendors import Town, open_town
from tests.chaos.verdict import Verdict
from worker import log

DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Sizes:
    """How much is owed and how often something dies. Each round passes every failpoint.

    ``baseline`` is how many plain tasks are sent, with a kill for every hundred. Over HTTP, ``pulls`` of
    each source's workers die, and in ``days`` rounds of ten steps those that do the whole job.
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


QUICK = Sizes(
    2_000, processes=20, children=0, rounds=1, brokers=3, databases=2, baseline=1_000, pulls=2, days=1
)
USUAL = Sizes(
    20_000, processes=60, children=140, rounds=5, brokers=15, databases=5, baseline=6_000, pulls=9, days=4
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
)


def bars(servers: Servers, crib: Crib, sizes: Sizes, seed: int) -> Iterator[Verdict]:
    """Play every bar in turn."""
    for database in DATABASES:
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
        yield frozen.sink(servers, crib, database)
        yield frozen.mail(servers, crib, database)
    with open_town(servers, crib) as town:
        yield from over_http(town, sizes, seed)
    yield outage.broker(servers, crib, size=100 * sizes.brokers, strikes=sizes.brokers, seed=seed)
    yield outage.database(servers, crib, size=150 * sizes.databases, strikes=sizes.databases, seed=seed)
    yield baseline.baseline(servers, crib, size=sizes.baseline, strikes=sizes.baseline // 100, seed=seed)


def over_http(town: Town, sizes: Sizes, seed: int) -> Iterator[Verdict]:
    """Play the bars of the whole job, with every vendor a process of its own."""
    sunday = days.clean_sunday(town)
    monday = days.clean_monday(town, sunday)
    for database in DATABASES:
        eve = pulls.pulls(town, sunday, database, seed=seed, each=sizes.pulls)
        yield eve.verdict.against(pulls.controls(town, sunday))
        verdict = chain.chain(town, monday, eve.url, database, seed=seed, rounds=sizes.days)
        without = chain.control(town, monday)
        yield verdict.against({"no_keys_anywhere": without.duplicated})
    yield partial.partial(town, monday).against({"believed": partial.control(town, monday).lost})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Faults on real servers.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", dest="sizes", action="store_const", const=QUICK, help="a few minutes")
    size.add_argument("--full", dest="sizes", action="store_const", const=FULL, help="hours")
    parser.add_argument("--json", action="store_true", help="JSON Lines")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> int:
    """Print a line per bar and return 1 if one does not hold."""
    given = _arguments()
    log.configure("ERROR")
    failed = 0
    with serve() as servers, open_crib() as crib:
        for verdict in bars(servers, crib, given.sizes or USUAL, given.seed):
            print(verdict.line() if given.json else verdict.words(), flush=True)  # noqa: T201 - it reports
            failed += not verdict.ok
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
