"""What each figure comes to of a small book that was added up by hand, and what is not known of it."""

from datetime import date, timedelta

import pytest

from config.worked import plain
from health.figures.active import Act
from health.figures.book import Known, Moment
from health.figures.friction import per_hundred
from health.figures.present import PRESENT
from health.figures.reading import Target, against_target
from health.figures.share import mean, portion, share
from health.figures.spread import spread
from health.records import ActivationStep, Conversation, Limit, Rate, Survey, Ticket
from tests.health.figures.examples import AS_OF, RULES, licence, ms, outcome, seat, term, usage, validated
from tests.health.figures.test_present import told

CORE = ("core:send", "core:sign", "core:store")
AT = Moment(
    AS_OF,
    RULES,
    CORE,
    currency="EUR",
    rates=(Rate(date(2025, 1, 1), "USD", "EUR", 0.5), Rate(date(2026, 5, 1), "USD", "EUR", 0.75)),
    targets={"all": Target(50, 5)},
)
YEAR_AGO = date(2025, 1, 1)


def days_ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def did(user: str, back: int, feature: str = "open", times: float = 1.0, account: str = "acme") -> Act:
    return Act(account, user, days_ago(back), feature, times)


def step(name: str, at: str, outcome: str = "done", account: str = "acme", **more: object) -> ActivationStep:
    return ActivationStep(account, name, ms(at), outcome)._replace(**more)


def snapshots(account: str, users: dict[int, int]) -> list:
    """Active users of 30 days, stated so many days ago."""
    return [
        usage(days_ago(back).isoformat(), account, active_users_30d=count) for back, count in users.items()
    ]


ACME = Known(
    "acme",
    subscriptions=[term("acme", growth_seats=5, growth_until=date(2026, 9, 1))],
    licences=[
        licence(
            1,
            activated_ms=ms("2026-05-02"),
            first_validated_ms=ms("2026-05-01T00:30"),
        ),
        licence(2),
    ],
    activation_steps=[
        step("install", "2026-05-04T08:00", help="article-7"),
        step("invite", "2026-05-04T10:00", "failed"),
        step("invite", "2026-05-04T11:00"),
    ],
    seats=[
        seat("ada", "2026-05-30", department="law", role="admin", assigned_on=date(2026, 1, 5)),
        seat("bob", "2026-03-01", department="law", assigned_on=date(2026, 1, 5)),
        seat("cyd", department="tax", assigned_on=date(2026, 1, 5)),
    ],
    usage=snapshots("acme", {1: 8, 29: 4, 32: 6}),
    people=[
        did("ada", 1, "core:send", 4),
        did("bob", 2, "core:sign"),
        did("cyd", 3, "feature:export"),
        did("dan", 40, "core:store"),
    ],
    tickets=[Ticket("t1", "acme", ms("2026-05-20"), topic="import"), Ticket("t2", "acme", ms("2026-05-21"))],
    validations=[
        *(validated(days_ago(back).isoformat()) for back in range(1, 15)),
        *(validated(days_ago(back).isoformat(), key=key) for back in range(15, 57) for key in "kl"),
    ],
    limits=[Limit("acme", "domains", 2, 10)],
    limits_over_time=[Limit("acme", "domains", 1, 10, date(2026, 2, 1)), Limit("acme", "domains", 2, 10)],
)
GLOBEX = Known(
    "globex",
    subscriptions=[term("globex", seats=10, mrr_minor=20_000, currency="USD", purchased_ms=ms("2026-02-01"))],
    activation_steps=[step("install", "2026-05-05T08:00", account="globex")],
    seats=[seat("eve", account="globex", activated_ms=ms("2026-02-03"), last_active_ms=ms("2026-05-31"))],
    usage=snapshots("globex", {1: 10, 62: 5, 91: 2}),
    tickets=[Ticket("t3", "globex", ms("2026-05-22"), topic="import")],
    limits_over_time=[Limit("globex", "domains", 6, 10, date(2026, 3, 1))],
)
INITECH = Known("initech")
"""Of whom nothing is known: no figure counts them with a 0."""
BOOK = [ACME, GLOBEX, INITECH]

BY_USE = term(
    "umbra", licence_model="usage", seats=None, committed=1200.0, billing_period="month", mrr_minor=10_000
)
UMBRA = Known(
    "umbra",
    subscriptions=[BY_USE],
    usage=[
        usage(f"2026-{month:02}-{day:02}", "umbra", consumption=5.0)
        for month in range(1, 6)
        for day in (1, 2, 3)
    ],
)
MIXED = Known(
    "mixed",
    subscriptions=[
        term("mixed", seats=20, mrr_minor=30_000),
        BY_USE._replace(account_id="mixed", subscription_id="more", mrr_minor=10_000),
    ],
    usage=[*snapshots("mixed", {1: 18}), usage("2026-02-01", "mixed", consumption=248.219178)],
)
ENDED = Known(
    "umbra",
    subscriptions=[
        term("umbra", term_start=YEAR_AGO, term_end=date(2026, 1, 1), currency="USD"),
        term("umbra", term_start=date(2026, 1, 1), currency="USD"),
    ],
    outcomes=[outcome("2025-12-20", "renewed", "umbra", reason="price")],
)
CARRIED = Known(
    "acme",
    people=[
        *(did("ada", back) for back in range(15, 80)),
        *(did("bob", back) for back in range(1, 21)),
    ],
)

