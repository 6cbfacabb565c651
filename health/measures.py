"""Measures: the figures of one account on one day, each a value, not applicable, or unknown."""

from datetime import date, timedelta

from health.calendars import Workdays
from health.features import Features, Pulse, Term
from health.policy import Policy
from health.rules import Measures, Traits
from health.seats import Activity, activity, capacity_measures, seat_measures
from health.service import service_measures
from health.terms import UNKNOWN as NO_TERMS
from health.terms import in_force, started_on, term_measures
from health.track import Track, known, track
from health.use import UNKNOWN as NO_USE
from health.use import trend as trend_of
from health.use import use_measures


def measures(features: Features, as_of: date, policy: Policy, pulse: Pulse, workdays: Workdays) -> Measures:
    """Return every measure at the start of ``as_of``.

    Windows of use end on the last complete day of the sources that state it, at the latest the day
    before ``as_of`` (docs/metrics.md, "Measures").
    """
    kinds = known(features, pulse, as_of, policy)
    path = _track(features, kinds, as_of, policy, workdays)
    active = activity(features, path, policy)
    current = in_force(features.terms, as_of, policy.renewals)
    started = started_on(features)
    has_terms = "subscriptions" in kinds
    licence = seat_measures(features, current, active, as_of)
    return Measures(
        licence,
        NO_USE if path is None else use_measures(features, path, as_of, started, policy, pulse),
        capacity_measures(features.limits if "limits" in kinds else None, licence, active),
        service_measures(features, kinds, as_of, policy),
        term_measures(features.terms, current, started, as_of, policy.renewals) if has_terms else NO_TERMS,
        _traits(features, current[0] if current else None, active),
    )


def trend(features: Features, as_of: date, policy: Policy, pulse: Pulse, workdays: Workdays) -> float | None:
    """Return the last 14 days' use as a share of what the own baseline expects (1.0 = as expected).

    `None` without a baseline, or where use is not known. `health.pulse.fleet_trend` takes these.
    """
    path = _track(features, known(features, pulse, as_of, policy), as_of, policy, workdays)
    found = trend_of(path, path.first_of(policy.use_metrics), policy.windows) if path else None
    return found.recent / found.expected if found else None


def _track(
    features: Features, kinds: dict[str, date], as_of: date, policy: Policy, workdays: Workdays
) -> Track | None:
    through = kinds.get("usage")
    if through is None:
        return None
    return track(features, min(through, as_of - timedelta(days=1)), policy, workdays)


def _traits(features: Features, current: Term | None, active: Activity) -> Traits:
    return Traits(
        licence_model=current.licence_model if current else None,
        plan=(current.plan or None) if current else None,
        customer_type=features.customer_type or None,
        active_definition=active.definition.name,
        active_wording=active.definition.wording,
    )
