"""When an account is owed a nudge: each rule at its edges, and what is not known keeps it back."""

from array import array
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from health.features import ChampionFact, Features, Series, Term
from health.nouns import Assessment, Inputs, Score, Signal
from health.nudge_rules import (
    ACTIVATION,
    CHAMPIONS,
    EXPIRED,
    INVITE,
    SPOTLIGHT,
    TRAINING,
    UNUSED,
    UPGRADE,
    WELCOME,
    ActivationRule,
    ChampionRule,
    ExpiredRule,
    Feature,
    InviteRule,
    Material,
    NudgeRules,
    SpotlightRule,
    Step,
    TrainingRule,
    UnusedRule,
    UpgradeRule,
    WelcomeRule,
)
from health.nudges import (
    DONE,
    FAILED,
    Due,
    Known,
    Licence,
    Owed,
    due,
    has_begun,
    may_nudge,
    progress,
)
from health.purchases import Purchase

AS_OF = date(2026, 6, 1)
SAID = {"en": "words"}
ACT = ActivationRule(tuple(Step(name, SAID, SAID, SAID, 5) for name in ("one", "two")))
ALERTS, EXPORTS = (Feature(f"feature:{name}", SAID, SAID, 5, "https://x.example") for name in ("a", "b"))


def days_ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def known(
    began: int = 100,
    facts: Mapping[str, str | int | float | bool | None] | None = None,
    signals: tuple[Signal, ...] = (),
    band: str = "healthy",
    plan: str = "team",
    **features: object,
) -> Known:
    term = Term("s", days_ago(began), date(2027, 1, 1), plan=plan)
    row = replace(Features(1, "a1", terms=(term,)), **features)  # type: ignore[arg-type]  # a test names real fields
    verdict = Assessment(
        1,
        AS_OF,
        Score(9000, 9000, 9000, 1.0, ()),
        band,  # type: ignore[arg-type]  # one of the bands
        Inputs((), ()),
        signals,
        facts or {},
        f"s@{days_ago(began)}",
    )
    return Known(row, verdict, frozenset({"activation_steps"}))


def letters(found: Known, rules: NudgeRules) -> list[str]:
    return [each.letter for each in due(found, rules)]


def test_nothing_is_owed_that_is_not_named() -> None:
    assert letters(known(5, {"seats": 100, "active_users": 1, "assigned_seats": 1}), NudgeRules()) == []
    assert NudgeRules().sent == frozenset()
    assert NudgeRules(finish_activation=ACT, licence_expired=ExpiredRule()).sent == {ACTIVATION, EXPIRED}


# -- welcome -----------------------------------------------------------------------------------------

HELLO = NudgeRules(welcome=WelcomeRule("https://x.example", within_days=7))


def greeted(*bought: tuple[str, int], since: int | None = 100, rules: NudgeRules = HELLO) -> list[str]:
    """The subscriptions that are welcomed, of products that were bought so many days ago."""
    made = [Purchase(f"s{n}", product, days_ago(days)) for n, (product, days) in enumerate(bought)]
    begun = {} if since is None else {WELCOME: days_ago(since)}
    return [each.matter for each in due(known()._replace(purchases=made, begun=begun), rules)]


@pytest.mark.parametrize(
    ("bought", "since", "found"),
    [
        ([("core", 0)], 100, ["s0"]),
        ([("core", 7)], 100, ["s0"]),
        ([("core", 8)], 100, []),
        ([("core", -1)], 100, []),
        ([("core", 3)], 3, ["s0"]),
        ([("core", 3)], 2, []),  # bought before welcomes were sent
        ([("core", 3)], None, []),
        ([("core", 400), ("core", 1)], 900, []),  # another subscription of what they have
        ([("core", 400), ("reports", 1)], 900, ["s1"]),
        ([("core", 400), ("", 1)], 900, []),
        ([("", 400), ("reports", 1)], 900, []),
        ([("reports", 1), ("core", 2)], 900, ["s1", "s0"]),
        ([], 100, []),
    ],
)
def test_who_bought_something_new_of_late_is_welcomed(
    bought: list[tuple[str, int]], since: int | None, found: list[str]
) -> None:
    assert greeted(*bought, since=since) == found
    assert greeted(*bought, since=since, rules=NudgeRules()) == []


