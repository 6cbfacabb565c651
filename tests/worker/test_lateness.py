"""A source that nobody can read, turn after turn: told once, as is that it is read again."""

import pytest
from sqlalchemy import update

from integrations.errors import Misconfigured, RetryLater
from store.database import now_ms
from store.tables import batches
from tests.worker.ill import DAY, SOURCE, Ward, said
from worker.lateness import TURNS


@pytest.fixture
def ward(deployment) -> Ward:
    return Ward(deployment)


def test_a_source_that_fails_turn_after_turn_is_told_once_and_once_that_it_is_well(ward):
    away = RetryLater("timeout", "posthog: timeout")
    ward.hours(TURNS - 1, away)
    assert ward.told() == []
    ward.hours(5, away)
    (told,) = ward.told()
    assert f"/operator/stale/{SOURCE}/{DAY}" in told.thread
    assert "has read all of posthog since" in said(told).replace("No pull has", "has")
    assert "ended with: timeout" in said(told)
    ward.hours(1)
    ward.judge()
    assert len(ward.told()) == 1
    ward.source.error = None
    ward.read()
    ward.read()
    assert [row.key.rpartition("/")[2] for row in ward.told()] == ["began", "ended"]


def test_a_source_that_nobody_pulls_is_stale_and_one_that_is_read_page_after_page_is_not(ward):
    ward.hours(TURNS - 1)
    with ward.database.write() as connection:
        connection.execute(update(batches).values(pulled_ms=now_ms()))
    ward.hours(1)
    assert ward.told() == []
    ward.hours(4)
    assert len(ward.told()) == 1


def test_while_nothing_ran_no_turn_was_missed(ward):
    ward.sleep(100)
    ward.hours(TURNS - 1)
    assert ward.told() == []
    ward.hours(1)
    assert len(ward.told()) == 1


REFUSED = Misconfigured("unauthorized", "posthog: SEATSIGNAL_POSTHOG_API_KEY is refused")


def test_a_source_that_needs_a_person_is_told_at_once_and_only_once(ward):
    ward.hours(9, REFUSED)
    ward.turn(1)
    ward.hours(2, REFUSED)
    (told,) = ward.told()
    assert "SEATSIGNAL_POSTHOG_API_KEY is refused" in said(told)
    ward.source.error = None
    ward.read()
    assert [row.key.rpartition("/")[2] for row in ward.told()] == ["unauthorized", "ended"]


def test_another_reason_is_news_in_the_same_thread(ward):
    ward.hours(5, RetryLater("timeout"))
    ward.hours(2, REFUSED)
    assert [row.key.rpartition("/")[2] for row in ward.told()] == ["began", "unauthorized"]
    assert len({row.thread for row in ward.told()}) == 1
