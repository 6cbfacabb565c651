"""The promises about deliveries under kills, frost and outages; each beside a control that must break it."""

import pytest

from tests.chaos import failpoints, frozen, kills, outage

pytestmark = pytest.mark.kill
both = pytest.mark.parametrize("database", ["sqlite", "postgresql"])


@both
def test_of_2000_deliveries_under_20_kills_none_is_lost_or_seen_twice(servers, crib, judge, database):
    judge(kills.kills(servers, crib, database, size=2_000, processes=20, seed=7))


@pytest.mark.parametrize("sabotage", kills.CONTROLS)
def test_without_a_safeguard_the_same_bar_fails(servers, crib, evidence, sabotage):
    """Whether a missing safeguard shows depends on who is killed when: one of ten plays must show it.

    That the bar can fail shows on either database; `make chaos` plays the controls on both.
    """
    for _ in range(10):
        verdict = kills.control(servers, crib, "sqlite", sabotage)
        evidence(verdict.line())
        if getattr(verdict, kills.CONTROLS[sabotage]) > 0:
            break
    assert getattr(verdict, kills.CONTROLS[sabotage]) > 0
    assert not verdict.ok


@both
def test_a_death_at_any_step_loses_nothing_and_shows_nothing_twice(servers, crib, judge, database):
    judge(failpoints.failpoints(servers, crib, database))


def test_a_slack_message_is_found_again_by_its_key(servers, crib, judge):
    judge(kills.slack(servers, crib, "sqlite"))


def test_no_card_is_lost_and_a_death_shows_twice_one_a_thread_at_most(servers, crib, judge):
    judge(kills.teams(servers, crib, "sqlite"))


@both
def test_a_frozen_sender_sends_nothing_twice(servers, crib, judge, database):
    judge(frozen.sink(servers, crib, database))


@both
def test_a_frozen_sender_of_mail_leaves_it_unknown_until_it_wakes(servers, crib, judge, database):
    judge(frozen.mail(servers, crib, database))


def test_a_broker_that_forgets_or_dies_loses_nothing(servers, crib, judge):
    judge(outage.broker(servers, crib, size=300, strikes=3))


def test_a_database_that_dies_loses_nothing_and_no_worker_has_to_be_started_again(servers, crib, judge):
    judge(outage.database(servers, crib, size=300, strikes=2))
