"""Support: what came of the tickets of a term, for the letter that says what a customer got out of it."""

from statistics import median_low

from health.features import Features
from health.figures.days import start_ms
from health.nouns import Assessment
from health.renewals import term_key
from store import tickets
from store.database import Connection
from templates.letters import SolvedTickets

SOLVED_MIN = 5
"""Of fewer tickets half is a word too large."""
_HOUR_MS, _DAY_HOURS, _DAYS_FROM_HOURS = 3_600_000, 24, 48


def solved(connection: Connection, row: Features, assessment: Assessment) -> SolvedTickets | None:
    """Return how many tickets were solved since a term began, and within what time half of them were.

    `None` of too few, and where nobody tells of tickets, or nobody who is believed.
    """
    term = next((each for each in row.terms if term_key(each) == assessment.term), None)
    if term is None or assessment.inputs.get("open_tickets") is None:
        return None
    first, end = start_ms(term.term_start), start_ms(assessment.as_of)
    took_ms = tickets.solving_ms(connection, row.account, first, end)
    if len(took_ms) < SOLVED_MIN:
        return None
    hours = max(1, -(-median_low(took_ms) // _HOUR_MS))
    if hours <= _DAYS_FROM_HOURS:
        return SolvedTickets(count=len(took_ms), since=term.term_start, half_within=hours, unit="hours")
    days = -(-hours // _DAY_HOURS)
    return SolvedTickets(count=len(took_ms), since=term.term_start, half_within=days, unit="days")
