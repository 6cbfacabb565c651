"""Aged: an input that its line lets live for so many days, and not a day more."""

from datetime import timedelta
from pathlib import Path

import pytest

from config.files import SHIPPED
from config.policy import PolicyError, load
from health import aged
from health.features import Freshness, LimitFact, Pulse, SurveyFact
from health.judge import conclude, judge
from health.measures import measures
from health.nouns import NOT_APPLICABLE
from health.policy import Policy
from health.rules import NUMBERS, measures_of
from tests.health.examples import AS_OF, KINDS, YESTERDAY, Weekends, account, pulse


def living(tmp_path: Path, line: str, days: int, measure: str = "") -> Policy:
    """The shipped policy, but for the life that a line gives its input."""
    text = (SHIPPED / "policy.yaml").read_text()
    at = text.index(f"      {line}:\n        measure: ", text.index("weighted:\n"))
    head, _, rest = text[at:].partition("measure: ")
    named, _, rest = rest.partition("\n")
    path = tmp_path / "policy.yaml"
    found = f"{head}measure: {measure or named}\n        stale_after_days: {days}\n{rest}"
    path.write_text(text[:at] + found)
    return load(path)


def line_of(rules: Policy, name: str, at: Pulse, **changes: object):
    found = judge(account(**changes), AS_OF, rules, at, Weekends())
    (line,) = [each for each in found.score.contributions if each.name == name]
    return found, line


def behind(days: int) -> Pulse:
    """One source, complete through so many days before yesterday."""
    return pulse(through=YESTERDAY - timedelta(days))


@pytest.mark.parametrize(
    ("line", "measure", "days", "old"),
    [
        ("idle", "", 3, False),
        ("idle", "", 4, True),
        ("trend", "", 4, True),
        ("tickets", "", 3, False),
        ("tickets", "", 4, True),
        ("payment", "", 3, False),
        ("payment", "", 4, True),
        ("direction", "account_age_days", 3, False),
        ("direction", "account_age_days", 4, True),
    ],
)
def test_what_a_source_states_lives_from_its_last_complete_day(tmp_path, line, measure, days, old):
    rules = living(tmp_path, line, 3, measure)
    found, told = line_of(rules, line, behind(days))
    name = measure or rules.profiles["default"].grounds[line].measures[0]
    assert (found.inputs[name] is None) is old
    assert (told.reason == "unknown: older than 3 days") is old
    assert found.traits["aged"] == (name if old else None)


@pytest.mark.parametrize(("days", "old"), [(61, False), (62, True)])
def test_an_answer_lives_from_its_own_day(tmp_path, days, old):
    rules = living(tmp_path, "answers", 60)
    earlier = SurveyFact("nps", 9, AS_OF - timedelta(90))
    answers = (earlier, SurveyFact("csat", 5, AS_OF - timedelta(days)))
    found, told = line_of(rules, "answers", pulse(), surveys=answers)
    assert (found.inputs["sentiment"] is None) is old
    assert (told.reason == "unknown: older than 60 days") is old
    assert found.inputs["nps"] == 9.0  # no line gives it a shorter life


@pytest.mark.parametrize(("days", "old"), [(2, False), (3, True), (None, False)])
@pytest.mark.parametrize("measure", ["domain_use_pct", "limit_pct"])
def test_a_limit_lives_from_the_day_it_was_stated_of(tmp_path, measure, days, old):
    rules = living(tmp_path, "direction", 1, measure)
    stated = None if days is None else AS_OF - timedelta(days)
    found, _ = line_of(rules, "direction", pulse(), limits=(LimitFact("domains", 3, 10, stated),))
    assert (found.inputs[measure] is None) is old


def test_an_input_that_was_never_known_is_not_called_old(tmp_path):
    rules = living(tmp_path, "answers", 60)
    found, told = line_of(rules, "answers", pulse(), surveys=())
    assert (told.reason, found.traits["aged"]) == ("answers is not known", None)


def test_what_does_not_apply_does_not_age(tmp_path):
    rules = living(tmp_path, "direction", 1)
    found = measures(account(), AS_OF, rules, behind(4), Weekends())
    assert (found.term.mrr_change_pct, found.traits.aged) == (NOT_APPLICABLE, None)


def test_coverage_falls_and_the_verdict_recomputes_from_what_is_kept(tmp_path):
    rules = living(tmp_path, "tickets", 0)
    fresh, _ = line_of(rules, "tickets", behind(0))
    stale, _ = line_of(rules, "tickets", behind(1))
    assert stale.score.coverage < fresh.score.coverage
    assert conclude(measures_of(stale.inputs, stale.traits), rules).score == stale.score


def test_every_measure_has_a_day_that_it_is_known_through():
    assert set(aged._NEWEST) == set(NUMBERS)


def test_none_ages_by_default():
    old = Pulse({"files": Freshness(KINDS, YESTERDAY - timedelta(5))})
    assert load().stale_after == {}
    assert measures(account(), AS_OF, load(), old, Weekends()).traits.aged is None


def test_the_shortest_life_of_any_profile_counts(tmp_path):
    rules = living(tmp_path, "idle", 5)
    text = (tmp_path / "policy.yaml").read_text()
    shorter = text.replace("utilisation: { curve: ramp }", "idle: { stale_after_days: 2 }")
    (tmp_path / "policy.yaml").write_text(shorter)
    assert (rules.stale_after, load(tmp_path / "policy.yaml").stale_after) == (
        {"idle_beyond_fleet_days": 5},
        {"idle_beyond_fleet_days": 2},
    )


def test_less_than_no_days_is_refused(tmp_path):
    with pytest.raises(PolicyError):
        living(tmp_path, "idle", -1)
