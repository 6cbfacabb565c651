from datetime import date

import pytest

from health.figures.activation import (
    activation_rate,
    activation_rate_by,
    help_per_activation,
    time_to_first_use,
    time_to_first_validation,
    time_to_value,
    unassisted,
)
from health.figures.days import Span
from health.figures.funnel import funnel
from health.figures.reading import Step
from health.figures.share import share
from health.nouns import NOT_APPLICABLE
from health.records import ActivationStep, Ticket
from tests.health.figures.examples import AS_OF, licence, ms, seat, term

MAY = Span(date(2026, 5, 1), date(2026, 6, 1))
SCALE = [Step(0, "excellent"), Step(1, "good"), Step(24, "concerning"), Step(168, "red flag")]


def issued(number, at="2026-05-10", activated="", **more):
    return licence(number, issued_ms=ms(at), activated_ms=ms(activated) if activated else None, **more)


LICENCES = [
    issued(1, activated="2026-05-12"),
    issued(2, activated="2026-05-17"),  # on the seventh day, to the hour
    issued(3, activated="2026-05-18"),
    issued(4, plan="solo"),
    issued(5, at="2026-05-28"),  # too young to say
    issued(6, at="2026-04-30", activated="2026-05-01"),
]


def test_the_rate_of_all_and_the_rate_at_seven_days():
    assert activation_rate(LICENCES, MAY, AS_OF) == share(3, 5)
    assert activation_rate(LICENCES, MAY, AS_OF, 7) == share(2, 4)
    assert activation_rate(LICENCES, MAY, date(2026, 5, 13)) == share(1, 4)  # as it was then
    assert activation_rate([], MAY, AS_OF).pct is NOT_APPLICABLE


def test_by_plan_and_by_cohort():
    undated = licence(7, issued_ms=None, plan="relic")
    assert activation_rate_by("plan", [*LICENCES, undated], MAY, AS_OF) == {
        "solo": share(0, 1),
        "team": share(2, 3),
    }
    spring = Span(date(2026, 4, 1), AS_OF)
    assert activation_rate_by("month", LICENCES, spring, AS_OF)["2026-04"] == share(1, 1)


@pytest.mark.parametrize(
    ("first", "word"),
    [
        ("2026-05-10T00:59:59", "excellent"),
        ("2026-05-10T01:00:00", "good"),
        ("2026-05-11T00:00:00", "concerning"),
        ("2026-05-17T00:00:00", "red flag"),
        ("2026-05-09T23:59:00", "excellent"),  # a clock that is off by a little
    ],
)
def test_time_to_first_validation_by_band(first, word):
    found = time_to_first_validation([issued(1, first_validated_ms=ms(first))], MAY, AS_OF, SCALE)
    assert found.by_band[word] == share(1, 1)
    assert found.waiting == 0


def test_those_who_wait_are_told_beside_the_median():
    validated = [issued(1, first_validated_ms=ms("2026-05-10T04:00:00")), issued(2), issued(3)]
    found = time_to_first_validation(validated, MAY, AS_OF, SCALE)
    assert (found.hours.median, found.waiting) == (4.0, 2)
    today = [issued(1, first_validated_ms=ms("2026-06-01"))]
    assert time_to_first_validation(today, MAY, AS_OF, SCALE).waiting == 1  # as of the start of the day


def test_first_use_is_of_the_first_user_since_the_first_purchase():
    bought = [term(purchased_ms=ms("2026-05-10")), term(purchased_ms=ms("2026-05-20"))]
    seats = [seat("ada", activated_ms=ms("2026-05-11")), seat("bob", activated_ms=ms("2026-05-10T12:00:00"))]
    found = time_to_first_use([*bought, term("globex")], seats, MAY, AS_OF, SCALE)
    assert (found.hours.median, found.waiting) == (12.0, 0)


def step(name, at, account="acme", outcome="done", **more):
    return ActivationStep(account, name, ms(at), outcome, **more)


STEPS = [
    step("install", "2026-05-10T08:00:00", outcome="failed"),
    step("install", "2026-05-10T09:00:00"),
    step("invite", "2026-05-10T12:00:00", help="article-7"),
    step("install", "2026-05-11T09:00:00", "globex", outcome=None),
    step("invite", "2026-05-11T10:00:00", "globex", "failed"),
    step("invite", "2026-05-11T11:00:00", "globex", "failed"),
    step("invite", "2026-05-11T11:00:00", "stray"),  # never installed
    step("first_report", "2026-06-01T00:00:00"),  # on the day itself
]


def test_the_funnel_says_where_accounts_stay_behind():
    install, invite, report = funnel(STEPS, ["install", "invite", "first_report"], AS_OF)
    assert (install.reached, install.failed, install.drop_off) == (2, 0, share(0, 2))
    assert (install.errors.total, install.errors.over) == (1, 2)
    assert (invite.reached, invite.failed, invite.drop_off) == (1, 1, share(1, 2))
    assert (invite.median_hours, invite.errors.total) == (3.0, 2)
    assert (report.reached, report.median_hours) == (0, NOT_APPLICABLE)
    assert funnel([], [], AS_OF) == []


def test_time_to_value_is_to_the_first_time_the_moment_was_reached():
    terms = [term(purchased_ms=ms("2026-05-10")), term("globex", purchased_ms=ms("2026-05-10"))]
    found = time_to_value(terms, STEPS, "invite", bought=MAY, as_of=AS_OF, scale=SCALE)
    assert (found.hours.median, found.waiting) == (12.0, 1)


def test_unassisted_is_without_a_ticket_between_issue_and_activation():
    licences = [
        issued(1, activated="2026-05-12"),
        issued(2, activated="2026-05-12", account="globex"),
        issued(3, account="umbra"),
    ]
    tickets = [
        Ticket("1", "acme", ms("2026-05-11")),
        Ticket("2", "globex", ms("2026-05-12")),
        Ticket("3", "umbra", ms("2026-05-11")),
    ]
    assert unassisted(licences, tickets, AS_OF) == share(1, 2)


def test_help_counts_for_those_who_arrived():
    assert help_per_activation(STEPS, "invite", AS_OF)[:2] == (1, 2)
    assert help_per_activation(STEPS, "nowhere", AS_OF).mean is NOT_APPLICABLE
