"""Outlook: the smallest change of one input that brings an account to its next better, or worse, band."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil, floor, isfinite
from typing import NamedTuple

from health.bands import RANK, band
from health.bands import worse as is_worse
from health.delta import Move
from health.judge import profile_of, scored
from health.levers import Lever, levers, number
from health.nouns import Assessment, Band, Input, Score
from health.policy import Cap, Comparison, Ground, Policy, Profile
from health.rules import Findings, measures_of

SCANNED = 2_000
"""Steps tried one by one, either way, where it cannot be told from the rules where a score turns."""
_ORDER = sorted(RANK, key=lambda name: RANK[name])
_LARGEST = 2
_ENDLESS = 10**9  # steps
_NOISE = 1e-9
_MET: Mapping[str, Callable[[float, float], bool]] = {
    "<": float.__lt__,
    "<=": float.__le__,
    ">": float.__gt__,
    ">=": float.__ge__,
    "==": float.__eq__,
    "!=": float.__ne__,
}


class Way(NamedTuple):
    """A lever moved by ``change``, and what that makes of the score, in hundredths, and of the band.

    ``moves`` are the measures of the score that move with it. ``part`` is how much that is of all the lever
    can do in its direction, 0 to 1.
    """

    measure: str
    change: float
    moves: tuple[Move, ...]
    points: int
    band: Band
    part: float


class Held(NamedTuple):
    """A cap that keeps the score below the next better band, and the values for which it does."""

    cap: Cap
    why: Mapping[str, Input]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would change a verdict.

    ``better`` and ``worse`` are the next bands, empty where there is none. ``up`` and ``down`` are the
    levers that reach them alone, the one that has least to do first. ``held`` are the caps in the way, and
    ``held_alone`` says whether nothing else is. Where nothing single reaches the better band, ``largest``
    are the two levers that bring most, once the caps are gone. ``unknown`` are the measures to learn where
    too little is known to judge.
    """

    better: Band = ""
    worse: Band = ""
    up: tuple[Way, ...] = ()
    down: tuple[Way, ...] = ()
    held: tuple[Held, ...] = ()
    held_alone: bool = False
    largest: tuple[Way, ...] = ()
    unknown: tuple[str, ...] = ()


def outlook(now: Assessment, policy: Policy) -> Outlook:
    """Return what would change a verdict that ``policy`` came to."""
    if now.band not in RANK:
        return Outlook(unknown=_unknown(now, policy))
    search = _Search(now, policy)
    better, worse = _beside(now.band, 1), _beside(now.band, -1)
    up = search.reaching(lambda score: is_worse(now.band, search.band(score)))
    down = search.reaching(lambda score: is_worse(search.band(score), now.band))
    held = search.held(better) if better else ()
    alone = bool(held) and search.without(held).points >= search.edge(better)
    largest = search.largest(held) if better and not up and not alone else ()
    return Outlook(better, worse, tuple(up), tuple(down), held, alone, largest)


def _beside(verdict: Band, step: int) -> Band:
    at = RANK[verdict] + step
    return _ORDER[at] if 0 <= at < len(_ORDER) else ""


def _unknown(now: Assessment, policy: Policy) -> tuple[str, ...]:
    """Return the measures that are unknown, those of the weightiest line first."""
    profile = profile_of(now, policy)
    lines = [weight.name for weight in sorted(profile.weights, key=lambda weight: -weight.points)]
    names = [name for line in (lines or profile.grounds) for name in _ground(profile, line).measures]
    return tuple(dict.fromkeys(name for name in names if name in now.inputs and now.inputs[name] is None))


def _ground(profile: Profile, line: str) -> Ground:
    return profile.grounds.get(line) or Ground(())


