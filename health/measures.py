"""Measures: the figures of one account on one day, each a value, not applicable, or unknown."""

from collections.abc import Set as AbstractSet
from datetime import date

from health import drivers
from health.calendars import Workdays
from health.features import Features, Pulse, Term
from health.policy import Policy
from health.rules import FAMILIES, Measures, Traits
from health.seats import Activity, activity, capacity_measures, nearest_limit, seat_measures
from health.service import service_measures
from health.terms import UNKNOWN as NO_TERMS
from health.terms import in_force, started_on, term_measures
from health.track import known, track
from health.use import UNKNOWN as NO_USE
from health.use import trend as trend_of
from health.use import use_measures


def measures(features: Features, as_of: date, policy: Policy, pulse: Pulse, workdays: Workdays) -> Measures:
    """Return every measure at the start of ``as_of``.

    Windows of use end on the last complete day of the sources that state it, at the latest the day
    before ``as_of`` (docs/metrics.md, "Measures").
    """
    kinds, end = known(features.sources, pulse, as_of, policy)
    path = None if end is None else track(features, end, policy, workdays)
    active = activity(features, path, policy)
    terms, rules = features.terms, policy.renewals
    current = in_force(terms, as_of, rules)
    started = started_on(features, as_of)
    licence = seat_measures(features, current, active, as_of)
    limits = features.limits if "limits" in kinds else None
    nearest = nearest_limit(limits, licence, active)
    found = Measures(
        licence,
        NO_USE if path is None else use_measures(features, path, as_of, started, policy, pulse),
        capacity_measures(limits, licence, active, nearest),
        service_measures(features, kinds, as_of, policy),
        term_measures(terms, current, started, as_of, rules) if "subscriptions" in kinds else NO_TERMS,
        _traits(features, current[0] if current else None, active, nearest.limit),
    )
    if policy.model:
        horizon = policy.model.horizon_days
        of = drivers.subject(features, as_of, policy, pulse, workdays, horizon)
        found = found._replace(drivers=drivers.taken(policy.model.drivers, of, pulse.peers))
    return _without(found, set(features.unknown)) if features.unknown else found


def _without(found: Measures, names: AbstractSet[str]) -> Measures:
    """Return the measures with some of them unknown."""
    gone = {
        family: getattr(found, family)._replace(**dict.fromkeys(names & set(fields._fields)))
        for family, fields in FAMILIES.items()
    }
    return found._replace(**gone)


def trend(
    features: Features, as_of: date, policy: Policy, pulse: Pulse, workdays: Workdays
) -> tuple[str, float] | None:
    """Return the metric that tells use, and its last 14 days as a share of what the own baseline expects.

    `None` without a baseline, or where use is not known. `health.pulse.fleet_trends` takes these.
    """
    end = known(features.sources, pulse, as_of, policy).end
    if end is None:
        return None
    path = track(features, end, policy, workdays)
    metric = path.first_of(policy.use_metrics)
    found = trend_of(path, metric, policy.windows)
    return (metric, found.recent / found.expected) if found and metric else None


def _traits(features: Features, current: Term | None, active: Activity, nearest_limit: str) -> Traits:
    definition = active.definition
    licence_model, plan = (current.licence_model, current.plan or None) if current else (None, None)
    return Traits(
        licence_model,
        plan,
        features.customer_type or None,
        definition.name,
        definition.wording,
        nearest_limit or None,
    )
