from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from health.features import EventFact, LastSeen, LimitFact, PaymentFact, SurveyFact, TicketFact
from health.figures.revenue import mrr, revenue_at_risk
from health.judge import conclude
from health.nouns import NOT_APPLICABLE
from health.records import Subscription
from health.rules import measures_of
from tests.health.examples import (
    AS_OF,
    KINDS,
    TERM,
    YESTERDAY,
    Weekends,
    account,
    assess,
    daily,
    kinds,
    policy,
    pulse,
    series,
)


def days_ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


DROP = series(active_users_30d=daily(18), active_users=daily(10, then=3, last=14))
FAILED = PaymentFact("i", days_ago(5), "failed")
NEAR = replace(TERM, term_start=date(2024, 8, 1), term_end=date(2025, 8, 1))  # 58 days ahead
LOW = series(active_users_30d=daily(8), active_users=8.0)


def noted(on: date, detail: str = "summer break") -> EventFact:
    return EventFact("known_expected", on, detail)


def validations(*levels: float):
    """Steady users, and validations a day over as many times four weeks, the last ones last."""
    days = [level for level in levels for _ in range(28)]
    return series(active_users_30d=daily(18), active_users=12.0, validations=days)


FALLING = validations(40, 30, 20)
FEW_VALIDATIONS = validations(0.5, 0.4, 0.3)
UNSURE_VALIDATIONS = validations(1.6, 1.4, 1.2)


def test_an_account_in_good_order():
    found = assess(account(surveys=(SurveyFact("nps", 9, YESTERDAY),)))
    assert (found.band, found.signals, found.score.coverage) == ("healthy", (), 1.0)
    reasons = {line.name: line.reason for line in found.score.contributions}
    assert reasons["utilisation"] == "utilisation 90 % (18 of 20 seats, signed in within 30 days)"
    assert reasons["trend"] == "use at 100 % of its own baseline (same weekdays, weeks before)"


def test_inputs_are_all_numbers_by_name_in_three_states():
    inputs = assess(account(), at=pulse(KINDS - {"surveys"})).inputs
    assert (inputs["seats"], inputs["breadth_pct"], inputs["sentiment"]) == (20.0, NOT_APPLICABLE, None)


# -- signals, one by one -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"terms": (replace(TERM, cancel_at_period_end=True),)}, {"cancel_at_period_end"}),
        ({"tickets": (TicketFact("t", days_ago(2), subject="Cancel our contract"),)}, {"cancel_ticket"}),
        ({"events": (EventFact("downgrade_enquiry", days_ago(2)),)}, {"downgrade_enquiry"}),
        ({"events": (EventFact("api_key_deleted", days_ago(2)),)}, {"api_key_deleted"}),
        ({"events": (EventFact("domain_deactivated", days_ago(2)),)}, {"domain_deactivated"}),
        ({"events": (EventFact("logo_changed", days_ago(2)),)}, set()),
        (
            {
                "terms": (
                    replace(TERM, term_start=date(2024, 5, 20), term_end=days_ago(15), seats=40),
                    replace(TERM, term_start=days_ago(15), term_end=date(2026, 5, 20)),
                )
            },
            {"seats_reduced"},
        ),
        ({"payments": (FAILED,)}, {"failed_payment"}),
        ({"series": FALLING}, {"dav_declining"}),
        ({"series": DROP}, {"use_drop"}),
        ({"last_used_on": days_ago(9)}, {"idle_7"}),
        ({"last_used_on": days_ago(8)}, set()),
        ({"last_used_on": days_ago(31)}, {"idle_7"}),
        ({"last_used_on": days_ago(32)}, {"idle_30"}),
        (
            {
                "series": series(
                    active_users_30d=[float(n) for n in (20, 19, 18, 17) for _ in range(30)][-92:],
                    active_users=12.0,
                )
            },
            {"months_down"},
        ),
        ({"terms": (NEAR,), "series": LOW}, {"low_before_renewal"}),
        ({"terms": (NEAR,)}, set()),
        ({"series": LOW}, set()),
        ({"surveys": (SurveyFact("nps", 6, days_ago(3)),)}, {"detractor"}),
        ({"surveys": (SurveyFact("nps", 7, days_ago(3)),)}, set()),
        ({"surveys": (SurveyFact("renewal_confidence", 2, days_ago(3)),)}, {"unsure_of_renewal"}),
        ({"terms": (replace(TERM, renewal_mrr_minor=46_000),)}, {"price_rise"}),
        (
            {
                "terms": (
                    replace(TERM, term_start=date(2024, 1, 1), term_end=TERM.term_start, mrr_minor=50_000),
                    TERM,
                )
            },
            {"contraction"},
        ),
        (
            {
                "terms": (replace(TERM, term_start=days_ago(8)),),
                "first_used_on": None,
                "last_used_on": None,
                "series": None,
            },
            {"no_first_use"},
        ),
    ],
)
def test_signals(changes, expected):
    found = assess(account(**changes))
    assert {signal.kind for signal in found.signals if signal.kind != "band"} == expected


