"""Family: an account and those below it; what they come to together, and which of them is worst.

A parent has its own score beside the roll-up. Whoever is below is meant at any depth.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from health.bands import band
from health.nouns import Band, Score
from health.policy import Bands

UNKNOWN = "unknown"


class Tree(NamedTuple):
    """Who is directly below whom. Accounts in ``circles`` are among their own ancestors: nobody's child."""

    children: Mapping[int, Sequence[int]]
    circles: frozenset[int]

    def below(self, account: int) -> list[int]:
        """Return all accounts below one, at any depth."""
        found: list[int] = []
        left = list(self.children.get(account, ()))
        while left:
            child = left.pop()
            found.append(child)
            left += self.children.get(child, ())
        return found


def tree(parents: Mapping[int, int]) -> Tree:
    """Return who is below whom, by each account's parent; a circle is cut at every account in it."""
    circles = _circles(parents)
    children: dict[int, list[int]] = defaultdict(list)
    for child, parent in parents.items():
        if child not in circles:
            children[parent].append(child)
    return Tree(children, circles)


def _circles(parents: Mapping[int, int]) -> frozenset[int]:
    seen: set[int] = set()
    found: set[int] = set()
    for start in parents:
        path: dict[int, int] = {}
        account = start
        while account in parents and account not in seen:
            seen.add(account)
            path[account] = len(path)
            account = parents[account]
        if account in path:
            found.update(each for each, at in path.items() if at >= path[account])
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Member:
    """An account of a family: its score in hundredths, and its MRR in the family's currency.

    ``mrr_minor`` is `None` where it is not known, or has no rate.
    """

    key: str
    name: str
    band: Band
    points: int
    mrr_minor: int | None


@dataclass(frozen=True, slots=True)
class Family:
    """What an account and those below it come to.

    ``points`` is the mean of all their scores, weighted by MRR, in hundredths; `None` where no revenue can
    weigh. Accounts in the band ``unknown`` are left out, and ``coverage`` says how much of the revenue is of
    the others, 0 to 1. ``unweighed`` are accounts whose revenue is not known. ``worst`` is the one below with
    the lowest score of those that hold at least ``material`` of the revenue, and ``worst_share`` its share.
    """

    accounts: int
    points: int | None
    band: Band
    coverage: float
    mrr_minor: int
    currency: str
    unweighed: int
    material: float
    worst: Member | None = None
    worst_share: float = 0.0


def family(own: Member, below: Sequence[Member], currency: str, bands: Bands, material: float) -> Family:
    """Return what an account and those below it come to; revenue below 0 weighs nothing."""
    every = (own, *below)
    total = sum(map(_weight, every))
    known = [each for each in every if each.band != UNKNOWN]
    weight = sum(map(_weight, known))
    points = None
    if weight:
        points = round(Fraction(sum(each.points * _weight(each) for each in known), weight))
    coverage = weight / total if total else 0.0
    worst = _worst(below, total, material)
    return Family(
        accounts=len(below),
        points=points,
        band=UNKNOWN if points is None else band(Score(points, points, points, coverage, ()), bands),
        coverage=coverage,
        mrr_minor=total,
        currency=currency,
        unweighed=sum(each.mrr_minor is None for each in every),
        material=material,
        worst=worst,
        worst_share=_weight(worst) / total if worst else 0.0,
    )


def _weight(member: Member) -> int:
    return max(0, member.mrr_minor or 0)


def _worst(below: Sequence[Member], total: int, material: float) -> Member | None:
    """Return the lowest score that matters; of equal ones that with more revenue."""
    least = Fraction(str(material)) * total
    counts = [each for each in below if each.band != UNKNOWN and total and _weight(each) >= least]
    return min(counts, key=lambda each: (each.points, -_weight(each), each.key), default=None)


@dataclass(frozen=True, slots=True)
class Kin:
    """Where an account stands in its family.

    ``parent`` and ``parent_name`` are empty for one without a parent; ``missing`` is the id that a source
    gives of a parent that is none of our accounts. In a circle an account counts as nobody's child.
    """

    family: Family | None = None
    parent: str = ""
    parent_name: str = ""
    missing: str = ""
    in_circle: bool = False
