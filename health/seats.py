"""Seats: bought, given out, used, and how near they are to being full."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from health.cuts import weighed
from health.features import Features, LimitFact, Term
from health.nouns import NOT_APPLICABLE, Input
from health.policy import Active, Policy
from health.rules import CapacityMeasures, SeatMeasures
from health.track import Track

_SNAPSHOT_DAYS = 30
_BY_CONSUMPTION = "usage"
_DOMAINS = "domains"


class Activity(NamedTuple):
    """Active users by a named definition; ``mean`` and ``per_day`` are their level and rise over 28 days."""

    definition: Active
    users: Input
    mean: Input
    per_day: Input


def utilisation(active_users: Input, seats: Input) -> Input:
    """Return active users ÷ seats times 100; over 100 is over-use. Unknown without seats to divide by."""
    if active_users is NOT_APPLICABLE or seats is NOT_APPLICABLE:
        return NOT_APPLICABLE
    if not isinstance(active_users, float) or not isinstance(seats, float) or seats <= 0:
        return None
    return 100.0 * active_users / seats


def activity(features: Features, track: Track | None, policy: Policy) -> Activity:
    """Return active users on the last complete day, by the first definition that the source allows.

    Without any use in the series the count is 0 by the default definition.
    """
    if track is None:
        return Activity(policy.active[0], None, None, None)
    metric = track.first_of([active.metric for active in policy.active])
    if metric is None:
        nothing = None if track.values else 0.0
        return Activity(policy.active[0], nothing, nothing, nothing)
    definition = next(active for active in policy.active if active.metric == metric)
    days = policy.windows.mean_days
    daily = track.tail(metric, days)
    half = days // 2
    early = weighed(daily[:half], track.cuts.early)
    rise = weighed(daily[half:], track.cuts.late) - early
    mean = early + rise * track.cuts.late_share
    users = mean if definition.take == "workday_mean" else _snapshot(features, track, metric)
    return Activity(definition, users, mean, rise / half)


def _snapshot(features: Features, track: Track, metric: str) -> float:
    """Return the snapshot of the last day; of a day before it where the source skipped quiet days.

    A count over 30 days cannot be 0 while there was use within them: then the row is missing, not zero.
    """
    (last,) = track.tail(metric, 1)
    used = features.last_used_on
    if last or used is None or (track.end - used).days >= _SNAPSHOT_DAYS:
        return last
    return next(filter(None, reversed(track.tail(metric, _SNAPSHOT_DAYS))), 0.0)


def seat_measures(features: Features, current: Sequence[Term], active: Activity, as_of: date) -> SeatMeasures:
    """Return the seat measures over the terms in force; not applicable where all are by consumption."""
    licensed = [term for term in current if term.licence_model != _BY_CONSUMPTION]
    seats = _sum([term.seats for term in licensed])
    if not licensed and current:
        return SeatMeasures(*[NOT_APPLICABLE] * len(SeatMeasures._fields))
    growth = float(sum(term.growth_seats for term in licensed if _ahead(term, as_of)))
    committed = None if seats is None else seats - growth
    assigned = None if features.assigned_seats is None else float(features.assigned_seats)
    return SeatMeasures(
        seats=seats,
        growth_seats=growth,
        active_users=active.users,
        utilisation_pct=utilisation(active.users, seats),
        committed_utilisation_pct=utilisation(active.users, committed),
        assigned_seats=assigned,
        assigned_pct=utilisation(assigned, seats),
        adopted_pct=utilisation(active.users, assigned),
    )


def _sum(seats: Sequence[int | None]) -> float | None:
    known = [number for number in seats if number is not None]
    return float(sum(known)) if seats and len(known) == len(seats) else None


def _ahead(term: Term, as_of: date) -> bool:
    return term.growth_until is None or term.growth_until > as_of


def capacity_measures(
    limits: Sequence[LimitFact] | None, licence: SeatMeasures, active: Activity
) -> CapacityMeasures:
    """Return how near seats and quotas are to their limits; ``limits`` is `None` where none is known."""
    quotas = [100.0 * limit.used / limit.allowed for limit in limits or () if limit.allowed > 0]
    seats = licence.seats
    mean_pct = utilisation(active.mean, seats)
    return CapacityMeasures(
        capacity_pct=_nearest(mean_pct, quotas),
        limit_pct=_nearest(licence.utilisation_pct, quotas),
        domain_use_pct=None if limits is None else _domains(limits),
        mean_active=active.mean,
        growth_per_day=active.per_day,
        days_until_full=_days_until_full(active, seats),
    )


def _nearest(seats_pct: Input, quotas: Sequence[float]) -> Input:
    known = [*quotas, seats_pct] if isinstance(seats_pct, float) else quotas
    return max(known) if known else seats_pct


def _domains(limits: Sequence[LimitFact]) -> Input:
    """Return the use of the quota of domains; not applicable without one, or when it allows none."""
    uses = [100.0 * at.used / at.allowed for at in limits if at.limit == _DOMAINS and at.allowed > 0]
    return uses[0] if uses else NOT_APPLICABLE


def _days_until_full(active: Activity, seats: Input) -> Input:
    mean, per_day = active.mean, active.per_day
    if not isinstance(mean, float) or not isinstance(per_day, float) or not isinstance(seats, float):
        return NOT_APPLICABLE if seats is NOT_APPLICABLE else None
    if mean >= seats:
        return 0.0
    return (seats - mean) / per_day if per_day > 0 else NOT_APPLICABLE