def test_the_evidence_is_in_plain_words():
    (found,) = assess(account(series=DROP)).signals
    assert found.evidence == "use down 70 % against its own baseline (same weekdays, weeks before)"


# -- gates, one by one -------------------------------------------------------------------------------


LEFT = series(active_users_30d=daily(18), active_users=daily(2, then=0.9, last=14))
ONE_LEFT = (LastSeen(YESTERDAY, 1), LastSeen(days_ago(20), 1))
TWO_LEFT = (LastSeen(YESTERDAY, 1), LastSeen(days_ago(20), 1), LastSeen(days_ago(30), 1))
YOUNG = {"terms": (replace(TERM, term_start=days_ago(59)),), "first_used_on": days_ago(59)}
NOISE = series(active_users=[0.0] * 36 + ([0.0] * 6 + [3.0]) * 6 + [0.0] * 7 + [3.0] + [0.0] * 6)
FEW = series(active_users_30d=daily(18), active_users=daily(1.0, then=0.2, last=14))


@pytest.mark.parametrize(
    ("changes", "at", "kind", "gate"),
    [
        ({"series": DROP}, pulse(), "use_drop", ""),
        ({"series": DROP}, pulse(fleet_trend=0.85), "use_drop", ""),
        ({"series": DROP}, pulse(fleet_trend=0.84), "use_drop", "fleet"),
        ({"series": DROP}, pulse(fleet_trend=None), "use_drop", ""),
        ({"series": DROP}, pulse(through=days_ago(3)), "use_drop", ""),
        ({"series": DROP}, pulse(through=days_ago(4)), "use_drop", "stale"),
        ({"series": DROP, **YOUNG}, pulse(), "use_drop", "new"),
        ({"series": DROP, "events": (noted(YESTERDAY),)}, pulse(), "use_drop", "expected"),
        ({"last_used_on": days_ago(40), "events": (noted(YESTERDAY),)}, pulse(), "idle_30", "expected"),
        ({"series": DROP, "events": (noted(days_ago(31)),)}, pulse(), "use_drop", ""),
        ({"series": LEFT, "last_seen": ONE_LEFT}, pulse(), "use_drop", "one_user"),
        ({"series": LEFT, "last_seen": ONE_LEFT}, pulse(), "user_left", ""),
        ({"series": LEFT, "last_seen": TWO_LEFT}, pulse(), "use_drop", ""),
        ({"series": LEFT, "last_seen": ONE_LEFT[1:]}, pulse(), "use_drop", ""),
        ({"series": LEFT}, pulse(), "use_drop", ""),
        (
            {"series": FALLING, "terms": (replace(TERM, status="trialing"),)},
            pulse(),
            "dav_declining",
            "trial",
        ),
        ({"series": FALLING}, pulse(fleet_trend=0.5), "dav_declining", "fleet"),
        ({"series": FEW_VALIDATIONS}, pulse(), "dav_declining", "dav_volume"),
        ({"series": UNSURE_VALIDATIONS}, pulse(), "dav_declining", "dav_chance"),
        ({"series": DROP, "terms": (replace(TERM, status="trialing"),)}, pulse(), "use_drop", "trial"),
        ({"series": FEW}, pulse(), "use_drop", "volume"),
        ({"last_used_on": days_ago(9), "series": FEW}, pulse(), "idle_7", "volume"),
        ({"last_used_on": days_ago(9)}, pulse(fleet_trend=0.5), "idle_7", "fleet"),
        ({"last_used_on": days_ago(40)}, pulse(fleet_trend=0.5), "idle_30", "fleet"),
        (
            {"terms": (replace(NEAR, growth_seats=10),), "series": LOW},
            pulse(),
            "low_before_renewal",
            "growth_seats",
        ),
        (
            {"terms": (replace(NEAR, growth_seats=10, growth_until=AS_OF),), "series": LOW},
            pulse(),
            "low_before_renewal",
            "",
        ),
    ],
)
def test_gates(changes, at, kind, gate):
    assert kinds(assess(account(**changes), at=at))[kind] == gate