class _Search:
    """Tries what levers do to one account's score."""

    def __init__(self, now: Assessment, policy: Policy) -> None:
        self._numbers: dict[str, Input] = dict(now.inputs)
        self._traits = now.traits
        self._policy = policy
        self._profile = profile_of(now, policy)
        self._scored = {name for ground in self._profile.grounds.values() for name in ground.measures}
        self._levers = [lever for lever in levers(policy) if self._fits(lever)]

    def _fits(self, lever: Lever) -> bool:
        bears = not self._scored.isdisjoint((lever.measure, *lever.moves))
        return bears and number(self._numbers, lever.measure) is not None

    def band(self, score: Score) -> Band:
        """Return the band of a score."""
        return band(score, self._policy.bands)

    def edge(self, verdict: Band) -> int:
        """Return the points from which a band begins."""
        bands = self._policy.bands
        return {"watch": bands.watch_from, "healthy": bands.healthy_from}.get(verdict, 0)

    def reaching(self, reached: Callable[[Score], bool]) -> list[Way]:
        """Return the smallest change of each lever that brings the score where it is wanted."""
        found = (self._smallest(lever, reached) for lever in self._levers)
        return sorted(filter(None, found), key=lambda way: way.part)

    def _smallest(self, lever: Lever, reached: Callable[[Score], bool]) -> Way | None:
        found = []
        for stops in self._stops(lever):
            steps = self._first(lever, stops, reached)
            if steps is not None:
                found.append((abs(steps), steps, stops[-1]))
        return self._way(lever, *min(found)[1:]) if found else None

    def _first(self, lever: Lever, stops: list[int], reached: Callable[[Score], bool]) -> int | None:
        """Return the first step that gets there: between two stops the score rises or falls throughout."""
        before = 0
        for stop in stops:
            if reached(self._moved_score(lever, stop)):
                return self._between(lever, before, stop, reached)
            before = stop
        return None

    def _between(self, lever: Lever, short: int, far: int, reached: Callable[[Score], bool]) -> int:
        while abs(far - short) > 1:
            middle = (short + far) // 2
            if reached(self._moved_score(lever, middle)):
                far = middle
            else:
                short = middle
        return far

    def largest(self, held: tuple[Held, ...]) -> tuple[Way, ...]:
        """Return the levers that bring most, each moved as far as it brings anything."""
        start = self.without(held).points
        found = []
        for lever in self._levers:
            for stops in self._stops(lever):
                points = {steps: self._moved_score(lever, steps, held).points for steps in stops}
                best = max(stops, key=lambda steps: points[steps])
                if points[best] > start:
                    found.append(self._way(lever, best, stops[-1], held))
        return tuple(sorted(found, key=lambda way: -way.points)[:_LARGEST])

    def _stops(self, lever: Lever) -> Iterator[list[int]]:
        """Yield the steps at which the score may turn, in order: up, then down."""
        value = number(self._numbers, lever.measure) or 0.0
        up = floor(_steps(lever.most(self._numbers) - value, lever.step))
        down = -floor(_steps(value - lever.least(self._numbers), lever.step))
        turns = set(self._turns(lever))
        for sign, limit in ((1, up), (-1, down)):
            ahead = {sign * turn for turn in turns if 0 < sign * turn <= sign * limit} | {1}
            if sign * limit < _ENDLESS:
                ahead.add(sign * limit)
            if sign * limit > 0:
                yield [sign * steps for steps in sorted(ahead)]

    def _turns(self, lever: Lever) -> Iterator[int]:
        """Yield the steps around each edge of what a lever moves; each of the nearest where none is told."""
        for ground in self._profile.grounds.values():
            for name in {lever.measure, *lever.moves} & set(ground.measures):
                if name in ground.tangled or name in lever.bent:
                    yield from range(-SCANNED, SCANNED + 1)
                start, next_ = self._moved(lever, name, 0), self._moved(lever, name, 1)
                slope = 0.0 if start is None or next_ is None else next_ - start
                for edge in ground.edges.get(name, ()):
                    if slope and start is not None:
                        at = (edge - start) / slope
                        yield from (floor(at) - 1, floor(at), ceil(at), ceil(at) + 1)

    def _moved(self, lever: Lever, name: str, steps: int) -> float | None:
        """Return what a measure becomes; one that has no value keeps having none."""
        value = number(self._numbers, name)
        if value is None or not steps:
            return value
        if name == lever.measure:
            return value + steps * lever.step
        moved = lever.moves[name](self._numbers, steps * lever.step)
        return value if moved is None else moved

    def _after(self, lever: Lever, steps: int) -> dict[str, Input]:
        found = {name: self._moved(lever, name, steps) for name in (lever.measure, *lever.moves)}
        return {name: value for name, value in found.items() if value is not None}

    def _moved_score(self, lever: Lever, steps: int, held: tuple[Held, ...] = ()) -> Score:
        return self._score(self._after(lever, steps), held)

    def _score(self, changes: Mapping[str, Input], held: tuple[Held, ...] = ()) -> Score:
        findings = self._findings(changes)
        gone = [one.cap for one in held]
        if gone:
            caps = zip(self._policy.profiles[findings.profile].caps, findings.caps, strict=True)
            kept = tuple((0.0, "") if cap in gone else line for cap, line in caps)
            findings = findings._replace(caps=kept)
        return scored(findings, self._policy)

    def _findings(self, changes: Mapping[str, Input]) -> Findings:
        return self._policy.rules(measures_of({**self._numbers, **changes}, self._traits))

    def _way(self, lever: Lever, steps: int, limit: int, held: tuple[Held, ...] = ()) -> Way:
        after = self._after(lever, steps)
        score = self._score(after, held)
        moves = [Move(name, self._numbers[name], value) for name, value in after.items()]
        return Way(
            lever.measure,
            steps * lever.step,
            tuple(move for move in moves if move.measure in self._scored and move.before != move.now),
            score.points,
            self.band(score),
            abs(steps / limit),
        )

    def held(self, better: Band) -> tuple[Held, ...]:
        """Return the caps that are met and end below a band."""
        caps = zip(self._profile.caps, self._findings({}).caps, strict=True)
        low = [cap for cap, (met, _) in caps if met == 1.0 and cap.at < self.edge(better)]
        return tuple(Held(cap, self._why(cap)) for cap in low)

    def _why(self, cap: Cap) -> Mapping[str, Input]:
        """Return the measures for which a cap's condition holds, with their values."""
        ground = _ground(self._profile, f"cap:{cap.name}")
        met = {each.measure for each in ground.comparisons if self._met(each)} | ground.tangled
        return {name: self._numbers.get(name) for name in ground.measures if name in met}

    def _met(self, comparison: Comparison) -> bool:
        value = number(self._numbers, comparison.measure)
        return value is not None and _MET[comparison.sign](value, comparison.value)

    def without(self, held: tuple[Held, ...]) -> Score:
        """Return the score if some caps were gone."""
        return self._score({}, held)


def _steps(way: float, step: float) -> float:
    """Return how many steps a way takes, with room for what binary fractions lose."""
    return way / step + _NOISE if isfinite(way) else _ENDLESS
