"""What a pull says as it ends, where it was not alone."""

from contextlib import closing
from datetime import date, timedelta

import pytest

from config.plays import load_plays
from config.routes import load_routes
from config.settings import Settings
from health.records import Account, Usage
from integrations.roles import Page
from integrations.vitals import Vitals
from store import sources
from store.database import Database
from store.installation import set_setting
from tests.worker.test_assess import keep
from worker.deployment import Deployment
from worker.pipeline import pull

SOURCE, DAY = "files", date(2026, 6, 1)
NEXT = DAY + timedelta(days=1)


class Followed:
    """A source of one page, after which another pull has begun a later day by the time this one ends."""

    def __init__(self, database: Database, days: list[date]) -> None:
        self.database = database
        self.days = days

    def check(self) -> None:
        """Always well."""

    def pull(self, cursor: str | None):
        for day in self.days:
            yield Page([Account("a"), Usage("a", day, active_users=1)], f"{cursor}+")
        keep(self.database, [Usage("a", NEXT, active_users=1)])

    @property
    def vitals(self) -> Vitals:
        return Vitals()

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def opened(sqlite_url, bell, shipped):
    with closing(Database(sqlite_url)) as database:
        made = Deployment(database, Settings(), shipped, load_routes(None), load_plays(None), bell, None)
        with database.write() as connection:
            set_setting(connection, "business_day", "2026-06-05")
        yield made


@pytest.mark.parametrize("before", [[], [DAY - timedelta(days=1)]], ids=["the first", "a later one"])
@pytest.mark.parametrize("brings", [[DAY], []], ids=["a day", "nothing"])
def test_a_day_that_another_pull_has_begun_is_not_complete_yet(opened, before, brings):
    for day in before:
        keep(opened.database, [Account("a"), Usage("a", day, active_users=1)])
    opened.use_source(SOURCE, Followed(opened.database, brings))
    assert pull(opened, SOURCE).failure == ""
    with opened.database.read() as connection:
        through = sources.freshness(connection)[SOURCE].complete_through
    assert through == max([*before, *brings], default=None)