def test_one_user_of_ten_who_leaves_does_not_carry_a_fall_by_half():
    found = assess(account(series=DROP, last_seen=(LastSeen(YESTERDAY, 9), LastSeen(days_ago(20), 1))))
    assert found.inputs["trend_beyond_user_pct"] == pytest.approx(-60)
    assert kinds(found) == {"use_drop": ""}


@pytest.mark.parametrize(
    ("note", "holds"),
    [
        (noted(YESTERDAY), True),
        (noted(days_ago(30)), True),
        (noted(days_ago(31)), False),
        (noted(days_ago(60), "until 2025-06-04: summer break"), True),
        (noted(days_ago(60), "until 2025-06-03: summer break"), False),
        (noted(days_ago(5), "until 2025-06-31"), True),
        (noted(AS_OF + timedelta(1)), False),
        (EventFact("api_key_rotated", YESTERDAY), False),
    ],
)
def test_a_note_holds_through_the_day_it_names(note, holds):
    assert assess(account(events=(note,))).inputs["known_expected"] == float(holds)


def test_a_note_holds_back_the_score_too_but_neither_intent_nor_payment():
    bad = {"last_used_on": days_ago(40), "series": None, "payments": (FAILED,)}
    leaving = replace(TERM, cancel_at_period_end=True)
    found = kinds(assess(account(**bad, terms=(leaving,), events=(noted(YESTERDAY),))))
    assert found == {
        "cancel_at_period_end": "",
        "failed_payment": "",
        "idle_30": "expected",
        "band": "expected",
    }


# -- validations -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("levels", "dav", "trend", "falls"),
    [
        ((40, 30, 20), 20, -100 / 3, 2),
        ((40, 30, 28), 28, -20 / 3, 0),
        ((30, 30, 20), 20, -100 / 3, 1),
        ((20, 30, 40), 40, 100 / 3, 0),
        ((40, 36, 32), 32, -100 / 9, 1),  # the first fall is one by 10 % and no more
        ((30, 0, 0), 0, NOT_APPLICABLE, 0),
        ((20, 0), 0, -100, 1),
        ((20,), 20, NOT_APPLICABLE, NOT_APPLICABLE),
    ],
)
def test_daily_active_validations(levels, dav, trend, falls):
    history = {"first_used_on": days_ago(28 * len(levels))}
    inputs = assess(account(series=validations(*levels), **history)).inputs
    assert inputs["dav"] == dav
    assert inputs["dav_trend_pct"] == (trend if trend is NOT_APPLICABLE else pytest.approx(trend))
    assert inputs["dav_falls"] == falls


