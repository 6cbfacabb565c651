"""Aged: which inputs are older than a line of the score lets them be, and so are unknown.

A line may name how long its input lives (`stale_after_days`). Only what such lines rest on is looked at.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial

from health.features import Features
from health.policy import Policy
from health.rules import ServiceMeasures, TermMeasures, UseMeasures
from health.track import Known

Newest = Callable[[Features, Known, date], date | None]
"""The day through which an input is known; `None` where it is of no day."""
_USERS = ("active_users", "utilisation_pct", "committed_utilisation_pct", "adopted_pct")
_PACE = ("mean_active", "growth_per_day", "days_until_full")
_NEAREST = ("capacity_pct", "limit_pct", "nearest_used", "nearest_allowed")


def aged(features: Features, known: Known, as_of: date, policy: Policy) -> frozenset[str]:
    """Return the measures that are past the life their lines give them at the start of ``as_of``.

    An input that is known through yesterday is 0 days old.
    """
    return frozenset(
        measure
        for measure, days in policy.stale_after.items()
        if (through := _NEWEST[measure](features, known, as_of)) is not None
        and (as_of - through).days - 1 > days
    )


def _of_kind(kind: str, _features: Features, known: Known, _as_of: date) -> date | None:
    return known.through.get(kind)


def _of_use(_features: Features, known: Known, _as_of: date) -> date | None:
    return known.end


def _of_answers(kind: str, features: Features, _known: Known, as_of: date) -> date | None:
    """Return the day of the newest answer of a kind, or of any."""
    days = [each.answered_on for each in features.surveys if kind in {"", each.kind}]
    return max((day for day in days if day <= as_of), default=None)


def _of_domains(features: Features, _known: Known, _as_of: date) -> date | None:
    return _oldest(limit.as_of for limit in features.limits if limit.limit == "domains")


def _of_limits(features: Features, known: Known, _as_of: date) -> date | None:
    """Return the oldest day among use and the quotas: which of them is nearest rests on all."""
    return _oldest([known.end, *(limit.as_of for limit in features.limits)])


def _oldest(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day is not None), default=None)


def _each(names: Iterable[str], newest: Newest) -> dict[str, Newest]:
    return dict.fromkeys(names, newest)


_NEWEST: Mapping[str, Newest] = {
    **_each((*_USERS, *_PACE, *UseMeasures._fields), _of_use),
    **_each(_NEAREST, _of_limits),
    "domain_use_pct": _of_domains,
    **_each(("assigned_seats", "assigned_pct"), partial(_of_kind, "seats")),
    **_each(("seats", "growth_seats", *TermMeasures._fields), partial(_of_kind, "subscriptions")),
    **_each(ServiceMeasures._fields, partial(_of_kind, "events")),
    **_each(ServiceMeasures._fields[:4], partial(_of_kind, "tickets")),
    **_each(("failed_payments", "overdue_days"), partial(_of_kind, "payments")),
    **_each(("activation_pct",), partial(_of_kind, "licences")),
    "nps": partial(_of_answers, "nps"),
    "renewal_confidence": partial(_of_answers, "renewal_confidence"),
    "sentiment": partial(_of_answers, ""),
}
"""By measure. Tests see to it that each has one."""
