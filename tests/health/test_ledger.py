"""How right a rule was, from what became of accounts and from what people said."""

from datetime import date, timedelta

import pytest

from health.ledger import Case, Closed, Ledger, closed, demoted, why
from health.policy import LedgerRules

OPENED, WINDOW = date(2025, 3, 1), 90
KNOWN = OPENED + timedelta(days=365)


def on(days, outcome="churned"):
    return OPENED + timedelta(days=days), outcome


def case(rule="use_drop", days=0, *, dismissed=False):
    return Case(rule, OPENED + timedelta(days=days), dismissed)


@pytest.mark.parametrize(
    ("dismissed", "outcomes", "known_until", "became"),
    [
        (False, [on(0)], KNOWN, Closed(0)),
        (False, [on(89)], KNOWN, Closed(89)),
        (False, [on(90)], KNOWN, Closed(None)),
        (False, [on(-1)], KNOWN, Closed(None)),
        (False, [on(80), on(20)], KNOWN, Closed(20)),
        (False, [], OPENED + timedelta(days=89), Closed(None)),
        (False, [], OPENED + timedelta(days=88), None),
        (False, [], None, None),
        (False, [on(30, "renewed")], OPENED + timedelta(days=30), Closed(None)),
        (False, [on(30, "expanded")], OPENED + timedelta(days=30), None),
        (False, [on(30, "renewed"), on(40)], KNOWN, Closed(40)),
        (True, [], None, Closed(None)),
        (True, [on(40)], KNOWN, Closed(40)),  # whatever was said, it left
    ],
)
def test_what_became_of_a_flag(dismissed, outcomes, known_until, became):
    assert closed(case(dismissed=dismissed), outcomes, WINDOW, known_until) == became


def ledger(agreed=None, cases_min=2):
    """Six accounts left since, of which `use_drop` found two in time; it was wrong about a third."""
    made = Ledger(LedgerRules(WINDOW, cases_min, agreed or {}), OPENED, KNOWN)
    made.add([case(), case("idle_7", 5)], [on(30)])
    made.add([case(days=10)], [on(50)])
    for _ in range(3):
        made.add([], [on(60)])
    made.add([case(dismissed=True)], [])
    made.add([case("idle_7")], [on(200)])  # too long before it left
    made.add([], [on(-5)])  # left before any flag could fire
    return {entry.rule: entry for entry in made.entries()}


def test_each_rule_has_its_line():
    drop, idle = ledger()["use_drop"], ledger()["idle_7"]
    assert (drop.flags, drop.dismissed, drop.precision, drop.lead_days) == (3, 1, (2, 3), 35.0)
    assert (idle.flags, idle.dismissed, idle.precision, idle.lead_days) == (2, 0, (1, 2), 25.0)
    assert (drop.recall, idle.recall) == ((2, 6), (1, 6))


@pytest.mark.parametrize(
    ("agreed", "cases_min", "found"),
    [
        ({}, 2, set()),
        ({"use_drop": 0.67}, 3, {"use_drop"}),
        ({"use_drop": 2 / 3}, 3, set()),
        ({"use_drop": 0.67}, 4, set()),
        ({"use_drop": 0.9, "idle_7": 0.51}, 2, {"use_drop", "idle_7"}),
        ({"detractor": 1.0}, 1, set()),
    ],
    ids=["none agreed", "under", "at it", "too few", "both", "never fired"],
)
def test_a_rule_under_what_is_agreed_is_demoted(agreed, cases_min, found):
    entries = ledger(agreed, cases_min).values()
    assert demoted(entries) == found
    assert {line.split(":")[0] for line in why(entries, found, {})} == found


def test_what_was_agreed_and_what_came_of_it_is_said_in_words():
    entries = ledger({"use_drop": 0.9}).values()
    called = {"use_drop": "Use has fallen by half"}
    assert why(entries, {"use_drop"}, called) == [
        "Use has fallen by half: 2 of 3 closed alerts were right (67%), 90% is agreed"
    ]
