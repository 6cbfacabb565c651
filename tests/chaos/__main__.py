"""``python -m tests.chaos``: every bar of the outbox, on real servers; a line for each, as JSON if asked for.

The baseline, plain Celery tasks under the same kills, promises nothing and is there to be compared with.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from tests.chaos import baseline, failpoints, frozen, kills, outage
from tests.chaos.fleet import Crib, open_crib
from tests.chaos.stage import Servers, serve
from tests.chaos.verdict import Verdict

DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Sizes:
    """How much is owed and how often something dies. Each round passes every failpoint.

    ``baseline`` is how many plain tasks are sent, with a kill for every hundred.
    """

    deliveries: int
    processes: int
    children: int
    rounds: int
    brokers: int
    databases: int
    baseline: int


QUICK = Sizes(2_000, processes=20, children=0, rounds=1, brokers=3, databases=2, baseline=1_000)
USUAL = Sizes(20_000, processes=60, children=140, rounds=5, brokers=15, databases=5, baseline=6_000)
FULL = Sizes(100_000, processes=300, children=700, rounds=50, brokers=25, databases=10, baseline=20_000)


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
        yield failpoints.failpoints(servers, crib, database, rounds=sizes.rounds, seed=seed)
        yield kills.slack(servers, crib, database)
        yield frozen.sink(servers, crib, database)
        yield frozen.mail(servers, crib, database)
    yield outage.broker(servers, crib, size=100 * sizes.brokers, strikes=sizes.brokers, seed=seed)
    yield outage.database(servers, crib, size=150 * sizes.databases, strikes=sizes.databases, seed=seed)
    yield baseline.baseline(servers, crib, size=sizes.baseline, strikes=sizes.baseline // 100, seed=seed)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Faults on real servers.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", dest="sizes", action="store_const", const=QUICK, help="about 2 minutes")
    size.add_argument("--full", dest="sizes", action="store_const", const=FULL, help="hours")
    parser.add_argument("--json", action="store_true", help="JSON Lines")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> int:
    """Print a line per bar and return 1 if one does not hold."""
    given = _arguments()
    failed = 0
    with serve() as servers, open_crib() as crib:
        for verdict in bars(servers, crib, given.sizes or USUAL, given.seed):
            print(verdict.line() if given.json else verdict.words(), flush=True)  # noqa: T201 - it reports
            failed += not verdict.ok
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