@pytest.mark.parametrize(
    ("letter", "before", "days", "may"),
    [
        (WELCOME, INVITE, 0, True),
        (WELCOME, WELCOME, 13, False),
        (WELCOME, WELCOME, 14, True),
        (ACTIVATION, WELCOME, 2, False),
        (ACTIVATION, WELCOME, 3, True),
        (ACTIVATION, INVITE, 13, False),
        (INVITE, WELCOME, 13, False),
    ],
)
def test_a_welcome_waits_for_none_and_hands_over_to_the_steps(
    letter: str, before: str, days: int, may: bool
) -> None:
    rules = replace(HELLO, finish_activation=ACT)
    owed = [Owed(before, "other", days_ago(days), left=True)]
    assert may_nudge(Due(letter, "m"), owed, AS_OF, rules) is may


def test_nobody_is_welcomed_twice_for_one_thing() -> None:
    owed = [Owed(WELCOME, "s1", days_ago(60), left=True)]
    assert not may_nudge(Due(WELCOME, "s1"), owed, AS_OF, HELLO)
    assert may_nudge(Due(WELCOME, "s2"), owed, AS_OF, HELLO)


# -- activation --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("began", "owed"), [(2, False), (3, True), (60, True), (61, False)])
def test_steps_are_told_of_in_the_first_weeks(began: int, owed: bool) -> None:
    assert bool(letters(known(began), NudgeRules(finish_activation=ACT))) is owed


@pytest.mark.parametrize(
    ("steps", "left"),
    [
        ({}, ["one", "two"]),
        ({"one": DONE}, ["two"]),
        ({"one": FAILED}, ["one", "two"]),
        ({"two": DONE, "other": DONE}, ["one"]),
        ({"one": DONE, "two": DONE}, []),
    ],
)
def test_steps_are_left_until_they_are_done(steps: Mapping[str, str], left: list[str]) -> None:
    found = known(5)._replace(steps=steps)
    way = progress(found, ACT)
    assert way is not None
    assert [step.step for step in way.left] == left
    assert bool(letters(found, NudgeRules(finish_activation=ACT))) is bool(left)


def test_each_set_of_steps_is_a_matter_of_its_own() -> None:
    rules = NudgeRules(finish_activation=ACT)
    matters = [next(due(known(5)._replace(steps=done), rules)).matter for done in ({}, {"one": DONE})]
    assert len(set(matters)) == 2


def test_where_nobody_states_steps_nobody_knows_what_is_left() -> None:
    assert letters(known(5)._replace(stated=frozenset()), NudgeRules(finish_activation=ACT)) == []


# -- seats -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "owed"),
    [
        ({"seats": 100, "active_users": 59}, True),
        ({"seats": 100, "active_users": 60}, False),
        ({"seats": 10, "active_users": 5}, True),
        ({"seats": 9, "active_users": 5}, False),  # four are unused
        ({"seats": 100, "growth_seats": 50, "active_users": 30}, False),
        ({"seats": 100, "growth_seats": 0, "active_users": 30}, True),
        ({"seats": None, "active_users": 5}, False),
        ({"seats": 100, "active_users": None}, False),
        ({"seats": 100, "active_users": 5, "stale": "files, 2026-05-01"}, False),
    ],
)
def test_seats_that_nobody_uses(facts: Mapping[str, str | int | None], owed: bool) -> None:
    assert letters(known(90, facts), NudgeRules(unused_seats=UnusedRule())) == [UNUSED] * owed


def test_who_has_just_begun_has_not_filled_the_seats_yet() -> None:
    facts = {"seats": 100, "active_users": 5, "assigned_seats": 10}
    rules = NudgeRules(unused_seats=UnusedRule(), invite_team=InviteRule())
    assert letters(known(89, facts), rules) == [INVITE]
    assert letters(known(91, facts), rules) == [UNUSED]


@pytest.mark.parametrize(
    ("began", "given", "owed"),
    [(13, 9, False), (14, 9, True), (14, 10, False), (90, 9, True), (91, 9, False)],
)
def test_seats_that_nobody_was_given(began: int, given: int, owed: bool) -> None:
    facts = {"seats": 20, "assigned_seats": given}
    assert letters(known(began, facts), NudgeRules(invite_team=InviteRule())) == [INVITE] * owed


