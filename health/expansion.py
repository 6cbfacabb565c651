"""Expansion: room to grow, seen from independent groups of evidence."""

from collections.abc import Sequence
from datetime import date
from math import ceil

from health.features import Term
from health.nouns import Band, Signal
from health.policy import ExpansionRules
from health.rules import Findings, Measures
from health.terms import BY_CONSUMPTION, HYBRID, monthly_minor, on_trial

GROUP = "expansion"


def expansion(findings: Findings, band: Band, rules: ExpansionRules) -> list[Signal]:
    """Return a signal per group that is met, once enough are; all are gated by what forbids it.

    It counts groups, so that one fact never counts twice. At risk always forbids it; what else does is
    the policy's.
    """
    if len(findings.triggers) < rules.groups_min:
        return []
    gate = "at_risk" if band == "at_risk" else findings.block
    return [Signal(group, GROUP, evidence, gate=gate) for group, evidence in findings.triggers]


def undecided(findings: Findings, rules: ExpansionRules) -> list[str]:
    """Return all groups not cleared, if those met are too few but with the undecided ones enough."""
    possible = len(findings.triggers) + len(findings.undecided_triggers)
    if not len(findings.triggers) < rules.groups_min <= possible:
        return []
    return [group for group, _ in findings.triggers] + findings.undecided_triggers


def suggested_seats(measures: Measures, rules: ExpansionRules) -> int | None:
    """Return how many seats in all would do: today's pace ahead, filled to the policy's share at most.

    `None` where seats or use are not known, and where the seats there are will do: it is not seats then
    that there is room for.
    """
    seats = measures.licence.seats
    mean, per_day = measures.capacity.mean_active, measures.capacity.growth_per_day
    if not isinstance(seats, float) or not isinstance(mean, float) or not isinstance(per_day, float):
        return None
    needed = ceil((mean + max(0.0, per_day) * rules.ahead_days) * 100 / rules.fill_pct)
    return needed if needed > seats else None


def uplift_minor(more: int | None, current: Sequence[Term], currency: str, as_of: date) -> int | None:
    """Return what more seats would add per month at today's price per seat, in a currency.

    The price is that of the terms by the seat that are paid for; what consumption brings does not grow with
    seats. `None` where a term has one price for seats and consumption, or states no price or no seats.
    """
    if more is None:
        return None
    seats = mrr = 0
    for term in current:
        if term.licence_model == BY_CONSUMPTION or term.currency != currency or on_trial(term, as_of):
            continue
        minor = monthly_minor(term)
        if term.licence_model == HYBRID or minor is None or term.seats is None or term.seats < 0:
            return None
        seats += term.seats
        mrr += minor
    return round(mrr * more / seats) if seats else None
