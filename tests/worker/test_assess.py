import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import select

from health.records import Account, Payment, Record, Usage
from store import facts, runs, sources, verdicts
from store.database import Database
from store.installation import set_setting
from store.runs import Chunk
from store.sources import Landed
from store.tables import notices
from worker.deployment import Deployment
from worker.pipeline import _end_pull, assess, open_run

ACCOUNTS = 200


def keep(database: Database, records: list[Record]) -> None:
    with database.write() as connection:
        sources.register(connection, "files")
        batch = sources.begin_batch(connection, "files", sources.cursor_of(connection, "files"))
        facts.store_records(connection, batch, records)
        landed = Landed(
            frozenset(facts.kinds_of(records)), len(records), facts.last_day(records), complete=False
        )
        sources.end_batch(connection, batch, str(batch.number), landed)


@pytest.fixture
def deployment(deployment_on_both: Deployment) -> Deployment:
    return deployment_on_both


@pytest.fixture
def book(deployment: Deployment) -> Deployment:
    """A live installation that has judged accounts once; since then a payment of each has failed."""
    with deployment.database.write() as connection:
        set_setting(connection, "business_day", "2026-06-01")
        set_setting(connection, "live_since_ms", "1")
    keep(deployment.database, [Account(f"a{n}", csm_email="ann@us.example") for n in range(ACCOUNTS)])
    judge_all(deployment)
    keep(
        deployment.database, [Payment(f"i{n}", f"a{n}", date(2026, 5, 20), "failed") for n in range(ACCOUNTS)]
    )
    return deployment


def rung(deployment: Deployment) -> list[Chunk]:
    return [what for bell, what in deployment.bell.rung if bell == "assess"]


def judge_all(deployment: Deployment) -> None:
    open_run(deployment, runs.FULL)
    for chunk in rung(deployment):
        assess(deployment, chunk)


def alerts(deployment: Deployment) -> Counter[str]:
    with deployment.database.read() as connection:
        query = select(notices.c.thread).where(notices.c.template == "alert")
        return Counter(connection.execute(query).scalars())


def test_two_runs_that_judge_the_same_accounts_at_once_alert_once(book):
    before = len(rung(book))
    for kind in (runs.FULL, runs.TOUCHED):
        open_run(book, kind)
    both = rung(book)[before:]
    at_once = threading.Barrier(len(both))

    def judge(chunk):
        at_once.wait()
        assess(book, chunk)

    with ThreadPoolExecutor(len(both)) as pool:
        list(pool.map(judge, both))
    found = alerts(book)
    assert len(found) == ACCOUNTS
    assert set(found.values()) == {1}


def test_a_run_that_a_later_one_has_overtaken_says_nothing_any_more(book):
    earlier, later = open_run(book, runs.FULL), open_run(book, runs.FULL)
    for run in (later, earlier):
        for chunk in (each for each in rung(book) if each.run == run):
            assess(book, chunk)

    with book.database.read() as connection:
        assert {found.run for found in verdicts.book(connection)} == {later}
        assert [runs.assessed(connection, run) for run in (later, earlier)] == [ACCOUNTS, 0]
        assert not runs.still_open(connection)


def test_a_chunk_rung_twice_is_judged_once(book):
    run = open_run(book, runs.FULL)
    (chunk,) = [each for each in rung(book) if each.run == run]
    for _ in range(2):
        assess(book, chunk)
    assert set(alerts(book).values()) == {1}
    with book.database.read() as connection:
        assert runs.assessed(connection, run) == ACCOUNTS


def test_the_first_run_of_a_live_installation_sends_one_digest_and_no_alert(deployment):
    with deployment.database.write() as connection:
        set_setting(connection, "live_since_ms", "1")
    keep(
        deployment.database,
        [Account("a", csm_email="ann@us.example"), Payment("i", "a", date(2026, 5, 20), "failed")],
    )
    judge_all(deployment)
    with deployment.database.read() as connection:
        owed = connection.execute(select(notices.c.template, notices.c.status)).all()
    assert [tuple(row) for row in owed] == [("digest", "due")]


def test_what_did_not_change_is_not_said_again(book):
    judge_all(book)
    first = alerts(book)
    judge_all(book)
    assert alerts(book) == first


def test_a_day_that_becomes_complete_is_judged_whoever_was_judged_half_way(deployment):
    keep(deployment.database, [Account("a"), Usage("a", date(2026, 5, 31), active_users=3)])
    judge_all(deployment)
    before = len(rung(deployment))
    _end_pull(deployment, "files")
    assert len(rung(deployment)) == before + 1
    _end_pull(deployment, "files")
    for chunk in rung(deployment)[before:]:
        assess(deployment, chunk)
    now = len(rung(deployment))
    _end_pull(deployment, "files")
    assert len(rung(deployment)) == now, "nothing changed and no day more is complete"