@pytest.mark.parametrize(
    ("days", "last_used_on", "expected"),
    [
        (30, YESTERDAY, set()),
        (31, YESTERDAY, {"dav_none"}),
        (31, days_ago(40), {"idle_30"}),
    ],
)
def test_no_validation_for_a_month_while_there_is_other_use(days, last_used_on, expected):
    daily_validations = daily(5, then=0, last=days)
    used = series(active_users_30d=daily(18), active_users=12.0, validations=daily_validations)
    found = assess(account(series=used, last_used_on=last_used_on))
    assert found.inputs["dav_idle_days"] == days
    assert {kind for kind in kinds(found) if kind.startswith(("dav_none", "idle"))} == expected


def test_without_validations_nothing_is_known_of_them():
    inputs = assess(account()).inputs
    assert {
        inputs[name] for name in ("dav", "dav_before", "dav_trend_pct", "dav_falls", "dav_idle_days")
    } == {None}


def test_a_fall_that_chance_explains_is_held_by_chance():
    week = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 10.0]  # 20 expected in 14 days
    rare = series(active_users_30d=daily(18), active_users=week * 11 + [0.0] * 6 + [9.5] + [0.0] * 7)
    found = assess(account(series=rare))
    assert found.inputs["trend_pct"] <= -50
    assert kinds(found)["use_drop"] == ""
    rare = series(active_users_30d=daily(18), active_users=week * 11 + [0.0] * 6 + [10.0] + [0.0] * 7)
    assert kinds(assess(account(series=rare)))["use_drop"] == "chance"


@pytest.mark.parametrize(
    "changes", [{"payments": (FAILED,)}, {"events": (EventFact("api_key_deleted", YESTERDAY),)}]
)
def test_explicit_intent_and_payment_pass_every_gate(changes):
    found = assess(account(**changes, **YOUNG), at=pulse(fleet_trend=0.1, through=days_ago(6)))
    assert {gate for kind, gate in kinds(found).items() if kind != "band"} == {""}


def test_the_score_waits_with_the_fleet_too():
    bad = account(last_used_on=days_ago(40), series=None, payments=(FAILED,))
    assert kinds(assess(bad))["band"] == ""
    assert kinds(assess(bad, at=pulse(fleet_trend=0.5)))["band"] == "fleet"


def test_a_dip_that_the_fleet_shares_holds_every_behaviour_signal_and_moves_no_score():
    quiet = account(series=series(active_users_30d=daily(18), active_users=daily(10, then=4, last=14)))
    dip = assess(quiet, at=pulse(fleet_trend=0.4))
    assert kinds(dip) == {"use_drop": "fleet"}
    assert dip.score.points == assess(account(series=series(active_users_30d=daily(18), active_users=daily(10)))).score.points  # fmt: skip # noqa: E501


# -- coverage ----------------------------------------------------------------------------------------


def test_too_little_known_is_an_unknown_band_and_intent_is_heard_all_the_same():
    few = account(terms=(replace(TERM, cancel_at_period_end=True),), payments=(FAILED,))
    found = assess(few, at=pulse(frozenset({"subscriptions", "payments"})))
    assert (found.band, found.score.coverage < 0.6) == ("unknown", True)
    assert kinds(found) == {"cancel_at_period_end": "", "failed_payment": "", "band": "coverage"}


def test_undecided_signals_are_those_with_an_unknown_input_or_between_their_thresholds():
    between = account(series=series(active_users_30d=daily(18), active_users=daily(10, then=6, last=14)))
    assert "use_drop" in assess(between).undecided
    assert "use_drop" not in assess(account(surveys=(SurveyFact("nps", 9, YESTERDAY),))).undecided
    without = assess(account(), at=pulse(KINDS - {"payments"})).undecided
    assert "failed_payment" in without
    assert "cancel_ticket" not in without


