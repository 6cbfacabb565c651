"""Levers: the inputs of a score that somebody can change, in which steps, and what moves with them.

What nobody can change has none: time that passes, what happened and cannot be undone, what the whole fleet
does, and counts that would only look better for less being sold.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from health.nouns import Input, NotApplicable
from health.policy import Policy

Numbers = Mapping[str, Input]
Moved = Callable[[Numbers, float], float | None]
"""What a measure becomes when its lever has moved so far, in the lever's own unit; `None` where it stays."""
_FULL = 100.0
_TENTH = 0.1
_URGENT_EXTRA = 2.0  # an urgent ticket counts three times


def _nothing(_: Numbers) -> float:
    return 0.0


def _without_end(_: Numbers) -> float:
    return float("inf")


@dataclass(frozen=True, slots=True)
class Lever:
    """A measure that can be moved by whole ``step``s between ``least`` and ``most``.

    ``moves`` are the measures that move with it, in a straight line each unless they are ``bent``.
    """

    measure: str
    step: float = 1.0
    least: Callable[[Numbers], float] = _nothing
    most: Callable[[Numbers], float] = _without_end
    moves: Mapping[str, Moved] = field(default_factory=dict)
    bent: frozenset[str] = frozenset()


def levers(policy: Policy) -> tuple[Lever, ...]:
    """Return every lever there is under a policy."""
    features = len(policy.core_features)
    breadth = Lever("breadth_pct", _FULL / features if features else _TENTH, most=_const(_FULL))
    return (*_LEVERS, breadth)


def _const(value: float) -> Callable[[Numbers], float]:
    return lambda _: value


def number(numbers: Numbers, name: str) -> float | None:
    """Return a measure if it has a value."""
    value = numbers.get(name)
    return None if value is None or isinstance(value, NotApplicable) else value


def _users_of(seats: str, *, less: str = "") -> Moved:
    """Return how active users as a share (per cent) of some seats, ``less`` others, move with them."""

    def moved(numbers: Numbers, delta: float) -> float | None:
        whole, users = number(numbers, seats), number(numbers, "active_users")
        if whole is None or users is None:
            return None
        whole -= number(numbers, less) or 0.0
        return _FULL * (users + delta) / whole if whole > 0 else None

    return moved


def _added(name: str, times: float = 1.0) -> Moved:
    def moved(numbers: Numbers, delta: float) -> float | None:
        value = number(numbers, name)
        return None if value is None else value + times * delta

    return moved


def _beyond_fleet(numbers: Numbers, delta: float) -> float | None:
    """Return the trend that is left when a fall of the fleet is divided out, as `health.use` does.

    Where the fleet rested nothing was, whatever its trend: the two trends tell, unless there was no use.
    """
    change, beyond = number(numbers, "trend_pct"), number(numbers, "trend_beyond_fleet_pct")
    if change is None or beyond is None:
        return None
    share = (_FULL + beyond) / (_FULL + change) if change > -_FULL else _of_fleet(numbers)
    return (_FULL + change + delta) * share - _FULL


def _of_fleet(numbers: Numbers) -> float:
    fleet = number(numbers, "fleet_trend_pct")
    return _FULL / fleet if fleet is not None and 0 < fleet < _FULL else 1.0


def _recent(numbers: Numbers, delta: float) -> float | None:
    change, expected = number(numbers, "trend_pct"), number(numbers, "expected_use")
    return None if change is None or expected is None else expected * (_FULL + change + delta) / _FULL


def _used(numbers: Numbers, delta: float) -> float | None:
    """Return that a product was used, once its last use is nearer than the start."""
    return 0.0 if delta < 0 else number(numbers, "never_used")


def _adopted(numbers: Numbers, delta: float) -> float | None:
    users, assigned = number(numbers, "active_users"), number(numbers, "assigned_seats")
    if users is None or assigned is None or assigned + delta <= 0:
        return None
    return _FULL * users / (assigned + delta)


def _assigned(numbers: Numbers, delta: float) -> float | None:
    assigned, seats = number(numbers, "assigned_seats"), number(numbers, "seats")
    return None if assigned is None or not seats else _FULL * (assigned + delta) / seats


