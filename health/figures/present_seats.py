"""Licences, seats and use of an account as it stands, in parts that are added up over the book."""

from collections.abc import Mapping
from datetime import date, timedelta

from health.figures.active import Person
from health.figures.book import YEAR_DAYS, Known, Moment, Present, Results
from health.figures.days import day_of
from health.figures.licences import active_licences, active_licences_by_plan, licence_trend
from health.figures.parts import Part, Parts, Result, over_accounts
from health.figures.reading import against_target
from health.figures.segments import UNKNOWN
from health.figures.share import Share, portion, share
from health.figures.standing import standing
from health.figures.utilisation import (
    SNAPSHOT_DAYS,
    Utilisation,
    adopted_by,
    after_purchase,
    before_renewal,
    full_on,
    growth_seats,
    monthly,
    signed_in,
    users_on,
    utilisation_by_account,
    utilisation_reading,
)
from health.records import Seat, Subscription
from health.terms import BY_CONSUMPTION

_AGES_DAYS = 90
_HALF_YEAR_DAYS = 190
_PACE_DAYS = 28
_AGO = ("a month ago", "a year ago")


def _active_licences(known: Known, at: Moment) -> Parts:
    found = active_licences(known.subscriptions, known.licences, at.as_of, at.rules)
    return {"": sum(found.values())}


def _against_target(found: Results, _accounts: int, segment: str, at: Moment) -> Results:
    """Nothing is told of a segment that has no target."""
    now, target = found.get("", 0), at.targets.get(segment)
    return {"": against_target(now, target)} if target is not None and isinstance(now, int) else {}


def _active_licences_by_plan(known: Known, at: Moment) -> Parts:
    return dict(active_licences_by_plan(known.subscriptions, known.licences, at.as_of, at.rules))


def _licence_trend(known: Known, at: Moment) -> Parts:
    found = licence_trend(known.subscriptions, known.licences, at.as_of, at.rules)
    ago = dict(zip(_AGO, (found.month_ago, found.year_ago), strict=True))
    parts: dict[str, Part] = {"now": found.now}
    for name, licences in ago.items():
        if licences is None:
            parts[f"{_UNTOLD}{name}"] = 1
        else:
            parts[name] = licences
    return parts


_UNTOLD = "accounts not told of "
_LEAST_TOLD_PCT = 90
"""Per cent of accounts that tell of a day before, under which today is no share of it."""


def _changes(found: Results, accounts: int, _segment: str, _at: Moment) -> Results:
    """Return the counts, and those of today as a share of those before, where nearly all accounts tell."""
    told: dict[str, Result] = {name: each for name, each in found.items() if name in {"now", *_AGO}}
    now = found.get("now", 0)
    for name in _AGO:
        before, untold = found.get(name), found.get(f"{_UNTOLD}{name}", 0)
        tell = portion(accounts - untold, accounts) if isinstance(untold, int) and untold else None
        if tell:
            told[f"accounts that tell of {name}"] = tell
        if isinstance(now, int) and isinstance(before, int) and _nearly_all(tell):
            told[f"now, of {name}"] = portion(now, before)
    return told


def _nearly_all(tell: Share | None) -> bool:
    return tell is None or (isinstance(tell.pct, float) and tell.pct >= _LEAST_TOLD_PCT)


def _growth_seats(known: Known, at: Moment) -> Parts:
    return {"": sum(growth_seats(term, at.as_of) for term in _by_seat(known, at))}


def _by_seat(known: Known, at: Moment) -> list[Subscription]:
    return [
        term
        for term in standing(known.subscriptions, at.as_of, at.rules)
        if term.licence_model != BY_CONSUMPTION and term.seats is not None and term.seats >= 0
    ]


def active_people(known: Known, at: Moment) -> frozenset[Person]:
    """Return who was active in the last 30 days: by the list of seats, and by what users did."""
    days = at.last(30)
    acting = {(act.account_id, act.user_id) for act in known.people if act.times > 0 and days.has(act.day)}
    return signed_in(known.seats, at.as_of) | acting


def _by_department_and_role(known: Known, at: Moment) -> Parts:
    active = active_people(known, at)
    roles = {f"role {name}": each for name, each in adopted_by("role", known.seats, active).items()}
    told = {name: each for name, each in roles.items() if name != f"role {UNKNOWN}"}
    return {**adopted_by("department", known.seats, active), **told}


def _seats_used(known: Known, at: Moment) -> tuple[Utilisation | None, int | None, bool]:
    """Return the utilisation of the account by its list, its active users, and whether seats are given out.

    Active users are those of the snapshot, else of the list, as the measures have it.
    """
    given = [seat for seat in known.seats if _is_given(seat)]
    active = active_people(known, at)
    found = utilisation_by_account(known.subscriptions, given, active, at.as_of, at.rules)
    users = users_on(known.usage, at.as_of)
    if users is None and (known.seats or known.people):
        users = len(active)
    return next(iter(found.values()), None), users, bool(given)


def _utilisation(known: Known, at: Moment) -> Parts:
    """Nothing where neither tells. What is deployed and adopted the list alone tells.

    It is of seats given out, not of users whom somebody saw.
    """
    found, users, given = _seats_used(known, at)
    parts: dict[str, Part] = {}
    if found is not None and users is not None:
        parts["used"] = share(users, found.used.whole)
    if found is not None and given:
        listed = {(seat.account_id, seat.user_id) for seat in known.seats if _is_given(seat)}
        using = len(listed & active_people(known, at))
        parts |= {"deployed": found.deployed, "adopted": share(using, found.adopted.whole)}
    return parts


