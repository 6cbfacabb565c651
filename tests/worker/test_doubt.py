"""A pull that changes everything at once: told once, nothing of it counts, until a person believes it."""

import pytest

from store import sources
from store.database import Database
from tests.worker.ill import SOURCE, Ward, days_before, said, used
from worker.pipeline import pull

TIMES = 100


@pytest.fixture
def ward(deployment) -> Ward:
    return Ward(deployment)


def failure(database: Database) -> str:
    with database.read() as connection:
        return sources.readings(connection)[SOURCE].failure


def test_another_unit_is_not_believed_and_told_once_until_it_is_over(ward):
    ward.turn(1)
    days = days_before(ward.today, 4)
    for _ in range(3):
        assert ward.read(used(days, 20 * TIMES)).failure == "implausible"
    assert [row.key.rpartition("/")[2] for row in ward.told()] == ["implausible"]
    assert f"seatsignal pull {SOURCE} --believe" in said(ward.told()[0])
    assert ward.read(used(days)).failure == failure(ward.database) == ""
    ward.judge()
    assert [row.key.rpartition("/")[2] for row in ward.told()] == ["implausible", "ended"]
    assert ward.alerted() == []


def test_what_a_person_believes_is_stored(ward):
    ward.turn(1)
    ward.source.records = used(days_before(ward.today, 4), 20 * TIMES)
    assert pull(ward.deployment, SOURCE, believed=True).failure == ""