def _all_seats(numbers: Numbers) -> float:
    """Return the seats there are; use beyond them is nothing to advise."""
    return max(number(numbers, "seats") or 0.0, number(numbers, "active_users") or 0.0)


def _ratio(measure: str, least: float = 0.0, most: float = float("inf")) -> Lever:
    return Lever(measure, _TENTH, _const(least), _const(most))


def _count(measure: str, most: float = float("inf")) -> Lever:
    return Lever(measure, most=_const(most))


_TREND = {
    "trend_beyond_fleet_pct": _beyond_fleet,
    "recent_use": _recent,
}
_USERS = {
    "utilisation_pct": _users_of("seats"),
    "committed_utilisation_pct": _users_of("seats", less="growth_seats"),
    "adopted_pct": _users_of("assigned_seats"),
}

_LEVERS = (
    Lever("active_users", most=_all_seats, moves=_USERS),
    Lever(
        "assigned_seats",
        least=lambda numbers: number(numbers, "active_users") or 0.0,
        most=lambda numbers: max(number(numbers, "seats") or 0.0, number(numbers, "assigned_seats") or 0.0),
        moves={"assigned_pct": _assigned, "adopted_pct": _adopted},
        bent=frozenset({"adopted_pct"}),
    ),
    Lever(
        "idle_days", moves={"never_used": _used, "idle_beyond_fleet_days": _added("idle_beyond_fleet_days")}
    ),
    Lever("trend_pct", _TENTH, _const(-_FULL), moves=_TREND),
    _ratio("depth_pct"),
    _ratio("week_ratio_pct"),
    _ratio("dav_trend_pct", -_FULL),
    Lever("dav_idle_days"),
    _count("months_down", most=3.0),
    _count("core_weeks", most=4.0),
    _count("rate_limit_hits"),
    _count("locked_feature_attempts"),
    _ratio("consumption_pace_pct"),
    _ratio("commitment_pace_pct"),
    _count("key_mismatches"),
    _count("champions_silent"),
    _ratio("capacity_pct"),
    _ratio("limit_pct"),
    _ratio("domain_use_pct", most=_FULL),
    Lever(
        "open_tickets",
        least=lambda numbers: number(numbers, "urgent_tickets") or 0.0,
        moves={"ticket_load": _added("ticket_load")},
    ),
    Lever(
        "urgent_tickets",
        most=_without_end,
        moves={
            "open_tickets": _added("open_tickets"),
            "ticket_load": _added("ticket_load", 1.0 + _URGENT_EXTRA),
        },
    ),
    _count("cancel_tickets"),
    _count("failed_payments"),
    _count("overdue_days"),
    Lever("nps", most=_const(10.0)),
    Lever("renewal_confidence", least=_const(1.0), most=_const(5.0)),
    _ratio("sentiment", most=_FULL),
    _ratio("activation_pct", most=_FULL),
    _ratio("mrr_change_pct", least=-_FULL),
    _ratio("price_change_pct", least=-_FULL),
    _count("cancelling", most=1.0),
)

FIXED = frozenset(
    {
        "seats", "growth_seats", "seats_change_pct",  # fewer seats would look like better use
        "utilisation_pct", "committed_utilisation_pct", "assigned_pct", "adopted_pct",  # move with people
        "trend_beyond_fleet_pct", "recent_use", "never_used", "ticket_load",  # move with their levers
        "idle_beyond_fleet_days",
        "commitment_end_pct", "commitment_days_left",  # move with what is used
        "expected_use", "usage_age_days", "fleet_trend_pct",  # the past, the source, the fleet
        "mean_active", "growth_per_day", "days_until_full", "nearest_used", "nearest_allowed",
        "downgrade_enquiries", "api_keys_deleted", "domains_deactivated",  # happened, and pass with time
        "days_to_renewal", "days_into_term", "account_age_days", "in_trial",  # the calendar
        "seat_share_pct", "start_cohort_pct",  # what was sold, and others
        "dav", "dav_before", "dav_falls", "trend_beyond_user_pct",  # move with what they are made of
        "departed_users", "seen_users", "known_expected",  # who left has left, and a note is a person's
    }
)  # fmt: skip
"""The measures that are no lever of their own."""
