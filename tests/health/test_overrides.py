"""Overrides: the band of a person counts for alerts; the score and every other signal stay."""

from dataclasses import replace
from datetime import date

import pytest

from health.decide import Previous, decide
from health.features import TicketFact
from health.judge import SCORE
from health.nouns import Flag, Signal, Why
from health.overrides import Override, by_hand, computed_band, overridden
from tests.health.examples import AS_OF, account, assess, daily, policy, series

UNTIL = date(2025, 7, 1)
HARDLY = series(active_users_30d=daily(1), active_users=daily(10, then=1, last=14))
LOW = assess(account(series=HARDLY, last_used_on=date(2025, 4, 20)))
STEADY = assess(account())
LEAVING = assess(account(tickets=(TicketFact("t", AS_OF, subject="Please cancel our contract"),)))


def by(band: str) -> Override:
    return Override(band, "they signed again", UNTIL)


def decided(now, standing=(), before="healthy"):
    return decide(now, Previous(before, 9_000), standing, policy(), AS_OF, first_run=False)


def opened(now, standing=()):
    return [flag.reason for flag in decided(now, standing).flags if flag.state == "firing"]


def test_without_one_a_verdict_is_as_computed():
    assert overridden(LOW, None) is LOW
    assert not by_hand(LOW)
    assert computed_band(LOW) == "at_risk"


@pytest.mark.parametrize("band", ["at_risk", "watch", "healthy"])
@pytest.mark.parametrize("computed", [LOW, STEADY, LEAVING], ids=["low", "steady", "leaving"])
def test_the_computed_verdict_goes_on_beside_it(computed, band):
    found = overridden(computed, by(band))
    assert (found.band, computed_band(found), by_hand(found)) == (band, computed.band, True)
    assert (found.score, found.inputs, found.term) == (computed.score, computed.inputs, computed.term)
    assert (found.facts["override_reason"], found.facts["override_until"]) == (
        "they signed again",
        "2025-07-01",
    )
    others = [[signal for signal in each.signals if signal.kind != SCORE] for each in (found, computed)]
    assert others[0] == others[1]


def test_alerts_about_the_score_follow_the_band_that_was_set():
    assert SCORE in opened(LOW)
    assert SCORE not in opened(overridden(LOW, by("watch")))
    assert SCORE not in opened(STEADY)
    assert opened(overridden(STEADY, by("at_risk"))) == [SCORE]
    (signal,) = overridden(STEADY, by("at_risk")).signals
    assert signal.evidence == "set at risk by hand: they signed again"


def test_explicit_intent_alerts_whatever_was_set():
    assert "cancel_ticket" in opened(overridden(LEAVING, by("healthy")))


FIRING = Flag(1, "at_risk", SCORE, STEADY.term, "firing", Why.WORSENED, since=AS_OF)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (overridden(LOW, by("healthy")), "resolved"),  # though the score is as low as it was
        (overridden(LOW, by("watch")), "resolved"),
        (overridden(STEADY, by("at_risk")), None),
        (LOW, None),
        (STEADY, "resolved"),
    ],
)
def test_a_standing_alert_closes_with_the_band_that_was_set(now, state):
    flags = decided(replace(now, term=STEADY.term), [FIRING]).flags
    assert [flag.state for flag in flags if flag.reason == SCORE] == ([state] if state else [])


def test_when_it_ends_the_computed_band_alerts_again():
    closed = replace(FIRING, state="resolved", why=Why.RECOVERED)
    assert SCORE in opened(replace(LOW, term=STEADY.term), [closed])


@pytest.mark.parametrize(("band", "gate"), [("at_risk", "at_risk"), ("healthy", "")])
def test_at_risk_by_hand_blocks_an_expansion_too(band, gate):
    grown = Signal("capacity", "expansion", "85 % of the nearest limit in use")
    computed = replace(STEADY, signals=(grown,), facts={**STEADY.facts, "expansion": True})
    found = overridden(computed, by(band))
    assert found.signals[0].gate == gate
    assert found.facts["expansion"] is (not gate)
