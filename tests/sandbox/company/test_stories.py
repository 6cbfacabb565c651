"""Each story is true by plain arithmetic, and nobody else has one."""

from datetime import date, timedelta

import pytest

from tests.sandbox.company.conftest import MONDAY, SATURDAY, SUNDAY, Demo

BAYRAM_SHARE = 0.5
WINDOWS = (120, 90, 60, 30, 14, 7)


def test_each_story_has_an_account_of_its_own(demo: Demo):
    assert list(demo.stories) == [
        "quiet_quitter",
        "failed_payment",
        "cancel_ticket",
        "seats_nearly_full",
        "renewal_30_days",
        "seasonal_dip",
        "champion_left",
        "downgrade_enquiry",
        "limit_hit",
        "onboarding_stuck",
        "tracking_outage",
        "first_of_the_month",
        "key_shared",
        "domains_nearly_full",
    ]
    assert len(set(demo.stories.values())) == 14
    assert set(demo.stories.values()) <= demo.use.keys()


def test_what_is_expected_is_nine_messages_three_tasks_and_four_mails(demo: Demo):
    expected = {story["name"]: story["expected"] for story in demo.told}

    totals = {
        system: sum(story[system] for story in expected.values()) for system in ("slack", "crm", "email")
    }
    assert totals == {"slack": 9, "crm": 3, "email": 4}
    assert expected["key_shared"]["channels"] == ["#seatsignal-ops"]
    assert expected["tracking_outage"]["channels"] == ["#seatsignal-ops"]
    assert {story["name"]: story["source"] for story in demo.told if story["source"]} == {
        "tracking_outage": "keygen"
    }
    silent = {name for name, story in expected.items() if not any(story[system] for system in totals)}
    assert silent == {"seasonal_dip", "first_of_the_month"}
    assert all(bool(story["slack"]) == bool(story["channels"]) for story in expected.values())


def test_the_quiet_quitter_falls_below_half_on_sunday(demo: Demo):
    account = demo.stories["quiet_quitter"]

    assert demo.share_of_baseline(account, SATURDAY, holidays_out=True) > 0.53
    assert demo.share_of_baseline(account, SUNDAY, holidays_out=True) < 0.47
    assert sum(demo.counts(account, "active_users", SUNDAY, 14)) > 150
    assert min(demo.counts(account, "events", SUNDAY, 30)) > 0


def test_the_failed_payment_was_open_on_sunday(demo: Demo):
    account = demo.stories["failed_payment"]
    (failed,) = demo.of("monday", "payments", account)
    before = next(
        row for row in demo.of("baseline", "payments", account) if row["invoice_id"] == failed["invoice_id"]
    )

    assert (before["status"], failed["status"], failed["paid_on"]) == ("open", "failed", "")
    assert failed["due_on"] == SUNDAY.isoformat()
    assert int(failed["amount"]) == int(demo.terms[account]["mrr"])


def test_one_ticket_speaks_of_cancelling(demo: Demo):
    tickets = demo.rows("baseline", "tickets") + demo.rows("monday", "tickets")
    speaking = [row for row in tickets if "cancel our subscription" in row["subject"]]

    assert [row["account_id"] for row in speaking] == [demo.stories["cancel_ticket"]]
    assert demo.of("monday", "tickets", demo.stories["cancel_ticket"]) == speaking
    harmless = [row for row in demo.rows("monday", "tickets") if "cancel" in row["subject"].lower()]
    assert len(harmless) > len(speaking)


def test_seats_run_out_and_locked_features_are_tried(demo: Demo):
    account = demo.stories["seats_nearly_full"]
    seats = int(demo.terms[account]["seats"])
    month = [SUNDAY - timedelta(back) for back in range(28)]
    at_work = [int(demo.use[account][day]["active_users"]) for day in month if day.weekday() < 5]
    at_work.remove(int(demo.use[account][date(2026, 5, 25)]["active_users"]))

    assert sum(at_work) / len(at_work) >= 0.8 * seats
    assert 0.9 <= demo.utilisation(account) < 1
    assert sum(demo.counts(account, "locked_feature_attempts", SATURDAY, 30)) == 3
    assert sum(demo.counts(account, "locked_feature_attempts", SUNDAY, 30)) == 5