def test_caps():
    assert assess(account(payments=(FAILED,))).band == "watch"
    assert assess(account(events=(EventFact("api_key_deleted", YESTERDAY),))).score.points == 4_900


# -- expansion ---------------------------------------------------------------------------------------

FULL = {"active_users_30d": daily(19), "active_users": 19.0}
HITS = {"rate_limit_hits": daily(1, 11)}
TRIES = {"locked_feature_attempts": daily(1, 4)}


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        (FULL, {}),
        ({**HITS, "active_users": 5.0}, {}),
        ({**FULL, **HITS}, {"capacity": "", "throughput": ""}),
        ({**FULL, **TRIES}, {"capacity": "", "interest": ""}),
        ({**FULL, "rate_limit_hits": daily(1, 10)}, {}),
        ({**FULL, "locked_feature_attempts": daily(1, 3)}, {}),
        ({**HITS, **TRIES, "active_users": 5.0}, {"throughput": "", "interest": ""}),
    ],
)
def test_expansion_needs_two_groups(metrics, expected):
    found = assess(account(series=series(**metrics), assigned_seats=None))
    assert {signal.kind: signal.gate for signal in found.signals if signal.group == "expansion"} == expected
    assert found.facts["expansion"] is bool(expected)


@pytest.mark.parametrize(
    ("changes", "block"),
    [
        ({"payments": (FAILED,)}, "failed_payment"),
        ({"tickets": (TicketFact("t", YESTERDAY, priority="urgent"),)}, "urgent_ticket"),
        ({"terms": (replace(TERM, cancel_at_period_end=True),)}, "at_risk"),
        ({"events": (EventFact("api_key_deleted", YESTERDAY),)}, "at_risk"),
    ],
)
def test_expansion_is_blocked(changes, block):
    found = assess(account(series=series(**FULL, **HITS), **changes))
    assert {signal.gate for signal in found.signals if signal.group == "expansion"} == {block}
    assert (found.facts["expansion"], found.facts["suggested_seats"]) == (False, None)


def test_one_quota_counts_once_however_many_are_full():
    limits = (LimitFact("storage", 99, 100), LimitFact("domains", 99, 100))
    assert not assess(account(limits=limits)).facts["expansion"]


def test_suggested_seats_are_those_to_add_for_the_pace_ahead_at_the_fill_of_the_policy():
    found = assess(account(series=series(**FULL, **HITS)))
    assert found.facts["suggested_seats"] == 24 - 20  # 19 users at 80 %, less the seats there are
    assert found.facts["uplift_minor"] == 4 * 2_000


BY_USE = replace(TERM, subscription_id="calls", licence_model="usage", seats=None, mrr_minor=90_000)
ON_TRIAL = replace(TERM, subscription_id="more", trial_end=AS_OF + timedelta(days=9), mrr_minor=90_000)


@pytest.mark.parametrize(
    ("terms", "uplift"),
    [
        ((TERM, BY_USE), 4 * 2_000),  # calls do not grow with seats
        ((replace(TERM, licence_model="hybrid"),), None),  # how much of the price is for seats nobody states
        ((replace(TERM, mrr_minor=None),), None),
        ((TERM, replace(BY_USE, mrr_minor=None)), 4 * 2_000),
        ((TERM, replace(ON_TRIAL, seats=0)), 4 * 2_000),
    ],
)
def test_the_uplift_is_of_what_seats_cost(terms, uplift):
    found = assess(account(terms=terms, series=series(**FULL, **HITS, **TRIES)))
    assert (found.facts["suggested_seats"], found.facts["uplift_minor"]) == (4, uplift)


