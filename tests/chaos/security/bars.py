"""The bars of security in order; secrets have theirs in `tests/worker/test_canaries.py`, at full size."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.chaos.fleet import Crib
from tests.chaos.security import addresses, escapes, injection, people, webhooks
from tests.chaos.stage import Servers, stage
from tests.chaos.verdict import Verdict


@dataclass(frozen=True)
class Tries:
    """How often each bar is tried, and ``on`` which databases those that have one."""

    mutated: int
    replayed: int
    woven: int
    texts: int
    people: int
    on: tuple[str, ...] = ("sqlite", "postgresql")


TRIES = {
    "quick": Tries(mutated=5_000, replayed=10, woven=200, texts=20, people=2, on=("sqlite",)),
    "usual": Tries(mutated=50_000, replayed=100, woven=2_000, texts=200, people=8),
    "full": Tries(mutated=100_000, replayed=1_250, woven=100_000, texts=20_000, people=200),
}


def security(servers: Servers, crib: Crib, tries: Tries, seed: int) -> Iterator[Verdict]:
    """Play them all; nobody dies."""
    del crib
    yield webhooks.mutations(tries.mutated, seed)
    yield addresses.bar()
    yield escapes.bar(tries.woven, seed)
    for database in tries.on:
        with stage(servers, database, judged=False) as chosen:
            yield webhooks.replays(chosen.database, tries.replayed)
        with stage(servers, database, judged=False) as chosen:
            yield people.bar(chosen.database, tries.people)
    yield from injection.bars(tries.texts, seed)
