"""Who is a case, what became of it, and for whom the engine is off."""

from datetime import date, timedelta

import pytest

from health.backtest import Case, Ending, Horizon, ending, enough, gaps, learned, told, triggers
from health.features import Term
from tests.health.examples import policy

D = date(2025, 6, 4)
RULES = policy().renewals
TERM = Term("s", date(2025, 1, 1), date(2026, 1, 1))
ENDING = Term("s", date(2025, 1, 1), date(2025, 7, 1))
OVER = Term("s", date(2024, 1, 1), date(2025, 1, 1))


def on(days: int, outcome: str = "churned"):
    return D + timedelta(days), outcome


@pytest.mark.parametrize(
    ("target", "outcomes", "terms", "expected"),
    [
        pytest.param("churned", [], [TERM], Ending(None), id="nothing"),
        pytest.param("churned", [on(0)], [TERM], Ending(0), id="on the day itself"),
        pytest.param("churned", [on(89)], [TERM], Ending(89), id="on the last day"),
        pytest.param("churned", [on(90)], [TERM], Ending(None), id="after it"),
        pytest.param("churned", [on(9), on(5, "renewed")], [TERM], Ending(9), id="another outcome before"),
        pytest.param("churned", [on(-1)], [TERM], None, id="left before"),
        pytest.param("churned", [on(5)], [OVER], None, id="no term in force"),
        pytest.param("not_renewed", [on(27)], [ENDING], Ending(27), id="not renewed"),
        pytest.param("not_renewed", [on(27, "renewed")], [ENDING], Ending(None), id="renewed"),
        pytest.param("not_renewed", [on(5)], [TERM], None, id="no term ends"),
        pytest.param("expanded", [on(8, "expanded"), on(3)], [TERM], Ending(8), id="expanded"),
        pytest.param("expanded", [on(3)], [TERM], Ending(None), id="left, not expanded"),
    ],
)
def test_what_became_of_an_account(target, outcomes, terms, expected):
    assert ending(target, outcomes, terms, Horizon(D, 90), RULES) == expected


def case(account: int, rank: float, *, met: bool, segment: str = "", found: tuple[str, ...] = ()) -> Case:
    days = 30 if met else None
    return Case(account, D, rank, rank, rank, round(rank), days, (segment, "", ""), found)


RANDOM = [case(at, (at * 37) % 101, met=at % 5 == 0) for at in range(500)]
KNOWING = [case(at, at, met=at >= 400) for at in range(500)]


def test_a_number_that_tells_nothing_is_no_evidence():
    found = told(RANDOM, ())
    assert (found.verdict, found.n, found.events, found.k) == ("no evidence", 500, 100, 100)
    assert found.score.auc_low < 0.5 < found.score.auc_high


def test_a_number_that_knows_is_evidence_and_one_that_knows_the_contrary_is_worse_than_chance():
    assert told(KNOWING, ()).verdict == "evidence"
    assert told([each._replace(rank=-each.rank) for each in KNOWING], ()).verdict == "worse than chance"


def test_figures_of_cases_that_are_all_known():
    found = told(KNOWING, learned(KNOWING))
    assert (found.score.auc, found.score.lift_top_decile, found.score.precision_at_k) == (1, 5, 1)
    assert (found.ece, found.brier_skill, found.lead_days, found.base_rate) == (0, 1, 30, 0.2)
    assert told(KNOWING, ()).ece is None


@pytest.mark.parametrize(("met", "others", "expected"), [(20, 20, True), (19, 99, False), (99, 19, False)])
def test_too_few_outcomes_tell_nothing(met, others, expected):
    cases = [case(at, at, met=at < met) for at in range(met + others)]
    assert enough(cases) is expected
    assert bool(learned(cases)) is expected


def test_a_segment_that_the_engine_is_off_for_is_named():
    fine = [case(at, 100 - at % 100, met=at % 100 < 20, segment="business") for at in range(1_000)]
    off = [case(at, 100 - at % 100, met=at % 100 >= 80, segment="edu") for at in range(1_000, 2_000)]
    found = {(gap.by, gap.segment, gap.figure) for gap in gaps([*fine, *off], learned(fine))}
    assert found == {("customer_type", "business", "precision"), ("customer_type", "edu", "precision")}
    assert [*gaps(fine, learned(fine))] == []
    often = [case(at, 100 - at % 100, met=at % 2 == 0, segment="edu") for at in range(1_000)]
    (gap,) = gaps(often, learned(fine))
    assert (gap.segment, gap.figure, gap.n) == ("edu", "calibration", 1_000)
    assert (gap.here, gap.overall) == (pytest.approx(0.2), 0.5)


def test_the_lift_of_each_trigger():
    cases = [case(at, at, met=at < 20, found=("capacity",) if at < 40 else ("depth",)) for at in range(100)]
    found = triggers(cases)
    assert (found["capacity"].n, found["capacity"].lift) == (40, pytest.approx(2.5))
    assert found["depth"].lift == 0
    assert (found["capacity"].verdict, found["depth"].verdict) == ("evidence", "worse than chance")
    assert 1 < found["capacity"].low < 2.5 < found["capacity"].high


def test_a_trigger_that_tells_nothing_or_was_seldom_met_is_no_evidence():
    by_chance = [case(at, at, met=at % 5 == 0, found=("capacity",) if at % 3 else ()) for at in range(300)]
    assert triggers(by_chance)["capacity"].verdict == "no evidence"
    seldom = [each._replace(triggers=("capacity",) if each.account < 19 else ()) for each in by_chance]
    found = triggers(seldom)["capacity"]
    assert (found.n, found.low, found.verdict) == (19, None, "too few cases")
