"""A verdict that rests on a source which is behind says so, in the policy's own sense of behind."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from config.files import SHIPPED
from config.policy import load
from health.features import Features, Freshness, Pulse
from health.judge import judge
from health.policy import Policy
from tests.health.examples import AS_OF, KINDS, Weekends, account, policy

USE, CHECKS = frozenset({"usage"}), frozenset({"validations", "licences"})
BOTH = account(sources=("crm", "log"))


def days_behind(days: int) -> date:
    return AS_OF - timedelta(days=days + 1)


def at(use: int, rest: int = 0, of_use: frozenset[str] = USE, match_rate: float = 1.0) -> Pulse:
    """Where the source of use, and the source of all else, are so many days behind."""
    log = Freshness(of_use, days_behind(use), match_rate)
    return Pulse({"crm": Freshness(KINDS - USE, days_behind(rest)), "log": log})


def said(pulse: Pulse, row: Features = BOTH, rules: Policy | None = None, as_of: date = AS_OF) -> object:
    return judge(row, as_of, rules or policy(), pulse, Weekends()).facts.get("stale")


@pytest.mark.parametrize(
    ("use", "rest", "expected"),
    [
        (0, 0, None),
        (2, 7, None),
        (3, 0, "log, complete through 2025-05-31"),
        (7, 0, "log, complete through 2025-05-27"),
        (8, 0, "log, complete through 2025-05-26, too old to tell usage"),
        (0, 8, "crm, complete through 2025-05-26, too old to tell PT"),
        (3, 8, "log, complete through 2025-05-31; crm, complete through 2025-05-26, too old to tell PT"),
    ],
)
def test_what_is_behind_is_named_with_its_last_complete_day(use, rest, expected):
    words = expected and expected.replace("PT", "payments, tickets")
    assert said(at(use, rest)) == words


def test_validations_that_are_behind_are_named_where_they_tell_use():
    assert said(at(3, of_use=CHECKS)) == "log, complete through 2025-05-31"


def test_who_is_not_linked_to_it_is_not_marked():
    assert said(at(3), account(sources=("crm",))) is None


def test_what_does_not_count_anyhow_is_not_said_to_be_behind():
    assert said(at(8, match_rate=0.1), rules=replace(policy(), match_rate_min={"log": 0.6})) is None


def test_the_words_stay_while_days_pass():
    later = [said(at(3), as_of=AS_OF + timedelta(days=n)) for n in range(5)]
    assert later == ["log, complete through 2025-05-31"] * 5


def test_the_policy_says_how_far_behind_is_too_far(tmp_path):
    own = tmp_path / "policy.yaml"
    text = (SHIPPED / "policy.yaml").read_text(encoding="utf-8")
    text = text.replace("score_gates: [stale, fleet]", "score_gates: [fleet]")
    own.write_text(text.replace("stale: usage_age_days > 2", "stale: usage_age_days > 4"), encoding="utf-8")
    assert said(at(4), rules=load(own)) is None
    assert said(at(5), rules=load(own)) == "log, complete through 2025-05-29"