@pytest.mark.parametrize(
    ("began", "used", "given", "owed"),
    [(30, 5, 10, True), (29, 5, 10, False), (30, 6, 10, False), (30, 2, 5, True), (30, 2, 4, False)],
)
def test_people_with_a_seat_who_do_not_use_it(began: int, used: int, given: int, owed: bool) -> None:
    rule = TrainingRule(SAID, "https://x.example", 45)
    facts = {"active_users": used, "assigned_seats": given}
    assert letters(known(began, facts), NudgeRules(training_invitation=rule)) == [TRAINING] * owed


# -- what more there is ------------------------------------------------------------------------------


def daily(metric: str, *counts: float) -> Series:
    return Series(days_ago(len(counts)), {metric: array("d", counts)})


@pytest.mark.parametrize(
    ("plan", "kind", "gate", "counts", "owed"),
    [
        ("team", "throughput", "", (0, 12), True),
        ("team", "throughput", "at_risk", (0, 12), False),
        ("team", "capacity", "", (0, 12), False),
        ("enterprise", "throughput", "", (0, 12), False),
        ("team", "throughput", "", (12, *[0] * 30), False),
        ("team", "throughput", "", (12, *[0] * 29), True),
    ],
)
def test_a_plan_that_was_too_small(
    plan: str, kind: str, gate: str, counts: tuple[float, ...], owed: bool
) -> None:
    found = known(
        signals=(Signal(kind, "expansion", "x", gate=gate),),
        plan=plan,
        series=daily("rate_limit_hits", *counts),
    )
    rules = NudgeRules(upgrade_fits=UpgradeRule("https://x.example", ("team",)))
    assert letters(found, rules) == [UPGRADE] * owed


def test_a_limit_that_is_near_has_a_letter_of_its_own() -> None:
    room = tuple(Signal(kind, "expansion", "x") for kind in ("capacity", "throughput"))
    found = known(signals=room, series=daily("rate_limit_hits", 12))
    rules = NudgeRules(upgrade_fits=UpgradeRule("https://x.example", ("team",)))
    assert letters(found, rules) == []


@pytest.mark.parametrize(
    ("features", "days", "idle", "matters"),
    [
        (("feature:a",), (1,), 3, ["feature:b"]),
        (("feature:a", "feature:b"), (1, 0), 14, ["feature:b"]),
        (("feature:a", "feature:b"), (1, 4), 3, []),
        (("feature:c",), (1,), 3, ["feature:a", "feature:b"]),
        ((), (), 3, []),  # nobody states features
        (("feature:a",), (1,), 15, []),
        (("feature:a",), (1,), None, []),
    ],
)
def test_features_that_are_not_used(
    features: tuple[str, ...], days: tuple[int, ...], idle: int | None, matters: list[str]
) -> None:
    series = Series(days_ago(1), {}, days, features)
    rules = NudgeRules(feature_spotlight=SpotlightRule((ALERTS, EXPORTS)))
    found = known(facts={"idle_days": idle}, series=series)._replace(
        fleet_features=("feature:a", "feature:b")
    )
    assert [each.matter for each in due(found, rules)] == matters
    only_one = found._replace(fleet_features=("feature:b",))
    assert [each.matter for each in due(only_one, rules)] == [each for each in matters if each == "feature:b"]


@pytest.mark.parametrize(
    ("began", "band", "seen", "owed"),
    [
        (90, "healthy", 14, True),
        (89, "healthy", 14, False),
        (90, "watch", 1, False),
        (90, "healthy", 15, False),
    ],
)
def test_champions_of_a_healthy_account(began: int, band: str, seen: int, owed: bool) -> None:
    champion = ChampionFact(days_ago(80), days_ago(seen))
    rule = ChampionRule((Material(SAID, SAID, "https://x.example"),))
    found = known(began, band=band, champions=(champion,))
    assert letters(found, NudgeRules(champion_material=rule)) == [CHAMPIONS] * owed


# -- licences ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("licences", "days"),
    [
        ([Licence("core", days_ago(0))], [0]),
        ([Licence("core", days_ago(-1))], []),
        ([Licence("core", days_ago(13)), Licence("core", days_ago(14))], [13]),
        ([Licence("core", days_ago(1), ended=True)], []),
        ([Licence("core", days_ago(1)), Licence("core", days_ago(-300))], []),
        ([Licence("core", days_ago(1)), Licence("core", None)], []),
        ([Licence("core", days_ago(1)), Licence("core", None, ended=True)], [1]),
        ([Licence("core", days_ago(1)), Licence("more", None)], [1]),
        ([Licence("core", days_ago(1)), Licence("core", days_ago(2))], [2, 1]),
    ],
)
def test_licences_that_expired_and_that_none_follows(licences: list[Licence], days: list[int]) -> None:
    found = known()._replace(licences=licences)
    matters = [each.matter for each in due(found, NudgeRules(licence_expired=ExpiredRule()))]
    assert matters == [str(days_ago(each)) for each in days]


