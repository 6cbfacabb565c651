"""Consumption: how much of what is paid by use is used, never a whole period against a part of one."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from health.figures.days import Span, months_on
from health.figures.share import Share, portion
from health.nouns import NOT_APPLICABLE, Input, NotApplicable
from health.records import Subscription, Usage

BY_SEAT = "seat"
_MONTHS = {"month": 1, "quarter": 3, "year": 12, "annual": 12}


class Part(NamedTuple):
    """A part of a hybrid plan: what it costs a month, and how well it is used, in per cent."""

    name: str
    mrr_minor: int
    used_pct: Input


class Blend(NamedTuple):
    """A hybrid plan as a whole: the mean of its parts by what they cost. ``known`` is the share counted."""

    used_pct: Input
    known: Share


def pace(term: Subscription, usage: Sequence[Usage], as_of: date) -> Share | NotApplicable | None:
    """Return consumption of this period to date ÷ that of the same days of the period before.

    Not applicable for plans by the seat and on a period's first day; unknown (`None`) without a day stated in
    the period before.
    """
    period = period_of(term, as_of)
    if term.licence_model in {None, BY_SEAT} or period is None or period.first == as_of:
        return NOT_APPLICABLE
    before = months_on(period.first, -months(term))
    same = Span(before, min(period.first, before + (as_of - period.first)))
    stated = _stated(term.account_id, usage, same)
    if not stated:
        return None
    return portion(sum(_stated(term.account_id, usage, Span(period.first, as_of))), sum(stated))


def against_commitment(
    term: Subscription, usage: Sequence[Usage], as_of: date
) -> Share | NotApplicable | None:
    """Return consumption of this term to date ÷ the commitment, prorated to the days gone by.

    ``committed`` is for the whole term. Not applicable without one, for plans by the seat, before the term's
    second day and where the term has no end; unknown (`None`) where no consumption is stated.
    """
    gone = (as_of - term.term_start).days
    if term.licence_model in {None, BY_SEAT} or not term.committed or term.term_end is None or gone < 1:
        return NOT_APPLICABLE
    until = min(as_of, term.term_end)
    stated = _stated(term.account_id, usage, Span(term.term_start, until))
    if not stated:
        return None
    part = (until - term.term_start) / (term.term_end - term.term_start)
    return portion(sum(stated), term.committed * part)


def _stated(account: str, usage: Iterable[Usage], span: Span) -> list[float]:
    return [
        row.consumption
        for row in usage
        if row.account_id == account and row.consumption is not None and span.has(row.day)
    ]


def months(term: Subscription) -> int:
    """Return the months of a billing period as sources write it (``yearly``, ``3 months``); else 1."""
    words = (term.billing_period or "").lower().split()
    if not words:
        return 1
    times = int(words[0]) if words[0].isdigit() else 1
    return times * _MONTHS.get(words[-1].removesuffix("ly").removesuffix("s"), 1)


def period_of(term: Subscription, day: date) -> Span | None:
    """Return the billing period that a day is in, counted from the start of the term; `None` before it."""
    if day < term.term_start:
        return None
    length = months(term)
    gone = (day.year - term.term_start.year) * 12 + day.month - term.term_start.month
    number = gone // length
    while months_on(term.term_start, number * length) > day:
        number -= 1
    return Span(
        months_on(term.term_start, number * length), months_on(term.term_start, (number + 1) * length)
    )


def blend(parts: Sequence[Part]) -> Blend:
    """Return how well a hybrid or tiered plan is used: each part by its own measure, and what it costs.

    Parts that do not apply or are not known are left out, and said so by ``known``.
    """
    counted = [(part.mrr_minor, part.used_pct) for part in parts if isinstance(part.used_pct, float)]
    weight = sum(mrr for mrr, _ in counted)
    known = portion(weight, sum(part.mrr_minor for part in parts))
    if not weight:
        return Blend(NOT_APPLICABLE if not parts else None, known)
    return Blend(sum(mrr * pct for mrr, pct in counted) / weight, known)
