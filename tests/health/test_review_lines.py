"""What a period came to: every figure by its own function, over all accounts, and nothing made up."""

from collections.abc import Iterator
from datetime import date

import pytest

from config.metrics import entries, load_metrics
from health import review_lines
from health.figures.book import Known
from health.figures.days import start_ms
from health.figures.reading import Target
from health.records import Outcome, Seat
from health.review import Line, Outcomes
from health.review_lines import OTHER, PLANS, REASONS
from health.tally import Goal, Tally
from tests.health.reviewed import ABROAD, BOOK, LEFT, STAYED, frame, tallied, term

SECTIONS = (
    review_lines.licences,
    review_lines.revenue,
    review_lines.use,
    review_lines.renewals,
    review_lines.over_a_year,
    review_lines.friction,
)


def lines(tally: Tally) -> Iterator[Line]:
    for section in SECTIONS:
        yield from section(tally)


def of(tally: Tally) -> dict[tuple[str, str], Line]:
    return {(line.figure, line.of): line for line in lines(tally)}


TOLD = of(tallied(BOOK))
EXPECTED = {  # value, before, a year ago
    ("active_licences", ""): (12 + 1, 10 + 10, 20),
    ("active_licences_by_plan", "team"): (12, 10, 10),
    ("active_licences_by_plan", "solo"): (None, None, None),
    ("mrr", "EUR"): (12_000, 20_000, 20_000),
    ("mrr", "USD"): (10_000, 10_000, 10_000),
    ("mrr_converted", ""): (18_000, 26_000, 26_000),
    ("revenue_at_risk", "EUR"): (144_000, 240_000, 240_000),
    ("utilisation", "used"): (75.0, None, None),
    ("activation_rate", ""): (0.0, None, None),
    ("net_promoter_score", ""): (100.0, None, None),
    ("renewal_rate", "by terms"): (50.0, None, None),
    ("renewal_rate", "by revenue"): (50.0, None, None),
    ("late_renewals", ""): (100.0, None, None),
    ("proactive_conversations", ""): (50.0, None, None),
    ("gross_revenue_retention", "over the period"): (60.0, 100.0, None),
    ("net_revenue_retention", "over the period"): (68.0, 100.0, None),
    ("fx_effect", "over the period"): (1_000, 0, None),
    ("ticket_topics", "export"): (200 / 3, 100 / 3, None),
    ("ticket_topics", "unknown"): (100 / 3, 0.0, None),
}


@pytest.mark.parametrize("key", [key for key in EXPECTED if key[1] != "solo"])
def test_a_figure_of_the_period(key):
    line, (value, before, year_ago) = TOLD[key], EXPECTED[key]
    assert line.value == pytest.approx(value)
    assert (line.before, line.year_ago) == (before and pytest.approx(before), year_ago)
    assert line.unknown == ""


def test_a_plan_that_ended_is_told_as_none():
    line = TOLD["active_licences_by_plan", "solo"]
    assert (line.value, line.before, line.change) == (0, 10, -100.0)


def test_outcomes_stand_in_their_window_with_their_reason():
    assert review_lines.outcomes(tallied(BOOK)) == (
        Outcomes("60", "churned", "price", 1),
        Outcomes("after the end", "renewed", "", 1),
    )


def test_many_plans_and_reasons_are_one_line_together():
    plans = [
        term(f"a{n}", date(2026, 1, 1), None, plan=f"plan {n:02}", seats=90 - n) for n in range(PLANS + 3)
    ]
    gone = [term(f"b{n}", date(2025, 5, 9), date(2026, 5, 9)) for n in range(REASONS + 2)]
    said = [Outcome(f"b{n}", date(2026, 5, 9), "churned", reason=f"reason {n}") for n in range(REASONS + 2)]
    tally = tallied([Known("all", subscriptions=[*plans, *gone], outcomes=said)])
    told = [line for line in review_lines.licences(tally) if line.figure == "active_licences_by_plan"]
    assert [line.of for line in told] == [f"plan {n:02}" for n in range(PLANS)] + ["4 other plans"]
    assert sum(line.value for line in told) == sum(each.seats for each in plans)
    assert sum(line.before for line in told) == sum(each.seats for each in [*plans, *gone])
    found = review_lines.outcomes(tally)
    assert [(each.reason, each.terms) for each in found[-2:]] == [(f"reason {REASONS - 1}", 1), (OTHER, 2)]


