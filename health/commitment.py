"""Commitment: consumption against what was committed for the term, and where it leads.

Each day's part of the commitment is the same; a term that runs is never held against a whole one.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from health.features import Commitment, Features, Term
from health.nouns import NOT_APPLICABLE, Input
from health.rules import UseMeasures
from health.track import Track

_CONSUMPTION = "consumption"
_WEEK = 7
_RATE_DAYS = 28  # each weekday as often
_LATE_DAYS = 30


class Pace(NamedTuple):
    """How a commitment is used; the names are those of the measures.

    ``commitment_pace_pct`` is what was used to date ÷ what was committed for these days,
    ``commitment_end_pct`` the whole commitment's share that will be used by the end of the term, and
    ``commitment_days_left`` how long it lasts; both at the pace of the last 28 days.
    """

    commitment_pace_pct: Input
    commitment_end_pct: Input
    commitment_days_left: Input


NONE = Pace(NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE)
"""Of an account that is committed to nothing."""
_UNKNOWN = Pace(None, None, None)


def pace(features: Features, current: Sequence[Term], track: Track) -> Pace:
    """Return how the commitment of the terms in force is used, through the last complete day.

    Not applicable in a term's first week. Unknown where no consumption is stated; where it is stated from
    later than 30 days into the term on, since nobody can tell what was used before; and where two
    commitments of different days are in force, since nobody can tell which of them a day's use is of.
    """
    held = _in_force(features, current)
    if not held:
        return NONE
    if len({(each.term_start, each.term_end) for each in held}) > 1:
        return _UNKNOWN
    start, end, units = held[0].term_start, held[0].term_end, sum(each.units for each in held)
    gone = min((track.end - start).days + 1, (end - start).days)
    if gone < _WEEK:
        return NONE
    used = _used(features, track, held[0])
    if used is None:
        return _UNKNOWN
    days = min(_RATE_DAYS, gone)
    per_day = _recent(track, days) / days
    left = max(0, (end - start).days - gone)
    lasts = (units - used) / per_day if per_day > 0 else NOT_APPLICABLE
    return Pace(
        100.0 * used / (units * gone / (end - start).days),
        100.0 * (used + per_day * left) / units,
        0.0 if used >= units else lasts,
    )


def _in_force(features: Features, current: Sequence[Term]) -> list[Commitment]:
    terms = {(term.subscription_id, term.term_start) for term in current}
    return [each for each in features.commitments if (each.subscription_id, each.term_start) in terms]


def _used(features: Features, track: Track, of: Commitment) -> float | None:
    """Return consumption from the start of a term through the last complete day."""
    first = features.first_used_on
    if first is None or (first - of.term_start).days > _LATE_DAYS:
        return None
    if _CONSUMPTION not in track.values and not of.used_before:
        return None
    return of.used_before + _recent(track, (track.end - of.term_start).days + 1)


def _recent(track: Track, days: int) -> float:
    return sum(track.tail(_CONSUMPTION, days)) if _CONSUMPTION in track.values else 0.0


def outlook(
    features: Features, current: Sequence[Term], use: UseMeasures, as_of: date
) -> Mapping[str, str | int]:
    """Return where the commitment leads, for those who read: when it is used up, or how much is left over.

    ``commitment_ends_on`` is the end of the term. Until then either ``commitment_used_up_on`` comes, or
    ``commitment_unused`` is what will be left, in units of consumption; both where it is used up already, the
    day being the last that is known. Empty where neither is known.
    """
    share, left, behind = use.commitment_end_pct, use.commitment_days_left, use.usage_age_days
    if not isinstance(share, float) or not isinstance(behind, float):
        return {}
    held = _in_force(features, current)
    said: dict[str, str | int] = {"commitment_ends_on": held[0].term_end.isoformat()}
    if isinstance(left, float) and share > 100.0:  # noqa: PLR2004 - all of it
        last = as_of - timedelta(days=1 + behind)
        said["commitment_used_up_on"] = (last + timedelta(days=left)).isoformat()
        return said if left else said | {"commitment_unused": 0}
    units = sum(each.units for each in held)
    return said | {"commitment_unused": round(units * max(0.0, 100.0 - share) / 100.0)}