@pytest.mark.parametrize("trial", [{"trial_end": AS_OF + timedelta(days=9)}, {"status": "trialing"}])
def test_a_trial_brings_no_revenue_here_nor_in_the_figures_of_the_book(trial):
    term = replace(TERM, **trial)
    found = assess(account(terms=(term,))).facts
    assert (found["mrr_minor"], found["revenue_at_risk_minor"], found["downsizing_risk_minor"]) == (0, 0, 0)
    stated = Subscription("sub-1", "acme", term.term_start, term.term_end, seats=20, mrr_minor=40_000)
    stated = stated._replace(currency="EUR", auto_renew=True, **trial)
    rules = policy().renewals
    assert sum(mrr([stated], AS_OF, rules).values()) == 0
    assert sum(revenue_at_risk([stated], AS_OF, rules).values()) == 0
    paid = assess(account(terms=(term, replace(TERM, subscription_id="paid")))).facts
    assert (paid["mrr_minor"], paid["revenue_at_risk_minor"]) == (40_000, 480_000)


def test_no_seats_are_suggested_where_those_there_are_will_do():
    found = assess(account(series=series(active_users_30d=daily(10), active_users=10.0, **HITS, **TRIES)))
    assert found.facts["expansion"] is True
    assert (found.facts["suggested_seats"], found.facts["uplift_minor"]) == (None, None)


def test_groups_that_are_undecided_keep_an_expansion_open():
    found = assess(account(series=series(**FULL, rate_limit_hits=daily(1, 8))))
    assert {"capacity", "throughput"} <= set(found.undecided)
    calm = assess(account(series=series(**FULL, rate_limit_hits=daily(0), locked_feature_attempts=daily(0))))
    assert not {"capacity", "throughput"} & set(calm.undecided)


# -- facts -------------------------------------------------------------------------------------------


def test_facts():
    found = assess(
        account(terms=(replace(TERM, notice_days=60),), surveys=(SurveyFact("nps", 9, YESTERDAY),))
    )
    assert found.term == "sub-1@2025-01-01"
    assert found.facts == {
        "name": "Acme Example",
        "csm_email": "kim@ours.example",
        "health": found.score.points // 100,
        "utilisation_pct": 90,
        "committed_utilisation_pct": 90,
        "active_definition": "signed_in_30d",
        "active_wording": "signed in within 30 days",
        "seats": 20,
        "growth_seats": 0,
        "nearest_limit": "seats",
        "nearest_used": 18,
        "nearest_allowed": 20,
        "assigned_seats": 20,
        "active_users": 18,
        "idle_days": 0,
        "trend_pct": 0,
        "days_until_full": None,
        "mrr_minor": 40_000,
        "currency": "EUR",
        "revenue_at_risk_minor": 480_000,
        "downsizing_risk_minor": 48_000,
        "priority": found.facts["priority"],
        "expansion": False,
        "suggested_seats": None,
        "uplift_minor": None,
        "renewal_on": "2026-01-01",
        "anchor_on": "2025-11-02",
        "anchor_kind": "notice",
        "days_to_anchor": 151,
        "window": None,
        "auto_renew": True,
        "utilisation_low_pct": 70,
        "utilisation_high_pct": 97,
        "profile": "default",
    }


@pytest.mark.parametrize(
    ("seats", "users", "expected"),
    [
        (20, 18, (70, 97)),
        (49, 0, (0, 7)),
        (50, 45, (None, None)),
        (5, 9, (57, 100)),
        (0, 3, (None, None)),
        (None, 3, (None, None)),
    ],
)
def test_utilisation_of_few_seats_says_what_it_is_likely_between(seats, users, expected):
    used = series(active_users_30d=daily(users), active_users=float(users))
    said = assess(account(terms=(replace(TERM, seats=seats),), series=used)).facts
    assert (said.get("utilisation_low_pct"), said.get("utilisation_high_pct")) == expected


def test_priority_is_risk_times_nearness_times_revenue():
    near, far = assess(account(terms=(NEAR,), series=LOW)), assess(account(series=LOW))
    assert near.score.points == far.score.points  # time to renewal is never in the score
    assert near.facts["priority"] > 2 * far.facts["priority"]
    risk = 1 - near.score.points / 10_000
    assert near.facts["priority"] == pytest.approx(risk * (1 - 0.3 * 28 / 60) * 4_800, abs=1)


