from datetime import timedelta

import pytest

from health.figures.days import last_days
from health.figures.share import share
from health.figures.validations import (
    OTHERWISE,
    NextStep,
    daily_active,
    failures_by_country,
    failures_by_type,
    silent_accounts,
    validation_trend,
)
from health.nouns import NOT_APPLICABLE
from tests.health.figures.examples import AS_OF, validated


def on(days, key="key-1", **more):
    return validated((AS_OF - timedelta(days=days)).isoformat(), key, **more)


def test_a_key_counts_once_a_day_however_often_and_from_wherever():
    refused = [on(1, "key-3", outcome="expired"), on(1, "key-4", times=0)]
    rows = [on(1, times=500), on(1, country="DE"), on(1, "key-2"), *refused, on(2)]
    assert daily_active(rows, AS_OF - timedelta(days=1)) == 2


def test_rows_without_a_licence_are_one_key_of_their_account():
    rows = [on(1, ""), on(1, "", country="DE"), on(1, "", account="globex")]
    assert daily_active(rows, AS_OF - timedelta(days=1)) == 2


@pytest.mark.parametrize(
    ("recent", "direction"), [(12, "growing"), (11, "flat"), (10, "flat"), (9, "flat"), (8, "declining")]
)
def test_direction_against_the_own_baseline(recent, direction):
    rows = [on(day, f"key-{n}") for day in range(1, 57) for n in range(recent if day <= 14 else 10)]
    found = validation_trend(rows, AS_OF)
    assert (found.per_day, found.baseline_per_day) == (recent, 10)
    assert found.direction == direction


def test_without_a_baseline_there_is_no_direction():
    found = validation_trend([on(1)], AS_OF)
    assert (found.change_pct, found.direction) == (NOT_APPLICABLE, "")


def test_silent_for_thirty_days():
    rows = [on(31), on(30, account="globex"), on(3, outcome="expired")]
    assert silent_accounts(rows, ["acme", "globex"], AS_OF) == share(1, 2)


def test_failures_are_shares_of_all_validations_with_a_next_step_and_a_recipient():
    steps = {"expired": NextStep("remind them of the renewal", "customer")}
    rows = [on(1, times=90), on(1, outcome="expired", times=6), on(2, outcome="odd", times=4), on(40)]
    expired, odd = failures_by_type(rows, last_days(AS_OF, 30), steps)
    assert (expired.of_all, expired.next_step.recipient) == (share(6, 100), "customer")
    assert (odd.of_all, odd.next_step) == (share(4, 100), OTHERWISE)


def test_failures_by_country_of_all_of_that_country():
    rows = [
        on(1, country="DE", times=3),
        on(1, country="DE", outcome="expired"),
        on(1, outcome="expired"),
    ]
    assert failures_by_country(rows, last_days(AS_OF, 30)) == {"DE": share(1, 4), "unknown": share(1, 1)}
