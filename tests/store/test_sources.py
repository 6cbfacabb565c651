"""One writer per source, its place in its history, and the accounts behind its accounts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from health.records import Account
from store import facts, sources
from store.database import Database
from store.installation import set_setting
from store.sources import Landed, Overtaken
from store.tables import accounts, batches, links, source_accounts, source_status
from tests.store.locks import anybody_waits

DAY = date(2026, 5, 31)


@pytest.fixture
def database(emptied_database: Database) -> Database:
    with emptied_database.write() as connection:
        sources.register(connection, "files")
        sources.register(connection, "files")
    return emptied_database


def status(database: Database, source: str = "files"):
    with database.read() as connection:
        return connection.execute(select(source_status).where(source_status.c.source == source)).one()


def land(
    database: Database, cursor: str | None, to: str, *, through: date | None = None, source="files"
) -> int:
    """Store an empty page that reached a day."""
    with database.write() as connection:
        batch = sources.begin_batch(connection, source, cursor)
        sources.end_batch(connection, batch, to, Landed(frozenset({"usage"}), 0, through, complete=False))
    return batch.number


def meet(database: Database, source: str, cursor: str | None, to: str, names: list[str]) -> dict[str, int]:
    """Store a page that names some accounts and return the source's ids."""
    with database.write() as connection:
        batch = sources.begin_batch(connection, source, cursor)
        facts.store_records(connection, batch, [Account(name) for name in names])
        sources.end_batch(
            connection, batch, to, Landed(frozenset({"accounts"}), len(names), None, complete=False)
        )
    return batch.ids


def end(database: Database) -> None:
    with database.write() as connection:
        sources.ended(connection, "files")


def test_a_source_goes_on_where_it_was(database):
    with database.read() as connection:
        assert (sources.cursor_of(connection, "files"), sources.cursor_of(connection, "unknown")) == (
            None,
            None,
        )
    assert [land(database, None, "1"), land(database, "1", "2"), land(database, "2", "2")] == [1, 2, 3]
    with database.read() as connection:
        assert sources.cursor_of(connection, "files") == "2"
        assert sources.known(connection) == {"files": 3}


def test_batches_are_numbered_by_source(database):
    with database.write() as connection:
        sources.register(connection, "crm")
    assert [land(database, None, "1"), land(database, None, "1", source="crm"), land(database, "1", "2")] == [
        1,
        1,
        2,
    ]
    with database.read() as connection:
        assert sources.known(connection) == {"crm": 1, "files": 2}


def test_of_eight_who_pull_the_same_page_one_stores_it(database):
    def pull(_: int) -> bool:
        try:
            land(database, None, "1")
        except Overtaken:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(pull, range(8))) == 1
    with database.read() as connection:
        assert len(connection.execute(select(batches)).all()) == 1


@pytest.mark.parametrize("pause", [True, False])
def test_a_failure_is_remembered_until_a_pull_ends_well(database, pause):
    land(database, None, "1", through=DAY)
    with database.write() as connection:
        sources.failed(connection, "files", "unauthorized", pause=pause)
    failed = status(database)
    assert (failed.failure, failed.paused) == ("unauthorized", "unauthorized" if pause else "")
    assert failed.failed_ms > 0
    assert (failed.cursor, failed.batch, failed.complete_through) == ("1", 1, None)
    end(database)
    ended = status(database)
    assert (ended.failure, ended.paused, ended.complete_through) == ("", "", DAY)
    assert ended.pulled_ms >= failed.failed_ms


def test_a_day_that_is_complete_stays_complete(database):
    land(database, None, "1", through=DAY)
    end(database)
    land(database, "1", "2", through=DAY - timedelta(days=9))
    land(database, "2", "3", through=None)
    end(database)
    assert status(database).complete_through == DAY


def test_a_day_is_complete_only_once_the_pull_that_reached_it_has_ended(database):
    land(database, None, "1", through=DAY)
    end(database)
    land(database, "1", "2", through=DAY + timedelta(days=1))
    assert status(database).complete_through == DAY
    end(database)
    assert status(database).complete_through == DAY + timedelta(days=1)


def test_a_day_that_another_pull_has_begun_is_not_complete_when_this_one_ends(database):
    land(database, None, "1", through=DAY)
    with database.read() as connection:
        assert sources.place(connection, "files") == ("1", DAY)
    land(database, "1", "2", through=DAY + timedelta(days=1))
    with database.write() as connection:
        assert sources.ended(connection, "files", DAY)
    assert status(database).complete_through == DAY
    end(database)
    assert status(database).complete_through == DAY + timedelta(days=1)


