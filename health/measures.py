"""Measures: the figures of one account on one day, each a value, not applicable, or unknown."""

from array import array
from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from datetime import date

from health import commitment, drivers
from health.aged import aged
from health.calendars import Workdays
from health.cohorts import began, start_cohort_pct
from health.features import SERIES_DAYS, Features, Pulse, Term
from health.nouns import NOT_APPLICABLE
from health.peers import actions_per_user, features_used, of_breadth
from health.policy import Policy
from health.pulse import Beat, Days
from health.rules import FAMILIES, Measures, Traits
from health.seats import Activity, activity, capacity_measures, nearest_limit, seat_measures
from health.service import service_measures
from health.terms import UNKNOWN as NO_TERMS
from health.terms import in_force, licence_model, started_on, term_measures
from health.track import Track, known, track
from health.use import UNKNOWN as NO_USE
from health.use import trend as trend_of
from health.use import use_measures


def measures(features: Features, as_of: date, policy: Policy, pulse: Pulse, workdays: Workdays) -> Measures:
    """Return every measure at the start of ``as_of``.

    Windows of use end on the last complete day of the sources that state it, at the latest the day
    before ``as_of`` (docs/metrics.md, "Measures").
    """
    sources = known(features.sources, pulse, as_of, policy)
    kinds, lost, end = sources.kinds, sources.lost, sources.end
    path = None if end is None else track(features, end, policy, workdays, pulse.fleet_rests)
    active = activity(features, path, policy)
    terms, rules = features.terms, policy.renewals
    current = in_force(terms, as_of, rules)
    started = started_on(features, as_of)
    licence = seat_measures(features, current, active, as_of)
    limits = features.limits if "limits" in kinds else None
    nearest = nearest_limit(limits, licence, active)
    use = NO_USE if path is None else use_measures(features, path, as_of, started, policy, pulse)
    if features.commitments and path is not None:
        use = use._replace(**commitment.pace(features, current, path)._asdict())
    term = term_measures(terms, current, started, as_of, rules) if "subscriptions" in kinds else NO_TERMS
    if pulse.cohorts:
        term = term._replace(start_cohort_pct=start_cohort_pct(pulse, started))
    found = Measures(
        licence,
        use,
        capacity_measures(limits, licence, active, nearest),
        service_measures(features, kinds, lost, as_of, policy),
        term,
        _traits(
            features,
            current,
            active,
            nearest.limit,
            of_breadth(use.breadth_pct, policy),
        ),
    )
    if policy.model:
        horizon = policy.model.horizon_days
        of = drivers.subject(features, as_of, policy, pulse, workdays, horizon)
        found = found._replace(drivers=drivers.taken(policy.model.drivers, of, pulse.peers))
    found = _without(found, set(features.unknown)) if features.unknown else found
    return _without_aged(found, aged(features, sources, as_of, policy)) if policy.stale_after else found


def _without_aged(found: Measures, old: Collection[str]) -> Measures:
    """Return the measures with those unknown that are too old, and their names among the texts.

    What does not apply is no older for it.
    """
    numbers = {name: value for family in found[:-1] for name, value in family._asdict().items()}
    lost = sorted(name for name in old if numbers[name] is not NOT_APPLICABLE)
    if not lost:
        return found
    return _without(found, set(lost))._replace(traits=found.traits._replace(aged=" ".join(lost)))


def _without(found: Measures, names: AbstractSet[str]) -> Measures:
    """Return the measures with some of them unknown."""
    gone = {
        family: getattr(found, family)._replace(**dict.fromkeys(names & set(fields._fields)))
        for family, fields in FAMILIES.items()
    }
    return found._replace(**gone)


def beat(  # noqa: PLR0917 - as `health.judge.judge`
    features: Features,
    as_of: date,
    policy: Policy,
    pulse: Pulse,
    workdays: Workdays,
    against_peers: Sequence[str] = (),
) -> Beat:
    """Return what an account adds to the pulse of a day; ``pulse`` says how fresh its sources are.

    ``against_peers`` are the drivers of which the pulse tells the middle.
    """
    subject = drivers.subject(features, as_of, policy, pulse, workdays) if against_peers else None
    levels = drivers.levels(against_peers, subject) if subject else ()
    end = known(features.sources, pulse, as_of, policy).end
    if end is None:
        return Beat(features.sources, levels=levels)
    path = track(features, end, policy, workdays)
    metric = path.first_of(policy.use_metrics)
    found = trend_of(path, metric, policy.windows)
    days = _days(path, metric) if metric else None
    return Beat(
        features.sources,
        (metric, found.recent / found.expected) if found and metric else None,
        actions_per_user(path, policy),
        features_used(path),
        days,
        levels,
        end,
        began(features, started_on(features, as_of), end, days.shares if days else ()),
        _used(features),
    )


def _used(features: Features) -> Sequence[str]:
    """Return the features that an account has used of late; a row of before there were names has none."""
    series = features.series
    days = zip(series.features, series.feature_days, strict=False) if series else ()
    return tuple(name for name, used in days if used)


def _days(path: Track, metric: str) -> Days | None:
    """Return an account's days of use, each beside the mean of them all; `None` if there was none."""
    length = min(SERIES_DAYS, (path.end - path.since).days + 1)
    values = path.tail(metric, max(0, length))
    mean = sum(values) / length if length > 0 else 0.0
    return Days(metric, path.end, array("d", [value / mean for value in values])) if mean > 0 else None


def _traits(
    features: Features, current: Sequence[Term], active: Activity, nearest_limit: str, breadth_of: str | None
) -> Traits:
    definition = active.definition
    return Traits(
        licence_model(current),
        (current[0].plan or None) if current else None,
        features.customer_type or None,
        definition.name,
        definition.wording,
        nearest_limit or None,
        breadth_of,
        None,
    )
