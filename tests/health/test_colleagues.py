from datetime import date

import pytest

from health.colleagues import Absence, Colleague, addressees

DAY = date(2026, 6, 1)
ANN, BOB, CARL = "ann@seller.example", "bob@seller.example", "carl@seller.example"
AWAY = (Absence(date(2026, 5, 25), DAY),)


@pytest.mark.parametrize(
    ("people", "found"),
    [
        ({}, ()),
        ({BOB: Colleague("U2")}, ()),
        ({ANN: Colleague("U1")}, ("U1",)),
        ({ANN: Colleague("U1", BOB), BOB: Colleague("U2")}, ("U1", "U2")),
        ({ANN: Colleague("U1", BOB, AWAY), BOB: Colleague("U2")}, ("U2",)),
        ({ANN: Colleague("U1", BOB, left=True), BOB: Colleague("U2")}, ("U2",)),
        ({ANN: Colleague("", BOB), BOB: Colleague("U2")}, ("U2",)),
        ({ANN: Colleague("U1", BOB, AWAY), BOB: Colleague("U2", CARL, AWAY), CARL: Colleague("U3")}, ("U3",)),
        ({ANN: Colleague("U1", away=AWAY)}, ()),
        ({ANN: Colleague("U1", BOB, left=True), BOB: Colleague("U2", ANN, AWAY)}, ()),
        ({ANN: Colleague("U1", ANN)}, ("U1",)),
        ({ANN: Colleague("U1", BOB), BOB: Colleague("U1")}, ("U1",)),
        ({ANN: Colleague("U1", BOB.upper()), BOB: Colleague("U2")}, ("U1", "U2")),
    ],
    ids=[
        "nobody known",
        "not the owner",
        "there",
        "a backup too",
        "away",
        "left",
        "not reached",
        "the backup away as well",
        "nobody left",
        "a circle of absent ones",
        "their own backup",
        "one person, two addresses",
        "capital letters",
    ],
)
def test_who_is_reached(people, found):
    assert addressees(ANN, people, DAY) == found


@pytest.mark.parametrize(
    ("first", "last", "there"),
    [
        (date(2026, 6, 1), date(2026, 6, 1), False),
        (date(2026, 5, 1), date(2026, 5, 31), True),
        (date(2026, 6, 2), date(2026, 6, 3), True),
    ],
)
def test_days_away_are_both_included(first, last, there):
    assert Colleague("U1", away=(Absence(first, last),)).is_there(DAY) == there
