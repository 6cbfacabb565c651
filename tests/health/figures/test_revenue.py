from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.figures.days import Span
from health.figures.money import Exchange, converted
from health.figures.renewed import ended, late_renewals, outcomes_by_window, proactive, renewal_rate
from health.figures.revenue import downsizing_risk, mrr, retention, revenue_at_risk
from health.figures.share import portion, share
from health.nouns import NOT_APPLICABLE
from health.records import Conversation, Rate
from tests.health.figures.examples import AS_OF, RULES, ms, outcome, term

RATES = [Rate(date(2026, 1, 1), "USD", "EUR", 0.9), Rate(date(2026, 5, 1), "USD", "EUR", 0.8)]


@pytest.mark.parametrize(
    ("base", "quote", "day", "expected"),
    [
        ("EUR", "EUR", date(2020, 1, 1), 1_000),
        ("USD", "EUR", date(2026, 4, 30), 900),
        ("USD", "EUR", date(2026, 5, 1), 800),
        ("EUR", "USD", date(2026, 5, 2), 1_250),  # the pair the other way round
        ("USD", "EUR", date(2025, 12, 31), None),  # no rate yet
        ("GBP", "EUR", date(2026, 5, 2), None),
    ],
)
def test_the_latest_rate_up_to_the_day_holds(base, quote, day, expected):
    assert Exchange(RATES).minor(1_000, base, quote, day) == expected


def test_minor_units_of_another_size():
    exchange = Exchange([Rate(date(2026, 1, 1), "EUR", "JPY", 160.5)], {"JPY": 0})
    assert exchange.minor(1_000, "EUR", "JPY", AS_OF) == 1_605
    assert exchange.minor(1_605, "JPY", "EUR", AS_OF) == 1_000


def test_a_currency_without_a_rate_is_named_and_not_guessed():
    found = converted({"EUR": 500, "USD": 1_000, "GBP": 9_000}, "EUR", AS_OF, RATES)
    assert (found.minor, found.unrated) == (1_300, ("GBP",))
    assert found.original == {"EUR": 500, "USD": 1_000, "GBP": 9_000}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"EUR": 40_000}),
        ({"status": "trialing"}, {}),
        ({"trial_end": date(2026, 6, 2)}, {}),
        ({"trial_end": AS_OF}, {"EUR": 40_000}),
        ({"mrr_minor": None}, {}),
        ({"status": "canceled"}, {}),
        ({"currency": None}, {"": 40_000}),
    ],
)
def test_mrr(changes, expected):
    assert mrr([term(**changes)], AS_OF, RULES) == expected


def test_revenue_at_risk_is_a_year_of_what_is_up_at_the_next_anchor():
    later = term(subscription_id="sub-2", term_end=date(2027, 6, 1))
    assert revenue_at_risk([term(), later, term("globex", currency="USD")], AS_OF, RULES) == {
        "EUR": 480_000,
        "USD": 480_000,
    }


def test_downsizing_risk_is_the_price_of_unused_seats():
    assert downsizing_risk([term(), term("globex")], {"acme": 15.0}, AS_OF, RULES) == {"EUR": 120_000}


def test_downsizing_risk_of_two_currencies_is_told_in_the_larger_of_all_seats():
    yen = term(subscription_id="sub-2", currency="JPY", mrr_minor=10_000)
    assert downsizing_risk([term(), yen], {"acme": 30.0}, AS_OF, RULES) == {"EUR": 120_000}


def test_revenue_below_none_adds_nothing():
    assert mrr([term(), term(subscription_id="sub-2", mrr_minor=-5)], AS_OF, RULES) == {"EUR": 40_000}


OPENING, CLOSING = date(2026, 2, 1), date(2026, 6, 1)


def kept(terms, currency="EUR", rates=RATES):
    return retention(
        terms, opening_on=OPENING, closing_on=CLOSING, currency=currency, rates=rates, rules=RULES
    )


def next_term(account="acme", **changes):
    return term(account, term_start=date(2026, 4, 1), term_end=date(2027, 4, 1), **changes)


def first_term(account="acme", **changes):
    return term(account, term_end=date(2026, 4, 1), **changes)


@pytest.mark.parametrize(
    ("terms", "gross", "net", "parts"),
    [
        ([term()], 100.0, 100.0, (0, 0, 0)),
        ([first_term()], 0.0, 0.0, (40_000, 0, 0)),
        ([first_term(status="canceled")], 0.0, 0.0, (40_000, 0, 0)),
        ([first_term(), next_term(mrr_minor=30_000)], 75.0, 75.0, (0, 10_000, 0)),
        ([first_term(), next_term(mrr_minor=50_000)], 100.0, 125.0, (0, 0, 10_000)),
        ([term(), next_term("new")], 100.0, 100.0, (0, 0, 0)),  # won between
        ([], NOT_APPLICABLE, NOT_APPLICABLE, (0, 0, 0)),
    ],
)
def test_gross_and_net_retention(terms, gross, net, parts):
    found = kept(terms)
    assert (found.gross.pct, found.net.pct) == (gross, net)
    assert (found.churned_minor, found.contracted_minor, found.expanded_minor) == parts


