"""Service: tickets, payments, answers and events of an account."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

from health.features import EventFact, Features, LicenceFact, PaymentFact, SurveyFact, TicketFact
from health.intent import Phrases
from health.nouns import NOT_APPLICABLE, Input
from health.policy import Policy, Windows
from health.rules import ServiceMeasures

EXPECTED = "known_expected"
"""The kind of event that is a colleague's note. It may hold for as long as it says."""
SOLVED = frozenset({"solved", "closed"})
SETTLED = frozenset({"paid", "void"})
"""Statuses of a ticket, and of an invoice, of which nothing is owed any more."""
_FAILED = frozenset({"failed", "uncollectible"})
_URGENT_COUNTS = 3
_DOWNGRADE = "downgrade_enquiry"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_YOUNGEST_DAYS, _OLDEST_DAYS = 7, 56
_UNKNOWN = (None,) * len(ServiceMeasures._fields)


def service_measures(
    features: Features, kinds: Collection[str], lost: Collection[str], as_of: date, policy: Policy
) -> ServiceMeasures:
    """Return the service measures; those of a kind that is not among ``kinds`` are unknown.

    ``lost`` are kinds that are stated and not known all the same: of these nobody says that there was none.
    """
    return ServiceMeasures(
        *(_tickets(features.tickets, as_of, policy) if "tickets" in kinds else _UNKNOWN[:4]),
        *(_payments(features.payments, as_of) if "payments" in kinds else _UNKNOWN[:2]),
        *(_surveys(features.surveys, as_of, policy) if "surveys" in kinds else _UNKNOWN[:3]),
        *_onboarding(features, kinds, as_of),
        *_enquiries(features, kinds, lost, as_of, policy),
        *_events(features.events, as_of, policy, are_stated="events" in kinds),
    )


def is_open(ticket: TicketFact, as_of: date) -> bool:
    """Say whether the ticket was open at the start of ``as_of``."""
    if ticket.solved_on is None:
        return ticket.status not in SOLVED
    return ticket.solved_on >= as_of


def _tickets(tickets: Sequence[TicketFact], as_of: date, policy: Policy) -> tuple[Input, ...]:
    opened = urgent = cancelling = 0.0
    ticket_days = policy.windows.ticket_days
    for ticket in _once(tickets):
        if ticket.opened_on > as_of:
            continue
        if is_open(ticket, as_of):
            opened += 1
            urgent += ticket.priority in policy.urgent
        elif (as_of - ticket.opened_on).days > ticket_days:
            continue
        cancelling += _speaks_of_cancelling(ticket, policy.phrases)
    return opened, urgent, opened + (_URGENT_COUNTS - 1) * urgent, cancelling


def _once(tickets: Sequence[TicketFact]) -> Iterable[TicketFact]:
    """Return tickets without those told twice: of the same id and day."""
    if len(tickets) <= 1:
        return tickets
    return {(ticket.ticket_id, ticket.opened_on): ticket for ticket in tickets}.values()


def _speaks_of_cancelling(ticket: TicketFact, phrases: Phrases) -> bool:
    if phrases.speak_of_cancelling(ticket.subject):
        return True
    return bool(ticket.topic) and phrases.speak_of_cancelling(ticket.topic.replace("_", " "))


def _payments(payments: Sequence[PaymentFact], as_of: date) -> tuple[Input, ...]:
    failed = overdue = 0.0
    for payment in payments:
        if _unsettled(payment, as_of):
            failed += failing(payment, as_of)
            overdue = max(overdue, 1.0, (as_of - payment.due_on).days)
    return failed, float(overdue)


def failing(payment: PaymentFact, as_of: date) -> bool:
    """Say whether an invoice could not be collected so far: it failed, or is overdue and was tried."""
    return _unsettled(payment, as_of) and (payment.status in _FAILED or payment.attempts > 0)


def _unsettled(payment: PaymentFact, as_of: date) -> bool:
    """Say whether the invoice failed, or fell due before ``as_of`` and was not paid by then."""
    if payment.paid_on is not None:
        return payment.due_on < as_of <= payment.paid_on
    return payment.status in _FAILED or (payment.status == "open" and payment.due_on < as_of)


