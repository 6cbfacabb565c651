"""When a survey is owed, and which answer counts."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from health.features import Features, LicenceFact, Term
from health.nouns import Assessment, Inputs, Score
from health.policy import Policy, SurveyRules
from health.surveys import (
    ACTIVATION,
    CHANGE_DAYS,
    CLOSED,
    KEPT,
    NPS,
    RENEWAL,
    REST_DAYS,
    SAME,
    SCALES,
    Asked,
    Due,
    Given,
    due,
    first_value_on,
    may_ask,
    scores,
    taken,
    works,
)
from tests.health.examples import policy as shipped

AS_OF = date(2026, 6, 1)
TERM = "s@2026-01-01"
ALL = SurveyRules(kinds=frozenset(SCALES))
IN_FORCE = Term("s", date(2026, 1, 1), date(2026, 12, 31), status="active")
OVER = Term("s", date(2025, 1, 1), date(2025, 12, 31), status="active")


def days_ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def policy(rules: SurveyRules = ALL) -> Policy:
    return replace(shipped(), surveys=rules)


def kinds(
    used: int | None = 100,
    window: int | None = None,
    rules: SurveyRules = ALL,
    terms: tuple[Term, ...] = (IN_FORCE,),
    licences: tuple[LicenceFact, ...] = (),
) -> list[Due]:
    """What is due of an account that was first used so many days ago."""
    first = None if used is None else days_ago(used)
    row = Features(1, "a", terms=terms, first_used_on=first, licences=licences)
    score = Score(5_000, 5_000, 5_000, 1.0, ())
    judged = Assessment(1, AS_OF, score, "watch", Inputs((), ()), facts={"window": window}, term=TERM)
    return list(due(row, judged, policy(rules)))


@pytest.mark.parametrize(
    ("used", "window", "expected"),
    [
        (None, None, []),
        (None, 120, [RENEWAL]),
        (-1, None, []),
        (13, None, []),
        (14, None, [ACTIVATION]),
        (59, None, [ACTIVATION]),
        (60, None, [ACTIVATION, NPS]),
        (61, None, [NPS]),
        (61, 120, [RENEWAL, NPS]),
        (61, 90, [NPS]),
        (30, 120, [RENEWAL, ACTIVATION]),
    ],
)
def test_what_the_calendar_owes(used: int | None, window: int | None, expected: list[str]) -> None:
    assert [found.kind for found in kinds(used, window)] == expected


def test_a_survey_is_of_its_term_or_of_its_kind() -> None:
    assert kinds(30, 120) == [Due(RENEWAL, TERM), Due(ACTIVATION, ACTIVATION)]


@pytest.mark.parametrize("sent", [frozenset(), frozenset({NPS}), frozenset({RENEWAL, ACTIVATION})])
def test_only_what_the_policy_sends_is_owed(sent: frozenset[str]) -> None:
    found = {each.kind for used in (30, 100) for each in kinds(used, 120, replace(ALL, kinds=sent))}
    assert found == sent


def test_the_shipped_policy_sends_none() -> None:
    assert shipped().surveys == SurveyRules()
    assert kinds(100, 120, shipped().surveys) == []


@pytest.mark.parametrize("terms", [(), (OVER,)])
def test_who_is_no_customer_now_is_asked_nothing(terms: tuple[Term, ...]) -> None:
    assert kinds(30, 120, terms=terms) == []


@pytest.mark.parametrize(
    ("used", "activated", "first"),
    [(None, None, None), (9, None, 9), (None, 5, 5), (9, 5, 9), (5, 9, 9), (-2, None, None), (3, -2, 3)],
)
def test_first_value_is_the_first_use_or_validation(
    used: int | None, activated: int | None, first: int | None
) -> None:
    row = Features(
        1,
        "a",
        first_used_on=None if used is None else days_ago(used),
        licences=() if activated is None else (LicenceFact(activated_on=days_ago(activated)),),
    )
    assert first_value_on(row, AS_OF) == (None if first is None else days_ago(first))


# -- who may be asked --------------------------------------------------------------------------------


def asked(kind: str, days: int, *, occasion: str = "", left: bool = True) -> Asked:
    return Asked(kind, occasion or kind, days_ago(days), left)


@pytest.mark.parametrize(
    ("found", "before", "expected"),
    [
        (Due(NPS, NPS), [], True),
        (Due(NPS, NPS), [asked(NPS, 179)], False),
        (Due(NPS, NPS), [asked(NPS, 180)], True),
        (Due(NPS, NPS), [asked(NPS, 29, left=False)], False),
        (Due(NPS, NPS), [asked(NPS, 30, left=False)], True),
        (Due(NPS, NPS), [asked(ACTIVATION, 29)], False),
        (Due(NPS, NPS), [asked(ACTIVATION, 30)], True),
        (Due(ACTIVATION, ACTIVATION), [asked(ACTIVATION, 300)], False),
        (Due(ACTIVATION, ACTIVATION), [asked(ACTIVATION, 31, left=False)], True),
        (Due(RENEWAL, TERM), [asked(RENEWAL, 200, occasion=TERM)], False),
        (Due(RENEWAL, TERM), [asked(RENEWAL, 200, occasion="s@2025-01-01")], True),
    ],
)
def test_how_often_somebody_is_asked(found: Due, before: list[Asked], expected: bool) -> None:
    assert may_ask(found, before, AS_OF, ALL) is expected


# -- an answer ---------------------------------------------------------------------------------------

DAY_MS = 86_400_000
NOON_MS = 1_780_315_200_000


@pytest.mark.parametrize(
    ("score", "days", "before", "came_to"),
    [
        (7, 0, [], KEPT),
        (7, 1, [(7, 0)], SAME),
        (6, 1, [(7, 0)], KEPT),
        (7, 2, [(7, 0), (6, 1)], KEPT),
        (6, CHANGE_DAYS - 1, [(7, 0)], KEPT),
        (6, CHANGE_DAYS, [(7, 0)], CLOSED),
        (7, CHANGE_DAYS, [(7, 0)], CLOSED),
        (5, CHANGE_DAYS, [(7, 0), (6, CHANGE_DAYS - 1)], CLOSED),
    ],
)
def test_what_becomes_of_an_answer(
    score: float, days: int, before: list[tuple[float, int]], came_to: str
) -> None:
    given = [Given(each, NOON_MS + day * DAY_MS) for each, day in before]
    assert taken(score, NOON_MS + days * DAY_MS, given) == came_to


@pytest.mark.parametrize(
    ("days", "expected"), [(-1, False), (0, True), (REST_DAYS - 1, True), (REST_DAYS, False)]
)
def test_links_work_until_the_next_survey_may_come(days: int, expected: bool) -> None:
    """So that an answer belongs to one letter alone."""
    assert works(days_ago(days), AS_OF) is expected
    again = may_ask(Due(NPS, NPS), [asked(ACTIVATION, days)], AS_OF, ALL)
    assert not (expected and again)


def test_the_numbers_of_a_scale() -> None:
    assert scores(NPS) == tuple(range(11))
    assert scores(RENEWAL) == scores(ACTIVATION) == (1, 2, 3, 4, 5)
