"""A letter as if it were owed: conditions are taken for met, facts are never made up."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from health.as_if import Fact, Supposed, supposed
from health.features import PaymentFact, Series
from health.letters import LETTERS
from health.nudge_rules import (
    ACTIVATION,
    EXPIRED,
    INVITE,
    SPOTLIGHT,
    TRAINING,
    UNUSED,
    UPGRADE,
    WELCOME,
    NudgeRules,
    SpotlightRule,
    TrainingRule,
    UpgradeRule,
    WelcomeRule,
)
from health.nudges import (
    DONE,
    Due,
    Known,
    Licence,
    expired,
    outgrown,
    progress,
    ungiven,
    untrained,
    unused,
    welcomed,
)
from health.purchases import Purchase
from health.service import failing
from tests.health.test_nudges import ACT, ALERTS, AS_OF, EXPORTS, SAID, daily, days_ago, known

RULES = NudgeRules(
    welcome=WelcomeRule("https://x.example"),
    finish_activation=ACT,
    training_invitation=TrainingRule(SAID, "https://x.example", 45),
    upgrade_fits=UpgradeRule("https://x.example", ("starter",)),
    feature_spotlight=SpotlightRule((ALERTS, EXPORTS)),
)
PAID = PaymentFact("i-1", days_ago(30), "paid", days_ago(29), 0, 100, "EUR")
FAILED = replace(PAID, invoice_id="i-0", due_on=days_ago(40), status="failed", paid_on=None)
FULL = {"seats": 10, "active_users": 10, "assigned_seats": 10}
"""An account that has nothing to be told: each seat is given out, and used."""


def held(letter: str, found: Known, rules: NudgeRules = RULES) -> Supposed:
    """What a letter is worded by; fails where a fact is missing."""
    made = supposed(letter, found, rules)
    assert isinstance(made, Supposed)
    return made


def failed(found: Known) -> list[str]:
    return [each.invoice_id for each in found.features.payments if failing(each, AS_OF)]


SAYS: dict[str, tuple[Known, Callable[[Supposed], object], object]] = {
    UNUSED: (
        known(1, FULL),
        lambda it: it.rules.unused_seats and unused(it.known, it.rules.unused_seats),
        (10, 10),
    ),
    INVITE: (
        known(1, FULL),
        lambda it: it.rules.invite_team and ungiven(it.known, it.rules.invite_team),
        (10, 10),
    ),
    TRAINING: (
        known(1, {**FULL, "assigned_seats": 1}),
        lambda it: it.rules.training_invitation and untrained(it.known, it.rules.training_invitation),
        (10, 1),
    ),
    UPGRADE: (known(series=daily("rate_limit_hits", 12)), lambda it: outgrown(it.known), (12, 0)),
    SPOTLIGHT: (
        known(
            facts={"idle_days": 1}, series=Series(days_ago(1), {}, (1, 1), ("feature:a", "feature:b"))
        )._replace(fleet_features=("feature:a", "feature:b")),
        lambda it: it.due,
        Due(SPOTLIGHT, "feature:a"),
    ),
    ACTIVATION: (
        known(900)._replace(steps={"one": DONE}),
        lambda it: [each.step for each in (progress(it.known, ACT) or ((), ()))[1]],
        ["two"],
    ),
    WELCOME: (
        known()._replace(
            purchases=[Purchase("s1", "core", days_ago(400)), Purchase("s2", "", days_ago(300))]
        ),
        lambda it: [each.subscription for each in welcomed(it.known, it.rules)],
        ["s2"],
    ),
    "failed_payment": (
        known(payments=(replace(PAID, invoice_id="i-9", due_on=days_ago(60)), PAID)),
        lambda it: failed(it.known),
        ["i-1"],
    ),
    "failed_payment ": (known(payments=(FAILED, PAID)), lambda it: failed(it.known), ["i-0"]),
}
"""By letter an account to which it is not due, and what it would be worded by."""


@pytest.mark.parametrize("letter", SAYS)
def test_only_the_conditions_are_supposed(letter: str) -> None:
    found, says, expected = SAYS[letter]
    assert says(held(letter.strip(), found)) == expected


@pytest.mark.parametrize(
    ("licences", "on", "products"),
    [
        ([Licence("core", days_ago(300)), Licence("core", days_ago(-300))], 300, ("core",)),
        ([Licence("core", days_ago(-20)), Licence("more", days_ago(-30))], 0, ("core",)),
        ([Licence("core", days_ago(5)), Licence("more", days_ago(5), ended=True)], 5, ("core",)),
    ],
)
def test_the_licence_that_expired_last_or_else_that_expires_next(
    licences: list[Licence], on: int, products: tuple[str, ...]
) -> None:
    made = held(EXPIRED, known()._replace(licences=licences))
    assert made.due.matter == str(days_ago(on))
    assert made.rules.licence_expired
    assert expired(made.known, made.rules.licence_expired) == {days_ago(on): products}


EMPTY = known()._replace(stated=frozenset())
LACKS: dict[str, tuple[Known, str]] = {
    "failed_payment": (EMPTY, "an invoice with its amount"),
    "approaching_limit": (EMPTY, "a limit, and how much of it is used"),
    "renewal": (EMPTY, "the end of its term"),
    "renewal ": (known(facts={"renewal_on": "2026-12-31"}), "the seats or the price of its term"),
    WELCOME: (EMPTY, "a subscription that is in force"),
    ACTIVATION: (EMPTY, "steps of activation that were tried"),
    "finish_activation ": (
        known()._replace(steps={"one": DONE, "two": DONE}),
        "a step that is left: all of yours are done",
    ),
    INVITE: (EMPTY, "paid seats"),
    "invite_team ": (known(facts={"seats": 10}), "how many seats were given out"),
    UNUSED: (known(facts={"seats": 10}), "how many people use it by now"),
    "unused_seats ": (
        known(facts={"seats": 10, "active_users": 3, "stale": "files through May 1"}),
        "how many people use it by now",
    ),
    "unused_seats  ": (known(facts={"seats": 0, "active_users": 0}), "paid seats"),
    TRAINING: (known(facts={"active_users": 3, "assigned_seats": 0}), "how many seats were given out"),
    UPGRADE: (EMPTY, "a refused request, or a try of what is not in the plan, in the last 30 days"),
    EXPIRED: (EMPTY, "a licence with the day on which it expires"),
}


@pytest.mark.parametrize("case", LACKS)
def test_a_fact_that_is_missing_is_named_and_not_made_up(case: str) -> None:
    found, lacks = LACKS[case]
    missing = supposed(case.strip(), found, RULES)
    assert isinstance(missing, Fact)
    assert missing.what == lacks
    assert missing.where


@pytest.mark.parametrize("letter", LETTERS)
def test_only_what_a_company_must_say_itself_waits_for_its_words(letter: str) -> None:
    made = supposed(letter, EMPTY, NudgeRules())
    asked_for = isinstance(made, Fact) and made.what == "your own words and links for it"
    own = {WELCOME, ACTIVATION, TRAINING, UPGRADE, SPOTLIGHT, "champion_material"}
    assert asked_for is (letter in own)