HEARD = Known(
    "heard",
    subscriptions=[term("heard", term_start=YEAR_AGO, term_end=date(2026, 3, 1))],
    conversations=[Conversation("heard", ms("2026-02-01"))],
    outcomes=[outcome("2026-03-11", "renewed", "heard")],
    surveys=[
        Survey("heard", kind, score, ms("2026-05-01"), user)
        for kind, scores in {
            "nps": (9, 3, 7),
            "csat": (5, 4),
            "activation_ease": (2,),
            "renewal_confidence": (4,),
            "roi_expected": (3,),
        }.items()
        for user, score in zip("xyz", scores, strict=False)
    ],
    validations=[
        validated("2026-05-20", account="heard", outcome="expired", times=3, country="DE"),
        validated("2026-05-20", account="heard", times=9, country="DE"),
    ],
)

VALUES = {
    "active_licences": {"": 2 + 10},  # keys of acme, seats of globex
    "active_licences_by_plan": {"team": 12},
    "licence_trend": {  # the keys are of the first of May
        "now": 12,
        "a month ago": 10,
        "a year ago": 0,
        "now, of a month ago": portion(12, 10),
        "now, of a year ago": portion(12, 0),
    },
    "activation_rate": {"": share(1, 2)},
    "activation_rate_at_7_days": {"": share(1, 2)},
    "activation_rate_by_plan": {"team": share(1, 2)},
    "activation_rate_by_cohort": {"2026-05": share(1, 2)},
    "activation_unassisted": {"": share(1, 1)},
    "daily_active_validations": {"": 1},
    "silent_accounts": {"": share(0, 1)},
    "quota_use": {"domains": spread([20.0])},
    "mrr": {"EUR": 40_000, "USD": 20_000},
    "revenue_at_risk": {"EUR": 480_000, "USD": 240_000},
    "active_licences_by_segment": {"": 12},
    "licences_against_target": {"": against_target(12, Target(50, 5))},
    "growth_seats_of_term": {"": 5},
    "utilisation": {"used": share(18, 30), "deployed": share(3, 20), "adopted": share(3, 3)},
    "utilisation_by_account": {"used": spread([40, 100]), "deployed": spread([15]), "adopted": spread([100])},
    "utilisation_by_department": {
        "law": share(2, 2),
        "tax": share(1, 1),
        "unknown": share(1, 1),
        "role admin": share(1, 1),
    },
    # bought in January and February: the snapshot of each age, where one was stated within the week
    "utilisation_after_purchase": {"30 days": share(2, 10), "60 days": share(5, 10)},
    "utilisation_before_renewal": {"": share(18, 30)},  # their ends are far ahead: as of now
    "utilisation_by_month": {
        "2026-04-01": share(5, 10),
        "2026-05-01": share(6, 20),
        "2026-06-01": share(18, 30),
    },
    "utilisation_reading": {"red flag": 1, "strong": 1},
    "seats_full_on": {"days until full": spread([84.0])},  # acme: 12 more at 4 in 28 days
    "signed_in_users": {"": 2},
    "users_by_definition": {"any use in 30 days v1": 3, "core work in 30 days v1": 2},
    "active_definitions": {
        "any use in 30 days v1": share(3, 4),
        "core work in 30 days v1": share(2, 4),
        "only any use in 30 days v1": 1,
        "only core work in 30 days v1": 0,
    },
    "feature_adoption": {
        "all active users": 3,
        "core:send": share(1, 3),
        "core:sign": share(1, 3),
        "core:store": share(0, 3),
        "feature:export": share(1, 3),
    },
    "feature_breadth": {"": share(2, 3)},
    "feature_depth": {"": mean(5, 3)},
    "champions": {"": 0},
    "lost_champions": {"": 0},
    "time_to_first_validation": {"hours": spread([0.5]), "waiting": 1},
    "time_to_first_use": {},  # globex bought before the quarter
    "activation_funnel": {
        "accounts that began": 2,
        "install": share(2, 2),
        "install, tried in vain": 0,
        "invite": share(1, 2),
        "invite, tried in vain": 0,
        "invite, hours since the step before": spread([3.0]),
    },
    "activation_errors": {"install": mean(0, 2), "invite": mean(1, 1)},
    "activation_help": {"install": mean(1, 2), "invite": mean(1, 1)},
    "validation_trend": {"": portion(1, 2)},
    "quota_use_by_plan": {"domains": spread([20.0])},
    "over_provisioned": {"domains": share(1, 2)},
    "mrr_converted": {"EUR": 40_000 + 15_000},
    "downsizing_risk": {"EUR": 12 * 24_000, "USD": 0},
    "ticket_topics": {
        "": per_hundred(3, 3),
        "import": per_hundred(2, 3),
        "unknown": per_hundred(1, 3),
    },
}


