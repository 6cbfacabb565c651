"""How an account's start goes, in parts that are added up over the book: activation, its steps and waits."""

from collections.abc import Iterable, Mapping

from health.figures.activation import (
    Waiting,
    activation_rate,
    activation_rate_by,
    help_per_activation,
    time_to_first_use,
    time_to_first_validation,
    time_to_value,
    unassisted,
)
from health.figures.book import QUARTER_DAYS, YEAR_DAYS, Known, Moment, Present, Results
from health.figures.days import start_ms
from health.figures.funnel import funnel
from health.figures.parts import Part, Parts, Result
from health.figures.share import share

_BEGAN = "accounts that began"
_HOURS = ", hours since the step before"
_VAIN = ", tried in vain"


def _activation_rate(known: Known, at: Moment) -> Parts:
    return {"": activation_rate(known.licences, at.last(QUARTER_DAYS), at.as_of)}


def _activation_rate_at_7_days(known: Known, at: Moment) -> Parts:
    return {"": activation_rate(known.licences, at.last(QUARTER_DAYS), at.as_of, 7)}


def _activated_by_plan(known: Known, at: Moment) -> Parts:
    return dict(activation_rate_by("plan", known.licences, at.last(YEAR_DAYS), at.as_of))


def _activated_by_month(known: Known, at: Moment) -> Parts:
    return dict(activation_rate_by("month", known.licences, at.last(YEAR_DAYS), at.as_of))


def _unassisted(known: Known, at: Moment) -> Parts:
    return {"": unassisted(known.licences, known.tickets, at.as_of)}


def _first_validation(known: Known, at: Moment) -> Parts:
    """Each licence by itself: the times of all are spread, and not the medians of accounts."""
    span, scale = at.last(QUARTER_DAYS), at.scales["default"]
    return _waited(time_to_first_validation([each], span, at.as_of, scale) for each in known.licences)


def _first_use(known: Known, at: Moment) -> Parts:
    span, scale = at.last(QUARTER_DAYS), at.scales["default"]
    return _waited([time_to_first_use(known.subscriptions, known.seats, span, at.as_of, scale)])


def _to_value(known: Known, at: Moment) -> Parts:
    """Of each step, since the book does not say which of them is the one worth paying for."""
    parts: dict[str, Part] = {}
    for step in _steps(known, at):
        found = time_to_value(
            known.subscriptions,
            known.activation_steps,
            step,
            bought=at.last(QUARTER_DAYS),
            as_of=at.as_of,
            scale=at.scales["default"],
        )
        parts |= _waited([found], step)
    return parts


def _waited(found: Iterable[Waiting], step: str = "") -> dict[str, Part]:
    """Return the hours of those that arrived, one of each, and how many have not yet."""
    told = list(found)
    hours = tuple(each.hours.median for each in told if isinstance(each.hours.median, float))
    waiting = sum(each.waiting for each in told)
    name = f"{step}, " if step else ""
    arrived: dict[str, Part] = {f"{name}hours": hours} if hours else {}
    return arrived | ({f"{name}waiting": waiting} if waiting or hours else {})


def _steps(known: Known, at: Moment) -> list[str]:
    """Return the steps an account tried, in the order in which it did: last those that it never did."""
    until = start_ms(at.as_of)
    tried = sorted((step for step in known.activation_steps if step.at_ms < until), key=lambda s: s.at_ms)
    done = [step.step for step in tried if step.outcome != "failed"]
    return list(dict.fromkeys([*done, *(step.step for step in tried)]))


def _funnel(known: Known, at: Moment) -> Parts:
    parts: dict[str, Part] = {}
    for each in funnel(known.activation_steps, _steps(known, at), at.as_of):
        parts |= {each.step: each.reached, f"{each.step}{_VAIN}": each.failed}
        if isinstance(each.median_hours, float) and parts.keys() - {each.step, f"{each.step}{_VAIN}"}:
            parts[f"{each.step}{_HOURS}"] = (each.median_hours,)
    return {_BEGAN: 1, **parts} if parts else {}


def _of_those_that_began(found: Results, _accounts: int, _segment: str, _at: Moment) -> Results:
    """Return each step as a share of the accounts that began, the one that most reached first."""
    began = found.get(_BEGAN, 0)
    reached = {name: count for name, count in found.items() if isinstance(count, int) and _VAIN not in name}
    if not isinstance(began, int) or not began:
        return {}
    order = sorted(reached.keys() - {_BEGAN}, key=lambda step: (-reached[step], step))
    told: dict[str, Result] = {_BEGAN: began}
    for step in order:
        told[step] = share(reached[step], began)
        more = (f"{step}{_VAIN}", f"{step}{_HOURS}")
        told |= {name: found[name] for name in more if name in found}
    return told


def _errors(known: Known, at: Moment) -> Parts:
    steps = _steps(known, at)
    return {step: funnel(known.activation_steps, [step], at.as_of)[0].errors for step in steps}


def _help(known: Known, at: Moment) -> Parts:
    """By the step that accounts had reached: articles and guides that they had opened at any step."""
    steps = _steps(known, at)
    return {step: help_per_activation(known.activation_steps, step, at.as_of) for step in steps}


_HOURLY = ("hours",)
_STEPS = ("activation_steps",)
_LICENCES = ("licences",)

OF_START: Mapping[str, Present] = {
    "activation_rate": Present(_LICENCES, _activation_rate),
    "activation_rate_at_7_days": Present(_LICENCES, _activation_rate_at_7_days),
    "activation_rate_by_plan": Present(_LICENCES, _activated_by_plan),
    "activation_rate_by_cohort": Present(_LICENCES, _activated_by_month),
    "time_to_first_validation": Present(_LICENCES, _first_validation, read=_HOURLY),
    "time_to_first_use": Present(("subscriptions", "seats"), _first_use, read=_HOURLY),
    "time_to_value": Present(("subscriptions", "activation_steps"), _to_value, read=_HOURLY),
    "activation_funnel": Present(_STEPS, _funnel, whole=_of_those_that_began),
    "activation_errors": Present(_STEPS, _errors),
    "activation_unassisted": Present(("licences", "tickets"), _unassisted),
    "activation_help": Present(_STEPS, _help),
}
"""By the name of the entry in the catalogue."""
