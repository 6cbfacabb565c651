"""Activation: how many licences are put to use, how soon, and with how much help."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from health.figures.days import Span, day_of, hours, month_of, start_ms
from health.figures.reading import Scale, reading
from health.figures.segments import UNKNOWN
from health.figures.share import Mean, Share, mean, share
from health.figures.spread import Spread, spread
from health.records import ActivationStep, Licence, Seat, Subscription, Ticket

_AT_DAYS = 7
_DONE = "done"


class Waiting(NamedTuple):
    """How long it took, in hours, over those that arrived; ``by_band`` is the share of each of the words.

    ``waiting`` are those that have not arrived yet: a median without them flatters.
    """

    hours: Spread
    by_band: Mapping[str, Share]
    waiting: int


def activation_rate(
    licences: Iterable[Licence], issued: Span, as_of: date, within_days: int | None = None
) -> Share:
    """Return activated ÷ issued, of the licences issued in a span of days.

    With ``within_days``, of those issued at least so long before ``as_of``, the ones activated in that time:
    young licences would look as failed ones do.
    """
    old_enough = start_ms(as_of) if within_days is None else start_ms(as_of - timedelta(days=within_days))
    part = whole = 0
    for licence in licences:
        at = licence.issued_ms
        if at is not None and at < old_enough and issued.has(day_of(at)):
            whole += 1
            part += _activated(licence, at, as_of, within_days)
    return share(part, whole)


def _activated(licence: Licence, issued_ms: int, as_of: date, within_days: int | None) -> bool:
    if licence.activated_ms is None or licence.activated_ms >= start_ms(as_of):
        return False
    return within_days is None or hours(issued_ms, licence.activated_ms) <= within_days * 24


def activation_rate_by(
    by: str, licences: Sequence[Licence], issued: Span, as_of: date, within_days: int | None = _AT_DAYS
) -> Mapping[str, Share]:
    """Return the activation rate by ``plan``, or by ``month`` of issue: the cohorts."""
    found: dict[str, list[Licence]] = defaultdict(list)
    for licence in licences:
        if licence.issued_ms is not None and issued.has(day_of(licence.issued_ms)):
            month = month_of(day_of(licence.issued_ms))
            found[month if by == "month" else licence.plan or UNKNOWN].append(licence)
    return {name: activation_rate(found[name], issued, as_of, within_days) for name in sorted(found)}


def time_to_first_validation(licences: Iterable[Licence], issued: Span, as_of: date, scale: Scale) -> Waiting:
    """Return the hours from issue to the first validation, of the licences issued in a span of days."""
    ends = [
        (each.issued_ms, each.first_validated_ms)
        for each in licences
        if each.issued_ms is not None and issued.has(day_of(each.issued_ms))
    ]
    return _waiting(ends, as_of, scale)


def time_to_first_use(
    subscriptions: Iterable[Subscription], seats: Sequence[Seat], bought: Span, as_of: date, scale: Scale
) -> Waiting:
    """Return the hours from purchase to the first user's first use, over accounts that bought in a span."""
    used = _earliest((seat.account_id, seat.activated_ms) for seat in seats)
    return _waiting(_since_purchase(subscriptions, used, bought), as_of, scale)


def time_to_value(
    subscriptions: Iterable[Subscription],
    steps: Sequence[ActivationStep],
    moment: str,
    *,
    bought: Span,
    as_of: date,
    scale: Scale,
) -> Waiting:
    """Return the hours from purchase to the first time a step was done: the moment worth paying for."""
    done = [step for step in steps if step.step == moment and _done(step)]
    reached = _earliest((step.account_id, step.at_ms) for step in done)
    return _waiting(_since_purchase(subscriptions, reached, bought), as_of, scale)


def _since_purchase(
    subscriptions: Iterable[Subscription], reached: Mapping[str, int], bought: Span
) -> list[tuple[int, int | None]]:
    """Return when each account that bought in a span first did so, and when it arrived."""
    purchases = _earliest((each.account_id, each.purchased_ms) for each in subscriptions)
    return [(at, reached.get(name)) for name, at in purchases.items() if bought.has(day_of(at))]


def _earliest(stated: Iterable[tuple[str, int | None]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for account, at in stated:
        if at is not None:
            found[account] = min(at, found.get(account, at))
    return found


def _waiting(ends: Sequence[tuple[int, int | None]], as_of: date, scale: Scale) -> Waiting:
    """Return the times between; a clock that runs back by a little counts as at once."""
    now = start_ms(as_of)
    took = [max(0.0, hours(start, end)) for start, end in ends if end is not None and end < now]
    words = [reading(each, scale) for each in took]
    by_band = {step.word: share(words.count(step.word), len(words)) for step in sorted(scale)}
    return Waiting(spread(took), by_band, sum(start < now for start, _ in ends) - len(took))


def unassisted(licences: Iterable[Licence], tickets: Sequence[Ticket], as_of: date) -> Share:
    """Return the accounts that activated without opening a ticket on the way, of all that activated.

    On the way is from the issue of the licence to its activation.
    """
    opened: dict[str, list[int]] = defaultdict(list)
    for ticket in tickets:
        opened[ticket.account_id].append(ticket.opened_ms)
    helped: dict[str, bool] = {}
    for each in licences:
        start, end = each.issued_ms, each.activated_ms
        if start is not None and end is not None and end < start_ms(as_of):
            asked = any(start <= at < end for at in opened[each.account_id])
            helped[each.account_id] = helped.get(each.account_id, False) or asked
    return share(sum(not asked for asked in helped.values()), len(helped))


def help_per_activation(steps: Iterable[ActivationStep], last_step: str, as_of: date) -> Mean:
    """Return how often an article or a guide was opened, per account that reached the last step."""
    known = [step for step in steps if step.at_ms < start_ms(as_of)]
    arrived = {step.account_id for step in known if step.step == last_step and _done(step)}
    helped = sum(bool(step.help) for step in known if step.account_id in arrived)
    return mean(helped, len(arrived))


def _done(step: ActivationStep) -> bool:
    return (step.outcome or _DONE) == _DONE