def test_there_is_no_figure_whose_value_nobody_added_up():
    assert {*VALUES, *(name for name, *_ in OTHERS)} == PRESENT.keys()


@pytest.mark.parametrize("name", VALUES)
def test_it_comes_to_what_was_added_up_by_hand(name):
    assert plain(told(name, BOOK, AT)) == plain(VALUES[name])


OTHERS = [
        # May to date beside April to date; the term began in January
        ("consumption_pace", [UMBRA, ACME], {}),  # the first day of June: nothing to compare yet
        ("consumption_against_commitment", [UMBRA, ACME], {"": portion(75, 1200 * 151 / 365)}),
        ("hybrid_use", [MIXED, UMBRA, ACME], {"": spread([80.0])}),  # 90 % of 300, 50 % of 100
        ("outcomes_by_window", [ENDED, ACME], {"14, renewed: price": 1}),
        # 400 a month in USD: at 0.5 a year ago, at 0.75 today
        ("fx_effect", [ENDED, ACME], {"EUR": 10_000}),
        ("mrr_converted", [Known("x", subscriptions=[term("x", currency="JPY")])],
         {"without a rate: JPY": 40_000}),
        ("champions", [CARRIED], {"": 1}),
        ("lost_champions", [CARRIED], {"": 1}),
        ("time_to_first_use",
         [GLOBEX._replace(subscriptions=[term("globex", purchased_ms=ms("2026-05-01"))],
                          seats=[seat("eve", account="globex", activated_ms=ms("2026-05-02T06:00"))])],
         {"hours": spread([30.0]), "waiting": 0}),
        ("time_to_value",
         [ACME._replace(subscriptions=[term("acme", purchased_ms=ms("2026-05-04"))])],
         {"install, hours": spread([8.0]), "install, waiting": 0,
          "invite, hours": spread([11.0]), "invite, waiting": 0}),
        ("gross_revenue_retention", [ENDED, ACME], {"USD": portion(40_000, 40_000)}),
        ("net_revenue_retention", [ENDED, ACME], {"USD": portion(40_000, 40_000)}),
        ("renewal_rate", [ENDED, HEARD, ACME],
         {"terms": share(2, 2), "revenue in EUR": portion(60_000, 60_000), "without an outcome": 0}),
        ("late_renewals", [ENDED, HEARD, ACME], {"": share(1, 2), "days late": spread([10])}),
        ("proactive_conversations", [ENDED, HEARD, ACME], {"": share(1, 2)}),
        ("net_promoter_score", [HEARD, ACME],
         {"score": mean(0, 3), "promoters": share(1, 3), "detractors": share(1, 3)}),
        ("csat", [HEARD, ACME], {"": spread([5, 4]), "good": share(2, 2)}),
        ("activation_ease", [HEARD, ACME], {"": spread([2]), "good": share(0, 1)}),
        ("renewal_confidence_rating", [HEARD, ACME], {"": spread([4]), "good": share(1, 1)}),
        ("expected_return", [HEARD, ACME], {"": spread([3]), "good": share(0, 1)}),
        ("validation_failures", [HEARD, INITECH], {"expired": share(3, 12)}),
        ("validation_failures_by_country", [HEARD, INITECH], {"DE": share(3, 12)}),
        ("licences_against_target", [INITECH], {"": against_target(0, Target(50, 5))}),
        ("cohorts", [ACME], {"used": spread([40]), "deployed": spread([15]), "adopted": spread([100])}),
        ("cohort_shares", [ACME, GLOBEX],
         {"used": share(18, 30), "deployed": share(3, 20), "adopted": share(3, 3)}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "book", "found"), OTHERS)
def test_of_accounts_of_another_kind(name, book, found):
    assert plain(told(name, book, AT)) == plain(found)


def test_consumption_goes_against_the_same_days_of_the_period_before():
    at = AT._replace(as_of=date(2026, 5, 3))
    assert told("consumption_pace", [UMBRA], at) == {"": portion(10, 10)}


@pytest.mark.parametrize("name", ["feature_breadth", "feature_depth", "active_definitions"])
def test_without_core_features_named_nothing_is_told_of_them(name):
    assert told(name, BOOK, AT._replace(core=())) == {}


def test_a_segment_without_a_target_is_not_told():
    assert told("licences_against_target", BOOK, AT, segment="team") == {}