# -- how often ---------------------------------------------------------------------------------------

RULES = NudgeRules(rest_days=14, again_days=90)


@pytest.mark.parametrize(
    ("found", "before", "may"),
    [
        (Due(UNUSED, "t2"), [], True),
        (Due(UNUSED, "t2"), [Owed(TRAINING, "t2", days_ago(13), left=True)], False),
        (Due(UNUSED, "t2"), [Owed(TRAINING, "t2", days_ago(14), left=True)], True),
        (Due(UNUSED, "t2"), [Owed("survey_nps", "nps", days_ago(13), left=False)], False),
        (Due(UNUSED, "t2"), [Owed(UNUSED, "t2", days_ago(300), left=True)], False),
        (Due(UNUSED, "t2"), [Owed(UNUSED, "t2", days_ago(14), left=False)], True),
        (Due(UNUSED, "t2"), [Owed(UNUSED, "t1", days_ago(89), left=True)], False),
        (Due(UNUSED, "t2"), [Owed(UNUSED, "t1", days_ago(90), left=True)], True),
        (Due(ACTIVATION, "x"), [Owed(ACTIVATION, "y", days_ago(14), left=True)], True),
        (Due(ACTIVATION, "x"), [Owed(ACTIVATION, "x", days_ago(14), left=True)], False),
        (Due(SPOTLIGHT, "feature:b"), [Owed(SPOTLIGHT, "feature:a", days_ago(89), left=True)], False),
        (Due(SPOTLIGHT, "feature:a"), [Owed(SPOTLIGHT, "feature:a", days_ago(200), left=True)], False),
    ],
)
def test_an_account_is_told_once_and_not_too_often(found: Due, before: list[Owed], may: bool) -> None:
    assert may_nudge(found, before, AS_OF, RULES) is may


def test_what_is_switched_on_comes_to_each_account_in_its_turn() -> None:
    accounts = [f"a{number}" for number in range(1400)]
    reached = [
        sum(has_begun(each, UNUSED, AS_OF, AS_OF + timedelta(days=day), 14) for each in accounts)
        for day in range(14)
    ]
    a_day = [later - earlier for earlier, later in zip([0, *reached], reached, strict=False)]
    assert reached[-1] == 1400
    assert all(60 < each < 140 for each in a_day)
    first = {each for each in accounts if has_begun(each, UNUSED, AS_OF, AS_OF, 14)}
    assert first != {each for each in accounts if has_begun(each, TRAINING, AS_OF, AS_OF, 14)}


def test_nobody_is_reached_before_it_is_known_since_when() -> None:
    assert not has_begun("a1", UNUSED, None, AS_OF, 1)
    assert has_begun("a1", UNUSED, AS_OF, AS_OF, 1)
    assert not has_begun("a1", UNUSED, AS_OF + timedelta(days=1), AS_OF, 1)


@pytest.mark.parametrize(
    ("letter", "every", "days", "may"),
    [
        (ACTIVATION, {ACTIVATION: 7}, 6, False),
        (ACTIVATION, {ACTIVATION: 7}, 7, True),
        (ACTIVATION, {ACTIVATION: 30}, 29, False),
        (ACTIVATION, {SPOTLIGHT: 7}, 13, False),
        (SPOTLIGHT, {SPOTLIGHT: 20}, 19, False),
        (SPOTLIGHT, {SPOTLIGHT: 20}, 20, True),
        (SPOTLIGHT, {}, 20, False),
    ],
)
def test_other_days_are_tried_between_two_of_a_letter(
    letter: str, every: Mapping[str, int], days: int, may: bool
) -> None:
    owed = [Owed(letter, "other", days_ago(days), left=True)]
    assert may_nudge(Due(letter, "m"), owed, AS_OF, NudgeRules(every_days=every)) is may
    assert NudgeRules(every_days=every).sent == frozenset()
