from array import array
from datetime import date, timedelta

import pytest

from health.features import Features, Series
from health.weeks import weeks

END = date(2026, 5, 31)


def used(
    *daily: float, until: date = END, first: date | None = None, metric: str = "active_users"
) -> Features:
    start = until - timedelta(days=len(daily) - 1)
    return Features(1, "a", series=Series(start, {metric: array("d", daily)}), first_used_on=first or start)


@pytest.mark.parametrize(
    ("features", "means"),
    [
        (used(*[1.0] * 7, *[2.0] * 7, *[4.0] * 7), (1.0, 2.0, 4.0)),
        (used(*[7.0] * 13), (None, None, 7.0)),
        (used(*[0.0] * 14, *[7.0] * 7), (0.0, 0.0, 7.0)),
        (used(*[3.0] * 21, until=END - timedelta(days=7)), (3.0, 3.0, 0.0)),
        (used(*[3.0] * 28, until=END + timedelta(days=7)), (3.0, 3.0, 3.0)),
        (used(*[3.0] * 21, first=END - timedelta(days=13)), (None, 3.0, 3.0)),
    ],
    ids=["three weeks", "a half one before", "idle first", "idle since", "days to come", "first used later"],
)
def test_means_a_week(features, means):
    found = weeks(features, END, ["active_users"], 3)
    assert found is not None
    assert found.means == means


def test_it_goes_by_the_first_metric_that_has_any():
    features = used(*[0.0] * 21)
    assert features.series is not None
    more = Series(features.series.start, {**features.series.values, "events": array("d", [5.0] * 21)})
    found = weeks(Features(1, "a", series=more), END, ["active_users", "events"], 3)
    assert found is not None
    assert (found.metric, found.means) == ("events", (5.0, 5.0, 5.0))


@pytest.mark.parametrize("features", [Features(1, "a"), used(*[0.0] * 21), used(*[3.0] * 5)])
def test_without_use_or_a_whole_week_there_is_nothing_to_show(features):
    assert weeks(features, END, ["active_users"], 3) is None