def _surveys(surveys: Sequence[SurveyFact], as_of: date, policy: Policy) -> tuple[Input, ...]:
    """Return NPS, renewal confidence and the mean of all kinds; answers past their shelf life are gone."""
    if not surveys:
        return None, None, None
    since = as_of - timedelta(days=policy.survey_days)
    latest = {
        survey.kind: survey.score
        for survey in surveys
        if since <= survey.answered_on <= as_of and _on_scale(survey, policy.scales)
    }
    return latest.get("nps"), latest.get("renewal_confidence"), sentiment(latest, policy.scales)


def _on_scale(survey: SurveyFact, scales: Mapping[str, tuple[float, float]]) -> bool:
    """Say whether an answer is one that could be given; of a kind without a scale any is."""
    low, high = scales.get(survey.kind, (survey.score, survey.score))
    return low <= survey.score <= high


def sentiment(scores: Mapping[str, float], scales: Mapping[str, tuple[float, float]]) -> Input:
    """Return the mean of the answers, each put on 0 to 100 by its scale; unknown without any."""
    shares = [
        100.0 * (score - scales[kind][0]) / (scales[kind][1] - scales[kind][0])
        for kind, score in scores.items()
        if kind in scales
    ]
    return sum(shares) / len(shares) if shares else None


def _onboarding(features: Features, kinds: Collection[str], as_of: date) -> tuple[Input, ...]:
    return (activation_pct(features.licences, as_of) if "licences" in kinds else None,)


def activation_pct(licences: Sequence[LicenceFact], as_of: date) -> Input:
    """Return activated ÷ issued licences times 100, of those issued one to eight weeks before ``as_of``."""
    young = [
        each
        for each in licences
        if each.issued_on is not None and _YOUNGEST_DAYS <= (as_of - each.issued_on).days < _OLDEST_DAYS
    ]
    if not young:
        return NOT_APPLICABLE
    activated = sum(each.activated_on is not None and each.activated_on < as_of for each in young)
    return 100.0 * activated / len(young)


def _enquiries(
    features: Features, kinds: Collection[str], lost: Collection[str], as_of: date, policy: Policy
) -> tuple[Input, ...]:
    """Return how often a smaller plan was asked about lately, in a ticket or otherwise."""
    if "events" not in kinds and "tickets" not in kinds:
        return (None,)
    since = as_of - timedelta(days=policy.windows.count_days)
    events = [event for event in features.events if event.kind == _DOWNGRADE and since <= event.on <= as_of]
    asks = policy.phrases.speak_of_a_smaller_plan
    tickets = [
        ticket
        for ticket in features.tickets
        if since <= ticket.opened_on <= as_of and asks(f"{ticket.topic} {ticket.subject}")
    ]
    found = len(events) + len(tickets)
    return (float(found) if found or not ("events" in lost or "tickets" in lost) else None,)


def _events(
    events: Sequence[EventFact], as_of: date, policy: Policy, *, are_stated: bool
) -> tuple[Input, ...]:
    """Return how often keys were deleted and domains deactivated, and whether a note holds.

    A note counts whether or not any source states what else happens.
    """
    expected = any(_holds(event, as_of, policy.windows) for event in events if event.kind == EXPECTED)
    if not are_stated:
        return None, None, 1.0 if expected else None
    if not events:
        return 0.0, 0.0, 0.0
    since = as_of - timedelta(days=policy.windows.count_days)
    kinds = [event.kind for event in events if since <= event.on <= as_of]
    return (
        *(float(kinds.count(kind)) for kind in ("api_key_deleted", "domain_deactivated")),
        float(expected),
    )


def _holds(note: EventFact, as_of: date, windows: Windows) -> bool:
    """Say whether a note holds on ``as_of``: through the day it names, else for the policy's days."""
    through = _day_in(note.detail) or note.on + timedelta(days=windows.note_days)
    return note.on <= as_of <= through


def _day_in(text: str) -> date | None:
    """Return the first day that a text names, as 2026-09-30."""
    named = _DAY.search(text)
    try:
        return date.fromisoformat(named[0]) if named else None
    except ValueError:
        return None
