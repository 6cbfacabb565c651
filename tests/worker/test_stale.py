"""While a source is behind its verdicts say so, and by that alone nobody is told anything."""

from datetime import timedelta

import pytest

from store import verdicts
from tests.owed import rows
from tests.worker.ill import ACCOUNTS, DAY, SOURCE, Ward, days_before, used

THROUGH = f"{SOURCE}, complete through {DAY - timedelta(days=1)}"


@pytest.fixture
def ward(deployment) -> Ward:
    return Ward(deployment)


def marks(ward: Ward) -> list[object]:
    with ward.database.read() as connection:
        return [verdict.assessment.facts.get("stale") for verdict in verdicts.book(connection)]


def test_verdicts_are_marked_while_a_source_is_behind_and_no_longer_once_it_has_caught_up(ward):
    before = [row.key for row in rows(ward.database)]
    for behind in range(1, 8):
        ward.turn(1)
        ward.judge()
        assert marks(ward) == [THROUGH if behind > 2 else None] * len(ACCOUNTS)
    ward.read(used(days_before(ward.today, 7)))
    assert marks(ward) == [None] * len(ACCOUNTS)
    assert [row.key for row in rows(ward.database)] == before


def test_while_days_come_in_but_lag_the_mark_names_the_newest(ward):
    ward.turn(5)
    ward.read(used([DAY]))
    assert marks(ward) == [f"{SOURCE}, complete through {DAY}"] * len(ACCOUNTS)


def test_past_its_shelf_life_it_is_said_that_it_does_not_count(ward):
    ward.turn(8)
    ward.judge()
    assert marks(ward) == [f"{THROUGH}, too old to tell usage"] * len(ACCOUNTS)
