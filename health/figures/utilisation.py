"""Utilisation: what is bought, given out and used, kept apart."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from operator import itemgetter
from typing import NamedTuple

from health.figures.active import Person
from health.figures.days import day_of, last_days, months_on, start_ms
from health.figures.reading import Scale, Step, reading
from health.figures.segments import UNKNOWN
from health.figures.share import Share, share
from health.figures.standing import standing
from health.policy import RenewalRules
from health.records import Seat, Subscription, Usage
from health.terms import BY_CONSUMPTION

AGES_DAYS = (30, 60, 90)
SNAPSHOT_DAYS = 7
_BEFORE_RENEWAL_DAYS = 90
_RAMP_FROM_DAYS, _RAMP_UNTIL_DAYS = 60, 180


class Utilisation(NamedTuple):
    """The seats of one account, or of many added up.

    ``deployed`` is assigned ÷ purchased (a matter of roll-out), ``adopted`` active ÷ assigned (of adoption),
    ``used`` active ÷ purchased, ``committed`` the same without seats bought ahead. ``over_use`` are the
    active users beyond the seats.
    """

    used: Share
    committed: Share
    deployed: Share
    adopted: Share
    over_use: float


def utilisation(purchased: float, growth: float, assigned: float, active: float) -> Utilisation:
    """Return what so many seats and users come to."""
    return Utilisation(
        share(active, purchased),
        share(active, purchased - growth),
        share(assigned, purchased),
        share(active, assigned),
        max(0.0, active - purchased),
    )


def signed_in(seats: Sequence[Seat], as_of: date, days: int = 30) -> frozenset[Person]:
    """Return who was last active within the days before ``as_of``, by the list of seats."""
    first, until = start_ms(as_of - timedelta(days=days)), start_ms(as_of)
    return frozenset(
        (seat.account_id, seat.user_id)
        for seat in seats
        if seat.last_active_ms is not None and first <= seat.last_active_ms < until
    )


def utilisation_by_account(
    subscriptions: Sequence[Subscription],
    seats: Sequence[Seat],
    active: Collection[Person],
    as_of: date,
    rules: RenewalRules,
) -> Mapping[str, Utilisation]:
    """Return the utilisation of each account that has seats; those with terms by consumption alone have none.

    A person with seats of two products is one assigned user.
    """
    bought: dict[str, int] = defaultdict(int)
    ahead: dict[str, int] = defaultdict(int)
    for term in standing(subscriptions, as_of, rules):
        if term.licence_model != BY_CONSUMPTION and term.seats is not None and term.seats >= 0:
            bought[term.account_id] += term.seats
            ahead[term.account_id] += growth_seats(term, as_of)
    assigned = _count({(seat.account_id, seat.user_id) for seat in seats})
    using = _count(set(active))
    return {
        account: utilisation(bought[account], ahead[account], assigned[account], using[account])
        for account in sorted(bought)
    }


def growth_seats(term: Subscription, as_of: date) -> int:
    """Return the seats that are declared as bought ahead and not yet due."""
    due = term.growth_until is not None and term.growth_until <= as_of
    return 0 if due else term.growth_seats or 0


def _count(people: Collection[Person]) -> Mapping[str, int]:
    found: dict[str, int] = defaultdict(int)
    for account, _ in people:
        found[account] += 1
    return found


def adopted_by(by: str, seats: Sequence[Seat], active: Collection[Person]) -> Mapping[str, Share]:
    """Return active ÷ assigned by ``department`` or ``role``; what is purchased is not bought by these.

    A person with two departments counts in both.
    """
    people: dict[str, set[Person]] = defaultdict(set)
    for seat in seats:
        people[(seat.department if by == "department" else seat.role) or UNKNOWN].add(
            (seat.account_id, seat.user_id)
        )
    using = set(active)
    return {name: share(len(people[name] & using), len(people[name])) for name in sorted(people)}


def after_purchase(term: Subscription, usage: Sequence[Usage], as_of: date) -> Mapping[int, Share | None]:
    """Return active ÷ purchased 30, 60 and 90 days after the purchase, by age in days.

    An age that is not reached yet is left out; `None` stands for one that no snapshot tells of.
    """
    bought = term.started_on or term.term_start
    if term.purchased_ms is not None:
        bought = day_of(term.purchased_ms)
    days = {age: bought + timedelta(days=age) for age in AGES_DAYS}
    return {age: used_on(term, usage, day) for age, day in days.items() if day <= as_of}


def before_renewal(term: Subscription, usage: Sequence[Usage], as_of: date) -> Share | None:
    """Return active ÷ purchased 90 days before the end, or now where that is ahead; `None`: not known."""
    if term.term_end is None:
        return None
    return used_on(term, usage, min(as_of, term.term_end - timedelta(days=_BEFORE_RENEWAL_DAYS)))


def used_on(term: Subscription, usage: Sequence[Usage], day: date) -> Share | None:
    """Return active ÷ purchased at the start of a day, by `users_on`; `None` where either is not known."""
    if term.seats is None or term.licence_model == BY_CONSUMPTION:
        return None
    users = users_on([row for row in usage if row.account_id == term.account_id], day)
    return None if users is None else share(users, term.seats)


def users_on(usage: Iterable[Usage], day: date) -> int | None:
    """Return an account's active users at the start of a day, by the latest snapshot of the week before.

    `None` without one. They are distinct over 30 days (``active_users_30d``), which no sum or mean of daily
    counts gives; of several products they are added up.
    """
    stated: dict[date, int] = defaultdict(int)
    for row in usage:
        if row.active_users_30d is not None and last_days(day, SNAPSHOT_DAYS).has(row.day):
            stated[row.day] += row.active_users_30d
    return stated[max(stated)] if stated else None


def monthly(
    term: Subscription, usage: Sequence[Usage], as_of: date, months: int = 6
) -> Mapping[date, Share | None]:
    """Return active ÷ purchased at the start of each of the last months of the term, the oldest first."""
    days = [months_on(as_of, -back) for back in reversed(range(months))]
    return {day: used_on(term, usage, day) for day in days if day > term.term_start}


def utilisation_reading(
    used_pct: float,
    age_days: int,
    days_to_renewal: int | None,
    scales: Mapping[str, Scale],
    preset: str = "renewal",
) -> str:
    """Return the word for utilisation by the age of the account; ``scales`` are ramp, mature and renewal.

    The first 60 days are judged by activation instead: the word is then ``by activation``. From there to day
    180 what is asked rises from the scale ``ramp`` to ``renewal``. Then the preset's scale holds. Within 90
    days of renewal the stricter of that and ``renewal`` does.
    """
    if age_days < _RAMP_FROM_DAYS:
        return "by activation"
    scale = scales[preset] if age_days >= _RAMP_UNTIL_DAYS else _risen(age_days, scales)
    found = _ranked(used_pct, scale)
    if days_to_renewal is not None and days_to_renewal <= _BEFORE_RENEWAL_DAYS:
        found = min(found, _ranked(used_pct, scales["renewal"]), key=itemgetter(0))
    return found[1]


def _risen(age_days: int, scales: Mapping[str, Scale]) -> Scale:
    """Return the scale between ``ramp`` and ``renewal`` that an age is asked for, step by step."""
    part = (age_days - _RAMP_FROM_DAYS) / (_RAMP_UNTIL_DAYS - _RAMP_FROM_DAYS)
    pairs = zip(sorted(scales["ramp"]), sorted(scales["renewal"]), strict=True)
    return [Step(young.at + part * (grown.at - young.at), grown.word) for young, grown in pairs]


def _ranked(value: float, scale: Scale) -> tuple[int, str]:
    """Return the word for a value, and how many steps of its scale are below it."""
    word = reading(value, scale)
    return [step.word for step in sorted(scale)].index(word), word


def full_on(active: float, per_day: float, seats: float, as_of: date) -> date | None:
    """Return the day when the seats are full at today's pace; `None` if use does not rise."""
    if active >= seats:
        return as_of
    return as_of + timedelta(days=round((seats - active) / per_day)) if per_day > 0 else None
