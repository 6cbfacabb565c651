"""What the stand-in finds, by hand: only what has happened, and only whole days whole."""

from collections.abc import Mapping

import pytest

from tests.sandbox.posthog.conftest import BOOK, DAYS, LAST_DAY, OVER, SEATS, SEEN, USAGE, PostHog

FIRST = ["2026-06-01", "acme", 2, 5, 16, 7, 6.0]
ZETA = ["2026-06-01", "zeta", 1, 1, 2, 2, 0.0]
SILENT = ["2026-06-02", "acme", 0, 5, 0, 0, 0.0]
HALF = ["2026-06-05", "acme", 2, 6, 4, 4, 0.0]


def test_use_by_day_and_account(posthog: PostHog):
    assert posthog.rows(USAGE, DAYS) == [FIRST, ZETA, SILENT, HALF]


@pytest.mark.parametrize(
    ("changes", "rows"),
    [
        ({"account": "acme"}, [ZETA, SILENT, HALF]),
        ({"account": "zeta"}, [SILENT, HALF]),
        ({"last": "2026-06-02", "until": "2026-06-03 00:00:00"}, [FIRST, ZETA, SILENT]),
        ({"last": "2026-06-06", "until": "2026-06-07 00:00:00"}, [FIRST, ZETA, SILENT, HALF]),
    ],
)
def test_which_days_come(posthog: PostHog, changes: Mapping[str, str], rows: object):
    assert posthog.rows(USAGE, {**DAYS, **changes}) == rows


@pytest.mark.parametrize(
    ("changes", "day"),
    [
        ({}, "2026-06-01"),
        ({"now": "2026-06-06T00:00:00Z"}, "2026-06-05"),
        ({"now": "2026-06-01T23:59:59Z"}, "2026-05-31"),
        ({"since": "2026-06-03 00:00:00"}, "1970-01-01"),
    ],
)
def test_the_last_day_with_use_that_is_over(posthog: PostHog, changes: Mapping[str, str], day: str):
    text = f"{LAST_DAY} AND event NOT IN ({{v0}})"
    assert posthog.rows(text, {**OVER, "v0": "$set", **changes}) == [[day]]


def test_users_with_when_they_were_last_seen_in_the_period(posthog: PostHog):
    first = ["acme", "u0", "2026-01-03", 1_780_358_400_000, "admin"]
    second = ["acme", "u2", "2026-01-01", 1_780_617_599_500, None]
    assert posthog.rows(SEATS, SEEN) == [first, second]
    assert posthog.rows(SEATS, {**SEEN, "account": "acme", "who": "u0"}) == [second]


def test_a_day_is_the_projects_own(posthog: PostHog):
    posthog.sandbox.seed("posthog", {**BOOK, "timezone": "Pacific/Auckland"})
    assert posthog.rows(LAST_DAY, OVER) == [["2026-06-05"]]
    assert posthog.rows(USAGE, DAYS)[-1] == ["2026-06-05", "acme", 4, 6, 8, 8, 0.0]


def test_events_that_name_their_account_elsewhere_name_none(posthog: PostHog):
    assert posthog.rows(USAGE.replace("$group_0", "$group_1"), DAYS) == []
    posthog.sandbox.seed("posthog", {**BOOK, "account": "person.properties.company"})
    assert posthog.rows(USAGE, DAYS) == []
    by_person = USAGE.replace("$group_0", "toString(person.properties.company)")
    assert len(posthog.rows(by_person, DAYS)) == 4


def test_limits_and_what_is_told_of_more(posthog: PostHog):
    days = [[f"a{n:03}", "2026-06-01", 1, 1, [["export", 1]]] for n in range(150)]
    posthog.sandbox.seed("posthog", {"days": days})
    answers = [posthog.ask(USAGE.replace(" LIMIT 50", limit), DAYS).json() for limit in ("", " LIMIT 150")]
    assert [len(answer["results"]) for answer in answers] == [100, 150]
    assert [answer["hasMore"] for answer in answers] == [True, None]
    assert answers[0]["columns"] == ["day", "account", "active_users", "active_users_30d", "m0", "m1", "m2"]


def test_what_was_found_lately_comes_again_unless_forced(posthog: PostHog):
    before = posthog.rows(LAST_DAY, OVER, refresh="blocking")
    posthog.sandbox.seed("posthog", {"days": [["acme", "2026-06-04", 1, 1, [["export", 1]]]]})
    assert posthog.rows(LAST_DAY, OVER, refresh="blocking") == before == [["2026-06-02"]]
    assert posthog.rows(LAST_DAY, OVER) == [["2026-06-04"]]
