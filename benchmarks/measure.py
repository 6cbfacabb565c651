"""How a ratio is measured: both sides in turns, medians compared."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Result:
    """A figure, its rival, and the goal for the ratio of the two.

    ``at_most`` is for figures that should be small, such as memory.
    """

    bench: str
    value: float
    unit: str
    against: str
    ratio: float
    goal: float
    at_most: bool = False

    def shown(self) -> dict[str, object]:
        """Return what a line of output says."""
        ok = self.ratio <= self.goal if self.at_most else self.ratio >= self.goal
        return {
            "bench": self.bench,
            "value": round(self.value, 1),
            "unit": self.unit,
            "against": self.against,
            "ratio": round(self.ratio, 2),
            "goal": self.goal,
            "ok": ok,
        }


def rates(
    *sides: tuple[Callable[[], object], int], rounds: int = ROUNDS, before: Callable[[], object] = int
) -> list[float]:
    """Return each side's median rate: units of work per second, in interleaved rounds.

    What is done ``before`` each round is not measured.
    """
    seconds: list[list[float]] = [[] for _ in sides]
    for _ in range(rounds):
        before()
        for (work, _units), taken in zip(sides, seconds, strict=True):
            began = time.perf_counter()
            work()
            taken.append(time.perf_counter() - began)
    return [units / median(taken) for (_work, units), taken in zip(sides, seconds, strict=True)]
