"""What came of plays, by play."""

from datetime import date

import pytest

from health.done import OUTCOMES, Done, Outcome, play_outcomes


def done(
    outcome: str, days: int | None = 3, signal: str = "idle_7", play: str = "Call", on: int = 10
) -> Done:
    return Done(signal, play, outcome, None if days is None else date(2026, 5, on - days), date(2026, 5, on))


def test_the_share_kept_is_of_those_that_ended_one_way_or_the_other():
    (found,) = play_outcomes(
        [done("kept"), done("grown"), done("lost"), done("no_answer"), done("not_needed")]
    )
    assert (found.done, found.kept_pct) == (5, pytest.approx(200 / 3))
    assert found.low_pct < found.kept_pct < found.high_pct
    assert found.outcomes == tuple(Outcome(name, 1) for name in OUTCOMES if name != "reduced")


def test_where_none_ended_there_is_no_share():
    (found,) = play_outcomes([done("no_answer", None)])
    assert (found.kept_pct, found.low_pct, found.median_days) == (None, None, None)


@pytest.mark.parametrize(("days", "median"), [([1], 1), ([1, 4], 2.5), ([1, None, 9], 5), ([0, 0, 9], 0)])
def test_days_run_from_the_alert_to_done(days, median):
    (found,) = play_outcomes([done("kept", each) for each in days])
    assert found.median_days == median


def test_each_signal_has_its_own_line_under_its_latest_title():
    told = [done("kept"), done("lost", signal="band"), done("lost", play="Call them", on=11)]
    assert [(each.signal, each.play, each.done) for each in play_outcomes(told)] == [
        ("idle_7", "Call them", 2),
        ("band", "Call", 1),
    ]
    assert play_outcomes([]) == ()
