"""Seats: bought, given out, used, and how near they are to being full."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import compress
from typing import NamedTuple

from health.cuts import Cuts, weighed
from health.features import Features, LimitFact, Term
from health.nouns import NOT_APPLICABLE, Input
from health.policy import Active, Policy
from health.rules import CapacityMeasures, SeatMeasures
from health.terms import BY_CONSUMPTION
from health.track import Track

_SNAPSHOT_DAYS = 30
_PRESENT_MIN = 0.25  # of the working days
_DOMAINS = "domains"
_SEATS = "seats"
_DUST = 1e-9  # what two means of the same use may differ by
_NO_LIMIT = LimitFact("", 0.0, 0.0)
_NOT_SOLD_BY_SEAT = SeatMeasures(*[NOT_APPLICABLE] * len(SeatMeasures._fields))


class Activity(NamedTuple):
    """Active users by a named definition; ``mean`` and ``per_day`` are their level and rise over 28 days.

    These are of the working days on which anybody was there: how many seats it takes when they come. Where
    that was on fewer than a quarter of them, which says little, they are of all working days.
    """

    definition: Active
    users: Input
    mean: Input
    per_day: Input


def utilisation(active_users: Input, seats: Input) -> Input:
    """Return active users ÷ seats times 100; over 100 is over-use. Unknown without seats to divide by."""
    if isinstance(active_users, float) and isinstance(seats, float):
        return 100.0 * active_users / seats if seats > 0 else None
    return NOT_APPLICABLE if active_users is NOT_APPLICABLE or seats is NOT_APPLICABLE else None


def activity(features: Features, track: Track | None, policy: Policy) -> Activity:
    """Return active users on the last complete day, by the first definition that the source allows.

    Without any use in the series the count is 0 by the default definition, unless all that is stated of use
    lies ahead. Where a day of the window has fewer users than none, nobody knows how many there are.
    """
    if track is None:
        return Activity(policy.active[0], None, None, None)
    definitions = _definitions(policy)
    metric = track.first_of(definitions)
    if metric is None:
        used = features.last_used_on
        nothing = None if track.values or (used is not None and used > track.end) else 0.0
        return Activity(policy.active[0], nothing, nothing, nothing)
    definition = definitions[metric]
    days = policy.windows.mean_days
    daily = track.tail(metric, days)
    least = min(daily)
    if least < 0:
        return Activity(definition, None, None, None)
    half = days // 2
    early = weighed(daily[:half], track.cuts.early)
    rise = weighed(daily[half:], track.cuts.late) - early
    mean = early + rise * track.cuts.late_share
    users = mean if definition.take == "workday_mean" else _snapshot(features, track, metric, daily[-1])
    if not least and not all(compress(daily, track.cuts.worked)):
        mean, rise = _while_there(daily, track.cuts, mean, rise)
    return Activity(definition, users, mean, rise / half)


def _while_there(daily: Sequence[float], cuts: Cuts, mean: float, rise: float) -> tuple[float, float]:
    """Return mean and rise over the working days that have any users, of those over all working days."""
    half = len(cuts.early)
    early, late = sum(compress(cuts.early, daily)), sum(compress(cuts.late, daily[half:]))
    share = early + (late - early) * cuts.late_share
    if share < _PRESENT_MIN:
        return mean, rise
    if early and late:
        before = mean - rise * cuts.late_share
        rise = (before + rise) / late - before / early
    return mean / share, rise


@lru_cache(maxsize=16)
def _definitions(policy: Policy) -> Mapping[str, Active]:
    """Return the definitions by metric, in order of preference; the first where two take the same."""
    found: dict[str, Active] = {}
    for active in policy.active:
        found.setdefault(active.metric, active)
    return found


def _snapshot(features: Features, track: Track, metric: str, last: float) -> float:
    """Return the snapshot of the last day; of a day before it where the source skipped quiet days.

    A count over 30 days cannot be 0 while there was use within them: then the row is missing, not zero.
    """
    used = features.last_used_on
    if last or used is None or (track.end - used).days >= _SNAPSHOT_DAYS:
        return last
    return next(filter(None, reversed(track.tail(metric, _SNAPSHOT_DAYS))), 0.0)


def seat_measures(features: Features, current: Sequence[Term], active: Activity, as_of: date) -> SeatMeasures:
    """Return the seat measures over the terms in force; not applicable where all are by consumption."""
    licensed = [term for term in current if term.licence_model != BY_CONSUMPTION]
    if current and not licensed:
        return _NOT_SOLD_BY_SEAT
    users, seats, growth = active.users, _seats(licensed), _growth_seats(licensed, as_of)
    used_pct = utilisation(users, seats)
    committed_pct = utilisation(users, seats - growth) if seats is not None and growth else used_pct
    assigned = None if features.assigned_seats is None else float(features.assigned_seats)
    assigned_pct, adopted_pct = utilisation(assigned, seats), utilisation(users, assigned)
    return SeatMeasures(seats, growth, users, used_pct, committed_pct, assigned, assigned_pct, adopted_pct)


def _seats(licensed: Sequence[Term]) -> float | None:
    """Return the seats of all terms, or `None` where one does not state them, or states fewer than none."""
    total = 0.0
    for term in licensed:
        if term.seats is None or term.seats < 0:
            return None
        total += term.seats
    return total if licensed else None


def _growth_seats(licensed: Sequence[Term], as_of: date) -> float:
    """Return the seats that are declared as bought ahead and not yet due."""
    total = 0.0
    for term in licensed:
        if term.growth_seats > 0 and (term.growth_until is None or term.growth_until > as_of):
            total += term.growth_seats
    return total


def capacity_measures(
    limits: Sequence[LimitFact] | None, licence: SeatMeasures, active: Activity, nearest: LimitFact
) -> CapacityMeasures:
    """Return how near seats and quotas are to their limits; ``limits`` is `None` where none is known."""
    mean, per_day = active.mean, active.per_day
    capacity_pct, limit_pct = utilisation(mean, licence.seats), licence.utilisation_pct
    if limits:
        quotas = [100.0 * limit.used / limit.allowed for limit in limits if limit.allowed > 0]
        capacity_pct, limit_pct = _nearest(capacity_pct, quotas), _nearest(limit_pct, quotas)
    domain_use_pct = None if limits is None else _domains(limits)
    days_until_full = _days_until_full(mean, per_day, licence.seats)
    nearest_figures = (nearest.used, nearest.allowed) if nearest.allowed else (None, None)
    return CapacityMeasures(
        capacity_pct, limit_pct, domain_use_pct, mean, per_day, days_until_full, *nearest_figures
    )


def _nearest(seats_pct: Input, quotas: Sequence[float]) -> Input:
    known = [*quotas, seats_pct] if isinstance(seats_pct, float) else quotas
    return max(known) if known else seats_pct


def nearest_limit(limits: Sequence[LimitFact] | None, licence: SeatMeasures, active: Activity) -> LimitFact:
    """Return the limit nearest to full: seats by their mean use, or a quota. Without any it allows 0."""
    known = [limit for limit in limits or () if limit.allowed > 0]
    if isinstance(licence.seats, float) and isinstance(active.mean, float) and licence.seats > 0:
        known.append(LimitFact(_SEATS, active.mean, licence.seats))
    return max(known, key=lambda limit: limit.used / limit.allowed, default=_NO_LIMIT)


def _domains(limits: Sequence[LimitFact]) -> Input:
    """Return the use of the quota of domains; not applicable without one, or when it allows none."""
    uses = [100.0 * at.used / at.allowed for at in limits if at.limit == _DOMAINS and at.allowed > 0]
    return uses[0] if uses else NOT_APPLICABLE


def _days_until_full(mean: Input, per_day: Input, seats: Input) -> Input:
    if not isinstance(mean, float) or not isinstance(per_day, float) or not isinstance(seats, float):
        return NOT_APPLICABLE if seats is NOT_APPLICABLE else None
    if mean >= seats:
        return 0.0
    return (seats - mean) / per_day if per_day > _DUST else NOT_APPLICABLE
