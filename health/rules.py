"""What the compiled policy takes and answers: measures in, findings out.

Everything a rule may name is a field of one of the families below; no name is in two. A number is a value,
not applicable, or unknown (`None`); a text is unknown when empty. Percentages are 0 to 100 and beyond.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from health.nouns import Input, Signal


class SeatMeasures(NamedTuple):
    """Seats bought, given out and used. Not applicable where nothing is sold by the seat.

    ``growth_seats`` are declared as bought ahead and not yet due; ``committed_utilisation_pct`` leaves
    them out. ``assigned_pct`` is assigned ÷ purchased, ``adopted_pct`` active ÷ assigned.
    """

    seats: Input
    growth_seats: Input
    active_users: Input
    utilisation_pct: Input
    committed_utilisation_pct: Input
    assigned_seats: Input
    assigned_pct: Input
    adopted_pct: Input


class UseMeasures(NamedTuple):
    """Use, cut from the daily series up to the last complete day.

    ``idle_days`` is 0 when the last complete day had use, and counts from the first term when there never
    was any (``never_used`` is then 1); ``idle_beyond_fleet_days`` are those on which the fleet did not rest.
    ``recent_use`` and ``expected_use`` are sums over the last 14 days and over what the own baseline expects
    for them; ``trend_pct`` is the change between the two, and
    ``trend_beyond_fleet_pct`` the change left when a fall of the whole fleet is taken out.
    ``week_ratio_pct`` is the last 7 days ÷ the 7 before. ``months_down`` counts monthly falls in a row.
    ``breadth_pct`` is core features in use ÷ all that the policy names, else ÷ the features in use at the
    broadest tenth of accounts; ``depth_pct`` is actions per active user ÷ the same of the median account.
    ``core_weeks`` are those of the last four with any core use. ``usage_age_days`` is how many days the
    source is behind yesterday. ``consumption_pace_pct`` is this month's consumption to date ÷ the same
    days of the month before; not applicable in its first week. ``commitment_…`` are those of
    `health.commitment.Pace`. ``key_mismatches`` counts validations from
    a domain or machine that the licence is not for. ``champions_silent`` are those last seen two weeks ago
    or more, after eight weeks or more. ``dav`` is the mean of daily active validations over four weeks,
    ``dav_before`` over the four before, ``dav_falls`` counts falls in a row from four weeks to four weeks.
    ``departed_users`` were last seen within the baseline, ``seen_users`` within the recent days;
    ``trend_beyond_user_pct`` is the change that would be left if the one who departed had stayed.
    """

    idle_days: Input
    never_used: Input
    idle_beyond_fleet_days: Input
    recent_use: Input
    expected_use: Input
    trend_pct: Input
    trend_beyond_fleet_pct: Input
    week_ratio_pct: Input
    months_down: Input
    breadth_pct: Input
    core_weeks: Input
    depth_pct: Input
    rate_limit_hits: Input
    locked_feature_attempts: Input
    usage_age_days: Input
    fleet_trend_pct: Input
    consumption_pace_pct: Input
    commitment_pace_pct: Input
    commitment_end_pct: Input
    commitment_days_left: Input
    key_mismatches: Input
    champions_silent: Input
    dav: Input
    dav_before: Input
    dav_trend_pct: Input
    dav_falls: Input
    dav_idle_days: Input
    departed_users: Input
    seen_users: Input
    trend_beyond_user_pct: Input


class CapacityMeasures(NamedTuple):
    """How near the limits are.

    ``capacity_pct`` is the nearest of seats (mean over the working days with use, of 28 days) and quotas (as
    last stated), ``limit_pct`` the same with today's active users. ``days_until_full`` is for seats, at the
    last four weeks' pace. ``nearest_used`` of ``nearest_allowed`` is the limit that is nearest to full.
    """

    capacity_pct: Input
    limit_pct: Input
    domain_use_pct: Input
    mean_active: Input
    growth_per_day: Input
    days_until_full: Input
    nearest_used: Input
    nearest_allowed: Input


class ServiceMeasures(NamedTuple):
    """Tickets, payments, answers and events.

    ``ticket_load`` counts an urgent ticket three times. ``sentiment`` is the mean of the latest answers
    of each kind, 0 to 100. ``cancel_tickets`` speak of cancelling and are open or recent; a ticket that
    speaks of a smaller plan is a downgrade enquiry, as an event of that kind is. ``activation_pct`` is
    activated ÷ issued licences of those issued one to eight weeks ago. ``known_expected`` is 1 while a note
    says that what is seen is expected.
    """

    open_tickets: Input
    urgent_tickets: Input
    ticket_load: Input
    cancel_tickets: Input
    failed_payments: Input
    overdue_days: Input
    nps: Input
    renewal_confidence: Input
    sentiment: Input
    activation_pct: Input
    downgrade_enquiries: Input
    api_keys_deleted: Input
    domains_deactivated: Input
    known_expected: Input


class TermMeasures(NamedTuple):
    """What the subscriptions say. Changes are against the term before, per subscription in force.

    ``days_to_renewal`` counts to the next end of a term that does not just roll on, ``days_into_term`` from
    the start of the youngest term in force that follows another, else of the youngest. ``in_trial`` and
    ``cancelling`` are 0 or 1. ``seat_share_pct`` is the share of the recurring revenue that is not by
    consumption. ``start_cohort_pct`` is how low those who began together are, of the lowest they were in
    eight weeks; not applicable where they are not.
    """

    days_to_renewal: Input
    days_into_term: Input
    mrr_change_pct: Input
    seats_change_pct: Input
    price_change_pct: Input
    account_age_days: Input
    in_trial: Input
    cancelling: Input
    seat_share_pct: Input
    start_cohort_pct: Input


class Traits(NamedTuple):
    """The texts a rule may compare.

    ``licence_model`` is `health.terms.licence_model`, the rest of the terms are of the first in force.
    ``active_*`` name the definition of active that was used, ``nearest_limit`` the limit that is nearest to
    full: seats, or a quota by its name. ``breadth_of`` says what breadth is a share of.
    ``aged`` names the measures that are unknown for being older than a line of the score lets them be.
    """

    licence_model: str | None
    plan: str | None
    customer_type: str | None
    active_definition: str | None
    active_wording: str | None
    nearest_limit: str | None
    breadth_of: str | None
    aged: str | None


_NONE: Mapping[str, Input] = MappingProxyType({})


class Measures(NamedTuple):
    """Everything a rule may name, by family. A rule names a field of a family, never the family.

    ``drivers`` are what a fitted model looks at beside these (`health.drivers`); rules do not see them.
    """

    licence: SeatMeasures
    use: UseMeasures
    capacity: CapacityMeasures
    service: ServiceMeasures
    term: TermMeasures
    traits: Traits
    drivers: Mapping[str, Input] = _NONE

    def numbers(self) -> Mapping[str, Input]:
        """Return the measures that are numbers, by name."""
        return dict(zip(NUMBERS, self[0] + self[1] + self[2] + self[3] + self[4], strict=True))


NUMBERS = (
    SeatMeasures._fields
    + UseMeasures._fields
    + CapacityMeasures._fields
    + ServiceMeasures._fields
    + TermMeasures._fields
)
"""The measures that are numbers, in order: what an assessment keeps as its inputs."""

TEXTS = Traits._fields
"""The measures that are texts."""


def measures_of(inputs: Mapping[str, Input], traits: Mapping[str, str | None]) -> Measures:
    """Return the measures that an assessment kept; unknown what it does not name."""
    numbers = (family(*map(inputs.get, family._fields)) for family in _FAMILIES)
    drivers = {name: inputs[name] for name in inputs if name not in _FAMILY_OF}
    return Measures._make((*numbers, Traits(*map(traits.get, TEXTS)), drivers))


def changed(found: Measures, numbers: Mapping[str, Input]) -> Measures:
    """Return measures with some numbers replaced."""
    by_family: dict[str, dict[str, Input]] = defaultdict(dict)
    for name, value in numbers.items():
        by_family[_FAMILY_OF[name]][name] = value
    return found._replace(
        **{family: getattr(found, family)._replace(**values) for family, values in by_family.items()}
    )


_FAMILIES = (SeatMeasures, UseMeasures, CapacityMeasures, ServiceMeasures, TermMeasures)
FAMILIES = {name: names for name, names in Measures.__annotations__.items() if name != "drivers"}
"""The families that rules name the fields of."""
_FAMILY_OF = {name: family for family, names in FAMILIES.items() for name in names._fields}

Line = tuple[Input, str]
"""A value in its three states, and its reason in plain words."""


class Findings(NamedTuple):
    """What the rules say about one account.

    ``profile`` names the way of judging that fits the account. ``lines`` belong to its engine, in the
    policy's order: 0 to 100 for `weighted`, 1 or 0 (taken or not) for `deductions`, for `matrix` the row
    and the column, counted from 0. ``caps`` are 1 or 0 likewise. ``triggers`` are the expansion groups
    that are met, with evidence. ``undecided`` kinds and groups are neither met nor cleared. ``block``
    names what forbids an expansion, ``hold`` the gate that keeps the score from alerting; empty when
    nothing does. ``stale`` says whether the gate of that name holds: what is known of the account's use
    is behind. ``segment`` is by what a fitted model fills in what is not known. ``shares`` says how much of
    its weight each line has, 0 to 1, where that is not all of it for every line.
    """

    lines: tuple[Line, ...]
    caps: tuple[Line, ...]
    signals: list[Signal]
    undecided: list[str]
    triggers: list[tuple[str, str]]
    undecided_triggers: list[str]
    block: str
    hold: str
    profile: str = ""
    stale: bool = False
    segment: str = ""
    shares: tuple[float, ...] = ()


Rules = Callable[[Measures], Findings]