def test_the_effect_of_rates_is_apart_and_in_no_share():
    found = kept([term(currency="USD")])
    assert (found.opening_minor, found.fx_minor) == (36_000, -4_000)
    assert (found.gross.pct, found.net.pct) == (100.0, 100.0)


def test_accounts_in_a_currency_without_a_rate_are_in_no_figure_and_named():
    found = kept([term(), term("globex", currency="GBP")])
    assert (found.opening_minor, found.unrated) == (40_000, ("GBP",))


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), max_size=6))
def test_opening_and_what_changed_come_to_the_closing_exactly(amounts):
    terms = [
        each
        for number, (before, after) in enumerate(amounts)
        for each in (
            first_term(f"a{number}", mrr_minor=before),
            next_term(f"a{number}", mrr_minor=after),
        )
    ]
    found = kept(terms)
    closing = sum(after for before, after in amounts if before)
    changed = found.expanded_minor - found.churned_minor - found.contracted_minor
    assert found.opening_minor + changed == closing


SPAN = Span(date(2026, 4, 1), date(2026, 5, 1))
ROLLING = term(term_start=date(2026, 3, 15), term_end=date(2026, 4, 15), auto_renew=True)


def test_an_outcome_is_about_the_nearest_end():
    quarters = [
        term(term_start=date(2026, 1, 1), term_end=date(2026, 4, 1)),
        term(term_start=date(2026, 4, 1), term_end=date(2026, 7, 1)),
    ]
    (april,) = ended(quarters, [outcome("2026-06-28", "churned")], SPAN, RULES)
    assert (april.outcome, april.on) == ("renewed", date(2026, 4, 1))
    both = ended(quarters, [outcome("2026-06-28", "churned")], Span(SPAN.first, date(2026, 8, 1)), RULES)
    assert [each.outcome for each in both] == ["renewed", "churned"]


@pytest.mark.parametrize(
    ("terms", "outcomes", "by_terms", "by_revenue", "still_open"),
    [
        ([first_term()], [outcome("2026-03-20", "renewed")], share(1, 1), portion(40_000, 40_000), 0),
        ([first_term()], [outcome("2026-04-10", "churned")], share(0, 1), portion(0, 40_000), 0),
        ([first_term()], [], share(0, 0), portion(0, 0), 1),
        (
            [first_term()],
            [outcome("2025-12-01", "churned")],
            share(0, 0),
            portion(0, 0),
            1,
        ),  # far from the end
        ([first_term(), next_term(mrr_minor=30_000)], [], share(1, 1), portion(30_000, 40_000), 0),
        (
            [first_term()],
            [outcome("2026-03-20", "expanded", mrr_after_minor=90_000)],
            share(1, 1),
            portion(40_000, 40_000),  # more than there was is expansion, not renewal
            0,
        ),
        (
            [first_term(), first_term("globex")],
            [outcome("2026-04-01", "churned")],
            share(0, 1),
            portion(0, 40_000),
            1,
        ),
        ([ROLLING], [], share(0, 0), portion(0, 0), 0),
    ],
)
def test_renewal_rate(terms, outcomes, by_terms, by_revenue, still_open):
    found = renewal_rate(terms, outcomes, SPAN, RULES, currency="EUR")
    assert (found.terms, found.revenue, found.open) == (by_terms, by_revenue, still_open)


def test_terms_in_a_currency_without_a_rate_count_by_number_alone():
    found = renewal_rate(
        [first_term(currency="GBP")], [outcome("2026-04-01", "renewed")], SPAN, RULES, currency="EUR"
    )
    assert (found.terms, found.revenue, found.unrated) == (share(1, 1), portion(0, 0), ("GBP",))


def test_late_renewals_and_by_how_much():
    terms = [first_term(), first_term("globex"), first_term("umbra")]
    outcomes = [
        outcome("2026-04-11", "renewed"),
        outcome("2026-04-01", "renewed", "globex"),
        outcome("2026-04-20", "churned", "umbra"),
    ]
    found = late_renewals(terms, outcomes, SPAN, RULES)
    assert (found.late, found.days.median) == (share(1, 2), 10)


def test_outcomes_by_the_window_they_came_in():
    terms = [first_term(name) for name in ("acme", "globex", "umbra", "quill")]
    outcomes = [
        outcome("2026-03-02", "renewed"),
        outcome("2026-03-01", "churned", "globex", reason="price"),
        outcome("2026-04-02", "churned", "umbra", reason="price"),
    ]
    assert outcomes_by_window(terms, outcomes, SPAN, RULES) == {
        "60": {"churned: price": 1},
        "30": {"renewed": 1},
        "after the end": {"churned: price": 1},
    }


def test_proactive_is_a_conversation_before_the_end():
    terms = [first_term(name) for name in ("acme", "globex", "umbra")]
    calls = [
        Conversation("acme", ms("2026-03-31T23:00:00")),
        Conversation("globex", ms("2026-04-01T09:00:00")),
        Conversation("umbra", ms("2025-11-01")),
    ]
    assert proactive(terms, calls, SPAN) == share(1, 3)
