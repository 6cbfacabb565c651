"""A rival that found anything else than we do would be none."""

from sqlalchemy import select

from benchmarks import orm
from benchmarks.book import fill
from config.settings import Settings
from store import runs
from store.tables import accounts, assessments, flags
from worker.bell import Aside
from worker.pipeline import assess, open_run
from worker.process import open_deployment

ACCOUNTS = 12
_SAID = ("account", "as_of", "points", "low", "high", "coverage", "band", "term")
_FOUND = [assessments.c[name] for name in _SAID]


def test_the_rival_finds_what_we_find(database, database_url):
    fill(database, ACCOUNTS)
    bell = Aside()
    deployment = open_deployment(Settings(database_url=database_url), bell)
    ours = open_run(deployment, runs.FULL)
    assess(deployment, bell.chunks.popleft())
    orm.prepare(database)
    theirs = open_run(deployment, runs.FULL)
    orm.assess_all(deployment, database, theirs, ACCOUNTS)
    deployment.database.close()
    with database.read() as connection:
        found, rival = (
            connection.execute(select(*_FOUND).where(assessments.c.run == run).order_by("account")).all()
            for run in (ours, theirs)
        )
        assert len(found) == ACCOUNTS
        assert found == rival
        assert set(connection.execute(select(accounts.c.judged_run)).scalars()) == {theirs}
        assert connection.execute(select(flags.c.run)).scalars().all().count(theirs) == 0
