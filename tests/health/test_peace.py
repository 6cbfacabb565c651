"""When a customer is left in peace, by what stands between us."""

from datetime import date, timedelta

import pytest

from health.features import TicketFact
from health.nouns import Flag, Why
from health.peace import (
    AT_RISK_ALERT,
    DO_NOT_CONTACT,
    SNOOZED,
    URGENT_TICKET,
    left_in_peace,
    standing_with,
)
from health.surveys import ASKED_LATELY
from tests.health.examples import policy as shipped

AS_OF = date(2026, 6, 1)
TERM = "s@2026-01-01"


def days_ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def ticket(priority: str = "urgent", opened: int = 2, solved: int | None = None) -> TicketFact:
    return TicketFact("t", days_ago(opened), None if solved is None else days_ago(solved), priority)


def flag(kind: str = "at_risk", state: str = "firing", until: int | None = None) -> Flag:
    end = None if until is None else AS_OF + timedelta(days=until)
    return Flag(1, kind, "band", TERM, state, Why.FIRST, until=end)


@pytest.mark.parametrize(
    ("tickets", "flags", "why"),
    [
        ([], [], ""),
        ([ticket()], [], URGENT_TICKET),
        ([ticket("critical")], [flag()], URGENT_TICKET),
        ([ticket("normal")], [], ""),
        ([ticket(solved=1)], [], ""),
        ([ticket(opened=-1)], [], ""),
        ([], [flag()], AT_RISK_ALERT),
        ([], [flag(state="acknowledged")], AT_RISK_ALERT),
        ([], [flag(state="resolved")], ""),
        ([], [flag(state="ok")], ""),
        ([], [flag("renewal_window")], ""),
        ([], [flag("expansion")], ""),
        ([], [flag("renewal_window", "snoozed", until=1)], SNOOZED),
        ([], [flag(state="snoozed", until=1)], SNOOZED),
        ([], [flag(state="snoozed", until=0)], AT_RISK_ALERT),
        ([], [flag("expansion", "snoozed", until=0)], ""),
    ],
)
def test_what_leaves_an_account_in_peace(tickets: list[TicketFact], flags: list[Flag], why: str) -> None:
    assert left_in_peace(tickets, flags, AS_OF, shipped().urgent) == why


def test_every_reason_has_a_name_of_its_own() -> None:
    assert len({URGENT_TICKET, SNOOZED, AT_RISK_ALERT, ASKED_LATELY, DO_NOT_CONTACT}) == 5


def test_what_changed_today_counts_as_it_is_now() -> None:
    before, other, closed = flag(), flag("expansion"), flag(state="resolved")
    opened = flag("licensing")
    assert standing_with([before, other], [closed, opened]) == (closed, other, opened)
