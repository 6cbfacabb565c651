"""Plainly invented accounts that the tests vary, a calendar of weekends, and the shipped policy."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from config.policy import load, with_model
from health.features import SERIES_DAYS, Features, Freshness, Pulse, Series, Term
from health.judge import judge
from health.nouns import Assessment
from health.policy import Policy, Profile
from tests.health.models import model

AS_OF = date(2025, 6, 4)  # a Wednesday
YESTERDAY = AS_OF - timedelta(days=1)
TERM = Term(
    subscription_id="sub-1",
    term_start=date(2025, 1, 1),
    term_end=date(2026, 1, 1),
    seats=20,
    mrr_minor=40_000,
    currency="EUR",
    auto_renew=True,
)
KINDS = frozenset({"subscriptions", "usage", "tickets", "payments", "surveys", "events", "limits"})


@dataclass(frozen=True)
class Weekends:
    """Working days are Monday to Friday, but for the given holidays; the same everywhere."""

    holidays: frozenset[date] = frozenset()

    def is_workday(self, day: date, country: str, region: str) -> bool:  # noqa: ARG002 - one for all
        return day.weekday() < 5 and day not in self.holidays

    def mask(self, first: date, days: int, country: str, region: str) -> tuple[bool, ...]:
        return tuple(self.is_workday(first + timedelta(day), country, region) for day in range(days))


@cache
def policy(engine: str = "weighted") -> Policy:
    """The shipped policy by another engine; by an invented model where that is the fitted one."""
    return with_model(load(), model()) if engine == "fitted" else load(engine=engine)


def profile(engine: str = "weighted", name: str = "default") -> Profile:
    """A profile of the shipped policy; the last one by default."""
    return policy(engine).profiles[name]


def series(**levels: float | list[float]) -> Series:
    """A series up to yesterday: a number is that on working days and 0 on weekends, a list the last days."""
    start = AS_OF - timedelta(days=SERIES_DAYS)
    return Series(start, {name: _values(start, level) for name, level in levels.items()})


def _values(start: date, level: float | list[float]) -> "array[float]":
    if isinstance(level, list):
        return array("d", [0.0] * (SERIES_DAYS - len(level)) + [float(value) for value in level])
    days = (start + timedelta(days=day) for day in range(SERIES_DAYS))
    return array("d", [level if day.weekday() < 5 else 0.0 for day in days])


def daily(level: float, days: int = SERIES_DAYS, *, then: float = 0.0, last: int = 0) -> list[float]:
    """The same every day, but ``then`` for the last ``last`` days."""
    return [level] * (days - last) + [then] * last


def account(**changes: object) -> Features:
    """An account in good order: 18 of 20 seats signed in within 30 days, and steady use."""
    steady = Features(
        account=1,
        key="acme",
        name="Acme Example",
        csm_email="kim@ours.example",
        sources=("files",),
        terms=(TERM,),
        series=series(active_users_30d=daily(18), active_users=12.0),
        first_used_on=date(2024, 1, 8),
        last_used_on=YESTERDAY,
        assigned_seats=20,
    )
    return replace(steady, **changes)  # type: ignore[arg-type]  # a test names real fields


def pulse(
    kinds: frozenset[str] = KINDS, through: date | None = YESTERDAY, fleet_trend: float | None = 1.0
) -> Pulse:
    fleet = {} if fleet_trend is None else dict.fromkeys(("active_users", "events", "sign_ins"), fleet_trend)
    return Pulse({"files": Freshness(kinds, through)}, fleet)


def assess(
    features: Features,
    *,
    engine: str = "weighted",
    at: Pulse | None = None,
    as_of: date = AS_OF,
    calendar: Weekends | None = None,
) -> Assessment:
    return judge(features, as_of, policy(engine), at or pulse(), calendar or Weekends())


def kinds(assessment: Assessment) -> Mapping[str, str]:
    """The signals by kind, each with the gate that stopped it or an empty text."""
    return {signal.kind: signal.gate for signal in assessment.signals}