def test_each_line_is_called_as_in_the_catalogue():
    known = entries(load_metrics())
    assert {line.title for line in TOLD.values()} == {known[line.figure].title for line in TOLD.values()}


@pytest.mark.parametrize("groups", [((STAYED,), (LEFT,), (ABROAD,)), ((ABROAD, LEFT), (), (STAYED,))])
def test_however_many_are_added_at_once_it_comes_to_the_same(groups):
    found, once = of(tallied(*groups)), TOLD
    assert found.keys() == once.keys()
    for key, line in found.items():
        assert line.value == pytest.approx(once[key].value)
        assert (line.before, line.part, line.whole, line.unknown) == (
            once[key].before and pytest.approx(once[key].before),
            *(once[key].part, once[key].whole, once[key].unknown),
        )


def test_without_a_source_nothing_has_a_value_and_each_line_says_what_is_missing():
    for line in lines(tallied((), at=frame(stated=frozenset[str]()))):
        assert (line.value, line.before, line.year_ago) == (None, None, None)
        assert line.unknown.startswith("no source states ")


def test_a_book_in_which_nothing_happened_says_so_and_not_0():
    told = of(tallied([STAYED._replace(subscriptions=(), outcomes=(), usage=(), surveys=(), tickets=())]))
    assert {line.unknown for key, line in told.items() if line.value is None} >= {
        "no term ended in the period",
        "nothing was renewed in the period",
        "there was no revenue at its start",
        "nobody answered within a year",
    }
    assert told["ticket_topics", ""].value == 0


def test_a_year_ago_is_not_known_where_no_term_is_as_old():
    young = STAYED._replace(subscriptions=(term("stayed", date(2026, 1, 1), None),), outcomes=())
    line = of(tallied([young]))["mrr", ""]
    assert (line.value, line.before, line.year_ago) == (10_000, 10_000, None)


def test_a_trend_from_less_than_all_that_stood_then_is_none():
    current = term("other", date(2026, 5, 15), date(2026, 6, 15), started_on=date(2025, 11, 15))
    tally = tallied([*BOOK, STAYED._replace(account="other", subscriptions=(current,), outcomes=())])
    line = of(tally)["mrr", "EUR"]
    assert (line.value, line.before, line.year_ago, line.change) == (22_000, None, 20_000, None)
    assert tally.gaps == {"before": 1}


def test_a_status_of_today_says_nothing_of_days_gone_by():
    ended = LEFT._replace(subscriptions=(LEFT.subscriptions[0]._replace(status="canceled", term_end=None),))
    now, later = frame(), frame(known_on=date(2026, 7, 1))
    told = [of(tallied([ended], at=at)) for at in (now, later)]
    assert [each["mrr", ""].value for each in told] == [0, 10_000]
    assert [each["gross_revenue_retention", "over the period"].value for each in told] == [0, 100]
    assert [each["active_licences_by_plan", "solo"].value for each in told] == [0, 10]
    assert [each["revenue_at_risk", ""].value for each in told] == [0, 0]


def test_who_was_last_seen_when_is_told_of_today_alone():
    seat = Seat("stayed", "u-1", last_active_ms=start_ms(date(2026, 6, 20)))
    seen = STAYED._replace(seats=(seat,))
    assert of(tallied([seen], at=frame(known_on=date(2026, 7, 1))))["utilisation", "used"].value == 75


@pytest.mark.parametrize(
    ("goal", "key", "standing"),
    [
        (Goal("active_licences", Target(13)), ("active_licences", ""), "at"),
        (Goal("active_licences", Target(20)), ("active_licences", ""), "below"),
        (
            Goal("active_licences", Target(10), "customer_type", "school"),
            ("licences_against_target", "customer_type school"),
            "above",
        ),
        (
            Goal("active_licences", Target(12), "plan", "team"),
            ("licences_against_target", "plan team"),
            "at",
        ),
        (Goal("mrr", Target(20_000), currency="EUR"), ("mrr", "EUR"), "below"),
    ],
)
def test_a_target_is_held_against_what_it_is_of(goal, key, standing):
    line = of(tallied(BOOK, at=frame(goals=(goal,))))[key]
    assert (line.target, line.standing) == (goal.target.value, standing)


def test_a_currency_without_a_rate_is_named_and_in_no_total():
    tally = tallied(BOOK, at=frame(rates=()))
    assert of(tally)["mrr_converted", ""].value == 12_000
    assert tally.unrated == {"USD"}