def test_a_source_without_days_of_use_is_complete_through_the_day_before_its_pull(database):
    with database.write() as connection:
        set_setting(connection, "business_day", "2026-06-01")
        batch = sources.begin_batch(connection, "files", None)
        sources.end_batch(connection, batch, "1", Landed(frozenset({"tickets"}), 1, None, complete=False))
        assert not sources.ended(connection, "files"), "no day of use is complete that was not"
    assert status(database).complete_through == DAY


def test_a_source_states_every_kind_it_ever_brought(database):
    for cursor, to, kinds in [(None, "1", {"usage"}), ("1", "2", {"tickets", "usage"}), ("2", "3", set())]:
        with database.write() as connection:
            batch = sources.begin_batch(connection, "files", cursor)
            sources.end_batch(connection, batch, to, Landed(frozenset(kinds), 0, None, complete=False))
    with database.read() as connection:
        assert sources.freshness(connection)["files"].kinds == {"usage", "tickets"}


@pytest.mark.parametrize("many", [1, 1_003])
def test_accounts_are_made_and_linked_once_however_many(database, many):
    names = [f"account {number}" for number in range(many)]
    first = meet(database, "files", None, "1", names)
    again = meet(database, "files", "1", "2", [*names, "one more"])
    assert set(first) == set(names)
    assert {name: again[name] for name in names} == first
    with database.read() as connection:
        for table in (accounts, source_accounts, links):
            assert len(connection.execute(select(table)).all()) == many + 1, table.name


def test_two_sources_that_meet_an_account_at_once_link_to_one(database):
    with database.write() as connection:
        sources.register(connection, "crm")

    names = [f"account {number}" for number in range(50)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda source: meet(database, source, None, "1", names), ["files", "crm"]))
    with database.read() as connection:
        found = connection.execute(select(links.c.account, links.c.source_account)).all()
        assert len(connection.execute(select(accounts)).all()) == 50
    assert (len(found), len({account for account, _ in found})) == (100, 50)


def changing(ids):
    """Return a batch that changes facts of source accounts."""
    batch = sources.Batch("files", 2, status=None)
    batch.note("tickets", ids, DAY)
    return batch


def test_only_the_accounts_behind_are_touched(database):
    ours = meet(database, "files", None, "1", [f"a{n}" for n in range(502)])
    with database.write() as connection:
        before = {row.key: row.touched for row in connection.execute(select(accounts))}
        changed = {ours["a1"], ours["a2"]}
        sources.touch(connection, changing(changed))
        sources.touch(connection, changing([]))
        after = {row.key: row.touched for row in connection.execute(select(accounts))}
    assert {key for key in after if after[key] != before[key]} == {"a1", "a2"}


def test_who_touch_the_same_accounts_at_once_wait_for_each_other_and_lose_nothing(database):
    ours = meet(database, "files", None, "1", [f"a{n}" for n in range(50)])
    orders = [list(ours.values()), list(reversed(ours.values()))]

    def touch(order: list[int]) -> None:
        for _ in range(10):
            with database.write() as connection:
                sources.touch(connection, changing(order))

    with database.read() as connection:
        before = {row.key: row.touched for row in connection.execute(select(accounts))}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(touch, orders * 2))
    with database.read() as connection:
        after = {row.key: row.touched for row in connection.execute(select(accounts))}
    assert after == {key: count + 40 for key, count in before.items()}


@pytest.mark.parametrize("kept_database", ["postgresql"], indirect=True)
def test_a_page_keeps_no_account_from_other_sources_before_it_ends(emptied_database):
    """Else two pages that meet the same accounts in another order wait for each other."""
    names = ["a1", "a2"]
    with emptied_database.write() as connection:
        sources.register(connection, "files")
        sources.register(connection, "crm")
    for source in ("files", "crm"):
        meet(emptied_database, source, None, "1", names)
    with emptied_database.write() as connection:
        batch = sources.begin_batch(connection, "files", "1")
        facts.store_records(connection, batch, [Account("a2", name="Two")])
        with emptied_database.write() as other:
            other.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
            page = [Account(name, name="Another") for name in names]
            beside = sources.begin_batch(other, "crm", "1")
            facts.store_records(other, beside, page)
            sources.end_batch(other, beside, "2", Landed(frozenset({"accounts"}), 2, None, complete=False))
        sources.end_batch(connection, batch, "2", Landed(frozenset({"accounts"}), 1, None, complete=False))


@pytest.mark.parametrize("kept_database", ["postgresql"], indirect=True)
def test_pulls_that_end_at_once_take_no_day_back(database):
    """Who ends last has read what was complete before the other said more."""
    land(database, None, "1", through=DAY)
    later = DAY + timedelta(days=1)
    with ThreadPoolExecutor(1) as pool, database.write() as other:
        other.execute(update(source_status).values(reaching=later, complete_through=later))
        ending = pool.submit(end, database)
        with database.read() as looking:
            while not anybody_waits(looking):
                assert not ending.done()
        other.commit()
        ending.result(10)
    assert status(database).complete_through == later
