"""What a bar of security says: how often it was tried, and how often something came through."""

import time

from tests.chaos.verdict import Verdict


class Tally:
    """Counts the tries of a bar and what came through, and times it."""

    def __init__(self, bar: str, database: str = "none", seed: int = 0) -> None:
        self.bar, self.database, self.seed = bar, database, seed
        self.tried = self.breaches = 0
        self._started = time.monotonic()

    def count(self, breaches: int, tried: int = 1) -> None:
        """Add tries, and how much came through."""
        self.tried += tried
        self.breaches += breaches

    def verdict(self, least: int) -> Verdict:
        """The bar's line; it holds if nothing came through at least so many tries."""
        return Verdict(
            bar=self.bar,
            database=self.database,
            seed=self.seed,
            kills=0,
            sent=self.tried,
            unique=self.tried,
            lost=0,
            duplicated=0,
            unknown=0,
            disorder=0,
            seconds=round(time.monotonic() - self._started, 1),
            gap_s=0.0,
            ok=self.breaches == 0 and self.tried >= least,
            breaches=self.breaches,
        )
