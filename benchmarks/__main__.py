"""Measured ratios against a stated rival: ``python -m benchmarks [--json] [--only GROUP] [--full]``.

The machine may be shared and noisy, so a figure is a ratio of medians of interleaved rounds, and a goal
is a ratio too. Exit status 1 if a goal was missed.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module

from benchmarks.measure import Result
from worker import log

GROUPS = ("ingest", "assess", "rules", "outbox", "event", "live", "calls", "mail", "pages", "web")


SIZED = ("assess",)
"""The groups that come in a larger size too."""


def run(groups: tuple[str, ...], *, full: bool = False) -> Iterator[Result]:
    """Yield the results of some groups as they come."""
    for group in groups:
        work: Callable[..., Iterator[Result]] = import_module(f"benchmarks.{group}").results
        yield from work(full=True) if full and group in SIZED else work()


def _line(result: Mapping[str, object]) -> str:
    met = "ok" if result["ok"] else "MISSED"
    return (
        f"{result['bench']}: {result['value']:,.0f} {result['unit']}, "
        f"{result['ratio']} x {result['against']} (goal {result['goal']}): {met}"
    )


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--only", choices=GROUPS, help="one group")
    parser.add_argument("--full", action="store_true", help="a million accounts, which takes a while")
    chosen = parser.parse_args()
    log.configure("ERROR")
    missed = 0
    for result in run((chosen.only,) if chosen.only else GROUPS, full=chosen.full):
        shown = result.shown()
        print(json.dumps(shown) if chosen.json else _line(shown), flush=True)
        missed += not shown["ok"]
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