def test_the_renewal_is_in_thirty_days_on_monday(demo: Demo):
    account = demo.stories["renewal_30_days"]
    term = demo.terms[account]

    assert date.fromisoformat(term["term_end"]) - timedelta(days=30) == MONDAY
    assert demo.utilisation(account) == demo.utilisation(account, SATURDAY) == 0.4
    assert demo.share_of_baseline(account, SUNDAY, holidays_out=True) > 0.8


def test_a_limit_is_hit_and_locked_features_are_tried_while_seats_are_left(demo: Demo):
    account = demo.stories["limit_hit"]

    assert demo.utilisation(account) < 0.7
    for metric, before, after in (("locked_feature_attempts", 3, 5), ("rate_limit_hits", 10, 14)):
        assert sum(demo.counts(account, metric, SATURDAY, 30)) == before
        assert sum(demo.counts(account, metric, SUNDAY, 30)) == after


def test_one_ticket_asks_about_a_smaller_plan(demo: Demo):
    asking = [row for row in demo.rows("monday", "tickets") if "smaller plan" in row["subject"]]

    assert [row["account_id"] for row in asking] == [demo.stories["downgrade_enquiry"]]
    assert not [row for row in demo.rows("baseline", "tickets") if "smaller plan" in row["subject"]]


def test_the_dip_is_a_holiday(demo: Demo):
    account = demo.stories["seasonal_dip"]
    turkish = [other for other in demo.use if demo.countries[other]["country"] == "TR"]

    assert account in turkish
    assert len(turkish) == 6
    assert demo.share_of_baseline(account, SUNDAY, holidays_out=False) <= BAYRAM_SHARE
    assert all(demo.share_of_baseline(other, SUNDAY, holidays_out=True) > 0.6 for other in turkish)


def test_nothing_else_happens_to_an_account_with_a_story(demo: Demo):
    own = {"tickets": {"cancel_ticket", "downgrade_enquiry"}, "payments": {"failed_payment"}}
    for name, stories in own.items():
        for row in demo.rows("monday", name):
            assert row["account_id"] not in {demo.stories[story] for story in demo.stories.keys() - stories}


@pytest.mark.parametrize("day", [SATURDAY, SUNDAY])
def test_nobody_else_falls_that_day(demo: Demo, day: date):
    falling = {
        account: share
        for account in demo.use
        if (share := demo.share_of_baseline(account, day, holidays_out=True)) < 0.6
    }
    gone = {account for account in falling if sum(demo.counts(account, "events", day, 14)) == 0}

    assert falling.keys() - gone <= {demo.stories["quiet_quitter"]}
    assert len(gone) == 6
    for account in gone:
        idle = demo.counts(account, "events", SUNDAY, 40)[::-1]
        silent = next(at for at, events in enumerate(idle) if events)
        assert 8 < silent < 30


def test_nobody_else_enters_a_window_on_monday(demo: Demo):
    entering = [
        account
        for account, term in demo.terms.items()
        if (date.fromisoformat(term["term_end"]) - MONDAY).days in WINDOWS
        and (date.fromisoformat(term["term_end"]) - date.fromisoformat(term["term_start"])).days > 31
    ]

    assert entering == [demo.stories["renewal_30_days"]]


def test_nobody_else_owes_or_wants_more(demo: Demo):
    ledger = demo.rows("baseline", "payments") + demo.rows("monday", "payments")
    failed = {row["account_id"] for row in ledger if row["status"] not in ("paid", "open")}
    overdue = [row for row in demo.rows("baseline", "payments") if row["status"] == "open"]

    assert failed == {demo.stories["failed_payment"]}
    assert {row["due_on"] for row in overdue} <= {SUNDAY.isoformat()}
    assert {row["invoice_id"] for row in overdue} <= {
        row["invoice_id"] for row in demo.rows("monday", "payments")
    }
    growing = {demo.stories[name] for name in ("seats_nearly_full", "limit_hit", "domains_nearly_full")}
    for account in demo.use.keys() - growing:
        assert sum(demo.counts(account, "locked_feature_attempts", SUNDAY, 60)) <= 3
        assert sum(demo.counts(account, "rate_limit_hits", SUNDAY, 60)) <= 10
    urgent = [row for row in demo.rows("baseline", "tickets") if row["priority"] == "urgent"]
    assert urgent == []