def test_a_monthly_subscription_that_rolls_on_is_never_near():
    monthly = replace(TERM, term_start=date(2025, 5, 10), term_end=date(2025, 6, 10))
    found = assess(account(terms=(monthly,), series=LOW))
    assert (found.facts["days_to_anchor"], found.facts["window"]) == (6, None)
    assert "low_before_renewal" not in kinds(found)
    risk = 1 - found.score.points / 10_000
    assert found.facts["priority"] == pytest.approx(risk * 0.4 * 4_800, abs=1)


def test_an_account_without_subscription_has_no_term_and_no_anchor():
    found = assess(account(terms=()))
    assert (found.term, found.facts["anchor_on"], found.facts["mrr_minor"]) == ("", None, 0)


def test_consumption_has_no_seats_to_use():
    found = assess(account(terms=(replace(TERM, licence_model="usage"),)))
    assert found.inputs["utilisation_pct"] is NOT_APPLICABLE
    assert "utilisation" not in {line.name for line in found.score.contributions}


# -- properties --------------------------------------------------------------------------------------

users = st.lists(st.integers(0, 40).map(float), min_size=92, max_size=92)
facts = st.fixed_dictionaries(
    {},
    optional={
        "series": st.builds(lambda a, b: series(active_users_30d=a, active_users=b), users, users),
        "last_used_on": st.one_of(st.none(), st.integers(0, 120).map(days_ago)),
        "assigned_seats": st.one_of(st.none(), st.integers(0, 50)),
        "payments": st.sampled_from([(), (FAILED,)]),
        "tickets": st.sampled_from([(), (TicketFact("t", days_ago(3), subject="Cancel our plan"),)]),
        "surveys": st.sampled_from([(), (SurveyFact("nps", 3, YESTERDAY),)]),
        "terms": st.sampled_from([(), (TERM,), (NEAR,), (replace(TERM, seats=None),)]),
    },
)
covered = st.frozensets(st.sampled_from(sorted(KINDS)))
ENGINES = st.sampled_from(["weighted", "deductions", "matrix", "fitted"])


@settings(max_examples=60)
@given(facts, covered, ENGINES, st.one_of(st.none(), st.floats(0, 2)))
def test_every_score_is_the_sum_of_its_lines_within_its_interval(changes, known, engine, fleet):
    at = pulse(known, fleet_trend=fleet)
    found = assess(account(**changes), engine=engine, at=at, calendar=Weekends(frozenset({days_ago(5)})))
    score = found.score
    assert 10_000 + sum(line.points for line in score.contributions) == score.points
    assert 0 <= score.low <= score.points <= score.high <= 10_000
    assert 0 <= score.coverage <= 1
    assert (found.band == "unknown") == (score.coverage < policy(engine).bands.coverage_min)


@settings(max_examples=60)
@given(facts, st.sampled_from(sorted(KINDS - {"usage"})), ENGINES)
def test_the_interval_of_an_account_with_less_known_holds_the_score_with_more(changes, hidden, engine):
    whole, part = account(**changes), pulse(KINDS - {hidden})
    known, unknown = assess(whole, engine=engine), assess(whole, engine=engine, at=part)
    assert unknown.score.low <= known.score.points <= unknown.score.high


@settings(max_examples=60)
@given(facts, covered, ENGINES)
def test_what_an_assessment_keeps_is_enough_to_conclude_it_again(changes, known, engine):
    found = assess(account(**changes), engine=engine, at=pulse(known))
    again = conclude(measures_of(found.inputs, found.traits), policy(engine))
    said = found.facts
    kept = (found.score, found.band, found.signals, found.undecided, said["expansion"], said["profile"])
    assert again[:-1] == kept
