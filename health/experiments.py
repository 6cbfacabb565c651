"""Experiments: which accounts a nudge is held back from, how many it takes to tell, and what it did.

What is planned is written before anything starts. The arm of an account is a hash of the experiment's name
and the account's key: nothing that anybody knows of an account moves it, and nobody chooses it. Strata play
no part in that; they are noted with the arm and taken into account when the experiment is read. It is read
once, when both arms are as large as planned, by the arm that was drawn, whatever reached the account.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from json import dumps
from math import ceil, sqrt
from statistics import NormalDist
from typing import NamedTuple

from health.apart import Apart, Stratum, apart, chance

HELD_OUT, WRITTEN = "held_out", "written"
ARMS = (HELD_OUT, WRITTEN)
"""Who goes without what is tried, and who gets it: the letter, or its variant."""
ACTIVATED = "activated"
METRICS: Mapping[str, int] = {"expanded": 1, "renewed": 1, "churned": -1, ACTIVATED: 1}
"""What an experiment may be about, and whether more of it is good (1) or bad (-1).

How terms end, or that a licence is activated.
"""
TOO_FEW, NO_EVIDENCE, BETTER, WORSE = "too_few", "no_evidence", "better", "worse"
"""What is said of the letter: nothing yet; that chance explains what is seen; or that it helps, or harms."""
_HASH_LENGTH = 12
_DRAWS = 2**64
_PCT = 100


@dataclass(frozen=True, slots=True)
class Variant:
    """Another way of a letter: a ``subject``, a ``note`` below it (by language), or the days between two."""

    name: str
    subject: Mapping[str, str] = field(default_factory=dict)
    note: Mapping[str, str] = field(default_factory=dict)
    every_days: int | None = None


@dataclass(frozen=True, slots=True)
class Experiment:
    """What is planned, before anything starts.

    With a ``variant`` it is what is tried: who is held out gets the letter as it is, others get the variant.

    ``metric`` is the outcome (`METRICS`) and ``within_days`` how long after the arm was drawn it counts.
    ``baseline_pct`` of the accounts meet it without the letter; an effect of ``effect_points`` for the better
    is to be seen with a likelihood of ``power``, and one that is not there with at most ``alpha``.
    ``hold_out_pct`` of the accounts get no letter. ``strata`` are traits by which accounts are told apart.
    """

    name: str
    hypothesis: str
    letter: str
    metric: str
    within_days: int
    baseline_pct: float
    effect_points: float
    hold_out_pct: float
    alpha: float
    power: float
    strata: tuple[str, ...] = ()
    variant: Variant | None = None

    @property
    def hash(self) -> str:
        """A digest of all of it: without a variant the one that it had before there were any."""
        said = asdict(self)
        if self.variant is None:
            del said["variant"]
        return sha256(dumps(said, sort_keys=True).encode()).hexdigest()[:_HASH_LENGTH]

    @property
    def instead(self) -> str:
        """What whoever is held out gets, in words."""
        return "the letter as it is" if self.variant else "no letter"

    @property
    def tried(self) -> str:
        """What is tried, in words."""
        return f"the variant {self.variant.name}" if self.variant else "the letter"

    @property
    def expected(self) -> float:
        """The share, 0 to 1, that is to meet the outcome with the letter."""
        return (self.baseline_pct + METRICS[self.metric] * self.effect_points) / _PCT


def arm(experiment: Experiment, account: str) -> str:
    """Return the arm of an account, by its key: always the same one."""
    digest = sha256(f"{experiment.name}\0{account}".encode()).digest()
    drawn = int.from_bytes(digest[:8], "big") / _DRAWS
    return HELD_OUT if drawn < experiment.hold_out_pct / _PCT else WRITTEN


class Sample(NamedTuple):
    """How many accounts each arm needs."""

    held_out: int
    written: int


def sample(experiment: Experiment) -> Sample:
    """Return how many accounts it takes to tell the planned effect from none, by the normal approximation.

    Fleiss' formula for two shares and arms of unlike size, ``k`` accounts written to for each that is held
    out, with the correction by Fleiss, Tytun and Ury (1980) that an exact test needs.
    """
    normal, share = NormalDist(), experiment.hold_out_pct / _PCT
    k = (1 - share) / share
    without, with_ = experiment.baseline_pct / _PCT, experiment.expected
    effect, mean = abs(with_ - without), (without + k * with_) / (1 + k)
    none = normal.inv_cdf(1 - experiment.alpha / 2) * sqrt(mean * (1 - mean) * (1 + 1 / k))
    some = normal.inv_cdf(experiment.power) * sqrt(without * (1 - without) + with_ * (1 - with_) / k)
    n = ((none + some) / effect) ** 2
    exact = n / 4 * (1 + sqrt(1 + 2 * (k + 1) / (n * k * effect))) ** 2
    return Sample(ceil(exact), ceil(exact * k))


def enough(experiment: Experiment, over: Mapping[str, int]) -> bool:
    """Say whether as many accounts as planned, by arm, have their days behind them."""
    needed = sample(experiment)
    return over.get(HELD_OUT, 0) >= needed.held_out and over.get(WRITTEN, 0) >= needed.written


class Followed(NamedTuple):
    """An account whose days are over: its arm and stratum as noted, and whether it met the outcome."""

    arm: str
    stratum: str
    met: bool


@dataclass(frozen=True, slots=True)
class Arm:
    """An arm as it was read: accounts whose days are over, and how many of them met the outcome."""

    accounts: int
    met: int

    @property
    def pct(self) -> float:
        """The share that met the outcome, in per cent."""
        return _PCT * self.met / self.accounts


@dataclass(frozen=True, slots=True)
class Reading:
    """What an experiment tells, by intention to treat.

    ``points`` is by how many points the share of those written to lies above that of those held out, between
    ``low`` and ``high`` at a level of 1 - alpha; ``chance`` how likely as much is if the letter does nothing.
    """

    verdict: str
    held_out: Arm
    written: Arm
    points: float
    low: float
    high: float
    chance: float


def read(experiment: Experiment, followed: Iterable[Followed]) -> Reading | None:
    """Return what an experiment tells, or `None` while either arm has fewer than planned.

    A claim needs both an interval without 0 and a chance of at most alpha. Strata in which one arm has
    nobody tell nothing.
    """
    counts = Counter(followed)
    arms = {name: _arm(counts, name) for name in ARMS}
    if not enough(experiment, {name: each.accounts for name, each in arms.items()}):
        return None
    strata = _strata(counts)
    found, likely = apart(strata, experiment.alpha), chance(strata)
    if found is None:
        return None
    verdict = _verdict(experiment, found, likely)
    by, low, high = (_PCT * value for value in found)
    return Reading(verdict, arms[HELD_OUT], arms[WRITTEN], by, low, high, likely)


def _arm(counts: Counter[Followed], name: str) -> Arm:
    met = sum(number for each, number in counts.items() if each.arm == name and each.met)
    return Arm(sum(number for each, number in counts.items() if each.arm == name), met)


def _strata(counts: Counter[Followed]) -> list[Stratum]:
    """Return the strata in the order of their names: sums of floats are the same whoever adds them."""
    found = []
    for name in sorted({each.stratum for each in counts}):
        cells = [
            (counts[Followed(arm, name, met=True)], counts[Followed(arm, name, met=False)])
            for arm in (WRITTEN, HELD_OUT)
        ]
        (met, unmet), (met_without, unmet_without) = cells
        found.append(Stratum(met, met + unmet, met_without, met_without + unmet_without))
    return found


def _verdict(experiment: Experiment, found: Apart, likely: float) -> str:
    if likely > experiment.alpha or found.low <= 0 <= found.high:
        return NO_EVIDENCE
    return BETTER if found.by * METRICS[experiment.metric] > 0 else WORSE