def users_now(known: Known, at: Moment) -> int | None:
    """Return an account's active users, by the snapshot, else by its list or by what users did."""
    return _seats_used(known, at)[1]


def _is_given(seat: Seat) -> bool:
    return seat.assigned_on is not None or seat.activated_ms is None


def _of_each(known: Known, at: Moment) -> Parts:
    return over_accounts(_utilisation(known, at))


def _together(known: Known, at: Moment) -> Subscription | None:
    """Return the terms by the seat as one, since the users of an account use all of them."""
    terms = _by_seat(known, at)
    if not terms:
        return None
    bought = [each.purchased_ms for each in terms if each.purchased_ms is not None]
    ends = [each.term_end for each in terms if each.term_end is not None]
    return min(terms, key=_began)._replace(
        seats=sum(each.seats or 0 for each in terms),
        purchased_ms=min(bought, default=None),
        term_start=min(each.term_start for each in terms),
        term_end=min(ends, default=None),
    )


def _began(term: Subscription) -> date:
    return term.started_on or term.term_start


def _after_purchase(known: Known, at: Moment) -> Parts:
    """Of purchases of the last year: what is stated of use is read no further back."""
    term = _together(known, at)
    if term is None or not at.last(YEAR_DAYS).has(_bought(term)):
        return {}
    found = after_purchase(term, known.usage, at.as_of)
    return {f"{age} days": used for age, used in found.items() if used is not None}


def _bought(term: Subscription) -> date:
    return _began(term) if term.purchased_ms is None else day_of(term.purchased_ms)


def _before_renewal(known: Known, at: Moment) -> Parts:
    term = _together(known, at)
    used = term and before_renewal(term, known.usage, at.as_of)
    return {} if used is None else {"": used}


def _by_month(known: Known, at: Moment) -> Parts:
    term = _together(known, at)
    found = monthly(term, known.usage, at.as_of) if term else {}
    return {day.isoformat(): used for day, used in found.items() if used is not None}


def _read(known: Known, at: Moment) -> Parts:
    term, used = _together(known, at), _utilisation(known, at).get("used")
    if term is None or not isinstance(used, Share) or not isinstance(used.pct, float):
        return {}
    age = (at.as_of - min(map(_began, known.subscriptions))).days
    ahead = (term.term_end - at.as_of).days if term.term_end else None
    return {utilisation_reading(used.pct, age, ahead, at.scales): 1}


def _full_on(known: Known, at: Moment) -> Parts:
    """Return the days until the seats are full, at the pace of the last four weeks."""
    term = _together(known, at)
    now = users_on(known.usage, at.as_of)
    before = users_on(known.usage, at.as_of - timedelta(days=_PACE_DAYS))
    if term is None or not term.seats or now is None or before is None:
        return {}
    day = full_on(now, (now - before) / _PACE_DAYS, term.seats, at.as_of)
    return {"not at this pace": 1} if day is None else {"days until full": (float((day - at.as_of).days),)}


def _signed_in(known: Known, at: Moment) -> Parts:
    if not any(seat.last_active_ms is not None for seat in known.seats):
        return {}
    return {"": len(signed_in(known.seats, at.as_of))}


_TARGETS = "targets of active licences, in the file that SEATSIGNAL_TARGETS names"
_SOLD = ("subscriptions", "licences")
_SEATS = ("subscriptions", "seats", "people", "usage")
_USED = ("subscriptions", "usage")

OF_SEATS: Mapping[str, Present] = {
    "active_licences": Present(_SOLD, _active_licences),
    "active_licences_by_plan": Present(_SOLD, _active_licences_by_plan),
    "active_licences_by_segment": Present(_SOLD, _active_licences, by="customer_type"),
    "licence_trend": Present(_SOLD, _licence_trend, whole=_changes),
    "licences_against_target": Present(_SOLD, _active_licences, whole=_against_target, needs=_TARGETS),
    "growth_seats_of_term": Present(("subscriptions",), _growth_seats),
    "utilisation": Present(_SEATS, _utilisation, read=("used",)),
    "utilisation_by_account": Present(_SEATS, _of_each, spread=True),
    "utilisation_by_department": Present(("seats", "people"), _by_department_and_role),
    "utilisation_after_purchase": Present(_USED, _after_purchase, YEAR_DAYS + SNAPSHOT_DAYS),
    "utilisation_before_renewal": Present(_USED, _before_renewal, _AGES_DAYS + SNAPSHOT_DAYS),
    "utilisation_by_month": Present(_USED, _by_month, _HALF_YEAR_DAYS),
    "utilisation_reading": Present(_SEATS, _read),
    "seats_full_on": Present(_USED, _full_on, _PACE_DAYS + SNAPSHOT_DAYS),
    "signed_in_users": Present(("seats",), _signed_in),
    "cohorts": Present(_SEATS, _of_each, by="start_month", spread=True),
    "cohort_shares": Present(_SEATS, _utilisation, by="industry"),
}
"""By the name of the entry in the catalogue. Cohorts are told of utilisation; any figure can be split."""
